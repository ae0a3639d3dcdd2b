/* SPDX-License-Identifier: Apache-2.0 */
/* The recipe of `restore`: a container whose processes CRIU makes, from images. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "container/criu_job.h"
#include "container/directory.h"
#include "container/foreground.h"
#include "container/hooks.h"
#include "container/pod_sandbox.h"
#include "container/recipe.h"
#include "container/restoration.h"
#include "container/restore_check.h"
#include "container/restore_mounts.h"
#include "linux/namespace.h"
#include "linux/socket.h"
#include "linux/terminal.h"

static int restore_open_console(void *context, struct error *err)
{
	struct creation *creation = context;

	if (!creation->options->console_socket)
		return 0;
	creation->console_socket =
		socket_connect(creation->options->console_socket, "--console-socket", err);
	return creation->console_socket < 0 ? -1 : 0;
}

static int restore_prepare_rootfs(void *context, struct error *err)
{
	struct restoration *restoration = context;

	if (!restoration->creation.own_mounts)
		return 0;
	return restore_make_mount_points(
		&restoration->creation, &restoration->expected_mounts, err);
}

static int restore_make_clock(void *context, struct error *err)
{
	struct restoration *restoration = context;
	struct restore_clock *clock = &restoration->clock;
	cleanup_free char *path = NULL;
	int result = restore_clock_make(clock, &restoration->creation, err);

	create_unlock_sandbox(restoration);
	if (result < 0)
		return -1;
	path = restore_clock_path(clock);
	if (path)
		criu_pairs_add(&restoration->criu.join_namespaces, "time", path);
	if (clock->maker.pid > 0)
		return 0;
	return restore_clock_prove(
		clock, clock->namespace, restoration->options->allow_clock_jump, err);
}

/* From here on it can be killed, by us and by `delete --force`. */
static int restore_record(struct restoration *restoration, pid_t pid, struct error *err)
{
	struct enter *enter = &restoration->creation.enter;

	if (enter->init == pid)
		return 0;
	if (pid <= 0)
		return error_set(err, EPROTO, "CRIU names no process");
	enter->init_pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (enter->init_pidfd < 0)
		return error_errno(err, errno, "open a pidfd of init (pid %d)", (int)pid);
	/* A sibling of CRIU's is a child of ours. */
	enter->init = pid;
	enter->first_child = pid;
	return create_record_init(restoration, err);
}

/* All that the container was is there again, and stands still. */
static int restore_check_restored(struct restoration *restoration, struct error *err)
{
	struct creation *creation = &restoration->creation;
	cleanup_close int time_fd = -1;
	char path[64];

	restore_maker_end(&restoration->clock.maker);
	if (creation->own_mounts && creation->config->root.readonly &&
		restore_set_readonly(creation->enter.init, err) < 0)
		return -1;
	if (restoration->clock.namespace >= 0) {
		snprintf(path, sizeof(path), "/proc/%d/ns/time", (int)creation->enter.init);
		time_fd = namespace_open(path, CLONE_NEWTIME, "the container's clocks", err);
		if (time_fd < 0)
			return -1;
	}
	return restore_clock_prove(
		&restoration->clock, time_fd, restoration->options->allow_clock_jump, err);
}

static int restore_hold_to_config(struct restoration *restoration, struct error *err)
{
	restoration->held_to_config = true;
	return restore_check(&restoration->creation, &restoration->expected_mounts,
		&restoration->criu, restoration->filters, err);
}

static int restore_take_terminal(struct creation *creation, int *passed, struct error *err)
{
	if (*passed < 0)
		return error_set(err, EPROTO, "CRIU sent no terminal");
	if (creation->console_socket < 0) {
		replace_fd(&creation->console, move_fd(passed));
		terminal_copy_size(creation->console);
		return 0;
	}
	if (terminal_send_console(creation->console_socket, *passed, err) < 0)
		return -1;
	cleanup_fd(&creation->console_socket);
	return 0;
}

static int restore_notified(
	void *context, const struct criu_response *notification, int *passed, struct error *err)
{
	struct restoration *restoration = context;
	const char *what = notification->notification;

	if (text_equal(what, "orphan-pts-master"))
		return restore_take_terminal(&restoration->creation, passed, err);
	if (text_equal(what, "setup-namespaces")) {
		if (restore_record(restoration, notification->pid, err) < 0 ||
			restore_clock_complete(&restoration->clock, notification->pid, err) < 0)
			return -1;
		return creation_run_hooks(&restoration->creation, err);
	}
	if (text_equal(what, "post-restore")) {
		if (restore_record(restoration, notification->pid, err) < 0)
			return -1;
		return restore_check_restored(restoration, err);
	}
	/* They have their rights by now, and do not run yet. CRIU does not take a no any more. */
	if (text_equal(what, "pre-resume"))
		return restore_hold_to_config(restoration, err) < 0 ? CRIU_KILL : 0;
	return 0;
}

/*
 * In CRIU's process: what it makes is born where it is. With a cgroup namespace rooted at the container's
 * cgroup, "/" in there is what the images have as "/".
 */
