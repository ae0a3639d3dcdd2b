/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/criu.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/io.h"
#include "base/log.h"
#include "base/text.h"
#include "linux/process.h"
#include "linux/signals.h"
#include "linux/socket.h"

/* What CRIU says fits a page or two; a request may be as long as the list of a container's mounts. */
#define CRIU_ANSWER_MAX 65536
#define CRIU_PATIENCE_MS 10000
#define CRIU_LOOK_MS 500
#define CRIU_LAST_WORD_MS 1000
/* Ten seconds: the kernel may be out of memory for a while. */
#define CRIU_TRIES 1000
#define CRIU_TRY_NS 10000000
/* A fault that CRIU can be told to inject, since 2.3: it sets no hardware breakpoints. */
#define CRIU_FAULT "CRIU_FAULT"
#define CRIU_FAULT_NO_BREAKPOINTS "130"

static int criu_pass(int fd, struct error *err)
{
	if (fcntl(fd, F_SETFD, 0) < 0)
		return error_errno(err, errno, "pass descriptor %d to CRIU", fd);
	return 0;
}

static int criu_silence(struct error *err)
{
	cleanup_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (null < 0 || dup2(null, fd) < 0)
			return error_errno(err, errno, "give CRIU /dev/null");
	return 0;
}

/* As execvp, and then also where root's programs are, which is not in everybody's $PATH. Only returns
 * when there is no such program. */
static void criu_execute(const char *program, char *const *arguments)
{
	static const char *const elsewhere[] = { "/usr/local/sbin", "/usr/sbin", "/sbin" };

	execvp(program, arguments);
	for (size_t i = 0; i < ARRAY_LENGTH(elsewhere) && !strchr(program, '/'); i++) {
		char path[256];

		if (errno != ENOENT)
			return;
		snprintf(path, sizeof(path), "%s/%s", elsewhere[i], program);
		execv(path, arguments);
	}
}

static int criu_become(
	const struct criu_setup *setup, int socket, bool entered_cgroup, struct error *err)
{
	char number[16];
	/* Of a server's address CRIU heeds only the option. */
	char *arguments[] = { (char *)setup->program, "swrk", number,
		setup->listen_address ? "--address" : NULL, (char *)setup->listen_address, NULL };

	snprintf(number, sizeof(number), "%d", socket);
	/*
	 * When it fails early CRIU stops and kills pid 0, meaning a process that it has not found yet: that
	 * is its own process group, and must be nobody else's.
	 */
	if (!setup->shares_terminal && setpgid(0, 0) < 0)
		return error_errno(err, errno, "give CRIU a process group");
	if (setup->prepare && setup->prepare(setup->context, entered_cgroup, err) < 0)
		return -1;
	if (!setup->shares_stdio && criu_silence(err) < 0)
		return -1;
	for (size_t i = 0; i < setup->passed_length; i++)
		if (criu_pass(setup->passed[i], err) < 0)
			return -1;
	if (criu_pass(socket, err) < 0)
		return -1;
	/* An operator's own word on it counts. */
	if (setup->without_breakpoints && setenv(CRIU_FAULT, CRIU_FAULT_NO_BREAKPOINTS, 0) < 0)
		return error_errno(err, errno, "tell CRIU to do without hardware breakpoints");
	signals_reset();
	criu_execute(setup->program, arguments);
	if (errno == ENOENT)
		return error_set(err, ENOENT,
			"there is no CRIU: '%s' was not found; it is a package of its own, and "
			"--criu names it elsewhere",
			setup->program);
	return error_errno(err, errno, "execute '%s'", setup->program);
}

/* The child's error comes over a pipe that the execve closes. */
static int criu_wait_for_exec(struct criu *criu, int report, struct error *err)
{
	struct error said;
	ssize_t got;

	do
		got = read(report, &said, sizeof(said));
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return 0;
	criu_end(criu);
	if (got != sizeof(said))
		return error_set(err, EPIPE, "CRIU's process ended before it was CRIU");
	*err = said;
	return -1;
}

/* In the child: until its guard is there, the child holds the lock itself. */
static void criu_await_guard(int go)
{
	char word;
	ssize_t got;

	do
		got = read(go, &word, sizeof(word));
	while (got < 0 && errno == EINTR);
	if (got != sizeof(word))
		_exit(1);
}

static _Noreturn void criu_run(const struct criu_setup *setup, int socket, bool entered_cgroup,
	int reporter, const int go[2])
{
	struct error said = { 0 };

	close(go[1]);
	criu_await_guard(go[0]);
	criu_become(setup, socket, entered_cgroup, &said);
	(void)io_write_all(reporter, &said, sizeof(said));
	_exit(1);
}

