/* SPDX-License-Identifier: Apache-2.0 */
/* Where in the rootfs a mount may come to lie: destinations cleaned, opened once, and judged. */
#include "linux/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "linux/rootfs_lookup.h"

#define DESTINATION_PROCFS_ROOT_INO 1

/* What engines and lxcfs put over files of /proc: none of these gives power over a process. */
static const char *const destination_proc_entries[] = {
	"proc/cpuinfo",
	"proc/diskstats",
	"proc/loadavg",
	"proc/meminfo",
	"proc/net/dev",
	"proc/slabinfo",
	"proc/stat",
	"proc/swaps",
	"proc/sys/crypto/fips_enabled",
	"proc/sys/kernel/ns_last_pid",
	"proc/uptime",
};

enum destination_kind {
	DESTINATION_ROOT,
	DESTINATION_PROC,       /* "/proc" itself */
	DESTINATION_SYS,        /* "/sys" itself */
	DESTINATION_PROC_ENTRY, /* one of the table */
	DESTINATION_BELOW_PROC, /* any other */
	DESTINATION_ELSEWHERE,
};

static enum destination_kind destination_kind(const char *clean)
{
	if (!*clean)
		return DESTINATION_ROOT;
	if (strcmp(clean, "proc") == 0)
		return DESTINATION_PROC;
	if (strcmp(clean, "sys") == 0)
		return DESTINATION_SYS;
	if (!text_starts_with(clean, "proc/"))
		return DESTINATION_ELSEWHERE;
	for (size_t i = 0; i < ARRAY_LENGTH(destination_proc_entries); i++)
		if (strcmp(clean, destination_proc_entries[i]) == 0)
			return DESTINATION_PROC_ENTRY;
	return DESTINATION_BELOW_PROC;
}

/* A link at /proc or /sys would let the masked and read-only paths below miss. fd or -errno. */
static int destination_open_top(const struct rootfs *rootfs, const char *name, bool *made)
{
	int fd;

	*made = mkdirat(rootfs->fd, name, 0755) == 0;
	if (!*made && errno != EEXIST)
		return -errno;
	fd = openat(rootfs->fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int destination_open(const struct rootfs *rootfs, const char *clean,
	enum destination_kind kind, bool directory, bool *made)
{
	int flags = O_PATH | (directory ? O_DIRECTORY : 0), fd, base;
	const char *rest;

	if (kind == DESTINATION_PROC || kind == DESTINATION_SYS)
		return destination_open_top(rootfs, clean, made);
	base = rootfs_base(rootfs, clean, &rest);
	fd = path_open_in_root(base, rest, flags);
	*made = fd == -ENOENT && kind == DESTINATION_ELSEWHERE;
	if (!*made)
		return fd;
	return directory ? path_mkdir_in_root(base, rest, 0755)
			 : path_mkfile_in_root(base, rest, 0644);
}

/* 1, 0, or -1 where the kernel does not say, which is an objection. */
static int destination_is_procfs(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) < 0 ? -1 : fs.f_type == PROC_SUPER_MAGIC;
}

/* Why there must not be such a mount at such a place, or NULL. */
static const char *destination_objection(
	enum destination_kind kind, int mount_fd, const struct stat *mount)
{
	switch (kind) {
	case DESTINATION_ROOT:
		return "is the place of root.path";
	case DESTINATION_BELOW_PROC:
		return "is inside /proc";
	case DESTINATION_PROC:
		/* A whole one, whatever the request calls it. */
		if (mount->st_ino != DESTINATION_PROCFS_ROOT_INO ||
			destination_is_procfs(mount_fd) != 1)
			return "takes only a procfs";
		return NULL;
	default:
		return NULL;
	}
}

/* Why what was found there is no place for the mount, or NULL. */
static const char *destination_misfit(int fd, enum destination_kind kind, bool directory)
{
	int is_procfs = destination_is_procfs(fd);
	struct stat st;

	if (is_procfs < 0 || fstat(fd, &st) < 0)
		return "cannot be examined";
	if (S_ISDIR(st.st_mode) && !directory)
		return "is a directory, and the source is not";
	if (kind == DESTINATION_PROC_ENTRY && !is_procfs)
		return "is not in a procfs; mount one at /proc before";
	if (kind == DESTINATION_ELSEWHERE && is_procfs)
		return "leads into a procfs";
	return NULL;
}

int rootfs_open_destination(struct rootfs *rootfs, const struct mount_request *request,
	int mount_fd, bool *made, struct error *err)
{
	enum destination_kind kind;
	cleanup_close int fd = -1;
	const char *objection;
	char clean[PATH_MAX];
	struct stat mount;

	*made = false;
	if (fstat(mount_fd, &mount) < 0)
		return error_errno(err, errno, "%s.source", request->where);
	if (rootfs_clean(request->destination, clean) < 0)
		return error_errno(err, ENAMETOOLONG, "%s.destination", request->where);
	kind = destination_kind(clean);
	objection = destination_objection(kind, mount_fd, &mount);
	if (!objection) {
		fd = destination_open(rootfs, clean, kind, S_ISDIR(mount.st_mode), made);
		if (fd < 0)
			return error_errno(err, -fd, "%s.destination: '%s'", request->where,
				request->destination);
		objection = destination_misfit(fd, kind, S_ISDIR(mount.st_mode));
	}
	if (objection)
		return error_set(err, EPERM, "%s.destination: '%s' %s", request->where,
			request->destination, objection);
	return move_fd(&fd);
}
