/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the reader of state.json; what it accepts must survive being written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "oci/state_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool right)
{
	if (!right)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct oci_state_file state, again;
	char *json = NULL, *json_again = NULL;
	size_t length, length_again;
	struct error err;

	if (oci_state_file_parse((const char *)data, size, &state, &err) < 0) {
		require(err.code != 0 && *err.text && strlen(err.text) < sizeof(err.text));
		return 0;
	}
	require(oci_state_file_format(&state, &json, &length) == 0);
	require(oci_state_file_parse(json, length, &again, &err) == 0);
	require(oci_state_file_format(&again, &json_again, &length_again) == 0);
	require(length == length_again && memcmp(json, json_again, length) == 0);
	free(json_again);
	oci_state_file_free(&again);
	free(json);
	oci_state_file_free(&state);
	return 0;
}
