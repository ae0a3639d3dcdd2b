/* SPDX-License-Identifier: Apache-2.0 */
/* elsewhen exec */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#include "commands.h"
#include "descriptors.h"

/*
 * `options` and, in the shape that the command line gives, what is not yet in it. The lists live as
 * long as the process.
 */
static struct {
	struct container_exec_options options;
	struct strv env, capabilities, additional_gids;
	gid_t *gids;
	struct option_tristate no_new_privs;
} exec_values;

#define VALUE(name) offsetof(__typeof__(exec_values), name)
#define OPTION_VALUE(name) VALUE(options.name)

/* clang-format off */
static const struct option_spec exec_options[] = {
	{ "process", 'p', OPTION_STRING, OPTION_VALUE(process_file), "FILE",
	  "take the process (an object like process in config.json) from FILE" },
	{ "tty", 't', OPTION_FLAG, OPTION_VALUE(tty), NULL,
	  "give it a terminal" },
	{ "env", 'e', OPTION_STRINGS, VALUE(env), "NAME=VALUE",
	  "add to its environment; may be repeated" },
	{ "cwd", 0, OPTION_STRING, OPTION_VALUE(cwd), "DIR",
	  "its working directory (default: the one in config.json)" },
	{ "user", 'u', OPTION_STRING, OPTION_VALUE(user), "UID[:GID]",
	  "its user and group (default: those in config.json)" },
	{ "additional-gids", 'g', OPTION_STRINGS, VALUE(additional_gids), "GID[,GID...]",
	  "add to its groups; may be repeated" },
	{ "cap", 'c', OPTION_STRINGS, VALUE(capabilities), "CAP",
	  "add to its capabilities; may be repeated" },
	{ "no-new-privs", 0, OPTION_TRISTATE, VALUE(no_new_privs), NULL,
	  "set or (=false) leave out no_new_privs (default: as in config.json)" },
	{ "process-label", 0, OPTION_STRING, OPTION_VALUE(process_label), "LABEL",
	  "its SELinux label" },
	{ "apparmor", 0, OPTION_STRING, OPTION_VALUE(apparmor), "PROFILE",
	  "its AppArmor profile" },
	{ "cgroup", 0, OPTION_STRING, OPTION_VALUE(cgroup), "PATH",
	  "put it into this cgroup below the container's own" },
	{ "detach", 'd', OPTION_FLAG, OPTION_VALUE(detach), NULL,
	  "return once it is running" },
	{ "pid-file", 0, OPTION_STRING, OPTION_VALUE(pid_file), "FILE",
	  "write its PID to FILE" },
	{ "console-socket", 0, OPTION_STRING, OPTION_VALUE(console_socket), "SOCKET",
	  "send its terminal over this Unix socket" },
	{ "preserve-fds", 0, OPTION_COUNT, OPTION_VALUE(preserve_fds), "N",
	  "pass the file descriptors 3 to 3+N-1 on to it (default: 0)" },
	{ "no-subreaper", 0, OPTION_FLAG, OPTION_VALUE(no_subreaper), NULL,
	  "do not become the reaper of its orphans" },
	{ 0 },
};
/* clang-format on */

/* A process comes whole from --process or piece by piece from the command line. */
static int exec_check_process_file(const struct invocation *invocation, struct error *err)
{
	const struct container_exec_options *options = &exec_values.options;
	const struct {
		const char *name;
		bool given;
	} conflicts[] = {
		{ "a command", invocation->operands_count > 1 },
		{ "--env", exec_values.env.length > 0 },
		{ "--cwd", options->cwd },
		{ "--user", options->user },
		{ "--additional-gids", exec_values.additional_gids.length > 0 },
		{ "--cap", exec_values.capabilities.length > 0 },
		{ "--no-new-privs", exec_values.no_new_privs.given },
		{ "--process-label", options->process_label },
		{ "--apparmor", options->apparmor },
	};

	if (!options->process_file) {
		if (invocation->operands_count > 1)
			return 0;
		return error_set(
			err, EINVAL, "exec: give a command after the ID, or --process FILE");
	}
	for (size_t i = 0; i < ARRAY_LENGTH(conflicts); i++) {
		if (conflicts[i].given)
			return error_set(err, EINVAL,
				"exec: %s can not be given beside --process, which has its own",
				conflicts[i].name);
	}
	return 0;
}

