/* SPDX-License-Identifier: Apache-2.0 */
/* Scalars: exact integers within their limits, names of enums, text without NUL. */
#include "oci/json_value.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "oci/json_encoding.h"

/* What the member can hold. */
static const struct {
	int64_t min;
	uint64_t max;
} json_limits[JSON_KIND_COUNT] = {
	[JSON_KIND_INT] = { INT_MIN, INT_MAX },
	[JSON_KIND_I64] = { INT64_MIN, INT64_MAX },
	[JSON_KIND_OPTIONAL_I64] = { INT64_MIN, INT64_MAX },
	[JSON_KIND_U32] = { 0, UINT32_MAX },
	[JSON_KIND_OPTIONAL_U32] = { 0, UINT32_MAX },
	[JSON_KIND_U64] = { 0, UINT64_MAX },
	[JSON_KIND_OPTIONAL_U64] = { 0, UINT64_MAX },
};

/* JSON numbers have no leading zeros: what is longer than this is beyond every limit. */
#define NUMBER_TEXT_SIZE sizeof("-18446744073709551615")

/* A negative number is in *value as its two's complement. */
static bool number_within(const char *number, int64_t min, uint64_t max, uint64_t *value)
{
	int64_t negative;

	if (number[0] != '-')
		return number_parse_u64(number, value) == 0 && *value <= max;
	if (number_parse_i64(number, &negative) < 0 || negative < min)
		return false;
	*value = (uint64_t)negative;
	return true;
}

static void store_integer(enum json_kind kind, void *member, uint64_t value)
{
	switch (kind) {
	case JSON_KIND_INT:
		*(int *)member = (int)(int64_t)value;
		break;
	case JSON_KIND_I64:
		*(int64_t *)member = (int64_t)value;
		break;
	case JSON_KIND_U32:
		*(uint32_t *)member = (uint32_t)value;
		break;
	case JSON_KIND_U64:
		*(uint64_t *)member = value;
		break;
	case JSON_KIND_OPTIONAL_I64:
		*(struct oci_i64 *)member = (struct oci_i64){ true, (int64_t)value };
		break;
	case JSON_KIND_OPTIONAL_U32:
		*(struct oci_u32 *)member = (struct oci_u32){ true, (uint32_t)value };
		break;
	case JSON_KIND_OPTIONAL_U64:
		*(struct oci_u64 *)member = (struct oci_u64){ true, value };
		break;
	default:
		break;
	}
}

int json_store_number(enum json_kind kind, const struct json_property *property, void *member,
	const char *text, size_t length, struct error *err)
{
	bool limited = property->min != 0 || property->max != 0;
	int64_t min = limited ? property->min : json_limits[kind].min;
	uint64_t max = limited ? property->max : json_limits[kind].max;
	char number[NUMBER_TEXT_SIZE] = "", excerpt[JSON_EXCERPT_SIZE];
	uint64_t value;

	for (size_t i = 0; i < length; i++) {
		if (text[i] != '-' && (text[i] < '0' || text[i] > '9'))
			return error_set(err, EINVAL, "%s is not an integer",
				json_excerpt(text, length, excerpt));
	}
	if (length < sizeof(number))
		memcpy(number, text, length);
	if (length >= sizeof(number) || !number_within(number, min, max, &value))
		return error_set(err, EINVAL, "%s is not between %" PRId64 " and %" PRIu64,
			json_excerpt(text, length, excerpt), min, max);
	store_integer(kind, member, value);
	return 0;
}

static int store_enum(const struct json_property *property, void *member, const char *text,
	size_t length, struct error *err)
{
	char excerpt[JSON_EXCERPT_SIZE];
	cleanup_text struct text known = { 0 };

	for (size_t i = 0; i < property->names_length; i++) {
		const char *name = property->names[i];
		int value = (int)i;

		if (strlen(name) == length && memcmp(name, text, length) == 0) {
			/* memcpy, because the member may be of any enum. */
			memcpy(member, &value, sizeof(value));
			return 0;
		}
		text_printf(&known, "%s%s", i > 0 ? ", " : "", name);
	}
	return error_set(err, EINVAL, "\"%s\" is not one of %s",
		json_excerpt(text, length, excerpt), known.data);
}

static int store_char(void *member, const char *text, size_t length, struct error *err)
{
	char excerpt[JSON_EXCERPT_SIZE];

	if (length != 1)
		return error_set(err, EINVAL, "\"%s\" is not a single character",
			json_excerpt(text, length, excerpt));
	*(char *)member = text[0];
	return 0;
}

int json_store_string(enum json_kind kind, const struct json_property *property, void *member,
	struct arena *arena, const char *text, size_t length, struct error *err)
{
	if (kind == JSON_KIND_ENUM)
		return store_enum(property, member, text, length, err);
	if (kind == JSON_KIND_CHAR)
		return store_char(member, text, length, err);
	*(char **)member = arena_strndup(arena, text, length);
	return 0;
}

void json_store_bool(enum json_kind kind, void *member, bool value)
{
	if (kind == JSON_KIND_OPTIONAL_BOOL)
		*(struct oci_bool *)member = (struct oci_bool){ true, value };
	else
		*(bool *)member = value;
}
