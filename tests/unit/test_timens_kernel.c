/* SPDX-License-Identifier: Apache-2.0 */
/* timens: by experiment, in namespaces of its own, what the kernel promises of time namespaces. */
#include <elsewhen/timens.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#include "in_child.h"

#define SECOND INT64_C(1000000000)

static int wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return EXIT_FAILURE;
	return WEXITSTATUS(status);
}

static int fork_and_wait(void (*body)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		return EXIT_FAILURE;
	if (pid == 0) {
		body();
		_exit(EXIT_SUCCESS);
	}
	return wait_for(pid);
}

/* Runs an experiment in a process of its own, so that no namespace outlives it. */
static void run_experiment(void (*body)(void))
{
	int status = fork_and_wait(body);

	if (status == IN_CHILD_SKIPPED)
		skip();
	assert_int_equal(status, EXIT_SUCCESS);
}

#define NO_TIME_NS "this kernel has no time namespaces (CONFIG_TIME_NS)"

/* The right to make time namespaces: by a user namespace, else as the root that we may be. */
static void become_privileged(void)
{
	if (unshare(CLONE_NEWUSER) < 0 && geteuid() != 0)
		SKIP_IN_CHILD("this user can make no user namespace");
}

static void unshare_or_skip(void)
{
	int result;

	if (!timens_supported())
		SKIP_IN_CHILD(NO_TIME_NS);
	become_privileged();
	result = timens_unshare();
	if (result == -EPERM)
		SKIP_IN_CHILD("time namespaces are not permitted here");
	CHECK(result == 0);
}

static int64_t as_nanoseconds(struct timespec time)
{
	return time.tv_sec * SECOND + time.tv_nsec;
}

static int64_t read_vdso(clockid_t clock)
{
	struct timespec now;

	CHECK(clock_gettime(clock, &now) == 0);
	return as_nanoseconds(now);
}

static int64_t read_syscall(clockid_t clock)
{
	struct timespec now;

	CHECK(syscall(SYS_clock_gettime, clock, &now) == 0);
	return as_nanoseconds(now);
}

static struct timens_offsets both_offsets(int64_t monotonic, int64_t boottime)
{
	return (struct timens_offsets){ true, true, { monotonic, 0 }, { boottime, 0 } };
}

/* Past the functions under test, so that the kernel's own answer is seen. */
static ssize_t write_raw(const char *text)
{
	int fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	ssize_t result;

	CHECK(fd >= 0);
	result = write(fd, text, strlen(text));
	if (result < 0)
		result = -errno;
	close(fd);
	return result;
}

/* Offsets */

static int64_t host_before[2];

/* As the first member: between the maker's reading before and ours there is the offset, exactly. */
static void check_shifted_by_minus_one_and_a_half(void)
{
	int64_t monotonic = read_vdso(CLOCK_MONOTONIC) + SECOND * 3 / 2;
	int64_t boottime = read_vdso(CLOCK_BOOTTIME) - SECOND * 86400;

	CHECK(monotonic >= host_before[0]);
	CHECK(boottime >= host_before[1]);
	/* No machine was away for a minute here: an upper bound that the maker need not tell. */
	CHECK(monotonic < host_before[0] + 60 * SECOND);
	CHECK(boottime < host_before[1] + 60 * SECOND);
}

static void experiment_floor_form(void)
{
	const struct timens_offsets wanted = { true, true, { -2, 500000000 }, { 86400, 0 } };
	struct timens_offsets seen;

	unshare_or_skip();
	CHECK(timens_write_offsets(-1, 0, &wanted) == 0);
	CHECK(timens_read_offsets(-1, 0, &seen) == 0);
	CHECK(seen.monotonic.seconds == -2 && seen.monotonic.nanoseconds == 500000000);
	CHECK(seen.boottime.seconds == 86400 && seen.boottime.nanoseconds == 0);
	host_before[0] = read_vdso(CLOCK_MONOTONIC);
	host_before[1] = read_vdso(CLOCK_BOOTTIME);
	CHECK(fork_and_wait(check_shifted_by_minus_one_and_a_half) == EXIT_SUCCESS);
}

static void test_floor_form(void **state)
{
	(void)state;
	run_experiment(experiment_floor_form);
}

static void experiment_unset_stays(void)
{
	struct timens_offsets offsets = both_offsets(10, 20);
	struct timens_offsets seen;

	unshare_or_skip();
	CHECK(timens_write_offsets(-1, 0, &offsets) == 0);
	offsets = (struct timens_offsets){ .boottime_set = true, .boottime = { 30, 1 } };
	CHECK(timens_write_offsets(-1, 0, &offsets) == 0);
	offsets = (struct timens_offsets){ .monotonic = { 99, 0 }, .boottime = { 99, 0 } };
	CHECK(timens_write_offsets(-1, 0, &offsets) == 0);
	CHECK(timens_read_offsets(-1, 0, &seen) == 0);
	CHECK(seen.monotonic.seconds == 10 && seen.monotonic.nanoseconds == 0);
	CHECK(seen.boottime.seconds == 30 && seen.boottime.nanoseconds == 1);
}

