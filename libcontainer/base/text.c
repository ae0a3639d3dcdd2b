/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"

static void text_reserve(struct text *text, size_t more)
{
	size_t wanted = text->length + more + 1;
	size_t size = text->size ? text->size : 64;

	if (wanted <= text->size)
		return;
	while (size < wanted)
		size *= 2;
	text->data = realloc(text->data, size);
	if (!text->data)
		fatal_out_of_memory();
	text->size = size;
}

void text_add_bytes(struct text *text, const void *bytes, size_t length)
{
	text_reserve(text, length);
	if (length > 0)
		memcpy(text->data + text->length, bytes, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *part)
{
	text_add_bytes(text, part, strlen(part));
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list args, again;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		fatal_out_of_memory();
	text_reserve(text, (size_t)length);
	vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
	va_end(again);
	text->length += (size_t)length;
}

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){ 0 };
}

bool text_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool text_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

void strv_add(struct strv *list, const char *item)
{
	list->items = realloc(list->items, (list->length + 2) * sizeof(*list->items));
	if (!list->items)
		fatal_out_of_memory();
	list->items[list->length] = strdup(item);
	if (!list->items[list->length])
		fatal_out_of_memory();
	list->items[++list->length] = NULL;
}

void strv_free(struct strv *list)
{
	for (size_t i = 0; i < list->length; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strv){ 0 };
}

int number_parse_u64(const char *text, uint64_t *value)
{
	uint64_t sum = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(sum, 10U, &sum) ||
			__builtin_add_overflow(sum, (uint64_t)(*text - '0'), &sum))
			return -ERANGE;
	}
	*value = sum;
	return 0;
}

int number_parse_i64(const char *text, int64_t *value)
{
	bool negative = *text == '-';
	uint64_t size;
	int result = number_parse_u64(text + negative, &size);

	if (result < 0)
		return result;
	if (size > (uint64_t)INT64_MAX + negative)
		return -ERANGE;
	*value = negative ? (int64_t)-size : (int64_t)size;
	return 0;
}

int number_parse_int(const char *text, int min, int max, int *value)
{
	int64_t wide;
	int result = number_parse_i64(text, &wide);

	if (result < 0)
		return result;
	if (wide < min || wide > max)
		return -ERANGE;
	*value = (int)wide;
	return 0;
}
