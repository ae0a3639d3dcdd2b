/* SPDX-License-Identifier: Apache-2.0 */
/* The kit executed anew by a check: what is looked at behind an execve. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clocks.h"
#include "kit.h"
#include "linux/vdso.h"
#include "namespace.h"
#include "report.h"

static bool exec_page_is_timens(void)
{
	struct vdso_area area;

	EXPECT(vdso_find_area("[vvar]", &area));
	return vdso_head_is_timens(vdso_read_head(&area, 0));
}

/* `inode` is the namespace that it has to be in, other than the machine's. */
static void exec_member(const char *inode)
{
	EXPECT_EQUAL((long long)namespace_inode("time"), strtoll(inode, NULL, 10));
	EXPECT(exec_page_is_timens());
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
}

/* Before 6.2 the execve of an unsharer leaves it where it was, and its namespace empty. */
static void exec_unsharer(const char *inode)
{
	bool entered = (long long)namespace_inode("time") == strtoll(inode, NULL, 10);

	EXPECT((long long)namespace_inode("time_for_children") == strtoll(inode, NULL, 10));
	EXPECT(entered || !kit_kernel_is(6, 2));
	EXPECT_EQUAL(exec_page_is_timens(), entered);
	/* Whoever is not root has lost the rights of its user namespace by the execve. */
	if (namespace_has_rights())
		EXPECT_EQUAL(namespace_write("monotonic 1 0\n"), entered ? -EACCES : 14);
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
}

/* This program has read no clock yet: the page comes at the first fault, long after unshare. */
static void exec_maker(const char *unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[2]);

	(void)unused;
	namespace_make(&offsets);
	EXPECT(!exec_page_is_timens());
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
}

static const struct {
	const char *name;
	void (*body)(const char *);
} exec_bodies[] = {
	{ "maker", exec_maker },
	{ "member", exec_member },
	{ "unsharer", exec_unsharer },
};

void kit_exec(const char *body, const char *argument)
{
	const char *const arguments[] = { "kit", "--exec", body, argument, NULL };

	execv("/proc/self/exe", (char *const *)arguments);
	kit_fail("execve: %s", strerror(errno));
}

void kit_run_body(const char *body, const char *argument)
{
	for (unsigned int i = 0; i < KIT_COUNT(exec_bodies); i++) {
		if (strcmp(exec_bodies[i].name, body) == 0) {
			report_begin();
			exec_bodies[i].body(argument);
			_exit(EXIT_SUCCESS);
		}
	}
	kit_fail("--exec: there is no '%s'", body);
}
