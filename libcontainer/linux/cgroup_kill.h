/* SPDX-License-Identifier: Apache-2.0 */
/* Signals to all processes of one cgroup directory, for cgroup_kill and cgroup_destroy. */
#ifndef LINUX_CGROUP_KILL_H
#define LINUX_CGROUP_KILL_H

#include "linux/cgroup_driver.h"

/* Kills what is in the member's directory and below. Does not wait for it to be gone. */
int cgroup_kill_member(const struct cgroup_member *member, struct error *err);

/* A v1 freezer keeps even SIGKILL waiting: thaws it and all below. */
int cgroup_thaw_all(const struct cgroup_members *members, struct error *err);

#endif
