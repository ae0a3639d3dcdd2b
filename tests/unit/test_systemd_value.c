/* SPDX-License-Identifier: Apache-2.0 */
/* linux/systemd_value: what GVariant's text format says, and what it does not. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "linux/systemd_value.h"

static const struct {
	const char *text;
	enum systemd_type type;
	uint64_t number;
} numbers[] = {
	{ "true", SYSTEMD_BOOL, 1 },
	{ " false ", SYSTEMD_BOOL, 0 },
	{ "@b true", SYSTEMD_BOOL, 1 },
	{ "boolean true", SYSTEMD_BOOL, 1 },
	{ "5", SYSTEMD_I32, 5 },
	{ "+5", SYSTEMD_I32, 5 },
	{ "-1", SYSTEMD_I32, UINT64_MAX },
	{ "-2147483648", SYSTEMD_I32, (uint64_t)INT32_MIN },
	{ "0x1f", SYSTEMD_I32, 31 },
	{ "0xe", SYSTEMD_I32, 14 },
	{ "010", SYSTEMD_I32, 8 },
	{ "byte 255", SYSTEMD_BYTE, 255 },
	{ "@y 0", SYSTEMD_BYTE, 0 },
	{ "int16 -32768", SYSTEMD_I16, (uint64_t)INT16_MIN },
	{ "uint16 65535", SYSTEMD_U16, 65535 },
	{ "uint32 4294967295", SYSTEMD_U32, UINT32_MAX },
	{ "int64 -9223372036854775808", SYSTEMD_I64, (uint64_t)INT64_MIN },
	{ "uint64 18446744073709551615", SYSTEMD_U64, UINT64_MAX },
	{ "@t 5", SYSTEMD_U64, 5 },
	{ "uint64\t5", SYSTEMD_U64, 5 },
};

static int parse(const char *text, struct arena *arena, struct systemd_property *property)
{
	*property = (struct systemd_property){ 0 };
	print_message("%s\n", text);
	return systemd_value_parse(text, arena, property);
}

static void numbers_have_their_type(void **state)
{
	struct systemd_property property;
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
		assert_int_equal(parse(numbers[i].text, &arena, &property), 0);
		assert_int_equal(property.type, numbers[i].type);
		assert_true(property.number == numbers[i].number);
	}
	assert_int_equal(parse("1.5", &arena, &property), 0);
	assert_int_equal(property.type, SYSTEMD_DOUBLE);
	assert_true(property.real > 1.4 && property.real < 1.6);
	assert_int_equal(parse("double 1e3", &arena, &property), 0);
	assert_true(property.real > 999 && property.real < 1001);
	assert_int_equal(parse("@d -2", &arena, &property), 0);
	assert_true(property.real < -1.9);
	arena_free(&arena);
}

static void strings_are_unescaped(void **state)
{
	static const char *const rows[][2] = {
		{ "'inactive'", "inactive" },
		{ "\"it's\"", "it's" },
		{ "''", "" },
		{ "string 'a'", "a" },
		{ "@s 'a'", "a" },
		{ "'a\\'b\\\\c\\\"d'", "a'b\\c\"d" },
		{ "'\\t\\n'", "\t\n" },
		{ "'\\u00e4\\U0001f550'", "\xc3\xa4\xf0\x9f\x95\x90" },
		{ "'\\u20ac'", "\xe2\x82\xac" },
		{ "'a, b] c'", "a, b] c" },
	};
	struct systemd_property property;
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_int_equal(parse(rows[i][0], &arena, &property), 0);
		assert_int_equal(property.type, SYSTEMD_STRING);
		assert_string_equal(property.text, rows[i][1]);
	}
	arena_free(&arena);
}

static void arrays_are_of_strings_or_of_bytes(void **state)
{
	struct systemd_property property;
	struct arena arena = { 0 };

	(void)state;
	assert_int_equal(parse("['a', \"b\" , string 'c']", &arena, &property), 0);
	assert_int_equal(property.type, SYSTEMD_STRINGS);
	assert_string_equal(property.strings[0], "a");
	assert_string_equal(property.strings[1], "b");
	assert_string_equal(property.strings[2], "c");
	assert_null(property.strings[3]);
	assert_int_equal(parse("@as []", &arena, &property), 0);
	assert_int_equal(property.type, SYSTEMD_STRINGS);
	assert_null(property.strings[0]);
	assert_int_equal(parse("[byte 1, 0x02]", &arena, &property), 0);
	assert_int_equal(property.type, SYSTEMD_BYTES);
	assert_true(property.number == 2 && property.bytes[0] == 1 && property.bytes[1] == 2);
	assert_int_equal(parse("@ay [255]", &arena, &property), 0);
	assert_true(property.number == 1 && property.bytes[0] == 255);
	assert_int_equal(parse("@ay []", &arena, &property), 0);
	assert_int_equal(property.type, SYSTEMD_BYTES);
	assert_true(property.number == 0);
	arena_free(&arena);
}

static void what_is_none_is_refused(void **state)
{
	static const char *const rows[] = { "", " ", "lots", "truely", "5 6", "'a", "'a\\", "a'",
		"2147483648", "-2147483649", "uint64 -1", "uint64 18446744073709551616", "byte 256",
		"int16 40000", "uint16 1.5", "uint64", "uint64 '5'", "@q", "@z 5", "@ 5",
		"boolean 1", "double 'a'", "double inf", "nan", "1e999", "--5", "+-5", "0x", "5x",
		"'\\u0000'", "'\\ud800'", "'\\U00110000'", "'\\u12'", "[]", "[1, 2]", "['a' 'b']",
		"['a',]", "[, 'a']", "['a'", "['a', 5]", "[byte 256]", "[['a']]", "@ay ['a']",
		"@as [1]", "@s ['a']", "@as 'a'", "('a', 5)", "{'a': 5}", "<5>", "nothing",
		"just 5", "b'bytes'" };
	struct systemd_property property;
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_int_equal(parse(rows[i], &arena, &property), -EINVAL);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_their_type),
		cmocka_unit_test(strings_are_unescaped),
		cmocka_unit_test(arrays_are_of_strings_or_of_bytes),
		cmocka_unit_test(what_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
