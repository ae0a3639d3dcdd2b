/* SPDX-License-Identifier: Apache-2.0 */
#include "container/foreground.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "linux/process.h"
#include "linux/terminal.h"

/* Everything a person or a service manager sends; faults of our own and job control stay ours. */
static void foreground_fill_set(sigset_t *set)
{
	static const int own[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS,
		SIGTTIN, SIGTTOU, SIGTSTP, SIGURG, SIGPIPE };

	sigfillset(set);
	for (size_t i = 0; i < ARRAY_LENGTH(own); i++)
		sigdelset(set, own[i]);
}

static sigset_t foreground_held, foreground_before;

void foreground_hold_signals(void)
{
	foreground_fill_set(&foreground_held);
	sigprocmask(SIG_BLOCK, &foreground_held, &foreground_before);
}

/* As a subreaper we get the container's orphans; init itself is reaped by its pid, at the end. */
static void foreground_reap_orphans(pid_t init)
{
	siginfo_t info = { 0 };

	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid > 0 &&
		info.si_pid != init) {
		waitpid(info.si_pid, NULL, WNOHANG);
		info.si_pid = 0;
	}
}

static void foreground_take_signal(int signals, const struct enter *enter)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD)
		foreground_reap_orphans(enter->init);
	else if (info.ssi_signo != SIGWINCH)
		(void)process_signal(enter->init_pidfd, (int)info.ssi_signo);
}

static int foreground_poll(const struct enter *enter, int signals, struct error *err)
{
	struct pollfd fds[] = {
		{ .fd = enter->init_pidfd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	while (!(fds[0].revents & POLLIN)) {
		if (poll(fds, ARRAY_LENGTH(fds), -1) < 0 && errno != EINTR)
			return error_errno(err, errno, "wait for the container's process");
		if (fds[1].revents & POLLIN)
			foreground_take_signal(signals, enter);
	}
	return 0;
}

int foreground_wait(struct enter *enter, int console, int *exit_status, struct error *err)
{
	cleanup_close int signals = -1;
	int result, status;

	if (console >= 0) {
		result = terminal_relay(console, enter->init_pidfd, err);
	} else {
		signals = signalfd(-1, &foreground_held, SFD_CLOEXEC | SFD_NONBLOCK);
		if (signals < 0)
			return error_errno(err, errno, "make a signalfd");
		result = foreground_poll(enter, signals, err);
	}
	sigprocmask(SIG_SETMASK, &foreground_before, NULL);
	if (result < 0)
		return -1;
	status = process_reap(enter->init);
	if (status < 0)
		return error_errno(err, -status, "reap the container's process");
	*exit_status = status;
	enter->init = 0;
	enter->first_child = 0;
	return 0;
}
