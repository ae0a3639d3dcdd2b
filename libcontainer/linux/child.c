/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/child.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "linux/attributes.h"
#include "linux/process.h"
#include "linux/socket.h"

struct child {
	int (*work)(void *context, struct error *err);
	void *context;
	const int *kept; /* NULL: all */
	size_t kept_length;
};

static int child_prepare(const struct child *child, pid_t parent, int result_fd, struct error *err)
{
	int result = process_end_with_parent(parent), kept[CHILD_KEPT_MAX + 1];

	if (result < 0)
		return error_errno(err, -result, "end with the parent");
	if (!child->kept)
		return 0;
	if (child->kept_length > CHILD_KEPT_MAX)
		return error_set(err, EINVAL, "too many descriptors are to be kept");
	memcpy(kept, child->kept, child->kept_length * sizeof(*kept));
	kept[child->kept_length] = result_fd;
	return attributes_close_from(0, kept, child->kept_length + 1, err);
}

static _Noreturn void child_work(const struct child *child, pid_t parent, int result_fd)
{
	struct error err = { 0 };
	int result = child_prepare(child, parent, result_fd, &err);

	if (result == 0)
		result = child->work(child->context, &err);
	if (result < 0)
		(void)socket_send(result_fd, &err, sizeof(err), -1);
	_exit(result < 0 ? 1 : 0);
}

static int child_wait(const char *what, pid_t pid, int result_fd, struct error *err)
{
	struct error said;
	ssize_t length = socket_receive(result_fd, &said, sizeof(said), NULL);
	int status = process_reap(pid);

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

static int child_start(const char *what, const struct child *child, struct error *err)
{
	cleanup_close int ours = -1, theirs = -1;
	pid_t parent = getpid(), pid;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "make a pair of sockets");
	ours = pair[0];
	theirs = pair[1];
	pid = fork();
	if (pid < 0)
		return error_errno(err, errno, "fork the process that %s", what);
	if (pid == 0)
		child_work(child, parent, theirs);
	cleanup_fd(&theirs);
	return child_wait(what, pid, ours, err);
}

int child_run(const char *what, int (*work)(void *context, struct error *err), void *context,
	struct error *err)
{
	const struct child child = { .work = work, .context = context };

	return child_start(what, &child, err);
}

int child_run_alone(const char *what, const int *kept, size_t length,
	int (*work)(void *context, struct error *err), void *context, struct error *err)
{
	const struct child child = { work, context, kept, length };

	return child_start(what, &child, err);
}
