/* SPDX-License-Identifier: Apache-2.0 */
/* Absolute times on a shifted clock, in every call that takes one. */
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <linux/futex.h>

#include "clocks.h"
#include "kit.h"
#include "namespace.h"

#define TIMER_SOON 20000000 /* nanoseconds */
#define TIMER_LATER (3600 * KIT_SECOND)

static struct timespec timer_time(int64_t nanoseconds)
{
	return (struct timespec){ .tv_sec = nanoseconds / KIT_SECOND,
		.tv_nsec = (long)(nanoseconds % KIT_SECOND) };
}

static int64_t timer_nanoseconds(struct timespec time)
{
	return (int64_t)time.tv_sec * KIT_SECOND + time.tv_nsec;
}

/*
 * Each waits until `clock` reads `time`. A kernel that took it for the machine's time would come back at
 * once where the clock is behind, and not in years where it is ahead: both are among the shifts.
 */
static void timer_sleep(int clock, struct timespec time)
{
	EXPECT_EQUAL(clock_nanosleep(clock, TIMER_ABSTIME, &time, NULL), 0);
}

static void timer_fd(int clock, struct timespec time)
{
	const struct itimerspec soon = { .it_value = time };
	int fd = timerfd_create(clock, TFD_CLOEXEC);
	uint64_t times;

	EXPECT(fd >= 0);
	EXPECT(timerfd_settime(fd, TFD_TIMER_ABSTIME, &soon, NULL) == 0);
	EXPECT(read(fd, &times, sizeof(times)) == sizeof(times));
	EXPECT_EQUAL(times, 1);
	close(fd);
}

static timer_t timer_make_posix(int clock)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	timer_t timer;

	EXPECT(timer_create(clock, &event, &timer) == 0);
	return timer;
}

