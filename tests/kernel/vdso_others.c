/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of the vDSO beside clock_gettime, and whether it asks the kernel in secret. */
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "vdso_others.h"
#include "clocks.h"
#include "kit.h"
#include "linux/vdso.h"

/* The answer of a filter that stands in the kernel's place: who gets it has asked the kernel. */
#define ASKED EDOM

static void vdso_forbid_calls(void)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clock_gettime, 2, 0),
#ifdef __NR_clock_gettime64
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clock_gettime64, 1, 0),
#else
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clock_gettime, 1, 0),
#endif
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ASKED),
	};
	struct sock_fprog filter = { KIT_COUNT(program), program };

	EXPECT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
		kit_skip("this kernel has no seccomp filter, by which a system call would be seen");
	EXPECT_EQUAL(vdso_read_clock_by_syscall(CLOCK_MONOTONIC), -ASKED);
}

unsigned int vdso_clocks_without_calls(void)
{
	vdso_clock_gettime function = vdso_find_clock_gettime();
	unsigned int without = 0;

	vdso_forbid_calls();
	for (unsigned int i = 0; i < clocks_count; i++) {
		int64_t reading = vdso_read_clock(function, clocks[i].id);

		EXPECT(reading >= 0 || reading == -ASKED);
		if (reading >= 0)
			without |= 1u << i;
	}
	return without;
}

/* timeval and timespec as these older functions have them: two words of the machine. */
struct vdso_words {
	long seconds, fraction;
};

static void *vdso_find_either(const char *name, const char *other)
{
	void *function = vdso_find(name);

	return function ? function : vdso_find(other);
}

static void vdso_expect_gettimeofday(void)
{
	int (*function)(struct vdso_words *, void *) = (int (*)(struct vdso_words *, void *))(
		uintptr_t)vdso_find_either("__vdso_gettimeofday", "__kernel_gettimeofday");

	for (int round = 0; function && round < CLOCKS_FEW_ROUNDS; round++) {
		int64_t below = clocks_read_syscall(CLOCK_REALTIME) / 1000;
		struct vdso_words now;
		int64_t above;

		EXPECT(function(&now, NULL) == 0);
		above = clocks_read_syscall(CLOCK_REALTIME) / 1000;
		EXPECT_ORDER(below, INT64_C(1000000) * now.seconds + now.fraction);
		EXPECT_ORDER(INT64_C(1000000) * now.seconds + now.fraction, above);
	}
}

static void vdso_expect_time(void)
{
	long (*function)(long *) = (long (*)(long *))(uintptr_t)vdso_find("__vdso_time");

	for (int round = 0; function && round < CLOCKS_FEW_ROUNDS; round++) {
		int64_t below = clocks_read_syscall(CLOCK_REALTIME_COARSE) / KIT_SECOND;
		int64_t between = function(NULL);
		int64_t above = clocks_read_syscall(CLOCK_REALTIME_COARSE) / KIT_SECOND;

		EXPECT_ORDER(below, between);
		EXPECT_ORDER(between, above);
	}
}

/* The resolution is in the same page as the clocks. */
static void vdso_expect_getres(void)
{
	int (*function)(int, struct vdso_words *) = (int (*)(int, struct vdso_words *))(
		uintptr_t)vdso_find_either("__vdso_clock_getres", "__kernel_clock_getres");

	for (unsigned int i = 0; function && i < clocks_count; i++) {
		struct vdso_words by_vdso = { 0 }, by_call = { 0 };

		EXPECT(function(clocks[i].id, &by_vdso) == 0);
		EXPECT(syscall(__NR_clock_getres, clocks[i].id, &by_call) == 0);
		EXPECT_EQUAL(by_vdso.seconds, by_call.seconds);
		EXPECT_EQUAL(by_vdso.fraction, by_call.fraction);
	}
}

void vdso_expect_others(void)
{
	vdso_expect_gettimeofday();
	vdso_expect_time();
	vdso_expect_getres();
}
