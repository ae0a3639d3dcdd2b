/* SPDX-License-Identifier: Apache-2.0 */
/* The file /proc/PID/timens_offsets: what can be written, and what it means. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "clocks.h"
#include "kit.h"
#include "namespace.h"

static void offsets_expect(
	int64_t monotonic, uint32_t monotonic_ns, int64_t boottime, uint32_t boottime_ns)
{
	struct timens_offsets seen;

	EXPECT_EQUAL(timens_read_offsets(-1, 0, &seen), 0);
	EXPECT_EQUAL(seen.monotonic.seconds, monotonic);
	EXPECT_EQUAL(seen.monotonic.nanoseconds, monotonic_ns);
	EXPECT_EQUAL(seen.boottime.seconds, boottime);
	EXPECT_EQUAL(seen.boottime.nanoseconds, boottime_ns);
}

static void offsets_expect_written(const char *text)
{
	EXPECT_EQUAL(namespace_write(text), (long long)strlen(text));
}

static void offsets_names(int unused)
{
	(void)unused;
	namespace_unshare();
	offsets_expect(0, 0, 0, 0);
	offsets_expect_written("monotonic 5 6\n");
	offsets_expect(5, 6, 0, 0);
	offsets_expect_written("boottime 7 8\n");
	offsets_expect(5, 6, 7, 8);
	offsets_expect_written("1 9 10\n");
	offsets_expect(9, 10, 7, 8);
	offsets_expect_written("7 11 12\n");
	offsets_expect(9, 10, 11, 12);
	EXPECT_EQUAL(namespace_write("realtime 1 0\n"), -EINVAL);
	EXPECT_EQUAL(namespace_write("tai 1 0\n"), -EINVAL);
	EXPECT_EQUAL(namespace_write("0 1 0\n"), -EINVAL);
	EXPECT_EQUAL(namespace_write("4 1 0\n"), -EINVAL);
	EXPECT_EQUAL(namespace_write("monotonic 1\n"), -EINVAL);
	EXPECT_EQUAL(namespace_write("monotonic\n"), -EINVAL);
	offsets_expect(9, 10, 11, 12);
}

static void offsets_white_space(int unused)
{
	(void)unused;
	namespace_unshare();
	offsets_expect_written("  monotonic \t 5   6 \n");
	offsets_expect(5, 6, 0, 0);
	offsets_expect_written("boottime 7 8");
	offsets_expect(5, 6, 7, 8);
	/* As the file itself says it. */
	offsets_expect_written(
		"monotonic           1         2\nboottime            3         4\n");
	offsets_expect(1, 2, 3, 4);
}

static void offsets_lines(int unused)
{
	static const char two[] = "boottime 2 0\nmonotonic 1 0\n";
	char three[64];

	(void)unused;
	namespace_unshare();
	offsets_expect_written(two);
	offsets_expect(1, 0, 2, 0);
	snprintf(three, sizeof(three), "%smonotonic 3 0\n", two);
	EXPECT_EQUAL(namespace_write(three), (long long)strlen(two));
	offsets_expect(1, 0, 2, 0);
}

static void offsets_long_write(int unused)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char *text = malloc(size + 1);

	(void)unused;
	EXPECT(text);
	memset(text, ' ', size);
	memcpy(text, "monotonic 1 0\n", 14);
	text[size] = '\0';
	namespace_unshare();
	EXPECT_EQUAL(namespace_write(text), -EINVAL);
	offsets_expect(0, 0, 0, 0);
}

static void offsets_all_or_nothing(int unused)
{
	(void)unused;
	namespace_unshare();
	offsets_expect_written("monotonic 1 2\nboottime 3 4\n");
	EXPECT_EQUAL(namespace_write("monotonic 5 0\nboottime 6 1000000000\n"), -EINVAL);
	EXPECT_EQUAL(namespace_write("monotonic 5 0\nrealtime 6 0\n"), -EINVAL);
	EXPECT_EQUAL(namespace_write("monotonic 5 0\nboottime 9000000000 0\n"), -ERANGE);
	EXPECT_EQUAL(namespace_write("boottime 5 0\nmonotonic -9000000000 0\n"), -ERANGE);
	offsets_expect(1, 2, 3, 4);
}

/* -0.5 s is one second back and half a second on. */
static void offsets_floor_form(int unused)
{
	(void)unused;
	namespace_unshare();
	offsets_expect_written("monotonic -1 500000000\nboottime -1 999999999\n");
	offsets_expect(-1, 500000000, -1, 999999999);
}

