/* SPDX-License-Identifier: Apache-2.0 */
/* The container's /dev: device nodes, the links that every program expects, the console. */
#include "linux/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "linux/rootfs_lookup.h"

const struct device_node rootfs_default_devices[] = {
	{ "/dev/null", 'c', 1, 3, 0666, 0, 0 },
	{ "/dev/zero", 'c', 1, 5, 0666, 0, 0 },
	{ "/dev/full", 'c', 1, 7, 0666, 0, 0 },
	{ "/dev/random", 'c', 1, 8, 0666, 0, 0 },
	{ "/dev/urandom", 'c', 1, 9, 0666, 0, 0 },
	{ "/dev/tty", 'c', 5, 0, 0666, 0, 0 },
	{ NULL, 0, 0, 0, 0, 0, 0 },
};

static const struct {
	const char *target, *name;
	const char *needs; /* on the host, or NULL */
} device_links[] = {
	{ "/proc/self/fd", "fd", NULL },
	{ "/proc/self/fd/0", "stdin", NULL },
	{ "/proc/self/fd/1", "stdout", NULL },
	{ "/proc/self/fd/2", "stderr", NULL },
	{ "/proc/kcore", "core", "/proc/kcore" },
	{ "pts/ptmx", "ptmx", NULL },
};

static mode_t device_file_type(const struct device_node *node)
{
	switch (node->type) {
	case 'b':
		return S_IFBLK;
	case 'p':
		return S_IFIFO;
	default: /* 'u' is an unbuffered character device, which all are on Linux */
		return S_IFCHR;
	}
}

static dev_t device_number(const struct device_node *node)
{
	return node->type == 'p' ? 0 : makedev(node->major, node->minor);
}

static bool device_matches(const struct device_node *node, const struct stat *st)
{
	return (st->st_mode & S_IFMT) == device_file_type(node) &&
	       (node->type == 'p' || st->st_rdev == device_number(node));
}

static int device_mismatch(
	const struct device_node *node, const char *whose, const struct stat *st, struct error *err)
{
	if (S_ISLNK(st->st_mode))
		return error_set(err, ELOOP, "device %s: %s is a symbolic link", node->path, whose);
	return error_set(err, EEXIST, "device %s: %s is not the device %c %u:%u", node->path, whose,
		node->type, node->major, node->minor);
}

/*
 * Whether the directory is the host's /dev, or in it: a bind mount with which a container is given
 * all devices. Where the host has no filesystem of its own there, only the directory itself counts. 1, 0 or -1.
 */
static int device_directory_is_host(int directory, struct error *err)
{
	struct stat own, dev, root;

	if (fstat(directory, &own) < 0 || stat("/", &root) < 0)
		return error_errno(err, errno, "compare /dev with the host's");
	if (stat("/dev", &dev) < 0)
		return errno == ENOENT ? 0
				       : error_errno(err, errno, "compare /dev with the host's");
	return own.st_dev == dev.st_dev && (own.st_ino == dev.st_ino || dev.st_dev != root.st_dev);
}

/* Something is there already: the right node is kept, with mode and owner as asked. */
static int device_keep(
	int parent, const char *name, const struct device_node *node, struct error *err)
{
	cleanup_close int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	char path[PATH_FD_SIZE];
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "device %s", node->path);
	if (!device_matches(node, &st))
		return device_mismatch(node, "what the rootfs has", &st, err);
	if ((st.st_uid != node->uid || st.st_gid != node->gid) &&
		fchownat(fd, "", node->uid, node->gid, AT_EMPTY_PATH) < 0)
		return error_errno(err, errno, "device %s: owner", node->path);
	if ((st.st_mode & 07777) != node->mode && chmod(path_of_fd(fd, path), node->mode) < 0)
		return error_errno(err, errno, "device %s: mode", node->path);
	return 0;
}

/* An O_PATH fd of a file to mount over, made when there is none. Never a link. */
static int device_open_target(int parent, const char *name, const char *path, struct error *err)
{
	cleanup_close int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == ENOENT) {
		cleanup_close int made = openat(
			parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

		if (made < 0)
			return error_errno(err, errno, "device %s", path);
		fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "device %s", path);
	if (S_ISLNK(st.st_mode) || S_ISDIR(st.st_mode))
		return error_set(err, EEXIST, "device %s: the rootfs has a %s there", path,
			S_ISLNK(st.st_mode) ? "symbolic link" : "directory");
	return move_fd(&fd);
}

