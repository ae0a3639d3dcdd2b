/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader: yajl's events on one side, tables on the other. Its only memory besides the result is
 * a stack of the objects and arrays that are open, and the names that those objects had so far
 * (json_names.h).
 */
#include "oci/json_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "oci/json_encoding.h"
#include "oci/json_memory.h"
#include "oci/json_stack.h"
#include "oci/json_value.h"

#define JSON_BLANKS " \t\r\n"

static int reader_on_null(void *context)
{
	struct json_reader *reader = context;
	const struct json_frame *frame = json_stack_top(reader);
	enum json_kind kind;

	if (frame && frame->role == FRAME_OBJECT)
		return 1;
	return json_stack_accepts(reader, TYPE_NULL, &kind) && json_stack_value_done(reader);
}

static int reader_on_boolean(void *context, int value)
{
	struct json_reader *reader = context;
	enum json_kind kind;

	if (!json_stack_accepts(reader, TYPE_BOOL, &kind))
		return 0;
	if (kind != JSON_KIND_FOREIGN)
		json_store_bool(kind, json_stack_slot(reader), value != 0);
	return json_stack_value_done(reader);
}

static int reader_on_number(void *context, const char *text, size_t length)
{
	struct json_reader *reader = context;
	enum json_kind kind;

	if (!json_stack_accepts(reader, TYPE_NUMBER, &kind))
		return 0;
	if (kind != JSON_KIND_FOREIGN &&
		json_store_number(kind, json_stack_top(reader)->property, json_stack_slot(reader),
			text, length, reader->err) < 0)
		return json_stack_stop(reader);
	return json_stack_value_done(reader);
}

static int reader_on_string(void *context, const unsigned char *bytes, size_t length)
{
	struct json_reader *reader = context;
	const char *text = (const char *)bytes;
	enum json_kind kind;

	if (!json_stack_accepts(reader, TYPE_STRING, &kind))
		return 0;
	if (length > 0 && memchr(text, '\0', length)) {
		error_set(reader->err, EINVAL, "the string contains a NUL character");
		return json_stack_stop(reader);
	}
	if (kind != JSON_KIND_FOREIGN &&
		json_store_string(kind, json_stack_top(reader)->property, json_stack_slot(reader),
			reader->arena, text, length, reader->err) < 0)
		return json_stack_stop(reader);
	return json_stack_value_done(reader);
}

static int reader_open(struct json_reader *reader, enum json_type type)
{
	struct json_frame *outer = json_stack_top(reader);
	struct json_frame frame = { .is_array = type == TYPE_ARRAY,
		.names = json_names_mark(&reader->names) };
	enum json_kind kind;

	if (reader->depth == JSON_DEPTH_MAX) {
		error_set(reader->err, EINVAL, "nested deeper than %d levels", JSON_DEPTH_MAX);
		return json_stack_stop(reader);
	}
	if (!json_stack_accepts(reader, type, &kind))
		return 0;
	if (kind == JSON_KIND_FOREIGN) {
		frame.role = FRAME_IGNORED;
	} else if (kind == JSON_KIND_OBJECT) {
		frame.role = FRAME_OBJECT;
		frame.table = outer ? outer->property->table : reader->table;
		frame.object = json_stack_slot(reader);
		if (frame.table->begins_with_set)
			*(bool *)(void *)frame.object = true;
	} else {
		frame.role = FRAME_ELEMENTS;
		frame.property = outer->property;
		frame.object = outer->object;
		if (kind == JSON_KIND_STRINGS)
			((struct oci_strings *)json_stack_slot(reader))->set = true;
	}
	reader->frames[reader->depth++] = frame;
	return 1;
}

static int reader_on_start_map(void *context)
{
	return reader_open(context, TYPE_OBJECT);
}

static int reader_on_start_array(void *context)
{
	return reader_open(context, TYPE_ARRAY);
}

static const struct json_property *table_find(
	const struct json_table *table, const char *name, size_t length)
{
	for (size_t i = 0; i < table->length; i++) {
		const char *known = table->properties[i].name;

		if (strncmp(known, name, length) == 0 && known[length] == '\0')
			return &table->properties[i];
	}
	return NULL;
}

static int reader_known_name(
	struct json_reader *reader, struct json_frame *frame, const struct json_property *property)
{
	uint64_t bit = UINT64_C(1) << (property - frame->table->properties);

	frame->property = property;
	if (frame->seen & bit) {
		error_set(reader->err, EINVAL, "given twice");
		return json_stack_stop(reader);
	}
	frame->seen |= bit;
	return 1;
}

static int reader_on_map_key(void *context, const unsigned char *bytes, size_t length)
{
	struct json_reader *reader = context;
	struct json_frame *frame = json_stack_top(reader);
	const char *text = (const char *)bytes;
	const struct json_property *property = NULL;

	if (json_has_control(text, length)) {
		error_set(reader->err, EINVAL, "the name of a property contains %s",
			memchr(text, '\0', length) ? "a NUL character" : "a control character");
		return json_stack_stop_at(reader, reader->depth - 1, NULL);
	}
	if (frame->role == FRAME_OBJECT)
		property = table_find(frame->table, text, length);
	if (property)
		return reader_known_name(reader, frame, property);
	frame->name = json_names_push(&reader->names, text, length);
	if (frame->role != FRAME_OBJECT)
		return 1;
	frame->property = NULL;
	if (frame->table->unknown &&
		frame->table->unknown(json_names_text(&reader->names, frame->name), reader->err) <
			0)
		return json_stack_stop(reader);
	return 1;
}

