/* SPDX-License-Identifier: Apache-2.0 */
/* What changes a process for good (filters, users, limits) is tested in a child of the test. */
#ifndef IN_CHILD_H
#define IN_CHILD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define IN_CHILD_SKIPPED 77

/* An id that is nobody's but the test's own processes are given. */
#define IN_CHILD_UID 65534

/* In the child: cmocka's own assertions would jump into the parent's test. */
#define CHECK(condition)                                                                   \
	do {                                                                               \
		if (!(condition)) {                                                        \
			dprintf(STDERR_FILENO, "%s:%d: not so: %s (errno %d)\n", __FILE__, \
				__LINE__, #condition, errno);                              \
			_exit(1);                                                          \
		}                                                                          \
	} while (0)

#define CHECK_TEXT(err, part)                                                                      \
	do {                                                                                       \
		if (!strstr((err).text, part)) {                                                   \
			dprintf(STDERR_FILENO, "%s:%d: '%s' is not in '%s'\n", __FILE__, __LINE__, \
				part, (err).text);                                                 \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

#define SKIP_IN_CHILD(reason)                                    \
	do {                                                     \
		dprintf(STDOUT_FILENO, "skipped: %s\n", reason); \
		_exit(IN_CHILD_SKIPPED);                         \
	} while (0)

/* Runs it in a child and returns the status of waitpid(2). */
static inline int in_child_status(void (*check)(const void *), const void *argument)
{
	int status = 0;
	pid_t pid;

	/* What the child says of itself stands behind what was said before. */
	fflush(stdout);
	pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		check(argument);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static inline void in_child(void (*check)(const void *), const void *argument)
{
	int status = in_child_status(check, argument);

	if (WIFEXITED(status) && WEXITSTATUS(status) == IN_CHILD_SKIPPED)
		skip();
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Root becomes a user without any right; others are one already. /proc/self stays our own. */
static inline void in_child_drop_root(void)
{
	if (geteuid() == 0) {
		CHECK(setresgid(IN_CHILD_UID, IN_CHILD_UID, IN_CHILD_UID) == 0);
		CHECK(setresuid(IN_CHILD_UID, IN_CHILD_UID, IN_CHILD_UID) == 0);
	}
	CHECK(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
}

#endif
