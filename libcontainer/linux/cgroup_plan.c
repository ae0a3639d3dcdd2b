/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where a container's cgroup is, in every hierarchy, without making anything. */
#include "linux/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "linux/cgroup_driver.h"
#include "linux/cgroup_layout.h"
#include "linux/cgroup_pids.h"

/* "slice:prefix:name", as the systemd manager takes it. */
static bool is_systemd_form(const char *path)
{
	const char *first = strchr(path, ':');
	const char *second = first ? strchr(first + 1, ':') : NULL;

	return second && !strchr(second + 1, ':') && !strchr(path, '/');
}

static bool has_control_character(const char *path)
{
	for (; *path; path++)
		if ((unsigned char)*path < ' ' || *path == 127)
			return true;
	return false;
}

/* Appends "/<component>" for each component of `path`; no "//", "." or ".." survives. */
static int normalise(const char *path, struct text *normal, struct error *err)
{
	while (*path) {
		size_t length = strcspn(path, "/");

		if ((length == 1 && path[0] == '.') || (length == 2 && memcmp(path, "..", 2) == 0))
			return error_set(err, EINVAL,
				"linux.cgroupsPath: \"%.*s\" is not allowed as a part of it",
				(int)length, path);
		if (length > NAME_MAX)
			return error_set(err, ENAMETOOLONG,
				"linux.cgroupsPath: a part of it is longer than %d bytes",
				NAME_MAX);
		if (length > 0)
			text_printf(normal, "/%.*s", (int)length, path);
		path += length + (path[length] == '/');
	}
	if (normal->length == 0)
		return error_set(err, EINVAL,
			"linux.cgroupsPath: the root of the cgroups is no place for a container");
	if (normal->length > PATH_MAX / 2)
		return error_set(
			err, ENAMETOOLONG, "linux.cgroupsPath: longer than %d bytes", PATH_MAX / 2);
	return 0;
}

static int path_below_mount(
	const char *cgroups_path, const char *id, struct text *path, struct error *err)
{
	const char *wanted = cgroups_path && *cgroups_path ? cgroups_path : id;

	if (!wanted)
		return error_set(
			err, EINVAL, "linux.cgroupsPath: neither a path nor a container id");
	if (is_systemd_form(wanted))
		return error_set(err, EINVAL,
			"linux.cgroupsPath: \"%s\" is the slice:prefix:name form, which needs "
			"--systemd-cgroup",
			wanted);
	if (has_control_character(wanted))
		return error_set(err, EINVAL, "linux.cgroupsPath: has a control character");
	return normalise(wanted, path, err);
}

/*
 * Whether a directory could be made at `directory`, below `mount_length` bytes of mount: the
 * nearest one above that exists must be writable. 0 or -errno; *direct when that is its parent.
 */
static int probe(const char *directory, size_t mount_length, bool *direct)
{
	cleanup_free char *above = strdup(directory);

	if (!above)
		return -ENOMEM;
	*direct = true;
	for (;;) {
		char *slash = strrchr(above, '/');

		if (!slash || (size_t)(slash - above) < mount_length)
			return -ENOENT;
		*slash = '\0';
		if (access(above, W_OK) == 0)
			return 0;
		if (errno != ENOENT)
			return -errno;
		*direct = false;
	}
}

/*
 * Adds the directories between the mount and `directory` that do not exist; what is taken for missing is removed with
 * the container. 0 or -1.
 */
static int add_missing(
	const char *directory, size_t mount_length, struct strv *missing, struct error *err)
{
	const char *slash = directory + mount_length;
	bool exists = true;

	while ((slash = strchr(slash + 1, '/'))) {
		cleanup_text struct text parent = { 0 };

		text_add_bytes(&parent, directory, (size_t)(slash - directory));
		if (exists && access(parent.data, F_OK) < 0) {
			if (errno != ENOENT)
				return error_errno(
					err, errno, "look for the cgroup '%s'", parent.data);
			exists = false;
		}
		if (!exists)
			strv_add(missing, parent.data);
	}
	return 0;
}

/* Somebody else's processes would be limited, and killed at the end, with the container's. */
static int check_unused(const char *directory, struct error *err)
{
	cleanup_close int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return error_errno(err, errno, "linux.cgroupsPath: cannot open %s", directory);
	return cgroup_check_empty(fd, directory, err);
}

static int add_directory(const struct cgroup_hierarchy *hierarchy, const char *directory,
	bool direct, struct cgroup_plan *plan, struct error *err)
{
	if (check_unused(directory, err) < 0)
		return -1;
	if (!direct && add_missing(directory, strlen(hierarchy->mount), &plan->missing, err) < 0)
		return -1;
	strv_add(&plan->directories, directory);
	return 0;
}

