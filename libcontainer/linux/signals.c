/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of signals: the ones of signal(7) with their synonyms, and offsets into the real-time
 * range.
 */
#include "linux/signals.h"
#include "base/text.h"

#include <signal.h>
#include <strings.h>
#include <unistd.h>

#ifndef SIGSTKFLT
#define SIGSTKFLT 16
#endif

static const struct {
	const char *name;
	int number;
} signals_names[] = {
	{ "ABRT", SIGABRT },
	{ "ALRM", SIGALRM },
	{ "BUS", SIGBUS },
	{ "CHLD", SIGCHLD },
	{ "CLD", SIGCHLD },
	{ "CONT", SIGCONT },
	{ "FPE", SIGFPE },
	{ "HUP", SIGHUP },
	{ "ILL", SIGILL },
	{ "INT", SIGINT },
	{ "IO", SIGIO },
	{ "IOT", SIGABRT },
	{ "KILL", SIGKILL },
	{ "PIPE", SIGPIPE },
	{ "POLL", SIGIO },
	{ "PROF", SIGPROF },
	{ "PWR", SIGPWR },
	{ "QUIT", SIGQUIT },
	{ "SEGV", SIGSEGV },
	{ "STKFLT", SIGSTKFLT },
	{ "STOP", SIGSTOP },
	{ "SYS", SIGSYS },
	{ "TERM", SIGTERM },
	{ "TRAP", SIGTRAP },
	{ "TSTP", SIGTSTP },
	{ "TTIN", SIGTTIN },
	{ "TTOU", SIGTTOU },
	{ "URG", SIGURG },
	{ "USR1", SIGUSR1 },
	{ "USR2", SIGUSR2 },
	{ "VTALRM", SIGVTALRM },
	{ "WINCH", SIGWINCH },
	{ "XCPU", SIGXCPU },
	{ "XFSZ", SIGXFSZ },
};

/* "" is the base itself; else the sign that stays inside the range, and how far. */
static int signals_real_time(const char *offset, char sign, int base)
{
	int distance;

	if (!*offset)
		return base;
	if (*offset != sign || number_parse_int(offset + 1, 0, SIGRTMAX - SIGRTMIN, &distance) < 0)
		return -1;
	return sign == '+' ? base + distance : base - distance;
}

int signals_from_name(const char *text)
{
	int number;

	if (number_parse_int(text, 1, SIGRTMAX, &number) == 0)
		return number;
	if (strncasecmp(text, "SIG", 3) == 0)
		text += 3;
	if (strncasecmp(text, "RTMIN", 5) == 0)
		return signals_real_time(text + 5, '+', SIGRTMIN);
	if (strncasecmp(text, "RTMAX", 5) == 0)
		return signals_real_time(text + 5, '-', SIGRTMAX);
	for (size_t i = 0; i < ARRAY_LENGTH(signals_names); i++)
		if (strcasecmp(text, signals_names[i].name) == 0)
			return signals_names[i].number;
	return -1;
}

static void signals_exit(int number)
{
	_exit(128 + number);
}

void signals_end_this_process(void)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

	for (size_t i = 0; i < ARRAY_LENGTH(ending); i++)
		(void)signal(ending[i], signals_exit);
}

void signals_reset(void)
{
	sigset_t none;

	/* SIGKILL, SIGSTOP and those that the C library keeps for itself refuse, and stay as they
	 * are. */
	for (int number = 1; number <= SIGRTMAX; number++)
		(void)signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