/* The guard first, then CRIU: not for a moment is it without both. */
static int criu_let_go(struct criu *criu, const struct criu_setup *setup, int go, struct error *err)
{
	int result = 0;

	if (setup->lock >= 0)
		result = criu_guard_start(&criu->guard, criu->pid, criu->pidfd, setup->lock, err);
	if (result == 0 && io_write_all(go, "", 1) < 0)
		result = error_set(err, EPIPE, "CRIU's process ended before it was CRIU");
	return result;
}

static int criu_pipe(int *out, int *in, struct error *err)
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) < 0)
		return error_errno(err, errno, "make a pipe for CRIU");
	*out = pair[0];
	*in = pair[1];
	return 0;
}

int criu_start(struct criu *criu, const struct criu_setup *setup, struct error *err)
{
	cleanup_close int ours = -1, theirs = -1, report = -1, reporter = -1, wait = -1, go = -1;
	bool entered_cgroup;
	int pair[2];

	*criu = (struct criu){ .pidfd = -1, .socket = -1, .watch = setup->watch };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "make a pair of sockets for CRIU");
	ours = pair[0];
	theirs = pair[1];
	if (criu_pipe(&report, &reporter, err) < 0 || criu_pipe(&wait, &go, err) < 0)
		return -1;
	criu->pid = process_clone(0, setup->cgroup, &entered_cgroup, &criu->pidfd);
	if (criu->pid == 0)
		criu_run(setup, theirs, entered_cgroup, reporter, (const int[]){ wait, go });
	if (criu->pid < 0)
		return error_errno(err, -criu->pid, "make a process for CRIU");
	criu->socket = move_fd(&ours);
	cleanup_fd(&reporter);
	if (criu_let_go(criu, setup, go, err) < 0) {
		cleanup_fd(&go);
		criu_end(criu);
		return -1;
	}
	return criu_wait_for_exec(criu, report, err);
}

static void criu_kill(struct criu *criu, enum criu_end why)
{
	criu->end = why;
	(void)process_signal(criu->pidfd, SIGKILL);
}

/* Its helpers are in its process group, whose number nobody else gets as long as it is not reaped. */
static void criu_kill_helpers(const struct criu *criu)
{
	if (getpgid(criu->pid) == criu->pid)
		(void)kill(-criu->pid, SIGKILL);
}

static void criu_reap(struct criu *criu)
{
	int status;
	pid_t got;

	do
		got = waitpid(criu->pid, &status, 0);
	while (got < 0 && errno == EINTR);
	if (got != criu->pid || !WIFSIGNALED(status) || criu->end != CRIU_ENDED)
		return;
	criu->end = CRIU_SIGNALED;
	criu->signal = WTERMSIG(status);
}

void criu_end(struct criu *criu)
{
	if (criu->pid <= 0)
		return;
	cleanup_fd(&criu->socket);
	if (process_wait_gone(criu->pidfd, CRIU_PATIENCE_MS) < 0)
		criu_kill(criu, CRIU_KILLED);
	if (process_wait_gone(criu->pidfd, CRIU_PATIENCE_MS) == 0) {
		if (criu->end != CRIU_ENDED)
			criu_kill_helpers(criu);
		criu_reap(criu);
	} else {
		criu->end = CRIU_UNKILLABLE;
	}
	criu_guard_end(&criu->guard);
	cleanup_fd(&criu->pidfd);
	criu->pid = 0;
}

/* A CRIU that has stopped itself says nothing more. */
static bool criu_is_stopped(const struct criu *criu)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)criu->pid, &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == criu->pid;
}

/*
 * Whether to try it again. An error in asking says nothing about CRIU, who may have the container half ended: to
 * turn away from it then leaves a container that neither runs nor is told to be checkpointed.
 */
static bool criu_try_again(unsigned int *tries)
{
	const struct timespec pause = { .tv_nsec = CRIU_TRY_NS };

	if (++*tries > CRIU_TRIES)
		return false;
	(void)nanosleep(&pause, NULL);
	return true;
}

