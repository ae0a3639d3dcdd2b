/* SPDX-License-Identifier: Apache-2.0 */
/* Lookups confined to a root: openat2(2), and a walk that does the same one component at a time. */
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

#define PATH_LINKS_MAX 40
/* openat2 answers EAGAIN when a rename or a mount races with it; a hostile container can go on. */
#define PATH_RACES_MAX 64
#define PATH_DEPTH_MAX (PATH_MAX / 2)
#define PATH_PROC_ROOT_INO 1

bool path_without_openat2;

/* What the last component is to become when the walk gets there. */
struct path_goal {
	int flags;      /* open(2) flags of the result */
	bool make;      /* missing directories on the way are made */
	bool make_file; /* and the last component is made as a file, not as a directory */
	mode_t directory_mode, file_mode;
};

/* Every directory on the way down stays open, so that ".." is a step back and never a lookup. */
struct path_walk {
	int fds[PATH_DEPTH_MAX]; /* fds[0] is the root, the caller's */
	size_t depth;            /* index of the directory in which the walk is */
	int links;
	char buffer[PATH_MAX], *rest; /* what is still to be walked; rest points into buffer */
};

static void path_walk_up(struct path_walk *walk)
{
	if (walk->depth > 0)
		cleanup_fd(&walk->fds[walk->depth--]);
}

static int path_walk_down(struct path_walk *walk, int *fd)
{
	if (walk->depth + 1 == PATH_DEPTH_MAX)
		return -ENAMETOOLONG;
	walk->fds[++walk->depth] = move_fd(fd);
	return 0;
}

static void path_walk_close(struct path_walk *walk)
{
	while (walk->depth > 0)
		path_walk_up(walk);
}

/* Takes the next component off the rest; "" when there is none. `rest` keeps a trailing slash. */
static const char *path_walk_take(struct path_walk *walk, char name[NAME_MAX + 1])
{
	size_t length;

	walk->rest += strspn(walk->rest, "/");
	length = strcspn(walk->rest, "/");
	if (length > NAME_MAX)
		return NULL;
	memcpy(name, walk->rest, length);
	name[length] = '\0';
	walk->rest += length;
	return name;
}

/*
 * Links like /proc/PID/exe lead out of any root. Without RESOLVE_NO_MAGICLINKS they are told by
 * their place: the links in the root of a procfs (self, mounts, net) are ordinary, all others are
 * taken for magic, and so is one that the kernel says nothing of.
 */
static bool path_link_is_magic(int link, int parent)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(link, &fs) < 0)
		return true;
	return fs.f_type == PROC_SUPER_MAGIC &&
	       (fstat(parent, &st) < 0 || st.st_ino != PATH_PROC_ROOT_INO);
}

/* Puts the link's target before the rest of the path; an absolute one starts at the root again. */
static int path_walk_link(struct path_walk *walk, int link)
{
	char target[PATH_MAX];
	size_t rest = strlen(walk->rest);
	ssize_t length;

	if (++walk->links > PATH_LINKS_MAX || path_link_is_magic(link, walk->fds[walk->depth]))
		return -ELOOP;
	length = readlinkat(link, "", target, sizeof(target));
	if (length < 0)
		return -errno;
	if (length == 0)
		return -ENOENT;
	if ((size_t)length + rest >= sizeof(walk->buffer))
		return -ENAMETOOLONG;
	memmove(walk->buffer + length, walk->rest, rest + 1);
	memcpy(walk->buffer, target, (size_t)length);
	walk->rest = walk->buffer;
	if (target[0] == '/')
		path_walk_close(walk);
	return 0;
}

/* O_PATH fd of one component, made first when it is missing and that is wanted; or -errno. */
static int path_walk_open(int parent, const char *name, bool last, const struct path_goal *goal)
{
	int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT || !goal->make)
		return fd < 0 ? -errno : fd;
	if (last && goal->make_file) {
		cleanup_close int made = openat(parent, name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, goal->file_mode);

		if (made < 0 && errno != EEXIST)
			return -errno;
	} else if (mkdirat(parent, name, goal->directory_mode) < 0 && errno != EEXIST) {
		return -errno;
	}
	/*
	 * Whatever is there now, made by us or by a rival, is looked at like any other component.
	 */
	fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The last component, known not to be a link to follow: an fd as the goal wants it. */
static int path_walk_finish(int parent, const char *name, int *fd, mode_t type, int flags)
{
	int opened;

	if (flags & O_PATH)
		return (flags & O_DIRECTORY) && !S_ISDIR(type) ? -ENOTDIR : move_fd(fd);
	opened = openat(parent, name, flags | O_NOFOLLOW | O_CLOEXEC);
	return opened < 0 ? -errno : opened;
}

