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
#include "linux/rootfs_lookup.h"

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
	cleanup_close int fd = rootfs_lookup(rootfs, "/dev/null", O_PATH | O_NOFOLLOW);
	struct stat st;

	if (fd < 0)
		return error_errno(err, -fd, "/dev/null");
	if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		return error_set(err, EPERM, "/dev/null is not the null device");
	return move_fd(&fd);
}

static int rootfs_attach_clone(int mask, int fd, const char *path, struct error *err)
{
	cleanup_close int clone = mount_clone(mask, false);

	if (clone < 0)
		return error_errno(err, -clone, "open_tree(2)");
	return mount_attach(clone, fd, path, err);
}

/*
 * The first directory gets the filesystem itself, the others a clone of that: before Linux 6.15 no mount can
 * be cloned that is not attached in one's own mount namespace.
 */
static int rootfs_mask_directory(struct rootfs *rootfs, int fd, const char *path, struct error *err)
{
	cleanup_close int mask = -1;

	if (rootfs->mask_directory >= 0)
		return rootfs_attach_clone(rootfs->mask_directory, fd, path, err);
	mask = rootfs_make_mask_directory(err);
	if (mask < 0 || mount_attach(mask, fd, path, err) < 0)
		return -1;
	rootfs->mask_directory = move_fd(&mask);
	return 0;
}

static int rootfs_mask_file(struct rootfs *rootfs, int fd, const char *path, struct error *err)
{
	if (rootfs->mask_file < 0)
		rootfs->mask_file = rootfs_open_mask_file(rootfs, err);
	if (rootfs->mask_file < 0)
		return -1;
	return rootfs_attach_clone(rootfs->mask_file, fd, path, err);
}

int rootfs_mask_path(struct rootfs *rootfs, const char *path, struct error *err)
{
	cleanup_close int fd = rootfs_lookup(rootfs, path, O_PATH);
	struct stat st;
	int result;

	if (rootfs_is_missing(fd))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, fd < 0 ? -fd : errno, "'%s'", path);
	result = S_ISDIR(st.st_mode) ? rootfs_mask_directory(rootfs, fd, path, err)
				     : rootfs_mask_file(rootfs, fd, path, err);
	return result < 0 ? error_prefix(err, "'%s'", path) : 0;
}

int rootfs_readonly_path(struct rootfs *rootfs, const char *path, struct error *err)
{
	cleanup_close int fd = rootfs_lookup(rootfs, path, O_PATH), clone = -1;

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
