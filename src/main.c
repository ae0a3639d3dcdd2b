/* SPDX-License-Identifier: Apache-2.0 */
/* elsewhen: from the command line to one command, and from its end to an exit status. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/text.h"
#include "linux/self_exe.h"

#include "commands.h"
#include "descriptors.h"
#include "global.h"
#include "help.h"

/* What the words before the command's own options ask for. */
struct request {
	struct global_values globals;
	struct operands operands;
	const struct command *command; /* NULL: print help or the version */
};

static void request_free(struct request *request)
{
	operands_free(&request->operands);
}

/* "help NAME" is "NAME --help"; the words behind the name do not matter then. */
static int request_find_command(struct request *request, struct error *err)
{
	const char *name = request->operands.items[0];

	if (request->operands.help || request->globals.version)
		return 0;
	if (!name)
		return error_set(err, EINVAL, "no command was given; see 'elsewhen --help'");
	if (text_equal(name, "help")) {
		request->operands.help = true;
		name = request->operands.items[1];
		if (!name || text_equal(name, "help"))
			return 0;
	}
	request->command = command_find(name, err);
	return request->command ? 0 : -1;
}

static int request_parse(struct request *request, char *const *words, struct error *err)
{
	const struct option_set set = {
		.rows = global_options,
		.values = &request->globals,
		.in_order = true,
	};

	if (options_parse(&set, words, &request->operands, err) < 0)
		return -1;
	return request_find_command(request, err);
}

/*
 * The log is opened after the executable is protected, which executes it again, and also when the
 * command line is wrong: an engine reads the reason there.
 */
static int request_prepare(struct request *request, char *argv[], struct error *err)
{
	const struct global_values *globals = &request->globals;
	int failed = request_parse(request, argv[0] ? argv + 1 : argv, err);
	struct error log_err = { 0 };

	if (!failed && request->command && request->command->enters_container)
		failed = self_exe_protect(argv, err);
	if (log_open(globals->log, (enum log_format)globals->log_format, globals->debug, &log_err) <
			0 &&
		!failed) {
		*err = log_err;
		return -1;
	}
	return failed;
}

static void runtime_free(struct container_runtime *runtime)
{
	free(runtime->root);
}

static int request_run(const struct request *request, int *exit_status, struct error *err)
{
	__attribute__((cleanup(runtime_free))) struct container_runtime runtime = { 0 };

	if (request->globals.version) {
		help_print_version();
		return 0;
	}
	if (request->operands.help) {
		if (request->command)
			help_print_command(request->command);
		else
			help_print_program();
		return 0;
	}
	if (global_make_runtime(&request->globals, &runtime, err) < 0)
		return -1;
	static const char *const cgroups[] = { "by cgroupfs", "disabled", "by systemd" };

	log_debug("%s: root %s, %s, cgroups %s", request->command->name, runtime.root,
		runtime.rootless ? "rootless" : "not rootless", cgroups[runtime.cgroups]);
	return command_invoke(
		request->command, &runtime, request->operands.items + 1, exit_status, err);
}

/* A full disk or a closed pipe behind standard output is a failure too. */
static int output_flush(struct error *err)
{
	errno = 0;
	if (fflush(stdout) != 0 || ferror(stdout))
		return error_errno(err, errno ? errno : EIO, "write to standard output");
	return 0;
}

int main(int argc, char *argv[])
{
	__attribute__((cleanup(request_free))) struct request request = { 0 };
	struct error err = { 0 };
	int exit_status = EXIT_SUCCESS;

	(void)argc;
	/* Half a container must not stay because nobody reads what we log, and a caller that
	 * ignores SIGCHLD would take the exit status of our children from us. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	/* Files and directories made on behalf of a container have the modes that are asked for. */
	umask(S_IWGRP | S_IWOTH);
	descriptors_disown_sockets();
	if (descriptors_open_standard(&err) < 0 || request_prepare(&request, argv, &err) < 0 ||
		request_run(&request, &exit_status, &err) < 0 || output_flush(&err) < 0) {
		log_error(&err);
		return EXIT_FAILURE;
	}
	return exit_status;
}
