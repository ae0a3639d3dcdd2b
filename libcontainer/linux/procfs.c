/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and writing /proc where it may have been tampered with, and what stat says of a process.
 */
#include "linux/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/path.h"

#define PROCFS_ROOT_INO 1

static int procfs_open_private(void)
{
	cleanup_close int context = fsopen("proc", FSOPEN_CLOEXEC);

	if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return fsmount(
		context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

int procfs_open_mounted(struct error *err)
{
	cleanup_close int fd = open("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statfs fs;
	struct stat st;

	if (fd < 0 || fstatfs(fd, &fs) < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "/proc");
	if (fs.f_type != PROC_SUPER_MAGIC || st.st_ino != PROCFS_ROOT_INO)
		return error_set(err, EPERM, "/proc is not a procfs");
	return move_fd(&fd);
}

int procfs_open(struct error *err)
{
	int fd = procfs_open_private();

	return fd >= 0 ? fd : procfs_open_mounted(err);
}

/* 0 when both are in one mount; -EXDEV or another -errno. */
static int procfs_check_mount(int procfd, int fd)
{
	struct statx root, file;

	if (statx(procfd, "", AT_EMPTY_PATH, STATX_MNT_ID, &root) < 0 ||
		statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &file) < 0)
		return -errno;
	if (!(root.stx_mask & file.stx_mask & STATX_MNT_ID))
		return -ENOSYS;
	return root.stx_mnt_id == file.stx_mnt_id ? 0 : -EXDEV;
}

/*
 * Where openat2 is hidden: the same mount, proven before the file is opened, for what opening may
 * do to one that was put there, and after.
 */
static int procfs_open_by_walk(int procfd, const char *path, int flags)
{
	cleanup_close int seen = path_open_in_root(procfd, path, O_PATH), fd = -1;
	int result = seen < 0 ? seen : procfs_check_mount(procfd, seen);

	if (result < 0)
		return result;
	fd = path_open_in_root(procfd, path, flags);
	result = fd < 0 ? fd : procfs_check_mount(procfd, fd);
	return result < 0 ? result : move_fd(&fd);
}

int procfs_open_file(int procfd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	errno = ENOSYS;
	if (!path_without_openat2)
		fd = syscall(SYS_openat2, procfd, path, &how, sizeof(how));
	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN))
		return procfs_open_by_walk(procfd, path, flags);
	return fd < 0 ? -errno : (int)fd;
}

int procfs_write(int procfd, const char *path, const char *text)
{
	cleanup_close int fd = procfs_open_file(procfd, path, O_WRONLY | O_NOCTTY);
	size_t length = strlen(text);
	ssize_t written;

	if (fd < 0)
		return fd;
	do
		written = write(fd, text, length);
	while (written < 0 && errno == EINTR);
	if (written < 0)
		return -errno;
	return (size_t)written == length ? 0 : -EIO;
}

/*
 * "sys/" and the key with its separators as slashes. The first separator tells which form it is; in
 * the form with dots a slash stands for a dot in a name. 0 or -errno.
 */
static int procfs_sysctl_path(const char *key, char path[PATH_MAX])
{
	bool dotted = key[strcspn(key, "./")] == '.';

	if (snprintf(path, PATH_MAX, "sys/%s", key) >= PATH_MAX)
		return -ENAMETOOLONG;
	for (char *at = path + strlen("sys/"); dotted && *at; at++)
		if (*at == '.' || *at == '/')
			*at = *at == '.' ? '/' : '.';
	return 0;
}

/* Names alone: neither empty nor "." nor "..". */
static bool procfs_is_plain(const char *path)
{
	for (;;) {
		size_t length = strcspn(path, "/");

		if (length == 0 || (length <= 2 && strspn(path, ".") == length))
			return false;
		if (!path[length])
			return true;
		path += length + 1;
	}
}

int procfs_write_sysctl(int procfd, const char *key, const char *value, struct error *err)
{
	char path[PATH_MAX];
	int result = procfs_sysctl_path(key, path);

	if (result == 0 && !procfs_is_plain(path))
		return error_set(err, EINVAL, "linux.sysctl: '%s' is not a sysctl's name", key);
	if (result == 0)
		result = procfs_write(procfd, path, value);
	if (result < 0)
		return error_errno(
			err, -result, "linux.sysctl: '%s' cannot be set to '%s'", key, value);
	return 0;
}
