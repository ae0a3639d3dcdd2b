/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/criu_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "linux/process.h"

/* Whoever reads to the end of one of them is not to wait for the guard. */
static void guard_close_others(int line, int criu)
{
	unsigned int first = (unsigned int)(line < criu ? line : criu);
	unsigned int last = (unsigned int)(line < criu ? criu : line);

	if (first > 0)
		(void)syscall(SYS_close_range, 0U, first - 1, 0U);
	if (last - first > 1)
		(void)syscall(SYS_close_range, first + 1, last - 1, 0U);
	(void)syscall(SYS_close_range, last + 1, ~0U, 0U);
}

static _Noreturn void guard_run(int line, int criu)
{
	char goodbye;
	ssize_t got;

	/* A terminal's signals are for those who are in front of it; this one is behind them. */
	(void)setsid();
	guard_close_others(line, criu);
	do
		got = read(line, &goodbye, sizeof(goodbye));
	while (got < 0 && errno == EINTR);
	if (got == 0)
		(void)process_signal(criu, SIGKILL);
	_exit(0);
}

int criu_guard_start(struct criu_guard *guard, int criu, struct error *err)
{
	cleanup_close int ours = -1, theirs = -1;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, errno, "make a pipe for the guard of CRIU");
	theirs = ends[0];
	ours = ends[1];
	guard->pid = fork();
	if (guard->pid < 0) {
		guard->pid = 0;
		return error_errno(err, errno, "make the guard of CRIU");
	}
	if (guard->pid == 0)
		guard_run(theirs, criu);
	guard->line = move_fd(&ours);
	return 0;
}

void criu_guard_end(struct criu_guard *guard)
{
	if (guard->pid <= 0)
		return;
	(void)io_write_all(guard->line, "", 1);
	cleanup_fd(&guard->line);
	(void)process_reap(guard->pid);
	guard->pid = 0;
}
