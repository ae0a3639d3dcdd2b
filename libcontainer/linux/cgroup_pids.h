/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of one cgroup directory and of those below it. */
#ifndef LINUX_CGROUP_PIDS_H
#define LINUX_CGROUP_PIDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct cgroup_pid_list {
	pid_t *items;
	size_t length, size;
};

/* Appends; sorted and each pid once. 0 or -errno. */
int cgroup_pids_read(int directory, struct cgroup_pid_list *list);
bool cgroup_pids_has(const struct cgroup_pid_list *list, pid_t pid);
void cgroup_pids_free(struct cgroup_pid_list *list);
#define cleanup_cgroup_pids __attribute__((cleanup(cgroup_pids_free)))

/* -1 with EBUSY when there is a process in `directory` (named `path`) or below it. */
int cgroup_check_empty(int directory, const char *path, struct error *err);

#endif
