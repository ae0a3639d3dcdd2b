/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between cgroup v1 and v2, as one table of functions each, and the directories of a
 * plan opened with the driver that each needs. A directory tells by its own files what it is, so
 * that the recorded paths are enough, whatever is mounted meanwhile.
 */
#ifndef LINUX_CGROUP_DRIVER_H
#define LINUX_CGROUP_DRIVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "linux/cgroup.h"

struct cgroup_driver {
	bool v2;
	/* Makes a new directory fit for processes and limits. */
	int (*prepare)(const char *path, int directory, struct error *err);
	/* `controller` by its v1 name ("blkio"). */
	int (*has_controller)(int directory, const char *controller); /* 1, 0 or -errno */
	/* Waits until it is done, at most `milliseconds`; on failure it is thawed. 0 or -errno. */
	int (*freeze)(int directory, bool frozen, int milliseconds);
	/* 1, 0, -ENOENT where there is no freezer, or another -errno. */
	int (*is_frozen)(int directory);
};
extern const struct cgroup_driver cgroup_driver_v1, cgroup_driver_v2;

/* An open directory of the container's cgroup. */
struct cgroup_member {
	const struct cgroup_driver *driver;
	const char *path; /* the plan's */
	int fd;
};

struct cgroup_members {
	struct cgroup_member *items;
	size_t length;
};

/*
 * By the filesystem, for a file of the right name can be anywhere. 0 with *driver NULL when `directory` is no
 * cgroup; -errno when that cannot be known.
 */
int cgroup_driver_find(int directory, const struct cgroup_driver **driver);

/* Opens those of the plan's directories that exist. */
int cgroup_members_open(
	const struct cgroup_plan *plan, struct cgroup_members *members, struct error *err);
void cgroup_members_close(struct cgroup_members *members);
#define cleanup_cgroup_members __attribute__((cleanup(cgroup_members_close)))

/* *found is NULL when none has it. */
int cgroup_members_find(const struct cgroup_members *members, const char *controller,
	const struct cgroup_member **found, struct error *err);
const struct cgroup_member *cgroup_members_v2(const struct cgroup_members *members);
/* *freezer is the one that is frozen and thawed: the v1 freezer's where it is mounted, else v2's; or
 * NULL. Returns whether it is frozen, or -1. */
int cgroup_members_freezer(const struct cgroup_members *members,
	const struct cgroup_member **freezer, struct error *err);

/* The blkio controller is called io in v2; all others keep their name. */
const char *cgroup_v2_controller_name(const char *controller);

/*
 * Lets `path` have the v2 `controller` by cgroup.subtree_control of the directories above it (NULL:
 * all that there are, as far as possible). A failure names the directory that refuses.
 */
int cgroup_v2_enable(const char *path, const char *controller, struct error *err);

/* Root in the initial user namespace: nothing about cgroups is forbidden for want of rights. */
bool cgroup_is_privileged(void);
/* Whether a -errno is the answer to a caller without the right to it. */
bool cgroup_is_forbidden(int result);

#endif