/* A user without rights at the wanted place gets it below the own cgroup, or not at all. */
static int place_below_own(const struct cgroup_hierarchy *hierarchy, const char *path,
	struct cgroup_plan *plan, struct error *err)
{
	cleanup_text struct text directory = { 0 };
	bool direct;
	int result;

	if (!hierarchy->own)
		return 0;
	text_printf(&directory, "%s%s%s", hierarchy->mount, hierarchy->own, path);
	result = probe(directory.data, strlen(hierarchy->mount), &direct);
	if (cgroup_is_forbidden(result) || result == -ENOENT)
		return 0;
	if (result < 0)
		return error_errno(
			err, -result, "linux.cgroupsPath: no place at %s", directory.data);
	return add_directory(hierarchy, directory.data, direct, plan, err);
}

static int place(const struct cgroup_hierarchy *hierarchy, const char *path, bool privileged,
	struct cgroup_plan *plan, struct error *err)
{
	cleanup_text struct text directory = { 0 };
	bool direct = true;
	int result;

	text_printf(&directory, "%s%s", hierarchy->mount, path);
	result = probe(directory.data, strlen(hierarchy->mount), &direct);
	if (cgroup_is_forbidden(result) && !privileged)
		return place_below_own(hierarchy, path, plan, err);
	/* What root may not write stays in the plan: cgroup_create says what is wrong with it. */
	if (cgroup_is_forbidden(result))
		direct = false;
	if (result < 0 && !cgroup_is_forbidden(result))
		return error_errno(
			err, -result, "linux.cgroupsPath: no place at %s", directory.data);
	return add_directory(hierarchy, directory.data, direct, plan, err);
}

/* On v1 it does not know the other controllers, and leaves their hierarchies alone. */
static bool is_made_by_systemd(const struct cgroup_hierarchy *hierarchy)
{
	static const char *const known[] = { "name=systemd", "cpu", "cpuacct", "blkio", "memory",
		"devices", "pids" };

	if (hierarchy->v2)
		return true;
	for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
		if (cgroup_list_has(hierarchy->controllers, known[i], strlen(known[i])))
			return true;
	return false;
}

/* Slices are systemd's to make and to remove; its users may not look for the right to it here. */
static int place_unit(const struct cgroup_hierarchy *hierarchy, const char *path,
	struct cgroup_plan *plan, struct error *err)
{
	cleanup_text struct text directory = { 0 };

	text_printf(&directory, "%s%s", hierarchy->mount, path);
	return add_directory(hierarchy, directory.data, is_made_by_systemd(hierarchy), plan, err);
}

static bool is_by_systemd(enum cgroup_manager manager)
{
	return manager == CGROUP_MANAGER_SYSTEMD || manager == CGROUP_MANAGER_SYSTEMD_USER;
}

static int find_path(enum cgroup_manager manager, const char *cgroups_path, const char *id,
	struct cgroup_plan *plan, struct text *path, struct error *err)
{
	if (!is_by_systemd(manager))
		return path_below_mount(cgroups_path, id, path, err);
	if (systemd_unit_parse(
		    cgroups_path, id, manager == CGROUP_MANAGER_SYSTEMD_USER, &plan->unit, err) < 0)
		return -1;
	if (systemd_unit_cgroup(&plan->unit, path, err) < 0)
		return error_prefix(err, "--systemd-cgroup");
	return 0;
}

static int place_all(const struct cgroup_layout *layout, const char *path, bool privileged,
	struct cgroup_plan *plan, struct error *err)
{
	for (size_t i = 0; i < layout->length; i++) {
		const struct cgroup_hierarchy *hierarchy = &layout->items[i];

		if (plan->unit.name ? place_unit(hierarchy, path, plan, err) < 0
				    : place(hierarchy, path, privileged, plan, err) < 0)
			return -1;
	}
	return 0;
}

int cgroup_plan_make(enum cgroup_manager manager, const char *cgroups_path, const char *id,
	struct cgroup_plan *plan, struct error *err)
{
	cleanup_cgroup_layout struct cgroup_layout layout = { 0 };
	cleanup_text struct text path = { 0 };
	bool privileged = cgroup_is_privileged();

	*plan = (struct cgroup_plan){ 0 };
	if (manager == CGROUP_MANAGER_DISABLED)
		return 0;
	/* Only a user who may be sent below the own cgroup needs to know which that is. */
	if (find_path(manager, cgroups_path, id, plan, &path, err) < 0 ||
		cgroup_layout_read(!privileged, &layout, err) < 0 ||
		place_all(&layout, path.data, privileged, plan, err) < 0) {
		cgroup_plan_free(plan);
		return -1;
	}
	return 0;
}

void cgroup_plan_free(struct cgroup_plan *plan)
{
	cgroup_settle(plan);
	systemd_unit_free(&plan->unit);
	strv_free(&plan->directories);
	strv_free(&plan->missing);
}
