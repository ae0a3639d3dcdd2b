/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/systemd_unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "linux/cgroup_layout.h"
#include "linux/systemd_bus.h"

#define SLICE_SUFFIX ".slice"

static char *take(struct text *text)
{
	char *data = move_pointer(text->data);

	*text = (struct text){ 0 };
	return data;
}

static int refuse(const char *cgroups_path, const char *why, struct error *err)
{
	return error_set(err, EINVAL, "linux.cgroupsPath: \"%s\" %s", cgroups_path, why);
}

/* A dash separates a slice from the one that it is in: "a-b.slice" is a.slice/a-b.slice. */
static bool is_slice(const char *slice, size_t length)
{
	size_t suffix = strlen(SLICE_SUFFIX);

	if (length <= suffix || memcmp(slice + length - suffix, SLICE_SUFFIX, suffix) != 0)
		return false;
	length -= suffix;
	if (length == 1 && slice[0] == '-')
		return true;
	if (slice[0] == '-' || slice[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (slice[i] == '/' || (slice[i] == '-' && slice[i + 1] == '-'))
			return false;
	return true;
}

static int parse_path(const char *path, struct systemd_unit *unit, struct error *err)
{
	cleanup_text struct text name = { 0 }, slice = { 0 };
	const char *prefix = strchr(path, ':'), *last = prefix ? strchr(prefix + 1, ':') : NULL;

	if (!last || strchr(last + 1, ':'))
		return refuse(path,
			"is not of the form slice:prefix:name that --systemd-cgroup takes", err);
	if (last[1] == '\0' || strchr(prefix, '/'))
		return refuse(path, "names no unit of systemd", err);
	text_add_bytes(&slice, path, (size_t)(prefix - path));
	if (slice.length > 0 && !is_slice(slice.data, slice.length))
		return refuse(path, "does not begin with a slice, such as machine.slice", err);
	if (last > prefix + 1)
		text_printf(&name, "%.*s-", (int)(last - prefix - 1), prefix + 1);
	text_printf(&name, "%s.scope", last + 1);
	unit->name = take(&name);
	if (slice.length > 0)
		unit->slice = take(&slice);
	return 0;
}

int systemd_unit_parse(const char *cgroups_path, const char *id, bool user,
	struct systemd_unit *unit, struct error *err)
{
	cleanup_text struct text name = { 0 };

	*unit = (struct systemd_unit){ .user = user };
	if (cgroups_path && *cgroups_path) {
		if (parse_path(cgroups_path, unit, err) < 0)
			return -1;
	} else {
		text_printf(&name, "elsewhen-%s.scope", id);
		unit->name = take(&name);
	}
	if (!unit->slice)
		unit->slice = cgroup_copy_text(user ? "user.slice" : "system.slice");
	return 0;
}

void systemd_unit_free(struct systemd_unit *unit)
{
	free(unit->name);
	free(unit->slice);
	*unit = (struct systemd_unit){ 0 };
}

static void add_slices(const char *slice, struct text *path)
{
	size_t length = strlen(slice) - strlen(SLICE_SUFFIX);

	if (slice[0] == '-')
		return;
	for (size_t i = 1; i <= length; i++)
		if (i == length || slice[i] == '-')
			text_printf(path, "/%.*s" SLICE_SUFFIX, (int)i, slice);
}

int systemd_unit_cgroup(const struct systemd_unit *unit, struct text *path, struct error *err)
{
	cleanup_systemd_bus struct sd_bus *bus = NULL;
	cleanup_free char *own = NULL;

	if (systemd_bus_open(unit->user, &bus, err) < 0 ||
		systemd_bus_control_group(bus, &own, err) < 0)
		return -1;
	text_add(path, own);
	add_slices(unit->slice, path);
	text_printf(path, "/%s", unit->name);
	return 0;
}

static int manage(struct sd_bus *bus, const struct systemd_unit *unit, const char *method,
	const char *mode, struct error *err)
{
	const struct systemd_call call = {
		.method = method,
		.unit = unit->name,
		.mode = mode,
		.waits = mode != NULL,
	};

	return systemd_bus_call(bus, &call, err);
}

static int stop(struct sd_bus *bus, const struct systemd_unit *unit, struct error *err)
{
	struct error ignored;

	if (manage(bus, unit, "StopUnit", "replace", err) < 0 && err->code != ENOENT)
		return -1;
	/* One that has failed would keep its name; most are gone by now. */
	(void)manage(bus, unit, "ResetFailedUnit", NULL, &ignored);
	return 0;
}

/* Of two values of one property systemd takes the later. Malloc'd. */
static struct systemd_property *add_asked(
	const struct systemd_unit *unit, const struct systemd_property *ours, size_t ours_length)
{
	size_t length = ours_length + unit->properties_length;
	struct systemd_property *all = calloc(length, sizeof(*all));

	if (!all)
		fatal_out_of_memory();
	for (size_t i = 0; i < length; i++)
		all[i] = i < ours_length ? ours[i] : unit->properties[i - ours_length];
	return all;
}

static int start(struct sd_bus *bus, const struct systemd_unit *unit,
	const struct systemd_property *properties, size_t length, struct error *err)
{
	const struct systemd_call call = {
		.method = "StartTransientUnit",
		.unit = unit->name,
		.mode = "fail",
		.properties = properties,
		.properties_length = length,
		.waits = true,
	};

	if (systemd_bus_call(bus, &call, err) == 0)
		return 0;
	/* What a container of this name has left: the caller knows that nobody is in its cgroup. */
	if (err->code != EEXIST || stop(bus, unit, err) < 0)
		return -1;
	return systemd_bus_call(bus, &call, err);
}

/* The limits of a scope that nobody has set are none: DefaultTasksMax= is not meant for these. */
int systemd_unit_start(const struct systemd_unit *unit, pid_t pid, struct error *err)
{
	cleanup_systemd_bus struct sd_bus *bus = NULL;
	cleanup_free struct systemd_property *all = NULL;
	const struct systemd_property properties[] = {
		{ "Description", SYSTEMD_STRING, .text = "container of elsewhen" },
		{ "Slice", SYSTEMD_STRING, .text = unit->slice },
		{ "Delegate", SYSTEMD_BOOL, .number = true },
		{ "DefaultDependencies", SYSTEMD_BOOL, .number = false },
		{ "CollectMode", SYSTEMD_STRING, .text = "inactive-or-failed" },
		{ "CPUAccounting", SYSTEMD_BOOL, .number = true },
		{ "IOAccounting", SYSTEMD_BOOL, .number = true },
		{ "MemoryAccounting", SYSTEMD_BOOL, .number = true },
		{ "TasksAccounting", SYSTEMD_BOOL, .number = true },
		{ "TasksMax", SYSTEMD_U64, .number = UINT64_MAX },
		{ "PIDs", SYSTEMD_PIDS, .number = (uint64_t)pid },
	};

	if (systemd_bus_open(unit->user, &bus, err) < 0)
		return -1;
	all = add_asked(unit, properties, ARRAY_LENGTH(properties));
	return start(bus, unit, all, ARRAY_LENGTH(properties) + unit->properties_length, err);
}

int systemd_unit_limit(const struct systemd_unit *unit, const struct cgroup_resources *resources,
	const struct systemd_v1 *v1, struct error *err)
{
	cleanup_systemd_bus struct sd_bus *bus = NULL;
	cleanup_systemd_limits struct systemd_limits limits = { 0 };
	struct systemd_call call = { .method = "SetUnitProperties", .unit = unit->name };

	if (systemd_limits_make(resources, v1, &limits, err) < 0)
		return -1;
	if (limits.length == 0)
		return 0;
	call.properties = limits.items;
	call.properties_length = limits.length;
	if (systemd_bus_open(unit->user, &bus, err) < 0)
		return -1;
	return systemd_bus_call(bus, &call, err);
}

int systemd_unit_stop(const struct systemd_unit *unit, struct error *err)
{
	cleanup_systemd_bus struct sd_bus *bus = NULL;

	if (systemd_bus_open(unit->user, &bus, err) < 0)
		return -1;
	return stop(bus, unit, err);
}
