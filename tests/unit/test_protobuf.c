/* SPDX-License-Identifier: Apache-2.0 */
/* linux/protobuf: known bytes both ways, and bytes that are no message. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "linux/protobuf.h"

/* Reads from a block of exactly this size, so that a read past the end is seen. */
static int next_of(const char *bytes, size_t length, struct protobuf_field *field)
{
	cleanup_free char *copy = malloc(length > 0 ? length : 1);
	struct protobuf_reader reader;
	int result;

	assert_non_null(copy);
	memcpy(copy, bytes, length);
	reader = protobuf_read(copy, length);
	result = protobuf_next(&reader, field);
	/* Of the bytes only the length is of use to the caller: the block is gone. */
	return result;
}

#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct {
	const char *bytes;
	size_t length;
	uint32_t number;
	enum protobuf_type type;
	uint64_t value;
	size_t bytes_length;
} fields[] = {
	{ BYTES("\x08\x00"), 1, PROTOBUF_VARINT, 0, 0 },
	{ BYTES("\x08\x96\x01"), 1, PROTOBUF_VARINT, 150, 0 },
	{ BYTES("\x08\x80\x80\x00"), 1, PROTOBUF_VARINT, 0,
		0 }, /* longer than need be, and legal */
	{ BYTES("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), 2, PROTOBUF_VARINT, UINT64_MAX,
		0 },
	{ BYTES("\x78\x01"), 15, PROTOBUF_VARINT, 1, 0 },
	{ BYTES("\x80\x01\x01"), 16, PROTOBUF_VARINT, 1, 0 },
	{ BYTES("\xf8\xff\xff\xff\x0f\x01"), 536870911, PROTOBUF_VARINT, 1, 0 },
	{ BYTES("\x09\x01\x02\x03\x04\x05\x06\x07\x08"), 1, PROTOBUF_FIXED64,
		UINT64_C(0x0807060504030201), 0 },
	{ BYTES("\x0d\x01\x02\x03\x84"), 1, PROTOBUF_FIXED32, 0x84030201, 0 },
	{ BYTES("\x12\x00"), 2, PROTOBUF_BYTES, 0, 0 },
	{ BYTES("\x12\x07testing"), 2, PROTOBUF_BYTES, 0, 7 },
	{ BYTES("\x12\x02te and more"), 2, PROTOBUF_BYTES, 0, 2 },
};

static void one_field(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(fields); i++) {
		struct protobuf_field field = { 0 };

		print_message("field %zu\n", i);
		assert_int_equal(next_of(fields[i].bytes, fields[i].length, &field), 1);
		assert_int_equal(field.number, fields[i].number);
		assert_int_equal(field.type, fields[i].type);
		assert_true(field.value == fields[i].value);
		assert_int_equal(field.bytes.end - field.bytes.next, fields[i].bytes_length);
		assert_true(protobuf_is(&field, fields[i].number, fields[i].type));
		assert_false(protobuf_is(&field, fields[i].number + 1, fields[i].type));
		assert_false(protobuf_is(&field, fields[i].number, PROTOBUF_FIXED32 ^ field.type));
	}
}

static const struct {
	const char *bytes;
	size_t length;
} malformed[] = {
	{ BYTES("\x08") },
	{ BYTES("\x80") },
	{ BYTES("\x08\x80") },
	{ BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02") },     /* 65 bits */
	{ BYTES("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01") }, /* eleven bytes */
	{ BYTES("\x00\x01") },                                         /* number 0 */
	{ BYTES("\x02\x00") },
	{ BYTES("\x80\x80\x80\x80\x10\x01") }, /* number 2^29 */
	{ BYTES("\x88\x80\x80\x80\x80\x80\x80\x80\x80\x01\x01") },
	{ BYTES("\x09\x01\x02\x03\x04\x05\x06\x07") },
	{ BYTES("\x0d\x01\x02\x03") },
	{ BYTES("\x0b\x0c") }, /* a group */
	{ BYTES("\x0c") },     /* its end */
	{ BYTES("\x0e\x00") }, /* types that do not exist */
	{ BYTES("\x0f\x00") },
	{ BYTES("\x12") },
	{ BYTES("\x12\x80") },
	{ BYTES("\x12\x01") },
	{ BYTES("\x12\x08testing") },
	{ BYTES("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01testing") },
};

static void what_is_no_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(malformed); i++) {
		struct protobuf_field field = { .number = 7 };

		print_message("bytes %zu\n", i);
		assert_int_equal(
			next_of(malformed[i].bytes, malformed[i].length, &field), -EBADMSG);
		assert_int_equal(field.number, 7);
	}
}

