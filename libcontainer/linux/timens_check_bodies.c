/* SPDX-License-Identifier: Apache-2.0 */
/* The promises, one check each. Comparisons are exact: no clock is given any tolerance. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "linux/timens_check_child.h"
#include "linux/vdso.h"

#define CHECK_SECOND INT64_C(1000000000)
#define CHECK_ROUNDS 1000

/* -1.5 s is not to be had on every machine, since no clock may read less than 0. */
static const struct timens_offsets check_offsets = { true, true, { 86399, 500000000 },
	{ 42940799, 987654321 } };
static const int64_t check_boottime_shift = 42940799 * CHECK_SECOND + 987654321;

static const struct {
	clockid_t id;
	const char *name;
} check_clocks[] = {
	{ CLOCK_MONOTONIC, "CLOCK_MONOTONIC" },
	{ CLOCK_BOOTTIME, "CLOCK_BOOTTIME" },
	{ CLOCK_MONOTONIC_RAW, "CLOCK_MONOTONIC_RAW" },
	{ CLOCK_MONOTONIC_COARSE, "CLOCK_MONOTONIC_COARSE" },
	{ CLOCK_REALTIME, "CLOCK_REALTIME" },
	{ CLOCK_TAI, "CLOCK_TAI" },
	{ CLOCK_REALTIME_COARSE, "CLOCK_REALTIME_COARSE" },
};

static int check_no_vdso(struct error *err)
{
	error_set(err, ENOENT, "this kernel gives this program no vDSO");
	return 1;
}

/* system call <= vDSO <= system call, of every clock. */
static int check_sandwiches(struct error *err)
{
	vdso_clock_gettime vdso = vdso_find_clock_gettime();

	if (!vdso)
		return check_no_vdso(err);
	for (size_t i = 0; i < ARRAY_LENGTH(check_clocks); i++) {
		for (int round = 0; round < CHECK_ROUNDS; round++) {
			int64_t below = vdso_read_clock_by_syscall(check_clocks[i].id);
			int64_t between = vdso_read_clock(vdso, check_clocks[i].id);
			int64_t above = vdso_read_clock_by_syscall(check_clocks[i].id);

			if (below > between || between > above)
				return error_set(err, EIO,
					"%s: the vDSO reads %lld ns, system calls before and after "
					"it %lld and %lld",
					check_clocks[i].name, (long long)between, (long long)below,
					(long long)above);
		}
	}
	return 0;
}

/* A new namespace with offsets and nobody in it; the vDSO's page was touched before. */
static int check_make(struct error *err)
{
	vdso_clock_gettime vdso = vdso_find_clock_gettime();
	int result;

	if (vdso)
		vdso_read_clock(vdso, CLOCK_MONOTONIC);
	result = timens_check_unshare(err);
	if (result != 0)
		return result;
	result = timens_write_offsets(-1, 0, &check_offsets);
	return result < 0 ? error_errno(err, -result, "write the offsets") : 0;
}

/* fd or -1 */
static int check_open_children(struct error *err)
{
	int fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? error_errno(err, errno, "open /proc/self/ns/time_for_children") : fd;
}

static int check_enter(struct error *err)
{
	cleanup_close int fd = -1;
	int result = check_make(err);

	if (result != 0)
		return result;
	fd = check_open_children(err);
	if (fd < 0)
		return -1;
	result = timens_join(fd);
	return result < 0 ? error_errno(err, -result, "setns into the time namespace") : 0;
}

/* `inside` was read between `before` and `after`, which are outside. */
static int check_shift(
	const char *who, int64_t before, int64_t inside, int64_t after, struct error *err)
{
	long long low = before + check_boottime_shift, high = after + check_boottime_shift;

	if (low <= inside && inside <= high)
		return 0;
	return error_set(err, EIO, "%s CLOCK_BOOTTIME reads %lld ns, not between %lld and %lld",
		who, (long long)inside, low, high);
}

static int check_namespaces(struct error *err)
{
	if (!timens_supported())
		return error_set(err, EINVAL, "this kernel was built without CONFIG_TIME_NS");
	return timens_check_unshare(err);
}

static int check_refused(
	const struct timens_offsets *offsets, int expected, const char *what, struct error *err)
{
	int result = timens_write_offsets(-1, 0, offsets);

	if (result == expected)
		return 0;
	return error_set(err, EIO, "%s: the answer is '%s', not '%s'", what,
		result < 0 ? strerror(-result) : "done", strerror(-expected));
}

