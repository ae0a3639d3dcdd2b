/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a check in a process group of its own, and ends that group when its time is over. */
#include "run.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "linux/vdso.h"
#include "namespace.h"
#include "report.h"

/* By system call: the vDSO is what may be broken. */
static int64_t run_now(void)
{
	return vdso_read_clock_by_syscall(CLOCK_MONOTONIC);
}

_Noreturn static void run_in_child(const struct kit_check *check, const int pipe_fds[2])
{
	setpgid(0, 0);
	if (dup2(pipe_fds[1], REPORT_FD) != REPORT_FD)
		_exit(EXIT_FAILURE);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	report_begin();
	check->run(check->argument);
	_exit(EXIT_SUCCESS);
}

/* Up to the end of the stream; false when that did not come in time. */
static bool run_listen(int fd, int seconds, char *text, unsigned int size)
{
	const int64_t deadline = run_now() + seconds * KIT_SECOND;
	unsigned int used = 0;
	bool ended = false, late = false;

	while (!ended && !late) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - run_now();
		char rest[512];
		ssize_t got;

		if (left <= 0 || poll(&wait, 1, (int)(left / 1000000) + 1) == 0) {
			late = true;
			continue;
		}
		/* What does not fit is read all the same, so that nobody waits to write it. */
		got = used < size - 1 ? read(fd, text + used, size - 1 - used)
				      : read(fd, rest, sizeof(rest));
		if (got <= 0)
			ended = got == 0 || errno != EINTR;
		else if (used < size - 1)
			used += (unsigned int)got;
	}
	text[used] = '\0';
	return ended;
}

static void run_add(char *text, unsigned int size, const char *line)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s\n", line);
}

enum run_result run_check(const struct kit_check *check, int seconds, char *text, unsigned int size)
{
	int pipe_fds[2], status = 0;
	char line[128];
	bool in_time;
	pid_t pid;

	text[0] = '\0';
	if (pipe(pipe_fds) < 0 || (pid = fork()) < 0) {
		snprintf(text, size, "no process for it: %s\n", strerror(errno));
		return RUN_BROKEN;
	}
	if (pid == 0)
		run_in_child(check, pipe_fds);
	setpgid(pid, pid);
	close(pipe_fds[1]);
	in_time = run_listen(pipe_fds[0], seconds, text, size);
	/* Before it is waited for, so that the group's number is still its own. */
	kill(-pid, SIGKILL);
	close(pipe_fds[0]);
	waitpid(pid, &status, 0);
	if (!in_time) {
		snprintf(line, sizeof(line), "it hung: stopped after %d seconds", seconds);
		run_add(text, size, line);
		return RUN_BROKEN;
	}
	if (WIFSIGNALED(status)) {
		snprintf(line, sizeof(line), "it was ended by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
		run_add(text, size, line);
		return RUN_BROKEN;
	}
	if (WEXITSTATUS(status) == KIT_SKIPPED)
		return RUN_SKIPPED;
	return WEXITSTATUS(status) == EXIT_SUCCESS ? RUN_KEPT : RUN_BROKEN;
}

/* Tried in a child, since nobody leaves a namespace that easily: 0, or an errno. */
static int run_try_namespace(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(namespace_try());
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return EAGAIN;
	return WEXITSTATUS(status);
}

static const char *run_no_namespace(void)
{
	static int answer = -1;

	if (access("/proc/self/ns/time", F_OK) != 0)
		return "this kernel has no time namespaces";
	if (answer < 0)
		answer = run_try_namespace();
	if (answer == 0)
		return NULL;
	return answer == EPERM ? "this user may make no time namespace"
			       : "no time namespace can be made here";
}

const char *run_missing(const struct kit_check *check)
{
	const char *no_namespace = check->needs & KIT_TIMENS ? run_no_namespace() : NULL;

	if (no_namespace)
		return no_namespace;
	if (check->needs & KIT_VDSO && !vdso_find_clock_gettime())
		return "this kernel gives this program no vDSO";
	if (check->needs & KIT_INITIAL && !namespace_is_initial())
		return "the kit was not started in the machine's own time namespace";
	if (check->needs & (KIT_RETURN | KIT_CAPABILITIES) && !namespace_has_rights())
		return "it needs root's rights over the machine";
	return NULL;
}