static void test_unset_clock_keeps_its_offset(void **state)
{
	(void)state;
	run_experiment(experiment_unset_stays);
}

static void do_nothing(void)
{
}

static void experiment_frozen(void)
{
	const struct timens_offsets offsets = both_offsets(1, 1);

	unshare_or_skip();
	CHECK(timens_write_offsets(-1, 0, &offsets) == 0);
	CHECK(fork_and_wait(do_nothing) == EXIT_SUCCESS);
	CHECK(timens_write_offsets(-1, 0, &offsets) == -EACCES);
}

static void test_frozen_by_the_first_member(void **state)
{
	(void)state;
	run_experiment(experiment_frozen);
}

static void experiment_refused_values(void)
{
	struct timens_offsets offsets = both_offsets(0, 0);

	unshare_or_skip();
	offsets.boottime.nanoseconds = TIMENS_NANOSECONDS_MAX;
	CHECK(timens_write_offsets(-1, 0, &offsets) == 0);
	offsets.boottime.nanoseconds = TIMENS_NANOSECONDS_MAX + 1;
	CHECK(timens_write_offsets(-1, 0, &offsets) == -EINVAL);
	CHECK(write_raw("boottime 0 1000000000\n") == -EINVAL);
	CHECK(write_raw("realtime 1 0\n") == -EINVAL);
	CHECK(write_raw("11 1 0\n") == -EINVAL);
	CHECK(write_raw("monotonic 1 0\nrealtime 1 0\n") == -EINVAL);
	CHECK(timens_read_offsets(-1, 0, &offsets) == 0);
	CHECK(offsets.monotonic.seconds == 0);
}

static void test_kernel_refuses_values(void **state)
{
	(void)state;
	run_experiment(experiment_refused_values);
}

/* Why the count of a write is checked, and why there is never a second one. */
static void experiment_third_line(void)
{
	static const char two[] = "monotonic 1 0\nboottime 2 0\n";
	char three[64];

	unshare_or_skip();
	snprintf(three, sizeof(three), "%smonotonic 3 0\n", two);
	CHECK(write_raw(three) == (ssize_t)strlen(two));
}

static void test_third_line_is_a_short_write(void **state)
{
	(void)state;
	run_experiment(experiment_third_line);
}

static int write_seconds(int clock, int64_t seconds)
{
	struct timens_offsets offsets = { .monotonic_set = clock == CLOCK_MONOTONIC,
		.boottime_set = clock == CLOCK_BOOTTIME,
		.monotonic = { seconds, 0 },
		.boottime = { seconds, 0 } };

	return timens_write_offsets(-1, 0, &offsets);
}

/*
 * On the boundary and one second past it. The boundary moves with the clock, so an answer counts
 * only when the range was the same before and after; a second is long enough for that soon.
 */
static void check_boundary(int clock)
{
	for (int attempt = 0; attempt < 100; attempt++) {
		int64_t min, max, min_after, max_after;
		int at_min, below_min, at_max, above_max;

		CHECK(timens_range(-1, clock, &min, &max) == 0);
		at_min = write_seconds(clock, min);
		below_min = write_seconds(clock, min - 1);
		at_max = write_seconds(clock, max);
		above_max = write_seconds(clock, max + 1);
		/* The range is that of the namespace we are in; our children's was written to. */
		CHECK(write_seconds(clock, 0) == 0);
		CHECK(timens_range(-1, clock, &min_after, &max_after) == 0);
		if (min != min_after)
			continue;
		CHECK(max == max_after && max - min == TIMENS_SECONDS_MAX);
		CHECK(at_min == 0 && below_min == -ERANGE);
		CHECK(at_max == 0 && above_max == -ERANGE);
		return;
	}
	CHECK(!"a second that lasts for six writes");
}

static void experiment_range(void)
{
	unshare_or_skip();
	check_boundary(CLOCK_MONOTONIC);
	check_boundary(CLOCK_BOOTTIME);
	CHECK(write_seconds(CLOCK_MONOTONIC, INT64_MAX) == -ERANGE);
	CHECK(write_seconds(CLOCK_MONOTONIC, INT64_MIN) == -ERANGE);
}

static void test_range_is_exact(void **state)
{
	(void)state;
	run_experiment(experiment_range);
}

/* Nesting */

static int64_t host_min;

