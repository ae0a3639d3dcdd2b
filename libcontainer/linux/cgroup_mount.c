/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts the cgroup hierarchies into the rootfs, each beginning at the container's own cgroup. */
#include "linux/cgroup_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

#define CGROUP_MOUNT_HOST "/sys/fs/cgroup"

struct cgroup_mounting {
	struct rootfs *rootfs;
	const struct mount_request *request;
	bool cgroup_namespace;
};

/* The request for one part: the attributes that were asked for, of another filesystem. */
static struct mount_request cgroup_mount_part(
	const struct mount_request *request, const char *type, const char *source)
{
	struct mount_request part = *request;

	part.type = type;
	part.source = source;
	part.options.parameters = (struct strv){ 0 };
	return part;
}

/* Parameters would change the hierarchy for the host as well; "ro" and "rw" are attributes too. */
static int cgroup_mount_check(const struct mount_request *request, struct error *err)
{
	const struct strv *parameters = &request->options.parameters;

	for (size_t i = 0; i < parameters->length; i++)
		if (strcmp(parameters->items[i], "ro") != 0 &&
			strcmp(parameters->items[i], "rw") != 0)
			return error_set(err, EINVAL,
				"%s.options: '%s': a container's cgroup mount takes no parameters",
				request->where, parameters->items[i]);
	return 0;
}

static void cgroup_mount_split(const char *list, struct strv *items)
{
	while (*list) {
		size_t length = strcspn(list, ",");
		cleanup_text struct text item = { 0 };

		text_add_bytes(&item, list, length);
		if (length > 0)
			strv_add(items, item.data);
		list += length + (list[length] == ',');
	}
}

static int cgroup_mount_open_bind(
	const struct mount_request *request, const char *directory, struct error *err)
{
	struct mount_request bind = cgroup_mount_part(request, "bind", directory);

	bind.options.bind = true;
	return mount_open_bind(&bind, err);
}

/* All hierarchies of the host, and "ro" means every one of them. */
static int cgroup_mount_open_host(const struct mount_request *request, struct error *err)
{
	struct mount_request bind = cgroup_mount_part(request, "bind", CGROUP_MOUNT_HOST);

	bind.options.bind = true;
	bind.options.bind_recursive = true;
	bind.options.recursive_set |= bind.options.attr_set & ~(uint64_t)MOUNT_ATTR__ATIME;
	bind.options.attr_set = 0;
	bind.options.attr_clear = 0;
	return mount_open_bind(&bind, err);
}

/* A mount of one hierarchy, detached. fd or -1. */
static int cgroup_mount_open(const struct cgroup_mounting *mounting,
	const struct cgroup_view_entry *entry, struct error *err)
{
	const char *type = entry->v1_options ? "cgroup" : "cgroup2";
	struct mount_request part = cgroup_mount_part(mounting->request, type, "cgroup");
	int fd = -1;

	if (mounting->cgroup_namespace) {
		if (entry->v1_options)
			cgroup_mount_split(entry->v1_options, &part.options.parameters);
		fd = mount_open_filesystem(&part, err);
		strv_free(&part.options.parameters);
		/* A user namespace may mount only what its own cgroup namespace shows. */
		if (fd >= 0 || err->code != EPERM)
			return fd;
	}
	return cgroup_mount_open_bind(mounting->request, entry->directory, err);
}

/* Attaches at the request's destination. */
static int cgroup_mount_attach(const struct cgroup_mounting *mounting, int fd, struct error *err)
{
	const struct mount_request *request = mounting->request;
	bool made;
	cleanup_close int target =
		rootfs_open_destination(mounting->rootfs, request, fd, &made, err);

	if (target < 0)
		return -1;
	if (mount_attach(fd, target, request->destination, err) < 0)
		return error_prefix(err, "%s.destination", request->where);
	return 0;
}

/* "cpu,cpuacct" is found as "cpu" and as "cpuacct" too. */
static int cgroup_mount_link(int directory, const char *name, struct error *err)
{
	cleanup_strv struct strv names = { 0 };

	if (!strchr(name, ','))
		return 0;
	cgroup_mount_split(name, &names);
	for (size_t i = 0; i < names.length; i++)
		if (symlinkat(name, directory, names.items[i]) < 0 && errno != EEXIST)
			return error_errno(err, errno, "link '%s'", names.items[i]);
	return 0;
}

static int cgroup_mount_entry(const struct cgroup_mounting *mounting, int directory,
	const struct cgroup_view_entry *entry, struct error *err)
{
	const char *where = mounting->request->where;
	cleanup_close int target = -1, fd = cgroup_mount_open(mounting, entry, err);

	if (fd < 0)
		return error_prefix(err, "cgroup '%s'", entry->name);
	if (mkdirat(directory, entry->name, 0755) < 0)
		return error_errno(err, errno, "%s: cgroup '%s'", where, entry->name);
	target = openat(directory, entry->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0)
		return error_errno(err, errno, "%s: cgroup '%s'", where, entry->name);
	if (mount_attach(fd, target, entry->name, err) < 0 ||
		cgroup_mount_link(directory, entry->name, err) < 0)
		return error_prefix(err, "%s: cgroup", where);
	return 0;
}

/* The tmpfs is attached before it is filled: only attached mounts can be mounted upon. */
static int cgroup_mount_all(
	const struct cgroup_mounting *mounting, const struct cgroup_view *view, struct error *err)
{
	const struct mount_request *request = mounting->request;
	const struct mount_options *options = &request->options;
	struct mount_request part = cgroup_mount_part(request, "tmpfs", "cgroup");
	uint64_t readonly = (options->attr_set | options->recursive_set) & MOUNT_ATTR_RDONLY;
	cleanup_close int fd = -1;

	part.options.attr_set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	part.options.recursive_set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	strv_add(&part.options.parameters, "mode=755");
	fd = mount_open_filesystem(&part, err);
	strv_free(&part.options.parameters);
	if (fd < 0 || cgroup_mount_attach(mounting, fd, err) < 0)
		return -1;
	for (size_t i = 0; i < view->length; i++)
		if (cgroup_mount_entry(mounting, fd, &view->items[i], err) < 0)
			return -1;
	if (mount_set_attributes(fd, readonly, 0, 0, false, err) < 0)
		return error_prefix(err, "%s.options", request->where);
	return 0;
}

static const struct cgroup_view_entry *cgroup_mount_find_v2(const struct cgroup_view *view)
{
	for (size_t i = 0; i < view->length; i++)
		if (!view->items[i].v1_options)
			return &view->items[i];
	return NULL;
}

int cgroup_mount(struct rootfs *rootfs, const struct mount_request *request,
	const struct cgroup_view *view, bool cgroup_namespace, struct error *err)
{
	const struct cgroup_mounting mounting = { rootfs, request, cgroup_namespace };
	const struct cgroup_view_entry *v2 = cgroup_mount_find_v2(view);
	bool v2_wanted = text_equal(request->type, "cgroup2");
	cleanup_close int fd = -1;

	if (cgroup_mount_check(request, err) < 0)
		return -1;
	if (view->length > 0 && v2_wanted && !v2)
		return error_set(err, ENODEV, "%s.type: there is no cgroup v2 hierarchy here",
			request->where);
	if (view->length > 0 && !v2_wanted && (!v2 || view->length > 1))
		return cgroup_mount_all(&mounting, view, err);
	fd = v2 ? cgroup_mount_open(&mounting, v2, err) : cgroup_mount_open_host(request, err);
	return fd < 0 ? -1 : cgroup_mount_attach(&mounting, fd, err);
}
