/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/rootfs_lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/path.h"

int rootfs_clean(const char *path, char clean[PATH_MAX])
{
	size_t used = 0;

	for (size_t length; *path; path += length) {
		path += strspn(path, "/");
		length = strcspn(path, "/");
		if (length == 0 || (length == 1 && path[0] == '.'))
			continue;
		if (length == 2 && path[0] == '.' && path[1] == '.') {
			while (used > 0 && clean[--used] != '/')
				;
			continue;
		}
		if (used + 1 + length >= PATH_MAX)
			return -ENAMETOOLONG;
		if (used > 0)
			clean[used++] = '/';
		memcpy(clean + used, path, length);
		used += length;
	}
	clean[used] = '\0';
	return 0;
}

/* What is left of `path` below `above`: "" for the same, NULL when it is not below. */
static const char *lookup_below(const char *path, const char *above)
{
	size_t length = strlen(above);

	if (strncmp(path, above, length) != 0)
		return NULL;
	if (!path[length])
		return path + length;
	return path[length] == '/' ? path + length + 1 : NULL;
}

int rootfs_base(const struct rootfs *rootfs, const char *clean, const char **rest)
{
	const struct rootfs_mounted *best = NULL;

	*rest = clean;
	for (size_t i = 0; i < rootfs->mounted_length; i++) {
		const struct rootfs_mounted *mounted = &rootfs->mounted[i];
		const char *below = lookup_below(clean, mounted->path);

		/* A mount point itself is found in what it is mounted on. */
		if (!below || (!*below && mounted->fd < 0))
			continue;
		if (!best || strlen(mounted->path) >= strlen(best->path))
			best = mounted;
	}
	if (!best || best->fd < 0)
		return rootfs->fd;
	*rest = lookup_below(clean, best->path);
	return best->fd;
}

int rootfs_lookup(const struct rootfs *rootfs, const char *path, int flags)
{
	char clean[PATH_MAX];
	const char *rest;
	int base, result = rootfs_clean(path, clean);

	if (result < 0)
		return result;
	base = rootfs_base(rootfs, clean, &rest);
	return path_open_in_root(base, rest, flags);
}

/* What lies below the new mount is covered by it. */
static void lookup_drop_below(struct rootfs *rootfs, const char *clean)
{
	size_t kept = 0;

	for (size_t i = 0; i < rootfs->mounted_length; i++) {
		struct rootfs_mounted *mounted = &rootfs->mounted[i];

		if (lookup_below(mounted->path, clean)) {
			cleanup_fd(&mounted->fd);
			free(mounted->path);
		} else {
			rootfs->mounted[kept++] = *mounted;
		}
	}
	rootfs->mounted_length = kept;
}

void rootfs_remember(struct rootfs *rootfs, const char *clean, int fd)
{
	struct rootfs_mounted *grown;

	lookup_drop_below(rootfs, clean);
	grown = realloc(rootfs->mounted, (rootfs->mounted_length + 1) * sizeof(*grown));
	if (!grown)
		fatal_out_of_memory();
	rootfs->mounted = grown;
	grown += rootfs->mounted_length++;
	*grown = (struct rootfs_mounted){ .path = strdup(clean), .fd = fd };
	if (!grown->path)
		fatal_out_of_memory();
}

bool rootfs_is_fresh(const struct mount_request *request)
{
	static const char *const types[] = { "proc", "sysfs", "tmpfs", "ramfs", "devpts", "mqueue",
		"cgroup", "cgroup2" };

	/* A copy of the image's directory has the image's links. */
	if (mount_is_bind(request) || request->options.tmpcopyup || !request->type)
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		if (strcmp(request->type, types[i]) == 0)
			return true;
	return false;
}

void rootfs_forget(struct rootfs *rootfs)
{
	lookup_drop_below(rootfs, "");
	free(rootfs->mounted);
	rootfs->mounted = NULL;
}
