/* SPDX-License-Identifier: Apache-2.0 */
/* New memory in a time namespace: execve(2) and clone3(2). */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/sched.h>

#include "clocks.h"
#include "kit.h"
#include "namespace.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static void exec_with_inode(const char *body, ino_t inode)
{
	char argument[32];

	snprintf(argument, sizeof(argument), "%llu", (unsigned long long)inode);
	kit_exec(body, argument);
}

static void exec_as_member(void *unused)
{
	(void)unused;
	clocks_read_vdso(CLOCK_MONOTONIC);
	exec_with_inode("member", namespace_inode("time"));
}

static void exec_member(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[2]);

	(void)unused;
	namespace_make(&offsets);
	kit_child(exec_as_member, NULL);
}

static void exec_joined(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[2]);

	(void)unused;
	namespace_enter(&offsets);
	exec_as_member(NULL);
}

static void exec_unsharer(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[2]);

	(void)unused;
	clocks_read_vdso(CLOCK_MONOTONIC);
	namespace_make(&offsets);
	exec_with_inode("unsharer", namespace_inode("time_for_children"));
}

static void exec_maker(int unused)
{
	(void)unused;
	kit_exec("maker", "");
}

/* clone3(2) as fork(2); libc has no function for it. */
static pid_t clone3_into_new(void)
{
	struct clone_args arguments = { .flags = CLONE_NEWTIME, .exit_signal = SIGCHLD };

	return (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

struct clone3_talk {
	ino_t maker;
	int64_t reading;
};

static void clone3_child(struct clone3_talk *talk)
{
	EXPECT(namespace_inode("time") != talk->maker);
	EXPECT(namespace_inode("time") == namespace_inode("time_for_children"));
	EXPECT_EQUAL(namespace_write("monotonic 1 0\n"), -EACCES);
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
	talk->reading = clocks_read_vdso(CLOCK_BOOTTIME);
	_exit(0);
}

/* It has the offsets that the maker's children would have had, for good. */
static void clone3_enters(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[2]);
	struct clone3_talk *talk = kit_shared();
	int64_t before;
	pid_t pid;

	(void)unused;
	before = clocks_read_vdso(CLOCK_BOOTTIME);
	namespace_make(&offsets);
	talk->maker = namespace_inode("time_for_children");
	pid = clone3_into_new();
	if (pid == 0)
		clone3_child(talk);
	if (pid < 0 && errno == ENOSYS)
		kit_skip("this kernel has no clone3");
	EXPECT(pid > 0);
	kit_wait(pid);
	clocks_expect_shift("vDSO after clone3", CLOCK_BOOTTIME,
		namespace_shift_of(&offsets, CLOCK_BOOTTIME), before, talk->reading,
		clocks_read_syscall(CLOCK_BOOTTIME));
}

const struct kit_check kit_exec_checks[] = {
	{ "exec-member", "the program that a member executes reads the namespace's clocks",
		KIT_BY_VDSO, KIT_TIMENS | KIT_VDSO | KIT_INITIAL, exec_member, 0 },
	{ "exec-joined", "so does the program of a process that joined", KIT_BY_VDSO,
		KIT_TIMENS | KIT_VDSO | KIT_INITIAL, exec_joined, 0 },
	{ "exec-unsharer", "execve after unshare enters the namespace from 6.2 on, and freezes it",
		KIT_BY_VDSO, KIT_TIMENS | KIT_VDSO | KIT_INITIAL, exec_unsharer, 0 },
	{ "exec-maker", "a fresh program that unshares, and then reads, reads its own clocks",
		KIT_BY_VDSO, KIT_TIMENS | KIT_VDSO | KIT_INITIAL, exec_maker, 0 },
	{ "clone3", "clone3(CLONE_NEWTIME) enters a new namespace, whose offsets are frozen",
		KIT_BY_VDSO, KIT_TIMENS | KIT_VDSO, clone3_enters, 0 },
	{ 0 },
};
