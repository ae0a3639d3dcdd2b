/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the texts of clock values: what was accepted has a canonical text that is read as the same. */
#include <elsewhen/timens_value.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool right)
{
	if (!right)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct timens_value value = { 0 }, again = { 0 };
	char canonical[TIMENS_VALUE_SIZE], canonical_again[TIMENS_VALUE_SIZE];

	require(text != NULL);
	if (timens_value_parse(text, &value) == 0) {
		require(value.time.nanoseconds <= TIMENS_NANOSECONDS_MAX);
		require(value.kind == TIMENS_VALUE_OFFSET ||
			(value.kind == TIMENS_VALUE_START && value.time.seconds >= 0));
		require(timens_value_format(&value, canonical) > 0);
		require(timens_value_parse(canonical, &again) == 0);
		require(timens_value_equal(&value, &again));
		require(timens_value_format(&again, canonical_again) > 0);
		require(strcmp(canonical, canonical_again) == 0);
	} else {
		require(value.kind == TIMENS_VALUE_NONE);
	}
	free(text);
	return 0;
}