static void the_empty_message(void **state)
{
	struct protobuf_reader reader = protobuf_read(NULL, 0);
	struct protobuf_field field;

	(void)state;
	assert_int_equal(protobuf_next(&reader, &field), 0);
	assert_int_equal(protobuf_next(&reader, &field), 0);
}

static void strings(void **state)
{
	static const char text[] = "ab\0c";
	struct protobuf_field field = { .type = PROTOBUF_BYTES, .bytes = protobuf_read(text, 2) };
	cleanup_free char *string = protobuf_string(&field), *empty = NULL;

	(void)state;
	assert_string_equal(string, "ab");
	field.bytes = protobuf_read(text, 4);
	assert_null(protobuf_string(&field));
	field.bytes = protobuf_read(NULL, 0);
	empty = protobuf_string(&field);
	assert_string_equal(empty, "");
}

static void written_as_the_format_says(void **state)
{
	static const char wanted[] = "\x08\x96\x01"
				     "\x12\x07testing"
				     "\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
				     "\x1a\x02\x08\x00"
				     "\x22\x00"
				     "\x2a\x02\x00\xff";
	cleanup_text struct text message = { 0 }, inner = { 0 }, nothing = { 0 };

	(void)state;
	protobuf_add_varint(&message, 1, 150);
	protobuf_add_string(&message, 2, "testing");
	protobuf_add_varint(&message, 16, (uint64_t)(int64_t)-1);
	protobuf_add_varint(&inner, 1, false);
	protobuf_add_message(&message, 3, &inner);
	protobuf_add_message(&message, 4, &nothing);
	protobuf_add_bytes(&message, 5, "\x00\xff", 2);
	assert_int_equal(message.length, sizeof(wanted) - 1);
	assert_memory_equal(message.data, wanted, message.length);
}

static void written_and_read_again(void **state)
{
	(void)state;
	for (unsigned int bits = 0; bits < 64; bits++) {
		cleanup_text struct text message = { 0 };
		uint64_t value = UINT64_MAX >> bits;
		uint32_t number = (uint32_t)(value & 0x1fffffff);
		struct protobuf_reader reader;
		struct protobuf_field field;

		protobuf_add_varint(&message, number, value);
		protobuf_add_string(&message, number, "\xc3\xa4");
		reader = protobuf_read(message.data, message.length);
		assert_int_equal(protobuf_next(&reader, &field), 1);
		assert_true(protobuf_is(&field, number, PROTOBUF_VARINT));
		assert_true(field.value == value);
		assert_int_equal(protobuf_next(&reader, &field), 1);
		assert_true(protobuf_is(&field, number, PROTOBUF_BYTES));
		assert_memory_equal(field.bytes.next, "\xc3\xa4", 2);
		assert_int_equal(protobuf_next(&reader, &field), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_field),
		cmocka_unit_test(what_is_no_message),
		cmocka_unit_test(the_empty_message),
		cmocka_unit_test(strings),
		cmocka_unit_test(written_as_the_format_says),
		cmocka_unit_test(written_and_read_again),
	};

	return cmocka_run_group_tests_name("protobuf", tests, NULL, NULL);
}