/* The end of the stream may be held open by a process that CRIU has left behind. */
static int criu_wait_for_word(struct criu *criu, struct error *err)
{
	struct pollfd fds[] = {
		{ .fd = criu->socket, .events = POLLIN },
		{ .fd = criu->pidfd, .events = POLLIN },
	};

	criu_watch_reset(&criu->watch);
	for (unsigned int tries = 0;;) {
		int ready = poll(fds, ARRAY_LENGTH(fds), CRIU_LOOK_MS), code = errno;

		if (ready < 0 && code != EINTR && !criu_try_again(&tries))
			return error_errno(err, code, "wait for CRIU");
		if (ready > 0 && fds[0].revents)
			return 0;
		/* A wrapper's helper may still be passing on its last word. */
		if (ready > 0 && fds[1].revents && poll(fds, 1, CRIU_LAST_WORD_MS) == 0)
			return error_set(err, EPIPE, "CRIU ended without an answer");
		if (ready == 0 && criu_is_stopped(criu)) {
			criu_kill(criu, CRIU_KILLED);
			return error_set(err, EINTR, "CRIU stopped without an answer");
		}
		if (ready == 0 && criu_watch_stands_still(&criu->watch)) {
			criu_kill(criu, CRIU_TIMED_OUT);
			return error_set(
				err, ETIMEDOUT, "CRIU stood still for %d s", criu->watch.timeout);
		}
	}
}

static int criu_receive(
	struct criu *criu, struct criu_response *response, int *passed, struct error *err)
{
	cleanup_free char *bytes = malloc(CRIU_ANSWER_MAX);
	unsigned int tries = 0;
	ssize_t length;

	if (!bytes)
		fatal_out_of_memory();
	if (criu_wait_for_word(criu, err) < 0)
		return -1;
	do
		length = socket_receive(criu->socket, bytes, CRIU_ANSWER_MAX, passed);
	while (length < 0 && length != -ECONNRESET && criu_try_again(&tries));
	if (length == 0 || length == -ECONNRESET)
		return error_set(err, EPIPE, "CRIU ended without an answer");
	if (length < 0)
		return error_errno(err, (int)-length, "hear from CRIU");
	if (length == CRIU_ANSWER_MAX ||
		criu_rpc_parse_response(bytes, (size_t)length, response) < 0)
		return error_set(err, EBADMSG, "CRIU's answer is not to be understood");
	return 0;
}

static int criu_send(const struct criu *criu, const struct text *message, struct error *err)
{
	int result = socket_send(criu->socket, message->data, message->length, -1);

	if (result == -EPIPE || result == -ECONNRESET)
		return error_set(err, EPIPE, "CRIU ended without an answer");
	if (result < 0)
		return error_errno(err, -result, "talk to CRIU");
	return 0;
}

/* CRIU goes on only when it is told to; told that we failed, it undoes what it did and says so. */
static int criu_acknowledge(const struct criu *criu, bool success, struct error *err)
{
	cleanup_text struct text message = { 0 };

	criu_rpc_add_acknowledgement(&message, success);
	return criu_send(criu, &message, err);
}

/* Whether it was refused. */
static bool criu_notify(struct criu *criu, criu_notified *notified, void *context,
	const struct criu_response *notification, int *passed, struct error *refusal)
{
	int result = notified(context, notification, passed, refusal);

	/* It would wait for processes that wait for it, who traces them. */
	if (result == CRIU_KILL)
		criu_kill(criu, CRIU_KILLED);
	return result < 0;
}

static int criu_hear(struct criu *criu, enum criu_request_type type, criu_notified *notified,
	void *context, struct criu_response *response, struct error *err)
{
	struct error refusal;
	bool refused = false;

	for (;;) {
		cleanup_close int passed = -1;

		if (criu_receive(criu, response, &passed, err) < 0)
			break;
		if (response->type != CRIU_NOTIFY) {
			if (refused)
				break;
			if (response->type == (uint32_t)type && response->success)
				return 0;
			return error_set(err, response->code ? response->code : EIO, "CRIU failed");
		}
		log_debug("CRIU: %s", response->notification ? response->notification : "");
		/* From now on it waits for somebody else, who may take his time. */
		if (text_equal(response->notification, "status-ready"))
			criu->watch.timeout = 0;
		if (!refused && notified)
			refused = criu_notify(criu, notified, context, response, &passed, &refusal);
		if (criu_acknowledge(criu, !refused, err) < 0)
			break;
		if (text_equal(response->notification, "pre-resume"))
			criu->watch.pid = criu->pid;
		criu_response_free(response);
	}
	if (refused)
		*err = refusal;
	return -1;
}

int criu_ask(struct criu *criu, enum criu_request_type type, const struct criu_options *options,
	const struct criu_features *features, criu_notified *notified, void *context,
	struct criu_response *response, struct error *err)
{
	cleanup_text struct text message = { 0 };

	*response = (struct criu_response){ 0 };
	criu_rpc_add_request(&message, type, options, features);
	if (criu_send(criu, &message, err) < 0)
		return -1;
	return criu_hear(criu, type, notified, context, response, err);
}
