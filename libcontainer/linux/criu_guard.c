/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/criu_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"
#include "linux/attributes.h"
#include "linux/process.h"

#define GUARD_GRACE_MS 2000
#define GUARD_KILLED_MS 10000 /* below what delete waits for the lock */

/* The runtime is gone. */
static void guard_see_to_the_end(pid_t criu, int pidfd)
{
	if (process_wait_gone(pidfd, GUARD_GRACE_MS) == 0)
		return;
	/* Its helpers too; as long as it is there the number is its own. */
	(void)kill(-criu, SIGKILL);
	(void)process_signal(pidfd, SIGKILL);
	(void)process_wait_gone(pidfd, GUARD_KILLED_MS);
}

static _Noreturn void guard_run(int line, pid_t criu, int pidfd, int lock)
{
	struct pollfd fds[] = {
		{ .fd = line, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN },
	};
	const int kept[] = { line, pidfd, lock };
	struct error ignored;
	char goodbye;
	int ready;

	/* A terminal's signals are for those who are in front of it; this one is behind them. */
	(void)setsid();
	/* Whoever reads to the end of one of the others is not to wait for the guard. */
	if (attributes_close_from(0, kept, ARRAY_LENGTH(kept), &ignored) < 0)
		_exit(1);
	do
		ready = poll(fds, ARRAY_LENGTH(fds), -1);
	while (ready < 0 && errno == EINTR);
	if (ready > 0 && !fds[1].revents && read(line, &goodbye, sizeof(goodbye)) == 0)
		guard_see_to_the_end(criu, pidfd);
	_exit(0);
}

int criu_guard_start(struct criu_guard *guard, pid_t criu, int pidfd, int lock, struct error *err)
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
		guard_run(theirs, criu, pidfd, lock);
	guard->line = move_fd(&ours);
	return 0;
}

void criu_guard_end(struct criu_guard *guard)
{
	if (guard->pid <= 0)
		return;
	/* It may have gone with CRIU, and nobody reads any more. */
	(void)io_write_all(guard->line, "", 1);
	cleanup_fd(&guard->line);
	(void)process_reap(guard->pid);
	guard->pid = 0;
}
