/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths in a root filesystem that others can change meanwhile. What a name in it leads to may be another directory
 * by the next lookup, but what was mounted stays what it is: a path below a filesystem that we have mounted is looked
 * up from the descriptor of that mount, and its first names count no more.
 */
#ifndef LINUX_ROOTFS_LOOKUP_H
#define LINUX_ROOTFS_LOOKUP_H

#include <limits.h>

#include "linux/rootfs.h"

/*
 * "/a/./b//../c" becomes "a/c": the path as it is written, before any link in it counts. 0 or -ENAMETOOLONG.
 */
int rootfs_clean(const char *path, char clean[PATH_MAX]);

/*
 * From where to look up `clean`, and what is left of it then: an fd that stays the rootfs', either of the innermost
 * mount of ours above it or of the root.
 */
int rootfs_base(const struct rootfs *rootfs, const char *clean, const char **rest);

/* path_open_in_root(base/path.h) of a path as it is written, from its base. */
int rootfs_lookup(const struct rootfs *rootfs, const char *path, int flags);

/*
 * After a mount at `clean`: `fd` (consumed) of a new filesystem that nobody else can have filled, or -1 for any other
 * mount, below which paths are looked up from the root.
 */
void rootfs_remember(struct rootfs *rootfs, const char *clean, int fd);

/* Whether a new filesystem of the type has nothing in it but what the kernel and we make. */
bool rootfs_is_fresh(const struct mount_request *request);

void rootfs_forget(struct rootfs *rootfs);

#endif