static int check_offsets_file(struct error *err)
{
	const struct timens_offsets below = { .boottime_set = true,
		.boottime = { -4000000000, 0 } };
	const struct timens_offsets half = { true, true, { 1, 0 }, { -4000000000, 0 } };
	struct timens_offsets seen;
	int result = check_make(err);

	if (result != 0)
		return result;
	if (check_refused(&below, -ERANGE, "a clock below zero", err) < 0 ||
		check_refused(&half, -ERANGE, "one good offset and a bad one", err) < 0)
		return -1;
	result = timens_read_offsets(-1, 0, &seen);
	if (result < 0)
		return error_errno(err, -result, "read the offsets");
	if (seen.monotonic.seconds != check_offsets.monotonic.seconds ||
		seen.monotonic.nanoseconds != check_offsets.monotonic.nanoseconds ||
		seen.boottime.seconds != check_offsets.boottime.seconds ||
		seen.boottime.nanoseconds != check_offsets.boottime.nanoseconds)
		return error_set(err, EIO, "the offsets are not those that were written");
	return 0;
}

static int check_nothing(struct error *err)
{
	(void)err;
	return 0;
}

static int check_frozen(struct error *err)
{
	int result = check_make(err);

	if (result == 0)
		result = timens_check_in_child(check_nothing, TIMENS_CHECK_NO_LIMIT, err);
	if (result != 0)
		return result;
	return check_refused(
		&check_offsets, -EACCES, "offsets written after the first member", err);
}

static int check_fork(struct error *err)
{
	int result = check_make(err);

	return result != 0 ? result
			   : timens_check_in_child(check_sandwiches, TIMENS_CHECK_NO_LIMIT, err);
}

/* Inside: what the last reading outside was, in memory that both see. */
static int64_t *check_reading;

static int check_read_inside(struct error *err)
{
	(void)err;
	*check_reading = vdso_read_clock_by_syscall(CLOCK_BOOTTIME);
	return 0;
}

static int check_shifted(struct error *err)
{
	int result = check_make(err);
	int64_t before;

	if (result != 0)
		return result;
	check_reading = mmap(
		NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (check_reading == MAP_FAILED)
		return error_errno(err, errno, "map memory");
	before = vdso_read_clock_by_syscall(CLOCK_BOOTTIME);
	if (timens_check_in_child(check_read_inside, TIMENS_CHECK_NO_LIMIT, err) < 0)
		return -1;
	return check_shift("by system call,", before, *check_reading,
		vdso_read_clock_by_syscall(CLOCK_BOOTTIME), err);
}

static int check_join(struct error *err)
{
	vdso_clock_gettime vdso = vdso_find_clock_gettime();
	cleanup_close int fd = -1;
	int64_t before, inside;
	int result;

	if (!vdso)
		return check_no_vdso(err);
	result = check_make(err);
	if (result != 0)
		return result;
	fd = check_open_children(err);
	if (fd < 0)
		return -1;
	before = vdso_read_clock(vdso, CLOCK_BOOTTIME);
	result = timens_join(fd);
	if (result < 0)
		return error_errno(err, -result, "setns into the time namespace");
	inside = vdso_read_clock(vdso, CLOCK_BOOTTIME);
	if (check_shift("right after setns the vDSO's", before, inside,
		    vdso_read_clock_by_syscall(CLOCK_BOOTTIME) - check_boottime_shift, err) < 0)
		return -1;
	return check_sandwiches(err);
}

static int check_page(struct error *err)
{
	struct vdso_area area;
	struct vdso_data_head head;
	int result;

	if (!vdso_find_area("[vvar]", &area))
		return check_no_vdso(err);
	result = check_enter(err);
	if (result != 0)
		return result;
	head = vdso_read_head(&area, 0);
	if (!vdso_head_is_timens(head))
		return error_set(err, EIO,
			"the first page of [vvar] has seq %u and clock_mode 0x%x, not 1 and "
			"0x7fffffff",
			head.sequence, head.clock_mode);
	return 0;
}

static void *check_thread(void *fd)
{
	char byte;

	return read(*(int *)fd, &byte, 1) == 0 ? NULL : fd;
}

static int check_threads(struct error *err)
{
	cleanup_close int own = -1;
	pthread_t thread;
	int result = check_enter(err), fds[2];

	if (result != 0)
		return result;
	own = open("/proc/self/ns/time", O_RDONLY | O_CLOEXEC);
	if (own < 0 || pipe(fds) < 0 || pthread_create(&thread, NULL, check_thread, &fds[0]) != 0)
		return error_set(err, EIO, "a thread can not be made");
	result = timens_join(own);
	close(fds[1]);
	pthread_join(thread, NULL);
	close(fds[0]);
	return result == -EUSERS
		       ? 0
		       : error_set(err, EIO, "setns of a process with threads: '%s', not '%s'",
				 result < 0 ? strerror(-result) : "done", strerror(EUSERS));
}

static int check_split(struct error *err)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	struct vdso_area area;

	if (!vdso_find_area("[vvar]", &area))
		return check_no_vdso(err);
	if (area.end - area.start < 2 * page) {
		error_set(err, ENOENT, "[vvar] is a single page");
		return 1;
	}
	if (mprotect((void *)area.start, page, PROT_NONE) == 0)
		return error_set(err, EIO, "mprotect of a part of [vvar] was not refused");
	if (munmap((void *)(area.end - page), page) == 0)
		return error_set(err, EIO, "munmap of a part of [vvar] was not refused");
	return 0;
}

