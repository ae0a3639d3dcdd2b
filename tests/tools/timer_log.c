/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waits by every kind of timer at once, each for SECONDS, and says on its clock when that was and when it
 * should have been; meanwhile it watches that no clock steps back. For checkpoints: it is dumped while
 * all of them are pending.
 *
 *     usage: timer_log SECONDS
 *
 *     armed PID                     all timers are pending now
 *     timer KIND CLOCK LATE         nanoseconds from when it was due to when it fired; below 0: early
 *     clock CLOCK steps N NS        how often it was behind what was read before, and by how much at worst
 *     order N NS                    the same of boottime behind monotonic
 *     done
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static int64_t wait_ns;
static pthread_barrier_t armed;
static volatile bool finished;

static int64_t now(clockid_t id)
{
	struct timespec time;

	if (clock_gettime(id, &time) < 0)
		abort();
	return time.tv_sec * SECOND + time.tv_nsec;
}

static struct timespec spec(int64_t ns)
{
	return (struct timespec){ ns / SECOND, ns % SECOND };
}

static void sleep_absolute(clockid_t id, int64_t due)
{
	struct timespec until = spec(due);

	while (clock_nanosleep(id, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* As libc's sleep functions are used: what is left is slept on. */
static void sleep_relative(clockid_t id, int64_t due)
{
	struct timespec left = spec(due - now(id));

	while (clock_nanosleep(id, 0, &left, &left) == EINTR)
		;
}

static void wait_condition(clockid_t id, int64_t due)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct timespec until = spec(due);
	pthread_condattr_t attributes;
	pthread_cond_t condition;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, id);
	pthread_cond_init(&condition, &attributes);
	pthread_mutex_lock(&mutex);
	while (pthread_cond_timedwait(&condition, &mutex, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&mutex);
}

static void wait_timerfd(clockid_t id, int64_t due, int flags)
{
	struct itimerspec timer = { .it_value = spec(flags ? due : due - now(id)) };
	int fd = timerfd_create(id, 0);
	uint64_t expirations;

	if (fd < 0 || timerfd_settime(fd, flags, &timer, NULL) < 0)
		abort();
	while (read(fd, &expirations, sizeof(expirations)) < 0 && errno == EINTR)
		;
	close(fd);
}

static void timerfd_absolute(clockid_t id, int64_t due)
{
	wait_timerfd(id, due, TFD_TIMER_ABSTIME);
}

static void timerfd_relative(clockid_t id, int64_t due)
{
	wait_timerfd(id, due, 0);
}

static void wait_posix(clockid_t id, int64_t due, int flags)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN };
	struct itimerspec timer = { .it_value = spec(flags ? due : due - now(id)) };
	timer_t timer_id;
	sigset_t set;

	/* To this thread alone: the other POSIX timers use the same signal. */
	event._sigev_un._tid = (int)syscall(SYS_gettid);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	if (timer_create(id, &event, &timer_id) < 0 ||
		timer_settime(timer_id, flags, &timer, NULL) < 0)
		abort();
	while (sigwaitinfo(&set, NULL) < 0 && errno == EINTR)
		;
	timer_delete(timer_id);
}

static void posix_absolute(clockid_t id, int64_t due)
{
	wait_posix(id, due, TIMER_ABSTIME);
}

static void posix_relative(clockid_t id, int64_t due)
{
	wait_posix(id, due, 0);
}

/* Programs with an event loop work out again how long they still have to wait. */
static void wait_epoll(clockid_t id, int64_t due)
{
	int fd = epoll_create1(0);
	struct epoll_event event;

	for (int64_t left = due - now(id); left > 0; left = due - now(id))
		(void)epoll_wait(fd, &event, 1, (int)((left + 999999) / 1000000));
	close(fd);
}

