/* SPDX-License-Identifier: Apache-2.0 */
/* Which cgroup hierarchies are mounted, where, and which cgroup of each the caller is in. */
#ifndef LINUX_CGROUP_LAYOUT_H
#define LINUX_CGROUP_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct cgroup_hierarchy {
	bool v2;
	char *device;      /* "major:minor" of its superblock: the same for every mount of it */
	char *mount;       /* where it is mounted */
	char *root;        /* which of its directories is mounted there; "/" unless nested */
	char *controllers; /* "cpu,cpuacct" or "name=systemd"; NULL for v2 */
	char *own;         /* the caller's own cgroup below `mount`, "" or "/..."; NULL: outside */
};

struct cgroup_layout {
	struct cgroup_hierarchy *items;
	size_t length;
};

/* Every cgroup mount of /proc/self/mountinfo, joined with the lines of /proc/self/cgroup. */
void cgroup_layout_parse(
	const char *mountinfo, const char *membership, struct cgroup_layout *layout);

/* Leaves one mount of each hierarchy: below /sys/fs/cgroup, then the one that shows most of it. */
void cgroup_layout_choose(struct cgroup_layout *layout);

/*
 * What is mounted and not hidden by a later mount. Unless `thorough`, one statfs(2) of
 * /sys/fs/cgroup is enough on a pure v2 machine, and `own` is then NULL.
 */
int cgroup_layout_read(bool thorough, struct cgroup_layout *layout, struct error *err);
void cgroup_layout_free(struct cgroup_layout *layout);
#define cleanup_cgroup_layout __attribute__((cleanup(cgroup_layout_free)))

/* Whether the `length` bytes of `word` are an item of a list such as "cpu,cpuacct". */
bool cgroup_list_has(const char *list, const char *word, size_t length);

/* A malloc'd copy. */
char *cgroup_copy_text(const char *text);

#endif
