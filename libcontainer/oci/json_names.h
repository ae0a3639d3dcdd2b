/* SPDX-License-Identifier: Apache-2.0 */
/* The names in all the JSON objects that are open: for paths, and to find one that comes twice. */
#ifndef OCI_JSON_NAMES_H
#define OCI_JSON_NAMES_H

#include "base/text.h"
#include "oci/json_encoding.h"

/* A stack: the names of an object lie above those of the objects around it. */
struct json_names {
	struct json_name {
		size_t offset, length; /* in bytes, with a NUL behind it */
	} * items;
	size_t length, room;
	struct text bytes;
};

/* How far the stack was filled when an object began. */
struct json_names_mark {
	size_t names, bytes;
};
struct json_names_mark json_names_mark(const struct json_names *names);

/* Copies; returns the number under which json_names_text finds it until its object is closed. */
size_t json_names_push(struct json_names *names, const char *text, size_t length);
const char *json_names_text(const struct json_names *names, size_t name);

/* Drops the names above the mark. -1 when two are the same: an excerpt of it is in `twice`. */
int json_names_close(
	struct json_names *names, struct json_names_mark mark, char twice[JSON_EXCERPT_SIZE]);

void json_names_free(struct json_names *names);

#endif
