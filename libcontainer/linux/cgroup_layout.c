/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the cgroup hierarchies: /proc/self/mountinfo (proc(5)) and /proc/self/cgroup (cgroups(7)).
 */
#include "linux/cgroup_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/io.h"
#include "base/text.h"

#define CGROUP_MOUNT "/sys/fs/cgroup"
#define PROC_FILE_LIMIT (64u << 20)

/* The fields of a mountinfo line that matter here; pointers into the line. */
struct mount_line {
	char *device, *root, *mount, *type, *options;
};

char *cgroup_copy_text(const char *text)
{
	struct text copy = { 0 };

	text_add(&copy, text);
	return copy.data;
}

/* mountinfo writes blank, tab, newline and backslash as \ooo. In place. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' &&
			from[2] <= '7' && from[3] >= '0' && from[3] <= '7') {
			*to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* "36 35 0:30 /root /mount rw master:1 - type source options"; false for a line unlike that. */
static bool split_mount_line(char *line, struct mount_line *fields)
{
	char *separator = strstr(line, " - "), *next = NULL;

	if (!separator)
		return false;
	*separator = '\0';
	if (!strtok_r(line, " ", &next) || !strtok_r(NULL, " ", &next))
		return false;
	fields->device = strtok_r(NULL, " ", &next);
	fields->root = strtok_r(NULL, " ", &next);
	fields->mount = strtok_r(NULL, " ", &next);
	fields->type = strtok_r(separator + 3, " ", &next);
	if (!strtok_r(NULL, " ", &next))
		return false;
	fields->options = strtok_r(NULL, " ", &next);
	if (!fields->mount || !fields->type || !fields->options)
		return false;
	unescape(fields->root);
	unescape(fields->mount);
	return true;
}

/* Whether `word`, of `length` bytes, is an item of a comma-separated list. */
bool cgroup_list_has(const char *list, const char *word, size_t length)
{
	while (*list) {
		size_t item = strcspn(list, ",");

		if (item == length && strncmp(list, word, length) == 0)
			return true;
		list += item + (list[item] == ',');
	}
	return false;
}

/*
 * Finds the line "4:cpu,cpuacct:/path" of the hierarchy with these mount options (v2: "0::/path").
 * The line, not the mount, says what is a controller: mount options also hold flags.
 */
static const char *find_membership(
	const char *membership, bool v2, const char *options, size_t *controllers_length)
{
	const char *end;

	for (const char *line = membership; *line; line = *end ? end + 1 : end) {
		const char *controllers = strchr(line, ':');
		size_t length;

		end = line + strcspn(line, "\n");
		if (!controllers || controllers > end)
			continue;
		length = strcspn(++controllers, ":\n");
		if (controllers[length] != ':')
			continue;
		*controllers_length = length;
		if (v2 && length == 0)
			return controllers;
		if (!v2 && length &&
			cgroup_list_has(options, controllers, strcspn(controllers, ",:")))
			return controllers;
	}
	return NULL;
}

/* The part of `path` below the directory that the mount shows; NULL when it is not below it. */
static char *path_below(const char *path, size_t length, const char *root)
{
	size_t skip = strcmp(root, "/") == 0 ? 0 : strlen(root);
	struct text below = { 0 };

	if (length < skip || strncmp(path, root, skip) != 0 ||
		(length > skip && path[skip] != '/') || strncmp(path, "/..", 3) == 0)
		return NULL;
	text_add_bytes(&below, path + skip, length == skip + 1 ? 0 : length - skip);
	return below.data;
}

static void layout_add(struct cgroup_layout *layout, const struct cgroup_hierarchy *hierarchy)
{
	size_t size = (layout->length + 1) * sizeof(layout->items[0]);
	struct cgroup_hierarchy *grown = realloc(layout->items, size);

	if (!grown)
		fatal_out_of_memory();
	layout->items = grown;
	layout->items[layout->length++] = *hierarchy;
}

static void parse_mount_line(char *line, const char *membership, struct cgroup_layout *layout)
{
	struct cgroup_hierarchy hierarchy = { 0 };
	struct mount_line fields;
	const char *found;
	size_t length = 0;

	/* Most lines are of other file systems: they are not taken apart. */
	if (!strstr(line, " - cgroup") || !split_mount_line(line, &fields))
		return;
	hierarchy.v2 = strcmp(fields.type, "cgroup2") == 0;
	if (!hierarchy.v2 && strcmp(fields.type, "cgroup") != 0)
		return;
	found = find_membership(membership, hierarchy.v2, fields.options, &length);
	if (!found && !hierarchy.v2)
		return;
	if (!hierarchy.v2) {
		struct text controllers = { 0 };

		text_add_bytes(&controllers, found, length);
		hierarchy.controllers = controllers.data;
	}
	if (found)
		hierarchy.own = path_below(
			found + length + 1, strcspn(found + length + 1, "\n"), fields.root);
	hierarchy.device = cgroup_copy_text(fields.device);
	hierarchy.root = cgroup_copy_text(fields.root);
	hierarchy.mount = cgroup_copy_text(fields.mount);
	layout_add(layout, &hierarchy);
}

