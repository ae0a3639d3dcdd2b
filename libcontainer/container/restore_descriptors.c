/* SPDX-License-Identifier: Apache-2.0 */
/* What a restored process holds open: only what is in its own mount namespace, or was passed to it. */
#include "container/restore_check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "container/restore_mounts.h"
#include "linux/namespace.h"

/* The mounts of the process's own namespace. */
struct descriptors {
	const struct restored *of;
	const struct mount_table *mounts;
};

/* "net:[4026531840]": that of the host, where the container was to have another. */
static bool descriptors_is_host_namespace(const struct restored *of, const char *link)
{
	for (int type = 0; type < OCI_NAMESPACE_COUNT; type++) {
		char path[64], own[64];
		ssize_t length;

		if (plan_source(&of->creation->enter.plan, (enum oci_namespace_type)type) !=
			PLAN_NEW)
			continue;
		snprintf(path, sizeof(path), "/proc/self/ns/%s",
			namespace_file_name(plan_clone_flags[type]));
		length = readlink(path, own, sizeof(own) - 1);
		if (length <= 0)
			continue;
		own[length] = '\0';
		if (text_equal(own, link))
			return true;
	}
	return false;
}

/* What engines and people have at 0, 1 and 2 is passed on, and where it goes is theirs to know. */
static bool descriptors_is_passed(const struct stat *st)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		struct stat own;

		if (fstat(fd, &own) == 0 && own.st_dev == st->st_dev && own.st_ino == st->st_ino)
			return true;
	}
	return false;
}

/* Memory with a descriptor is in a filesystem of the kernel's own, and never had a name. */
static bool descriptors_is_memory(const char *link, const struct stat *st)
{
	return st->st_nlink == 0 && S_ISREG(st->st_mode) &&
	       (text_starts_with(link, "/memfd:") || text_starts_with(link, "/SYSV") ||
		       text_equal(link, "/dev/zero (deleted)"));
}

/* The mount that what an open descriptor stands for lies in; -errno. */
static int descriptors_mount_of(const struct descriptors *descriptors, const char *name)
{
	cleanup_close int fd = -1;
	char path[64];

	if (text_starts_with(name, "fd/")) {
		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.20s", (int)descriptors->of->pid,
			name + strlen("fd/"));
		return mount_table_id_of(path);
	}
	fd = openat(descriptors->of->directory, name, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	return mount_table_id_of(path);
}

/* `name`: "fd/3", "cwd", "root", "exe", below the process's directory in /proc. */
static int descriptors_check_one(
	const struct descriptors *descriptors, const char *name, struct error *err)
{
	const struct restored *of = descriptors->of;
	char link[PATH_MAX];
	ssize_t length = readlinkat(of->directory, name, link, sizeof(link) - 1);
	struct stat st;
	int mount;

	if (length < 0 || fstatat(of->directory, name, &st, 0) < 0)
		return error_errno(err, errno, "look at %s of process %d", name, (int)of->pid);
	link[length] = '\0';
	if (descriptors_is_host_namespace(of, link))
		return error_set(err, EPERM,
			"process %d of the checkpoint holds a namespace of the host (%s: '%.100s')",
			(int)of->pid, name, link);
	/* Pipes, sockets and the like are of no mount. */
	if (link[0] != '/' && link[0] != '(')
		return 0;
	mount = descriptors_mount_of(descriptors, name);
	if (mount < 0)
		return error_errno(err, -mount, "look at %s of process %d", name, (int)of->pid);
	if (mount_table_by_id(descriptors->mounts, mount) || descriptors_is_memory(link, &st) ||
		(text_starts_with(name, "fd/") && descriptors_is_passed(&st)))
		return 0;
	return error_set(err, EPERM,
		"process %d of the checkpoint holds something of the host (%s: '%.300s')",
		(int)of->pid, name, link);
}

static int descriptors_check_all(const struct descriptors *descriptors, struct error *err)
{
	int fd = openat(descriptors->of->directory, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!entries)
		return error_errno(err, errno, "list the descriptors of process %d",
			(int)descriptors->of->pid);
	while ((entry = readdir(entries))) {
		char name[64];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "fd/%.20s", entry->d_name);
		if (descriptors_check_one(descriptors, name, err) < 0)
			return -1;
	}
	return 0;
}

static int descriptors_check_process(const struct descriptors *descriptors, struct error *err)
{
	static const char *const links[] = { "root", "cwd", "exe" };

	for (size_t i = 0; i < ARRAY_LENGTH(links); i++)
		if (descriptors_check_one(descriptors, links[i], err) < 0)
			return -1;
	return descriptors_check_all(descriptors, err);
}

/* Whether its mounts are init's. */
static int descriptors_shares_mounts(const struct restored *of, struct error *err)
{
	struct stat is, init;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)of->creation->enter.init);
	if (stat(path, &init) < 0 || fstatat(of->directory, "ns/mnt", &is, 0) < 0)
		return error_errno(
			err, errno, "look at the mount namespace of process %d", (int)of->pid);
	return is.st_dev == init.st_dev && is.st_ino == init.st_ino;
}

int restore_check_descriptors(const struct restored *of, struct error *err)
{
	cleanup_mount_table struct mount_table own = { 0 };
	struct descriptors descriptors = { of, &of->mounts };
	int shares = descriptors_shares_mounts(of, err);

	if (shares < 0)
		return -1;
	if (!shares) {
		if (restore_read_mounts(of->pid, &own, err) < 0)
			return -1;
		descriptors.mounts = &own;
	}
	return descriptors_check_process(&descriptors, err);
}
