/* SPDX-License-Identifier: Apache-2.0 */
/* From root with all rights and the runtime's descriptors to the user with his own. */
#include "container/become.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "container/adapt.h"
#include "container/sync.h"
#include "linux/attributes.h"
#include "linux/lsm.h"
#include "linux/process.h"
#include "linux/procfs.h"
#include "linux/signals.h"
#include "linux/socket.h"
#include "linux/terminal.h"

/*
 * What is still to be done under the filter before execve: the end of the rights, the clone by the stage, a
 * session with a terminal, the wait for the start. A filter that allows all of it is installed before
 * anybody can see the process; any other one waits until nothing is left but hooks and execve.
 */
static const struct seccomp_call become_calls[] = {
	{ SYS_capset, { 0 } },
	{ SYS_clone, { CLONE_PARENT | SIGCHLD } },
	{ SYS_sendmsg, { 0 } },
	{ SYS_recvmsg, { 0 } },
	{ SYS_accept4, { 0 } },
	{ SYS_read, { 0 } },
	{ SYS_write, { 0 } },
	{ SYS_close, { 0 } },
	{ SYS_exit_group, { 0 } },
	{ SYS_getsid, { 0 } },
	{ SYS_setsid, { 0 } },
	{ SYS_ioctl, { STDIN_FILENO, TIOCSCTTY } },
	{ SYS_prlimit64, { 0 } },
	{ SYS_prctl, { PR_SET_DUMPABLE } },
	{ SYS_prctl, { PR_SET_NAME } },
	{ SYS_rt_sigaction, { 0 } },
	{ SYS_rt_sigprocmask, { 0 } },
	{ SYS_getpid, { 0 } },
	{ SYS_brk, { 0 } },
	{ SYS_mmap, { 0 } },
	{ SYS_munmap, { 0 } },
	{ SYS_execve, { 0 } },
};

/*
 * config-linux.md "Seccomp": the listener goes to the agent, together with the container's state.
 */
static int become_hand_over_listener(struct become *become, int listener, struct error *err)
{
	int result = socket_send(become->seccomp_agent, become->seccomp_agent_message,
		strlen(become->seccomp_agent_message), listener);

	if (result < 0)
		return error_errno(
			err, -result, "linux.seccomp.listenerPath: send the listener to the agent");
	return 0;
}

static int become_load_seccomp(struct become *become, struct error *err)
{
	cleanup_close int listener = -1;
	int result = seccomp_install(become->seccomp, err);

	if (result < 0)
		return -1;
	become->filter_is_due = false;
	if (!become->seccomp->notifies)
		return 0;
	listener = result;
	return become_hand_over_listener(become, listener, err);
}

static int become_install(struct become *become, struct error *err)
{
	if (become_load_seccomp(become, err) < 0)
		return -1;
	return become->identity.until_settled ? caps_settle(&become->identity, err) : 0;
}

/*
 * user_namespaces(7): without a privileged writer of gid_map, setgroups(2) is denied for good. 1, 0 (also
 * where the kernel has no such file), or -1.
 */
static int become_groups_are_fixed(int procfd, struct error *err)
{
	cleanup_close int fd = -1;
	char word[8] = "";

	if (procfd < 0)
		return 0;
	fd = procfs_open_file(procfd, "self/setgroups", O_RDONLY);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0 || read(fd, word, sizeof(word) - 1) < 0)
		return error_errno(err, fd < 0 ? -fd : errno, "read /proc/self/setgroups");
	return text_starts_with(word, "deny");
}

bool become_is_to_keep_groups(const struct oci_config *config)
{
	return text_equal(oci_config_annotation(config, BECOME_KEEP_GROUPS), "1");
}

static int become_change_user(struct become *become, int groups_are_fixed, struct error *err)
{
	const struct oci_user *user = &become->process->user;
	struct caps_identity *identity = &become->identity;

	*identity = (struct caps_identity){
		.uid = user->uid,
		.gid = user->gid,
		.groups = user->additional_gids,
		.groups_length = user->additional_gids_length,
		.keep_groups = groups_are_fixed || become->keeps_groups,
	};
	/* With keeps_groups the config's own are not asked for, as to crun. */
	if (become->keeps_groups)
		identity->groups_length = 0;
	if (identity->keep_groups && identity->groups_length > 0)
		return error_set(err, EPERM,
			"process.user.additionalGids: setgroups is denied in this user namespace");
	adapt_capabilities(&become->process->capabilities, &identity->sets);
	/* Without noNewPrivileges a filter needs it. */
	if (become->filter_is_due && !become->process->no_new_privileges)
		identity->until_settled = UINT64_C(1) << CAP_SYS_ADMIN;
	return caps_become(identity, err);
}

/* The user owns what its process was given as stdin, stdout and stderr, so that it can open them
 * again. */
static void become_own_stdio(const struct oci_user *user)
{
	for (int fd = 0; fd <= 2; fd++) {
		struct stat st;

		if (fstat(fd, &st) < 0 || st.st_uid == user->uid)
			continue;
		/* /dev/null belongs to everybody. */
		if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
			continue;
		if (fchown(fd, user->uid, (gid_t)-1) < 0)
			continue; /* in another user namespace, or on a read-only mount: no matter */
	}
}

