/* SPDX-License-Identifier: Apache-2.0 */
#include "container/restore_maker.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "linux/attributes.h"
#include "linux/namespace.h"
#include "linux/process.h"
#include "linux/socket.h"

void restore_maker_reset(struct restore_maker *maker)
{
	*maker = (struct restore_maker){ .socket = -1 };
}

/* In the process itself. */
static int maker_unshare(pid_t init, struct error *err)
{
	cleanup_close int user = -1;
	char path[64];
	int result;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)init);
	user = namespace_open(path, CLONE_NEWUSER, "the container's user namespace", err);
	if (user < 0)
		return -1;
	result = namespace_join(user, CLONE_NEWUSER);
	if (result < 0)
		return error_errno(err, -result, "join the container's user namespace");
	result = timens_unshare();
	if (result < 0)
		return error_errno(err, -result, "make a time namespace");
	/* Else only the host's root could open what CRIU is to join. Nothing of the container runs yet. */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return error_errno(err, errno, "become dumpable");
	return 0;
}

static _Noreturn void maker_run(int socket)
{
	struct error said = { 0 };
	pid_t init;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (socket_receive(socket, &init, sizeof(init), NULL) != (ssize_t)sizeof(init))
		_exit(1);
	(void)maker_unshare(init, &said);
	if (socket_send(socket, &said, sizeof(said), -1) < 0)
		_exit(1);
	/* Until it is ended. */
	(void)socket_receive(socket, &init, sizeof(init), NULL);
	_exit(0);
}

int restore_maker_start(struct restore_maker *maker, struct error *err)
{
	cleanup_close int ours = -1, theirs = -1;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "make a pair of sockets");
	ours = pair[0];
	theirs = pair[1];
	maker->pid = fork();
	if (maker->pid < 0) {
		maker->pid = 0;
		return error_errno(err, errno, "fork");
	}
	if (maker->pid == 0) {
		/* It will be dumpable, and in the container's user namespace. */
		if (attributes_close_from(0, &theirs, 1, err) < 0)
			_exit(1);
		maker_run(theirs);
	}
	maker->socket = move_fd(&ours);
	return 0;
}

static int maker_write(
	const struct restore_maker *maker, const struct timens_values *values, struct error *err)
{
	struct timens_offsets own, offsets;
	int result = timens_own_offsets(-1, &own);

	if (result == 0)
		result = timens_values_resolve(values, &own, &offsets);
	if (result == 0)
		result = timens_write_offsets(-1, maker->pid, &offsets);
	return result < 0 ? error_errno(err, -result, "set the clocks of the time namespace") : 0;
}

int restore_maker_make(struct restore_maker *maker, pid_t init, const struct timens_values *values,
	struct error *err)
{
	struct error said;
	char path[64];

	if (socket_send(maker->socket, &init, sizeof(init), -1) < 0 ||
		socket_receive(maker->socket, &said, sizeof(said), NULL) != (ssize_t)sizeof(said))
		return error_set(
			err, EPIPE, "the process that makes the time namespace was killed");
	if (said.code) {
		*err = said;
		return -1;
	}
	if (maker_write(maker, values, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/ns/time_for_children", (int)maker->pid);
	return namespace_open(path, CLONE_NEWTIME, "the container's clocks", err);
}

void restore_maker_end(struct restore_maker *maker)
{
	if (maker->pid <= 0)
		return;
	cleanup_fd(&maker->socket);
	(void)kill(maker->pid, SIGKILL);
	(void)process_reap(maker->pid);
	restore_maker_reset(maker);
}
