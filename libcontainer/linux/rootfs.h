/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's root filesystem, from the host's directory to "/". All by init, in its own mount
 * namespace, in the order of this header. Every path in it is resolved once, under the root, or under a mount of ours (rootfs_lookup.h). Made
 * files and directories are subject to the caller's umask; device nodes are not.
 */
#ifndef LINUX_ROOTFS_H
#define LINUX_ROOTFS_H

#include <sys/types.h>

#include "linux/mount.h"

struct rootfs {
	int fd;     /* O_PATH|O_DIRECTORY of the root's mount; -1 before rootfs_attach */
	char *path; /* where it is attached in the host's tree; ours */
	/*
	 * What is mounted over masked paths: fds, opened at the first need; rootfs_attach sets -1.
	 */
	int mask_directory, mask_file;
	/* What was mounted, outermost first (rootfs_lookup.h). */
	struct rootfs_mounted {
		char *path; /* clean */
		int fd;
	} * mounted;
	size_t mounted_length;
};

/*
 * The tree to become "/": a recursive, detached clone of `path` (which may be any directory). In
 * the runtime when it is privileged, else in init. fd or -1.
 */
int rootfs_open(const char *path, struct error *err);

/*
 * Cuts this mount namespace off ("/" recursively MS_SLAVE, or MS_PRIVATE / MS_SHARED /
 * MS_UNBINDABLE as `propagation` says; 0 is MS_SLAVE|MS_REC) and attaches `tree_fd` (consumed) over
 * `path`. The tree itself becomes a slave of the host's mounts, or private for MS_PRIVATE: what is
 * mounted in the container never shows on the host.
 */
int rootfs_attach(struct rootfs *rootfs, int tree_fd, const char *path, uint64_t propagation,
	struct error *err);

/*
 * Mounts one request. `source_fd` is a clone made earlier by mount_open_bind, or -1 (consumed).
 * Makes the destination when it is missing (a file for a file). A destination in /proc is only ever
 * /proc itself or something that a procfs has (CVE-2019-16884, CVE-2023-27561, CVE-2025-31133 and
 * their like).
 */
int rootfs_mount(struct rootfs *rootfs, const struct mount_request *request, int source_fd,
	struct error *err);

/*
 * The first half of rootfs_mount, for mounts that are more than one: opens the request's
 * destination (O_PATH) for the detached mount `mount_fd`, made when it is missing as what that is,
 * a directory or a file; *made tells. fd or -1.
 */
int rootfs_open_destination(struct rootfs *rootfs, const struct mount_request *request,
	int mount_fd, bool *made, struct error *err);

/*
 * A device node: mknod, or a bind mount of the host's node of the same path where mknod is not
 * permitted (user namespaces: `bind`, and whenever mknod answers EPERM). O_NOFOLLOW at the last
 * component. A node that is right already stays and gets mode and owner; nothing is touched where
 * the container's directory is the host's own /dev.
 */
struct device_node {
	const char *path; /* in the rootfs, "/dev/null" */
	char type;        /* 'c', 'b', 'u', 'p' */
	unsigned int major, minor;
	mode_t mode; /* permission bits */
	uid_t uid;
	gid_t gid;
};
int rootfs_make_device(
	struct rootfs *rootfs, const struct device_node *node, bool bind, struct error *err);

/* null zero full random urandom tty (config-linux.md, "Default Devices"), NULL path at the end. */
extern const struct device_node rootfs_default_devices[];

/* /dev/fd, stdin, stdout, stderr, core (when /proc/kcore exists), ptmx -> pts/ptmx; existing ones
 * stay. */
int rootfs_make_dev_links(struct rootfs *rootfs, struct error *err);

/* Binds the terminal that `slave_fd` is onto /dev/console, a file made there when it is missing. */
int rootfs_bind_console(struct rootfs *rootfs, int slave_fd, struct error *err);

/* pivot_root(2) into it, the old root detached; or MS_MOVE + chroot when `no_pivot`. Afterwards
 * "/". */
int rootfs_pivot(struct rootfs *rootfs, bool no_pivot, struct error *err);

/* The rest is done after the pivot, on "/". Masked and read-only paths that are missing are
 * skipped. */
int rootfs_mask_path(struct rootfs *rootfs, const char *path, struct error *err);
int rootfs_readonly_path(struct rootfs *rootfs, const char *path, struct error *err);
int rootfs_set_readonly(struct rootfs *rootfs, struct error *err);
/* Propagation of the container's "/" as linux.rootfsPropagation says (MS_* | MS_REC). */
int rootfs_set_propagation(struct rootfs *rootfs, uint64_t propagation, struct error *err);

void rootfs_close(struct rootfs *rootfs);

#endif
