/* SPDX-License-Identifier: Apache-2.0 */
/* One request of config.json's mounts: made detached, prepared, attached. */
#include "linux/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "linux/mount_copyup.h"
#include "linux/rootfs_lookup.h"

#define ROOTFS_TMPFS_MODE 01777 /* the kernel's default */

static bool rootfs_has_parameter(const struct mount_request *request, const char *prefix)
{
	const struct strv *parameters = &request->options.parameters;

	for (size_t i = 0; i < parameters->length; i++)
		if (text_starts_with(parameters->items[i], prefix))
			return true;
	return false;
}

/* Only "ro" and "rw" leave the superblock alone: it may be in use on the host. */
static bool rootfs_wants_reconfigure(const struct mount_request *request)
{
	const struct strv *parameters = &request->options.parameters;

	if (request->options.bind)
		return false;
	for (size_t i = 0; i < parameters->length; i++)
		if (strcmp(parameters->items[i], "ro") != 0 &&
			strcmp(parameters->items[i], "rw") != 0)
			return true;
	return false;
}

/* Attributes of the tree, then of its top, then the propagation. */
static int rootfs_change_mount(int fd, const struct mount_options *options, struct error *err)
{
	if (mount_set_attributes(
		    fd, options->recursive_set, options->recursive_clear, 0, true, err) < 0 ||
		mount_set_attributes(fd, options->attr_set, options->attr_clear, 0, false, err) < 0)
		return -1;
	return mount_set_attributes(
		fd, 0, 0, options->propagation, options->propagation_recursive, err);
}

static int rootfs_remount(
	const struct rootfs *rootfs, const struct mount_request *request, struct error *err)
{
	cleanup_close int fd = rootfs_lookup(rootfs, request->destination, O_PATH);

	if (fd < 0)
		return error_errno(
			err, -fd, "%s.destination: '%s'", request->where, request->destination);
	if (rootfs_wants_reconfigure(request) && mount_reconfigure(fd, request, err) < 0)
		return -1;
	if (rootfs_change_mount(fd, &request->options, err) < 0)
		return error_prefix(err, "%s.options: remount of '%s'%s", request->where,
			request->destination, err->code == EINVAL ? " (a mount point?)" : "");
	return 0;
}

/*
 * A tmpfs over a directory that the image has looks like that directory (/tmp stays 1777, /run
 * 0755), unless the options say otherwise; and with tmpcopyup it has the same in it.
 */
static int rootfs_prepare_tmpfs(
	int fd, int target, const struct mount_request *request, struct error *err)
{
	bool copy = request->options.tmpcopyup;
	struct stat st;

	if (fstat(target, &st) < 0)
		return error_errno(err, errno, "%s.destination", request->where);
	if (copy && mount_copyup(target, fd, request->where, err) < 0)
		return -1;
	if (copy && !rootfs_has_parameter(request, "uid=") &&
		!rootfs_has_parameter(request, "gid=") &&
		fchownat(fd, "", st.st_uid, st.st_gid, AT_EMPTY_PATH) < 0 && errno != EINVAL)
		return error_errno(err, errno, "%s: owner of a tmpfs", request->where);
	st.st_mode &= 07777;
	if (!rootfs_has_parameter(request, "mode=") && st.st_mode != ROOTFS_TMPFS_MODE &&
		fchmodat(fd, ".", st.st_mode, 0) < 0 && errno != EROFS)
		return error_errno(err, errno, "%s: mode of a tmpfs", request->where);
	return 0;
}

static int rootfs_open_mount(const struct mount_request *request, struct error *err)
{
	const struct mount_options *options = &request->options;
	cleanup_close int fd = -1;

	if (mount_is_bind(request))
		return mount_open_bind(request, err);
	if (request->idmap_userns_fd >= 0 || options->idmap)
		return error_set(
			err, EINVAL, "%s: only a bind mount can be id-mapped", request->where);
	if (options->tmpcopyup && !text_equal(request->type, "tmpfs"))
		return error_set(err, EINVAL, "%s.options: 'tmpcopyup' needs the type tmpfs",
			request->where);
	fd = mount_open_filesystem(request, err);
	if (fd < 0)
		return -1;
	/* A new mount is private already. */
	if (options->propagation && options->propagation != MS_PRIVATE &&
		mount_set_attributes(
			fd, 0, 0, options->propagation, options->propagation_recursive, err) < 0)
		return error_prefix(err, "%s.options", request->where);
	return move_fd(&fd);
}

static bool rootfs_is_readonly_copy(const struct mount_options *options)
{
	return options->tmpcopyup &&
	       ((options->attr_set | options->recursive_set) & MOUNT_ATTR_RDONLY);
}

int rootfs_mount(struct rootfs *rootfs, const struct mount_request *request, int source_fd,
	struct error *err)
{
	cleanup_close int fd = source_fd, target = -1;
	char clean[PATH_MAX];
	bool made;

	if (request->options.remount)
		return rootfs_remount(rootfs, request, err);
	if (fd < 0)
		fd = rootfs_open_mount(request, err);
	if (fd < 0)
		return -1;
	target = rootfs_open_destination(rootfs, request, fd, &made, err);
	if (target < 0)
		return -1;
	if (!made && text_equal(request->type, "tmpfs") && !mount_is_bind(request) &&
		rootfs_prepare_tmpfs(fd, target, request, err) < 0)
		return -1;
	if (rootfs_is_readonly_copy(&request->options) &&
		mount_set_attributes(fd, MOUNT_ATTR_RDONLY, 0, 0, false, err) < 0)
		return error_prefix(err, "%s.options", request->where);
	if (mount_attach(fd, target, request->destination, err) < 0)
		return error_prefix(err, "%s.destination", request->where);
	(void)rootfs_clean(request->destination, clean);
	rootfs_remember(rootfs, clean, rootfs_is_fresh(request) ? move_fd(&fd) : -1);
	return 0;
}