static const struct kind {
	const char *name;
	void (*wait)(clockid_t id, int64_t due);
	clockid_t id;
	const char *clock;
} kinds[] = {
	{ "sleep-absolute", sleep_absolute, CLOCK_MONOTONIC, "monotonic" },
	{ "sleep-absolute", sleep_absolute, CLOCK_BOOTTIME, "boottime" },
	{ "sleep-absolute", sleep_absolute, CLOCK_REALTIME, "realtime" },
	{ "sleep-relative", sleep_relative, CLOCK_MONOTONIC, "monotonic" },
	{ "sleep-relative", sleep_relative, CLOCK_BOOTTIME, "boottime" },
	{ "condition", wait_condition, CLOCK_MONOTONIC, "monotonic" },
	{ "condition", wait_condition, CLOCK_REALTIME, "realtime" },
	{ "timerfd-absolute", timerfd_absolute, CLOCK_MONOTONIC, "monotonic" },
	{ "timerfd-absolute", timerfd_absolute, CLOCK_BOOTTIME, "boottime" },
	{ "timerfd-absolute", timerfd_absolute, CLOCK_REALTIME, "realtime" },
	{ "timerfd-relative", timerfd_relative, CLOCK_MONOTONIC, "monotonic" },
	{ "timerfd-relative", timerfd_relative, CLOCK_BOOTTIME, "boottime" },
	{ "timerfd-relative", timerfd_relative, CLOCK_REALTIME, "realtime" },
	{ "posix-absolute", posix_absolute, CLOCK_MONOTONIC, "monotonic" },
	{ "posix-absolute", posix_absolute, CLOCK_BOOTTIME, "boottime" },
	{ "posix-absolute", posix_absolute, CLOCK_REALTIME, "realtime" },
	{ "posix-relative", posix_relative, CLOCK_MONOTONIC, "monotonic" },
	{ "posix-relative", posix_relative, CLOCK_BOOTTIME, "boottime" },
	{ "posix-relative", posix_relative, CLOCK_REALTIME, "realtime" },
	{ "epoll", wait_epoll, CLOCK_MONOTONIC, "monotonic" },
};

static void *run_timer(void *argument)
{
	const struct kind *kind = argument;
	int64_t due;

	pthread_barrier_wait(&armed);
	due = now(kind->id) + wait_ns;
	kind->wait(kind->id, due);
	printf("timer %s %s %" PRId64 "\n", kind->name, kind->clock, now(kind->id) - due);
	return NULL;
}

struct watch {
	const char *name;
	clockid_t id;
	int64_t last, steps, worst;
};

static void watch_step(struct watch *watch)
{
	int64_t reads = now(watch->id);

	if (reads < watch->last) {
		watch->steps++;
		if (watch->last - reads > watch->worst)
			watch->worst = watch->last - reads;
	}
	watch->last = reads;
}

static void *run_watch(void *argument)
{
	struct watch watches[] = {
		{ "monotonic", CLOCK_MONOTONIC, 0, 0, 0 },
		{ "boottime", CLOCK_BOOTTIME, 0, 0, 0 },
		{ "monotonic_raw", CLOCK_MONOTONIC_RAW, 0, 0, 0 },
		{ "monotonic_coarse", CLOCK_MONOTONIC_COARSE, 0, 0, 0 },
	};
	int64_t behind = 0, worst = 0;

	(void)argument;
	while (!finished) {
		int64_t monotonic;

		for (size_t i = 0; i < LENGTH(watches); i++)
			watch_step(&watches[i]);
		monotonic = now(CLOCK_MONOTONIC);
		watches[1].last = now(CLOCK_BOOTTIME);
		if (watches[1].last < monotonic) {
			behind++;
			if (monotonic - watches[1].last > worst)
				worst = monotonic - watches[1].last;
		}
		usleep(500);
	}
	for (size_t i = 0; i < LENGTH(watches); i++)
		printf("clock %s steps %" PRId64 " %" PRId64 "\n", watches[i].name,
			watches[i].steps, watches[i].worst);
	printf("order %" PRId64 " %" PRId64 "\n", behind, worst);
	return NULL;
}

int main(int argc, char *argv[])
{
	pthread_t threads[LENGTH(kinds)], watcher;
	sigset_t set;

	if (argc != 2 || atoi(argv[1]) <= 0) {
		fputs("usage: timer_log SECONDS\n", stderr);
		return 2;
	}
	wait_ns = atoi(argv[1]) * SECOND;
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pthread_barrier_init(&armed, NULL, LENGTH(kinds) + 1);
	pthread_create(&watcher, NULL, run_watch, NULL);
	for (size_t i = 0; i < LENGTH(kinds); i++)
		pthread_create(&threads[i], NULL, run_timer, (void *)&kinds[i]);
	pthread_barrier_wait(&armed);
	usleep(200000);
	printf("armed %d\n", (int)getpid());
	for (size_t i = 0; i < LENGTH(kinds); i++)
		pthread_join(threads[i], NULL);
	finished = true;
	pthread_join(watcher, NULL);
	puts("done");
	return 0;
}