/* What is left of a timer is its time minus now, and now is between two readings. */
static int check_timers(struct error *err)
{
	cleanup_close int fd = -1;
	struct itimerspec timer = { 0 };
	int result = check_enter(err);
	int64_t time, before, left;

	if (result != 0)
		return result;
	fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "make a timer");
	before = vdso_read_clock_by_syscall(CLOCK_BOOTTIME);
	time = before + 3600 * CHECK_SECOND;
	timer.it_value.tv_sec = (time_t)(time / CHECK_SECOND);
	timer.it_value.tv_nsec = (long)(time % CHECK_SECOND);
	if (timerfd_settime(fd, TFD_TIMER_ABSTIME, &timer, NULL) < 0 ||
		timerfd_gettime(fd, &timer) < 0)
		return error_errno(err, errno, "set a timer");
	left = (int64_t)timer.it_value.tv_sec * CHECK_SECOND + timer.it_value.tv_nsec;
	if (left > time - before || left < time - vdso_read_clock_by_syscall(CLOCK_BOOTTIME))
		return error_set(err, EIO, "a timer set for in an hour has %lld s left",
			(long long)(left / CHECK_SECOND));
	return 0;
}

static int check_uptime(struct error *err)
{
	int64_t below, above;
	struct sysinfo info;
	int result = check_enter(err);

	if (result != 0)
		return result;
	below = vdso_read_clock_by_syscall(CLOCK_BOOTTIME);
	if (sysinfo(&info) < 0)
		return error_errno(err, errno, "sysinfo");
	above = vdso_read_clock_by_syscall(CLOCK_BOOTTIME);
	/* A begun second counts as a whole one. */
	if (info.uptime < (below + CHECK_SECOND - 1) / CHECK_SECOND ||
		info.uptime > (above + CHECK_SECOND - 1) / CHECK_SECOND)
		return error_set(err, EIO, "sysinfo says %ld s, CLOCK_BOOTTIME %lld s",
			(long)info.uptime, (long long)(below / CHECK_SECOND));
	return 0;
}

static int check_exit(void *unused)
{
	(void)unused;
	return 0;
}

/*
 * Since 6.2 vfork works after unshare, and the execve of who unshared enters the namespace: one change
 * of the kernel made both. The first needs no program to execute.
 */
static int check_vfork(struct error *err)
{
	static char stack[65536] __attribute__((aligned(16)));
	int result;
	pid_t pid;

	if (!timens_check_kernel_is(6, 2)) {
		error_set(err, ENOTSUP, "promised since Linux 6.2; elsewhen does without");
		return 1;
	}
	result = timens_check_unshare(err);
	if (result != 0)
		return result;
	pid = clone(check_exit, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
	if (pid < 0)
		return error_errno(err, errno, "vfork after unshare");
	return waitpid(pid, NULL, 0) == pid ? 0 : error_errno(err, errno, "wait for a child");
}

const struct timens_check timens_checks[] = {
	{ "namespaces", "the kernel makes time namespaces", check_namespaces },
	{ "offsets", "offsets are taken as written, all or none, within the range",
		check_offsets_file },
	{ "frozen", "offsets are final once a process is inside", check_frozen },
	{ "shifted", "a clock inside is shifted to the nanosecond", check_shifted },
	{ "vdso-outside", "every clock by vDSO is between two system calls", check_sandwiches },
	{ "vdso-inside", "so it is in a child born into a namespace", check_fork },
	{ "vdso-join", "so it is from the first reading after setns on", check_join },
	{ "vvar-page", "the vDSO reads a page of the namespace's own", check_page },
	{ "vvar-whole", "the mapping of these pages can not be split", check_split },
	{ "threads", "a process with threads can not change its namespace", check_threads },
	{ "timers", "absolute timers go by the shifted clock", check_timers },
	{ "uptime", "the uptime is that of the shifted clock", check_uptime },
	{ "exec-enters", "vfork works after unshare, and with it execve enters", check_vfork },
};
const size_t timens_checks_count = ARRAY_LENGTH(timens_checks);
