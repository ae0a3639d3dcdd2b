/* SPDX-License-Identifier: Apache-2.0 */
#include "container/state_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "oci/json.h"

static void state_json_write(struct json_writer *writer, const char *key,
	const struct oci_state_file *state, enum oci_status status, pid_t pid)
{
	json_open_object(writer, key);
	json_string(writer, "ociVersion", state->oci_version);
	json_string(writer, "id", state->id);
	json_string(writer, "status", oci_status_names[status]);
	if (pid > 0)
		json_i64(writer, "pid", pid);
	json_string(writer, "bundle", state->bundle);
	json_open_object(writer, "annotations");
	for (size_t i = 0; i < state->annotations.length; i++)
		json_string(
			writer, state->annotations.items[i].key, state->annotations.items[i].value);
	json_close_object(writer);
	json_close_object(writer);
}

static char *state_json_take(const struct json_writer *writer)
{
	size_t length;
	char *json = strdup(json_text(writer, &length));

	if (!json)
		fatal_out_of_memory();
	return json;
}

char *state_json(const struct oci_state_file *state, enum oci_status status, pid_t pid)
{
	cleanup_json_writer struct json_writer *writer = json_writer_new(false);

	state_json_write(writer, NULL, state, status, pid);
	return state_json_take(writer);
}

char *state_json_for_agent(
	const struct oci_state_file *state, enum oci_status status, pid_t pid, const char *metadata)
{
	static const char *const descriptors[] = { "seccompFd", NULL };
	cleanup_json_writer struct json_writer *writer = json_writer_new(false);

	json_open_object(writer, NULL);
	json_string(writer, "ociVersion", state->oci_version);
	json_strings(writer, "fds", descriptors);
	json_i64(writer, "pid", pid);
	if (metadata)
		json_string(writer, "metadata", metadata);
	state_json_write(writer, "state", state, status, pid);
	json_close_object(writer);
	return state_json_take(writer);
}
