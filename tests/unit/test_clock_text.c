/* SPDX-License-Identifier: Apache-2.0 */
/* src/clock_text: times and offsets as people read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "linux/clock_reading.h"

#include "../../src/clock_text.h"

#define DAY (86400 * CLOCK_SECOND)

static void durations_are_days_and_a_time_of_day(void **state)
{
	static const struct {
		int64_t time;
		int digits;
		bool plus;
		const char *text;
	} cases[] = {
		{ 0, 0, false, "0d 00:00:00" },
		{ 0, 9, true, "+0d 00:00:00.000000000" },
		{ 497 * DAY + 192 * CLOCK_SECOND + 123456789, 9, false, "497d 00:03:12.123456789" },
		{ 497 * DAY + 192 * CLOCK_SECOND + 123456789, 2, false, "497d 00:03:12.12" },
		{ DAY - 1, 0, false, "0d 23:59:59" },
		{ -1, 9, true, "-0d 00:00:00.000000001" },
		{ -3 * DAY - 3661 * CLOCK_SECOND, 1, false, "-3d 01:01:01.0" },
		{ INT64_MAX, 9, false, "106751d 23:47:16.854775807" },
		{ INT64_MIN, 9, false, "-106751d 23:47:16.854775808" },
	};
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		clock_text_duration(cases[i].time, cases[i].digits, cases[i].plus, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void dates_are_in_utc(void **state)
{
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	clock_text_date(0, 9, text);
	assert_string_equal(text, "1970-01-01 00:00:00.000000000");
	clock_text_date(INT64_C(1795727946149818956), 9, text);
	assert_string_equal(text, "2026-11-26 21:19:06.149818956");
	clock_text_date(-1, 0, text);
	assert_string_equal(text, "1969-12-31 23:59:59");
}

static void what_was_measured_has_no_more_digits_than_are_sure(void **state)
{
	static const struct {
		int64_t time, uncertainty;
		const char *text;
	} cases[] = {
		{ 2 * DAY, 0, "+2d 00:00:00.000000000 ±0ns" },
		{ 2 * DAY + 1, 1, "+2d 00:00:00.000000001 ±1ns" },
		{ 2 * DAY - 375, 6065, "+2d 00:00:00.00000 ±7us" },
		{ -375, 6065, "+0d 00:00:00.00000 ±7us" },
		{ -CLOCK_SECOND - 375, 999, "-0d 00:00:01.000000 ±999ns" },
		{ 26789, 100, "+0d 00:00:00.0000268 ±100ns" },
		{ -26789, 100, "-0d 00:00:00.0000268 ±100ns" },
		{ 3 * CLOCK_SECOND, 3 * CLOCK_SECOND, "+0d 00:00:03 ±3s" },
	};
	char text[2 * CLOCK_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		clock_text_measured(cases[i].time, cases[i].uncertainty, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void compact_offsets_have_two_units_at_most(void **state)
{
	static const struct {
		int64_t offset;
		const char *text;
	} cases[] = {
		{ 0, "+0" },
		{ 2 * DAY, "+2d" },
		{ -36 * 3600 * CLOCK_SECOND, "-1d12h" },
		{ INT64_C(42949672960000001), "~+497d2h" },
		{ -1500000000, "-1s500ms" },
		{ -1500000001, "~-1s500ms" },
		{ 1, "+1ns" },
	};
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		clock_text_compact(cases[i].offset, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void a_container_is_told_by_whose_clock_and_how_far(void **state)
{
	static const struct {
		char *clock;
		struct container_process_clock time;
		const char *text;
	} cases[] = {
		{ "host", { .host = true, .offsets_known = true }, "host" },
		{ "private", { .offsets_known = true, .monotonic = DAY, .boottime = DAY }, "+1d" },
		{ "private", { .offsets_known = true, .monotonic = DAY, .boottime = 2 * DAY },
			"+1d/+2d" },
		{ "private", { .offsets_known = true }, "+0" },
		{ "private", { .offsets_known = false }, "private" },
		{ "pod", { .offsets_known = true, .monotonic = DAY, .boottime = DAY }, "pod +1d" },
		{ "path", { .offsets_known = false }, "path" },
	};
	char text[2 * CLOCK_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct container_info info = { .clock = cases[i].clock,
			.time = cases[i].time };

		clock_text_of_container(&info, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void a_process_is_told_by_its_boottime(void **state)
{
	static const struct {
		struct container_process_clock clock;
		const char *text;
	} cases[] = {
		{ { .host = true, .offsets_known = true, .name = "time:[1]" }, "host" },
		{ { .offsets_known = true, .boottime = -3600 * CLOCK_SECOND, .name = "time:[1]" },
			"-1h" },
		{ { .name = "time:[4026532567]" }, "time:[4026532567]" },
		{ { .name = "" }, "" },
	};
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		clock_text_of_process(&cases[i].clock, text);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_days_and_a_time_of_day),
		cmocka_unit_test(dates_are_in_utc),
		cmocka_unit_test(what_was_measured_has_no_more_digits_than_are_sure),
		cmocka_unit_test(compact_offsets_have_two_units_at_most),
		cmocka_unit_test(a_container_is_told_by_whose_clock_and_how_far),
		cmocka_unit_test(a_process_is_told_by_its_boottime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