/*
 * Marked close-on-exec is not enough: others in the PID namespace see what is open, and execve looks its
 * path up before it closes (/proc/self/fd/N/../../bin/sh leads out by a directory of the host, CVE-2024-21626).
 */
static int become_close_descriptors(struct become *become, struct error *err)
{
	int first = 3 + become->preserve_fds + become->listen_fds;
	int keep[BECOME_KEPT_FDS + 1];

	memcpy(keep, become->kept, sizeof(become->kept));
	keep[BECOME_KEPT_FDS] = become->seccomp_agent;
	cleanup_fd(&become->procfd);
	cleanup_fd(&become->rootfd);
	/*
	 * Those below were inherited without close-on-exec; a descriptor of our own always has it.
	 */
	for (int fd = 3; fd < first; fd++) {
		bool kept = false;
		int flags = fcntl(fd, F_GETFD);

		for (size_t i = 0; i < ARRAY_LENGTH(keep); i++)
			kept = kept || keep[i] == fd;
		if (flags >= 0 && (flags & FD_CLOEXEC) && !kept)
			close(fd);
	}
	return attributes_close_from(first, keep, ARRAY_LENGTH(keep), err);
}

static int become_set_labels(const struct become *become, struct error *err)
{
	const struct oci_process *process = become->process;

	if (process->apparmor_profile &&
		lsm_set_apparmor(become->procfd, process->apparmor_profile, err) < 0)
		return -1;
	if (process->selinux_label &&
		lsm_set_selinux(become->procfd, process->selinux_label, err) < 0)
		return -1;
	return 0;
}

/* The agent's message names the container's process: without it the filter has to wait. */
static bool become_may_settle(const struct become *become)
{
	if (!become->seccomp || (become->seccomp->notifies && !become->seccomp_agent_message))
		return false;
	return seccomp_allows(become->seccomp, become_calls, ARRAY_LENGTH(become_calls));
}

int become_user(struct become *become, struct error *err)
{
	int groups_are_fixed = become_groups_are_fixed(become->procfd, err);
	int result;

	if (groups_are_fixed < 0 || become_set_labels(become, err) < 0 ||
		become_close_descriptors(become, err) < 0)
		return -1;
	become_own_stdio(&become->process->user);
	if (become->process->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_errno(err, errno, "process.noNewPrivileges");
	become->filter_is_due = become->seccomp != NULL;
	if (become_change_user(become, groups_are_fixed, err) < 0)
		return -1;
	/* The change of user decides it anew. */
	result = become->stays_dumpable ? process_show() : process_hide();
	if (result < 0)
		return error_errno(
			err, -result, "become %sdumpable", become->stays_dumpable ? "" : "not ");
	/* From here on the process may stay when the runtime goes (enter.c). */
	if (prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) < 0)
		return error_errno(err, errno, "outlive the runtime");
	if (!become_may_settle(become))
		return 0;
	if (become_install(become, err) < 0)
		return -1;
	cleanup_fd(&become->seccomp_agent);
	return 0;
}

int become_lead_session(struct become *become, struct error *err)
{
	const struct oci_process *process = become->process;

	/* Init has been the leader of one from its start, unless it is the fork of a stage that was. */
	if (getsid(0) != getpid() && setsid() < 0)
		return error_errno(err, errno, "setsid");
	if (process->terminal && terminal_control(err) < 0)
		return -1;
	for (size_t i = 0; become->prepares_outside && i < process->rlimits_length; i++) {
		const struct oci_rlimit *rlimit = &process->rlimits[i];

		if (attributes_rlimit_counts_processes(rlimit->type) &&
			attributes_set_rlimit(0, rlimit->type, rlimit->soft, rlimit->hard, err) < 0)
			return -1;
	}
	return 0;
}

/* A starter that was killed has started it all the same. */
static int become_announce(struct become *become, int starter, struct error *err)
{
	if (become->has_announced)
		return 0;
	if (sync_send(starter, SYNC_EXECUTING, 0, err) < 0 && err->code != EPIPE)
		return -1;
	become->has_announced = true;
	return 0;
}

int become_settle(struct become *become, int starter, struct error *err)
{
	static const struct seccomp_call speak[] = { { SYS_sendmsg, { 0 } },
		{ SYS_recvmsg, { 0 } } };

	/* What is left has this name until execve gives it another. */
	(void)prctl(PR_SET_NAME, BECOME_NAME, 0, 0, 0);
	if (!become->filter_is_due)
		return 0;
	if (!seccomp_allows(become->seccomp, speak, ARRAY_LENGTH(speak)) &&
		become_announce(become, starter, err) < 0)
		return -1;
	return become_install(become, err);
}

int become_program(struct become *become, int starter, struct error *err)
{
	const struct oci_process *process = become->process;

	become_name_listener(become);
	signals_reset();
	if (become_announce(become, starter, err) < 0)
		return -1;
	execve(become->executable, process->args.items, become->environment.items);
	return become_refuse_program(become->executable, " cannot be executed", errno, err);
}
