/* SPDX-License-Identifier: Apache-2.0 */
/* What the reader keeps of the objects and arrays that are open: json_reader.c's own. */
#ifndef OCI_JSON_STACK_H
#define OCI_JSON_STACK_H

#include "oci/json_names.h"
#include "oci/json_reader.h"

enum json_type {
	TYPE_ANY,
	TYPE_NULL,
	TYPE_BOOL,
	TYPE_NUMBER,
	TYPE_STRING,
	TYPE_OBJECT,
	TYPE_ARRAY
};

enum json_role {
	FRAME_OBJECT,   /* an object with a table */
	FRAME_ELEMENTS, /* a list or a map */
	FRAME_IGNORED,  /* what nobody asked for; checked all the same */
};

/* An object or array that is open. */
struct json_frame {
	enum json_role role;
	bool is_array;
	char *object; /* the struct: of the object, or that has the list */
	const struct json_table *table;
	const struct json_property *property; /* elements: of this one. object: of the value that
						 comes next; NULL when the table does not know it */
	uint64_t seen, present;               /* rows of the table; null is seen, but not present */
	size_t index;                         /* arrays: of the element that comes next */
	struct json_names_mark names;         /* objects: where those that no row has begin */
	size_t name;                          /* the one whose value comes next */
};

struct json_reader {
	const struct json_table *table;
	void *object;
	struct arena *arena;
	const char *foreign_platform;
	struct error *err;
	struct json_frame frames[JSON_DEPTH_MAX];
	size_t depth;
	struct json_names names;
};

/* NULL before the document and after it. */
struct json_frame *json_stack_top(struct json_reader *reader);

/*
 * 0, yajl's word for "stop": the error is set already, and gets the path of the value that comes
 * next; or of the first `levels` frames, and of `name` in the last of them when it is not NULL.
 */
int json_stack_stop(struct json_reader *reader);
int json_stack_stop_at(struct json_reader *reader, size_t levels, const char *name);

/*
 * Whether a value of this type may come next; and its kind, JSON_KIND_FOREIGN if it is not stored.
 */
bool json_stack_accepts(struct json_reader *reader, enum json_type found, enum json_kind *kind);

/* Where the value that comes next goes: a member, or a new element of a list. */
void *json_stack_slot(struct json_reader *reader);

/* The value is complete. Returns 1, yajl's word for "go on". */
int json_stack_value_done(struct json_reader *reader);

#endif
