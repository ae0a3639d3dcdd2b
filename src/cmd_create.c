/* SPDX-License-Identifier: Apache-2.0 */
/* elsewhen create, elsewhen run */
#include <stddef.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/text.h"

#include "bundle_operand.h"
#include "commands.h"
#include "descriptors.h"

static struct {
	struct container_create_options options;
	struct strv clock_from;
} create_values;

#define VALUE(name) offsetof(__typeof__(create_values), name)
#define OPTION(name) offsetof(__typeof__(create_values), options.name)

/* clang-format off */
#define CREATE_OPTIONS                                                                         \
	{ "bundle", 'b', OPTION_STRING, OPTION(bundle), "DIR",                                 \
	  "directory with config.json and the root filesystem (default: .)" },                 \
	{ "pid-file", 0, OPTION_STRING, OPTION(pid_file), "FILE",                              \
	  "write the PID of the container's process to FILE" },                                \
	{ "console-socket", 0, OPTION_STRING, OPTION(console_socket), "SOCKET",                \
	  "send the terminal of the container over this Unix socket" },                        \
	{ "monotonic", 0, OPTION_STRING, OPTION(monotonic), "VALUE",                           \
	  "set CLOCK_MONOTONIC: +36h or -1.5s from here, or =497d at the start" },             \
	{ "boottime", 0, OPTION_STRING, OPTION(boottime), "VALUE",                             \
	  "set CLOCK_BOOTTIME, which is the uptime, in the same way" },                        \
	{ "clock-from", 0, OPTION_STRINGS, VALUE(clock_from), "FILE|DIR",                      \
	  "go on with the clocks of a snapshot ('elsewhen clocks --save'), or of a folder "    \
	  "of CRIU's images" },                                                                \
	{ "policy", 0, OPTION_STRING, OPTION(clock_policy), "continue|suspend|wallclock",      \
	  "what the time since the snapshot counts for: nothing, the boottime, both clocks "   \
	  "(default: continue)" },                                                             \
	{ "preserve-fds", 0, OPTION_COUNT, OPTION(preserve_fds), "N",                          \
	  "pass the file descriptors 3 to 3+N-1 on to the container (default: 0)" },           \
	{ "no-pivot", 0, OPTION_FLAG, OPTION(no_pivot), NULL,                                  \
	  "change the root directory without pivot_root(2), for a rootfs on a ramdisk" },      \
	{ "no-new-keyring", 0, OPTION_FLAG, OPTION(no_new_keyring), NULL,                      \
	  "let the container keep the session keyring of the caller" },                        \
	{ "no-subreaper", 0, OPTION_FLAG, OPTION(no_subreaper), NULL,                          \
	  "do not become the reaper of the container's orphans" }

static const struct option_spec create_options[] = {
	CREATE_OPTIONS,
	{ 0 },
};

static const struct option_spec run_options[] = {
	CREATE_OPTIONS,
	{ "detach", 'd', OPTION_FLAG, OPTION(detach), NULL,
	  "return once the container is running" },
	{ "keep", 0, OPTION_FLAG, OPTION(keep), NULL,
	  "do not delete the container when it has ended" },
	{ 0 },
};
/* clang-format on */

/* What the one operand of create and run turned out to be. */
struct create_target {
	const char *id;
	char *made_id; /* owned; NULL when the user chose the ID */
};

static void create_target_free(struct create_target *target)
{
	free(target->made_id);
}
#define cleanup_create_target __attribute__((cleanup(create_target_free)))

static int create_find_target(
	const struct invocation *invocation, struct create_target *target, struct error *err)
{
	const char *operand = invocation->operands[0];

	create_values.options.clock_from = create_values.clock_from.items;
	target->id = operand;
	if (!create_values.options.bundle && bundle_operand_is_bundle(operand)) {
		if (bundle_operand_make_id(operand, &target->made_id, err) < 0)
			return -1;
		target->id = target->made_id;
		create_values.options.bundle = operand;
	} else if (!create_values.options.bundle) {
		create_values.options.bundle = ".";
	}
	return descriptors_check_preserved(create_values.options.preserve_fds, err);
}

static int create_run(struct invocation *invocation, struct error *err)
{
	cleanup_create_target struct create_target target = { 0 };

	if (create_find_target(invocation, &target, err) < 0)
		return -1;
	if (container_create(invocation->runtime, target.id, &create_values.options, err) < 0)
		return -1;
	if (target.made_id)
		puts(target.made_id);
	return 0;
}

static int run_run(struct invocation *invocation, struct error *err)
{
	cleanup_create_target struct create_target target = { 0 };

	if (create_find_target(invocation, &target, err) < 0)
		return -1;
	if (container_run(invocation->runtime, target.id, &create_values.options,
		    &invocation->exit_status, err) < 0)
		return -1;
	if (target.made_id && create_values.options.detach)
		puts(target.made_id);
	return 0;
}

#define BUNDLE_OPERAND                                                                       \
	"In the place of the ID a bundle may be named: a path with a slash, or a directory " \
	"with a config.json while the working directory has none. The ID is then made "      \
	"from the name of the directory and a number"

const struct command command_create = {
	.name = "create",
	.operands = "ID|BUNDLE",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "make a container from a bundle; its program waits for start",
	.description = "Makes the container ID from a bundle. Its namespaces, mounts and limits "
		       "are there when create returns; the program in config.json waits for "
		       "'elsewhen start'. " BUNDLE_OPERAND ", which is printed.",
	.example = "elsewhen create --bundle /srv/web --pid-file /run/web.pid web",
	.options = create_options,
	.values = &create_values,
	.enters_container = true,
	.run = create_run,
};

const struct command command_run = {
	.name = "run",
	.operands = "ID|BUNDLE",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "create, start, wait and delete in one",
	.description =
		"Creates the container ID and starts it, waits for its end, deletes it and exits "
		"with the status of its program (128 + N after signal N). Signals are passed on "
		"to it. " BUNDLE_OPERAND ", which is printed with --detach.",
	.example = "elsewhen run --bundle /srv/web web",
	.options = run_options,
	.values = &create_values,
	.enters_container = true,
	.run = run_run,
};
