/* SPDX-License-Identifier: Apache-2.0 */
/* Makes sure that the running executable is one that no container can write to. */
#include "linux/self_exe.h"
#include "linux/userns.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* Linux 6.3 */
#endif
#ifndef ST_RDONLY
#define ST_RDONLY 1
#endif

#define SELF_EXE_NAME "elsewhen"
#define SELF_EXE_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* Where "exe" is, in a proven procfs: a file in its place could have us execute it for ever. */
static int self_exe_open_self(struct error *err)
{
	cleanup_close int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs filesystem;

	if (self < 0)
		return error_errno(err, errno,
			"open /proc/self (elsewhen needs a procfs of its PID namespace at /proc)");
	if (fstatfs(self, &filesystem) < 0)
		return error_errno(err, errno, "statfs of /proc/self");
	if (filesystem.f_type != PROC_SUPER_MAGIC)
		return error_set(err, ENODEV, "what is mounted at /proc is not a procfs");
	return move_fd(&self);
}

static bool self_exe_is_read_only(int fd)
{
	struct statfs filesystem;

	return fstatfs(fd, &filesystem) == 0 && (filesystem.f_flags & ST_RDONLY);
}

static bool self_exe_is_sealed(int memfd)
{
	int seals = fcntl(memfd, F_GET_SEALS);

	return seals >= 0 && (seals & SELF_EXE_SEALS) == SELF_EXE_SEALS;
}

/* F_GET_SEALS wants more than an O_PATH fd. */
static bool self_exe_runs_sealed(int self)
{
	cleanup_close int fd = openat(self, "exe", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && self_exe_is_sealed(fd);
}

/*
 * Root's, and we are somebody else who may not write it: then no container of ours can, whatever
 * ids it maps. In a user namespace, root outside is the owner without a mapping.
 */
static bool self_exe_is_foreign(int self, int exe)
{
	const uid_t unmapped = 65534;
	struct error ignored;
	int nested = userns_is_nested(&ignored);
	uid_t root = nested ? unmapped : 0;
	struct stat st;

	return nested >= 0 && fstat(exe, &st) == 0 && st.st_uid == root && st.st_uid != geteuid() &&
	       faccessat(self, "exe", W_OK, AT_EACCESS) < 0 && (errno == EACCES || errno == EPERM);
}

/*
 * Execute only what the next run of self_exe_protect will find protected: it looks at nothing but
 * the file, so this is what keeps it from executing itself again and again. The fd is CLOEXEC:
 * with it goes the anonymous mount namespace of a clone, and then nobody can change the mount.
 */
static int self_exe_execute(int fd, char *const argv[])
{
	fexecve(fd, argv, environ);
	return -errno;
}

static int self_exe_execute_clone(int exe, char *const argv[])
{
	struct mount_attr read_only = { .attr_set = MOUNT_ATTR_RDONLY };
	cleanup_close int clone =
		open_tree(exe, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (clone < 0)
		return -errno;
	if (mount_setattr(clone, "", AT_EMPTY_PATH, &read_only, sizeof(read_only)) < 0)
		return -errno;
	if (!self_exe_is_read_only(clone))
		return -EROFS;
	return self_exe_execute(clone, argv);
}

static int self_exe_make_memfd(void)
{
	int fd = memfd_create(SELF_EXE_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(SELF_EXE_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd;
}

static int self_exe_copy(int self, int memfd)
{
	cleanup_close int source = openat(self, "exe", O_RDONLY | O_CLOEXEC);
	ssize_t copied = 1;

	if (source < 0)
		return -errno;
	while (copied > 0 || (copied < 0 && errno == EINTR))
		copied = sendfile(memfd, source, NULL, 1 << 30);
	return copied < 0 ? -errno : 0;
}

static int self_exe_execute_copy(int self, char *const argv[])
{
	cleanup_close int memfd = self_exe_make_memfd();
	int result;

	if (memfd < 0)
		return -errno;
	result = self_exe_copy(self, memfd);
	if (result < 0)
		return result;
	if (fcntl(memfd, F_ADD_SEALS, SELF_EXE_SEALS) < 0)
		return -errno;
	if (!self_exe_is_sealed(memfd))
		return -EPERM;
	return self_exe_execute(memfd, argv);
}

int self_exe_protect(char *const argv[], struct error *err)
{
	cleanup_close int self = self_exe_open_self(err), exe = -1;
	int clone_failure, copy_failure;

	if (self < 0)
		return -1;
	exe = openat(self, "exe", O_PATH | O_CLOEXEC);
	if (exe < 0)
		return error_errno(err, errno, "open /proc/self/exe");
	if (self_exe_is_read_only(exe) || self_exe_is_foreign(self, exe) ||
		self_exe_runs_sealed(self)) {
		/* The kernel names what is executed by fd after the fd. */
		prctl(PR_SET_NAME, SELF_EXE_NAME, 0, 0, 0);
		return 0;
	}
	clone_failure = self_exe_execute_clone(exe, argv);
	copy_failure = self_exe_execute_copy(self, argv);
	return error_errno(err, -copy_failure,
		"protect the executable against the container: a read-only clone of its mount "
		"failed with errno %d, and a sealed copy of it",
		-clone_failure);
}