static int device_bind_fd(
	int source, int parent, const char *name, const char *path, struct error *err)
{
	cleanup_close int clone = mount_clone(source, false), target = -1;

	if (clone < 0)
		return error_errno(err, -clone, "device %s: cannot be bound", path);
	target = device_open_target(parent, name, path, err);
	if (target < 0)
		return -1;
	if (mount_attach(clone, target, path, err) < 0)
		return error_prefix(err, "device");
	return 0;
}

/* The host's node of the same path, which keeps the host's mode and owner. */
static int device_bind(
	int parent, const char *name, const struct device_node *node, struct error *err)
{
	cleanup_close int host = open(node->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (host < 0 || fstat(host, &st) < 0)
		return error_errno(
			err, errno, "device %s: cannot be made here, and on the host", node->path);
	if (!device_matches(node, &st))
		return device_mismatch(node, "the host's", &st, err);
	return device_bind_fd(host, parent, name, node->path, err);
}

static int device_make(
	int parent, const char *name, const struct device_node *node, bool bind, struct error *err)
{
	mode_t umask_before;
	int result;

	if (bind && node->type != 'p')
		return device_bind(parent, name, node, err);
	umask_before = umask(0);
	result = mknodat(parent, name, device_file_type(node) | node->mode, device_number(node));
	result = result < 0 ? -errno : 0;
	umask(umask_before);
	if (result == -EEXIST)
		return device_keep(parent, name, node, err);
	if (result == -EPERM && node->type != 'p')
		return device_bind(parent, name, node, err);
	if (result < 0)
		return error_errno(err, -result, "device %s", node->path);
	if ((node->uid != 0 || node->gid != 0) &&
		fchownat(parent, name, node->uid, node->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, errno, "device %s: owner", node->path);
	return 0;
}

/* The last component of `path` is *name, which points into `clean`. fd or -errno. */
static int device_open_parent(
	const struct rootfs *rootfs, const char *path, char clean[PATH_MAX], const char **name)
{
	int result = rootfs_clean(path, clean);
	const char *rest;
	int base;

	if (result < 0)
		return result;
	base = rootfs_base(rootfs, clean, &rest);
	return path_open_parent_in_root(base, rest, true, name);
}

int rootfs_make_device(
	struct rootfs *rootfs, const struct device_node *node, bool bind, struct error *err)
{
	char clean[PATH_MAX];
	const char *name;
	cleanup_close int parent = device_open_parent(rootfs, node->path, clean, &name);
	int is_host;

	if (parent < 0)
		return error_errno(err, -parent, "device %s", node->path);
	is_host = device_directory_is_host(parent, err);
	if (is_host)
		return is_host < 0 ? -1 : 0;
	return device_make(parent, name, node, bind, err);
}

int rootfs_make_dev_links(struct rootfs *rootfs, struct error *err)
{
	const char *rest;
	int is_host, base = rootfs_base(rootfs, "dev", &rest);
	cleanup_close int dev = path_mkdir_in_root(base, rest, 0755);

	if (dev < 0)
		return error_errno(err, -dev, "/dev");
	is_host = device_directory_is_host(dev, err);
	if (is_host)
		return is_host < 0 ? -1 : 0;
	for (size_t i = 0; i < ARRAY_LENGTH(device_links); i++) {
		if (device_links[i].needs && access(device_links[i].needs, F_OK) < 0) {
			if (errno == ENOENT)
				continue;
			return error_errno(err, errno, "look for %s", device_links[i].needs);
		}
		if (symlinkat(device_links[i].target, dev, device_links[i].name) < 0 &&
			errno != EEXIST)
			return error_errno(err, errno, "/dev/%s", device_links[i].name);
	}
	return 0;
}

int rootfs_bind_console(struct rootfs *rootfs, int slave_fd, struct error *err)
{
	const char *path = "/dev/console", *name;
	char clean[PATH_MAX];
	cleanup_close int parent = device_open_parent(rootfs, path, clean, &name);

	if (parent < 0)
		return error_errno(err, -parent, "%s", path);
	return device_bind_fd(slave_fd, parent, name, path, err);
}
