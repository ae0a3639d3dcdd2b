/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/procfs_context.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "linux/attributes.h"
#include "linux/caps.h"
#include "linux/namespace.h"
#include "linux/process.h"
#include "linux/socket.h"

static void context_filter_release(scmp_filter_ctx *filter)
{
	seccomp_release(*filter);
}

/* ENOSYS for all else: clone3 is tried before clone. */
static int context_install_filter(struct error *err)
{
	static const int allowed[] = { SYS_clone, SYS_wait4, SYS_fsopen, SYS_sendmsg,
		SYS_exit_group };
	CLEANUP(context_filter_release)
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int result = filter ? 0 : -ENOMEM;

	for (size_t i = 0; result == 0 && i < ARRAY_LENGTH(allowed); i++)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	if (result == 0)
		result = seccomp_load(filter);
	return result < 0 ? error_errno(err, -result, "install a seccomp filter") : 0;
}

/* A detached one, so that ".." leads nowhere either. */
static int context_enter_empty_root(struct error *err)
{
	cleanup_close int context = fsopen("tmpfs", FSOPEN_CLOEXEC), root = -1;

	if (context >= 0 && fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		root = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
	if (root < 0 || fchdir(root) < 0 || chroot(".") < 0)
		return error_errno(err, errno, "enter an empty root");
	return 0;
}

/* Under the filter: a sanitizer makes system calls of its own before _exit(2), and before what does not return. */
#define CONTEXT_UNDER_FILTER __attribute__((no_sanitize_address))

CONTEXT_UNDER_FILTER
static _Noreturn void context_exit(void)
{
	for (;;)
		(void)syscall(SYS_exit_group, 0);
}

CONTEXT_UNDER_FILTER
static _Noreturn void context_open_inside(int result_fd)
{
	struct error said = { 0 };
	int context = fsopen("proc", FSOPEN_CLOEXEC);

	if (context < 0)
		said.code = errno;
	(void)socket_send(result_fd, &said, sizeof(said), context);
	context_exit();
}

static int context_prepare(int pid_ns, int result_fd, struct error *err)
{
	int result;

	if (context_enter_empty_root(err) < 0)
		return -1;
	result = namespace_join(pid_ns, CLONE_NEWPID);
	if (result < 0)
		return error_errno(err, -result, "join the PID namespace");
	if (attributes_close_from(0, &result_fd, 1, err) < 0 ||
		caps_keep(UINT64_C(1) << CAP_SYS_ADMIN, err) < 0)
		return -1;
	return context_install_filter(err);
}

/* In a process that nobody in the PID namespace sees: its child is the first that they do. */
CONTEXT_UNDER_FILTER
static _Noreturn void context_run_outside(int pid_ns, int result_fd)
{
	struct error err = { 0 };
	int pidfd;
	bool ignored;
	pid_t pid = -1;

	if (context_prepare(pid_ns, result_fd, &err) == 0) {
		pid = process_clone(0, -1, &ignored, &pidfd);
		if (pid == 0)
			context_open_inside(result_fd);
		if (pid < 0)
			error_errno(&err, -pid, "fork");
	}
	if (pid > 0)
		(void)process_reap(pid);
	else
		(void)socket_send(result_fd, &err, sizeof(err), -1);
	context_exit();
}

int procfs_context_open(int pid_ns, struct error *err)
{
	cleanup_close int ours = -1, theirs = -1, context = -1;
	struct error said = { 0 };
	int pair[2];
	ssize_t length;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "make a pair of sockets");
	ours = pair[0];
	theirs = pair[1];
	child = fork();
	if (child < 0)
		return error_errno(err, errno, "fork");
	if (child == 0)
		context_run_outside(pid_ns, theirs);
	cleanup_fd(&theirs);
	length = socket_receive(ours, &said, sizeof(said), &context);
	(void)process_reap(child);
	if (length != (ssize_t)sizeof(said))
		return error_set(err, ECHILD,
			"a procfs of the PID namespace: the process that opens it was killed");
	said.text[sizeof(said.text) - 1] = '\0';
	if (said.code && *said.text) {
		*err = said;
		return error_prefix(err, "a procfs of the PID namespace");
	}
	if (context < 0)
		return error_errno(err, said.code ? said.code : EPROTO,
			"a procfs of the PID namespace: fsopen");
	return move_fd(&context);
}
