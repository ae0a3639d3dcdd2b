/* SPDX-License-Identifier: Apache-2.0 */
#include "container/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "container/sync.h"
#include "linux/namespace.h"
#include "linux/process.h"

void enter_reset(struct enter *enter)
{
	*enter = (struct enter){
		.runtime_end = -1, .child_end = -1, .named = { -1, -1 }, .init_pidfd = -1
	};
	enter->cgroup.v2_directory = -1;
	for (int type = 0; type < OCI_NAMESPACE_COUNT; type++)
		enter->plan.namespaces[type].fd = -1;
}

static int enter_join(struct enter *enter, enum oci_namespace_type type, struct error *err)
{
	struct plan_namespace *planned = &enter->plan.namespaces[type];
	int result = namespace_join(planned->fd, plan_clone_flags[type]);

	if (result < 0)
		return error_errno(
			err, -result, "join the %s namespace", oci_namespace_names[type]);
	cleanup_fd(&planned->fd);
	return 0;
}

/*
 * Joins what is given by path, but for the user namespace. The mount namespace comes last: until
 * then the paths of /proc are the host's own. With `may_wait` a namespace that refuses us is left
 * for a second round, when the user namespace that owns it has been entered.
 */
static int enter_join_paths(struct enter *enter, bool may_wait, struct error *err)
{
	static const enum oci_namespace_type order[] = {
		OCI_NAMESPACE_NETWORK,
		OCI_NAMESPACE_UTS,
		OCI_NAMESPACE_IPC,
		OCI_NAMESPACE_CGROUP,
		OCI_NAMESPACE_TIME,
		OCI_NAMESPACE_MOUNT,
	};

	for (size_t i = 0; i < ARRAY_LENGTH(order); i++) {
		if (enter->plan.namespaces[order[i]].fd < 0)
			continue;
		if (enter_join(enter, order[i], err) < 0 && !(may_wait && err->code == EPERM))
			return -1;
	}
	return 0;
}

/* Id 0 where it is mapped; else the first that is, so that what we make has an owner. */
static uint32_t enter_first_id(const struct userns_mapping *mappings, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (mappings[i].inside == 0)
			return 0;
	return length ? mappings[0].inside : 0;
}

static int enter_become_root(struct enter *enter, struct error *err)
{
	const struct userns_maps *maps = &enter->maps;
	gid_t gid = enter_first_id(maps->gids, maps->gids_length);
	uid_t uid = enter_first_id(maps->uids, maps->uids_length);

	/* EPERM: setgroups is "deny" in this user namespace, so the groups stay as they are. */
	if (!enter->keeps_groups && setgroups(0, NULL) < 0 && errno != EPERM)
		return error_errno(err, errno, "drop the supplementary groups");
	if (setresgid(gid, gid, gid) < 0)
		return error_errno(err, errno,
			"linux.gidMappings: become group %u of the user namespace", gid);
	/* Where 0 is not mapped there is no root whose rights the change could take
	 * (capabilities(7)). */
	if (setresuid(uid, uid, uid) < 0)
		return error_errno(
			err, errno, "linux.uidMappings: become user %u of the user namespace", uid);
	return 0;
}

/* Enters the user namespace; a new one gets its id maps from the runtime. */
static int enter_user_namespace(struct enter *enter, struct error *err)
{
	int fd = enter->child_end;

	if (plan_source(&enter->plan, OCI_NAMESPACE_USER) == PLAN_PATH)
		return enter_join(enter, OCI_NAMESPACE_USER, err);
	if (sync_send(fd, SYNC_IDMAP_PLEASE, 0, err) < 0)
		return -1;
	return sync_expect(fd, SYNC_IDMAP_DONE, NULL, err);
}

/*
 * Nothing may come between the two: the first process in the namespace freezes the offsets. The
 * file was opened before, when it was still ours to open.
 */
static int enter_make_time_namespace(struct enter *enter, int offsets_fd, struct error *err)
{
	struct timens_offsets offsets;
	int result = timens_unshare();

	if (result < 0)
		return error_errno(err, -result, "linux.namespaces: make a time namespace");
	result = timens_values_resolve(&enter->clock, &enter->own, &offsets);
	if (result == 0)
		result = timens_write_offsets_fd(offsets_fd, &offsets);
	if (result < 0)
		return error_errno(err, -result, "linux.timeOffsets: write them to the kernel");
	return 0;
}

