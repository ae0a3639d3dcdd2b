/* SPDX-License-Identifier: Apache-2.0 */
/* A root filesystem as CRIU wants it: a mount, with something to mount onto at every place. */
#ifndef CONTAINER_RESTORE_MOUNTS_H
#define CONTAINER_RESTORE_MOUNTS_H

#include "container/creation.h"
#include "linux/mount_table.h"

/*
 * Makes the mount points that the config asks for and the root filesystem does not have, as create would:
 * by mounting all of it, in a process with a mount namespace that ends with it. What came out of it is what the
 * restored container is held against: `expected` (mount_table_free).
 */
int restore_make_mount_points(
	struct creation *creation, struct mount_table *expected, struct error *err);

/* All the mounts of the mount namespace that the process `pid` is in, wherever its root is (mount_table_free). */
int restore_read_mounts(pid_t pid, struct mount_table *table, struct error *err);

/*
 * In CRIU's process: a mount namespace of its own, in which the root filesystem is a mount. Nothing of it is
 * seen outside, nor left when CRIU ends, however it ends.
 */
int restore_mount_root(const char *rootfs, struct error *err);

/*
 * CRIU restores every mount as it was but the root, which is what it was given. A read-only one could not be
 * worked in; it is made so in the container's mount namespace, before the container runs.
 */
int restore_set_readonly(pid_t pid, struct error *err);

#endif
