/* SPDX-License-Identifier: Apache-2.0 */
/* oci/json_writer: layout, numbers, and strings that are not UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "oci/json.h"

static void assert_text(const struct json_writer *writer, const char *wanted)
{
	size_t length = 0;
	const char *text = json_text(writer, &length);

	assert_string_equal(text, wanted);
	assert_int_equal(length, strlen(wanted));
}

static void a_document(struct json_writer *writer)
{
	static const char *const list[] = { "a", "b", NULL };

	json_open_object(writer, NULL);
	json_string(writer, "string", "x\"\\/\n\x01\x7f");
	json_string(writer, "null", NULL);
	json_bool(writer, "bool", true);
	json_i64(writer, "i64", INT64_MIN);
	json_u64(writer, "u64", UINT64_MAX);
	json_strings(writer, "list", list);
	json_open_array(writer, "array");
	json_open_object(writer, NULL);
	json_i64(writer, "x", 0);
	json_close_object(writer);
	json_close_array(writer);
	json_close_object(writer);
}

static void compact(void **state)
{
	cleanup_json_writer struct json_writer *writer = json_writer_new(false);

	(void)state;
	assert_text(writer, "");
	a_document(writer);
	assert_text(writer, "{\"string\":\"x\\\"\\\\/\\n\\u0001\x7f\",\"null\":null,\"bool\":true,"
			    "\"i64\":-9223372036854775808,\"u64\":18446744073709551615,"
			    "\"list\":[\"a\",\"b\"],\"array\":[{\"x\":0}]}");
}

static void pretty(void **state)
{
	cleanup_json_writer struct json_writer *writer = json_writer_new(true);

	(void)state;
	json_open_object(writer, NULL);
	json_bool(writer, "a", false);
	json_open_array(writer, "b");
	json_u64(writer, NULL, 1);
	json_close_array(writer);
	json_close_object(writer);
	assert_text(writer, "{\n  \"a\": false,\n  \"b\": [\n    1\n  ]\n}\n");
}

static void empty_ones_are_in_one_piece(void **state)
{
	static const char *const none[] = { NULL };
	cleanup_json_writer struct json_writer *writer = json_writer_new(true);
	cleanup_json_writer struct json_writer *bare = json_writer_new(false);

	(void)state;
	json_open_object(writer, NULL);
	json_open_object(writer, "object");
	json_close_object(writer);
	json_strings(writer, "empty", none);
	json_strings(writer, "none", NULL);
	json_open_array(writer, "nested");
	json_open_array(writer, NULL);
	json_close_array(writer);
	json_close_array(writer);
	json_close_object(writer);
	assert_text(writer, "{\n  \"object\": {},\n  \"empty\": [],\n  \"none\": [],\n"
			    "  \"nested\": [\n    []\n  ]\n}\n");
	json_open_object(bare, NULL);
	json_close_object(bare);
	assert_text(bare, "{}");
}

#define BAD "\xef\xbf\xbd"

static void bad_utf8_is_replaced(void **state)
{
	static const struct {
		const char *given, *written;
	} cases[] = {
		{ "", "" },
		{ "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x95\x92",
			"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x95\x92" },
		{ "\x7f \xc2\x80 \xdf\xbf", "\x7f \xc2\x80 \xdf\xbf" },
		{ "\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80",
			"\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80" },
		{ "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf" },
		{ "a\xff"
		  "b",
			"a" BAD "b" },
		{ "\x80", BAD },
		{ "\xc3", BAD },
		{ "\xc3(", BAD "(" },
		{ "\xe2\x82", BAD BAD },
		{ "\xf0\x9f\x95", BAD BAD BAD },
		{ "\xc0\xaf", BAD BAD },                 /* overlong "/" */
		{ "\xe0\x80\xaf", BAD BAD BAD },         /* overlong "/" */
		{ "\xed\xa0\x80", BAD BAD BAD },         /* a surrogate */
		{ "\xf4\x90\x80\x80", BAD BAD BAD BAD }, /* above U+10FFFF */
		{ "\xf8\x88\x80\x80\x80", BAD BAD BAD BAD BAD },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		cleanup_json_writer struct json_writer *writer = json_writer_new(false);
		cleanup_text struct text wanted = { 0 };

		json_open_object(writer, NULL);
		json_string(writer, cases[i].given, cases[i].given);
		json_close_object(writer);
		text_printf(&wanted, "{\"%s\":\"%s\"}", cases[i].written, cases[i].written);
		assert_text(writer, wanted.data);
	}
}

static void key_in_array(struct json_writer *writer)
{
	json_open_array(writer, NULL);
	json_bool(writer, "key", true);
}

static void no_key_in_object(struct json_writer *writer)
{
	json_open_object(writer, NULL);
	json_bool(writer, NULL, true);
}

static void wrong_close(struct json_writer *writer)
{
	json_open_array(writer, NULL);
	json_close_object(writer);
}

static void close_of_nothing(struct json_writer *writer)
{
	json_close_array(writer);
}

static void second_document(struct json_writer *writer)
{
	json_bool(writer, NULL, true);
	json_bool(writer, NULL, true);
}

static void too_deep(struct json_writer *writer)
{
	for (;;)
		json_open_array(writer, NULL);
}

static void misuse_ends_the_process(void **state)
{
	static void (*const misuses[])(struct json_writer * writer) = { key_in_array,
		no_key_in_object, wrong_close, close_of_nothing, second_document, too_deep };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(misuses); i++) {
		pid_t child = fork();
		int status = 0;

		assert_true(child >= 0);
		if (child == 0) {
			misuses[i](json_writer_new(false));
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), EXIT_FAILURE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compact),
		cmocka_unit_test(pretty),
		cmocka_unit_test(empty_ones_are_in_one_piece),
		cmocka_unit_test(bad_utf8_is_replaced),
		cmocka_unit_test(misuse_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
