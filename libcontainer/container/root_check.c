/* SPDX-License-Identifier: Apache-2.0 */
#include "container/root_check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"
#include "linux/procfs.h"
#include "linux/userns.h"

#define ROOT_LINKS_MAX 40

struct root_walk {
	const char *path; /* as the caller wrote it */
	int fd;           /* the directory in which the walk is */
	char rest[PATH_MAX];
	char now[PATH_MAX]; /* where the walk is, for messages */
	int links;
	long unknown;  /* the id that stands for those the user namespace does not know; -1: none */
	bool seen_own; /* a component whose owner is known */
};

/* Outside of a user namespace every id is known. */
static int root_learn_unknown(struct root_walk *walk, struct error *err)
{
	char text[32];
	ssize_t length;
	int id, nested = userns_is_nested(err);

	walk->unknown = -1;
	if (nested <= 0)
		return nested;
	length = io_read_small(AT_FDCWD, "/proc/sys/kernel/overflowuid", text, sizeof(text));
	if (length < 0)
		return error_errno(err, (int)-length, "read /proc/sys/kernel/overflowuid");
	text[strcspn(text, "\n")] = '\0';
	if (number_parse_int(text, 0, INT_MAX, &id) < 0)
		return error_set(err, EINVAL, "/proc/sys/kernel/overflowuid: '%s'", text);
	walk->unknown = id;
	return 0;
}

static int root_check_owner(
	struct root_walk *walk, const struct stat *st, const char *at, bool last, struct error *err)
{
	if (st->st_uid == 0 || st->st_uid == geteuid()) {
		walk->seen_own = true;
		return 0;
	}
	if ((long)st->st_uid == walk->unknown && !walk->seen_own && !last)
		return 0;
	return error_set(err, EPERM,
		"--root '%s': '%s' belongs to user %u, not to root or the caller", walk->path, at,
		(unsigned int)st->st_uid);
}

/*
 * A group whose every member may write is a crowd of others, but for root's and the caller's own; an
 * access list shows its mask in the place of the group's bits.
 */
static int root_check_mode(
	struct root_walk *walk, const struct stat *st, const char *at, bool last, struct error *err)
{
	bool others = st->st_mode & S_IWOTH;

	if ((st->st_mode & S_IWGRP) && st->st_gid != 0 && st->st_gid != getegid() &&
		(long)st->st_uid != walk->unknown)
		others = true;
	if (!others || ((st->st_mode & S_ISVTX) && !last))
		return 0;
	return error_set(err, EPERM,
		"--root '%s': others than root and the caller may write to '%s'", walk->path, at);
}

static int root_check_directory(struct root_walk *walk, bool last, struct error *err)
{
	const char *at = walk->now[0] ? walk->now : "/";
	struct stat st;

	if (fstat(walk->fd, &st) < 0)
		return error_errno(err, errno, "--root '%s': look at '%s'", walk->path, at);
	if (root_check_owner(walk, &st, at, last, err) < 0)
		return -1;
	return root_check_mode(walk, &st, at, last, err);
}

/* "" when nothing is left. */
static int root_take(struct root_walk *walk, char name[NAME_MAX + 1], struct error *err)
{
	char *rest = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(rest, "/");

	if (length > NAME_MAX)
		return error_errno(err, ENAMETOOLONG, "--root '%s'", walk->path);
	memcpy(name, rest, length);
	name[length] = '\0';
	memmove(walk->rest, rest + length, strlen(rest + length) + 1);
	return 0;
}

static int root_start(struct root_walk *walk, struct error *err)
{
	replace_fd(&walk->fd, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
	walk->now[0] = '\0';
	if (walk->fd < 0)
		return error_errno(err, errno, "--root '%s': open '/'", walk->path);
	return root_check_directory(walk, false, err);
}

/* Its directory has been checked, so only a sticky one can hold a link of somebody else. */
static int root_follow(struct root_walk *walk, int link, const char *at, struct error *err)
{
	char target[PATH_MAX], rest[PATH_MAX];
	struct stat st;
	ssize_t length;

	if (++walk->links > ROOT_LINKS_MAX)
		return error_errno(err, ELOOP, "--root '%s'", walk->path);
	if (fstat(link, &st) < 0 || (length = readlinkat(link, "", target, sizeof(target) - 1)) < 0)
		return error_errno(err, errno, "--root '%s': read the link '%s'", walk->path, at);
	target[length] = '\0';
	if (root_check_owner(walk, &st, at, false, err) < 0)
		return -1;
	if (snprintf(rest, sizeof(rest), "%s/%s", target, walk->rest) >= (int)sizeof(rest))
		return error_errno(err, ENAMETOOLONG, "--root '%s'", walk->path);
	memcpy(walk->rest, rest, sizeof(rest));
	/* Somebody whom we believe leads to another place: rootless docker's /run/user to the host's. */
	walk->seen_own = false;
	return target[0] == '/' ? root_start(walk, err) : 0;
}

static void root_name(const struct root_walk *walk, const char *name, char at[PATH_MAX])
{
	size_t length = strlen(walk->now);

	memcpy(at, walk->now, length);
	snprintf(at + length, PATH_MAX - length, "/%s", name);
}

static int root_step(struct root_walk *walk, const char *name, struct error *err)
{
	cleanup_close int fd = openat(walk->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	char at[PATH_MAX];
	struct stat st;

	root_name(walk, name, at);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "--root: open '%s'", at);
	if (S_ISLNK(st.st_mode))
		return root_follow(walk, fd, at, err);
	if (!S_ISDIR(st.st_mode))
		return error_errno(err, ENOTDIR, "--root: open '%s'", at);
	replace_fd(&walk->fd, move_fd(&fd));
	memcpy(walk->now, at, sizeof(at));
	return root_check_directory(walk, false, err);
}

/* What is written down of a container names processes, which is worth as much as /proc is. */
static int root_prepare(struct root_walk *walk, const char *path, struct error *err)
{
	cleanup_close int proc = procfs_open_mounted(err);

	*walk = (struct root_walk){ .path = path, .fd = -1 };
	if (proc < 0 || root_learn_unknown(walk, err) < 0)
		return -1;
	if (snprintf(walk->rest, sizeof(walk->rest), "%s", path) >= (int)sizeof(walk->rest))
		return error_errno(err, ENAMETOOLONG, "--root '%s'", path);
	return root_start(walk, err);
}

int root_open(const char *path, struct error *err)
{
	struct root_walk walk;
	char name[NAME_MAX + 1] = "";
	int result = root_prepare(&walk, path, err);

	while (result == 0) {
		result = root_take(&walk, name, err);
		if (result == 0 && !name[0]) {
			result = root_check_directory(&walk, true, err);
			break;
		}
		if (result == 0)
			result = root_step(&walk, name, err);
	}
	if (result < 0) {
		cleanup_fd(&walk.fd);
		return -1;
	}
	return walk.fd;
}
