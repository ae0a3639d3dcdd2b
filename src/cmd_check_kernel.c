/* SPDX-License-Identifier: Apache-2.0 */
/* elsewhen check-kernel */
#include <stddef.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "base/cleanup.h"

#include "commands.h"
#include "output.h"

static struct {
	int format; /* enum output_format */
} check_values;

#define VALUE(name) offsetof(__typeof__(check_values), name)

/* clang-format off */
static const struct option_spec check_options[] = {
	{ "format", 'f', OPTION_CHOICE, VALUE(format), OUTPUT_FORMATS,
	  "how to print (default: table)" },
	{ 0 },
};
/* clang-format on */

static const char *const result_words[] = {
	[CONTAINER_PROMISE_KEPT] = "kept",
	[CONTAINER_PROMISE_BROKEN] = "broken",
	[CONTAINER_PROMISE_NOT_CHECKED] = "not checked",
};

static const char *check_explanation(const struct container_kernel_check *check)
{
	return check->result == CONTAINER_PROMISE_KEPT ? check->promise : check->reason;
}

static void check_add_json(struct json_writer *writer, const struct container_kernel_check *check)
{
	json_open_object(writer, NULL);
	json_string(writer, "name", check->name);
	json_string(writer, "promise", check->promise);
	json_string(writer, "result", result_words[check->result]);
	if (check->result != CONTAINER_PROMISE_KEPT)
		json_string(writer, "reason", check->reason);
	json_close_object(writer);
}

/* False when a promise is broken. */
static bool check_print_json(void)
{
	cleanup_json_writer struct json_writer *writer = json_writer_new(true);
	struct container_kernel_check check;
	struct utsname name = { 0 };
	bool kept = true;

	uname(&name);
	json_open_object(writer, NULL);
	json_string(writer, "release", name.release);
	json_string(writer, "machine", name.machine);
	json_open_array(writer, "checks");
	for (size_t i = 0; container_check_kernel(i, &check); i++) {
		check_add_json(writer, &check);
		kept = kept && check.result != CONTAINER_PROMISE_BROKEN;
	}
	json_close_array(writer);
	json_bool(writer, "kept", kept);
	json_close_object(writer);
	output_print_writer(writer);
	return kept;
}

static bool check_print_table(void)
{
	static const char *const columns[] = { "CHECK", "RESULT", "EXPLANATION" };
	cleanup_output_table struct output_table table = { .columns = ARRAY_LENGTH(columns) };
	struct container_kernel_check check;
	bool kept = true;

	for (size_t i = 0; i < ARRAY_LENGTH(columns); i++)
		output_table_add(&table, columns[i]);
	for (size_t i = 0; container_check_kernel(i, &check); i++) {
		output_table_add(&table, check.name);
		output_table_add(&table, result_words[check.result]);
		output_table_add(&table, check_explanation(&check));
		kept = kept && check.result != CONTAINER_PROMISE_BROKEN;
	}
	output_table_print(&table);
	return kept;
}

static int check_run(struct invocation *invocation, struct error *err)
{
	bool kept = check_values.format == OUTPUT_JSON ? check_print_json() : check_print_table();

	(void)err;
	invocation->exit_status = kept ? EXIT_SUCCESS : EXIT_FAILURE;
	return 0;
}

const struct command command_check_kernel = {
	.name = "check-kernel",
	.operands = "",
	.operands_min = 0,
	.operands_max = 0,
	.summary = "try what this kernel promises of time namespaces",
	.description =
		"Tries what the kernel promises of time namespaces, in processes and namespaces "
		"made for it, and prints for each promise whether it is kept. Needs root or user "
		"namespaces; what could not be checked is told with the reason. Fails when a "
		"promise is broken.",
	.example = "elsewhen check-kernel",
	.options = check_options,
	.values = &check_values,
	.run = check_run,
};