static int restore_prepare_criu(void *context, bool entered_cgroup, struct error *err)
{
	struct restoration *restoration = context;
	struct creation *creation = &restoration->creation;

	if (cgroup_entry_enter(&creation->enter.cgroup, !entered_cgroup, err) < 0)
		return -1;
	if (oci_config_namespace(creation->config, OCI_NAMESPACE_CGROUP) &&
		restoration->options->cgroup_mode == CONTAINER_CGROUP_IGNORE &&
		unshare(CLONE_NEWCGROUP) < 0)
		return error_errno(err, errno, "make a cgroup namespace");
	/* What CRIU makes inherits it; 3.17 would lose it. */
	if (creation->config->process.no_new_privileges &&
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_errno(err, errno, "process.noNewPrivileges");
	return creation->own_mounts ? restore_mount_root(restoration->root, err) : 0;
}

static int restore_run_criu(void *context, struct error *err)
{
	struct restoration *restoration = context;
	const struct criu_setup setup = {
		.program = criu_job_program(restoration->options->criu),
		.shares_stdio = true,
		.shares_terminal = restoration->options->shell_job,
		.cgroup = restoration->creation.enter.cgroup.v2_directory,
		/* What is in the container's cgroup needs no guard. */
		.lock = -1,
		.without_breakpoints = criu_needs_no_breakpoints(restoration->version),
		.watch.timeout = restoration->options->criu_timeout,
		.passed = restoration->passed,
		.passed_length = restoration->passed_length,
		.prepare = restore_prepare_criu,
		.context = restoration,
	};

	bool in_user_namespace =
		plan_source(&restoration->creation.enter.plan, OCI_NAMESPACE_USER) == PLAN_NEW;
	enum criu_end end;
	mode_t mode = 0;
	int result;

	if (in_user_namespace && images_open_to_search(&restoration->images, &mode, err) < 0)
		return -1;
	result = criu_job_run(&setup, CRIU_RESTORE, &restoration->criu, &restoration->images,
		restore_notified, restoration, &end, err);
	if (in_user_namespace)
		images_restrict(&restoration->images, mode);
	if (result < 0)
		return -1;
	return restoration->held_to_config ? 0 : restore_hold_to_config(restoration, err);
}

static const struct recipe_step restore_steps[] = {
	/* Nothing is made before the last of these. */
	{ "check the options", restore_check_options, NULL },
	{ "look for CRIU", restore_find_criu, NULL },
	{ "read config.json", create_read_config, NULL },
	{ "decide on the clock", create_decide_clock, NULL },
	{ "find its pod", restore_find_sandbox, NULL },
	{ "check it against this machine", create_check_machine, NULL },
	{ "check its namespaces", restore_check_namespaces, NULL },
	{ "plan the processes", create_plan_processes, NULL },
	{ "look at who shares its PID namespace", restore_check_peers, NULL },
	{ "plan the mounts", create_plan_mounts, NULL },
	{ "plan the cgroup", create_plan_cgroup, NULL },
	{ "open the images", restore_open_images, NULL },
	{ "read the saved clocks", restore_read_clock, NULL },
	{ "check the seccomp filters", restore_check_filters, NULL },
	{ "name what is outside", restore_name_outside, NULL },
	{ "lock the pod's sandbox", create_lock_sandbox, create_unlock_sandbox },
	/* As for create: the lock on the id, and the intent that delete undoes. */
	{ "make the container's directory", create_make_directory, create_undo_directory },
	{ "write the intent", create_write_intent, NULL },
	{ "make the cgroup", create_make_cgroup, create_undo_cgroup },
	{ "set the cgroup's limits", create_set_limits, NULL },
	{ "open the console socket", restore_open_console, NULL },
	{ "make the mount points", restore_prepare_rootfs, NULL },
	/* As late as it can be: a clock that continues stands still until then. */
	{ "make the time namespace", restore_make_clock, NULL },
	{ "restore", restore_run_criu, create_undo_init },
	{ "leave the cgroup to init", create_settle_cgroup, NULL },
	{ NULL, NULL, NULL },
};

static int restore_become_subreaper(
	const struct container_create_options *options, struct error *err)
{
	if (options->detach || options->no_subreaper)
		return 0;
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return error_errno(err, errno, "become a subreaper");
	return 0;
}

static int restore_finish(struct restoration *restoration, struct error *err)
{
	struct creation *creation = &restoration->creation;
	cleanup_free char *line = restore_clock_tell(&restoration->clock, creation->id);

	create_describe_init(creation, creation->enter.init);
	if (creation_record(creation, OCI_STATUS_RUNNING, err) < 0 ||
		hooks_run(&creation->config->hooks.poststart, "poststart", &creation->state,
			OCI_STATUS_RUNNING, creation->enter.init, err) < 0) {
		creation_undo(creation);
		return -1;
	}
	log_information("%s", line);
	return 0;
}

static int restore_wait(struct creation *creation, int *exit_status, struct error *err)
{
	/* Other commands may act on it while it runs. */
	directory_unlock(creation->directory);
	if (foreground_wait(&creation->enter, creation->console, exit_status, err) < 0)
		return -1;
	return creation->options->keep ? 0 : creation_delete(creation, err);
}

static void restore_close(struct restoration *restoration)
{
	restore_clock_close(&restoration->clock);
	images_close(&restoration->images);
	criu_options_free(&restoration->criu);
	strv_free(&restoration->descriptors);
	free(restoration->root);
	mount_table_free(&restoration->expected_mounts);
	creation_close(&restoration->creation);
}

int container_restore(const struct container_runtime *runtime, const char *id,
	const struct container_restore_options *options, int *exit_status, struct error *err)
{
	struct restoration restoration = { .options = options };
	struct creation *creation = &restoration.creation;
	bool detach = options->create.detach;
	int result;

	*exit_status = 0;
	if (restore_become_subreaper(&options->create, err) < 0)
		return -1;
	creation_reset(creation);
	creation->runtime = runtime;
	creation->options = &options->create;
	creation->id = id;
	creation->starts_itself = true;
	images_reset(&restoration.images);
	restore_clock_reset(&restoration.clock);
	result = recipe_run(restore_steps, &restoration, err);
	if (result == 0 && !detach)
		foreground_hold_signals();
	if (result == 0)
		result = restore_finish(&restoration, err);
	if (result == 0 && !detach)
		result = restore_wait(creation, exit_status, err);
	restore_close(&restoration);
	return result;
}
