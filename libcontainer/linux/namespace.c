/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/magic.h>
#include <linux/nsfs.h>

#include "base/cleanup.h"
#include "base/text.h"

static const struct {
	int clone_flag;
	const char *file_name;
} namespace_kinds[] = {
	{ CLONE_NEWNS, "mnt" },
	{ CLONE_NEWPID, "pid" },
	{ CLONE_NEWNET, "net" },
	{ CLONE_NEWUTS, "uts" },
	{ CLONE_NEWIPC, "ipc" },
	{ CLONE_NEWUSER, "user" },
	{ CLONE_NEWCGROUP, "cgroup" },
	{ CLONE_NEWTIME, "time" },
};

const char *namespace_file_name(int clone_flag)
{
	for (size_t i = 0; i < ARRAY_LENGTH(namespace_kinds); i++)
		if (namespace_kinds[i].clone_flag == clone_flag)
			return namespace_kinds[i].file_name;
	return NULL;
}

int namespace_open(const char *path, int clone_flag, const char *where, struct error *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct statfs filesystem;
	const char *found;
	int kind;

	if (fd < 0 || fstatfs(fd, &filesystem) < 0)
		return error_errno(err, errno, "%s: open the namespace '%s'", where, path);
	/* Only a namespace's file is asked: to a device the question may mean anything. */
	kind = filesystem.f_type == NSFS_MAGIC ? ioctl(fd, NS_GET_NSTYPE) : -1;
	if (kind == clone_flag)
		return move_fd(&fd);
	found = kind < 0 ? NULL : namespace_file_name(kind);
	if (!found)
		return error_set(err, EINVAL, "%s: '%s' is not a namespace", where, path);
	return error_set(err, EINVAL, "%s: '%s' is a namespace of type %s, not %s", where, path,
		found, namespace_file_name(clone_flag));
}

int namespace_open_own(int clone_flag, struct error *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", namespace_file_name(clone_flag));
	return namespace_open(path, clone_flag, "own namespace", err);
}

bool namespace_is_owned_by(int fd, int user)
{
	cleanup_close int owner = user < 0 ? -1 : ioctl(fd, NS_GET_USERNS);
	struct stat found, asked;

	return owner >= 0 && fstat(owner, &found) == 0 && fstat(user, &asked) == 0 &&
	       found.st_ino == asked.st_ino && found.st_dev == asked.st_dev;
}

int namespace_join(int fd, int clone_flag)
{
	return setns(fd, clone_flag) < 0 ? -errno : 0;
}
