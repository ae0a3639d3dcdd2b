/* SPDX-License-Identifier: Apache-2.0 */
/* clock_reading and clock_helper: what the clocks read here, and in a time namespace of our own. */
#include "in_child.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "base/text.h"
#include "linux/clock_helper.h"
#include "linux/clock_reading.h"
#include "linux/namespace.h"

#define MONOTONIC INT64_C(-1500000000)
#define BOOTTIME INT64_C(42949672960000001)

static void every_clock_reads_in_order_here(void **state)
{
	(void)state;
	for (size_t i = 0; i < CLOCK_TABLE_LENGTH; i++) {
		int64_t last = 0;

		for (int round = 0; round < 200; round++) {
			struct clock_sandwich sandwich;

			assert_int_equal(clock_read_sandwich(clock_table[i].id, &sandwich), 0);
			assert_true(clock_sandwich_agrees(&sandwich));
			assert_true(sandwich.below >= last);
			last = sandwich.above;
		}
	}
}

static void a_reading_out_of_order_does_not_agree(void **state)
{
	const struct clock_sandwich before = { 5, 4, 7 }, after = { 5, 8, 7 }, in = { 5, 5, 5 };

	(void)state;
	assert_false(clock_sandwich_agrees(&before));
	assert_false(clock_sandwich_agrees(&after));
	assert_true(clock_sandwich_agrees(&in));
}

static void proc_is_read_to_its_last_digit(void **state)
{
	struct clock_sandwich before, after;
	struct clock_proc proc;

	(void)state;
	assert_int_equal(clock_read_sandwich(CLOCK_BOOTTIME, &before), 0);
	assert_int_equal(clock_read_proc(&proc), 0);
	assert_int_equal(clock_read_sandwich(CLOCK_BOOTTIME, &after), 0);
	assert_int_equal(proc.uptime % (CLOCK_SECOND / 100), 0);
	assert_true(proc.uptime > before.below - CLOCK_SECOND / 100);
	assert_true(proc.uptime <= after.above);
	assert_true(proc.btime > 0);
}

static void an_instant_is_not_ahead_of_what_is_read_later(void **state)
{
	struct clock_instant instant;
	struct clock_sandwich later;

	(void)state;
	assert_int_equal(clock_read_instant(&instant), 0);
	assert_true(instant.width >= 0);
	assert_int_equal(clock_read_sandwich(CLOCK_MONOTONIC, &later), 0);
	assert_true(instant.monotonic <= later.below);
	assert_int_equal(clock_read_sandwich(CLOCK_BOOTTIME, &later), 0);
	assert_true(instant.boottime <= later.below);
	assert_int_equal(clock_read_sandwich(CLOCK_REALTIME, &later), 0);
	assert_true(instant.realtime <= later.below);
}

