/* SPDX-License-Identifier: Apache-2.0 */
/* Bind mounts, and what all mounts share: attributes, propagation, attaching. */
#include "linux/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"

#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif
#ifndef ST_NOSYMFOLLOW
#define ST_NOSYMFOLLOW 0x2000 /* statfs(2) */
#endif

/* statfs(2) tells the attributes of a mount in bits of its own. */
static const struct {
	unsigned long statvfs;
	uint64_t attribute;
} mount_attribute_bits[] = {
	{ ST_RDONLY, MOUNT_ATTR_RDONLY },
	{ ST_NOSUID, MOUNT_ATTR_NOSUID },
	{ ST_NODEV, MOUNT_ATTR_NODEV },
	{ ST_NOEXEC, MOUNT_ATTR_NOEXEC },
	{ ST_NODIRATIME, MOUNT_ATTR_NODIRATIME },
	{ ST_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW },
};

/*
 * Leaves alone what the mount has already and what is to be cleared: in a user namespace that may
 * be locked, as is any change of atime (mount_namespaces(7)).
 */
static bool mount_keep_locked(int fd, struct mount_attr *attr)
{
	uint64_t clear = attr->attr_clr, locked = MOUNT_ATTR__ATIME;
	struct statvfs st;

	if (fstatvfs(fd, &st) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(mount_attribute_bits); i++)
		if (st.f_flag & mount_attribute_bits[i].statvfs)
			locked |= mount_attribute_bits[i].attribute;
	attr->attr_clr &= ~locked;
	attr->attr_set &= ~(uint64_t)MOUNT_ATTR__ATIME;
	return attr->attr_clr != clear;
}

/* mount_setattr(2), or nothing when there is nothing to set. 0 or -errno. */
static int mount_change(int fd, struct mount_attr attr, bool recursive)
{
	unsigned int flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);

	if (!attr.attr_set && !attr.attr_clr && !attr.propagation)
		return 0;
	if (mount_setattr(fd, "", flags, &attr, sizeof(attr)) == 0)
		return 0;
	if (errno != EPERM || recursive || !mount_keep_locked(fd, &attr))
		return -errno;
	if (!attr.attr_set && !attr.attr_clr && !attr.propagation)
		return 0;
	return mount_setattr(fd, "", flags, &attr, sizeof(attr)) < 0 ? -errno : 0;
}

int mount_set_attributes(int fd, uint64_t set, uint64_t clear, uint64_t propagation, bool recursive,
	struct error *err)
{
	const struct mount_attr attr = {
		.attr_set = set,
		.attr_clr = clear,
		.propagation = propagation,
	};
	int result = mount_change(fd, attr, recursive);

	if (result == -ENOSYS)
		return error_set(err, ENOSYS, "mount_setattr(2): needs Linux 5.12");
	if (result < 0)
		return error_errno(err, -result, "mount_setattr(2)");
	return 0;
}

/* What is to be done to the whole clone, and then what to its top mount alone. */
struct mount_bind_changes {
	struct mount_attr tree, top;
};

static struct mount_bind_changes mount_bind_plan(const struct mount_request *request)
{
	const struct mount_options *options = &request->options;
	struct mount_bind_changes changes = {
		.tree = { .attr_set = options->recursive_set,
			.attr_clr = options->recursive_clear },
		.top = { .attr_set = options->attr_set, .attr_clr = options->attr_clear },
	};

	if (!options->propagation)
		changes.tree.propagation = MS_SLAVE;
	else if (options->propagation_recursive)
		changes.tree.propagation = options->propagation;
	else
		changes.top.propagation = options->propagation;
	if (request->idmap_userns_fd >= 0) {
		struct mount_attr *mapped = options->idmap_recursive ? &changes.tree : &changes.top;

		mapped->attr_set |= MOUNT_ATTR_IDMAP;
		mapped->userns_fd = (uint64_t)request->idmap_userns_fd;
	}
	return changes;
}

/* A clone of a single mount has no tree below its top: one system call does for both. */
static void mount_bind_merge(struct mount_bind_changes *changes)
{
	struct mount_attr *tree = &changes->tree, *top = &changes->top;

	tree->attr_set = (tree->attr_set & ~top->attr_clr) | top->attr_set;
	tree->attr_clr = (tree->attr_clr & ~top->attr_set) | top->attr_clr;
	tree->propagation = top->propagation ? top->propagation : tree->propagation;
	tree->userns_fd = tree->userns_fd ? tree->userns_fd : top->userns_fd;
	*top = (struct mount_attr){ 0 };
}

static int mount_bind_change(int fd, const struct mount_attr *attr,
	const struct mount_request *request, bool recursive, struct error *err)
{
	int result = mount_change(fd, *attr, recursive);

	if (result == 0)
		return 0;
	if (result == -ENOSYS)
		return error_set(err, ENOSYS, "%s: the attributes of a bind mount need Linux 5.12",
			request->where);
	if (attr->attr_set & MOUNT_ATTR_IDMAP)
		return error_errno(err, -result, "%s.source: '%s' cannot be mounted id-mapped",
			request->where, request->source);
	return error_errno(err, -result, "%s.options: cannot be set on a bind mount of '%s'",
		request->where, request->source);
}

bool mount_is_bind(const struct mount_request *request)
{
	const struct mount_options *options = &request->options;

	if (options->remount)
		return false;
	return options->bind || text_equal(request->type, "bind");
}

static int mount_open_source(const struct mount_request *request, struct error *err)
{
	bool recursive = request->options.bind_recursive;
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0);
	int fd;

	if (!request->source)
		return error_set(err, EINVAL, "%s.source: a bind mount needs one", request->where);
	fd = open_tree(AT_FDCWD, request->source, flags);
	if (fd >= 0)
		return fd;
	if (errno == EINVAL && !recursive)
		return error_set(err, EINVAL,
			"%s.source: '%s' cannot be bound: it is unbindable, or mounts below it are "
			"locked in this user namespace and need 'rbind'",
			request->where, request->source);
	return error_errno(err, errno, "%s.source: '%s'", request->where, request->source);
}

int mount_open_bind(const struct mount_request *request, struct error *err)
{
	struct mount_bind_changes changes = mount_bind_plan(request);
	const struct mount_options *options = &request->options;
	cleanup_close int fd = -1;

	if (options->idmap && request->idmap_userns_fd < 0)
		return error_set(err, EINVAL,
			"%s.options: 'idmap' needs id mappings, of the mount or of a user "
			"namespace",
			request->where);
	fd = mount_open_source(request, err);
	if (fd < 0)
		return -1;
	if (!options->bind_recursive)
		mount_bind_merge(&changes);
	if (mount_bind_change(fd, &changes.tree, request, options->bind_recursive, err) < 0 ||
		mount_bind_change(fd, &changes.top, request, false, err) < 0)
		return -1;
	return move_fd(&fd);
}

int mount_clone(int fd, bool recursive)
{
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH |
			     (recursive ? AT_RECURSIVE : 0);
	int clone = open_tree(fd, "", flags);

	return clone < 0 ? -errno : clone;
}

int mount_attach(int mount_fd, int target_fd, const char *what, struct error *err)
{
	if (move_mount(mount_fd, "", target_fd, "",
		    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return error_errno(err, errno, "%s: cannot be attached", what);
	return 0;
}
