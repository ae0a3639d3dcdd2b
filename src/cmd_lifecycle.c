/* SPDX-License-Identifier: Apache-2.0 */
/* elsewhen start, kill, delete, pause, resume */
#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "linux/signals.h"

#include "commands.h"

static struct {
	bool all, force;
} lifecycle_values;

#define VALUE(name) offsetof(__typeof__(lifecycle_values), name)

/* clang-format off */
static const struct option_spec no_options[] = {
	{ 0 },
};

static const struct option_spec kill_options[] = {
	{ "all", 'a', OPTION_FLAG, VALUE(all), NULL,
	  "signal every process of the container and not only its first" },
	{ 0 },
};

static const struct option_spec delete_options[] = {
	{ "force", 'f', OPTION_FLAG, VALUE(force), NULL,
	  "kill it first when it runs; succeed when there is none" },
	{ 0 },
};
/* clang-format on */

static int start_run(struct invocation *invocation, struct error *err)
{
	return container_start(invocation->runtime, invocation->operands[0], err);
}

static int kill_run(struct invocation *invocation, struct error *err)
{
	const char *name = invocation->operands[1];
	int signal = name ? signals_from_name(name) : SIGTERM;

	if (signal < 0)
		return error_set(err, EINVAL,
			"kill: unknown signal '%s'; give a number or a name of signal(7)", name);
	return container_kill(
		invocation->runtime, invocation->operands[0], signal, lifecycle_values.all, err);
}

static int delete_run(struct invocation *invocation, struct error *err)
{
	return container_delete(
		invocation->runtime, invocation->operands[0], lifecycle_values.force, err);
}

static int pause_run(struct invocation *invocation, struct error *err)
{
	return container_pause(invocation->runtime, invocation->operands[0], err);
}

static int resume_run(struct invocation *invocation, struct error *err)
{
	return container_resume(invocation->runtime, invocation->operands[0], err);
}

const struct command command_start = {
	.name = "start",
	.operands = "ID",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "let the program of a created container begin",
	.description = "Lets the program of the container ID, which 'elsewhen create' has made, "
		       "begin.",
	.example = "elsewhen start web",
	.options = no_options,
	.run = start_run,
};

const struct command command_kill = {
	.name = "kill",
	.operands = "ID [SIGNAL]",
	.operands_min = 1,
	.operands_max = 2,
	.summary = "send a signal to a container",
	.description = "Sends SIGNAL, a number or a name (9, KILL, SIGKILL, RTMIN+3), to the first "
		       "process of the container ID. Without SIGNAL it is TERM.",
	.example = "elsewhen kill --all web KILL",
	.options = kill_options,
	.values = &lifecycle_values,
	.run = kill_run,
};

const struct command command_delete = {
	.name = "delete",
	.operands = "ID",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "remove what is left of a container",
	.description = "Removes the stopped container ID: its cgroups, its state, and whatever "
		       "else was made for it. One that still runs is refused without --force.",
	.example = "elsewhen delete --force web",
	.options = delete_options,
	.values = &lifecycle_values,
	.run = delete_run,
};

const struct command command_pause = {
	.name = "pause",
	.operands = "ID",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "freeze all processes of a container",
	.description = "Freezes all processes of the container ID, by its cgroup. Its clocks go "
		       "on.",
	.example = "elsewhen pause web",
	.options = no_options,
	.run = pause_run,
};

const struct command command_resume = {
	.name = "resume",
	.operands = "ID",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "let a paused container go on",
	.description = "Lets the processes of the container ID, which 'elsewhen pause' has "
		       "frozen, go on.",
	.example = "elsewhen resume web",
	.options = no_options,
	.run = resume_run,
};
