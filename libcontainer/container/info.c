/* SPDX-License-Identifier: Apache-2.0 */
/* `state` and `list`: what a container is, told to others. */
#include "container/info.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/log.h"
#include "base/text.h"
#include "container/process_clock.h"
#include "container/root_check.h"
#include "container/status.h"
#include "linux/clock_reading.h"
#include "linux/process.h"
#include "oci/validate.h"

static char *info_copy(const char *text)
{
	char *copy = strdup(text ? text : "");

	if (!copy)
		fatal_out_of_memory();
	return copy;
}

static const char *info_map_find(const struct oci_map *map, const char *key)
{
	for (size_t i = 0; i < map->length; i++)
		if (text_equal(map->items[i].key, key))
			return map->items[i].value;
	return NULL;
}

/* What was written to the kernel; a clock that was not named kept the offset of the caller. */
static void info_recorded_offsets(
	const struct oci_state_file *state, struct container_process_clock *clock)
{
	const struct oci_time_offsets *written = &state->time_offsets;
	struct timens_offsets offsets;
	struct error ignored;

	if (timens_own_offsets(-1, &offsets) < 0)
		return;
	if (written->monotonic.set)
		offsets.monotonic = (struct timens_offset){ written->monotonic.secs,
			written->monotonic.nanosecs };
	if (written->boottime.set)
		offsets.boottime = (struct timens_offset){ written->boottime.secs,
			written->boottime.nanosecs };
	(void)process_clock_relative(&offsets, clock, &ignored);
}

/* Of an init that has ended, or that an ordinary user may not look at before it starts. */
static void info_recorded_clock(
	const struct oci_state_file *state, struct container_process_clock *clock)
{
	const char *name = info_map_find(&state->namespaces, "time");

	*clock = (struct container_process_clock){ 0 };
	if (state->clock)
		clock->host = text_equal(state->clock, "host");
	else
		clock->host = !name && !state->time_offsets.set;
	if (clock->host)
		process_clock_own_name(clock->name);
	else if (name)
		snprintf(clock->name, sizeof(clock->name), "%s", name);
	clock->offsets_known = clock->host;
	if (!clock->host && (state->time_offsets.set || text_equal(state->clock, "private")))
		info_recorded_offsets(state, clock);
}

static void info_fill_clock(
	struct container_info *info, const struct oci_state_file *state, int pidfd)
{
	const char *clock = state->clock;

	if (pidfd >= 0)
		container_process_clock(state->pid, &info->time);
	/* Had init ended before, its pid could be another process's by now. */
	if (pidfd < 0 || process_wait_gone(pidfd, 0) != -ETIMEDOUT ||
		!(info->time.host || info->time.name[0]))
		info_recorded_clock(state, &info->time);
	if (!clock)
		clock = info->time.host ? "host" : "private";
	info->clock = info_copy(clock);
	if (state->clock_origin)
		info->clock_origin = info_copy(state->clock_origin);
	info->uptime = pidfd >= 0 ? process_clock_uptime(&info->time) : -1;
}

#define INFO_CLOCK_PREFIX "elsewhen.dev/state."

static void info_annotate(struct strv *annotations, const char *name, const char *value)
{
	cleanup_text struct text key = { 0 };

	text_printf(&key, INFO_CLOCK_PREFIX "%s", name);
	strv_add(annotations, key.data);
	strv_add(annotations, value);
}

/* Beside the config's own annotations; one of ours in there is not believed. */
static void info_fill_annotations(struct container_info *info, const struct oci_state_file *state)
{
	const struct container_process_clock *time = &info->time;
	struct strv annotations = { 0 };
	char value[TIMENS_VALUE_SIZE];

	for (size_t i = 0; i < state->annotations.length; i++) {
		const struct oci_map_entry *entry = &state->annotations.items[i];

		if (text_starts_with(entry->key, INFO_CLOCK_PREFIX))
			continue;
		strv_add(&annotations, entry->key);
		strv_add(&annotations, entry->value);
	}
	if (!time->host) {
		info_annotate(&annotations, "clock", info->clock);
		if (time->name[0])
			info_annotate(&annotations, "time-namespace", time->name);
	}
	if (!time->host && time->offsets_known) {
		clock_offset_format(time->monotonic, value);
		info_annotate(&annotations, "monotonic", value);
		clock_offset_format(time->boottime, value);
		info_annotate(&annotations, "boottime", value);
	}
	info->annotations = annotations.items;
}

