/* SPDX-License-Identifier: Apache-2.0 */
#include "base/printable.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define PRINTABLE_INVALID UINT32_MAX

/* The character at the beginning and its length; PRINTABLE_INVALID, of length 1, for what is no UTF-8. */
static uint32_t printable_decode(const unsigned char *text, size_t left, size_t *length)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t bytes = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
	uint32_t character;

	*length = 1;
	if (text[0] < 0x80)
		return text[0];
	if (text[0] < 0xc2 || text[0] > 0xf4 || bytes > left)
		return PRINTABLE_INVALID;
	character = text[0] & (0x7fU >> bytes);
	for (size_t i = 1; i < bytes; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return PRINTABLE_INVALID;
		character = character << 6 | (text[i] & 0x3f);
	}
	if (character < smallest[bytes] || character > 0x10ffff ||
		(character >= 0xd800 && character <= 0xdfff))
		return PRINTABLE_INVALID;
	*length = bytes;
	return character;
}

/* What a terminal acts on, or what makes text look like another. */
static bool printable_is_control(uint32_t character)
{
	static const uint32_t ranges[][2] = {
		{ 0, 0x1f }, { 0x7f, 0x9f }, { 0x61c, 0x61c }, /* Arabic letter mark */
		{ 0x200e, 0x200f }, /* left-to-right and right-to-left mark */
		{ 0x2028, 0x202e }, /* line and paragraph separator, embeddings and overrides */
		{ 0x2066, 0x2069 }, /* isolates */
		{ 0xfeff, 0xfeff }, /* byte order mark */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (character >= ranges[i][0] && character <= ranges[i][1])
			return true;
	return false;
}

/* A letter where C and JSON both have one. */
static char printable_letter(uint32_t character)
{
	switch (character) {
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return '\0';
	}
}

static size_t printable_escape(char *output, uint32_t character, enum printable_style style)
{
	char letter = printable_letter(character);

	if (letter)
		return (size_t)sprintf(output, "\\%c", letter);
	if (style == PRINTABLE_TERMINAL && character < 0x80)
		return (size_t)sprintf(output, "\\x%02x", character);
	return (size_t)sprintf(output, "\\u%04x", character);
}

static bool printable_is_escaped(uint32_t character, enum printable_style style)
{
	if (style == PRINTABLE_DOCUMENT && character < 0x20)
		return false;
	return printable_is_control(character);
}

/* Returns how many bytes of the text were taken. */
static size_t printable_take(
	char **output, const unsigned char *text, size_t left, enum printable_style style)
{
	size_t length;
	uint32_t character = printable_decode(text, left, &length);

	if (character == PRINTABLE_INVALID) {
		*output += style == PRINTABLE_TERMINAL ? sprintf(*output, "\\x%02x", text[0])
						       : sprintf(*output, "\\ufffd");
	} else if (printable_is_escaped(character, style)) {
		*output += printable_escape(*output, character, style);
	} else {
		if (style == PRINTABLE_JSON && (character == '"' || character == '\\'))
			*(*output)++ = '\\';
		memcpy(*output, text, length);
		*output += length;
	}
	return length;
}

size_t printable_copy(char *output, const char *text, size_t length, enum printable_style style)
{
	const unsigned char *next = (const unsigned char *)text, *end = next + length;
	char *start = output;

	while (next < end)
		next += printable_take(&output, next, (size_t)(end - next), style);
	*output = '\0';
	return (size_t)(output - start);
}

void printable_add(struct text *output, const char *text, size_t length, enum printable_style style)
{
	const unsigned char *next = (const unsigned char *)text, *end = next + length;

	while (next < end) {
		char piece[16], *piece_end = piece;

		next += printable_take(&piece_end, next, (size_t)(end - next), style);
		text_add_bytes(output, piece, (size_t)(piece_end - piece));
	}
}