static int exec_read_gid(const char *part, size_t length, gid_t *gid, struct error *err)
{
	char digits[16] = "";
	uint64_t value = 0;

	if (length < sizeof(digits))
		memcpy(digits, part, length);
	/* (gid_t)-1 means "no change" to the kernel. */
	if (number_parse_u64(digits, &value) < 0 || value >= UINT32_MAX)
		return error_set(err, EINVAL,
			"exec: --additional-gids: '%.*s' is not a number from 0 to 4294967294",
			(int)length, part);
	*gid = (gid_t)value;
	return 0;
}

/* One word of --additional-gids, "10" or "10,20", onto the list. */
static int exec_add_gids(const char *word, struct error *err)
{
	size_t *count = &exec_values.options.additional_gids_length;

	for (;;) {
		size_t length = strcspn(word, ",");

		if (exec_read_gid(word, length, &exec_values.gids[*count], err) < 0)
			return -1;
		(*count)++;
		if (!word[length])
			return 0;
		word += length + 1;
	}
}

static int exec_read_gids(struct error *err)
{
	const struct strv *words = &exec_values.additional_gids;
	size_t room = 0;

	/* n characters are at most n + 1 parts, also when they are all commas. */
	for (size_t i = 0; i < words->length; i++)
		room += strlen(words->items[i]) + 1;
	if (room == 0)
		return 0;
	exec_values.gids = calloc(room, sizeof(*exec_values.gids));
	if (!exec_values.gids)
		return error_errno(err, ENOMEM, "exec: --additional-gids");
	for (size_t i = 0; i < words->length; i++) {
		if (exec_add_gids(words->items[i], err) < 0)
			return -1;
	}
	exec_values.options.additional_gids = exec_values.gids;
	return 0;
}

static int exec_check_env(struct error *err)
{
	for (size_t i = 0; i < exec_values.env.length; i++) {
		const char *entry = exec_values.env.items[i];

		if (entry[0] == '=' || !strchr(entry, '='))
			return error_set(err, EINVAL, "exec: --env: '%s' is not NAME=VALUE", entry);
	}
	return 0;
}

static int exec_run(struct invocation *invocation, struct error *err)
{
	struct container_exec_options *options = &exec_values.options;

	if (exec_check_process_file(invocation, err) < 0 || exec_check_env(err) < 0 ||
		exec_read_gids(err) < 0 ||
		descriptors_check_preserved(options->preserve_fds, err) < 0)
		return -1;
	if (!options->process_file)
		options->args = invocation->operands + 1;
	options->env = exec_values.env.items;
	options->capabilities = exec_values.capabilities.items;
	options->no_new_privs = exec_values.no_new_privs.value;
	options->no_new_privs_set = exec_values.no_new_privs.given;
	return container_exec(invocation->runtime, invocation->operands[0], options,
		&invocation->exit_status, err);
}

const struct command command_exec = {
	.name = "exec",
	.operands = "ID [COMMAND [ARGUMENT...]]",
	.operands_min = 1,
	.operands_max = OPERANDS_ANY,
	.summary = "run one more process in a running container",
	.description = "Runs one more process in the container ID, in all of its namespaces (so "
		       "by its clocks, too), and exits with its status (128 + N after signal N). "
		       "Options come before the ID; what follows it is the command. With "
		       "--process the command and what describes it come from FILE.",
	.example = "elsewhen exec --env TERM=xterm --tty web /bin/sh",
	.options = exec_options,
	.values = &exec_values,
	.in_order = true,
	.enters_container = true,
	.run = exec_run,
};
