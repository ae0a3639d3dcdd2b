/* SPDX-License-Identifier: Apache-2.0 */
#include "clocks.h"

#include <time.h>
#include <unistd.h>

#include "linux/vdso.h"

const struct clocks_row clocks[] = {
	{ CLOCK_MONOTONIC, "MONOTONIC" },
	{ CLOCK_BOOTTIME, "BOOTTIME" },
	{ CLOCK_MONOTONIC_RAW, "MONOTONIC_RAW" },
	{ CLOCK_MONOTONIC_COARSE, "MONOTONIC_COARSE" },
	{ CLOCK_REALTIME, "REALTIME" },
	{ CLOCK_TAI, "TAI" },
	{ CLOCK_REALTIME_COARSE, "REALTIME_COARSE" },
};
const unsigned int clocks_count = KIT_COUNT(clocks);

static vdso_clock_gettime clocks_function;

static int64_t clocks_check(int64_t nanoseconds)
{
	if (nanoseconds < 0)
		kit_fail("a clock was read as %lld", (long long)nanoseconds);
	return nanoseconds;
}

int64_t clocks_read_vdso(int clock)
{
	if (!clocks_function)
		clocks_function = vdso_find_clock_gettime();
	EXPECT(clocks_function);
	return clocks_check(vdso_read_clock(clocks_function, clock));
}

int64_t clocks_read_syscall(int clock)
{
	return clocks_check(vdso_read_clock_by_syscall(clock));
}

void clocks_move_vdso(intptr_t distance)
{
	clocks_function = (vdso_clock_gettime)((uintptr_t)clocks_function + (uintptr_t)distance);
}

static int64_t clocks_read_libc(int clock)
{
	struct timespec now;

	EXPECT(clock_gettime(clock, &now) == 0);
	return (int64_t)now.tv_sec * KIT_SECOND + now.tv_nsec;
}

#ifdef __arm__
/* The function for programs whose time_t has 32 bits. */
struct clocks_timespec32 {
	int32_t seconds, nanoseconds;
};

static int64_t clocks_read_vdso32(int clock)
{
	static int (*function)(int, struct clocks_timespec32 *);
	struct clocks_timespec32 now;

	if (!function)
		function = (int (*)(int, struct clocks_timespec32 *))(uintptr_t)vdso_find(
			"__vdso_clock_gettime");
	EXPECT(function && function(clock, &now) == 0);
	return now.seconds * KIT_SECOND + now.nanoseconds;
}
#endif

const struct clocks_reader *clocks_readers(unsigned int *count)
{
	static const struct clocks_reader readers[] = {
		{ "vDSO", clocks_read_vdso },
		{ "libc", clocks_read_libc },
#ifdef __arm__
		{ "vDSO with 32-bit seconds", clocks_read_vdso32 },
#endif
	};

	*count = KIT_COUNT(readers);
	return readers;
}

static void clocks_expect_sandwich_by(const struct clocks_reader *reader, int clock, int rounds)
{
	for (int round = 0; round < rounds; round++) {
		int64_t below = clocks_read_syscall(clock);
		int64_t between = reader->read(clock);
		int64_t above = clocks_read_syscall(clock);

		if (below > between || between > above)
			kit_fail("clock %d, round %d, by %s: %lld <= %lld <= %lld is not so", clock,
				round, reader->name, (long long)below, (long long)between,
				(long long)above);
	}
}

void clocks_expect_sandwich(int clock, int rounds)
{
	unsigned int count;
	const struct clocks_reader *readers = clocks_readers(&count);

	for (unsigned int i = 0; i < count; i++)
		clocks_expect_sandwich_by(&readers[i], clock, rounds);
}

void clocks_expect_sandwiches(int rounds)
{
	for (unsigned int i = 0; i < clocks_count; i++)
		clocks_expect_sandwich(clocks[i].id, rounds);
}

void clocks_expect_vdso_sandwich(int clock, int rounds)
{
	static const struct clocks_reader reader = { "vDSO", clocks_read_vdso };

	clocks_expect_sandwich_by(&reader, clock, rounds);
}

void clocks_expect_vdso_sandwiches(int rounds)
{
	for (unsigned int i = 0; i < clocks_count; i++)
		clocks_expect_vdso_sandwich(clocks[i].id, rounds);
}

void clocks_expect_shift(
	const char *who, int clock, int64_t shift, int64_t before, int64_t inside, int64_t after)
{
	if (before + shift > inside || inside > after + shift)
		kit_fail("clock %d by %s: %lld is not between %lld and %lld, shifted by %lld",
			clock, who, (long long)inside, (long long)before, (long long)after,
			(long long)shift);
}
