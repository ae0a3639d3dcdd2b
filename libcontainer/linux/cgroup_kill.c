/* SPDX-License-Identifier: Apache-2.0 */
/* Signals every process of a cgroup: by cgroup.kill (Linux 5.14), or one by one by pidfd. */
#include "linux/cgroup_kill.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "linux/cgroup_pids.h"
#include "linux/cgroup_walk.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

/* So many pidfds are open at once, and so often is a cgroup that keeps forking listed. */
#define BATCH 64
#define ROUNDS 1000
/* How long a freezer may take before the signals are sent without it. */
#define FREEZE_MILLISECONDS 500

static int send_signal(int pidfd, int signal)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0 || errno == ESRCH)
		return 0;
	return -errno;
}

/*
 * A pid that was read may be another process's by now. One that is still listed after its pidfd was
 * opened is not: the pidfd is then of a process in the cgroup.
 */
static int signal_batch(int directory, const pid_t *pids, size_t count, int signal)
{
	cleanup_cgroup_pids struct cgroup_pid_list again = { 0 };
	int pidfds[BATCH], first_failure = 0, listed;

	for (size_t i = 0; i < count; i++) {
		pidfds[i] = (int)syscall(SYS_pidfd_open, pids[i], 0);
		if (pidfds[i] < 0 && errno != ESRCH)
			first_failure = -errno;
	}
	listed = cgroup_pids_read(directory, &again);
	if (listed < 0)
		first_failure = listed;
	for (size_t i = 0; i < count; i++) {
		cleanup_close int pidfd = pidfds[i];
		int result = 0;

		if (pidfd >= 0 && cgroup_pids_has(&again, pids[i]))
			result = send_signal(pidfd, signal);
		if (result < 0 && first_failure == 0)
			first_failure = result;
	}
	return first_failure;
}

/* Signals those that are not in `done` yet, and returns how many, or -errno. */
static ssize_t signal_round(int directory, int signal, struct cgroup_pid_list *done)
{
	cleanup_cgroup_pids struct cgroup_pid_list now = { 0 }, new = { 0 };
	int result = cgroup_pids_read(directory, &now);
	struct cgroup_pid_list before;

	if (result < 0)
		return result;
	new.items = now.length ? reallocarray(NULL, now.length, sizeof(pid_t)) : NULL;
	if (now.length && !new.items)
		return -ENOMEM;
	for (size_t i = 0; i < now.length; i++)
		if (!cgroup_pids_has(done, now.items[i]))
			new.items[new.length++] = now.items[i];
	for (size_t i = 0; i < new.length &&result == 0; i += BATCH) {
		size_t count = new.length - i < BATCH ? new.length - i : BATCH;

		result = signal_batch(directory, new.items + i, count, signal);
	}
	before = *done;
	*done = now;
	now = before;
	return result < 0 ? result : (ssize_t) new.length;
}

static int signal_until_no_new(const struct cgroup_member *member, int signal, struct error *err)
{
	cleanup_cgroup_pids struct cgroup_pid_list done = { 0 };

	for (int round = 0; round < ROUNDS; round++) {
		ssize_t sent = signal_round(member->fd, signal, &done);

		if (sent < 0)
			return error_errno(err, (int)-sent,
				"cannot send signal %d to the processes of %s", signal,
				member->path);
		if (sent == 0)
			return 0;
	}
	return error_set(err, EAGAIN, "the processes of %s fork faster than signals reach them",
		member->path);
}

int cgroup_kill_member(const struct cgroup_member *member, struct error *err)
{
	if (member->driver->v2 && io_write_control(member->fd, "cgroup.kill", "1") == 0)
		return 0;
	return signal_until_no_new(member, SIGKILL, err);
}

static int thaw(int directory, void *context)
{
	const struct cgroup_driver *driver = context;

	return driver->freeze(directory, false, 0);
}

int cgroup_thaw_all(const struct cgroup_members *members, struct error *err)
{
	for (size_t i = 0; i < members->length; i++) {
		const struct cgroup_member *member = &members->items[i];
		struct cgroup_visitor visitor = { .enter = thaw,
			.context = (void *)member->driver };
		int result = 0;

		/* v2 needs no thaw: SIGKILL reaches the frozen. */
		if (!member->driver->v2)
			result = member->driver->has_controller(member->fd, "freezer");
		if (result > 0)
			result = cgroup_walk(member->fd, &visitor);
		if (result < 0)
			return error_errno(err, -result, "cannot thaw the cgroup %s", member->path);
	}
	return 0;
}

/* While all are frozen, none forks and none exits: each gets the signal exactly once. */
static int signal_frozen(const struct cgroup_members *members, const struct cgroup_member *target,
	int signal, struct error *err)
{
	const struct cgroup_member *freezer;
	int frozen = cgroup_members_freezer(members, &freezer, err), result, thawed = 0;
	bool freeze = freezer && frozen == 0;

	if (frozen < 0)
		return -1;
	if (freeze)
		(void)freezer->driver->freeze(freezer->fd, true, FREEZE_MILLISECONDS);
	result = signal_until_no_new(target, signal, err);
	if (freeze)
		thawed = freezer->driver->freeze(freezer->fd, false, 0);
	/* It may have ended meanwhile. */
	if (result == 0 && thawed < 0 && thawed != -ENOENT && thawed != -ENODEV)
		return error_errno(err, -thawed, "cannot thaw the cgroup %s", freezer->path);
	return result;
}

int cgroup_kill(const struct cgroup_plan *plan, int signal, struct error *err)
{
	cleanup_cgroup_members struct cgroup_members members = { 0 };
	const struct cgroup_member *target;
	int result;

	if (cgroup_members_open(plan, &members, err) < 0)
		return -1;
	target = cgroup_members_v2(&members);
	if (!target && members.length > 0)
		target = &members.items[0];
	if (!target)
		return 0;
	if (signal == SIGKILL && target->driver->v2 &&
		io_write_control(target->fd, "cgroup.kill", "1") == 0)
		result = 0;
	else
		result = signal_frozen(&members, target, signal, err);
	if (result == 0 && signal == SIGKILL)
		result = cgroup_thaw_all(&members, err);
	return result;
}
