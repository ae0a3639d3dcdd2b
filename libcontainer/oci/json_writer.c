/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON writer over yajl_gen: well-formed whatever the strings contain. */
#include "oci/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_gen.h>

#include "base/fatal.h"
#include "oci/json_memory.h"

/* yajl_gen's own limit; our documents are five levels deep. */
#define JSON_WRITER_DEPTH 64

struct json_writer {
	yajl_gen generator;
	/*
	 * Written when the first member comes, so that an empty one is "{}" or "[]" in one piece.
	 */
	bool opening;
	bool in_object[JSON_WRITER_DEPTH];
	size_t depth;
};

/* A broken nesting is a mistake in this program, never in its input. */
static void json_require(bool right)
{
	if (!right)
		fatal_mistake("JSON was written out of order");
}

static void json_emit(yajl_gen_status status)
{
	json_require(status == yajl_gen_status_ok);
}

struct json_writer *json_writer_new(bool pretty)
{
	yajl_alloc_funcs memory = JSON_MEMORY;
	struct json_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		fatal_out_of_memory();
	writer->generator = yajl_gen_alloc(&memory);
	if (pretty) {
		yajl_gen_config(writer->generator, yajl_gen_beautify, 1);
		yajl_gen_config(writer->generator, yajl_gen_indent_string, "  ");
	}
	return writer;
}

void json_writer_free(struct json_writer **writer)
{
	if (!*writer)
		return;
	yajl_gen_free((*writer)->generator);
	free(*writer);
	*writer = NULL;
}

/*
 * The length of the UTF-8 sequence at `s`, or 0 when it is none: RFC 3629 section 4, which leaves
 * out overlong forms, surrogates and what is above U+10FFFF by the range of the second byte.
 */
static size_t json_utf8_length(const unsigned char *s)
{
	static const struct {
		unsigned char first_min, first_max, second_min, second_max;
		size_t length;
	} forms[] = {
		{ 0x01, 0x7f, 0x00, 0x00, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(forms); i++) {
		if (s[0] < forms[i].first_min || s[0] > forms[i].first_max)
			continue;
		if (forms[i].length > 1 &&
			(s[1] < forms[i].second_min || s[1] > forms[i].second_max))
			return 0;
		for (size_t j = 2; j < forms[i].length; j++) {
			if ((s[j] & 0xc0) != 0x80)
				return 0;
		}
		return forms[i].length;
	}
	return 0;
}

/* Every byte that is part of no UTF-8 sequence becomes one U+FFFD. */
static void json_repair_utf8(struct text *repaired, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;

	while (*s) {
		size_t length = json_utf8_length(s);

		if (length > 0)
			text_add_bytes(repaired, s, length);
		else
			text_add(repaired, "\xef\xbf\xbd");
		s += length > 0 ? length : 1;
	}
}

static bool json_is_utf8(const char *value)
{
	const unsigned char *s = (const unsigned char *)value;
	size_t length = 1;

	for (; *s && length > 0; s += length)
		length = json_utf8_length(s);
	return length > 0;
}

static void json_emit_string(struct json_writer *writer, const char *value)
{
	cleanup_text struct text repaired = { 0 };

	if (!json_is_utf8(value)) {
		json_repair_utf8(&repaired, value);
		value = repaired.data;
	}
	json_emit(yajl_gen_string(writer->generator, (const unsigned char *)value, strlen(value)));
}

static bool json_inside_object(const struct json_writer *writer)
{
	return writer->depth > 0 && writer->in_object[writer->depth - 1];
}

/* Comes before every value: the bracket it is the first one in, and its key. */
static void json_begin_value(struct json_writer *writer, const char *key)
{
	if (writer->opening)
		json_emit(json_inside_object(writer) ? yajl_gen_map_open(writer->generator)
						     : yajl_gen_array_open(writer->generator));
	writer->opening = false;
	json_require(json_inside_object(writer) == (key != NULL));
	if (key)
		json_emit_string(writer, key);
}

static void json_open(struct json_writer *writer, const char *key, bool object)
{
	json_begin_value(writer, key);
	json_require(writer->depth < JSON_WRITER_DEPTH);
	writer->in_object[writer->depth++] = object;
	writer->opening = true;
}

static void json_close(struct json_writer *writer, bool object)
{
	yajl_gen generator = writer->generator;

	json_require(writer->depth > 0 && json_inside_object(writer) == object);
	if (writer->opening)
		/* yajl writes a "number" as it is given, which makes it the way to write both. */
		json_emit(yajl_gen_number(generator, object ? "{}" : "[]", 2));
	else
		json_emit(object ? yajl_gen_map_close(generator) : yajl_gen_array_close(generator));
	writer->opening = false;
	writer->depth--;
}

void json_open_object(struct json_writer *writer, const char *key)
{
	json_open(writer, key, true);
}

void json_close_object(struct json_writer *writer)
{
	json_close(writer, true);
}

void json_open_array(struct json_writer *writer, const char *key)
{
	json_open(writer, key, false);
}

void json_close_array(struct json_writer *writer)
{
	json_close(writer, false);
}

void json_string(struct json_writer *writer, const char *key, const char *value)
{
	json_begin_value(writer, key);
	if (value)
		json_emit_string(writer, value);
	else
		json_emit(yajl_gen_null(writer->generator));
}

void json_i64(struct json_writer *writer, const char *key, int64_t value)
{
	json_begin_value(writer, key);
	json_emit(yajl_gen_integer(writer->generator, value));
}

void json_u64(struct json_writer *writer, const char *key, uint64_t value)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, value);

	json_begin_value(writer, key);
	json_emit(yajl_gen_number(writer->generator, digits, (size_t)length));
}

void json_bool(struct json_writer *writer, const char *key, bool value)
{
	json_begin_value(writer, key);
	json_emit(yajl_gen_bool(writer->generator, value));
}

void json_strings(struct json_writer *writer, const char *key, const char *const *values)
{
	json_open_array(writer, key);
	for (; values && *values; values++)
		json_string(writer, NULL, *values);
	json_close_array(writer);
}

const char *json_text(const struct json_writer *writer, size_t *length)
{
	const unsigned char *text = NULL;

	json_emit(yajl_gen_get_buf(writer->generator, &text, length));
	return text ? (const char *)text : "";
}
