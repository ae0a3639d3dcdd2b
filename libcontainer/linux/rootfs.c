/* SPDX-License-Identifier: Apache-2.0 */
/* The root filesystem as a whole: opened, attached, made "/" of the container. */
#include "linux/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/path.h"
#include "linux/rootfs_lookup.h"

#define ROOTFS_MOUNTINFO_MAX (64U << 20)
#define ROOTFS_MOUNTINFO_MOUNTPOINT 4 /* fields before it: ID PARENT DEVICE ROOT */

int rootfs_open(const char *path, struct error *err)
{
	cleanup_close int fd =
		open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "root.path: '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return error_errno(err, ENOTDIR, "root.path: '%s'", path);
	return move_fd(&fd);
}

/* Climbs from `fd` to the root of the mount that it is in, and makes that private. */
static int rootfs_private_parent(int fd, struct error *err)
{
	cleanup_close int at = openat(fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statx st;

	for (int depth = 0; at >= 0 && depth < PATH_MAX; depth++) {
		if (statx(at, "", AT_EMPTY_PATH, 0, &st) < 0)
			return error_errno(err, errno, "statx(2)");
		if (!(st.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT))
			return error_set(err, ENOSYS, "statx(2): needs Linux 5.8");
		if (st.stx_attributes & STATX_ATTR_MOUNT_ROOT)
			return mount_set_attributes(at, 0, 0, MS_PRIVATE, false, err);
		replace_fd(&at, openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
	}
	return error_errno(err, at < 0 ? errno : ELOOP, "no mount above it");
}

/*
 * Attaching below a shared mount would show in its peers, and pivot_root(2) refuses one. Only a
 * propagation other than recursively private or slave leaves shared mounts.
 */
static int rootfs_cut_off(int target, uint64_t propagation, struct error *err)
{
	if (mount(NULL, "/", NULL, propagation, NULL) < 0)
		return error_errno(err, errno, "linux.rootfsPropagation: '/' cannot be cut off");
	if ((propagation & MS_REC) && !(propagation & MS_SHARED))
		return 0;
	return rootfs_private_parent(target, err);
}

int rootfs_attach(struct rootfs *rootfs, int tree_fd, const char *path, uint64_t propagation,
	struct error *err)
{
	cleanup_close int tree = tree_fd;
	cleanup_close int target = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	uint64_t own = (propagation & MS_PRIVATE) ? MS_PRIVATE : MS_SLAVE;

	if (target < 0)
		return error_errno(err, errno, "root.path: '%s'", path);
	if (rootfs_cut_off(target, propagation ? propagation : MS_SLAVE | MS_REC, err) < 0 ||
		mount_set_attributes(tree, 0, 0, own, true, err) < 0 ||
		mount_attach(tree, target, path, err) < 0)
		return error_prefix(err, "root.path");
	rootfs->path = strdup(path);
	if (!rootfs->path)
		return error_errno(err, ENOMEM, "root.path: '%s'", path);
	rootfs->fd = move_fd(&tree);
	rootfs->mask_directory = -1;
	rootfs->mask_file = -1;
	return 0;
}

/*
 * Nothing of the old root may be left, and where it had shared mounts, their going must not show on
 * the host.
 */
static int rootfs_pivot_root(const struct rootfs *rootfs, struct error *err)
{
	cleanup_close int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (old < 0 || fchdir(rootfs->fd) < 0)
		return error_errno(err, errno, "pivot_root(2)");
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return error_errno(err, errno, "pivot_root(2) to '%s'%s", rootfs->path,
			errno == EINVAL ? " (in an initramfs --no-pivot is needed)" : "");
	if (mount_set_attributes(old, 0, 0, MS_SLAVE, true, err) < 0)
		return error_prefix(err, "old root");
	/* It lies over the new root, where "." leads to it. */
	if (umount2(".", MNT_DETACH) < 0)
		return error_errno(err, errno, "the old root cannot be unmounted");
	return 0;
}

static bool rootfs_is_octal(const char *digits)
{
	return digits[0] >= '0' && digits[0] <= '3' && digits[1] >= '0' && digits[1] <= '7' &&
	       digits[2] >= '0' && digits[2] <= '7';
}

/* Octal escapes of a path in mountinfo ("\\040"), undone in place. */
static void rootfs_unescape(char *path)
{
	char *to = path;

	for (const char *from = path; *from; to++) {
		if (from[0] == '\\' && rootfs_is_octal(from + 1)) {
			*to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

static bool rootfs_is_below(const char *path, const char *root)
{
	size_t length = strlen(root);

	return strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Takes one mount away, or hides it where a user namespace has locked it. */
static int rootfs_hide_mount(const char *path, struct error *err)
{
	if (umount2(path, MNT_DETACH) == 0)
		return 0;
	/* Gone together with one that it was below. */
	if (errno == ENOENT)
		return 0;
	if (mount("tmpfs", path, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return error_errno(err, errno, "--no-pivot: '%s' cannot be hidden", path);
	return 0;
}

/* One line of mountinfo; it ends in " - TYPE SOURCE OPTIONS". */
static int rootfs_hide_line(char *line, const char *root, struct error *err)
{
	const char *type = strstr(line, " - ");

	if (!type || (!text_starts_with(type, " - proc ") && !text_starts_with(type, " - sysfs ")))
		return 0;
	for (int field = 0; field < ROOTFS_MOUNTINFO_MOUNTPOINT; field++)
		line += strcspn(line, " ") + 1;
	line[strcspn(line, " ")] = '\0';
	rootfs_unescape(line);
	return rootfs_is_below(line, root) ? 0 : rootfs_hide_mount(line, err);
}

/*
 * With MS_MOVE the host's mounts stay in the namespace, covered. A procfs or sysfs among them would
 * let a user namespace in the container mount new ones with nothing masked.
 */
static int rootfs_hide_host(const struct rootfs *rootfs, struct error *err)
{
	char root[PATH_MAX], link[PATH_FD_SIZE];
	cleanup_free char *mountinfo = NULL;
	ssize_t length = readlink(path_of_fd(rootfs->fd, link), root, sizeof(root) - 1);
	ssize_t size;

	if (length < 0)
		return error_errno(err, errno, "--no-pivot: %s", link);
	root[length] = '\0';
	size = io_read_file(AT_FDCWD, "/proc/self/mountinfo", &mountinfo, ROOTFS_MOUNTINFO_MAX);
	if (size < 0)
		return error_errno(err, (int)-size, "--no-pivot: /proc/self/mountinfo");
	for (char *line = mountinfo, *next; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (rootfs_hide_line(line, root, err) < 0)
			return -1;
	}
	return 0;
}

static int rootfs_move_root(const struct rootfs *rootfs, struct error *err)
{
	if (mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0)
		return error_errno(err, errno, "--no-pivot: '/' cannot be cut off");
	if (rootfs_hide_host(rootfs, err) < 0)
		return -1;
	if (fchdir(rootfs->fd) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0)
		return error_errno(err, errno, "--no-pivot: '%s' cannot become '/'", rootfs->path);
	return 0;
}

int rootfs_pivot(struct rootfs *rootfs, bool no_pivot, struct error *err)
{
	int result = no_pivot ? rootfs_move_root(rootfs, err) : rootfs_pivot_root(rootfs, err);

	if (result < 0)
		return -1;
	if (chdir("/") < 0)
		return error_errno(err, errno, "chdir(2) to the new '/'");
	return 0;
}

int rootfs_set_readonly(struct rootfs *rootfs, struct error *err)
{
	return mount_set_attributes(rootfs->fd, MOUNT_ATTR_RDONLY, 0, 0, false, err);
}

int rootfs_set_propagation(struct rootfs *rootfs, uint64_t propagation, struct error *err)
{
	return mount_set_attributes(
		rootfs->fd, 0, 0, propagation & ~(uint64_t)MS_REC, propagation & MS_REC, err);
}

void rootfs_close(struct rootfs *rootfs)
{
	if (rootfs->fd < 0)
		return;
	cleanup_fd(&rootfs->fd);
	cleanup_fd(&rootfs->mask_directory);
	cleanup_fd(&rootfs->mask_file);
	rootfs_forget(rootfs);
	free(rootfs->path);
	rootfs->path = NULL;
}
