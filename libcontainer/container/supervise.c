/* SPDX-License-Identifier: Apache-2.0 */
#include "container/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "container/adapt.h"
#include "container/become.h"
#include "container/sync.h"
#include "linux/attributes.h"
#include "linux/process.h"
#include "linux/terminal.h"

#define SUPERVISE_LOOK_NS 100000
#define SUPERVISE_LOOKS 20000 /* two seconds */

/*
 * From outside: in a user namespace a process has no right to raise them for itself. A stage and its fork are
 * two processes of one user for a moment, so that number is only raised, and init lowers it.
 */
static int supervise_set_limits(
	const struct enter *enter, const struct oci_process *process, pid_t pid, struct error *err)
{
	cleanup_close int procfd = -1;

	for (size_t i = 0; i < process->rlimits_length; i++) {
		const struct oci_rlimit *rlimit = &process->rlimits[i];
		bool counts_both = enter->plan.prepares_outside &&
				   attributes_rlimit_counts_processes(rlimit->type);

		if (counts_both &&
			attributes_raise_rlimit(pid, rlimit->type, rlimit->hard, err) < 0)
			return -1;
		if (!counts_both && attributes_set_rlimit(
					    pid, rlimit->type, rlimit->soft, rlimit->hard, err) < 0)
			return -1;
	}
	if (!process->oom_score_adj.set)
		return 0;
	procfd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (procfd < 0)
		return error_errno(err, errno, "open /proc");
	return attributes_set_oom_score_adj(procfd, pid, (int)process->oom_score_adj.value, err);
}

/* A fork of the stage does not have all that the stage was given. */
static int supervise_set_scheduler(const struct supervisor *supervisor, struct error *err)
{
	const struct enter *enter = supervisor->enter;
	struct attributes_scheduler scheduler;

	if (!enter->plan.prepares_outside || !supervisor->process->scheduler.set)
		return 0;
	adapt_scheduler(&supervisor->process->scheduler, &scheduler);
	if (attributes_scheduler_passes_fork(&scheduler))
		return 0;
	return attributes_set_scheduler(enter->init, &scheduler, err);
}

static int supervise_answer_limits(const struct supervisor *supervisor, struct error *err)
{
	struct enter *enter = supervisor->enter;
	pid_t pid = enter_first_process(enter);

	if (supervisor->describe)
		supervisor->describe(supervisor->context, pid);
	if (supervise_set_limits(enter, supervisor->process, pid, err) < 0)
		return -1;
	return sync_send(enter->runtime_end, SYNC_LIMITS_DONE, 0, err);
}

/* Always -1: the other end is closed, and nobody said why. */
static int supervise_explain_end(struct enter *enter, struct error *err)
{
	pid_t pid = enter->first_child;
	int status;

	if (pid <= 0)
		return error_set(err, ESRCH, "the container's process ended too early");
	status = process_reap(pid);
	enter->first_child = 0;
	if (enter->init == pid)
		enter->init = 0;
	if (status == 128 + SIGKILL)
		return error_set(err, ENOMEM,
			"the container's process was killed: by somebody, or by a memory limit too "
			"low");
	if (status > 128)
		return error_set(err, EINTR, "the container's process was killed by signal %d",
			status - 128);
	return error_set(err, EPIPE, "the container's process ended with exit status %d", status);
}

/*
 * 1: ready. Of an init that other processes of its PID namespace can see, no more is believed than that it is
 * ready or has failed: they may have taken its descriptor.
 */
static int supervise_answer(const struct supervisor *supervisor, const struct sync_message *message,
	int *passed, struct error *err)
{
	const struct enter *enter = supervisor->enter;
	bool is_visible = enter->plan.prepares_outside && enter->init > 0;
	int served = enter_serve(supervisor->enter, message, err);

	if (served != 0)
		return served < 0 ? -1 : 0;
	if (message->type == SYNC_READY)
		return 1;
	if (message->type == SYNC_END)
		return supervise_explain_end(supervisor->enter, err);
	if (message->type == SYNC_HOOKS_PLEASE && supervisor->run_hooks && !is_visible)
		return supervisor->run_hooks(supervisor->context, err);
	if (message->type == SYNC_LIMITS_PLEASE && !is_visible)
		return supervise_answer_limits(supervisor, err);
	if (message->type != SYNC_CONSOLE || is_visible)
		return error_set(err, EPROTO, "the container's process said '%s' out of turn",
			sync_name(message->type));
	replace_fd(supervisor->console, move_fd(passed));
	terminal_copy_size(*supervisor->console);
	return 0;
}

int supervise_until_ready(const struct supervisor *supervisor, struct error *err)
{
	const struct enter *enter = supervisor->enter;
	int answered = 0;

	while (answered == 0) {
		cleanup_close int passed = -1;
		struct sync_message message;

		if (enter->init > 0 && supervisor->record &&
			supervisor->record(supervisor->context, err) < 0)
			return -1;
		if (sync_receive(enter->runtime_end, &message, &passed, err) < 0)
			return -1;
		answered = supervise_answer(supervisor, &message, &passed, err);
	}
	return answered < 0 ? -1 : supervise_set_scheduler(supervisor, err);
}

/* Always -1. */
static int supervise_refuse_killed(struct error *err)
{
	return error_set(err, ESRCH,
		"the container's process was killed before it became the program of process.args: "
		"by somebody, or by a memory limit too low");
}

/* 1: executed, or nobody can tell any more; 0: not yet, -1. */
static int supervise_has_executed(pid_t pid, int pidfd, struct error *err)
{
	int gone = process_wait_gone(pidfd, 0);
	char name[PROCESS_NAME_SIZE];
	int result = process_name(pid, name);

	if (result == -ENOENT || result == -ESRCH)
		return 1;
	if (result < 0)
		return error_errno(
			err, -result, "read the name of the container's process (%d)", (int)pid);
	if (!text_equal(name, BECOME_NAME))
		return 1;
	if (gone == -ETIMEDOUT)
		return 0;
	return supervise_refuse_killed(err);
}

/*
 * The kernel closes the socket a moment before it gives the process its name. A program may have that name, too,
 * or take it: so the wait has an end.
 */
static int supervise_await_name(pid_t pid, int pidfd, struct error *err)
{
	struct timespec pause = { .tv_nsec = SUPERVISE_LOOK_NS };
	int executed = 0;

	for (int i = 0; executed == 0 && i < SUPERVISE_LOOKS; i++) {
		executed = supervise_has_executed(pid, pidfd, err);
		if (executed == 0)
			nanosleep(&pause, NULL);
	}
	return executed < 0 ? -1 : 0;
}

int supervise_until_executed(int fd, pid_t pid, struct error *err)
{
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct sync_message message;

	if (pidfd < 0 && errno != ESRCH)
		return error_errno(
			err, errno, "open a pidfd of the container's process (%d)", (int)pid);
	if (sync_receive(fd, &message, NULL, err) < 0)
		return -1;
	if (message.type == SYNC_END)
		return supervise_refuse_killed(err);
	if (message.type == SYNC_EXECUTING && sync_receive(fd, &message, NULL, err) < 0)
		return -1;
	if (message.type != SYNC_END)
		return error_set(
			err, EPROTO, "init said '%s' instead of starting", sync_name(message.type));
	return pidfd < 0 ? 0 : supervise_await_name(pid, pidfd, err);
}