static void timer_posix(int clock, struct timespec time)
{
	const struct itimerspec soon = { .it_value = time };
	timer_t timer;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	EXPECT(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	timer = timer_make_posix(clock);
	EXPECT(timer_settime(timer, TIMER_ABSTIME, &soon, NULL) == 0);
	EXPECT(sigwaitinfo(&set, NULL) == SIGUSR1);
	EXPECT(timer_delete(timer) == 0);
}

/* FUTEX_WAIT_BITSET knows CLOCK_MONOTONIC, by which pthread_cond_timedwait and others wait. */
static void timer_futex(int clock, struct timespec time)
{
#ifdef __NR_futex_time64
	const long number = __NR_futex_time64;
#else
	const long number = __NR_futex;
#endif
	const int64_t until[2] = { time.tv_sec, time.tv_nsec };
	uint32_t word = 0;

	(void)clock;
	EXPECT(syscall(number, &word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, 0, until, NULL,
		       FUTEX_BITSET_MATCH_ANY) < 0);
	EXPECT_EQUAL(errno, ETIMEDOUT);
}

enum timer_call { TIMER_SLEEP, TIMER_FD, TIMER_POSIX, TIMER_FUTEX };
typedef void (*timer_wait)(int, struct timespec);
static const timer_wait timer_waits[] = { timer_sleep, timer_fd, timer_posix, timer_futex };

static void timer_expect_not_early(int clock, timer_wait wait)
{
	int64_t time = clocks_read_syscall(clock) + TIMER_SOON;

	wait(clock, timer_time(time));
	EXPECT_ORDER(time, clocks_read_syscall(clock));
}

struct timer_talk {
	int clock;
	enum timer_call call;
};

static void timer_wait_inside(void *argument)
{
	const struct timer_talk *talk = argument;

	timer_expect_not_early(talk->clock, timer_waits[talk->call]);
}

static void timer_wait_shifted(void *shift)
{
	const struct timens_offsets offsets = namespace_offsets(shift);

	namespace_make(&offsets);
	kit_child(timer_wait_inside, kit_shared());
}

static void timer_wait_all(int clock, enum timer_call call)
{
	*(struct timer_talk *)kit_shared() = (struct timer_talk){ clock, call };
	for (unsigned int i = 0; i < namespace_shifts_count; i++)
		kit_child(timer_wait_shifted, (void *)&namespace_shifts[i]);
}

static void timer_check_sleep(int clock)
{
	timer_wait_all(clock, TIMER_SLEEP);
}

static void timer_check_fd(int clock)
{
	timer_wait_all(clock, TIMER_FD);
}

static void timer_check_posix(int clock)
{
	timer_wait_all(clock, TIMER_POSIX);
}

static void timer_check_futex(int clock)
{
	timer_wait_all(clock, TIMER_FUTEX);
}

/* What is left of a timer, between two readings: the time minus now, exactly. */
static int64_t timer_left_fd(int clock, const struct itimerspec *later)
{
	int fd = timerfd_create(clock, TFD_CLOEXEC);
	struct itimerspec left;

	EXPECT(fd >= 0);
	EXPECT(timerfd_settime(fd, TFD_TIMER_ABSTIME, later, NULL) == 0);
	EXPECT(timerfd_gettime(fd, &left) == 0);
	close(fd);
	return timer_nanoseconds(left.it_value);
}

static int64_t timer_left_posix(int clock, const struct itimerspec *later)
{
	timer_t timer = timer_make_posix(clock);
	struct itimerspec left;

	EXPECT(timer_settime(timer, TIMER_ABSTIME, later, NULL) == 0);
	EXPECT(timer_gettime(timer, &left) == 0);
	EXPECT(timer_delete(timer) == 0);
	return timer_nanoseconds(left.it_value);
}

static void timer_left_inside(void *clock_argument)
{
	int64_t (*const lefts[])(
		int, const struct itimerspec *) = { timer_left_fd, timer_left_posix };
	int clock = *(int *)clock_argument;

	for (unsigned int i = 0; i < KIT_COUNT(lefts); i++) {
		int64_t before = clocks_read_syscall(clock), time = before + TIMER_LATER;
		const struct itimerspec later = { .it_value = timer_time(time) };
		int64_t left = lefts[i](clock, &later);

		EXPECT_ORDER(left, time - before);
		EXPECT_ORDER(time - clocks_read_syscall(clock), left);
	}
}

static void timer_left_shifted(void *shift)
{
	const struct timens_offsets offsets = namespace_offsets(shift);

	namespace_make(&offsets);
	kit_child(timer_left_inside, kit_shared());
}

static void timer_left(int clock)
{
	*(int *)kit_shared() = clock;
	for (unsigned int i = 0; i < namespace_shifts_count; i++)
		kit_child(timer_left_shifted, (void *)&namespace_shifts[i]);
}

#define TIMERS(clock, text)                                                                        \
	{ "sleep-" text, "clock_nanosleep until a time ends when the shifted clock reads it",      \
		KIT_BY_SYSCALL, KIT_TIMENS, timer_check_sleep, clock },                            \
		{ "timerfd-" text, "a timerfd expires when the shifted clock reads its time",      \
			KIT_BY_SYSCALL, KIT_TIMENS, timer_check_fd, clock },                       \
		{ "timer-" text, "a POSIX timer expires when the shifted clock reads its time",    \
			KIT_BY_SYSCALL, KIT_TIMENS, timer_check_posix, clock },                    \
	{                                                                                          \
		"timer-left-" text, "what is left of a timer is its time minus the shifted clock", \
			KIT_BY_SYSCALL, KIT_TIMENS, timer_left, clock                              \
	}

const struct kit_check kit_timer_checks[] = {
	TIMERS(CLOCK_MONOTONIC, "monotonic"),
	TIMERS(CLOCK_BOOTTIME, "boottime"),
	{ "futex-monotonic", "a futex waits until the shifted clock reads a time", KIT_BY_SYSCALL,
		KIT_TIMENS, timer_check_futex, CLOCK_MONOTONIC },
	{ 0 },
};
