/* SPDX-License-Identifier: Apache-2.0 */
/* Growable text, lists of strings, and numbers read to the last character. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Growable text; a zeroed struct is empty. data is NULL until something was added, else
 * NUL-terminated. */
struct text {
	char *data;
	size_t length, size;
};

/* End the process when out of memory, like the arena. */
void text_add(struct text *text, const char *part);
void text_add_bytes(struct text *text, const void *bytes, size_t length);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_free(struct text *text);
#define cleanup_text __attribute__((cleanup(text_free)))

bool text_equal(const char *a, const char *b); /* NULL equals only NULL */
bool text_starts_with(const char *text, const char *prefix);

/* A NULL-terminated list of malloc'd strings; `items` is NULL until something was added. */
struct strv {
	char **items;
	size_t length;
};

void strv_add(struct strv *list, const char *item); /* copies */
void strv_free(struct strv *list);
#define cleanup_strv __attribute__((cleanup(strv_free)))

/* Decimal only, whole string, no blanks, no plus sign; 0 or -EINVAL / -ERANGE. */
int number_parse_u64(const char *text, uint64_t *value);
int number_parse_i64(const char *text, int64_t *value);
/* The same within [min, max]. */
int number_parse_int(const char *text, int min, int max, int *value);

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#endif