static void check_nested(void)
{
	struct timens_offsets offsets = { .boottime_set = true, .boottime = { 5, 999999999 } };
	int64_t min, max;

	CHECK(timens_nest(-1, &offsets) == 0);
	CHECK(!offsets.monotonic_set && offsets.monotonic.seconds == 0);
	CHECK(offsets.boottime.seconds == 2006 && offsets.boottime.nanoseconds == 499999999);
	CHECK(timens_range(-1, CLOCK_MONOTONIC, &min, &max) == 0);
	CHECK(min <= host_min && min > host_min - 60);
	CHECK(max == min + TIMENS_SECONDS_MAX);
	offsets = (struct timens_offsets){ .monotonic_set = true, .monotonic = { INT64_MAX, 0 } };
	CHECK(timens_nest(-1, &offsets) == -EOVERFLOW);
	CHECK(offsets.monotonic.seconds == INT64_MAX);
}

/* A namespace made inside another starts with its offsets: nest and range still see our own. */
static void check_nested_and_unshared(void)
{
	check_nested();
	CHECK(timens_unshare() == 0);
	check_nested();
}

static void experiment_nest(void)
{
	struct timens_offsets offsets = both_offsets(1000, 2000);
	int64_t max;

	offsets.boottime.nanoseconds = 500000000;
	unshare_or_skip();
	CHECK(timens_range(-1, CLOCK_MONOTONIC, &host_min, &max) == 0);
	CHECK(timens_write_offsets(-1, 0, &offsets) == 0);
	CHECK(fork_and_wait(check_nested_and_unshared) == EXIT_SUCCESS);
}

static void test_nest(void **state)
{
	(void)state;
	run_experiment(experiment_nest);
}

/* Exact in a namespace that is itself shifted by a fraction, which is where rounding would show. */
static void check_range_when_nested(void)
{
	for (int attempt = 0; attempt < 100; attempt++) {
		int64_t min, max, min_after;
		int at_max, above_max;

		CHECK(timens_unshare() == 0);
		CHECK(timens_range(-1, CLOCK_BOOTTIME, &min, &max) == 0);
		at_max = write_seconds(CLOCK_BOOTTIME, max);
		above_max = write_seconds(CLOCK_BOOTTIME, max + 1);
		/*
		 * Our own offsets again, as the next timens_range reads them from our children's.
		 */
		CHECK(timens_write_offsets(-1, 0,
			      &(struct timens_offsets){
				      .boottime_set = true, .boottime = { -1, 300000000 } }) == 0);
		CHECK(timens_range(-1, CLOCK_BOOTTIME, &min_after, &max) == 0);
		if (min != min_after)
			continue;
		CHECK(at_max == 0 && above_max == -ERANGE);
		return;
	}
	CHECK(!"a second that lasts for a few writes");
}

static void experiment_range_when_nested(void)
{
	const struct timens_offsets offsets = { .boottime_set = true,
		.boottime = { -1, 300000000 } };

	unshare_or_skip();
	CHECK(timens_write_offsets(-1, 0, &offsets) == 0);
	CHECK(fork_and_wait(check_range_when_nested) == EXIT_SUCCESS);
}

static void test_range_when_nested(void **state)
{
	(void)state;
	run_experiment(experiment_range_when_nested);
}

/* Joining */

static void check_join(void)
{
	int fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	int64_t before = read_vdso(CLOCK_MONOTONIC), after;
	struct stat st;
	ino_t inode;

	CHECK(fd >= 0 && fstat(fd, &st) == 0);
	CHECK(timens_join(fd) == 0);
	CHECK(timens_inode(-1, 0, &inode) == 0 && inode == st.st_ino);
	after = read_vdso(CLOCK_MONOTONIC) - 5000 * SECOND;
	CHECK(before <= after && after <= read_syscall(CLOCK_MONOTONIC) - 5000 * SECOND);
	close(fd);
}

static void experiment_join(void)
{
	const struct timens_offsets offsets = both_offsets(5000, 6000);

	unshare_or_skip();
	CHECK(timens_write_offsets(-1, 0, &offsets) == 0);
	check_join();
}

static void test_join_moves_the_clocks_at_once(void **state)
{
	(void)state;
	run_experiment(experiment_join);
}

static void *sleep_for_ever(void *unused)
{
	pause();
	return unused;
}

static void experiment_join_refused(void)
{
	int uts = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	int time_fd = open("/proc/self/ns/time", O_RDONLY | O_CLOEXEC);
	pthread_t thread;

	if (time_fd < 0)
		SKIP_IN_CHILD(NO_TIME_NS);
	CHECK(timens_join(uts) == -EINVAL);
	CHECK(timens_join(-1) == -EBADF);
	/* A user namespace has no say over the time namespace that is older than it. */
	if (unshare(CLONE_NEWUSER) == 0)
		CHECK(timens_join(time_fd) == -EPERM);
	CHECK(pthread_create(&thread, NULL, sleep_for_ever, NULL) == 0);
	CHECK(timens_join(time_fd) == -EUSERS);
	close(uts);
	close(time_fd);
}

