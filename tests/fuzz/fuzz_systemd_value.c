/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes values of systemd's properties: what was accepted is within its type, and whole. */
#include <stdlib.h>
#include <string.h>

#include "linux/systemd_value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool right)
{
	if (!right)
		abort();
}

static void check(const struct systemd_property *property)
{
	switch (property->type) {
	case SYSTEMD_BOOL:
		require(property->number <= 1);
		break;
	case SYSTEMD_BYTE:
		require(property->number <= UINT8_MAX);
		break;
	case SYSTEMD_I16:
		require((int64_t)property->number == (int16_t)property->number);
		break;
	case SYSTEMD_I32:
		require((int64_t)property->number == (int32_t)property->number);
		break;
	case SYSTEMD_STRING:
		require(property->text && strlen(property->text) < SIZE_MAX);
		break;
	case SYSTEMD_STRINGS:
		for (char *const *string = property->strings; *string; string++)
			require(strlen(*string) < SIZE_MAX);
		break;
	case SYSTEMD_BYTES:
		for (uint64_t i = 0; i < property->number; i++)
			require(property->bytes[i] <= UINT8_MAX);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct systemd_property property = { 0 };
	struct arena arena = { 0 };

	require(text != NULL);
	if (systemd_value_parse(text, &arena, &property) == 0)
		check(&property);
	arena_free(&arena);
	free(text);
	return 0;
}
