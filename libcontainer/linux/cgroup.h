/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control groups, v1, v2 and hybrid (v1 controllers beside a v2 tree), behind one interface.
 *
 * A container's cgroup is a set of directories, one for each mounted hierarchy. Which ones is
 * decided first (cgroup_plan), recorded by the caller, and only then made: `delete` needs the
 * recorded paths alone.
 */
#ifndef LINUX_CGROUP_H
#define LINUX_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/text.h"
#include "linux/cgroup_resources.h"
#include "linux/systemd_unit.h"

enum cgroup_manager {
	CGROUP_MANAGER_CGROUPFS,
	CGROUP_MANAGER_DISABLED,
	CGROUP_MANAGER_SYSTEMD,
	CGROUP_MANAGER_SYSTEMD_USER, /* the calling user's own */
};

/* Where a container's cgroup is; all plain data, so that it can be written down and read back. */
struct cgroup_plan {
	struct strv directories; /* absolute; one a hierarchy; the container's own */
	struct strv missing;     /* parents that cgroup_create will have to make, outermost first */
	struct systemd_unit unit; /* who makes them; without a name: cgroup_create itself */
	pid_t placeholder;        /* keeps a new unit from ending before init is in it; or 0 */
};

/*
 * Decides where, without making anything. `cgroups_path` is linux.cgroupsPath, absolute or relative
 * alike a path below the mount of every hierarchy; `id` stands for it when it is NULL or "". Where
 * a caller without rights may not write, it is below the caller's own cgroup instead, or that
 * hierarchy is left out. ".." is refused, and so is a cgroup that has processes in or below it
 * (EBUSY). With CGROUP_MANAGER_DISABLED the plan is empty and everything below does
 * nothing. A manager of systemd is asked where its units are, which fails when none answers;
 * `cgroups_path` is then "slice:prefix:name".
 */
int cgroup_plan_make(enum cgroup_manager manager, const char *cgroups_path, const char *id,
	struct cgroup_plan *plan, struct error *err);
void cgroup_plan_free(struct cgroup_plan *plan);

/*
 * Makes the directories, enables v2 controllers on the way (cgroup.subtree_control), fills new v1
 * cpusets from their parents. An own directory that exists and holds processes is an error (EBUSY);
 * an empty one is used. Unprivileged callers (`rootless`) skip hierarchies that they may not write
 * to. A failure removes what was made, and leaves in the plan what could not be removed: what is at its
 * other places is somebody else's then, and not for cgroup_destroy. A unit is started around a process of our own, which
 * stays until cgroup_settle.
 */
int cgroup_create(struct cgroup_plan *plan, bool rootless, struct error *err);

/* Init is in it: the process that stood in for it goes. */
void cgroup_settle(struct cgroup_plan *plan);

/* Sets limits; each failure names its property: "linux.resources.memory.limit: ... memory.max:
 * ...". systemd is told those of a unit, so that it does not take them back. */
int cgroup_apply(const struct cgroup_plan *plan, const struct cgroup_resources *resources,
	struct error *err);

/*
 * How a child gets in without a walk by the parent: for v2 `v2_directory` goes to
 * clone3(CLONE_INTO_CGROUP); for v1 each of `tasks` is an open "tasks" file, to which a
 * single-threaded child writes "0" (the cheap migration: no threadgroup lock, no RCU wait).
 * CLOEXEC, closed by cgroup_entry_close.
 */
struct cgroup_entry {
	int v2_directory; /* -1: no v2 hierarchy in the plan */
	int tasks[16];
	size_t tasks_length;
	bool user_unit; /* of a user's systemd: who may not enter has been started outside of it */
};
int cgroup_entry_open(
	const struct cgroup_plan *plan, struct cgroup_entry *entry, struct error *err);
/* In the child: moves the caller itself (also into v2 when `v2_too`, for kernels before 5.7). */
int cgroup_entry_enter(const struct cgroup_entry *entry, bool v2_too, struct error *err);
void cgroup_entry_close(struct cgroup_entry *entry);

int cgroup_freeze(const struct cgroup_plan *plan, bool frozen, struct error *err);
/* 1 frozen, 0 not (there may be no freezer), -1 unknown. */
int cgroup_is_frozen(const struct cgroup_plan *plan, struct error *err);
/* *path is the directory that the two above write to and read from, malloc'd; NULL: no freezer. */
int cgroup_freezer(const struct cgroup_plan *plan, char **path, struct error *err);

/* Every process in it and below it, as pids of the caller's PID namespace, sorted; *pids is
 * malloc'd. */
int cgroup_pids(const struct cgroup_plan *plan, pid_t **pids, size_t *count, struct error *err);

/* Sends `signal` to every process in it and below it (cgroup.kill for SIGKILL where there is one;
 * else frozen and by pidfd, until no new one appears). No cgroup: nothing, success. */
int cgroup_kill(const struct cgroup_plan *plan, int signal, struct error *err);

/*
 * Kills what is left inside, removes the directories (nested ones too) and then those of `missing`
 * that are empty; ends the unit. Idempotent; missing directories are no error. Waits at most 10 s
 * for the kernel to let go.
 */
int cgroup_destroy(struct cgroup_plan *plan, struct error *err);

/* For `features` and messages. */
enum cgroup_mode { CGROUP_MODE_NONE, CGROUP_MODE_V1, CGROUP_MODE_HYBRID, CGROUP_MODE_V2 };
enum cgroup_mode cgroup_mode_detect(void);

/*
 * For the container's /sys/fs/cgroup: one entry a hierarchy, with its name in there ("memory",
 * "cpu,cpuacct", "unified"), the v1 mount option string or NULL for v2, and the container's own
 * directory.
 */
#define CGROUP_VIEW_V2 "unified"
struct cgroup_view {
	struct cgroup_view_entry {
		char *name, *v1_options, *directory;
	} * items;
	size_t length;
};
int cgroup_view_make(const struct cgroup_plan *plan, struct cgroup_view *view, struct error *err);
void cgroup_view_free(struct cgroup_view *view);

#endif
