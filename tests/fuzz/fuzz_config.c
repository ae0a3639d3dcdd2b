/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a config.json and as an exec process: read or refused with a sentence. */
#include <stdlib.h>
#include <string.h>

#include "oci/config.h"
#include "oci/json_encoding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refusal(struct error *err)
{
	struct error unfit;

	/* The sentence goes to terminals and logs as it is. */
	if (err->code == 0 || err->text[0] == '\0' || memchr(err->text, '\n', strlen(err->text)) ||
		json_check_encoding(err->text, strlen(err->text), &unfit) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *json = (const char *)data;
	struct oci_config *config = NULL;
	struct error err = { 0 };

	if (oci_config_parse(json, size, &config, &err) < 0)
		check_refusal(&err);
	else if (!config->oci_version)
		abort();
	oci_config_cleanup(&config);
	err = (struct error){ 0 };
	if (oci_process_parse(json, size, &config, &err) < 0)
		check_refusal(&err);
	else if (!config->process.set || !config->process.cwd)
		abort();
	oci_config_cleanup(&config);
	return 0;
}
