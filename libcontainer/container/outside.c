/* SPDX-License-Identifier: Apache-2.0 */
#include "container/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "container/become.h"
#include "container/plan.h"
#include "linux/namespace.h"
#include "linux/rootfs.h"

#define OUTSIDE_NULL "/dev/null"
#define OUTSIDE_CGROUP "cgroup:" /* before the name of a hierarchy */
/* The majors of what a person's descriptors are: tty, console, and pseudo-terminals. */
#define OUTSIDE_TTY_MAJOR 4
#define OUTSIDE_TTYAUX_MAJOR 5
#define OUTSIDE_PTS_MAJOR 136
#define OUTSIDE_PTS_MAJOR_LAST 143

bool outside_is_bind(const struct oci_mount *mount)
{
	if (text_equal(mount->type, "bind"))
		return true;
	for (size_t i = 0; i < mount->options.length; i++)
		if (text_equal(mount->options.items[i], "bind") ||
			text_equal(mount->options.items[i], "rbind"))
			return true;
	return false;
}

/* --- on dump */

/* The mount that a path of the container leads into; NULL: no such path. */
static const struct mount_entry *outside_mount_of(
	const struct mount_table *table, int root, const char *path)
{
	cleanup_close int fd = path_open_in_root(root, path, O_PATH);
	char fdinfo[64];

	if (fd < 0)
		return NULL;
	snprintf(fdinfo, sizeof(fdinfo), "/proc/self/fdinfo/%d", fd);
	return mount_table_by_id(table, mount_table_id_of(fdinfo));
}

/* Mounts below the source came along with "rbind": they are named by where they are in it. */
static void outside_add_submounts(const struct mount_table *table, const struct mount_entry *top,
	const char *name, struct criu_pairs *mounts)
{
	size_t length = strlen(top->point);

	for (size_t i = 0; i < table->length; i++) {
		const struct mount_entry *entry = &table->items[i];
		cleanup_text struct text below = { 0 };

		if (!mount_table_is_below(table, entry, top->id) ||
			strncmp(entry->point, top->point, length) != 0)
			continue;
		text_printf(&below, "%s%s", name, entry->point + length);
		criu_pairs_add(mounts, entry->point, below.data);
	}
}

static bool outside_is_listed(const struct criu_pairs *mounts, const char *point)
{
	for (size_t i = 0; i < mounts->length; i++)
		if (text_equal(mounts->items[i].key, point))
			return true;
	return false;
}

static void outside_find_binds(const struct oci_config *config, const struct mount_table *table,
	int root, struct criu_pairs *mounts)
{
	for (size_t i = 0; i < config->mounts_length; i++) {
		const struct oci_mount *mount = &config->mounts[i];
		const struct mount_entry *entry;

		if (!outside_is_bind(mount))
			continue;
		entry = outside_mount_of(table, root, mount->destination);
		/* Unmounted since, or a later one has covered it. */
		if (!entry || text_equal(entry->point, "/") ||
			outside_is_listed(mounts, entry->point))
			continue;
		criu_pairs_add(mounts, entry->point, mount->destination);
		outside_add_submounts(table, entry, mount->destination, mounts);
	}
}

static bool outside_is_cgroup(const struct oci_mount *mount)
{
	return mount->type && text_starts_with(mount->type, "cgroup") && !outside_is_bind(mount);
}

/*
 * A restored container has its cgroup elsewhere, and how much of a hierarchy a mount shows depends on who looks:
 * so CRIU mounts none of them, and each is named by its hierarchy. From inside the container's cgroup namespace
 * CRIU would see what it can mount, but with "nsdelegate" may not freeze it from there.
 */