void cgroup_layout_parse(
	const char *mountinfo, const char *membership, struct cgroup_layout *layout)
{
	cleanup_free char *copy = cgroup_copy_text(mountinfo);
	char *next = NULL;

	for (char *line = strtok_r(copy, "\n", &next); line; line = strtok_r(NULL, "\n", &next))
		parse_mount_line(line, membership, layout);
}

static void hierarchy_free(struct cgroup_hierarchy *hierarchy)
{
	free(hierarchy->device);
	free(hierarchy->mount);
	free(hierarchy->root);
	free(hierarchy->controllers);
	free(hierarchy->own);
}

static void layout_remove(struct cgroup_layout *layout, size_t index)
{
	hierarchy_free(&layout->items[index]);
	layout->length--;
	memmove(&layout->items[index], &layout->items[index + 1],
		(layout->length - index) * sizeof(layout->items[0]));
}

static bool is_better_mount(const struct cgroup_hierarchy *a, const struct cgroup_hierarchy *b)
{
	bool a_usual = text_starts_with(a->mount, CGROUP_MOUNT);
	bool b_usual = text_starts_with(b->mount, CGROUP_MOUNT);

	if (a_usual != b_usual)
		return a_usual;
	return strlen(a->root) < strlen(b->root);
}

void cgroup_layout_choose(struct cgroup_layout *layout)
{
	for (size_t i = 0; i < layout->length; i++) {
		for (size_t j = i + 1; j < layout->length;) {
			struct cgroup_hierarchy *a = &layout->items[i], *b = &layout->items[j];

			if (strcmp(a->device, b->device) != 0) {
				j++;
				continue;
			}
			if (is_better_mount(b, a)) {
				struct cgroup_hierarchy better = *b;

				*b = *a;
				*a = better;
			}
			layout_remove(layout, j);
		}
	}
}

/* Not there for us: what lies on the way is somebody else's, or something else. */
static bool layout_is_out_of_reach(int code)
{
	return code == ENOENT || code == ENOTDIR || code == EACCES;
}

/* A mount that another one hides is still in mountinfo, but its path leads elsewhere. 0 or -errno. */
static int layout_drop_hidden(struct cgroup_layout *layout)
{
	for (size_t i = 0; i < layout->length;) {
		char device[32] = "";
		struct stat st;

		if (stat(layout->items[i].mount, &st) == 0)
			(void)snprintf(device, sizeof(device), "%u:%u", major(st.st_dev),
				minor(st.st_dev));
		else if (!layout_is_out_of_reach(errno))
			return -errno;
		if (strcmp(device, layout->items[i].device) == 0)
			i++;
		else
			layout_remove(layout, i);
	}
	return 0;
}

static bool layout_is_pure_v2(void)
{
	struct statfs fs;

	return statfs(CGROUP_MOUNT, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

int cgroup_layout_read(bool thorough, struct cgroup_layout *layout, struct error *err)
{
	cleanup_free char *mountinfo = NULL, *membership = NULL;
	ssize_t got;
	int result;

	if (!thorough && layout_is_pure_v2()) {
		struct cgroup_hierarchy v2 = { .v2 = true,
			.device = cgroup_copy_text(""),
			.mount = cgroup_copy_text(CGROUP_MOUNT),
			.root = cgroup_copy_text("/") };

		layout_add(layout, &v2);
		return 0;
	}
	got = io_read_file(AT_FDCWD, "/proc/self/mountinfo", &mountinfo, PROC_FILE_LIMIT);
	if (got < 0)
		return error_errno(err, (int)-got, "cannot read /proc/self/mountinfo");
	got = io_read_file(AT_FDCWD, "/proc/self/cgroup", &membership, PROC_FILE_LIMIT);
	/* ENOENT: a kernel without cgroups has no such file. */
	if (got < 0 && got != -ENOENT)
		return error_errno(err, (int)-got, "cannot read /proc/self/cgroup");
	cgroup_layout_parse(mountinfo, membership ? membership : "", layout);
	result = layout_drop_hidden(layout);
	if (result < 0)
		return error_errno(err, -result, "look at the mounts of cgroups");
	cgroup_layout_choose(layout);
	return 0;
}

void cgroup_layout_free(struct cgroup_layout *layout)
{
	for (size_t i = 0; i < layout->length; i++)
		hierarchy_free(&layout->items[i]);
	free(layout->items);
	*layout = (struct cgroup_layout){ 0 };
}
