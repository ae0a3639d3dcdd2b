/* SPDX-License-Identifier: Apache-2.0 */
/* state.json: one table to read it, one function to write it, the same names in both. */
#include "oci/state_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oci/json.h"
#include "oci/json_reader.h"
#include "oci/time_offsets.h"
#include "oci/validate.h"
#include "oci/validate_rules.h"

/* All that can be in a file; "stopped" is seen, never written. */
#define STATUS_WRITTEN 3
#define STATE_ANNOTATIONS_MAX ((size_t)256 * 1024)

const char *const oci_status_names[] = { "creating", "created", "running", "stopped" };

static const struct json_property pod_clock_properties[] = {
	JSON_STRING("monotonic", struct oci_pod_clock, monotonic, .required = true),
	JSON_STRING("boottime", struct oci_pod_clock, boottime, .required = true),
};
static const struct json_table pod_clock_table = { JSON_TABLE(pod_clock_properties),
	.begins_with_set = true };

static const struct json_property state_properties[] = {
	JSON_STRING("ociVersion", struct oci_state_file, oci_version, .required = true),
	JSON_STRING("id", struct oci_state_file, id, .required = true),
	JSON_ENUM("status", struct oci_state_file, status, oci_status_names, STATUS_WRITTEN,
		.required = true),
	JSON_INT("pid", struct oci_state_file, pid, .max = INT32_MAX),
	JSON_U64("startTime", struct oci_state_file, start_time),
	JSON_STRING("bundle", struct oci_state_file, bundle, .required = true),
	JSON_STRING("rootfs", struct oci_state_file, rootfs),
	JSON_STRING("created", struct oci_state_file, created),
	JSON_STRING("owner", struct oci_state_file, owner),
	JSON_STRING("systemdUnit", struct oci_state_file, systemd_unit),
	JSON_BOOL("systemdUser", struct oci_state_file, systemd_user),
	JSON_STRINGS("cgroupDirectories", struct oci_state_file, cgroup_directories),
	JSON_STRINGS("cgroupMissing", struct oci_state_file, cgroup_missing),
	JSON_MAP("namespaces", struct oci_state_file, namespaces),
	JSON_OBJECT("timeOffsets", struct oci_state_file, time_offsets, oci_time_offsets_table),
	JSON_STRING("clock", struct oci_state_file, clock),
	JSON_STRING("clockOrigin", struct oci_state_file, clock_origin),
	JSON_OBJECT("podClock", struct oci_state_file, pod_clock, pod_clock_table),
	JSON_MAP("annotations", struct oci_state_file, annotations),
	JSON_BOOL("annotationsInConfig", struct oci_state_file, annotations_in_config),
};
static const struct json_table state_table = { JSON_TABLE(state_properties) };

/* As much as is read to see whose it is. */
static const struct json_property foreign_properties[] = {
	JSON_STRING("ociVersion", struct oci_state_file, oci_version),
};
static const struct json_table foreign_table = { JSON_TABLE(foreign_properties) };

static void state_write_map(struct json_writer *writer, const char *key, const struct oci_map *map)
{
	json_open_object(writer, key);
	for (size_t i = 0; i < map->length; i++)
		json_string(writer, map->items[i].key, map->items[i].value);
	json_close_object(writer);
}

static void state_write_optional(struct json_writer *writer, const char *key, const char *value)
{
	if (value)
		json_string(writer, key, value);
}

/* The file is read and written at every step of a container: it stays small whatever is in config.json. */
static bool state_has_room(const struct oci_map *annotations)
{
	size_t size = 0;

	for (size_t i = 0; i < annotations->length && size <= STATE_ANNOTATIONS_MAX; i++)
		size += strlen(annotations->items[i].key) + strlen(annotations->items[i].value);
	return size <= STATE_ANNOTATIONS_MAX;
}

