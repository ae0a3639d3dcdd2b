/* SPDX-License-Identifier: Apache-2.0 */
/* Copies a tree that nobody trusts into a new one, by fds alone. */
#include "linux/mount_copyup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

#define COPYUP_DEPTH_MAX 128
#define COPYUP_CHUNK (1 << 20)

/* One level of the walk: where entries come from, and where they go. */
struct copyup_level {
	DIR *from;
	int to;
};

struct copyup {
	struct copyup_level levels[COPYUP_DEPTH_MAX];
	size_t depth; /* number of open levels */
};

static void copyup_close(struct copyup *copyup)
{
	while (copyup->depth > 0) {
		struct copyup_level *level = &copyup->levels[--copyup->depth];

		cleanup_dir_pointer(&level->from);
		cleanup_fd(&level->to);
	}
}

/* Opens the directory `name` on both sides, "." for the given fds themselves. 0 or -errno. */
static int copyup_enter(struct copyup *copyup, int from, int to, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	cleanup_close int from_fd = -1, to_fd = -1;
	struct copyup_level *level = &copyup->levels[copyup->depth];

	if (copyup->depth == COPYUP_DEPTH_MAX)
		return -ELOOP;
	from_fd = openat(from, name, flags);
	if (from_fd < 0)
		return -errno;
	to_fd = openat(to, name, flags);
	if (to_fd < 0)
		return -errno;
	level->from = fdopendir(from_fd);
	if (!level->from)
		return -errno;
	move_fd(&from_fd); /* the DIR owns it now */
	level->to = move_fd(&to_fd);
	copyup->depth++;
	return 0;
}

/* An owner who is not mapped in this user namespace (EINVAL) cannot be had: root owns it then. */
static int copyup_owner(int to, const char *name, const struct stat *st)
{
	const int flags = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;

	if (fchownat(to, name, st->st_uid, st->st_gid, flags) < 0 && errno != EINVAL)
		return -errno;
	return 0;
}

/* The owner first: chown(2) takes setuid bits away. */
static int copyup_attributes(int to, const struct stat *st)
{
	int result = copyup_owner(to, "", st);

	if (result == 0 && fchmod(to, st->st_mode & 07777) < 0)
		result = -errno;
	return result;
}

static int copyup_content(int from, int to)
{
	ssize_t copied;

	do
		copied = sendfile(to, from, NULL, COPYUP_CHUNK);
	while (copied > 0 || (copied < 0 && errno == EINTR));
	return copied < 0 ? -errno : 0;
}

static int copyup_file(const struct copyup_level *level, const char *name, const struct stat *seen)
{
	/* Not blocking: what was a file when it was seen may be a FIFO by now. */
	cleanup_close int from = openat(dirfd(level->from), name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	cleanup_close int to = -1;
	struct stat st;
	int result;

	if (from < 0 || fstat(from, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_ino != seen->st_ino)
		return -EAGAIN;
	to = openat(level->to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return -errno;
	result = copyup_content(from, to);
	return result < 0 ? result : copyup_attributes(to, &st);
}

static int copyup_link(const struct copyup_level *level, const char *name, const struct stat *st)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(dirfd(level->from), name, target, sizeof(target));

	if (length < 0)
		return -errno;
	if (length == sizeof(target))
		return -ENAMETOOLONG;
	target[length] = '\0';
	if (symlinkat(target, level->to, name) < 0)
		return -errno;
	return copyup_owner(level->to, name, st);
}

/* The new tmpfs is still ours alone, so that its names can be trusted. */
static int copyup_fifo(const struct copyup_level *level, const char *name, const struct stat *st)
{
	int result = mkfifoat(level->to, name, 0600) < 0 ? -errno : 0;

	if (result == 0)
		result = copyup_owner(level->to, name, st);
	if (result == 0 && fchmodat(level->to, name, st->st_mode & 07777, 0) < 0)
		result = -errno;
	return result;
}

static int copyup_directory(struct copyup *copyup, const struct copyup_level *level,
	const char *name, const struct stat *st)
{
	int result;

	if (mkdirat(level->to, name, 0700) < 0)
		return -errno;
	result = copyup_enter(copyup, dirfd(level->from), level->to, name);
	if (result < 0)
		return result;
	return copyup_attributes(copyup->levels[copyup->depth - 1].to, st);
}

static int copyup_entry(struct copyup *copyup, const char *name)
{
	const struct copyup_level *level = &copyup->levels[copyup->depth - 1];
	struct stat st;

	if (fstatat(dirfd(level->from), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	switch (st.st_mode & S_IFMT) {
	case S_IFDIR:
		return copyup_directory(copyup, level, name, &st);
	case S_IFREG:
		return copyup_file(level, name, &st);
	case S_IFLNK:
		return copyup_link(level, name, &st);
	case S_IFIFO:
		return copyup_fifo(level, name, &st);
	default:
		return 0;
	}
}

static int copyup_walk(struct copyup *copyup, const char *where, struct error *err)
{
	while (copyup->depth > 0) {
		struct copyup_level *level = &copyup->levels[copyup->depth - 1];
		struct dirent *entry;
		int result;

		errno = 0;
		entry = readdir(level->from);
		if (!entry && errno != 0)
			return error_errno(err, errno, "%s: tmpcopyup", where);
		if (!entry) {
			cleanup_dir_pointer(&level->from);
			cleanup_fd(&level->to);
			copyup->depth--;
			continue;
		}
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		result = copyup_entry(copyup, entry->d_name);
		if (result < 0)
			return error_errno(
				err, -result, "%s: tmpcopyup of '%s'", where, entry->d_name);
	}
	return 0;
}

int mount_copyup(int from, int to, const char *where, struct error *err)
{
	struct copyup copyup = { .depth = 0 };
	int result = copyup_enter(&copyup, from, to, ".");

	if (result < 0)
		error_errno(err, -result, "%s: tmpcopyup", where);
	else
		result = copyup_walk(&copyup, where, err);
	copyup_close(&copyup);
	return result < 0 ? -1 : 0;
}
