/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/systemd_value.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "base/text.h"

#define SURROGATE_FIRST 0xd800
#define SURROGATE_LAST 0xdfff
#define CODE_POINT_MAX 0x10ffff

struct value_reader {
	const char *at;
	struct arena *arena;
};

static const struct value_type {
	const char *keyword, *signature;
	enum systemd_type type;
	int64_t min;
	uint64_t max;
} value_types[] = {
	{ "boolean", "b", SYSTEMD_BOOL, 0, 0 },
	{ "byte", "y", SYSTEMD_BYTE, 0, UINT8_MAX },
	{ "int16", "n", SYSTEMD_I16, INT16_MIN, INT16_MAX },
	{ "uint16", "q", SYSTEMD_U16, 0, UINT16_MAX },
	{ "int32", "i", SYSTEMD_I32, INT32_MIN, INT32_MAX },
	{ "uint32", "u", SYSTEMD_U32, 0, UINT32_MAX },
	{ "int64", "x", SYSTEMD_I64, INT64_MIN, INT64_MAX },
	{ "uint64", "t", SYSTEMD_U64, 0, UINT64_MAX },
	{ "double", "d", SYSTEMD_DOUBLE, 0, 0 },
	{ "string", "s", SYSTEMD_STRING, 0, 0 },
	{ NULL, "as", SYSTEMD_STRINGS, 0, 0 },
	{ NULL, "ay", SYSTEMD_BYTES, 0, UINT8_MAX },
};

static const struct value_type *value_type(enum systemd_type type)
{
	for (size_t i = 0; i < ARRAY_LENGTH(value_types); i++)
		if (value_types[i].type == type)
			return &value_types[i];
	fatal_mistake("a systemd property has no type");
}

static void value_skip_blanks(struct value_reader *reader)
{
	reader->at += strspn(reader->at, " \t\n\r\f\v");
}

static bool value_take(struct value_reader *reader, char character)
{
	value_skip_blanks(reader);
	if (*reader->at != character)
		return false;
	reader->at++;
	return true;
}

/* As long as it is made of letters and digits. */
static bool value_take_word(struct value_reader *reader, const char *word)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t length = strspn(reader->at, letters);

	if (!word || length != strlen(word) || strncmp(reader->at, word, length) != 0)
		return false;
	reader->at += length;
	return true;
}

/* "uint64 " or "@t "; NULL: the value says it itself. */
static const struct value_type *value_take_type(struct value_reader *reader)
{
	bool by_signature;

	value_skip_blanks(reader);
	by_signature = *reader->at == '@';
	reader->at += by_signature;
	for (size_t i = 0; i < ARRAY_LENGTH(value_types); i++)
		if (value_take_word(reader,
			    by_signature ? value_types[i].signature : value_types[i].keyword))
			return &value_types[i];
	reader->at -= by_signature;
	return NULL;
}

static bool value_is_number(const struct value_reader *reader)
{
	return *reader->at != '\0' && strchr("+-.0123456789", *reader->at) != NULL;
}

