/* SPDX-License-Identifier: Apache-2.0 */
/* In a time namespace, as a child that was forked into it: what its clocks read. */
#include <time.h>
#include <unistd.h>

#include "clocks.h"
#include "kit.h"
#include "namespace.h"
#include "vdso_others.h"

/* A kernel that shows the file of a namespace can make one; any other says so. */
static void member_make(int unused)
{
	bool known = access("/proc/self/ns/time", F_OK) == 0;
	ino_t children;
	int result;

	(void)unused;
	if (!known) {
		EXPECT_EQUAL(timens_unshare(), -EINVAL);
		return;
	}
	children = namespace_inode("time_for_children");
	result = namespace_try();
	if (result == EPERM)
		kit_skip("this user may make no time namespace");
	EXPECT_EQUAL(result, 0);
	EXPECT(namespace_inode("time_for_children") != children);
}

/* Shared by the maker of a namespace, outside of it, and the child in it. */
struct member_talk {
	int clock;
	bool by_vdso;
	int64_t reading;
};

static void member_read(void *argument)
{
	struct member_talk *talk = argument;

	if (talk->by_vdso)
		clocks_expect_sandwich(talk->clock, CLOCKS_ROUNDS_OF_SEVERAL);
	talk->reading =
		talk->by_vdso ? clocks_read_vdso(talk->clock) : clocks_read_syscall(talk->clock);
}

/* The child's reading lies between two of its parent's, who stayed outside. */
static void member_compare(void *shift)
{
	struct member_talk *talk = kit_shared();
	struct timens_offsets offsets = namespace_offsets(shift);
	int64_t before;

	/* The parent's own page is mapped now: a child that kept it would read the wrong one. */
	if (talk->by_vdso)
		clocks_read_vdso(talk->clock);
	namespace_make(&offsets);
	before = clocks_read_syscall(talk->clock);
	kit_child(member_read, talk);
	clocks_expect_shift(((const struct namespace_shift *)shift)->name, talk->clock,
		namespace_shift_of(&offsets, talk->clock), before, talk->reading,
		clocks_read_syscall(talk->clock));
}

static void member_compare_all(int clock, bool by_vdso)
{
	*(struct member_talk *)kit_shared() =
		(struct member_talk){ .clock = clock, .by_vdso = by_vdso };
	for (unsigned int i = 0; i < namespace_shifts_count; i++)
		kit_child(member_compare, (void *)&namespace_shifts[i]);
}

static void member_vdso(int clock)
{
	member_compare_all(clock, true);
}

static void member_syscall(int clock)
{
	member_compare_all(clock, false);
}

static void member_count_calls(void *without)
{
	*(unsigned int *)without = vdso_clocks_without_calls();
}

static void member_enter_and_count_calls(void *without)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[0]);

	namespace_make(&offsets);
	kit_child(member_count_calls, without);
}

/* Shifting costs no system call: what the vDSO reads by itself outside, it does inside. */
static void member_no_call(int unused)
{
	unsigned int *without = kit_shared();

	(void)unused;
	kit_child(member_count_calls, &without[0]);
	if (without[0] == 0)
		kit_skip("the vDSO can not read this machine's clock source");
	kit_child(member_enter_and_count_calls, &without[1]);
	for (unsigned int i = 0; i < clocks_count; i++) {
		if (without[0] & ~without[1] & 1u << i)
			kit_fail("%s is read by a system call", clocks[i].name);
	}
}

static void member_others_body(void *unused)
{
	(void)unused;
	vdso_expect_others();
}

static void member_others(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[0]);

	(void)unused;
	namespace_make(&offsets);
	kit_child(member_others_body, NULL);
}

static void member_maker_compare(void *unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[0]);
	int64_t before[8];

	(void)unused;
	for (unsigned int i = 0; i < clocks_count; i++)
		before[i] = clocks_read_vdso(clocks[i].id);
	namespace_make(&offsets);
	for (unsigned int i = 0; i < clocks_count; i++) {
		int64_t after = clocks_read_vdso(clocks[i].id);

		/* No less than before, and no more than a system call says. */
		EXPECT_ORDER(before[i], after);
		EXPECT_ORDER(after, clocks_read_syscall(clocks[i].id));
	}
}

