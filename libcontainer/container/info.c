/* SPDX-License-Identifier: Apache-2.0 */
/* `state` and `list`: what a container is, told to others. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "container/status.h"
#include "oci/validate.h"

static char *info_copy(const char *text)
{
	char *copy = strdup(text ? text : "");

	if (!copy)
		abort();
	return copy;
}

static void info_fill(struct container_info *info, const struct oci_state_file *state)
{
	struct strv annotations = { 0 };

	info->status = status_of(state, NULL);
	info->pid = info->status == CONTAINER_STOPPED ? 0 : state->pid;
	info->id = info_copy(state->id);
	info->bundle = info_copy(state->bundle);
	info->rootfs = info_copy(state->rootfs);
	info->created = info_copy(state->created);
	info->owner = info_copy(state->owner);
	info->oci_version = info_copy(state->oci_version);
	for (size_t i = 0; i < state->annotations.length; i++) {
		strv_add(&annotations, state->annotations.items[i].key);
		strv_add(&annotations, state->annotations.items[i].value);
	}
	info->annotations = annotations.items;
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
	*info = (struct container_info){ 0 };
}

int container_state(const struct container_runtime *runtime, const char *id,
	struct container_info *info, struct error *err)
{
	cleanup_close int directory = -1;
	struct oci_state_file state;

	*info = (struct container_info){ 0 };
	/* Without the lock: createRuntime hooks ask for the state while create holds it. */
	directory = status_open(runtime, id, false, &state, err);
	if (directory < 0)
		return -1;
	info_fill(info, &state);
	oci_state_file_free(&state);
	return 0;
}

static int info_compare(const void *a, const void *b)
{
	const struct container_info *left = a, *right = b;

	return strcmp(left->id, right->id);
}

int container_list(const struct container_runtime *runtime, struct container_info **infos,
	size_t *count, struct error *err)
{
	cleanup_dir DIR *root = opendir(runtime->root);
	struct dirent *entry;

	*infos = NULL;
	*count = 0;
	if (!root && errno == ENOENT)
		return 0;
	if (!root)
		return error_errno(err, errno, "--root: open '%s'", runtime->root);
	while ((entry = readdir(root))) {
		struct container_info info;
		struct error skipped;

		/* Other files in --root are not ours to speak of. */
		if (oci_container_id_validate(entry->d_name, &skipped) < 0)
			continue;
		if (container_state(runtime, entry->d_name, &info, &skipped) < 0) {
			if (skipped.code != ENOENT)
				log_warning("%s", skipped.text);
			continue;
		}
		*infos = realloc(*infos, (*count + 1) * sizeof(**infos));
		if (!*infos)
			abort();
		(*infos)[(*count)++] = info;
	}
	if (*count > 1)
		qsort(*infos, *count, sizeof(**infos), info_compare);
	return 0;
}