static void state_write(struct json_writer *writer, const struct oci_state_file *state)
{
	json_open_object(writer, NULL);
	json_string(writer, "ociVersion", state->oci_version);
	json_string(writer, "id", state->id);
	json_string(writer, "status", oci_status_names[state->status]);
	json_i64(writer, "pid", state->pid);
	json_u64(writer, "startTime", state->start_time);
	json_string(writer, "bundle", state->bundle);
	state_write_optional(writer, "rootfs", state->rootfs);
	state_write_optional(writer, "created", state->created);
	state_write_optional(writer, "owner", state->owner);
	state_write_optional(writer, "systemdUnit", state->systemd_unit);
	if (state->systemd_unit)
		json_bool(writer, "systemdUser", state->systemd_user);
	json_strings(
		writer, "cgroupDirectories", (const char *const *)state->cgroup_directories.items);
	json_strings(writer, "cgroupMissing", (const char *const *)state->cgroup_missing.items);
	state_write_map(writer, "namespaces", &state->namespaces);
	oci_time_offsets_write(writer, "timeOffsets", &state->time_offsets);
	state_write_optional(writer, "clock", state->clock);
	state_write_optional(writer, "clockOrigin", state->clock_origin);
	if (state->pod_clock.set) {
		json_open_object(writer, "podClock");
		json_string(writer, "monotonic", state->pod_clock.monotonic);
		json_string(writer, "boottime", state->pod_clock.boottime);
		json_close_object(writer);
	}
	if (state_has_room(&state->annotations))
		state_write_map(writer, "annotations", &state->annotations);
	else
		json_bool(writer, "annotationsInConfig", true);
	json_close_object(writer);
}

int oci_state_file_format(const struct oci_state_file *state, char **json, size_t *length)
{
	cleanup_json_writer struct json_writer *writer = json_writer_new(true);
	const char *text;

	if (!state->id || !state->bundle || !state->oci_version || state->pid < 0 ||
		(unsigned int)state->status >= STATUS_WRITTEN)
		return -EINVAL;
	state_write(writer, state);
	text = json_text(writer, length);
	*json = strndup(text, *length);
	return *json ? 0 : -ENOMEM;
}

/* `delete` removes these directories and kills what is inside: they must be what they seem. */
static int state_check_directories(
	const char *where, const struct oci_strings *directories, struct error *err)
{
	for (size_t i = 0; i < directories->length; i++) {
		const char *path = directories->items[i];
		size_t length = strlen(path);

		if (strstr(path, "/../") || (length >= 3 && strcmp(path + length - 3, "/..") == 0))
			return error_set(
				err, EINVAL, "%s[%zu]: '%s' has a '..' in it", where, i, path);
	}
	return validate_each_absolute(where, directories, err);
}

/* What the types leave open, and what everyone who acts on a state takes for granted. */
static int state_check(const struct oci_state_file *state, struct error *err)
{
	if (oci_container_id_validate(state->id, err) < 0)
		return error_prefix(err, "id");
	if (validate_absolute("bundle", state->bundle, err) < 0 ||
		state_check_directories("cgroupDirectories", &state->cgroup_directories, err) < 0 ||
		state_check_directories("cgroupMissing", &state->cgroup_missing, err) < 0)
		return -1;
	if (state->pid == 0 && state->status != OCI_STATUS_CREATING)
		return error_set(err, EINVAL, "pid: is required with the status '%s'",
			oci_status_names[state->status]);
	/* The pid alone may be another process by now; with its start time it is one for good. */
	if (state->pid != 0 && state->start_time == 0)
		return error_set(err, EINVAL, "startTime: is required beside a pid");
	return 0;
}

/*
 * Whether it is a state that another runtime wrote: an object like any, without what each of ours begins
 * with. containerd's shim gives one root to all the runtimes of a node.
 */
static bool state_is_foreign(const char *data, size_t length)
{
	struct oci_state_file state = { 0 };
	struct error ignored;
	bool foreign = json_read(data, length, &foreign_table, &state, &state.arena, NULL,
			       &ignored) == 0 &&
		       !state.oci_version;

	oci_state_file_free(&state);
	return foreign;
}

int oci_state_file_parse(
	const char *data, size_t length, struct oci_state_file *state, struct error *err)
{
	struct oci_state_file read = { 0 };

	if (json_read(data, length, &state_table, &read, &read.arena, NULL, err) < 0 ||
		state_check(&read, err) < 0) {
		oci_state_file_free(&read);
		if (state_is_foreign(data, length))
			return error_set(err, EMEDIUMTYPE,
				"ociVersion: is not there, so it is a container of another "
				"runtime");
		return -1;
	}
	*state = read;
	return 0;
}

void oci_state_file_copy_annotations(struct oci_state_file *state, const struct oci_map *from)
{
	struct oci_map *map = &state->annotations;

	*map = (struct oci_map){ 0 };
	for (size_t i = 0; i < from->length; i++) {
		const struct oci_map_entry *entry = &from->items[i];
		struct oci_map_entry *copy =
			arena_append(&state->arena, &map->items, &map->length, sizeof(*copy));

		copy->key = arena_strndup(&state->arena, entry->key, strlen(entry->key));
		copy->value = arena_strndup(&state->arena, entry->value, strlen(entry->value));
	}
}

void oci_state_file_free(struct oci_state_file *state)
{
	arena_free(&state->arena);
	*state = (struct oci_state_file){ 0 };
}
