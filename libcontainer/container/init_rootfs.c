/* SPDX-License-Identifier: Apache-2.0 */
/* Init's steps from the host's directory tree to the container's "/". */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "container/adapt.h"
#include "container/console.h"
#include "container/creation.h"
#include "linux/cgroup_mount.h"
#include "linux/rootfs_lookup.h"
#include "linux/terminal.h"

int init_attach_rootfs(void *context, struct error *err)
{
	struct creation *creation = context;
	const char *asked = creation->config->linux_.rootfs_propagation;
	bool recursive;
	uint64_t propagation = adapt_propagation(asked, &recursive);

	if (!creation->own_mounts)
		return 0;
	if (creation->tree < 0) {
		creation->tree = rootfs_open(creation->state.rootfs, err);
		if (creation->tree < 0)
			return -1;
	}
	return rootfs_attach(&creation->rootfs, move_fd(&creation->tree), creation->state.rootfs,
		recursive || !propagation ? propagation : propagation | MS_REC, err);
}

/*
 * sd_notify(3): the host's socket itself, so that nothing of ours has to stay to pass messages on.
 */
static int init_mount_notify_socket(struct creation *creation, struct error *err)
{
	const char *path = creation->become.notify_socket;
	struct mount_request request = {
		.type = "bind",
		.source = path,
		.destination = BECOME_NOTIFY_SOCKET,
		.idmap_userns_fd = -1,
		.where = "NOTIFY_SOCKET",
		.options.bind = true,
	};

	/* An abstract name belongs to a network namespace: it needs no mount, and reaches no
	 * further. */
	if (!path || path[0] != '/')
		return 0;
	creation->become.passes_notify_socket = true;
	return rootfs_mount(&creation->rootfs, &request, -1, err);
}

int init_mount_all(void *context, struct error *err)
{
	struct creation *creation = context;
	bool cgroup_namespace =
		plan_source(&creation->enter.plan, OCI_NAMESPACE_CGROUP) != PLAN_INHERIT;

	if (!creation->own_mounts)
		return 0;
	for (size_t i = 0; i < creation->config->mounts_length; i++) {
		struct mount_request *request = &creation->mounts[i];
		int result;

		if (creation->enter.plan.prepares_outside)
			request->pid_namespace =
				&creation->enter.plan.namespaces[OCI_NAMESPACE_PID].fd;
		if (request->type && text_starts_with(request->type, "cgroup") &&
			!mount_is_bind(request))
			result = cgroup_mount(&creation->rootfs, request, &creation->cgroup_view,
				cgroup_namespace, err);
		else
			result = rootfs_mount(&creation->rootfs, request,
				move_fd(&creation->mount_sources[i]), err);
		if (result < 0)
			return -1;
	}
	return init_mount_notify_socket(creation, err);
}

static int init_make_device(struct creation *creation, size_t i, struct error *err)
{
	const struct oci_device *asked = &creation->config->linux_.devices[i];
	bool in_user_namespace =
		plan_source(&creation->enter.plan, OCI_NAMESPACE_USER) != PLAN_INHERIT;
	struct device_node node = {
		.path = asked->path,
		.type = asked->type,
		.major = (unsigned int)asked->major.value,
		.minor = (unsigned int)asked->minor.value,
		.mode = asked->file_mode.set ? asked->file_mode.value : 0666,
		.uid = asked->uid.value,
		.gid = asked->gid.value,
	};

	if (rootfs_make_device(&creation->rootfs, &node, in_user_namespace, err) < 0)
		return error_prefix(err, "linux.devices[%zu]", i);
	return 0;
}

int init_make_devices(void *context, struct error *err)
{
	struct creation *creation = context;
	bool in_user_namespace =
		plan_source(&creation->enter.plan, OCI_NAMESPACE_USER) != PLAN_INHERIT;

	if (!creation->own_mounts)
		return 0;
	for (const struct device_node *node = rootfs_default_devices; node->path; node++)
		if (rootfs_make_device(&creation->rootfs, node, in_user_namespace, err) < 0)
			return -1;
	for (size_t i = 0; i < creation->config->linux_.devices_length; i++)
		if (init_make_device(creation, i, err) < 0)
			return -1;
	return rootfs_make_dev_links(&creation->rootfs, err);
}

int init_open_terminal(void *context, struct error *err)
{
	struct creation *creation = context;
	const struct oci_process *process = &creation->config->process;
	cleanup_close int dev = -1, slave = -1;

	if (!process->terminal)
		return 0;
	if (!creation->own_mounts)
		return error_set(err, EINVAL, "process.terminal: needs a new mount namespace");
	dev = rootfs_lookup(&creation->rootfs, "dev", O_PATH | O_DIRECTORY);
	slave = console_open(
		process, dev, creation->console_socket, creation->enter.child_end, err);
	if (slave < 0 || rootfs_bind_console(&creation->rootfs, slave, err) < 0)
		return -1;
	cleanup_fd(&creation->console_socket);
	return terminal_become(slave, process->user.uid, err);
}

/*
 * Without a mount namespace of its own a container has the host's mounts, and a root by chroot(2).
 */
static int init_chroot(struct creation *creation, struct error *err)
{
	if (chdir(creation->state.rootfs) < 0 || chroot(".") < 0)
		return error_errno(err, errno, "root.path: chroot to '%s'", creation->state.rootfs);
	return 0;
}

int init_pivot(void *context, struct error *err)
{
	struct creation *creation = context;

	if (creation->own_mounts) {
		if (rootfs_pivot(&creation->rootfs, creation->options->no_pivot, err) < 0)
			return -1;
	} else if (init_chroot(creation, err) < 0) {
		return -1;
	}
	creation->become.rootfd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (creation->become.rootfd < 0)
		return error_errno(err, errno, "open the container's root");
	return 0;
}

int init_mask_paths(void *context, struct error *err)
{
	struct creation *creation = context;
	const struct oci_linux *linux_ = &creation->config->linux_;
	bool recursive;
	uint64_t propagation = adapt_propagation(linux_->rootfs_propagation, &recursive);

	if (!creation->own_mounts)
		return 0;
	for (size_t i = 0; i < linux_->readonly_paths.length; i++)
		if (rootfs_readonly_path(&creation->rootfs, linux_->readonly_paths.items[i], err) <
			0)
			return error_prefix(err, "linux.readonlyPaths[%zu]", i);
	for (size_t i = 0; i < linux_->masked_paths.length; i++)
		if (rootfs_mask_path(&creation->rootfs, linux_->masked_paths.items[i], err) < 0)
			return error_prefix(err, "linux.maskedPaths[%zu]", i);
	if (creation->config->root.readonly && rootfs_set_readonly(&creation->rootfs, err) < 0)
		return error_prefix(err, "root.readonly");
	if (propagation && rootfs_set_propagation(&creation->rootfs,
				   recursive ? propagation | MS_REC : propagation, err) < 0)
		return error_prefix(err, "linux.rootfsPropagation");
	rootfs_close(&creation->rootfs);
	return 0;
}
