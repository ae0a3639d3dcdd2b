/* SPDX-License-Identifier: Apache-2.0 */
/* The container's /sys/fs/cgroup: what a mount of type "cgroup" or "cgroup2" stands for. */
#ifndef LINUX_CGROUP_MOUNT_H
#define LINUX_CGROUP_MOUNT_H

#include "linux/cgroup.h"
#include "linux/rootfs.h"

/*
 * Where cgroup v2 is all there is, or for the type "cgroup2", that hierarchy at the destination;
 * else a tmpfs with a directory for each hierarchy of the view, and links for controllers mounted
 * together. With a cgroup namespace each is a new mount, which begins at the container's cgroup;
 * without one, or where that is not permitted, a bind mount of the container's directory. An empty
 * view (cgroups disabled) shows the host's /sys/fs/cgroup. Before the pivot.
 */
int cgroup_mount(struct rootfs *rootfs, const struct mount_request *request,
	const struct cgroup_view *view, bool cgroup_namespace, struct error *err);

#endif
