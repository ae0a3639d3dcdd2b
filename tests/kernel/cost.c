/* SPDX-License-Identifier: Apache-2.0 */
/* How many instructions a reading takes, on a machine whose counter counts instructions. */
#include "cost.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clocks.h"
#include "kit.h"
#include "linux/vdso.h"
#include "namespace.h"
#include "report.h"

#ifdef __aarch64__

/*
 * Calls between two looks at the counter, which moves once in some instructions, and how often that is
 * done: the fewest instructions are those of a run that no interrupt came into.
 */
#define COST_CALLS 2000
#define COST_RUNS 12

static uint64_t cost_counter(void)
{
	uint64_t value;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(value) : : "memory");
	return value;
}

static uint64_t cost_frequency(void)
{
	uint64_t value;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(value));
	return value;
}

static int cost_nothing(int clock, struct vdso_timespec *now)
{
	__asm__ volatile("" : : "r"(clock), "r"(now) : "memory");
	return 0;
}

static int cost_by_syscall(int clock, struct vdso_timespec *now)
{
	register long result __asm__("x0") = clock;
	register struct vdso_timespec *second __asm__("x1") = now;
	register long number __asm__("x8") = __NR_clock_gettime;

	__asm__ volatile("svc #0" : "+r"(result) : "r"(second), "r"(number) : "memory");
	return (int)result;
}

/* A function behind a volatile pointer is called the same way, whatever it does. */
static uint64_t cost_ticks(vdso_clock_gettime function, int clock)
{
	vdso_clock_gettime volatile called = function;
	uint64_t fewest = UINT64_MAX;

	for (int run = 0; run < COST_RUNS; run++) {
		uint64_t begin = cost_counter(), ticks;
		struct vdso_timespec now;

		for (int i = 0; i < COST_CALLS; i++)
			called(clock, &now);
		ticks = cost_counter() - begin;
		if (ticks < fewest)
			fewest = ticks;
	}
	return fewest;
}

/* Beyond those of a function that only returns; rounded. */
static unsigned int cost_instructions(vdso_clock_gettime function, int clock)
{
	uint64_t ticks = cost_ticks(function, clock) - cost_ticks(cost_nothing, clock);
	uint64_t instructions = ticks * (uint64_t)KIT_SECOND / cost_frequency();

	return (unsigned int)((instructions + COST_CALLS / 2) / COST_CALLS);
}

static void cost_print(vdso_clock_gettime function, const char *way)
{
	EXPECT(function);
	for (unsigned int i = 0; i < clocks_count; i++)
		printf("cost %s %s %u\n", clocks[i].name, way,
			cost_instructions(function, clocks[i].id));
	fflush(stdout);
}

static void cost_print_inside(void *unused)
{
	(void)unused;
	cost_print(vdso_find_clock_gettime(), "vdso-inside");
	cost_print(cost_by_syscall, "syscall-inside");
}

static void cost_print_carry(void *unused)
{
	(void)unused;
	cost_print(vdso_find_clock_gettime(), "vdso-carry");
}

/* Where the nanoseconds of clock and offset add up to a second, there is one more step to take. */
static void cost_make_carry(void *unused)
{
	const struct timens_offsets offsets = { true, true, { 1000000, TIMENS_NANOSECONDS_MAX },
		{ 2000000, TIMENS_NANOSECONDS_MAX } };

	(void)unused;
	namespace_make(&offsets);
	kit_child(cost_print_carry, NULL);
}

/* Without nanoseconds there is never that step, whatever the time is. */
static void cost_make_inside(void *unused)
{
	const struct timens_offsets offsets = { true, true, { 1000000, 0 }, { 2000000, 0 } };

	(void)unused;
	namespace_make(&offsets);
	kit_child(cost_print_inside, NULL);
}

int cost_run(void)
{
	dup2(STDERR_FILENO, REPORT_FD);
	cost_print(vdso_find_clock_gettime(), "vdso");
	cost_print(cost_by_syscall, "syscall");
	if (access("/proc/self/ns/time", F_OK) == 0) {
		kit_child(cost_make_inside, NULL);
		kit_child(cost_make_carry, NULL);
	}
	return EXIT_SUCCESS;
}

#else

int cost_run(void)
{
	fputs("kit: --cost is for aarch64\n", stderr);
	return 2;
}

#endif
