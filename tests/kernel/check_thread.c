/* SPDX-License-Identifier: Apache-2.0 */
/* Threads, and all who share one memory: they have one [vvar], so one time namespace. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clocks.h"
#include "kit.h"
#include "namespace.h"

#define THREADS 4

static void *thread_sandwiches(void *unused)
{
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
	return unused;
}

static void thread_all_read(int unused)
{
	pthread_t threads[THREADS];

	(void)unused;
	for (int i = 0; i < THREADS; i++)
		EXPECT_EQUAL(pthread_create(&threads[i], NULL, thread_sandwiches, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		EXPECT_EQUAL(pthread_join(threads[i], NULL), 0);
}

static void thread_all_read_inside(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[2]);

	clocks_read_vdso(0);
	namespace_enter(&offsets);
	thread_all_read(unused);
}

static void *thread_wait(void *fd)
{
	char byte;

	EXPECT(read(*(int *)fd, &byte, 1) == 0);
	return NULL;
}

/* The namespace that it is in already: nothing else could stand in the way. */
static void thread_join_refused(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[0]);
	int own, pipe_fds[2];
	pthread_t thread;

	(void)unused;
	namespace_enter(&offsets);
	own = namespace_open("time");
	EXPECT_EQUAL(timens_join(own), 0);
	EXPECT(pipe(pipe_fds) == 0);
	EXPECT_EQUAL(pthread_create(&thread, NULL, thread_wait, &pipe_fds[0]), 0);
	EXPECT_EQUAL(timens_join(own), -EUSERS);
	close(pipe_fds[1]);
	EXPECT_EQUAL(pthread_join(thread, NULL), 0);
}

static int thread_join_in_shared_memory(void *fd)
{
	*(int *)kit_shared() = timens_join(*(int *)fd);
	return 0;
}

/* No thread, but the same memory: a child like vfork's. */
static void thread_sharer_refused(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[0]);
	static char stack[65536] __attribute__((aligned(16)));
	int own, status;
	pid_t pid;

	(void)unused;
	*(int *)kit_shared() = 1;
	namespace_enter(&offsets);
	own = namespace_open("time");
	pid = clone(thread_join_in_shared_memory, stack + sizeof(stack),
		CLONE_VM | CLONE_VFORK | SIGCHLD, &own);
	EXPECT(pid > 0);
	EXPECT(waitpid(pid, &status, 0) == pid && status == 0);
	EXPECT_EQUAL(*(int *)kit_shared(), -EUSERS);
}

/*
 * After unshare a thread would be in the namespace, and its maker not. Before 6.2 it is refused; since
 * then it stays where its maker is.
 */
static void thread_after_unshare(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[0]);
	pthread_t thread;
	int result;

	(void)unused;
	clocks_read_vdso(0);
	namespace_make(&offsets);
	result = pthread_create(&thread, NULL, thread_sandwiches, NULL);
	if (result == 0)
		EXPECT_EQUAL(pthread_join(thread, NULL), 0);
	else
		EXPECT_EQUAL(result, EINVAL);
	EXPECT(result == 0 || !kit_kernel_is(6, 2));
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
}

static int thread_nothing(void *unused)
{
	(void)unused;
	return 0;
}

static void thread_vfork_after_unshare(int unused)
{
	static char stack[65536] __attribute__((aligned(16)));
	int status;
	pid_t pid;

	(void)unused;
	namespace_unshare();
	pid = clone(thread_nothing, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
	if (pid > 0)
		EXPECT(waitpid(pid, &status, 0) == pid && status == 0);
	else
		EXPECT_EQUAL(errno, EINVAL);
	EXPECT(pid > 0 || !kit_kernel_is(6, 2));
}

const struct kit_check kit_thread_checks[] = {
	{ "threads", "threads read every clock at once", KIT_BY_VDSO, KIT_VDSO, thread_all_read,
		0 },
	{ "threads-inside", "threads in a time namespace read every clock at once", KIT_BY_VDSO,
		KIT_TIMENS | KIT_VDSO, thread_all_read_inside, 0 },
	{ "threads-no-join", "a process with threads joins no time namespace (EUSERS)",
		KIT_BY_SYSCALL, KIT_TIMENS, thread_join_refused, 0 },
	{ "sharers-no-join", "nor does one that shares its memory", KIT_BY_SYSCALL, KIT_TIMENS,
		thread_sharer_refused, 0 },
	{ "threads-after-unshare",
		"after unshare a thread is refused (before 6.2) or reads its maker's clocks",
		KIT_BY_VDSO, KIT_TIMENS | KIT_VDSO, thread_after_unshare, 0 },
	{ "vfork-after-unshare", "after unshare vfork is refused (before 6.2) or works",
		KIT_BY_SYSCALL, KIT_TIMENS, thread_vfork_after_unshare, 0 },
	{ 0 },
};
