/* SPDX-License-Identifier: Apache-2.0 */
/* timens: its parsing and arithmetic. */
#include <elsewhen/timens.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"

static struct timens_offsets both_offsets(int64_t monotonic, int64_t boottime)
{
	return (struct timens_offsets){ true, true, { monotonic, 0 }, { boottime, 0 } };
}

static const struct {
	const char *text;
	int result;
	struct timens_offsets offsets;
} parse_rows[] = {
	{ "", 0, { 0 } },
	{ "\n \t\n", 0, { 0 } },
	{ "monotonic           0         0\nboottime            0         0\n", 0,
		{ true, true, { 0, 0 }, { 0, 0 } } },
	{ "monotonic 1 2", 0, { true, false, { 1, 2 }, { 0, 0 } } },
	{ "\t7\t-2 \v500000000\r\n", 0, { false, true, { 0, 0 }, { -2, 500000000 } } },
	{ "boottime 3 4\n1 5 6\n", 0, { true, true, { 5, 6 }, { 3, 4 } } },
	{ "1 9223372036854775807 999999999", 0,
		{ true, false, { INT64_MAX, 999999999 }, { 0, 0 } } },
	{ "1 -9223372036854775808 0", 0, { true, false, { INT64_MIN, 0 }, { 0, 0 } } },
	{ "1 9223372036854775808 0", -ERANGE, { 0 } },
	{ "1 -9223372036854775809 0", -ERANGE, { 0 } },
	{ "1 0 99999999999999999999", -ERANGE, { 0 } },
	{ "1 0 1000000000", -EINVAL, { 0 } },
	{ "1 0 -1", -EINVAL, { 0 } },
	{ "1", -EINVAL, { 0 } },
	{ "1 0", -EINVAL, { 0 } },
	{ "1 0 0 0", -EINVAL, { 0 } },
	{ "1 +1 0", -EINVAL, { 0 } },
	{ "1 - 0", -EINVAL, { 0 } },
	{ "1 0x1 0", -EINVAL, { 0 } },
	{ "1 1.5 0", -EINVAL, { 0 } },
	{ "1 0 0\nmonotonic 0 0\n", -EINVAL, { 0 } },
	{ "realtime 0 0\n", -EINVAL, { 0 } },
	{ "0 0 0\n", -EINVAL, { 0 } },
	{ "MONOTONIC 0 0\n", -EINVAL, { 0 } },
	{ "monotonic\n0 0\n", -EINVAL, { 0 } },
};

static void assert_offset_equal(struct timens_offset actual, struct timens_offset expected)
{
	assert_true(actual.seconds == expected.seconds);
	assert_int_equal(actual.nanoseconds, expected.nanoseconds);
}

static void assert_offsets_equal(
	const struct timens_offsets *actual, const struct timens_offsets *expected)
{
	assert_int_equal(actual->monotonic_set, expected->monotonic_set);
	assert_int_equal(actual->boottime_set, expected->boottime_set);
	assert_offset_equal(actual->monotonic, expected->monotonic);
	assert_offset_equal(actual->boottime, expected->boottime);
}

static void test_parse(void **state)
{
	const struct timens_offsets untouched = both_offsets(11, 12);

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(parse_rows); i++) {
		/* A copy without the NUL, so that a read past the length is one past the block. */
		size_t length = strlen(parse_rows[i].text);
		char *text = malloc(length + 1);
		struct timens_offsets offsets = untouched;

		assert_non_null(text);
		memcpy(text, parse_rows[i].text, length + 1);
		text = realloc(text, length > 0 ? length : 1);
		assert_non_null(text);
		print_message("row %zu\n", i);
		assert_int_equal(
			timens_parse_offsets(text, length, &offsets), parse_rows[i].result);
		assert_offsets_equal(
			&offsets, parse_rows[i].result == 0 ? &parse_rows[i].offsets : &untouched);
		free(text);
	}
}

static void test_parse_refuses_nul(void **state)
{
	static const char text[] = "1 0 0\0\n";
	struct timens_offsets offsets;

	(void)state;
	assert_int_equal(timens_parse_offsets(text, sizeof(text) - 1, &offsets), -EINVAL);
}

static const struct {
	struct timens_offset a, b;
	int result;
	struct timens_offset sum;
} add_rows[] = {
	{ { 0, 0 }, { 0, 0 }, 0, { 0, 0 } },
	{ { 1, 600000000 }, { 2, 600000000 }, 0, { 4, 200000000 } },
	{ { -2, 500000000 }, { 1, 500000000 }, 0, { 0, 0 } },
	{ { -2, 500000000 }, { -2, 500000000 }, 0, { -3, 0 } },
	{ { INT64_MAX, 0 }, { 0, 999999999 }, 0, { INT64_MAX, 999999999 } },
	{ { INT64_MAX, 1 }, { 0, 999999999 }, -EOVERFLOW, { 0, 0 } },
	{ { INT64_MAX, 0 }, { 1, 0 }, -EOVERFLOW, { 0, 0 } },
	{ { INT64_MIN, 0 }, { -1, 999999999 }, -EOVERFLOW, { 0, 0 } },
	{ { 0, 1000000000 }, { 0, 0 }, -EINVAL, { 0, 0 } },
	{ { 0, 0 }, { 0, UINT32_MAX }, -EINVAL, { 0, 0 } },
};

static void test_offset_add(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(add_rows); i++) {
		struct timens_offset sum = { 7, 7 };
		struct timens_offset expected =
			add_rows[i].result == 0 ? add_rows[i].sum : (struct timens_offset){ 7, 7 };

		print_message("row %zu\n", i);
		assert_int_equal(
			timens_offset_add(add_rows[i].a, add_rows[i].b, &sum), add_rows[i].result);
		assert_offset_equal(sum, expected);
	}
}

static void test_inode(void **state)
{
	char link[64] = "", expected[64];
	ino_t inode = 0;

	(void)state;
	if (!timens_supported()) {
		print_message("skipped: this kernel has no time namespaces (CONFIG_TIME_NS)\n");
		skip();
	}
	assert_int_equal(timens_inode(-1, 0, &inode), 0);
	assert_true(readlink("/proc/self/ns/time", link, sizeof(link) - 1) > 0);
	snprintf(expected, sizeof(expected), "time:[%ju]", (uintmax_t)inode);
	assert_string_equal(link, expected);
	assert_int_equal(timens_inode(-1, INT32_MAX, &inode), -ENOENT);
}

static void test_range_refuses_other_clocks(void **state)
{
	int64_t min, max;

	(void)state;
	assert_int_equal(timens_range(-1, CLOCK_REALTIME, &min, &max), -EINVAL);
	assert_int_equal(timens_range(-1, CLOCK_TAI, &min, &max), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_refuses_nul),
		cmocka_unit_test(test_offset_add),
		cmocka_unit_test(test_inode),
		cmocka_unit_test(test_range_refuses_other_clocks),
	};

	return cmocka_run_group_tests_name("timens", tests, NULL, NULL);
}