static void test_join_refused(void **state)
{
	(void)state;
	run_experiment(experiment_join_refused);
}

static void experiment_join_threaded(void)
{
	pthread_t thread;
	int fd;

	/* Single-threaded first: since a process with threads can not make a user namespace. */
	unshare_or_skip();
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	if (pthread_create(&thread, NULL, sleep_for_ever, NULL) != 0)
		SKIP_IN_CHILD("before Linux 6.2 no thread can be made after unshare");
	CHECK(timens_join(fd) == -EUSERS);
	close(fd);
}

static void test_join_refused_to_threads(void **state)
{
	(void)state;
	run_experiment(experiment_join_threaded);
}

/* By another process, and through a procfs that is open already */

static void experiment_write_by_pid(void)
{
	const struct timens_offsets offsets = both_offsets(77, 88);
	struct timens_offsets seen;
	int procfd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int ready[2], done[2];
	ino_t inode, mine;
	char byte = 0;
	pid_t pid;

	CHECK(procfd >= 0 && pipe(ready) == 0 && pipe(done) == 0);
	become_privileged();
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		int result = timens_unshare();

		CHECK(result == 0 || result == -EINVAL || result == -EPERM);
		byte = result == 0;
		CHECK(write(ready[1], &byte, 1) == 1 && read(done[0], &byte, 1) == 1);
		_exit(EXIT_SUCCESS);
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	if (byte) {
		CHECK(timens_write_offsets(procfd, pid, &offsets) == 0);
		CHECK(timens_read_offsets(procfd, pid, &seen) == 0);
		CHECK(seen.monotonic.seconds == 77 && seen.boottime.seconds == 88);
		CHECK(timens_inode(procfd, pid, &inode) == 0);
		CHECK(timens_inode(procfd, 0, &mine) == 0 && inode == mine);
	}
	CHECK(write(done[1], &byte, 1) == 1 && wait_for(pid) == EXIT_SUCCESS);
	if (!byte)
		SKIP_IN_CHILD("time namespaces are not available here");
}

static void test_write_by_pid(void **state)
{
	(void)state;
	run_experiment(experiment_write_by_pid);
}

/* The vDSO */

static const clockid_t sandwich_clocks[] = { CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_MONOTONIC_RAW,
	CLOCK_MONOTONIC_COARSE, CLOCK_REALTIME, CLOCK_TAI, CLOCK_REALTIME_COARSE };

static void check_sandwich(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(sandwich_clocks); i++) {
		for (int round = 0; round < 1000; round++) {
			int64_t below = read_syscall(sandwich_clocks[i]);
			int64_t between = read_vdso(sandwich_clocks[i]);
			int64_t above = read_syscall(sandwich_clocks[i]);

			CHECK(below <= between && between <= above);
		}
	}
}

static void experiment_sandwich(void)
{
	const struct timens_offsets offsets = { true, true, { -3, 123456789 },
		{ 42859080, 987654321 } };
	int fd;

	unshare_or_skip();
	CHECK(timens_write_offsets(-1, 0, &offsets) == 0);
	/* The maker's vDSO data is mapped now: a child that kept its page would read wrong. */
	check_sandwich();
	CHECK(fork_and_wait(check_sandwich) == EXIT_SUCCESS);
	check_sandwich();
	/* And so would a process whose mapping was not dropped when it joined. */
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0 && timens_join(fd) == 0);
	check_sandwich();
	close(fd);
}

static void test_sandwich(void **state)
{
	(void)state;
	run_experiment(experiment_sandwich);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_floor_form),
		cmocka_unit_test(test_unset_clock_keeps_its_offset),
		cmocka_unit_test(test_frozen_by_the_first_member),
		cmocka_unit_test(test_kernel_refuses_values),
		cmocka_unit_test(test_third_line_is_a_short_write),
		cmocka_unit_test(test_range_is_exact),
		cmocka_unit_test(test_nest),
		cmocka_unit_test(test_range_when_nested),
		cmocka_unit_test(test_join_moves_the_clocks_at_once),
		cmocka_unit_test(test_join_refused),
		cmocka_unit_test(test_join_refused_to_threads),
		cmocka_unit_test(test_write_by_pid),
		cmocka_unit_test(test_sandwich),
	};

	return cmocka_run_group_tests_name("timens_kernel", tests, NULL, NULL);
}