static void outside_find_cgroups(
	const struct oci_config *config, const struct mount_table *table, struct criu_pairs *mounts)
{
	for (size_t i = 0; i < config->mounts_length; i++) {
		const char *destination = config->mounts[i].destination;
		size_t length = strlen(destination);

		for (size_t j = 0; outside_is_cgroup(&config->mounts[i]) && j < table->length;
			j++) {
			const struct mount_entry *entry = &table->items[j];
			cleanup_text struct text name = { 0 };

			if (!text_starts_with(entry->type, "cgroup") ||
				!text_starts_with(entry->point, destination) ||
				outside_is_listed(mounts, entry->point))
				continue;
			/* Alone it lies on the destination itself. */
			text_printf(&name, OUTSIDE_CGROUP "%s",
				entry->point[length] == '/' ? entry->point + length + 1
							    : CGROUP_VIEW_V2);
			criu_pairs_add(mounts, entry->point, name.data);
		}
	}
}

/* Nodes that could not be made (in a user namespace) are the host's own, and so is the notify socket. */
static void outside_find_singles(
	const struct oci_config *config, const struct mount_table *table, struct criu_pairs *mounts)
{
	for (const struct device_node *node = rootfs_default_devices; node->path; node++)
		if (mount_table_at(table, node->path) && !outside_is_listed(mounts, node->path))
			criu_pairs_add(mounts, node->path, node->path);
	for (size_t i = 0; i < config->linux_.devices_length; i++) {
		const char *path = config->linux_.devices[i].path;

		if (mount_table_at(table, path) && !outside_is_listed(mounts, path))
			criu_pairs_add(mounts, path, path);
	}
	if (mount_table_at(table, BECOME_NOTIFY_SOCKET))
		criu_pairs_add(mounts, BECOME_NOTIFY_SOCKET, BECOME_NOTIFY_SOCKET);
}

static int outside_find_namespaces(
	const struct oci_config *config, pid_t pid, struct strv *external, struct error *err)
{
	static const struct {
		enum oci_namespace_type type;
		const char *file, *name;
	} kinds[] = {
		{ OCI_NAMESPACE_NETWORK, "net", OUTSIDE_NETWORK },
		{ OCI_NAMESPACE_PID, "pid", OUTSIDE_PID },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		const struct oci_namespace *asked = oci_config_namespace(config, kinds[i].type);
		cleanup_text struct text entry = { 0 };
		struct stat st;
		char path[64];

		if (!asked || !asked->path)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, kinds[i].file);
		if (stat(path, &st) < 0)
			return error_errno(err, errno, "look at '%s'", path);
		text_printf(&entry, "%s[%llu]:%s", kinds[i].file, (unsigned long long)st.st_ino,
			kinds[i].name);
		strv_add(external, entry.data);
	}
	return 0;
}

static bool outside_is_terminal(const struct stat *st)
{
	unsigned int number = major(st->st_rdev);

	return S_ISCHR(st->st_mode) &&
	       (number == OUTSIDE_TTY_MAJOR || number == OUTSIDE_TTYAUX_MAJOR ||
		       (number >= OUTSIDE_PTS_MAJOR && number <= OUTSIDE_PTS_MAJOR_LAST));
}

/* What a link in /proc/PID/fd says, as far as it needs no escape in JSON. */
static void outside_describe(const char *link, struct text *description)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/:[]_-. @+,()";

	text_add(description, link[strspn(link, plain)] == '\0' ? link : "");
}

/*
 * A pipe's other end is outside: CRIU puts in its place what it inherits under that name. A file that lies in no
 * mount of the container must be named, or CRIU does not dump it; a terminal is for --shell-job.
 */
static void outside_find_descriptor(const struct mount_table *table, pid_t pid, int fd,
	struct strv *external, struct strv *descriptors)
{
	cleanup_text struct text description = { 0 };
	char path[64], fdinfo[64], link[PATH_MAX];
	struct stat st;
	ssize_t length;
	int mount;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
	snprintf(fdinfo, sizeof(fdinfo), "/proc/%d/fdinfo/%d", (int)pid, fd);
	length = readlink(path, link, sizeof(link) - 1);
	if (length < 0 || stat(path, &st) < 0) {
		strv_add(descriptors, "");
		return;
	}
	link[length] = '\0';
	mount = mount_table_id_of(fdinfo);
	if (link[0] == '/' && mount >= 0 && !mount_table_by_id(table, mount) &&
		!outside_is_terminal(&st)) {
		text_printf(&description, "file[%x:%llx]", (unsigned int)mount,
			(unsigned long long)st.st_ino);
		strv_add(external, description.data);
	} else {
		outside_describe(link, &description);
	}
	strv_add(descriptors, description.data ? description.data : "");
}

