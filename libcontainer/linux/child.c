/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/child.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "linux/process.h"
#include "linux/socket.h"

static _Noreturn void child_work(
	int (*work)(void *context, struct error *err), void *context, int result_fd, pid_t parent)
{
	struct error err = { 0 };
	int result = process_end_with_parent(parent);

	if (result < 0)
		error_errno(&err, -result, "end with the parent");
	else
		result = work(context, &err);
	if (result < 0)
		(void)socket_send(result_fd, &err, sizeof(err), -1);
	_exit(result < 0 ? 1 : 0);
}

int child_run(const char *what, int (*work)(void *context, struct error *err), void *context,
	struct error *err)
{
	cleanup_close int ours = -1, theirs = -1;
	struct error said;
	int pair[2], status;
	ssize_t length;
	pid_t parent = getpid(), child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "make a pair of sockets");
	ours = pair[0];
	theirs = pair[1];
	child = fork();
	if (child < 0)
		return error_errno(err, errno, "fork the process that %s", what);
	if (child == 0)
		child_work(work, context, theirs, parent);
	cleanup_fd(&theirs);
	length = socket_receive(ours, &said, sizeof(said), NULL);
	status = process_reap(child);
	if (length == (ssize_t)sizeof(said)) {
		said.text[sizeof(said.text) - 1] = '\0';
		*err = said;
		return -1;
	}
	if (status > 128)
		return error_set(err, ECHILD, "the process that %s was killed by signal %d", what,
			status - 128);
	if (status != 0)
		return error_set(
			err, ECHILD, "the process that %s ended with status %d", what, status);
	return 0;
}
