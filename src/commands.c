/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands, and what is the same for all of them. */
#include "commands.h"

#include <errno.h>
#include <stddef.h>

#include "base/text.h"

#include "help.h"

const struct command *const commands[] = {
	&command_create,
	&command_start,
	&command_run,
	&command_exec,
	&command_state,
	&command_list,
	&command_ps,
	&command_clocks,
	&command_kill,
	&command_pause,
	&command_resume,
	&command_update,
	&command_checkpoint,
	&command_restore,
	&command_delete,
	&command_spec,
	&command_validate,
	&command_features,
	&command_check_kernel,
	NULL,
};

const struct command *command_find(const char *name, struct error *err)
{
	for (const struct command *const *command = commands; *command; command++) {
		if (text_equal((*command)->name, name))
			return *command;
	}
	error_set(err, EINVAL, "unknown command '%s'; see 'elsewhen --help'", name);
	return NULL;
}

static int command_check_operands(
	const struct command *command, const struct operands *operands, struct error *err)
{
	const char *wrong = NULL;

	if (operands->count < command->operands_min)
		wrong = "too few";
	else if (command->operands_max != OPERANDS_ANY && operands->count > command->operands_max)
		wrong = "too many";
	if (!wrong)
		return 0;
	if (!*command->operands)
		return error_set(err, EINVAL, "%s: takes no operand, but '%s' was given",
			command->name, operands->items[0]);
	return error_set(err, EINVAL,
		"%s: %s operands: it takes %s, and %d %s given; see 'elsewhen %s --help'",
		command->name, wrong, command->operands, operands->count,
		operands->count == 1 ? "was" : "were", command->name);
}

int command_invoke(const struct command *command, const struct container_runtime *runtime,
	char *const *words, int *exit_status, struct error *err)
{
	const struct option_set set = {
		.command = command->name,
		.rows = command->options,
		.values = command->values,
		.in_order = command->in_order,
	};
	cleanup_operands struct operands operands = { 0 };
	struct invocation invocation = { .runtime = runtime };

	if (options_parse(&set, words, &operands, err) < 0)
		return -1;
	if (operands.help) {
		help_print_command(command);
		return 0;
	}
	if (command_check_operands(command, &operands, err) < 0)
		return -1;
	invocation.operands = operands.items;
	invocation.operands_count = operands.count;
	if (command->run(&invocation, err) < 0)
		return -1;
	*exit_status = invocation.exit_status;
	return 0;
}
