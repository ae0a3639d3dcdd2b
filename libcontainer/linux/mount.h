/* SPDX-License-Identifier: Apache-2.0 */
/* One mount: built detached (fsopen, fsmount, open_tree, mount_setattr), then moved onto a pinned
 * fd. */
#ifndef LINUX_MOUNT_H
#define LINUX_MOUNT_H

#include "linux/mount_options.h"

struct mount_request {
	const char *type;   /* "bind", "proc", "tmpfs" ...; NULL with a bind option means "bind" */
	const char *source; /* NULL: "none" */
	const char *destination; /* in the rootfs */
	const char *label;       /* SELinux context= of new filesystems, or NULL */
	struct mount_options options;
	int idmap_userns_fd; /* user namespace for MOUNT_ATTR_IDMAP, or -1 */
	/* What an error is to be prefixed with, "mounts[3]". Not owned. */
	const char *where;
};

/*
 * Opens the source of a bind mount as a detached clone with its attributes and id mapping set.
 * Called by the runtime for containers with a user namespace, whose init may not reach the source
 * any more, else by init. Returns the mount's fd (O_CLOEXEC), or -1 with err set. Needs
 * CAP_SYS_ADMIN in the mount namespace.
 */
int mount_open_bind(const struct mount_request *request, struct error *err);

/* Makes a new filesystem, detached; falls back to what the kernel lacks. fd or -1. */
int mount_open_filesystem(const struct mount_request *request, struct error *err);

/* Attaches a detached mount onto what `target_fd` (O_PATH) is. */
int mount_attach(int mount_fd, int target_fd, const char *what, struct error *err);

/* Sets attributes or propagation of the mount that fd is the root of (recursive with AT_RECURSIVE).
 */
int mount_set_attributes(int fd, uint64_t set, uint64_t clear, uint64_t propagation, bool recursive,
	struct error *err);

#endif
