/* SPDX-License-Identifier: Apache-2.0 */
#include "container/restore_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"
#include "linux/cgroup_mount.h"
#include "linux/child.h"
#include "linux/namespace.h"

#define RESTORE_MOUNTS_MAX ((size_t)64 * 1024 * 1024)

/* In the process that has, or joins, the mount namespace in question. */
struct restore_mounts {
	struct creation *creation;
	int namespace; /* to join, or -1 */
	int self;      /* its own directory in the host's /proc */
	int text;      /* a file for what it has in mountinfo */
};

/* Before the pivot: none of them shows more than the container's cgroup. */
static int restore_mount_all(struct creation *creation, struct error *err)
{
	for (size_t i = 0; i < creation->config->mounts_length; i++) {
		const struct mount_request *request = &creation->mounts[i];
		bool cgroup = request->type && text_starts_with(request->type, "cgroup") &&
			      !mount_is_bind(request);

		if (cgroup ? cgroup_mount(&creation->rootfs, request, &creation->cgroup_view, false,
				     err) < 0
			   : rootfs_mount(&creation->rootfs, request, -1, err) < 0)
			return -1;
	}
	return 0;
}

static int restore_write_table(const struct restore_mounts *mounts, struct error *err)
{
	cleanup_free char *text = NULL;
	ssize_t length = io_read_file(mounts->self, "mountinfo", &text, RESTORE_MOUNTS_MAX);
	int result = length < 0 ? (int)length : io_write_all(mounts->text, text, (size_t)length);

	return result < 0 ? error_errno(err, -result, "read the mounts") : 0;
}

static int restore_open_self(struct restore_mounts *mounts, struct error *err)
{
	mounts->self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return mounts->self < 0 ? error_errno(err, errno, "open /proc/self") : 0;
}

static int restore_make_points(void *context, struct error *err)
{
	struct restore_mounts *mounts = context;
	struct creation *creation = mounts->creation;
	int tree;

	if (unshare(CLONE_NEWNS) < 0)
		return error_errno(err, errno, "make a mount namespace");
	tree = rootfs_open(creation->state.rootfs, err);
	if (tree < 0 || rootfs_attach(&creation->rootfs, tree, creation->state.rootfs, 0, err) < 0)
		return -1;
	if (restore_mount_all(creation, err) < 0 || init_make_devices(creation, err) < 0 ||
		restore_open_self(mounts, err) < 0 || init_pivot(creation, err) < 0 ||
		init_mask_paths(creation, err) < 0)
		return -1;
	return restore_write_table(mounts, err);
}

static int restore_table_by(int (*work)(void *context, struct error *err),
	struct restore_mounts *mounts, struct mount_table *table, struct error *err)
{
	cleanup_close int text = memfd_create("mounts", MFD_CLOEXEC);
	char *copy = NULL;
	ssize_t length;
	int result;

	if (text < 0)
		return error_errno(err, errno, "make a file for the mounts");
	mounts->text = text;
	if (child_run_alone("reads the mounts",
		    mounts->namespace < 0 ? NULL : (const int[]){ mounts->namespace, text }, 2,
		    work, mounts, err) < 0)
		return -1;
	if (lseek(text, 0, SEEK_SET) < 0)
		return error_errno(err, errno, "read the mounts");
	length = io_read_fd(text, &copy, RESTORE_MOUNTS_MAX);
	result = length < 0 ? (int)length : mount_table_parse(copy, table);
	return result < 0 ? error_errno(err, -result, "read the mounts") : 0;
}

int restore_make_mount_points(
	struct creation *creation, struct mount_table *expected, struct error *err)
{
	struct restore_mounts mounts = { .creation = creation, .namespace = -1, .self = -1 };

	return restore_table_by(restore_make_points, &mounts, expected, err);
}

/* It is in no namespace but that one, so that nobody of the container sees it. */
static int restore_list_mounts(void *context, struct error *err)
{
	struct restore_mounts *mounts = context;
	int result;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return error_errno(err, errno, "become not dumpable");
	if (restore_open_self(mounts, err) < 0)
		return -1;
	result = namespace_join(mounts->namespace, CLONE_NEWNS);
	if (result < 0)
		return error_errno(err, -result, "join the container's mount namespace");
	return restore_write_table(mounts, err);
}

int restore_read_mounts(pid_t pid, struct mount_table *table, struct error *err)
{
	cleanup_close int namespace = -1;
	struct restore_mounts mounts = { .self = -1 };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	namespace = namespace_open(path, CLONE_NEWNS, "the container's mounts", err);
	if (namespace < 0)
		return -1;
	mounts.namespace = namespace;
	return restore_table_by(restore_list_mounts, &mounts, table, err);
}

static int restore_make_readonly(void *context, struct error *err)
{
	const int *namespace = context;
	cleanup_close int root = -1;
	int result;

	/* Somebody in there must not look into a copy of the runtime. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return error_errno(err, errno, "become not dumpable");
	result = namespace_join(*namespace, CLONE_NEWNS);
	if (result < 0)
		return error_errno(err, -result, "join the container's mount namespace");
	/* setns(2) has made its root ours. */
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return error_errno(err, errno, "open the container's root");
	return mount_set_attributes(root, MOUNT_ATTR_RDONLY, 0, 0, false, err);
}

int restore_set_readonly(pid_t pid, struct error *err)
{
	cleanup_close int namespace = -1;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	namespace = namespace_open(path, CLONE_NEWNS, "root.readonly", err);
	if (namespace < 0)
		return -1;
	if (child_run_alone("makes the root read-only", &namespace, 1, restore_make_readonly,
		    &namespace, err) < 0)
		return error_prefix(err, "root.readonly");
	return 0;
}

int restore_mount_root(const char *rootfs, struct error *err)
{
	if (unshare(CLONE_NEWNS) < 0)
		return error_errno(err, errno, "make a mount namespace for CRIU");
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return error_errno(err, errno, "keep CRIU's mounts from the host");
	if (mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL) < 0)
		return error_errno(err, errno, "root.path: mount '%s' for CRIU", rootfs);
	return 0;
}
