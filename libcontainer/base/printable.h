/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text from config.json, an image or a process, made safe for a terminal and a log. What a terminal would act on
 * is escaped: control characters (newline, ESC, DEL, the C1 controls that UTF-8 has too), the line separators
 * and marks that turn the direction of writing, and bytes that are no UTF-8. All other text of any language
 * stays as it is.
 */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include <stddef.h>

#include "base/text.h"

/* So much more room than the text takes is always enough. */
#define PRINTABLE_GROWTH 6

enum printable_style {
	PRINTABLE_TERMINAL, /* \n, \t, \x1b for bytes, \u202e for characters */
	PRINTABLE_JSON, /* the inside of a string: also quote and backslash; \ufffd for no UTF-8 */
	/* A whole JSON document, whose quotes and line ends are its own: strings in it have none. */
	PRINTABLE_DOCUMENT,
};

/*
 * Writes `length` bytes of text to `output`, which has room for PRINTABLE_GROWTH times as many and a NUL.
 * Returns the bytes written but for the NUL.
 */
size_t printable_copy(char *output, const char *text, size_t length, enum printable_style style);

/* The same with room of its own. */
void printable_add(
	struct text *output, const char *text, size_t length, enum printable_style style);

#endif
