/* SPDX-License-Identifier: Apache-2.0 */
/* setns(2) into a time namespace and out of it: the vDSO's data changes below a running process. */
#include <time.h>
#include <unistd.h>

#include "clocks.h"
#include "kit.h"
#include "namespace.h"

#define JOIN_TIMES 200

/* The first reading after setns is the new namespace's, of the clock that was read last before. */
static void join_expect_jump(int fd, int clock, int64_t shift)
{
	int64_t before = clocks_read_vdso(clock), inside;

	EXPECT_EQUAL(timens_join(fd), 0);
	inside = clocks_read_vdso(clock);
	clocks_expect_shift("vDSO after setns", clock, shift, before, inside,
		clocks_read_syscall(clock) - shift);
}

static void join_there(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[2]);
	int there;

	(void)unused;
	namespace_make(&offsets);
	there = namespace_open("time_for_children");
	join_expect_jump(there, CLOCK_MONOTONIC, namespace_shift_of(&offsets, CLOCK_MONOTONIC));
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
	close(there);
}

static void join_there_and_back(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[2]);
	int back = namespace_open("time"), there;

	(void)unused;
	namespace_make(&offsets);
	there = namespace_open("time_for_children");
	for (int i = 0; i < JOIN_TIMES; i++) {
		int clock = clocks[(unsigned int)i % clocks_count].id;
		int64_t shift = namespace_shift_of(&offsets, clock);

		join_expect_jump(there, clock, shift);
		join_expect_jump(back, clock, -shift);
	}
	EXPECT_EQUAL(timens_join(there), 0);
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
	EXPECT_EQUAL(timens_join(back), 0);
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
	close(there);
	close(back);
}

static void join_between_two(int unused)
{
	const struct timens_offsets first = namespace_offsets(&namespace_shifts[0]);
	const struct timens_offsets second = namespace_offsets(&namespace_shifts[2]);
	int fds[2];

	(void)unused;
	namespace_make(&first);
	fds[0] = namespace_open("time_for_children");
	EXPECT_EQUAL(timens_unshare(), 0);
	EXPECT_EQUAL(timens_write_offsets(-1, 0, &second), 0);
	fds[1] = namespace_open("time_for_children");
	EXPECT_EQUAL(timens_join(fds[0]), 0);
	for (int i = 0; i < JOIN_TIMES; i++) {
		int clock = clocks[(unsigned int)i % clocks_count].id;
		int64_t shift =
			namespace_shift_of(&second, clock) - namespace_shift_of(&first, clock);

		join_expect_jump(fds[1], clock, shift);
		join_expect_jump(fds[0], clock, -shift);
	}
}

static void join_sandwiches(void *unused)
{
	(void)unused;
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
}

static void join_and_leave(void *fd)
{
	EXPECT_EQUAL(timens_join(*(int *)fd), 0);
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
	kit_child(join_sandwiches, NULL);
}

/* A process that moves takes neither its parent nor its children's pages with it. */
static void join_alone(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[2]);
	int back = namespace_open("time"), there;

	(void)unused;
	namespace_make(&offsets);
	there = namespace_open("time_for_children");
	EXPECT_EQUAL(timens_join(there), 0);
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
	kit_child(join_and_leave, &back);
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
	kit_child(join_sandwiches, NULL);
	close(there);
	close(back);
}

static void join_children(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[0]);
	int fd;
	ino_t inode;

	(void)unused;
	namespace_make(&offsets);
	fd = namespace_open("time_for_children");
	inode = namespace_inode("time_for_children");
	/* Children would go somewhere else now. */
	EXPECT_EQUAL(timens_unshare(), 0);
	EXPECT(namespace_inode("time_for_children") != inode);
	EXPECT_EQUAL(timens_join(fd), 0);
	EXPECT(namespace_inode("time") == inode);
	EXPECT(namespace_inode("time_for_children") == inode);
	close(fd);
}

const struct kit_check kit_join_checks[] = {
	{ "join-there", "the vDSO's first reading after setns is the new namespace's", KIT_BY_VDSO,
		KIT_TIMENS | KIT_VDSO, join_there, 0 },
	{ "join-there-and-back", "after each setns there and back the vDSO jumps at once",
		KIT_BY_VDSO, KIT_TIMENS | KIT_VDSO | KIT_RETURN, join_there_and_back, 0 },
	{ "join-between-two",
		"after each setns from one namespace to another the vDSO jumps at once",
		KIT_BY_VDSO, KIT_TIMENS | KIT_VDSO, join_between_two, 0 },
	{ "join-alone", "setns moves the vDSO of the caller alone", KIT_BY_VDSO,
		KIT_TIMENS | KIT_VDSO | KIT_RETURN, join_alone, 0 },
	{ "join-children", "setns moves the caller and its future children", KIT_BY_SYSCALL,
		KIT_TIMENS, join_children, 0 },
	{ 0 },
};
