/* SPDX-License-Identifier: Apache-2.0 */
#include "container/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "base/cleanup.h"
#include "container/creation.h"
#include "container/directory.h"
#include "container/hooks.h"
#include "container/net_devices.h"
#include "container/sync.h"
#include "linux/attributes.h"
#include "linux/process.h"
#include "linux/procfs.h"
#include "linux/terminal.h"

int supervise_set_limits(const struct oci_process *process, pid_t pid, struct error *err)
{
	cleanup_close int procfd = -1;

	for (size_t i = 0; i < process->rlimits_length; i++)
		if (attributes_set_rlimit(pid, process->rlimits[i].type, process->rlimits[i].soft,
			    process->rlimits[i].hard, err) < 0)
			return -1;
	if (!process->oom_score_adj.set)
		return 0;
	procfd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (procfd < 0)
		return error_errno(err, errno, "open /proc");
	return attributes_set_oom_score_adj(procfd, pid, (int)process->oom_score_adj.value, err);
}

int supervise_explain_end(struct enter *enter, struct error *err)
{
	pid_t pid = enter->first_child;
	int status;

	if (pid <= 0)
		return error_set(err, ESRCH, "the container's init ended too early");
	status = process_reap(pid);
	enter->first_child = 0;
	if (enter->init == pid)
		enter->init = 0;
	if (status == 128 + SIGKILL)
		return error_set(err, ENOMEM,
			"the container's init was killed: by somebody, or by a memory limit too "
			"low");
	if (status > 128)
		return error_set(
			err, EINTR, "the container's init was killed by signal %d", status - 128);
	return error_set(err, EPIPE, "the container's init ended with exit status %d", status);
}

/* As soon as the pid is known it is in the state file: from there `delete --force` can kill it. */
static int supervise_record_init(struct creation *creation, struct error *err)
{
	struct oci_state_file *state = &creation->state;
	unsigned long long start_time;
	int result;

	if (state->pid == creation->enter.init)
		return 0;
	result = procfs_start_time(creation->enter.init, &start_time);
	if (result < 0)
		return error_errno(err, -result, "read the start time of init (pid %d)",
			(int)creation->enter.init);
	state->pid = creation->enter.init;
	state->start_time = start_time;
	return directory_save_state(creation->directory, state, err);
}

/* runtime.md, "Lifecycle" 3 and 4, in this order. */
static int supervise_run_hooks(struct creation *creation, struct error *err)
{
	const struct oci_hooks *hooks = &creation->config->hooks;
	pid_t pid = creation->enter.init;

	/* First: hooks and sysctls find the devices in their place. */
	if (net_devices_move(creation->config, pid, err) < 0)
		return -1;
	creation->hooks_ran = true;
	if (hooks_run(&hooks->prestart, "prestart", &creation->state, OCI_STATUS_CREATING, pid,
		    err) < 0)
		return -1;
	if (hooks_run(&hooks->create_runtime, "createRuntime", &creation->state,
		    OCI_STATUS_CREATING, pid, err) < 0)
		return -1;
	return sync_send(creation->enter.runtime_end, SYNC_HOOKS_DONE, pid, err);
}

/* 1: ready. */
static int supervise_answer(struct creation *creation, const struct sync_message *message,
	int *passed, struct error *err)
{
	int served = enter_serve(&creation->enter, message, err);

	if (served != 0)
		return served < 0 ? -1 : 0;
	switch (message->type) {
	case SYNC_CONSOLE:
		replace_fd(&creation->console, move_fd(passed));
		terminal_copy_size(creation->console);
		return 0;
	case SYNC_HOOKS_PLEASE:
		return supervise_run_hooks(creation, err);
	case SYNC_READY:
		return 1;
	case SYNC_END:
		return supervise_explain_end(&creation->enter, err);
	default:
		return error_set(
			err, EPROTO, "init said '%s' out of turn", sync_name(message->type));
	}
}

int supervise_until_ready(struct creation *creation, struct error *err)
{
	int answered = 0;

	while (answered == 0) {
		cleanup_close int passed = -1;
		struct sync_message message;

		if (creation->enter.init > 0 && supervise_record_init(creation, err) < 0)
			return -1;
		if (sync_receive(creation->enter.runtime_end, &message, &passed, err) < 0)
			return -1;
		answered = supervise_answer(creation, &message, &passed, err);
	}
	if (answered < 0)
		return -1;
	creation->ready = true;
	return supervise_set_limits(&creation->config->process, creation->enter.init, err);
}