static void offsets_nanoseconds(int unused)
{
	(void)unused;
	namespace_unshare();
	offsets_expect_written("monotonic 0 999999999\n");
	EXPECT_EQUAL(namespace_write("monotonic 0 1000000000\n"), -EINVAL);
	EXPECT_EQUAL(namespace_write("monotonic 0 -1\n"), -EINVAL);
	offsets_expect(0, 999999999, 0, 0);
}

static int offsets_write_seconds(const char *clock, int64_t seconds)
{
	char text[64];
	ssize_t written;

	snprintf(text, sizeof(text), "%s %lld 0\n", clock, (long long)seconds);
	written = namespace_write(text);
	return written < 0 ? (int)written : 0;
}

/*
 * The clock may read from 0 to TIMENS_SECONDS_MAX seconds. Both ends move with the clock: an answer
 * counts when a second did not pass meanwhile.
 */
static void offsets_range_of(int clock, const char *name)
{
	for (int attempt = 0; attempt < 1000; attempt++) {
		int64_t now = clocks_read_syscall(clock) / KIT_SECOND;
		int least = offsets_write_seconds(name, -now);
		int less = offsets_write_seconds(name, -now - 1);
		int most = offsets_write_seconds(name, TIMENS_SECONDS_MAX - now);
		int more = offsets_write_seconds(name, TIMENS_SECONDS_MAX - now + 1);

		if (clocks_read_syscall(clock) / KIT_SECOND != now)
			continue;
		EXPECT_EQUAL(least, 0);
		EXPECT_EQUAL(less, -ERANGE);
		EXPECT_EQUAL(most, 0);
		EXPECT_EQUAL(more, -ERANGE);
		EXPECT_EQUAL(offsets_write_seconds(name, INT64_MAX), -ERANGE);
		EXPECT_EQUAL(offsets_write_seconds(name, INT64_MIN), -ERANGE);
		return;
	}
	kit_skip("no second was long enough for four writes");
}

static void offsets_range(int clock)
{
	namespace_unshare();
	offsets_range_of(clock, clock == CLOCK_MONOTONIC ? "monotonic" : "boottime");
}

static void offsets_read_far(void *clock)
{
	*(int64_t *)kit_shared() = clocks_read_vdso(*(int *)clock);
	/* Not by what has 32-bit seconds. */
	clocks_expect_vdso_sandwich(*(int *)clock, CLOCKS_FEW_ROUNDS);
}

/* The farthest offset works as any: the sum of seconds is held in 64 bits everywhere. */
static void offsets_far(int clock)
{
	int64_t seconds, before;

	kit_shared();
	namespace_unshare();
	before = clocks_read_syscall(clock);
	seconds = TIMENS_SECONDS_MAX - before / KIT_SECOND - 60;
	EXPECT_EQUAL(
		offsets_write_seconds(clock == CLOCK_MONOTONIC ? "monotonic" : "boottime", seconds),
		0);
	kit_child(offsets_read_far, &clock);
	clocks_expect_shift("vDSO", clock, seconds * KIT_SECOND, before, *(int64_t *)kit_shared(),
		clocks_read_syscall(clock));
}

static void offsets_read_both(void *unused)
{
	int64_t *readings = kit_shared();

	(void)unused;
	readings[0] = clocks_read_syscall(CLOCK_MONOTONIC);
	readings[1] = clocks_read_syscall(CLOCK_BOOTTIME);
}

/* Each clock has its own offset, and one alone leaves the other where it was. */
static void offsets_apart(int clock)
{
	int64_t *readings = kit_shared(), before[2];
	bool monotonic = clock == CLOCK_MONOTONIC;

	namespace_unshare();
	offsets_expect_written(monotonic ? "monotonic 5000 0\n" : "boottime 5000 0\n");
	before[0] = clocks_read_syscall(CLOCK_MONOTONIC);
	before[1] = clocks_read_syscall(CLOCK_BOOTTIME);
	kit_child(offsets_read_both, NULL);
	clocks_expect_shift("system call", CLOCK_MONOTONIC, monotonic ? 5000 * KIT_SECOND : 0,
		before[0], readings[0], clocks_read_syscall(CLOCK_MONOTONIC));
	clocks_expect_shift("system call", CLOCK_BOOTTIME, monotonic ? 0 : 5000 * KIT_SECOND,
		before[1], readings[1], clocks_read_syscall(CLOCK_BOOTTIME));
}

