/* SPDX-License-Identifier: Apache-2.0 */
#include "tracer.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "regs.h"

#define TRACER_PROCESSES 256
#define TRACER_OPTIONS                                                                            \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | \
		PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

struct traced {
	pid_t pid;
	char name[FAULT_NAME_SIZE]; /* "": its parent has not told of it yet */
	bool waits;                 /* stopped, until it has a name */
	unsigned int children;
	unsigned long calls;
	bool starves; /* FAULT_MEMORY has reached it */
	bool fails;   /* the call that it is in was not executed */
	int64_t result;
};

struct tracing {
	struct tracer *tracer;
	struct traced processes[TRACER_PROCESSES];
	size_t length;
	pid_t command;
	struct stat program;
	bool counts;  /* since the first execve */
	bool letting; /* the fault is done: all are let go at their next stop */
	int status;
};

static struct traced *traced_find(struct tracing *tracing, pid_t pid)
{
	for (size_t i = 0; i < tracing->length; i++)
		if (tracing->processes[i].pid == pid)
			return &tracing->processes[i];
	return NULL;
}

static struct traced *traced_add(struct tracing *tracing, pid_t pid)
{
	struct traced *traced = traced_find(tracing, pid);

	if (traced)
		return traced;
	if (tracing->length == TRACER_PROCESSES) {
		fprintf(stderr, "faults: more than %d processes\n", TRACER_PROCESSES);
		exit(125);
	}
	traced = &tracing->processes[tracing->length++];
	*traced = (struct traced){ .pid = pid };
	return traced;
}

static void traced_forget(struct tracing *tracing, struct traced *traced)
{
	*traced = tracing->processes[--tracing->length];
}

static void traced_let_go(struct tracing *tracing, struct traced *traced, int signal)
{
	ptrace(PTRACE_DETACH, traced->pid, NULL, (unsigned long)signal);
	traced_forget(tracing, traced);
}

static void traced_continue(const struct traced *traced, int signal)
{
	ptrace(PTRACE_SYSCALL, traced->pid, NULL, (unsigned long)signal);
}

/* Once the fault is done nothing is counted any more, but where memory stays away. */
static void traced_go_on(struct tracing *tracing, struct traced *traced, int signal)
{
	if (tracing->letting)
		traced_let_go(tracing, traced, signal);
	else
		traced_continue(traced, signal);
}

/*
 * brk(2) knows no errno: it returns an end that is too low. close(2) closes, whatever it returns: what
 * stayed open would be a fault that no kernel has.
 */
static void fault_skip(struct traced *traced, const char *name, int code)
{
	traced->fails = strcmp(name, "close") == 0 || regs_skip_call(traced->pid) == 0;
	traced->result = strcmp(name, "brk") == 0 ? 0 : -code;
}

static void fault_happen(
	struct tracing *tracing, struct traced *traced, const char *name, uint64_t length)
{
	const struct fault *fault = tracing->tracer->fault;

	snprintf(tracing->tracer->hit, sizeof(tracing->tracer->hit), "%s", name);
	switch (fault->kind) {
	case FAULT_KILL:
		kill(traced->pid, SIGKILL);
		break;
	case FAULT_PARENT:
		kill(tracing->command, SIGKILL);
		break;
	case FAULT_ERRNO:
		fault_skip(traced, name, fault->code);
		return;
	case FAULT_SHORT:
		regs_set_third(traced->pid, length / 2);
		break;
	case FAULT_MEMORY:
		traced->starves = true;
		return;
	case FAULT_NONE:
		return;
	}
	tracing->letting = true;
}

static bool fault_is_here(const struct tracing *tracing, const struct traced *traced)
{
	const struct fault *fault = tracing->tracer->fault;

	return fault->kind != FAULT_NONE && !tracing->tracer->hit[0] &&
	       traced->calls == fault->call && strcmp(traced->name, fault->process) == 0;
}

static void call_record(const struct tracing *tracing, const struct traced *traced,
	const char *name, const struct __ptrace_syscall_info *info)
{
	const char *what = "-";

	if (!tracing->tracer->record)
		return;
	if (fault_can_be_short(name, info->entry.args[2]))
		what = "short";
	else if (fault_asks_for_memory(name, info->entry.args[3]))
		what = "memory";
	fprintf(tracing->tracer->record, "%s %lu %s %s\n", traced->name, traced->calls, name, what);
}

static void call_enter(
	struct tracing *tracing, struct traced *traced, const struct __ptrace_syscall_info *info)
{
	char *name = seccomp_syscall_resolve_num_arch(info->arch, (int)info->entry.nr);
	const char *known = name ? name : "unknown";

	traced->calls++;
	call_record(tracing, traced, known, info);
	if (fault_is_here(tracing, traced))
		fault_happen(tracing, traced, known, info->entry.args[2]);
	if (traced->starves && fault_asks_for_memory(known, info->entry.args[3]))
		fault_skip(traced, known, ENOMEM);
	free(name);
}

static void call_leave(struct tracing *tracing, struct traced *traced)
{
	if (!traced->fails)
		return;
	traced->fails = false;
	regs_set_result(traced->pid, traced->result);
	if (tracing->tracer->fault->kind == FAULT_ERRNO)
		tracing->letting = true;
}

static void stop_at_call(struct tracing *tracing, struct traced *traced)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, traced->pid, sizeof(info), &info) < 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY && tracing->counts)
		call_enter(tracing, traced, &info);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		call_leave(tracing, traced);
	/* An entry that was changed has its exit to see. */
	if (traced->fails)
		traced_continue(traced, 0);
	else
		traced_go_on(tracing, traced, 0);
}

