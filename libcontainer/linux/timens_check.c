/* SPDX-License-Identifier: Apache-2.0 */
/* A check of the kernel in a child, and how children of checks tell what they found. */
#include "linux/timens_check.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "linux/timens_check_child.h"

/* Far beyond what any of them takes, in milliseconds. */
#define TIMENS_CHECK_LIMIT 10000

struct timens_answer {
	int result;
	struct error err;
};

_Noreturn static void timens_answer_child(timens_check_body body, int fd)
{
	struct timens_answer answer = { 0 };

	setpgid(0, 0);
	answer.result = body(&answer.err);
	_exit(io_write_all(fd, &answer, sizeof(answer)) < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* -1 when it took too long, or ended without an answer. */
static int timens_answer_read(int fd, int limit, struct timens_answer *answer)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	int ready;

	do
		ready = poll(&wait, 1, limit);
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return error_set(&answer->err, ETIMEDOUT,
			"it hung, and was stopped after %d seconds", limit / 1000);
	/* An answer is smaller than what a pipe takes at once. */
	if (read(fd, answer, sizeof(*answer)) != (ssize_t)sizeof(*answer))
		return error_set(&answer->err, EIO, "it ended without an answer");
	return 0;
}

static int timens_answer_wait(pid_t pid, int fd, int limit, struct error *err)
{
	struct timens_answer answer = { 0 };
	int read_result = timens_answer_read(fd, limit, &answer), status = 0;

	/* Not waited for yet, so the number of the group is still its own. */
	if (read_result < 0)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	*err = answer.err;
	if (read_result == 0)
		return answer.result;
	if (WIFSIGNALED(status) && answer.err.code != ETIMEDOUT)
		return error_set(err, EIO, "it was ended by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	return -1;
}

int timens_check_in_child(timens_check_body body, int limit, struct error *err)
{
	cleanup_close int read_fd = -1;
	int fds[2];
	pid_t pid;

	if (pipe(fds) < 0)
		return error_errno(err, errno, "make a pipe");
	read_fd = fds[0];
	pid = fork();
	if (pid == 0)
		timens_answer_child(body, fds[1]);
	close(fds[1]);
	if (pid < 0)
		return error_errno(err, errno, "make a process");
	/* By both, so that it is done when either goes on. */
	setpgid(pid, pid);
	return timens_answer_wait(pid, read_fd, limit, err);
}

int timens_check_unshare(struct error *err)
{
	int result;

	if (!timens_supported()) {
		error_set(err, EINVAL, "this kernel has no time namespaces (CONFIG_TIME_NS)");
		return 1;
	}
	/* Without it root of the machine is what it takes. */
	if (unshare(CLONE_NEWUSER) < 0 && geteuid() != 0) {
		error_errno(
			err, errno, "it takes root, or a user namespace, which can not be made");
		return 1;
	}
	result = timens_unshare();
	if (result == -EPERM) {
		error_set(err, EPERM, "this process may make no time namespace");
		return 1;
	}
	return result < 0 ? error_errno(err, -result, "unshare(CLONE_NEWTIME)") : 0;
}

enum timens_check_result timens_check_run(const struct timens_check *check, struct error *err)
{
	int result = timens_check_in_child(check->body, TIMENS_CHECK_LIMIT, err);

	if (result == 0)
		return TIMENS_CHECK_KEPT;
	return result < 0 ? TIMENS_CHECK_BROKEN : TIMENS_CHECK_NOT_CHECKED;
}

int timens_check_kernel_is(int major, int minor)
{
	struct utsname name;
	long running_major, running_minor;
	char *end;

	if (uname(&name) < 0)
		return 0;
	running_major = strtol(name.release, &end, 10);
	running_minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
	return running_major > major || (running_major == major && running_minor >= minor);
}
