/* SPDX-License-Identifier: Apache-2.0 */
/* elsewhen state, list, ps */
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"

#include "clock_text.h"
#include "commands.h"
#include "output.h"

static struct {
	int format; /* enum output_format */
	bool quiet;
} state_values;

#define VALUE(name) offsetof(__typeof__(state_values), name)

/* clang-format off */
static const struct option_spec state_options[] = {
	{ 0 },
};

static const struct option_spec list_options[] = {
	{ "format", 'f', OPTION_CHOICE, VALUE(format), OUTPUT_FORMATS,
	  "how to print (default: table)" },
	{ "quiet", 'q', OPTION_FLAG, VALUE(quiet), NULL,
	  "print IDs alone, one a line" },
	{ 0 },
};

static const struct option_spec ps_options[] = {
	{ "format", 'f', OPTION_CHOICE, VALUE(format), OUTPUT_FORMATS,
	  "how to print (default: table; json is an array of PIDs)" },
	{ 0 },
};
/* clang-format on */

static int state_run(struct invocation *invocation, struct error *err)
{
	__attribute__((cleanup(container_info_free))) struct container_info info = { 0 };
	cleanup_json_writer struct json_writer *writer = NULL;

	if (container_state(invocation->runtime, invocation->operands[0], &info, err) < 0)
		return -1;
	writer = json_writer_new(true);
	output_add_state(writer, &info);
	output_print_writer(writer);
	return 0;
}

/* All containers, owned together. */
struct info_list {
	struct container_info *infos;
	size_t count;
};

static void info_list_free(struct info_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		container_info_free(&list->infos[i]);
	free(list->infos);
}

static void list_print_ids(const struct info_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		puts(list->infos[i].id);
}

static void list_print_json(const struct info_list *list)
{
	cleanup_json_writer struct json_writer *writer = json_writer_new(true);

	json_open_array(writer, NULL);
	for (size_t i = 0; i < list->count; i++)
		output_add_state(writer, &list->infos[i]);
	json_close_array(writer);
	output_print_writer(writer);
}

static void list_print_table(const struct info_list *list)
{
	static const char *const columns[] = { "ID", "PID", "STATUS", "CLOCK", "BUNDLE", "CREATED",
		"OWNER" };
	cleanup_output_table struct output_table table = { .columns = ARRAY_LENGTH(columns) };

	for (size_t i = 0; i < ARRAY_LENGTH(columns); i++)
		output_table_add(&table, columns[i]);
	for (size_t i = 0; i < list->count; i++) {
		const struct container_info *info = &list->infos[i];
		char pid[16], clock[2 * CLOCK_TEXT_SIZE];

		snprintf(pid, sizeof(pid), "%d", (int)info->pid);
		clock_text_of_container(info, clock);
		output_table_add(&table, info->id);
		output_table_add(&table, pid);
		output_table_add(&table, container_status_name(info->status));
		output_table_add(&table, clock);
		output_table_add(&table, info->bundle);
		output_table_add(&table, info->created);
		output_table_add(&table, info->owner);
	}
	output_table_print(&table);
}

static int list_run(struct invocation *invocation, struct error *err)
{
	__attribute__((cleanup(info_list_free))) struct info_list list = { 0 };

	if (container_list(invocation->runtime, &list.infos, &list.count, err) < 0)
		return -1;
	if (state_values.quiet)
		list_print_ids(&list);
	else if (state_values.format == OUTPUT_JSON)
		list_print_json(&list);
	else
		list_print_table(&list);
	return 0;
}

static void ps_print_json(const pid_t *pids, size_t count)
{
	cleanup_json_writer struct json_writer *writer = json_writer_new(true);

	json_open_array(writer, NULL);
	for (size_t i = 0; i < count; i++)
		json_i64(writer, NULL, pids[i]);
	json_close_array(writer);
	output_print_writer(writer);
}

static void ps_print_table(const pid_t *pids, size_t count)
{
	cleanup_output_table struct output_table table = { .columns = 3 };

	output_table_add(&table, "PID");
	output_table_add(&table, "CLOCK");
	output_table_add(&table, "CMD");
	for (size_t i = 0; i < count; i++) {
		char path[32], pid[16], comm[64] = "", clock[CLOCK_TEXT_SIZE];
		struct container_process_clock time;

		container_process_clock(pids[i], &time);
		clock_text_of_process(&time, clock);
		snprintf(pid, sizeof(pid), "%d", (int)pids[i]);
		snprintf(path, sizeof(path), "/proc/%d/comm", (int)pids[i]);
		/* A process that has ended since is still listed, without a name. */
		if (io_read_small(AT_FDCWD, path, comm, sizeof(comm)) > 0)
			comm[strcspn(comm, "\n")] = '\0';
		output_table_add(&table, pid);
		output_table_add(&table, clock);
		output_table_add(&table, comm);
	}
	output_table_print(&table);
}

static int ps_run(struct invocation *invocation, struct error *err)
{
	cleanup_free pid_t *pids = NULL;
	size_t count = 0;

	if (container_pids(invocation->runtime, invocation->operands[0], &pids, &count, err) < 0)
		return -1;
	if (state_values.format == OUTPUT_JSON)
		ps_print_json(pids, count);
	else
		ps_print_table(pids, count);
	return 0;
}

const struct command command_state = {
	.name = "state",
	.operands = "ID",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "print the state of a container as JSON",
	.description = "Prints the state of the container ID as a JSON object, as the runtime "
		       "specification has it: ociVersion, id, status (creating, created, running, "
		       "paused or stopped), pid (0 when stopped), bundle, annotations; and rootfs, "
		       "created and owner beside.",
	.example = "elsewhen state web",
	.options = state_options,
	.values = &state_values,
	.run = state_run,
};

const struct command command_list = {
	.name = "list",
	.operands = "",
	.operands_min = 0,
	.operands_max = 0,
	.summary = "list the containers",
	.description = "Lists the containers under --root, sorted by ID.",
	.example = "elsewhen list --format json",
	.options = list_options,
	.values = &state_values,
	.run = list_run,
};

const struct command command_ps = {
	.name = "ps",
	.operands = "ID",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "list the processes of a container",
	.description = "Lists the processes in the cgroup of the container ID, by the PIDs that "
		       "they have outside of it.",
	.example = "elsewhen ps --format json web",
	.options = ps_options,
	.values = &state_values,
	.run = ps_run,
};
