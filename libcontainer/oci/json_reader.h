/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON object into a C struct, as a table of its properties says. One row is one property:
 *
 *	static const struct json_property root_properties[] = {
 *		JSON_STRING("path", struct oci_root, path, .required = true),
 *		JSON_BOOL("readonly", struct oci_root, readonly),
 *	};
 *	static const struct json_table root_table = { JSON_TABLE(root_properties) };
 *
 * The compiler checks that the member has the type that the row stores.
 */
#ifndef OCI_JSON_READER_H
#define OCI_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "oci/config.h"

/* Objects and arrays may nest this deep, the outermost object included. */
#define JSON_DEPTH_MAX 128

enum json_kind {
	JSON_KIND_STRING,
	JSON_KIND_CHAR, /* a string of exactly one ASCII character */
	JSON_KIND_ENUM, /* a string out of `names`; its index is stored as an int or an enum */
	JSON_KIND_BOOL,
	JSON_KIND_INT,
	JSON_KIND_I64,
	JSON_KIND_U32,
	JSON_KIND_U64,
	/* A bool `set` and a `value`, so that an absent property differs from zero. */
	JSON_KIND_OPTIONAL_BOOL,
	JSON_KIND_OPTIONAL_I64,
	JSON_KIND_OPTIONAL_U32,
	JSON_KIND_OPTIONAL_U64,
	JSON_KIND_STRINGS,       /* an array of strings */
	JSON_KIND_U32_LIST,      /* an array of numbers */
	JSON_KIND_MAP,           /* an object with any names and string values */
	JSON_KIND_OBJECT,        /* an object with a table, in a struct that is a member */
	JSON_KIND_OBJECTS,       /* an array of such objects */
	JSON_KIND_NAMED_OBJECTS, /* an object whose values are such objects, under any names */
	JSON_KIND_FOREIGN,       /* known, and of another platform: checked as JSON, not stored */
	JSON_KIND_COUNT,
};

struct json_table;

struct json_property {
	const char *name;
	enum json_kind kind;
	bool required;
	size_t offset;        /* of the member */
	size_t length_offset; /* lists: of the size_t that counts the elements */
	size_t element_size;  /* lists of objects: of the struct */
	size_t name_offset;   /* named objects: of the char * for the name, in the struct */
	const struct json_table *table; /* objects */
	const char *const *names;       /* enum */
	size_t names_length;
	int64_t min; /* integers; both zero: all that the member can hold */
	uint64_t max;
	const char
		*platform; /* not NULL: the property means something on this other platform only */
};

struct json_table {
	const struct json_property *properties; /* at most 64 */
	size_t length;
	/* The struct begins with `bool set`, which becomes true when the object is present. */
	bool begins_with_set;
	/* "config.md, \"Root\"": where the specification says what is required, or NULL. */
	const char *section;
	/*
	 * Asked about every property that is not in the table; NULL ignores it, as the
	 * specification demands. Returns -1 with a sentence (the reader puts the path before it).
	 */
	int (*unknown)(const char *name, struct error *err);
};

/*
 * Reads the one object that `data` is into *object, a zeroed struct as `table` describes it; what
 * it points to comes from `arena`. *foreign_platform (may be NULL) becomes the platform of the
 * first property that belongs to another one. Errors begin with the path of the property:
 * "mounts[3].options[2]: expected a string, found a number"; those of syntax with line and byte.
 *
 * A property that is null counts as absent: Go programs write a nil slice, map or pointer so.
 */
int json_read(const char *data, size_t length, const struct json_table *table, void *object,
	struct arena *arena, const char **foreign_platform, struct error *err);

/* For `struct json_table`: the rows and their number. */
#define JSON_TABLE(rows)                                                           \
	.properties = (rows),                                                      \
	.length = ARRAY_LENGTH(rows) + /* What was seen is a bitmap of 64 bits. */ \
		  0 * sizeof(char[ARRAY_LENGTH(rows) <= 64 ? 1 : -1])

/* offsetof that compiles only when the member has the type. */
#define JSON_OFFSET(type, member, member_type) \
	(offsetof(type, member) + _Generic(((type *)0)->member, member_type : 0))

#define JSON_ROW(name_, kind_, type, member, member_type, ...)                \
	{                                                                     \
		.name = (name_), .kind = (kind_),                             \
		.offset = JSON_OFFSET(type, member, member_type), __VA_ARGS__ \
	}

/* (name in JSON, struct type, member, further fields of struct json_property ...) */
#define JSON_STRING(name_, type, member, ...) \
	JSON_ROW(name_, JSON_KIND_STRING, type, member, char *, __VA_ARGS__)
