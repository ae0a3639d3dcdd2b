/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the reader of the operator's settings. */
#include <stdint.h>

#include "oci/operator_settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct oci_operator_settings settings;
	struct error err;

	if (oci_operator_settings_parse((const char *)data, size, &settings, &err) == 0)
		oci_operator_settings_free(&settings);
	return 0;
}
