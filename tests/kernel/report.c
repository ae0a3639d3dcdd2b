/* SPDX-License-Identifier: Apache-2.0 */
/* What a check says, from whichever process it is in, and the children that it makes. */
#include "report.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kit.h"

static void *report_shared;
static int report_clock_watch = -1;

void report_begin(void)
{
	const struct itimerspec never = { .it_value.tv_sec = INT32_MAX };

	report_clock_watch = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	/* A kernel that can not tell is one on which a clock that is set is a failure. */
	timerfd_settime(
		report_clock_watch, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

/* The kernel tells soon after, which is not at once. */
static bool report_clock_was_set(void)
{
	struct pollfd wait = { .fd = report_clock_watch, .events = POLLIN };
	uint64_t times;

	return report_clock_watch >= 0 && poll(&wait, 1, 100) > 0 &&
	       read(report_clock_watch, &times, sizeof(times)) < 0 && errno == ECANCELED;
}

/* One write for a line: lines of several processes do not mix. */
static void report_line(const char *format, va_list arguments)
{
	char line[512];
	int length = vsnprintf(line, sizeof(line) - 1, format, arguments);

	if (length < 0)
		length = 0;
	if ((unsigned int)length > sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	if (write(REPORT_FD, line, (size_t)length) != length)
		_exit(EXIT_FAILURE);
}

void kit_note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report_line(format, arguments);
	va_end(arguments);
}

void kit_fail(const char *format, ...)
{
	bool clock_was_set = report_clock_was_set();
	va_list arguments;

	if (clock_was_set)
		kit_note("somebody set the machine's clock meanwhile");
	va_start(arguments, format);
	report_line(format, arguments);
	va_end(arguments);
	_exit(clock_was_set ? KIT_SKIPPED : EXIT_FAILURE);
}

void kit_skip(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report_line(format, arguments);
	va_end(arguments);
	_exit(KIT_SKIPPED);
}

void report_describe_signal(const char *who, int status)
{
	kit_note("%s was ended by signal %d (%s)", who, WTERMSIG(status),
		strsignal(WTERMSIG(status)));
}

void kit_child(void (*body)(void *), void *argument)
{
	pid_t pid = fork();

	if (pid == 0) {
		body(argument);
		_exit(EXIT_SUCCESS);
	}
	EXPECT(pid > 0);
	kit_wait(pid);
}

void kit_wait(pid_t pid)
{
	int status;

	EXPECT(waitpid(pid, &status, 0) == pid);
	if (WIFSIGNALED(status)) {
		report_describe_signal("a child", status);
		_exit(EXIT_FAILURE);
	}
	if (WEXITSTATUS(status) != EXIT_SUCCESS)
		_exit(WEXITSTATUS(status));
}

void *kit_shared(void)
{
	if (!report_shared) {
		report_shared =
			mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		EXPECT(report_shared != MAP_FAILED);
	}
	return report_shared;
}

bool kit_kernel_is(int major, int minor)
{
	struct utsname name;
	char *end;
	long running_major, running_minor;

	EXPECT(uname(&name) == 0);
	running_major = strtol(name.release, &end, 10);
	running_minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
	return running_major > major || (running_major == major && running_minor >= minor);
}
