/* SPDX-License-Identifier: Apache-2.0 */
/* What is written down of a container while it is made. */
#include "container/creation.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "container/directory.h"
#include "container/passwd.h"
#include "container/pid_file.h"
#include "container/pod_clock.h"
#include "linux/namespace.h"

static char *create_timestamp(struct arena *arena)
{
	struct timespec now;
	struct tm utc;
	char seconds[32];

	clock_gettime(CLOCK_REALTIME, &now);
	if (!gmtime_r(&now.tv_sec, &utc))
		return arena_printf(arena, "1970-01-01T00:00:00Z");
	strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &utc);
	return arena_printf(arena, "%s.%09ldZ", seconds, now.tv_nsec);
}

static void create_fill_clock(struct creation *creation)
{
	const struct clock_request *clock = &creation->clock;
	struct oci_state_file *state = &creation->state;
	const char *origin = clock->kind == CLOCK_KIND_POD ? clock->sandbox : clock->path;

	state->clock = arena_printf(&state->arena, "%s", clock_kind_names[clock->kind]);
	if (clock->kind != CLOCK_KIND_HOST && origin)
		state->clock_origin = arena_printf(&state->arena, "%s", origin);
	if (clock->kind == CLOCK_KIND_POD && text_equal(clock->sandbox, creation->id))
		pod_clock_record(state, clock);
}

void create_fill_cgroup(struct creation *creation)
{
	const struct cgroup_plan *cgroup = &creation->cgroup;
	struct oci_state_file *state = &creation->state;

	state->cgroup_directories.items = cgroup->directories.items;
	state->cgroup_directories.length = cgroup->directories.length;
	state->cgroup_missing.items = cgroup->missing.items;
	state->cgroup_missing.length = cgroup->missing.length;
	state->systemd_unit = cgroup->unit.name;
	state->systemd_user = cgroup->unit.user;
}

static void create_fill_state(struct creation *creation)
{
	const struct oci_config *config = creation->config;
	struct oci_state_file *state = &creation->state;
	cleanup_free char *owner = passwd_name(geteuid());
	const char *root = config->root.path;

	state->id = arena_printf(&state->arena, "%s", creation->id);
	state->bundle = arena_printf(&state->arena, "%s", creation->bundle);
	state->oci_version = arena_printf(&state->arena, "%s", config->oci_version);
	state->rootfs = root[0] == '/'
				? arena_printf(&state->arena, "%s", root)
				: arena_printf(&state->arena, "%s/%s", creation->bundle, root);
	state->created = create_timestamp(&state->arena);
	state->owner = arena_printf(&state->arena, "%s", owner);
	state->status = OCI_STATUS_CREATING;
	create_fill_cgroup(creation);
	state->annotations = config->annotations;
	create_fill_clock(creation);
}

/* From here on `delete` finds everything that is about to be made. */
int create_write_intent(void *context, struct error *err)
{
	struct creation *creation = context;

	create_fill_state(creation);
	if (directory_save_config(
		    creation->directory, creation->config_json, creation->config_length, err) < 0)
		return -1;
	return directory_save_state(creation->directory, &creation->state, err);
}

/* A stage is in the namespaces that it has made or joined for its children alone by no other name. */
static const char *create_namespace_file(const struct creation *creation, int type)
{
	if (creation->enter.plan.prepares_outside && type == OCI_NAMESPACE_PID)
		return "pid_for_children";
	if (creation->enter.plan.prepares_outside && type == OCI_NAMESPACE_TIME)
		return "time_for_children";
	return namespace_file_name(plan_clone_flags[type]);
}

/*
 * By which anybody can tell what init is in, as long as it has them. An ordinary user may not look at a
 * process that is not dumpable; then nothing is written down.
 */
static void create_fill_namespaces(struct creation *creation, pid_t pid)
{
	struct oci_state_file *state = &creation->state;
	struct oci_map *map = &state->namespaces;

	for (int type = 0; type < OCI_NAMESPACE_COUNT; type++) {
		struct oci_map_entry *entry;
		char path[64], link[64];
		ssize_t length;

		if (plan_source(&creation->enter.plan, type) == PLAN_INHERIT)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid,
			create_namespace_file(creation, type));
		length = readlink(path, link, sizeof(link));
		if (length < 0 || (size_t)length == sizeof(link))
			continue;
		entry = arena_append(&state->arena, &map->items, &map->length, sizeof(*entry));
		entry->key = arena_printf(&state->arena, "%s", oci_namespace_names[type]);
		entry->value = arena_strndup(&state->arena, link, (size_t)length);
	}
}

static struct oci_time_offset create_offset(struct timens_offset offset)
{
	return (struct oci_time_offset){ true, offset.seconds, offset.nanoseconds };
}

/* What was really written: a start like "=0" became an offset only then. */
static void create_fill_offsets(struct creation *creation, pid_t pid)
{
	struct oci_time_offsets *recorded = &creation->state.time_offsets;
	struct timens_offsets offsets;

	if (plan_source(&creation->enter.plan, OCI_NAMESPACE_TIME) == PLAN_INHERIT ||
		timens_read_offsets(-1, pid, &offsets) < 0)
		return;
	recorded->set = true;
	recorded->monotonic = create_offset(offsets.monotonic);
	recorded->boottime = create_offset(offsets.boottime);
}

void create_describe_init(void *context, pid_t pid)
{
	create_fill_namespaces(context, pid);
	create_fill_offsets(context, pid);
}

int creation_record(struct creation *creation, enum oci_status status, struct error *err)
{
	if (pid_file_write(creation->options->pid_file, creation->enter.init, err) < 0)
		return -1;
	creation->pid_file_written = creation->options->pid_file != NULL;
	creation->state.status = status;
	return directory_save_state(creation->directory, &creation->state, err);
}
