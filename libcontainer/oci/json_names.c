/* SPDX-License-Identifier: Apache-2.0 */
/* One growing stack instead of a set per object: the reader allocates nothing per object. */
#include "oci/json_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"

struct json_names_mark json_names_mark(const struct json_names *names)
{
	return (struct json_names_mark){ names->length, names->bytes.length };
}

size_t json_names_push(struct json_names *names, const char *text, size_t length)
{
	if (names->length == names->room) {
		names->room = names->room > 0 ? 2 * names->room : 16;
		names->items = realloc(names->items, names->room * sizeof(*names->items));
		if (!names->items)
			fatal_out_of_memory();
	}
	names->items[names->length] = (struct json_name){ names->bytes.length, length };
	text_add_bytes(&names->bytes, text, length);
	text_add_bytes(&names->bytes, "", 1);
	return names->length++;
}

const char *json_names_text(const struct json_names *names, size_t name)
{
	return names->bytes.data + names->items[name].offset;
}

static int name_compare(const void *left, const void *right, void *bytes)
{
	const struct json_name *a = left, *b = right;
	const char *text = bytes;

	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return memcmp(text + a->offset, text + b->offset, a->length);
}

/*
 * Sorting keeps hostile input at n log n comparisons, which no hash table without a secret does.
 */
static const struct json_name *find_twice(const struct json_names *names, size_t first)
{
	struct json_name *items = names->items;
	size_t length = names->length - first;

	if (length < 2)
		return NULL;
	qsort_r(items + first, length, sizeof(*items), name_compare, names->bytes.data);
	for (size_t i = first + 1; i < names->length; i++) {
		if (name_compare(&items[i - 1], &items[i], names->bytes.data) == 0)
			return &items[i];
	}
	return NULL;
}

int json_names_close(
	struct json_names *names, struct json_names_mark mark, char twice[JSON_EXCERPT_SIZE])
{
	const struct json_name *name = find_twice(names, mark.names);

	if (name) {
		json_excerpt(names->bytes.data + name->offset, name->length, twice);
		return -1;
	}
	names->length = mark.names;
	names->bytes.length = mark.bytes;
	return 0;
}

void json_names_free(struct json_names *names)
{
	free(names->items);
	text_free(&names->bytes);
	*names = (struct json_names){ 0 };
}