/* As in C; a fraction or an exponent makes a double of it. */
static bool value_is_double(const struct value_reader *reader)
{
	size_t length = strcspn(reader->at, " \t\n\r\f\v,]");
	size_t sign = strspn(reader->at, "+-");
	const char *digits = reader->at + sign;

	if (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X'))
		return false;
	for (size_t i = 0; i < length; i++)
		if (strchr(".eE", reader->at[i]))
			return true;
	return false;
}

static int value_read_double(struct value_reader *reader, struct systemd_property *property)
{
	char *end;

	if (!value_is_number(reader))
		return -EINVAL;
	property->real = strtod(reader->at, &end);
	if (end == reader->at || !isfinite(property->real))
		return -EINVAL;
	reader->at = end;
	return 0;
}

static int value_read_integer(
	struct value_reader *reader, const struct value_type *type, uint64_t *number)
{
	bool negative;
	char *end;

	if (!value_is_number(reader) || value_is_double(reader))
		return -EINVAL;
	negative = *reader->at == '-';
	reader->at += negative || *reader->at == '+';
	if (strspn(reader->at, "0123456789") == 0)
		return -EINVAL;
	errno = 0;
	*number = strtoull(reader->at, &end, 0);
	if (errno || (negative ? *number > 0 - (uint64_t)type->min : *number > type->max))
		return -EINVAL;
	if (negative)
		*number = 0 - *number;
	reader->at = end;
	return 0;
}

static int value_read_code_point(struct value_reader *reader, size_t digits, struct text *text)
{
	char number[9] = "";
	unsigned long point;

	if (strspn(reader->at, "0123456789abcdefABCDEF") < digits)
		return -EINVAL;
	memcpy(number, reader->at, digits);
	reader->at += digits;
	point = strtoul(number, NULL, 16);
	if (point == 0 || point > CODE_POINT_MAX ||
		(point >= SURROGATE_FIRST && point <= SURROGATE_LAST))
		return -EINVAL;
	if (point < 0x80)
		text_printf(text, "%c", (int)point);
	else if (point < 0x800)
		text_printf(text, "%c%c", (int)(0xc0 | point >> 6), (int)(0x80 | (point & 0x3f)));
	else if (point < 0x10000)
		text_printf(text, "%c%c%c", (int)(0xe0 | point >> 12),
			(int)(0x80 | (point >> 6 & 0x3f)), (int)(0x80 | (point & 0x3f)));
	else
		text_printf(text, "%c%c%c%c", (int)(0xf0 | point >> 18),
			(int)(0x80 | (point >> 12 & 0x3f)), (int)(0x80 | (point >> 6 & 0x3f)),
			(int)(0x80 | (point & 0x3f)));
	return 0;
}

/* Behind the backslash. */
static int value_read_escape(struct value_reader *reader, struct text *text)
{
	static const char letters[] = "abfnrtv", meanings[] = "\a\b\f\n\r\t\v";
	char letter = *reader->at;
	const char *found;

	if (letter == '\0')
		return -EINVAL;
	reader->at++;
	if (letter == 'u' || letter == 'U')
		return value_read_code_point(reader, letter == 'u' ? 4 : 8, text);
	found = strchr(letters, letter);
	text_printf(text, "%c", found ? meanings[found - letters] : letter);
	return 0;
}

static int value_read_string(struct value_reader *reader, char **string)
{
	cleanup_text struct text text = { 0 };
	char quote = *reader->at;

	if (quote != '\'' && quote != '"')
		return -EINVAL;
	for (reader->at++; *reader->at != quote;) {
		if (*reader->at == '\0')
			return -EINVAL;
		if (*reader->at == '\\') {
			reader->at++;
			if (value_read_escape(reader, &text) < 0)
				return -EINVAL;
			continue;
		}
		text_add_bytes(&text, reader->at, 1);
		reader->at++;
	}
	reader->at++;
	*string = arena_printf(reader->arena, "%s", text.data ? text.data : "");
	return 0;
}

static int value_read_bool(struct value_reader *reader, struct systemd_property *property)
{
	property->number = value_take_word(reader, "true");
	return property->number || value_take_word(reader, "false") ? 0 : -EINVAL;
}

/* What is before an element: nothing, or its type. */
static int value_begin_element(struct value_reader *reader, enum systemd_type type, size_t before)
{
	const struct value_type *element;

	if (before > 0 && !value_take(reader, ','))
		return -EINVAL;
	element = value_take_type(reader);
	value_skip_blanks(reader);
	return element && element->type != type ? -EINVAL : 0;
}

static int value_read_bytes(struct value_reader *reader, struct systemd_property *property)
{
	size_t size = strlen(reader->at), length = 0;
	uint8_t *bytes = arena_alloc(reader->arena, size + 1);

	while (!value_take(reader, ']')) {
		uint64_t number;

		if (value_begin_element(reader, SYSTEMD_BYTE, length) < 0 ||
			value_read_integer(reader, value_type(SYSTEMD_BYTE), &number) < 0)
			return -EINVAL;
		bytes[length++] = (uint8_t)number;
	}
	property->bytes = bytes;
	property->number = length;
	return 0;
}

static int value_read_strings(struct value_reader *reader, struct systemd_property *property)
{
	size_t size = strlen(reader->at), length = 0;
	/* Each has two quotes at least. */
	char **strings = arena_alloc(reader->arena, (size / 2 + 1) * sizeof(*strings));

	while (!value_take(reader, ']')) {
		if (value_begin_element(reader, SYSTEMD_STRING, length) < 0 ||
			value_read_string(reader, &strings[length]) < 0)
			return -EINVAL;
		length++;
	}
	strings[length] = NULL;
	property->strings = strings;
	return 0;
}

/* Behind the bracket. Of an empty one only `asked` says of what it is, of others the first element does. */
static int value_read_array(struct value_reader *reader, const struct value_type *asked,
	struct systemd_property *property)
{
	struct value_reader first = *reader;
	const struct value_type *element = asked ? NULL : value_take_type(&first);

	value_skip_blanks(&first);
	if (asked)
		property->type = asked->type;
	else if (element && element->type == SYSTEMD_BYTE)
		property->type = SYSTEMD_BYTES;
	else if (*first.at == '\'' || *first.at == '"')
		property->type = SYSTEMD_STRINGS;
	else
		return -EINVAL;
	switch (property->type) {
	case SYSTEMD_BYTES:
		return value_read_bytes(reader, property);
	case SYSTEMD_STRINGS:
		return value_read_strings(reader, property);
	default:
		return -EINVAL;
	}
}

/* What it is by itself; a number without a fraction is an int32. */
static const struct value_type *value_guess_type(const struct value_reader *reader)
{
	if (*reader->at == '\'' || *reader->at == '"')
		return value_type(SYSTEMD_STRING);
	if (value_is_number(reader))
		return value_type(value_is_double(reader) ? SYSTEMD_DOUBLE : SYSTEMD_I32);
	return value_type(SYSTEMD_BOOL);
}

static int value_read(struct value_reader *reader, struct systemd_property *property)
{
	const struct value_type *type = value_take_type(reader);
	char *string;

	if (value_take(reader, '['))
		return value_read_array(reader, type, property);
	if (!type)
		type = value_guess_type(reader);
	property->type = type->type;
	switch (type->type) {
	case SYSTEMD_BOOL:
		return value_read_bool(reader, property);
	case SYSTEMD_DOUBLE:
		return value_read_double(reader, property);
	case SYSTEMD_STRING:
		if (value_read_string(reader, &string) < 0)
			return -EINVAL;
		property->text = string;
		return 0;
	case SYSTEMD_STRINGS:
	case SYSTEMD_BYTES:
	case SYSTEMD_PIDS:
	case SYSTEMD_PAIRS:
		return -EINVAL;
	default:
		return value_read_integer(reader, type, &property->number);
	}
}

int systemd_value_parse(const char *text, struct arena *arena, struct systemd_property *property)
{
	struct value_reader reader = { text, arena };

	if (value_read(&reader, property) < 0)
		return -EINVAL;
	value_skip_blanks(&reader);
	return *reader.at == '\0' ? 0 : -EINVAL;
}
