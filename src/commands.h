/* SPDX-License-Identifier: Apache-2.0 */
/* The commands: what each is called, takes and says of itself, and the function that does it. */
#ifndef SRC_COMMANDS_H
#define SRC_COMMANDS_H

#include <stdbool.h>

#include <elsewhen/container.h>

#include "options.h"

/* One call of one command; the options have been read into the command's `values`. */
struct invocation {
	const struct container_runtime *runtime;
	char *const *operands; /* NULL-terminated */
	int operands_count;
	int exit_status; /* of elsewhen, when the command succeeds; 0 unless it sets it */
};

#define OPERANDS_ANY (-1) /* operands_max: no limit */

struct command {
	const char *name;
	const char *operands; /* "ID [SIGNAL]" */
	int operands_min, operands_max;
	const char *summary;     /* its line in `elsewhen --help` */
	const char *description; /* its paragraph in `elsewhen NAME --help` */
	const char *example;
	const struct option_spec *options;
	void *values;          /* what the offsets of `options` are in */
	bool in_order;         /* operands after the first are another program's command line */
	bool enters_container; /* a process of ours is in the container for a moment */
	int (*run)(struct invocation *invocation, struct error *err);
};

extern const struct command command_create, command_run, command_exec;
extern const struct command command_start, command_kill, command_delete;
extern const struct command command_pause, command_resume, command_update;
extern const struct command command_checkpoint, command_restore;
extern const struct command command_state, command_list, command_ps, command_clocks;
extern const struct command command_spec, command_features, command_validate;
extern const struct command command_check_kernel;

/* In the order of `elsewhen --help`; ends with NULL. */
extern const struct command *const commands[];

/* The command of that name, or NULL with the error set. */
const struct command *command_find(const char *name, struct error *err);

/*
 * Reads the command's own options and operands (`words` follow its name) and runs it, or its help.
 */
int command_invoke(const struct command *command, const struct container_runtime *runtime,
	char *const *words, int *exit_status, struct error *err);

#endif
