/* SPDX-License-Identifier: Apache-2.0 */
/* Outside of any time namespace: what holds on a kernel with them and on one without. */
#include <time.h>

#include "clocks.h"
#include "kit.h"
#include "vdso_others.h"

static void initial_sandwich(int clock)
{
	clocks_expect_sandwich(clock, CLOCKS_ROUNDS);
}

static void initial_no_call(int unused)
{
	unsigned int without = vdso_clocks_without_calls();

	(void)unused;
	/* No clock at all: user space may not read this machine's counter, and nothing is promised. */
	if (without == 0)
		kit_skip("the vDSO can not read this machine's clock source");
	for (unsigned int i = 0; i < clocks_count; i++) {
		if (!(without & 1u << i))
			kit_fail("%s is read by a system call", clocks[i].name);
	}
}

static void initial_others(int unused)
{
	(void)unused;
	vdso_expect_others();
}

#define SANDWICH(clock, text)                                                                      \
	{                                                                                          \
		"initial-" text, "outside of time namespaces: system call <= vDSO <= system call", \
			KIT_BY_VDSO, KIT_VDSO, initial_sandwich, clock                             \
	}

const struct kit_check kit_initial_checks[] = {
	SANDWICH(CLOCK_MONOTONIC, "monotonic"),
	SANDWICH(CLOCK_BOOTTIME, "boottime"),
	SANDWICH(CLOCK_MONOTONIC_RAW, "monotonic-raw"),
	SANDWICH(CLOCK_MONOTONIC_COARSE, "monotonic-coarse"),
	SANDWICH(CLOCK_REALTIME, "realtime"),
	SANDWICH(CLOCK_TAI, "tai"),
	SANDWICH(CLOCK_REALTIME_COARSE, "realtime-coarse"),
	{ "initial-no-call", "the vDSO reads every clock without a system call", KIT_BY_VDSO,
		KIT_VDSO, initial_no_call, 0 },
	{ "initial-others",
		"gettimeofday, time and clock_getres of the vDSO agree with system calls",
		KIT_BY_VDSO, KIT_VDSO, initial_others, 0 },
	{ 0 },
};