/* One step. *opened becomes the result at the last one. 0 or -errno. */
static int path_walk_step(struct path_walk *walk, const struct path_goal *goal, int *opened)
{
	char buffer[NAME_MAX + 1];
	const char *name = path_walk_take(walk, buffer);
	int parent = walk->fds[walk->depth];
	bool last = *walk->rest == '\0';
	cleanup_close int fd = -1;
	struct stat st;

	if (!name)
		return -ENAMETOOLONG;
	if (!*name) {
		*opened = openat(parent, ".", goal->flags | O_CLOEXEC);
		return *opened < 0 ? -errno : 0;
	}
	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0) {
		path_walk_up(walk);
		return 0;
	}
	fd = path_walk_open(parent, name, last, goal);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode) && !(last && (goal->flags & O_NOFOLLOW)))
		return path_walk_link(walk, fd);
	if (!last)
		return S_ISDIR(st.st_mode) ? path_walk_down(walk, &fd) : -ENOTDIR;
	*opened = path_walk_finish(parent, name, &fd, st.st_mode, goal->flags);
	return *opened < 0 ? *opened : 0;
}

static int path_walk_in_root(int rootfd, const char *path, const struct path_goal *goal)
{
	struct path_walk walk;
	size_t length = strlen(path);
	int result, opened = -1;

	if (length >= sizeof(walk.buffer))
		return -ENAMETOOLONG;
	walk.fds[0] = rootfd;
	walk.depth = 0;
	walk.links = 0;
	walk.rest = memcpy(walk.buffer, path, length + 1);
	do
		result = path_walk_step(&walk, goal, &opened);
	while (result == 0 && opened < 0);
	path_walk_close(&walk);
	return result < 0 ? result : opened;
}

static int path_openat2(int rootfd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	for (int tries = 0; tries < PATH_RACES_MAX; tries++) {
		fd = syscall(SYS_openat2, rootfd, *path ? path : ".", &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd < 0 ? -errno : (int)fd;
}

int path_open_in_root(int rootfd, const char *path, int flags)
{
	const struct path_goal goal = { .flags = flags };
	int fd = -ENOSYS;

	if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE)
		return -EINVAL;
	if (!path_without_openat2)
		fd = path_openat2(rootfd, path, flags);
	/* Seccomp profiles older than openat2 answer EPERM to it. */
	if (fd == -ENOSYS || fd == -EPERM || fd == -EAGAIN)
		fd = path_walk_in_root(rootfd, path, &goal);
	return fd;
}

int path_mkdir_in_root(int rootfd, const char *path, mode_t mode)
{
	const struct path_goal goal = {
		.flags = O_PATH | O_DIRECTORY,
		.make = true,
		.directory_mode = mode,
	};
	int fd = path_open_in_root(rootfd, path, goal.flags);

	return fd == -ENOENT ? path_walk_in_root(rootfd, path, &goal) : fd;
}

int path_mkfile_in_root(int rootfd, const char *path, mode_t mode)
{
	const struct path_goal goal = {
		.flags = O_PATH,
		.make = true,
		.make_file = true,
		.directory_mode = 0755,
		.file_mode = mode,
	};
	size_t length = strlen(path);
	int fd = path_open_in_root(rootfd, path, goal.flags);

	if (fd != -ENOENT)
		return fd;
	if (length > 0 && path[length - 1] == '/')
		return -EISDIR;
	return path_walk_in_root(rootfd, path, &goal);
}

int path_open_parent_in_root(int rootfd, const char *path, bool make, const char **name)
{
	const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
	size_t length = (size_t)(last - path);
	char parent[PATH_MAX];

	if (!*last || strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
		return -EINVAL;
	if (length >= sizeof(parent) || strlen(last) > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(parent, path, length);
	parent[length] = '\0';
	*name = last;
	return make ? path_mkdir_in_root(rootfd, parent, 0755)
		    : path_open_in_root(rootfd, parent, O_PATH | O_DIRECTORY);
}

ssize_t path_read_in_root(int rootfd, const char *path, char **data, size_t limit)
{
	cleanup_close int fd =
		path_open_in_root(rootfd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? io_read_fd(fd, data, limit) : -EINVAL;
}

const char *path_of_fd(int fd, char *buffer)
{
	snprintf(buffer, PATH_FD_SIZE, "/proc/self/fd/%d", fd);
	return buffer;
}