int info_fill(struct container_info *info, const struct oci_state_file *state, struct error *err)
{
	cleanup_close int pidfd = -1;

	if (status_of(state, &info->status, &pidfd, err) < 0)
		return error_prefix(err, "container '%s'", state->id);
	info->pid = info->status == CONTAINER_STOPPED ? 0 : state->pid;
	info->id = info_copy(state->id);
	info->bundle = info_copy(state->bundle);
	info->rootfs = info_copy(state->rootfs);
	info->created = info_copy(state->created);
	info->owner = info_copy(state->owner);
	info->oci_version = info_copy(state->oci_version);
	info_fill_clock(info, state, pidfd);
	info_fill_annotations(info, state);
	return 0;
}

void container_info_free(struct container_info *info)
{
	for (char **item = info->annotations; item && *item; item++)
		free(*item);
	free(info->annotations);
	free(info->id);
	free(info->bundle);
	free(info->rootfs);
	free(info->created);
	free(info->owner);
	free(info->oci_version);
	free(info->clock);
	free(info->clock_origin);
	*info = (struct container_info){ 0 };
}

int container_state(const struct container_runtime *runtime, const char *id,
	struct container_info *info, struct error *err)
{
	cleanup_close int directory = -1;
	struct oci_state_file state;
	int result;

	*info = (struct container_info){ 0 };
	/* Without the lock: createRuntime hooks ask for the state while create holds it. */
	directory = status_open(runtime, id, false, &state, err);
	if (directory < 0)
		return -1;
	result = info_fill(info, &state, err);
	oci_state_file_free(&state);
	return result;
}

static int info_compare(const void *a, const void *b)
{
	const struct container_info *left = a, *right = b;

	return strcmp(left->id, right->id);
}

/* NULL with ENOENT: there is none, so it holds no container. */
static DIR *info_open_root(const struct container_runtime *runtime, struct error *err)
{
	cleanup_close int checked = root_open(runtime->root, err), fd = -1;
	DIR *root;

	if (checked < 0)
		return NULL;
	fd = openat(checked, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	root = fd < 0 ? NULL : fdopendir(fd);
	if (root)
		(void)move_fd(&fd);
	else
		error_errno(err, errno, "--root: open '%s'", runtime->root);
	return root;
}

int container_list(const struct container_runtime *runtime, struct container_info **infos,
	size_t *count, struct error *err)
{
	cleanup_dir DIR *root = info_open_root(runtime, err);
	struct dirent *entry;

	*infos = NULL;
	*count = 0;
	if (!root)
		return err->code == ENOENT ? 0 : -1;
	while ((errno = 0, entry = readdir(root))) {
		struct container_info info;
		struct error skipped;

		/* Other files in --root, and other runtimes' containers, are not ours to speak of. */
		if (oci_container_id_validate(entry->d_name, &skipped) < 0)
			continue;
		if (container_state(runtime, entry->d_name, &info, &skipped) < 0) {
			if (skipped.code != ENOENT && skipped.code != EMEDIUMTYPE)
				log_warning("%s", skipped.text);
			continue;
		}
		*infos = realloc(*infos, (*count + 1) * sizeof(**infos));
		if (!*infos)
			fatal_out_of_memory();
		(*infos)[(*count)++] = info;
	}
	if (errno)
		return error_errno(err, errno, "--root: list '%s'", runtime->root);
	if (*count > 1)
		qsort(*infos, *count, sizeof(**infos), info_compare);
	return 0;
}