static int enter_open_offsets(struct error *err)
{
	int fd = timens_open_offsets(-1, 0);

	return fd < 0 ? error_errno(err, -fd, "linux.timeOffsets: open /proc/self/timens_offsets")
		      : fd;
}

static int enter_hide(struct error *err)
{
	int result = process_hide();

	return result < 0 ? error_errno(err, -result, "become not dumpable") : 0;
}

static int enter_unshare_rest(struct enter *enter, struct error *err)
{
	int flags = 0;

	for (int type = 0; type < OCI_NAMESPACE_COUNT; type++)
		if (enter->plan.namespaces[type].source == PLAN_NEW)
			flags |= plan_clone_flags[type];
	flags &= ~(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWTIME);
	if (flags && unshare(flags) < 0)
		return error_errno(err, errno, "linux.namespaces: make the new namespaces");
	return 0;
}

/* In DIRECT: by init, which the runtime has cloned into its user, pid and time namespaces. */
static int enter_as_direct(struct enter *enter, struct error *err)
{
	if (plan_source(&enter->plan, OCI_NAMESPACE_USER) == PLAN_NEW &&
		(enter_user_namespace(enter, err) < 0 || enter_become_root(enter, err) < 0))
		return -1;
	if (enter_hide(err) < 0 || enter_join_paths(enter, false, err) < 0)
		return -1;
	return enter_unshare_rest(enter, err);
}

int enter_join_pid(struct enter *enter, struct error *err)
{
	int fd = enter->plan.namespaces[OCI_NAMESPACE_PID].fd;
	int result = fd < 0 || enter->joined_pid ? 0 : namespace_join(fd, CLONE_NEWPID);

	if (result < 0)
		return error_errno(err, -result, "join the pid namespace");
	enter->joined_pid = true;
	return 0;
}

/*
 * A PID namespace that belongs to the user namespace is joined when all else is done; any other one needs the
 * rights that we have before we enter the user namespace.
 */
static int enter_join_foreign_pid(struct enter *enter, struct error *err)
{
	int pid_ns = enter->plan.namespaces[OCI_NAMESPACE_PID].fd;
	int user_ns = enter->plan.namespaces[OCI_NAMESPACE_USER].fd;

	if (pid_ns < 0 || plan_source(&enter->plan, OCI_NAMESPACE_USER) == PLAN_INHERIT ||
		namespace_is_owned_by(pid_ns, user_ns))
		return 0;
	return enter_join_pid(enter, err);
}

/* In STAGED: by the stage. What is left for init is to unshare the rest. */
static int enter_as_stage(struct enter *enter, struct error *err)
{
	enum plan_source user = plan_source(&enter->plan, OCI_NAMESPACE_USER);
	bool makes_time = plan_source(&enter->plan, OCI_NAMESPACE_TIME) == PLAN_NEW;
	cleanup_close int mount_fd = move_fd(&enter->plan.namespaces[OCI_NAMESPACE_MOUNT].fd);
	cleanup_close int offsets_fd = makes_time ? enter_open_offsets(err) : -1;

	if (makes_time && offsets_fd < 0)
		return -1;
	/* A new user namespace has nobody in it yet, and its maps could not be written to a hidden
	 * one. */
	if (user != PLAN_NEW && enter_hide(err) < 0)
		return -1;
	if (enter_join_foreign_pid(enter, err) < 0)
		return -1;
	if (enter_join_paths(enter, user != PLAN_INHERIT, err) < 0)
		return -1;
	if (user == PLAN_NEW && unshare(CLONE_NEWUSER) < 0)
		return error_errno(err, errno, "linux.namespaces: make a user namespace");
	if (user != PLAN_INHERIT &&
		(enter_user_namespace(enter, err) < 0 || enter_join_paths(enter, false, err) < 0))
		return -1;
	if (makes_time && enter_make_time_namespace(enter, offsets_fd, err) < 0)
		return -1;
	enter->plan.namespaces[OCI_NAMESPACE_MOUNT].fd = move_fd(&mount_fd);
	if (enter->plan.namespaces[OCI_NAMESPACE_MOUNT].fd >= 0 &&
		enter_join(enter, OCI_NAMESPACE_MOUNT, err) < 0)
		return -1;
	return user == PLAN_INHERIT ? 0 : enter_become_root(enter, err);
}

struct enter_child {
	struct enter *enter;
	const struct enter_work *work;
	bool entered_cgroup;
};

static _Noreturn void enter_fail(struct enter *enter, const struct error *err)
{
	sync_send_error(enter->child_end, err);
	_exit(1);
}

