/* SPDX-License-Identifier: Apache-2.0 */
/* Removes a container's cgroup with what is still in it. */
#include "linux/cgroup.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "linux/cgroup_kill.h"
#include "linux/cgroup_pids.h"
#include "linux/cgroup_walk.h"

/* The kernel lets go of a killed process's cgroup within milliseconds, seldom within seconds. */
#define WAIT_MILLISECONDS 10000
#define LONGEST_PAUSE 100

static int remove_nested(int parent, const char *name, void *context)
{
	(void)context;
	return unlinkat(parent, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

/* 0: gone; else what keeps it, as -errno. */
static int remove_directory(const char *path)
{
	int result = rmdir(path) == 0 ? 0 : -errno;

	/* In a hierarchy that is mounted read-only, EROFS comes before ENOENT. */
	if (result < 0 && faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
		errno == ENOENT)
		return 0;
	return result;
}

static bool is_busy(int result)
{
	return result == -EBUSY || result == -ENOTEMPTY;
}

static int explain(const char *path, int result, struct error *err)
{
	return error_errno(err, -result, "cannot remove the cgroup %s", path);
}

/* Nearly always nothing is left inside, and this is all there is to do. */
static bool remove_empty(const struct cgroup_plan *plan)
{
	bool all = true;

	for (size_t i = 0; i < plan->directories.length; i++)
		all &= remove_directory(plan->directories.items[i]) == 0;
	return all;
}

/*
 * Each hierarchy is cleared by itself: a process may have left the others' directories, so that
 * killing what is in one of them does not empty all.
 */
static int remove_member(const struct cgroup_member *member, struct error *err)
{
	struct cgroup_visitor visitor = { .leave = remove_nested };
	int result;

	if (cgroup_kill_member(member, err) < 0)
		return -1;
	result = cgroup_walk(member->fd, &visitor);
	if (result < 0 && !is_busy(result))
		return error_errno(err, -result, "cannot remove a cgroup below %s", member->path);
	result = remove_directory(member->path);
	return result < 0 && !is_busy(result) ? explain(member->path, result, err) : 0;
}

/* Kills and removes once; what is still there is left in `members`. */
static int remove_members(
	const struct cgroup_plan *plan, struct cgroup_members *members, struct error *err)
{
	if (cgroup_members_open(plan, members, err) < 0 || cgroup_thaw_all(members, err) < 0)
		return -1;
	for (size_t i = 0; i < members->length; i++)
		if (remove_member(&members->items[i], err) < 0)
			return -1;
	return 0;
}

/* Always -1, but where the last of them has gone at last. */
static int still_there(const struct cgroup_plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->directories.length; i++) {
		const char *path = plan->directories.items[i];
		cleanup_cgroup_pids struct cgroup_pid_list pids = { 0 };
		int result = remove_directory(path);
		cleanup_close int fd = -1;

		if (result == 0)
			continue;
		if (!is_busy(result))
			return explain(path, result, err);
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			(void)cgroup_pids_read(fd, &pids);
		if (pids.length > 0)
			return error_set(err, EBUSY,
				"cannot remove the cgroup %s: process %d is still in it after %d s",
				path, (int)pids.items[0], WAIT_MILLISECONDS / 1000);
		return error_set(err, EBUSY, "cannot remove the cgroup %s: busy for more than %d s",
			path, WAIT_MILLISECONDS / 1000);
	}
	return 0;
}

static int remove_full(const struct cgroup_plan *plan, struct error *err)
{
	int pause = 1;

	for (int waited = 0;; waited += pause, pause *= 2) {
		cleanup_cgroup_members struct cgroup_members members = { 0 };

		if (remove_members(plan, &members, err) < 0)
			return -1;
		if (remove_empty(plan))
			return 0;
		if (waited >= WAIT_MILLISECONDS)
			return still_there(plan, err);
		if (pause > LONGEST_PAUSE)
			pause = LONGEST_PAUSE;
		(void)nanosleep(&(struct timespec){ .tv_nsec = pause * 1000000L }, NULL);
	}
}

/* Without processes it ends by itself, so that a systemd that does not answer keeps nobody waiting. */
static void end_unit(const struct systemd_unit *unit)
{
	struct error err;

	if (unit->name && systemd_unit_stop(unit, &err) < 0)
		log_warning("%s", err.text);
}

/* Another container may live below them by now: then they stay, which is no failure. */
static int remove_parents(const struct cgroup_plan *plan, struct error *err)
{
	for (size_t i = plan->missing.length; i-- > 0;) {
		const char *path = plan->missing.items[i];
		int result = remove_directory(path);

		if (result < 0 && !is_busy(result))
			return explain(path, result, err);
	}
	return 0;
}

int cgroup_destroy(struct cgroup_plan *plan, struct error *err)
{
	cgroup_settle(plan);
	if ((!remove_empty(plan) && remove_full(plan, err) < 0) || remove_parents(plan, err) < 0)
		return -1;
	end_unit(&plan->unit);
	return 0;
}
