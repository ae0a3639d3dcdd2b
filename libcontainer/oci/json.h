/* SPDX-License-Identifier: Apache-2.0 */
/* JSON in and out. json_reader.c and json_writer.c are the only files that know yajl. */
#ifndef OCI_JSON_H
#define OCI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * A writer over yajl_gen: calls nest as the document does. Misuse and want of memory end
 * the process (base/fatal.h); nothing else fails.
 */
struct json_writer;

struct json_writer *json_writer_new(bool pretty); /* pretty: two spaces, a newline at the end */
void json_writer_free(struct json_writer **writer);
#define cleanup_json_writer __attribute__((cleanup(json_writer_free)))

/* `key` is NULL inside arrays and at the top. */
void json_open_object(struct json_writer *writer, const char *key);
void json_close_object(struct json_writer *writer);
void json_open_array(struct json_writer *writer, const char *key);
void json_close_array(struct json_writer *writer);
void json_string(struct json_writer *writer, const char *key, const char *value); /* NULL: null */
void json_i64(struct json_writer *writer, const char *key, int64_t value);
void json_u64(struct json_writer *writer, const char *key, uint64_t value);
void json_bool(struct json_writer *writer, const char *key, bool value);
void json_strings(struct json_writer *writer, const char *key,
	const char *const *values); /* NULL-terminated */

/* The document so far; owned by the writer. */
const char *json_text(const struct json_writer *writer, size_t *length);

#endif