static int enter_prepare(struct enter_child *child, struct error *err)
{
	return child->work->prepare(child->work->context, err);
}

/* Standard error may be the container's: the runtime hears it instead. */
static void enter_tell_fatal(void *context, const struct error *err)
{
	const struct enter *enter = context;

	sync_send_error(enter->child_end, err);
}

static _Noreturn void enter_run_init(struct enter_child *child)
{
	child->work->become(child->work->context);
	_exit(1);
}

/*
 * A runtime that is killed takes along who prepares, and with him a hook that he waits for; become_user ends this.
 * In a PID namespace of its own a process has no parent that it could ask for, but the socket tells.
 */
static int enter_end_with_runtime(const struct enter *enter, struct error *err)
{
	struct sync_message message;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return error_errno(err, errno, "end with the runtime");
	if (recv(enter->child_end, &message, sizeof(message), MSG_PEEK | MSG_DONTWAIT) == 0)
		_exit(1);
	return 0;
}

/*
 * Init says nothing before the stage has named it to the runtime, who would not know whose words
 * those are. A stage that was killed instead closes the pipe without the byte, and takes init
 * along.
 */
static _Noreturn void enter_run_staged_init(struct enter_child *child)
{
	struct enter *enter = child->enter;
	struct error err = { 0 };
	char byte;

	cleanup_fd(&enter->named[1]);
	if (read(enter->named[0], &byte, 1) != 1)
		_exit(1);
	cleanup_fd(&enter->named[0]);
	if (!enter->plan.prepares_outside &&
		(enter_end_with_runtime(enter, &err) < 0 || enter_unshare_rest(enter, &err) < 0 ||
			enter_prepare(child, &err) < 0))
		enter_fail(enter, &err);
	enter_run_init(child);
}

static int enter_clone_staged_init(struct enter_child *child, struct error *err)
{
	struct enter *enter = child->enter;
	bool new_pid = plan_source(&enter->plan, OCI_NAMESPACE_PID) == PLAN_NEW;
	pid_t pid = process_clone_sibling(new_pid ? CLONE_NEWPID : 0);

	if (pid == 0)
		enter_run_staged_init(child);
	if (pid < 0)
		return error_errno(err, -pid, "clone the container's init");
	if (sync_send(enter->child_end, SYNC_INIT_PID, pid, err) < 0)
		return -1;
	if (write(enter->named[1], "", 1) != 1)
		return error_errno(err, errno, "let init go on");
	return 0;
}

static int enter_prepare_outside(struct enter_child *child, struct error *err)
{
	struct enter *enter = child->enter;

	if (!enter->plan.prepares_outside)
		return 0;
	if (enter_unshare_rest(enter, err) < 0)
		return -1;
	return enter_prepare(child, err);
}

static _Noreturn void enter_run_stage(struct enter_child *child)
{
	struct enter *enter = child->enter;
	struct error err = { 0 };

	if (pipe2(enter->named, O_CLOEXEC) < 0) {
		error_errno(&err, errno, "make a pipe between the stage and init");
		enter_fail(enter, &err);
	}
	if (enter_as_stage(enter, &err) < 0 || enter_prepare_outside(child, &err) < 0 ||
		enter_clone_staged_init(child, &err) < 0)
		enter_fail(enter, &err);
	_exit(0);
}

/* First into the container's cgroup: whatever is done and made from here on counts there. */
static _Noreturn void enter_run_child(struct enter_child *child)
{
	struct enter *enter = child->enter;
	struct error err = { 0 };

	process_forget_environment();
	cleanup_fd(&enter->runtime_end);
	fatal_tell(enter_tell_fatal, enter);
	if (enter_end_with_runtime(enter, &err) < 0 ||
		cgroup_entry_enter(&enter->cgroup, !child->entered_cgroup, &err) < 0)
		enter_fail(enter, &err);
	if (enter->plan.shape == PLAN_STAGED)
		enter_run_stage(child);
	if (enter_as_direct(enter, &err) < 0 || enter_prepare(child, &err) < 0)
		enter_fail(enter, &err);
	enter_run_init(child);
}

/*
 * The time namespace of the runtime's children, until the clone: what "for children" pointed at before is
 * put back after it.
 */