#define JSON_CHAR(name_, type, member, ...) \
	JSON_ROW(name_, JSON_KIND_CHAR, type, member, char, __VA_ARGS__)
#define JSON_BOOL(name_, type, member, ...) \
	JSON_ROW(name_, JSON_KIND_BOOL, type, member, bool, __VA_ARGS__)
#define JSON_INT(name_, type, member, ...) \
	JSON_ROW(name_, JSON_KIND_INT, type, member, int, __VA_ARGS__)
#define JSON_I64(name_, type, member, ...) \
	JSON_ROW(name_, JSON_KIND_I64, type, member, int64_t, __VA_ARGS__)
#define JSON_U32(name_, type, member, ...) \
	JSON_ROW(name_, JSON_KIND_U32, type, member, uint32_t, __VA_ARGS__)
#define JSON_U64(name_, type, member, ...) \
	JSON_ROW(name_, JSON_KIND_U64, type, member, uint64_t, __VA_ARGS__)
#define JSON_OPTIONAL_BOOL(name_, type, member, ...) \
	JSON_ROW(name_, JSON_KIND_OPTIONAL_BOOL, type, member, struct oci_bool, __VA_ARGS__)
#define JSON_OPTIONAL_I64(name_, type, member, ...) \
	JSON_ROW(name_, JSON_KIND_OPTIONAL_I64, type, member, struct oci_i64, __VA_ARGS__)
#define JSON_OPTIONAL_U32(name_, type, member, ...) \
	JSON_ROW(name_, JSON_KIND_OPTIONAL_U32, type, member, struct oci_u32, __VA_ARGS__)
#define JSON_OPTIONAL_U64(name_, type, member, ...) \
	JSON_ROW(name_, JSON_KIND_OPTIONAL_U64, type, member, struct oci_u64, __VA_ARGS__)
#define JSON_STRINGS(name_, type, member, ...)                                                  \
	JSON_ROW(name_, JSON_KIND_STRINGS, type, member, struct oci_strings,                    \
		.length_offset = offsetof(type, member.length), .element_size = sizeof(char *), \
		__VA_ARGS__)
#define JSON_MAP(name_, type, member, ...)                           \
	JSON_ROW(name_, JSON_KIND_MAP, type, member, struct oci_map, \
		.length_offset = offsetof(type, member.length),      \
		.element_size = sizeof(struct oci_map_entry),        \
		.name_offset = offsetof(struct oci_map_entry, key), __VA_ARGS__)

/* The strings are names_[0 .. count - 1]; the member is an int or an enum. */
#define JSON_ENUM(name_, type, member, names_, count, ...)                                       \
	{                                                                                        \
		.name = (name_), .kind = JSON_KIND_ENUM,                                         \
		.offset = offsetof(type, member) +                                               \
			  0 * sizeof(char[sizeof(((type *)0)->member) == sizeof(int) ? 1 : -1]), \
		.names = (names_), .names_length = (count), __VA_ARGS__                          \
	}

#define JSON_U32_LIST(name_, type, member, length_member, ...)             \
	JSON_ROW(name_, JSON_KIND_U32_LIST, type, member, uint32_t *,      \
		.length_offset = JSON_OFFSET(type, length_member, size_t), \
		.element_size = sizeof(uint32_t), __VA_ARGS__)

/* table_ is a struct json_table. */
#define JSON_OBJECT(name_, type, member, table_, ...)                                        \
	{                                                                                    \
		.name = (name_), .kind = JSON_KIND_OBJECT, .offset = offsetof(type, member), \
		.table = &(table_), __VA_ARGS__                                              \
	}
#define JSON_OBJECTS(name_, type, member, length_member, table_, ...)                         \
	{                                                                                     \
		.name = (name_), .kind = JSON_KIND_OBJECTS, .offset = offsetof(type, member), \
		.length_offset = JSON_OFFSET(type, length_member, size_t),                    \
		.element_size = sizeof(*((type *)0)->member), .table = &(table_), __VA_ARGS__ \
	}
/* `element` is the struct that the member points to; element.name takes the name. */
#define JSON_NAMED_OBJECTS(name_, type, member, length_member, table_, element, ...) \
	{                                                                            \
		.name = (name_), .kind = JSON_KIND_NAMED_OBJECTS,                    \
		.offset = JSON_OFFSET(type, member, element *),                      \
		.length_offset = JSON_OFFSET(type, length_member, size_t),           \
		.element_size = sizeof(element), .table = &(table_),                 \
		.name_offset = JSON_OFFSET(element, name, char *), __VA_ARGS__       \
	}

#define JSON_FOREIGN(name_, platform_)                                              \
	{                                                                           \
		.name = (name_), .kind = JSON_KIND_FOREIGN, .platform = (platform_) \
	}

#endif