int outside_find(const struct oci_config *config, pid_t pid, struct criu_options *options,
	struct strv *descriptors, struct error *err)
{
	cleanup_mount_table struct mount_table table = { 0 };
	cleanup_close int root = -1;
	char path[64];
	int result = mount_table_read(pid, &table);

	if (result < 0)
		return error_errno(err, -result, "read the mounts of the container");
	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return error_errno(err, errno, "open '%s'", path);
	outside_find_binds(config, &table, root, &options->mounts);
	outside_find_cgroups(config, &table, &options->mounts);
	outside_find_singles(config, &table, &options->mounts);
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		outside_find_descriptor(&table, pid, fd, &options->external, descriptors);
	return outside_find_namespaces(config, pid, &options->external, err);
}

/* --- on restore */

static void outside_name_submounts(const struct mount_table *table, const char *name,
	const char *source, struct criu_pairs *mounts)
{
	cleanup_free char *resolved = realpath(source, NULL);
	size_t length = resolved ? strlen(resolved) : 0;

	for (size_t i = 0; resolved && i < table->length; i++) {
		const char *point = table->items[i].point;
		cleanup_text struct text below = { 0 };

		if (strncmp(point, resolved, length) != 0 || point[length] != '/')
			continue;
		text_printf(&below, "%s%s", name, point + length);
		criu_pairs_add(mounts, below.data, point);
	}
}

void outside_name_cgroups(const struct cgroup_view *view, struct criu_options *options)
{
	for (size_t i = 0; i < view->length; i++) {
		cleanup_text struct text name = { 0 };

		text_printf(&name, OUTSIDE_CGROUP "%s", view->items[i].name);
		criu_pairs_add(&options->mounts, name.data, view->items[i].directory);
	}
}

int outside_name_mounts(const struct oci_config *config, const char *bundle,
	struct criu_options *options, struct error *err)
{
	cleanup_mount_table struct mount_table table = { 0 };
	const char *notify = getenv("NOTIFY_SOCKET");
	int result = mount_table_read(0, &table);

	if (result < 0)
		return error_errno(err, -result, "read the mounts of the host");
	for (size_t i = 0; i < config->mounts_length; i++) {
		const struct oci_mount *mount = &config->mounts[i];
		cleanup_text struct text source = { 0 };

		if (!outside_is_bind(mount) || !mount->source)
			continue;
		if (mount->source[0] != '/')
			text_printf(&source, "%s/", bundle);
		text_add(&source, mount->source);
		criu_pairs_add(&options->mounts, mount->destination, source.data);
		outside_name_submounts(&table, mount->destination, source.data, &options->mounts);
	}
	for (const struct device_node *node = rootfs_default_devices; node->path; node++)
		criu_pairs_add(&options->mounts, node->path, node->path);
	for (size_t i = 0; i < config->linux_.devices_length; i++)
		criu_pairs_add(&options->mounts, config->linux_.devices[i].path,
			config->linux_.devices[i].path);
	/* Nobody listens where there is no socket any more, but the mount must be something. */
	criu_pairs_add(&options->mounts, BECOME_NOTIFY_SOCKET,
		notify && notify[0] == '/' ? notify : OUTSIDE_NULL);
	return 0;
}

static bool outside_is_inherited(const struct criu_inheritance *list, const char *key)
{
	for (size_t i = 0; i < list->length; i++)
		if (text_equal(list->items[i].key, key))
			return true;
	return false;
}

void outside_inherit_descriptors(const struct strv *descriptors, struct criu_options *options)
{
	for (size_t i = 0; i < descriptors->length && i <= STDERR_FILENO; i++) {
		const char *key = descriptors->items[i];

		if ((text_starts_with(key, "pipe:[") || text_starts_with(key, "file[")) &&
			!outside_is_inherited(&options->inherited, key))
			criu_inheritance_add(&options->inherited, key, (int)i);
	}
}