static void offsets_nest_deeper(void *text)
{
	/* Made of the one that we are in, with its offsets; then written, as if it were not. */
	EXPECT_EQUAL(timens_unshare(), 0);
	offsets_expect(1000, 0, 2000, 500000000);
	if (text)
		offsets_expect_written(text);
	kit_child(offsets_read_both, NULL);
}

static void offsets_nested(const char *text, int64_t monotonic, int64_t boottime)
{
	int64_t *readings = kit_shared(), before[2];

	before[0] = clocks_read_syscall(CLOCK_MONOTONIC);
	before[1] = clocks_read_syscall(CLOCK_BOOTTIME);
	namespace_unshare();
	offsets_expect_written("monotonic 1000 0\nboottime 2000 500000000\n");
	kit_child(offsets_nest_deeper, (void *)text);
	clocks_expect_shift("system call", CLOCK_MONOTONIC, monotonic, before[0], readings[0],
		clocks_read_syscall(CLOCK_MONOTONIC));
	clocks_expect_shift("system call", CLOCK_BOOTTIME, boottime, before[1], readings[1],
		clocks_read_syscall(CLOCK_BOOTTIME));
}

static void offsets_nested_inherit(int unused)
{
	(void)unused;
	offsets_nested(NULL, 1000 * KIT_SECOND, 2000 * KIT_SECOND + 500000000);
}

static void offsets_nested_absolute(int unused)
{
	(void)unused;
	offsets_nested("monotonic 5 0\nboottime 6 7\n", 5 * KIT_SECOND, 6 * KIT_SECOND + 7);
}

const struct kit_check kit_offsets_checks[] = {
	{ "offsets-names", "clocks are named monotonic and boottime, or 1 and 7, and no other",
		KIT_BY_SYSCALL, KIT_TIMENS, offsets_names, 0 },
	{ "offsets-white-space", "white space is free, and the last newline", KIT_BY_SYSCALL,
		KIT_TIMENS, offsets_white_space, 0 },
	{ "offsets-lines", "a write takes two lines; with a third one it is short", KIT_BY_SYSCALL,
		KIT_TIMENS, offsets_lines, 0 },
	{ "offsets-long-write", "a write of a page is refused", KIT_BY_SYSCALL, KIT_TIMENS,
		offsets_long_write, 0 },
	{ "offsets-all-or-nothing", "one bad line, and the other is not taken either",
		KIT_BY_SYSCALL, KIT_TIMENS, offsets_all_or_nothing, 0 },
	{ "offsets-floor-form", "nanoseconds are added to negative seconds", KIT_BY_SYSCALL,
		KIT_TIMENS, offsets_floor_form, 0 },
	{ "offsets-nanoseconds", "nanoseconds are 0 to 999999999", KIT_BY_SYSCALL, KIT_TIMENS,
		offsets_nanoseconds, 0 },
	{ "offsets-range-monotonic", "a clock reads from 0 to 4611686018 seconds, or ERANGE",
		KIT_BY_SYSCALL, KIT_TIMENS | KIT_INITIAL, offsets_range, CLOCK_MONOTONIC },
	{ "offsets-range-boottime", "a clock reads from 0 to 4611686018 seconds, or ERANGE",
		KIT_BY_SYSCALL, KIT_TIMENS | KIT_INITIAL, offsets_range, CLOCK_BOOTTIME },
	{ "offsets-far-monotonic", "the farthest offset is exact", KIT_BY_VDSO,
		KIT_TIMENS | KIT_VDSO | KIT_INITIAL, offsets_far, CLOCK_MONOTONIC },
	{ "offsets-far-boottime", "the farthest offset is exact", KIT_BY_VDSO,
		KIT_TIMENS | KIT_VDSO | KIT_INITIAL, offsets_far, CLOCK_BOOTTIME },
	{ "offsets-monotonic-alone", "a monotonic offset leaves the boottime clock", KIT_BY_SYSCALL,
		KIT_TIMENS, offsets_apart, CLOCK_MONOTONIC },
	{ "offsets-boottime-alone", "a boottime offset leaves the monotonic clock", KIT_BY_SYSCALL,
		KIT_TIMENS, offsets_apart, CLOCK_BOOTTIME },
	{ "nested-inherits", "a namespace made inside another begins with its offsets",
		KIT_BY_SYSCALL, KIT_TIMENS | KIT_INITIAL, offsets_nested_inherit, 0 },
	{ "nested-absolute", "offsets written inside a namespace count from the machine's clocks",
		KIT_BY_SYSCALL, KIT_TIMENS | KIT_INITIAL, offsets_nested_absolute, 0 },
	{ 0 },
};