static void offsets_are_nanoseconds_and_back(void **state)
{
	static const struct {
		int64_t nanoseconds;
		struct timens_offset offset;
		const char *text;
	} cases[] = {
		{ 0, { 0, 0 }, "+0" },
		{ MONOTONIC, { -2, 500000000 }, "-1s500ms" },
		{ BOOTTIME, { 42949672, 960000001 }, "+497d2h27m52s960ms1ns" },
		{ -1, { -1, 999999999 }, "-1ns" },
		{ -CLOCK_SECOND, { -1, 0 }, "-1s" },
		{ TIMENS_SECONDS_MAX * CLOCK_SECOND, { TIMENS_SECONDS_MAX, 0 },
			"+53375d23h53m38s" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct timens_offset offset = clock_offset_of(cases[i].nanoseconds);
		char text[TIMENS_VALUE_SIZE];

		assert_int_equal(offset.seconds, cases[i].offset.seconds);
		assert_int_equal(offset.nanoseconds, cases[i].offset.nanoseconds);
		assert_true(clock_offset_nanoseconds(offset) == cases[i].nanoseconds);
		clock_offset_format(cases[i].nanoseconds, text);
		assert_string_equal(text, cases[i].text);
	}
}

/* --- the helper */

static void check_between(struct clock_helper *helper, size_t clock, int64_t offset)
{
	struct clock_sandwich before, inside, after;
	struct error err;

	CHECK(clock_read_sandwich(clock_table[clock].id, &before) == 0);
	CHECK(clock_helper_read_sandwich(helper, &clock_table[clock], &inside, &err) == 0);
	CHECK(clock_read_sandwich(clock_table[clock].id, &after) == 0);
	CHECK(clock_sandwich_agrees(&inside));
	CHECK(before.above <= inside.below - offset);
	CHECK(inside.above - offset <= after.below);
}

static void check_helper(int time_fd, int64_t monotonic, int64_t boottime)
{
	cleanup_clock_helper struct clock_helper helper = { 0 };
	struct timens_offsets offsets;
	struct error err;

	CHECK(clock_helper_start(&helper, time_fd, &err) == 0);
	for (size_t i = 0; i < CLOCK_TABLE_LENGTH; i++) {
		enum clock_shift shift = clock_table[i].shift;

		check_between(&helper, i,
			shift == CLOCK_SHIFT_MONOTONIC  ? monotonic
			: shift == CLOCK_SHIFT_BOOTTIME ? boottime
							: 0);
	}
	CHECK(clock_helper_read_offsets(&helper, &offsets, &err) == 0);
	CHECK(clock_offset_nanoseconds(offsets.monotonic) == monotonic);
	CHECK(clock_offset_nanoseconds(offsets.boottime) == boottime);
}

static void check_own(const void *unused)
{
	struct timens_offsets own;

	(void)unused;
	CHECK(timens_own_offsets(-1, &own) == 0);
	if (clock_offset_nanoseconds(own.monotonic) || clock_offset_nanoseconds(own.boottime))
		SKIP_IN_CHILD("the tests are in a time namespace themselves");
	check_helper(-1, 0, 0);
}

static void without_a_namespace_the_helper_reads_our_own(void **state)
{
	(void)state;
	in_child(check_own, NULL);
}

/* The namespace has no member yet: the helper is the first. */
static int make_namespace(void)
{
	const struct timens_offsets offsets = {
		.monotonic_set = true,
		.boottime_set = true,
		.monotonic = clock_offset_of(MONOTONIC),
		.boottime = clock_offset_of(BOOTTIME),
	};
	int fd, result;

	if (!timens_supported())
		SKIP_IN_CHILD("this kernel has no time namespaces (CONFIG_TIME_NS)");
	if (unshare(CLONE_NEWUSER) < 0 && geteuid() != 0)
		SKIP_IN_CHILD("this user can make no user namespace");
	result = timens_unshare();
	if (result == -EPERM)
		SKIP_IN_CHILD("time namespaces are not permitted here");
	CHECK(result == 0);
	CHECK(timens_write_offsets(-1, 0, &offsets) == 0);
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	return fd;
}

static void check_joined(const void *unused)
{
	struct timens_offsets own;
	int fd;

	(void)unused;
	CHECK(timens_own_offsets(-1, &own) == 0);
	if (clock_offset_nanoseconds(own.monotonic) || clock_offset_nanoseconds(own.boottime))
		SKIP_IN_CHILD("the tests are in a time namespace themselves");
	fd = make_namespace();
	check_helper(fd, MONOTONIC, BOOTTIME);
	close(fd);
}

static void in_a_namespace_every_clock_is_shifted_by_its_offset(void **state)
{
	(void)state;
	in_child(check_joined, NULL);
}

static void check_refused(const void *unused)
{
	int fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	struct clock_helper helper;
	struct error err;

	(void)unused;
	CHECK(fd >= 0);
	CHECK(clock_helper_start(&helper, fd, &err) == -1);
	CHECK_TEXT(err, "join the time namespace");
	CHECK(helper.pid == 0);
	/* It was reaped: there is no child left. */
	CHECK(wait(NULL) == -1 && errno == ECHILD);
	close(fd);
}

static void why_the_helper_could_not_join_is_told(void **state)
{
	(void)state;
	in_child(check_refused, NULL);
}

static void check_killed(const void *unused)
{
	struct clock_helper helper;
	struct clock_proc proc;
	struct error err;

	(void)unused;
	CHECK(clock_helper_start(&helper, -1, &err) == 0);
	CHECK(kill(helper.pid, SIGKILL) == 0);
	CHECK(clock_helper_read_proc(&helper, &proc, &err) == -1);
	CHECK_TEXT(err, "the helper was killed");
	clock_helper_end(&helper);
	clock_helper_end(&helper);
	CHECK(wait(NULL) == -1 && errno == ECHILD);
}

static void a_helper_that_was_killed_is_an_error(void **state)
{
	(void)state;
	in_child(check_killed, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_clock_reads_in_order_here),
		cmocka_unit_test(a_reading_out_of_order_does_not_agree),
		cmocka_unit_test(proc_is_read_to_its_last_digit),
		cmocka_unit_test(an_instant_is_not_ahead_of_what_is_read_later),
		cmocka_unit_test(offsets_are_nanoseconds_and_back),
		cmocka_unit_test(without_a_namespace_the_helper_reads_our_own),
		cmocka_unit_test(in_a_namespace_every_clock_is_shifted_by_its_offset),
		cmocka_unit_test(why_the_helper_could_not_join_is_told),
		cmocka_unit_test(a_helper_that_was_killed_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
