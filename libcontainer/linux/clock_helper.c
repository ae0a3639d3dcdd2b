/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/clock_helper.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/nsfs.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "linux/attributes.h"
#include "linux/namespace.h"
#include "linux/process.h"
#include "linux/socket.h"

enum helper_question {
	HELPER_ASK_JOINED,
	HELPER_ASK_SANDWICH,
	HELPER_ASK_PROC,
	HELPER_ASK_INSTANT,
	HELPER_ASK_OFFSETS
};

struct helper_request {
	enum helper_question question;
	clockid_t id; /* HELPER_ASK_SANDWICH alone */
};

struct helper_answer {
	int code;           /* 0 or an errno value */
	struct error error; /* HELPER_ASK_JOINED alone */
	union helper_stored {
		struct clock_sandwich sandwich;
		struct clock_proc proc;
		struct clock_instant instant;
		struct timens_offsets offsets;
	} stored;
};

/* --- in the helper */

/* Whoever owns the user namespace has all rights there, and none of them out here. */
static int helper_enter_owner(int time_fd, struct error *err)
{
	cleanup_close int owner = ioctl(time_fd, NS_GET_USERNS);
	int result;

	if (owner < 0)
		return error_errno(err, errno, "find the owner of the time namespace");
	result = namespace_join(owner, CLONE_NEWUSER);
	if (result < 0)
		return error_errno(
			err, -result, "join the user namespace that owns the time namespace");
	return 0;
}

static int helper_join(int time_fd, struct error *err)
{
	int result;

	if (time_fd < 0)
		return 0;
	/* Whoever is root in the container must not look into a copy of the runtime. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return error_errno(err, errno, "become not dumpable");
	result = timens_join(time_fd);
	if (result == -EPERM) {
		if (helper_enter_owner(time_fd, err) < 0)
			return -1;
		result = timens_join(time_fd);
	}
	return result < 0 ? error_errno(err, -result, "join the time namespace") : 0;
}

static int helper_answer(const struct helper_request *request, struct helper_answer *answer)
{
	switch (request->question) {
	case HELPER_ASK_SANDWICH:
		return clock_read_sandwich(request->id, &answer->stored.sandwich);
	case HELPER_ASK_PROC:
		return clock_read_proc(&answer->stored.proc);
	case HELPER_ASK_INSTANT:
		return clock_read_instant(&answer->stored.instant);
	case HELPER_ASK_OFFSETS:
		return timens_own_offsets(-1, &answer->stored.offsets);
	default:
		return -EPROTO;
	}
}

static _Noreturn void helper_run(int fd, int time_fd)
{
	struct helper_answer answer = { 0 };
	struct helper_request request = { .question = HELPER_ASK_JOINED };

	if (helper_join(time_fd, &answer.error) < 0)
		answer.code = answer.error.code;
	do {
		if (request.question != HELPER_ASK_JOINED)
			answer.code = -helper_answer(&request, &answer);
		if (socket_send(fd, &answer, sizeof(answer), -1) < 0)
			break;
	} while (socket_receive(fd, &request, sizeof(request), NULL) == sizeof(request));
	_exit(0);
}

/* --- in the caller */

static int clock_helper_receive(
	struct clock_helper *helper, struct helper_answer *answer, struct error *err)
{
	ssize_t got = socket_receive(helper->fd, answer, sizeof(*answer), NULL);

	/* ECONNRESET: it was killed with a question unread. */
	if (got < 0 && got != -ECONNRESET)
		return error_errno(err, (int)-got, "read the clocks: hear from the helper");
	if (got != sizeof(*answer))
		return error_set(err, EPIPE, "read the clocks: the helper was killed");
	return 0;
}

/* Stores `size` bytes of the answer, whichever it is. */
static int clock_helper_ask(struct clock_helper *helper, struct helper_request request,
	const char *what, void *stored, size_t size, struct error *err)
{
	int result = socket_send(helper->fd, &request, sizeof(request), -1);
	struct helper_answer answer;

	/* EPIPE: receiving says it in better words. */
	if (result < 0 && result != -EPIPE)
		return error_errno(err, -result, "read the clocks: ask the helper");
	if (clock_helper_receive(helper, &answer, err) < 0)
		return -1;
	if (answer.code != 0)
		return error_errno(err, answer.code, "read %s in the time namespace", what);
	memcpy(stored, &answer.stored, size);
	return 0;
}

static int clock_helper_fork(struct clock_helper *helper, int time_fd, struct error *err)
{
	cleanup_close int own = -1, theirs = -1;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "make a pair of sockets");
	own = pair[0];
	theirs = pair[1];
	helper->pid = fork();
	if (helper->pid < 0) {
		helper->pid = 0;
		return error_errno(err, errno, "fork");
	}
	if (helper->pid == 0) {
		const int kept[] = { theirs, time_fd };

		/*
		 * Nothing of the host goes along into the namespaces of a container; and its copy of our end would
		 * keep it waiting without end.
		 */
		if (attributes_close_from(0, kept, ARRAY_LENGTH(kept), err) < 0)
			_exit(1);
		helper_run(theirs, time_fd);
	}
	helper->fd = move_fd(&own);
	return 0;
}

int clock_helper_start(struct clock_helper *helper, int time_fd, struct error *err)
{
	struct helper_answer joined;
	int result;

	*helper = (struct clock_helper){ 0 };
	if (clock_helper_fork(helper, time_fd, err) < 0)
		return -1;
	result = clock_helper_receive(helper, &joined, err);
	if (result == 0 && joined.code != 0) {
		*err = joined.error;
		result = -1;
	}
	if (result < 0)
		clock_helper_end(helper);
	return result;
}

void clock_helper_end(struct clock_helper *helper)
{
	if (helper->pid == 0)
		return;
	cleanup_fd(&helper->fd);
	(void)process_reap(helper->pid);
	*helper = (struct clock_helper){ 0 };
}

int clock_helper_read_sandwich(struct clock_helper *helper, const struct clock_entry *clock,
	struct clock_sandwich *sandwich, struct error *err)
{
	const struct helper_request request = { HELPER_ASK_SANDWICH, clock->id };

	return clock_helper_ask(helper, request, clock->name, sandwich, sizeof(*sandwich), err);
}

int clock_helper_read_proc(struct clock_helper *helper, struct clock_proc *proc, struct error *err)
{
	const struct helper_request request = { .question = HELPER_ASK_PROC };

	return clock_helper_ask(
		helper, request, "/proc/uptime and /proc/stat", proc, sizeof(*proc), err);
}

int clock_helper_read_instant(
	struct clock_helper *helper, struct clock_instant *instant, struct error *err)
{
	const struct helper_request request = { .question = HELPER_ASK_INSTANT };

	return clock_helper_ask(helper, request, "its clocks", instant, sizeof(*instant), err);
}

int clock_helper_read_offsets(
	struct clock_helper *helper, struct timens_offsets *offsets, struct error *err)
{
	const struct helper_request request = { .question = HELPER_ASK_OFFSETS };

	return clock_helper_ask(
		helper, request, "/proc/self/timens_offsets", offsets, sizeof(*offsets), err);
}
