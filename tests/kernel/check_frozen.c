/* SPDX-License-Identifier: Apache-2.0 */
/* The first member freezes the offsets of a namespace. */
#include <unistd.h>

#include "kit.h"
#include "namespace.h"

#define FROZEN_LINE "monotonic 5 0\n"

static void frozen_expect(void)
{
	struct timens_offsets seen;

	EXPECT_EQUAL(namespace_write("monotonic 6 0\n"), -EACCES);
	EXPECT_EQUAL(namespace_write("boottime 6 0\n"), -EACCES);
	EXPECT_EQUAL(timens_read_offsets(-1, 0, &seen), 0);
	EXPECT_EQUAL(seen.monotonic.seconds, 5);
	EXPECT_EQUAL(seen.boottime.seconds, 0);
}

static void frozen_write(void)
{
	EXPECT_EQUAL(namespace_write("monotonic 4 0\n"), (long long)sizeof(FROZEN_LINE) - 1);
	EXPECT_EQUAL(namespace_write(FROZEN_LINE), (long long)sizeof(FROZEN_LINE) - 1);
}

static void frozen_in_member(void *unused)
{
	(void)unused;
	frozen_expect();
}

static void frozen_make(void)
{
	namespace_unshare();
	frozen_write();
}

static void frozen_by_fork(int unused)
{
	(void)unused;
	frozen_make();
	kit_child(frozen_in_member, NULL);
	/* For good, though nobody is in it now. */
	frozen_expect();
}

static void frozen_by_setns(int unused)
{
	int fd;

	(void)unused;
	frozen_make();
	fd = namespace_open("time_for_children");
	/* It is no longer that of the children, whose is: the join alone brings it back. */
	EXPECT_EQUAL(timens_unshare(), 0);
	frozen_write();
	EXPECT_EQUAL(timens_join(fd), 0);
	frozen_expect();
	close(fd);
}

static void frozen_not_by_failure(int unused)
{
	int fd;

	(void)unused;
	frozen_make();
	fd = namespace_open("time_for_children");
	EXPECT_EQUAL(timens_join(namespace_open("uts")), -EINVAL);
	EXPECT_EQUAL(namespace_write(FROZEN_LINE), (long long)sizeof(FROZEN_LINE) - 1);
	close(fd);
}

static void frozen_initial(int unused)
{
	(void)unused;
	EXPECT_EQUAL(namespace_write(FROZEN_LINE), -EACCES);
}

const struct kit_check kit_frozen_checks[] = {
	{ "frozen-by-fork", "a child in the namespace freezes its offsets (EACCES)", KIT_BY_SYSCALL,
		KIT_TIMENS, frozen_by_fork, 0 },
	{ "frozen-by-setns", "joining a namespace freezes its offsets (EACCES)", KIT_BY_SYSCALL,
		KIT_TIMENS, frozen_by_setns, 0 },
	{ "frozen-not-by-failure", "a setns that failed freezes nothing", KIT_BY_SYSCALL,
		KIT_TIMENS, frozen_not_by_failure, 0 },
	{ "frozen-initial", "the machine's own clocks can not be shifted (EACCES)", KIT_BY_SYSCALL,
		KIT_TIMENS | KIT_INITIAL | KIT_CAPABILITIES, frozen_initial, 0 },
	{ 0 },
};
