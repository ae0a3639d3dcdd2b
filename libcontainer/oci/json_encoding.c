/* SPDX-License-Identifier: Apache-2.0 */
/* Strict UTF-8 and strict escapes, because yajl checks the form of both but not the meaning. */
#include "oci/json_encoding.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define SURROGATE_HIGH 0xd800U
#define SURROGATE_LOW 0xdc00U
#define SURROGATE_END 0xe000U

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* The length of the well-formed sequence at the head of `text`, or 0. */
static size_t utf8_length(const unsigned char *text, size_t available)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t min; /* a smaller code has a shorter form */
	} forms[] = {
		{ 0x80, 0x00, 0x0 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};
	size_t length = 0;
	uint32_t code;

	while (length < 4 && (text[0] & forms[length].mask) != forms[length].lead)
		length++;
	if (length == 4 || length >= available)
		return 0;
	code = text[0] & (unsigned char)~forms[length].mask;
	for (size_t i = 1; i <= length; i++) {
		if (!is_continuation(text[i]))
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < forms[length].min || code > 0x10ffff ||
		(code >= SURROGATE_HIGH && code < SURROGATE_END))
		return 0;
	return length + 1;
}

/* The code unit of the \uXXXX at the head of `text`, or -1 when there is none. */
static long escape_code_unit(const char *text, size_t available)
{
	long code = 0;

	if (available < 6 || text[0] != '\\' || text[1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		static const char digits[] = "0123456789abcdef0123456789ABCDEF";
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

		if (!digit)
			return -1;
		code = code << 4 | ((digit - digits) & 0xf);
	}
	return code;
}

/* The length of the escape at the head of `text`, or 0 for half a surrogate pair. */
static size_t escape_length(const char *text, size_t available)
{
	long code = escape_code_unit(text, available), next;

	if (code < (long)SURROGATE_HIGH || code >= (long)SURROGATE_END)
		return available < 2 ? 1 : code < 0 ? 2 : 6;
	next = escape_code_unit(text + 6, available - 6);
	if (code >= (long)SURROGATE_LOW || next < (long)SURROGATE_LOW ||
		next >= (long)SURROGATE_END)
		return 0;
	return 12;
}

/* The length of the character or escape at the head of `text`; 0 with an error for none. */
static size_t character_length(const char *text, size_t available, struct error *err)
{
	unsigned char byte = (unsigned char)text[0];
	size_t length = 1;

	if (byte == '\\') {
		length = escape_length(text, available);
		if (length == 0)
			error_set(err, EINVAL, "a \\u escape is half of a surrogate pair");
	} else if (byte >= 0x80) {
		length = utf8_length((const unsigned char *)text, available);
		if (length == 0)
			error_set(err, EINVAL, "0x%02x does not begin valid UTF-8", byte);
	} else if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') {
		length = 0;
		error_set(err, EINVAL, "control character 0x%02x in the document", byte);
	}
	return length;
}

int json_check_encoding(const char *data, size_t length, struct error *err)
{
	size_t step;

	for (size_t i = 0; i < length; i += step) {
		step = character_length(data + i, length - i, err);
		if (step == 0)
			return json_error_place(err, data, i);
	}
	return 0;
}

int json_error_place(struct error *err, const char *data, size_t offset)
{
	size_t line = 1, line_start = 0;

	for (size_t i = 0; i < offset; i++) {
		if (data[i] != '\n')
			continue;
		line++;
		line_start = i + 1;
	}
	return error_prefix(err, "line %zu, byte %zu", line, offset - line_start + 1);
}

/* Of well-formed UTF-8; U+0080 to U+009F are 0xc2 0x80 to 0xc2 0x9f. */
static bool is_control(const unsigned char *text, size_t available)
{
	return text[0] < 0x20 || text[0] == 0x7f ||
	       (text[0] == 0xc2 && available > 1 && text[1] < 0xa0);
}

bool json_has_control(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (is_control((const unsigned char *)text + i, length - i))
			return true;
	}
	return false;
}

const char *json_excerpt(const char *text, size_t length, char buffer[JSON_EXCERPT_SIZE])
{
	static const char ellipsis[] = "...";
	size_t end = length;

	if (end >= JSON_EXCERPT_SIZE) {
		end = JSON_EXCERPT_SIZE - sizeof(ellipsis);
		while (end > 0 && is_continuation((unsigned char)text[end]))
			end--;
	}
	for (size_t i = 0; i < end; i++) {
		buffer[i] = text[i];
		if (!is_control((const unsigned char *)text + i, end - i))
			continue;
		buffer[i] = '?';
		if ((unsigned char)text[i] == 0xc2)
			buffer[++i] = '?';
	}
	memcpy(buffer + end, end < length ? ellipsis : "", end < length ? sizeof(ellipsis) : 1);
	return buffer;
}
