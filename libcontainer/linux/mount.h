/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One mount: built detached (fsopen, fsmount, open_tree, mount_setattr), then moved onto a pinned
 * fd. Linux 5.2 has the calls that make and move; attributes of a bind mount need 5.12.
 */
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
	/* Of a new procfs: the PID namespace that it is to show, which the caller is not in. NULL: the caller's. */
	const int *pid_namespace;
	/* What an error is to be prefixed with, "mounts[3]". Not owned. */
	const char *where;
};

/* Whether the request is for a clone of its source and not for a new filesystem or a remount. */
bool mount_is_bind(const struct mount_request *request);

/*
 * Opens the source of a bind mount as a detached clone with its attributes and id mapping set.
 * Called by the runtime for containers with a user namespace, whose init may not reach the source
 * any more, else by init. Returns the mount's fd (O_CLOEXEC), or -1 with err set. Needs
 * CAP_SYS_ADMIN in the mount namespace.
 *
 * Without a propagation option the clone is a slave of its source, as it becomes in a namespace
 * whose "/" was made MS_SLAVE|MS_REC; "shared" and "rshared" keep it a peer. Attributes that a user
 * namespace has locked stay, also where an option would clear them. Superblock parameters are
 * ignored: the superblock is not ours.
 */
int mount_open_bind(const struct mount_request *request, struct error *err);

/*
 * Makes a new filesystem, detached. Where a user namespace may not: sysfs becomes a recursive bind
 * mount of /sys, proc one of /proc when the caller is in the PID namespace of that, devpts goes
 * without a gid= that is not mapped. With tmpcopyup the mount is still writable, for the copy. fd
 * or -1.
 */
int mount_open_filesystem(const struct mount_request *request, struct error *err);

/* Sets the request's superblock parameters on the filesystem that fd is the root of ("remount"). */
int mount_reconfigure(int fd, const struct mount_request *request, struct error *err);

/* A detached clone of what fd (O_PATH) is, a file or a directory. fd (O_CLOEXEC) or -errno. */
int mount_clone(int fd, bool recursive);

/* Attaches a detached mount onto what `target_fd` (O_PATH) is. */
int mount_attach(int mount_fd, int target_fd, const char *what, struct error *err);

/*
 * Sets attributes or propagation of the mount that fd is the root of (recursive with AT_RECURSIVE).
 */
int mount_set_attributes(int fd, uint64_t set, uint64_t clear, uint64_t propagation, bool recursive,
	struct error *err);

#endif