static int enter_aim_children(struct enter *enter, int *own_time, struct error *err)
{
	cleanup_close int offsets_fd = -1;

	if (plan_source(&enter->plan, OCI_NAMESPACE_TIME) != PLAN_NEW)
		return 0;
	offsets_fd = enter_open_offsets(err);
	*own_time = namespace_open_own(CLONE_NEWTIME, err);
	if (offsets_fd < 0 || *own_time < 0)
		return -1;
	return enter_make_time_namespace(enter, offsets_fd, err);
}

/* Hooks and helpers that the runtime forks from now on belong to its own namespaces. */
static int enter_restore_children(int *own_time, struct error *err)
{
	int result = *own_time >= 0 ? timens_join(*own_time) : 0;

	cleanup_fd(own_time);
	if (result < 0)
		return error_errno(err, -result, "return to the runtime's own time namespace");
	return 0;
}

static int enter_clone_init(struct enter *enter, struct enter_child *child, struct error *err)
{
	uint64_t flags = 0;
	pid_t pid;

	if (enter->plan.shape == PLAN_DIRECT) {
		if (plan_source(&enter->plan, OCI_NAMESPACE_PID) == PLAN_NEW)
			flags |= CLONE_NEWPID;
		if (plan_source(&enter->plan, OCI_NAMESPACE_USER) == PLAN_NEW)
			flags |= CLONE_NEWUSER;
	}
	pid = process_clone(
		flags, enter->cgroup.v2_directory, &child->entered_cgroup, &enter->init_pidfd);
	if (pid == 0)
		enter_run_child(child);
	if (pid < 0)
		return error_errno(err, -pid, "clone the container's first process");
	enter->first_child = pid;
	if (enter->plan.shape == PLAN_DIRECT)
		enter->init = pid;
	else
		cleanup_fd(&enter->init_pidfd);
	return 0;
}

int enter_spawn(struct enter *enter, const struct enter_work *work, struct error *err)
{
	struct enter_child child = { .enter = enter, .work = work };
	struct error restore_error;
	int own_time = -1;
	int result = 0;

	if (sync_pair(&enter->runtime_end, &enter->child_end, err) < 0)
		return -1;
	if (enter->plan.shape == PLAN_DIRECT)
		result = enter_aim_children(enter, &own_time, err);
	if (result == 0)
		result = enter_clone_init(enter, &child, err);
	if (enter_restore_children(&own_time, &restore_error) < 0 && result == 0) {
		*err = restore_error;
		result = -1;
	}
	cleanup_fd(&enter->child_end);
	return result;
}

void enter_kept_fds(const struct enter *enter, int kept[ENTER_KEPT_FDS])
{
	kept[0] = enter->child_end;
	kept[1] = enter->named[0];
	kept[2] = enter->named[1];
}

static int enter_adopt_init(struct enter *enter, pid_t pid, struct error *err)
{
	if (enter->init > 0)
		return error_set(err, EPROTO, "the container's process named another init");
	/* Our child, and not reaped: the pid cannot have become another process's. */
	enter->init = pid;
	enter->init_pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (enter->init_pidfd < 0)
		return error_errno(err, errno, "open a pidfd of init (pid %d)", (int)pid);
	process_reap(enter->first_child);
	enter->first_child = pid;
	return 0;
}

int enter_serve(struct enter *enter, const struct sync_message *message, struct error *err)
{
	if (message->type == SYNC_INIT_PID)
		return enter_adopt_init(enter, message->value, err) < 0 ? -1 : 1;
	if (message->type != SYNC_IDMAP_PLEASE)
		return 0;
	if (userns_write_maps(enter->first_child, &enter->maps, err) < 0 ||
		sync_send(enter->runtime_end, SYNC_IDMAP_DONE, 0, err) < 0)
		return -1;
	return 1;
}

void enter_abort(struct enter *enter)
{
	pid_t children[] = { enter->first_child, enter->init };

	/* Neither has been reaped, so the pids are still theirs. */
	for (size_t i = 0; i < ARRAY_LENGTH(children); i++) {
		if (children[i] <= 0 || (i > 0 && children[i] == children[0]))
			continue;
		kill(children[i], SIGKILL);
		process_reap(children[i]);
	}
	enter->first_child = 0;
	enter->init = 0;
}

void enter_close(struct enter *enter)
{
	plan_close(&enter->plan);
	cgroup_entry_close(&enter->cgroup);
	cleanup_fd(&enter->runtime_end);
	cleanup_fd(&enter->child_end);
	cleanup_fd(&enter->named[0]);
	cleanup_fd(&enter->named[1]);
	cleanup_fd(&enter->init_pidfd);
}
