/* SPDX-License-Identifier: Apache-2.0 */
/* Where the reader is: what may come next, where it goes, and what its path is. */
#include "oci/json_stack.h"

#include <errno.h>
#include <string.h>

/* What a sentence shows of a long path, so that there is room for the reason. */
#define PATH_HEAD ((size_t)80)
#define PATH_TAIL ((size_t)160)

/* json_stack_slot finds the elements of every kind of list in the same place. */
_Static_assert(offsetof(struct oci_strings, items) == 0, "items come first");
_Static_assert(offsetof(struct oci_map, items) == 0, "items come first");

static const char *const type_words[] = {
	[TYPE_NULL] = "null",
	[TYPE_BOOL] = "a boolean",
	[TYPE_NUMBER] = "a number",
	[TYPE_STRING] = "a string",
	[TYPE_OBJECT] = "an object",
	[TYPE_ARRAY] = "an array",
};

static const enum json_type kind_types[JSON_KIND_COUNT] = {
	[JSON_KIND_STRING] = TYPE_STRING,
	[JSON_KIND_CHAR] = TYPE_STRING,
	[JSON_KIND_ENUM] = TYPE_STRING,
	[JSON_KIND_BOOL] = TYPE_BOOL,
	[JSON_KIND_INT] = TYPE_NUMBER,
	[JSON_KIND_I64] = TYPE_NUMBER,
	[JSON_KIND_U32] = TYPE_NUMBER,
	[JSON_KIND_U64] = TYPE_NUMBER,
	[JSON_KIND_OPTIONAL_BOOL] = TYPE_BOOL,
	[JSON_KIND_OPTIONAL_I64] = TYPE_NUMBER,
	[JSON_KIND_OPTIONAL_U32] = TYPE_NUMBER,
	[JSON_KIND_OPTIONAL_U64] = TYPE_NUMBER,
	[JSON_KIND_STRINGS] = TYPE_ARRAY,
	[JSON_KIND_U32_LIST] = TYPE_ARRAY,
	[JSON_KIND_MAP] = TYPE_OBJECT,
	[JSON_KIND_OBJECT] = TYPE_OBJECT,
	[JSON_KIND_OBJECTS] = TYPE_ARRAY,
	[JSON_KIND_NAMED_OBJECTS] = TYPE_OBJECT,
	[JSON_KIND_FOREIGN] = TYPE_ANY,
};

static const enum json_kind element_kinds[JSON_KIND_COUNT] = {
	[JSON_KIND_STRINGS] = JSON_KIND_STRING,
	[JSON_KIND_U32_LIST] = JSON_KIND_U32,
	[JSON_KIND_MAP] = JSON_KIND_STRING,
	[JSON_KIND_OBJECTS] = JSON_KIND_OBJECT,
	[JSON_KIND_NAMED_OBJECTS] = JSON_KIND_OBJECT,
};

struct json_frame *json_stack_top(struct json_reader *reader)
{
	return reader->depth > 0 ? &reader->frames[reader->depth - 1] : NULL;
}

static void stack_add_path(const struct json_reader *reader, size_t levels, struct text *path)
{
	for (size_t i = 0; i < levels; i++) {
		const struct json_frame *frame = &reader->frames[i];
		char excerpt[JSON_EXCERPT_SIZE];
		const char *name;

		if (frame->is_array) {
			text_printf(path, "[%zu]", frame->index);
			continue;
		}
		name = frame->role == FRAME_OBJECT && frame->property
			       ? frame->property->name
			       : json_names_text(&reader->names, frame->name);
		text_printf(
			path, "%s%s", i > 0 ? "." : "", json_excerpt(name, strlen(name), excerpt));
	}
}

/* Where the UTF-8 sequence begins that `offset` is in. */
static size_t character_start(const char *text, size_t offset)
{
	while (offset > 0 && (text[offset] & 0xc0) == 0x80)
		offset--;
	return offset;
}

int json_stack_stop_at(struct json_reader *reader, size_t levels, const char *name)
{
	cleanup_text struct text path = { 0 };
	const char *tail = NULL;
	size_t head;

	stack_add_path(reader, levels, &path);
	if (name)
		text_printf(&path, "%s%s", path.length > 0 ? "." : "", name);
	if (path.length == 0)
		return 0;
	head = path.length;
	if (path.length > PATH_HEAD + PATH_TAIL) {
		head = character_start(path.data, PATH_HEAD);
		tail = path.data + character_start(path.data, path.length - PATH_TAIL);
	}
	error_prefix(
		reader->err, "%.*s%s%s", (int)head, path.data, tail ? "..." : "", tail ? tail : "");
	return 0;
}

int json_stack_stop(struct json_reader *reader)
{
	return json_stack_stop_at(reader, reader->depth, NULL);
}

static enum json_kind stack_kind(const struct json_frame *frame)
{
	if (!frame)
		return JSON_KIND_OBJECT;
	if (frame->role == FRAME_ELEMENTS)
		return element_kinds[frame->property->kind];
	if (frame->role == FRAME_IGNORED || !frame->property)
		return JSON_KIND_FOREIGN;
	return frame->property->kind;
}

void *json_stack_slot(struct json_reader *reader)
{
	struct json_frame *frame = json_stack_top(reader);
	const struct json_property *property;
	char *element;

	if (!frame)
		return reader->object;
	property = frame->property;
	if (frame->role == FRAME_OBJECT)
		return frame->object + property->offset;
	element = arena_append(reader->arena, frame->object + property->offset,
		(size_t *)(void *)(frame->object + property->length_offset),
		property->element_size);
	if (!frame->is_array) {
		const char *name = json_names_text(&reader->names, frame->name);

		*(char **)(void *)(element + property->name_offset) =
			arena_strndup(reader->arena, name, strlen(name));
	}
	if (property->kind == JSON_KIND_MAP)
		return &((struct oci_map_entry *)(void *)element)->value;
	return element;
}

bool json_stack_accepts(struct json_reader *reader, enum json_type found, enum json_kind *kind)
{
	const struct json_frame *frame = json_stack_top(reader);
	enum json_type expected;

	*kind = stack_kind(frame);
	expected = kind_types[*kind];
	if (expected != TYPE_ANY && expected != found) {
		error_set(reader->err, EINVAL, "expected %s, found %s", type_words[expected],
			type_words[found]);
		return json_stack_stop(reader);
	}
	if (frame && frame->role == FRAME_OBJECT && frame->property && frame->property->platform &&
		!reader->foreign_platform)
		reader->foreign_platform = frame->property->platform;
	return true;
}

int json_stack_value_done(struct json_reader *reader)
{
	struct json_frame *frame = json_stack_top(reader);

	if (!frame)
		return 1;
	if (frame->is_array)
		frame->index++;
	else if (frame->role == FRAME_OBJECT && frame->property)
		frame->present |= UINT64_C(1) << (frame->property - frame->table->properties);
	return 1;
}