static bool reader_has_required(struct json_reader *reader, const struct json_frame *frame)
{
	const struct json_table *table = frame->table;

	for (size_t i = 0; i < table->length; i++) {
		if (!table->properties[i].required || frame->present & UINT64_C(1) << i)
			continue;
		error_set(reader->err, EINVAL, "is required%s%s%s", table->section ? " (" : "",
			table->section ? table->section : "", table->section ? ")" : "");
		return json_stack_stop_at(reader, reader->depth - 1, table->properties[i].name);
	}
	return true;
}

static int reader_on_end_map(void *context)
{
	struct json_reader *reader = context;
	const struct json_frame *frame = json_stack_top(reader);
	char twice[JSON_EXCERPT_SIZE];

	if (json_names_close(&reader->names, frame->names, twice) < 0) {
		error_set(reader->err, EINVAL, "given twice");
		return json_stack_stop_at(reader, reader->depth - 1, twice);
	}
	if (frame->role == FRAME_OBJECT && !reader_has_required(reader, frame))
		return 0;
	reader->depth--;
	return json_stack_value_done(reader);
}

static int reader_on_end_array(void *context)
{
	struct json_reader *reader = context;
	const struct json_frame *frame = json_stack_top(reader);

	if (frame->role == FRAME_ELEMENTS && frame->property->kind == JSON_KIND_STRINGS) {
		struct oci_strings *strings = (void *)(frame->object + frame->property->offset);

		/* The NULL behind the last string is no element. */
		arena_append(
			reader->arena, &strings->items, &strings->length, sizeof(*strings->items));
		strings->length--;
	}
	reader->depth--;
	return json_stack_value_done(reader);
}

/* yajl says "parse error: <sentence>"; some of its sentences say too little. */
static const char *syntax_sentence(const char *yajl_sentence)
{
	static const struct {
		const char *part, *sentence;
	} sentences[] = {
		{ "trailing garbage", "more bytes after the end of the document" },
		{ "premature EOF", "the document ends too early" },
		{ "probable comment", "a comment, which JSON does not have" },
		{ "invalid object key", "the name of a property must be a string" },
		{ "after key and value", "expected ',' or '}' behind the value" },
		{ "after array element", "expected ',' or ']' behind the element" },
		{ "invalid char in json text", "a character that begins no JSON value" },
		{ "invalid string in json text", "a word that is not true, false or null" },
		{ "invalid character inside string", "a string contains a control character" },
	};
	const char *colon = strstr(yajl_sentence, ": ");

	for (size_t i = 0; i < ARRAY_LENGTH(sentences); i++) {
		if (strstr(yajl_sentence, sentences[i].part))
			return sentences[i].sentence;
	}
	return colon ? colon + 2 : yajl_sentence;
}

/* What yajl does not understand ends `consumed`, or follows it behind some blanks. */
static void reader_syntax_error(
	struct error *err, yajl_handle parser, const char *data, size_t length, size_t consumed)
{
	unsigned char *sentence = yajl_get_error(parser, 0, NULL, 0);
	size_t offset = consumed > 0 ? consumed - 1 : 0;

	sentence[strcspn((char *)sentence, "\n")] = '\0';
	while (offset < length && strchr(JSON_BLANKS, data[offset]))
		offset++;
	error_set(err, EINVAL, "%s", syntax_sentence((char *)sentence));
	json_error_place(err, data, offset);
	yajl_free_error(parser, sentence);
}

static int reader_parse(struct json_reader *reader, const char *data, size_t length)
{
	static const yajl_callbacks callbacks = {
		.yajl_null = reader_on_null,
		.yajl_boolean = reader_on_boolean,
		.yajl_number = reader_on_number,
		.yajl_string = reader_on_string,
		.yajl_start_map = reader_on_start_map,
		.yajl_map_key = reader_on_map_key,
		.yajl_end_map = reader_on_end_map,
		.yajl_start_array = reader_on_start_array,
		.yajl_end_array = reader_on_end_array,
	};
	yajl_alloc_funcs memory = JSON_MEMORY;
	yajl_handle parser = yajl_alloc(&callbacks, &memory, reader);
	yajl_status status;
	size_t consumed;

	status = yajl_parse(parser, (const unsigned char *)data, length);
	consumed = yajl_get_bytes_consumed(parser);
	if (status == yajl_status_ok) {
		status = yajl_complete_parse(parser);
		consumed = length;
	}
	if (status == yajl_status_error)
		reader_syntax_error(reader->err, parser, data, length, consumed);
	yajl_free(parser);
	return status == yajl_status_ok ? 0 : -1;
}

int json_read(const char *data, size_t length, const struct json_table *table, void *object,
	struct arena *arena, const char **foreign_platform, struct error *err)
{
	struct json_reader reader = {
		.table = table,
		.object = object,
		.arena = arena,
		.err = err,
	};
	size_t blanks = 0;
	int result;

	if (json_check_encoding(data, length, err) < 0)
		return -1;
	while (blanks < length && strchr(JSON_BLANKS, data[blanks]))
		blanks++;
	if (blanks == length)
		return error_set(err, EINVAL, "the document is empty");
	result = reader_parse(&reader, data, length);
	json_names_free(&reader.names);
	if (foreign_platform)
		*foreign_platform = reader.foreign_platform;
	return result;
}