static void member_maker_stays(int unused)
{
	ino_t own = namespace_inode("time");

	(void)unused;
	kit_child(member_maker_compare, NULL);
	namespace_unshare();
	EXPECT(namespace_inode("time") == own);
	EXPECT(namespace_inode("time_for_children") != own);
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
}

static void member_descend(void *depth)
{
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
	if (*(int *)depth == 0)
		return;
	--*(int *)depth;
	kit_child(member_descend, depth);
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
}

static void member_descendants(int depth)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[2]);

	clocks_read_vdso(CLOCK_MONOTONIC);
	namespace_make(&offsets);
	kit_child(member_descend, &depth);
	/* The maker is where it was, and so is its page. */
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
}

#define BY_VDSO(clock, text)                                                                    \
	{                                                                                       \
		"member-" text,                                                                 \
			"in a time namespace: system call <= vDSO <= system call, and exactly " \
			"shifted",                                                              \
			KIT_BY_VDSO, KIT_TIMENS | KIT_VDSO, member_vdso, clock                  \
	}
#define SHIFTED(clock, text)                                                                    \
	{                                                                                       \
		"shifted-" text, "in a time namespace a system call reads it shifted, exactly", \
			KIT_BY_SYSCALL, KIT_TIMENS, member_syscall, clock                       \
	}
#define NOT_SHIFTED(clock, text)                                                       \
	{                                                                              \
		"not-shifted-" text,                                                   \
			"in a time namespace a system call reads it as it is outside", \
			KIT_BY_SYSCALL, KIT_TIMENS, member_syscall, clock              \
	}

const struct kit_check kit_member_checks[] = {
	{ "make", "unshare makes a time namespace, or is refused where there are none (EINVAL)",
		KIT_BY_SYSCALL, 0, member_make, 0 },
	BY_VDSO(CLOCK_MONOTONIC, "monotonic"),
	BY_VDSO(CLOCK_BOOTTIME, "boottime"),
	BY_VDSO(CLOCK_MONOTONIC_RAW, "monotonic-raw"),
	BY_VDSO(CLOCK_MONOTONIC_COARSE, "monotonic-coarse"),
	BY_VDSO(CLOCK_REALTIME, "realtime"),
	BY_VDSO(CLOCK_TAI, "tai"),
	BY_VDSO(CLOCK_REALTIME_COARSE, "realtime-coarse"),
	SHIFTED(CLOCK_MONOTONIC, "monotonic"),
	SHIFTED(CLOCK_BOOTTIME, "boottime"),
	SHIFTED(CLOCK_MONOTONIC_RAW, "monotonic-raw"),
	SHIFTED(CLOCK_MONOTONIC_COARSE, "monotonic-coarse"),
	NOT_SHIFTED(CLOCK_REALTIME, "realtime"),
	NOT_SHIFTED(CLOCK_TAI, "tai"),
	NOT_SHIFTED(CLOCK_REALTIME_COARSE, "realtime-coarse"),
	{ "member-no-call", "a shifted clock costs no system call", KIT_BY_VDSO,
		KIT_TIMENS | KIT_VDSO, member_no_call, 0 },
	{ "member-others",
		"gettimeofday, time and clock_getres of the vDSO agree with system calls",
		KIT_BY_VDSO, KIT_TIMENS | KIT_VDSO, member_others, 0 },
	{ "member-maker", "unshare moves no clock of the caller", KIT_BY_VDSO,
		KIT_TIMENS | KIT_VDSO, member_maker_stays, 0 },
	{ "member-descendants",
		"children of members read the namespace's clocks, the maker its own", KIT_BY_VDSO,
		KIT_TIMENS | KIT_VDSO, member_descendants, 3 },
	{ 0 },
};