static void stop_at_fork(struct tracing *tracing, struct traced *parent)
{
	unsigned long pid = 0;
	struct traced *child;

	if (ptrace(PTRACE_GETEVENTMSG, parent->pid, NULL, &pid) == 0 && pid > 0) {
		pid_t parent_pid = parent->pid;

		child = traced_add(tracing, (pid_t)pid);
		parent = traced_find(tracing, parent_pid);
		snprintf(child->name, sizeof(child->name), "%.40s.%u", parent->name,
			++parent->children);
		child->starves = parent->starves;
		if (child->waits)
			traced_go_on(tracing, child, 0);
		parent = traced_find(tracing, parent_pid);
	}
	traced_go_on(tracing, parent, 0);
}

/* Whether it still is the command's own program, which may have executed itself again. */
static bool is_own_program(const struct tracing *tracing, pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	return stat(path, &st) == 0 && st.st_dev == tracing->program.st_dev &&
	       st.st_ino == tracing->program.st_ino;
}

/* Not before the command begins, so that its first call is always the same. */
static void also_begin(struct tracing *tracing)
{
	struct traced *also = traced_find(tracing, tracing->tracer->also);

	if (!also)
		return;
	snprintf(also->name, sizeof(also->name), "i");
	if (also->waits)
		traced_go_on(tracing, also, 0);
}

static int also_seize(struct tracing *tracing)
{
	pid_t pid = tracing->tracer->also;

	if (pid <= 0)
		return 0;
	if (ptrace(PTRACE_SEIZE, pid, NULL, TRACER_OPTIONS) < 0)
		return -1;
	traced_add(tracing, pid);
	return ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 ? -1 : 0;
}

static void stop_at_exec(struct tracing *tracing, struct traced *traced)
{
	pid_t pid = traced->pid;

	if (!tracing->counts)
		also_begin(tracing);
	tracing->counts = true;
	traced = traced_find(tracing, pid);
	if (is_own_program(tracing, traced->pid))
		traced_go_on(tracing, traced, 0);
	else
		traced_let_go(tracing, traced, 0);
}

static void stop_of_group(struct tracing *tracing, struct traced *traced, int signal)
{
	bool stopped =
		signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;

	traced->waits = !traced->name[0];
	if (traced->waits)
		return;
	if (stopped && !tracing->letting)
		ptrace(PTRACE_LISTEN, traced->pid, NULL, NULL);
	else
		traced_go_on(tracing, traced, 0);
}

static void stopped(struct tracing *tracing, pid_t pid, int status)
{
	struct traced *traced = traced_add(tracing, pid);
	int signal = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
		event == PTRACE_EVENT_CLONE)
		stop_at_fork(tracing, traced);
	else if (event == PTRACE_EVENT_EXEC)
		stop_at_exec(tracing, traced);
	else if (event == PTRACE_EVENT_STOP)
		stop_of_group(tracing, traced, signal);
	else if (signal == (SIGTRAP | 0x80))
		stop_at_call(tracing, traced);
	else
		traced_go_on(tracing, traced, signal);
}

static void ended(struct tracing *tracing, pid_t pid, int status)
{
	struct traced *traced = traced_find(tracing, pid);

	if (traced)
		traced_forget(tracing, traced);
	if (pid == tracing->command)
		tracing->status =
			WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Those that outlive the command go on untraced; most are blocked in a call, which is interrupted. */
static void let_all_go(struct tracing *tracing)
{
	tracing->letting = true;
	for (size_t i = 0; i < tracing->length; i++)
		ptrace(PTRACE_INTERRUPT, tracing->processes[i].pid, NULL, NULL);
	while (tracing->length > 0) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return;
		if (!WIFSTOPPED(status)) {
			ended(tracing, pid, status);
			continue;
		}
		traced_let_go(tracing, traced_add(tracing, pid),
			status >> 16 || WSTOPSIG(status) == (SIGTRAP | 0x80) ? 0
									     : WSTOPSIG(status));
	}
}

static pid_t spawn(char **command)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(ready[1]);
		if (read(ready[0], &byte, 1) == 1) {
			close(ready[0]);
			execv(command[0], command);
		}
		_exit(127);
	}
	close(ready[0]);
	if (pid > 0 && ptrace(PTRACE_SEIZE, pid, NULL, TRACER_OPTIONS) < 0) {
		kill(pid, SIGKILL);
		pid = -1;
	}
	if (pid > 0 && write(ready[1], "", 1) != 1)
		pid = -1;
	close(ready[1]);
	return pid;
}

int tracer_run(struct tracer *tracer)
{
	struct tracing *tracing = calloc(1, sizeof(*tracing));
	int result;

	if (!tracing)
		return -1;
	*tracing = (struct tracing){ .tracer = tracer, .status = -1 };
	if (stat(tracer->command[0], &tracing->program) < 0 || also_seize(tracing) < 0 ||
		(tracing->command = spawn(tracer->command)) < 0) {
		free(tracing);
		return -1;
	}
	snprintf(traced_add(tracing, tracing->command)->name, FAULT_NAME_SIZE, "0");
	while (tracing->status < 0) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			break;
		if (WIFSTOPPED(status))
			stopped(tracing, pid, status);
		else
			ended(tracing, pid, status);
	}
	let_all_go(tracing);
	result = tracing->status;
	free(tracing);
	return result;
}
