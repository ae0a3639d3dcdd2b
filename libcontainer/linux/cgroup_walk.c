/* SPDX-License-Identifier: Apache-2.0 */
/* The walk through nested cgroups: down by name, up by "..", one directory open at a time. */
#include "linux/cgroup_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/text.h"

#define WALK_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* One level: the names below it, and how many of them have been dealt with. */
struct walk_level {
	struct strv names;
	size_t next;
};

struct walk {
	const struct cgroup_visitor *visitor;
	int fd; /* the directory of the innermost level */
	struct walk_level *levels;
	size_t depth, size;
	int result; /* the first failure */
};

static void walk_note(struct walk *walk, int result)
{
	if (result < 0 && result != -ENOENT && result != -ENODEV && walk->result == 0)
		walk->result = result;
}

/* An entry of unknown type is opened as a directory: the failure says that it is not one. */
static bool may_be_directory(const struct dirent *entry)
{
	return entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
}

static int read_names(int directory, struct strv *names)
{
	cleanup_close int fd = openat(directory, ".", WALK_FLAGS);
	cleanup_dir DIR *stream = NULL;
	const struct dirent *entry;

	if (fd < 0)
		return -errno;
	stream = fdopendir(fd);
	if (!stream)
		return -errno;
	(void)move_fd(&fd);
	while ((errno = 0, entry = readdir(stream)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			may_be_directory(entry))
			strv_add(names, entry->d_name);
	return -errno;
}

static void walk_push(struct walk *walk)
{
	if (walk->depth == walk->size) {
		size_t size = walk->size ? walk->size * 2 : 8;
		struct walk_level *grown = realloc(walk->levels, size * sizeof(*grown));

		if (!grown)
			fatal_out_of_memory();
		walk->levels = grown;
		walk->size = size;
	}
	walk->levels[walk->depth++] = (struct walk_level){ 0 };
	if (walk->visitor->enter)
		walk_note(walk, walk->visitor->enter(walk->fd, walk->visitor->context));
	walk_note(walk, read_names(walk->fd, &walk->levels[walk->depth - 1].names));
}

static void walk_down(struct walk *walk, struct walk_level *level)
{
	int child = openat(walk->fd, level->names.items[level->next], WALK_FLAGS);

	if (child < 0) {
		if (errno != ENOTDIR)
			walk_note(walk, -errno);
		level->next++;
		return;
	}
	replace_fd(&walk->fd, child);
	walk_push(walk);
}

/* False when there is no way up any more. */
static bool walk_up(struct walk *walk)
{
	struct walk_level *level;
	int parent = openat(walk->fd, "..", WALK_FLAGS);

	if (parent < 0) {
		walk_note(walk, errno == ENOENT ? -EIO : -errno);
		return false;
	}
	replace_fd(&walk->fd, parent);
	strv_free(&walk->levels[--walk->depth].names);
	level = &walk->levels[walk->depth - 1];
	if (walk->visitor->leave)
		walk_note(walk, walk->visitor->leave(walk->fd, level->names.items[level->next],
					walk->visitor->context));
	level->next++;
	return true;
}

int cgroup_walk(int top, const struct cgroup_visitor *visitor)
{
	struct walk walk = { .visitor = visitor, .fd = openat(top, ".", WALK_FLAGS) };

	if (walk.fd < 0)
		return errno == ENOENT ? 0 : -errno;
	walk_push(&walk);
	for (;;) {
		struct walk_level *level = &walk.levels[walk.depth - 1];

		if (level->next < level->names.length)
			walk_down(&walk, level);
		else if (walk.depth == 1 || !walk_up(&walk))
			break;
	}
	while (walk.depth > 0)
		strv_free(&walk.levels[--walk.depth].names);
	free(walk.levels);
	replace_fd(&walk.fd, -1);
	return walk.result;
}
