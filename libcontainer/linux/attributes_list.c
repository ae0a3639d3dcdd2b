/* SPDX-License-Identifier: Apache-2.0 */
/* Reads lists of CPUs and memory nodes. */
#include "linux/attributes_list.h"

#include <errno.h>
#include <string.h>

static const char *attributes_skip_blanks(const char *text)
{
	return text + strspn(text, " ");
}

/* Reads one number and the blanks behind it; NULL when there is none or it is too large. */
static const char *attributes_parse_number(const char *text, size_t *number)
{
	size_t sum = 0;

	text = attributes_skip_blanks(text);
	if (*text < '0' || *text > '9')
		return NULL;
	for (; *text >= '0' && *text <= '9'; text++) {
		sum = sum * 10 + (size_t)(*text - '0');
		if (sum >= ATTRIBUTES_BITS_MAX)
			return NULL;
	}
	*number = sum;
	return attributes_skip_blanks(text);
}

/* Reads "4" or "0-1" and stands on what follows it; NULL when it is neither. */
static const char *attributes_parse_range(const char *text, size_t *first, size_t *last)
{
	text = attributes_parse_number(text, first);
	*last = *first;
	if (text && *text == '-')
		text = attributes_parse_number(text + 1, last);
	return text && *first <= *last ? text : NULL;
}

int attributes_parse_list(
	const char *list, const char *where, struct attributes_bits *bits, struct error *err)
{
	const char *next = list;

	*bits = (struct attributes_bits){ 0 };
	for (;;) {
		size_t first = 0, last = 0;

		next = attributes_parse_range(next, &first, &last);
		if (!next || (*next && *next != ','))
			return error_set(err, EINVAL,
				"%s: '%s' is not a list of numbers and ranges up to %d such as "
				"'0-1,4'",
				where, list, ATTRIBUTES_BITS_MAX - 1);
		for (size_t i = first; i <= last; i++)
			bits->words[i / ATTRIBUTES_WORD_BITS] |= 1UL << (i % ATTRIBUTES_WORD_BITS);
		if (last > bits->highest)
			bits->highest = last;
		if (!*next)
			return 0;
		next++;
	}
}
