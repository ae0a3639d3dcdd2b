/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.maskedPaths and linux.readonlyPaths: mounts over what the container may not see or change.
 */
#include "linux/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"

/* There is nothing to hide or to protect then. */
static bool rootfs_is_missing(int result)
{
	return result == -ENOENT || result == -ENOTDIR;
}

/* An empty read-only directory, one filesystem for all masked directories. */
static int rootfs_make_mask_directory(struct error *err)
{
	const struct mount_request request = {
		.type = "tmpfs",
		.options.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
				    MOUNT_ATTR_NOEXEC,
		.idmap_userns_fd = -1,
		.where = "empty directory",
	};

	return mount_open_filesystem(&request, err);
}

/* The container's /dev/null, proven to be it: in a hostile image it may be a link to anything. */
static int rootfs_open_mask_file(const struct rootfs *rootfs, struct error *err)
{
	cleanup_close int fd = path_open_in_root(rootfs->fd, "/dev/null", O_PATH | O_NOFOLLOW);
	struct stat st;

	if (fd < 0)
		return error_errno(err, -fd, "/dev/null");
	if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		return error_set(err, EPERM, "/dev/null is not the null device");
	return move_fd(&fd);
}

/* A clone, to be mounted over something of the type of `mode`; fd or -1. */
static int rootfs_clone_mask(struct rootfs *rootfs, mode_t mode, struct error *err)
{
	int *mask = S_ISDIR(mode) ? &rootfs->mask_directory : &rootfs->mask_file;
	int clone;

	if (*mask < 0)
		*mask = S_ISDIR(mode) ? rootfs_make_mask_directory(err)
				      : rootfs_open_mask_file(rootfs, err);
	if (*mask < 0)
		return -1;
	clone = mount_clone(*mask, false);
	return clone < 0 ? error_errno(err, -clone, "open_tree(2)") : clone;
}

int rootfs_mask_path(struct rootfs *rootfs, const char *path, struct error *err)
{
	cleanup_close int fd = path_open_in_root(rootfs->fd, path, O_PATH), clone = -1;
	struct stat st;

	if (rootfs_is_missing(fd))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, fd < 0 ? -fd : errno, "'%s'", path);
	clone = rootfs_clone_mask(rootfs, st.st_mode, err);
	if (clone < 0 || mount_attach(clone, fd, path, err) < 0)
		return error_prefix(err, "'%s'", path);
	return 0;
}

int rootfs_readonly_path(struct rootfs *rootfs, const char *path, struct error *err)
{
	cleanup_close int fd = path_open_in_root(rootfs->fd, path, O_PATH), clone = -1;

	if (rootfs_is_missing(fd))
		return 0;
	if (fd < 0)
		return error_errno(err, -fd, "'%s'", path);
	clone = mount_clone(fd, true);
	if (clone < 0)
		return error_errno(err, -clone, "'%s'", path);
	if (mount_set_attributes(clone, MOUNT_ATTR_RDONLY, 0, 0, false, err) < 0 ||
		mount_attach(clone, fd, path, err) < 0)
		return error_prefix(err, "'%s'", path);
	return 0;
}
