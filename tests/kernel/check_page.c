/* SPDX-License-Identifier: Apache-2.0 */
/* The pages that the vDSO reads, loaded by ourselves. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "clocks.h"
#include "kit.h"
#include "linux/vdso.h"
#include "namespace.h"

#define PAGE_ATTEMPTS 20000

static struct vdso_area page_area(void)
{
	struct vdso_area area;

	EXPECT(vdso_find_area("[vvar]", &area));
	return area;
}

/* One page for the data and one for a namespace, on a kernel with time namespaces and without. */
static void page_size(int unused)
{
	const struct vdso_area area = page_area();
	unsigned long page = (unsigned long)sysconf(_SC_PAGESIZE), size = area.end - area.start;

	(void)unused;
	kit_note("[vvar] has %lu pages", size / page);
	EXPECT_EQUAL(size % page, 0);
	EXPECT_ORDER(2, size / page);
	if (kit_vvar_pages)
		EXPECT_EQUAL(size / page, kit_vvar_pages);
}

static void page_initial(int unused)
{
	const struct vdso_area area = page_area();
	bool even = false;

	(void)unused;
	for (int i = 0; i < PAGE_ATTEMPTS && !even; i++) {
		struct vdso_data_head head = vdso_read_head(&area, 0);

		EXPECT(head.clock_mode != VDSO_TIMENS_CLOCK_MODE);
		even = head.sequence % 2 == 0;
	}
	EXPECT(even);
}

static void page_expect_first(const struct vdso_area *area)
{
	struct vdso_data_head head = vdso_read_head(area, 0);

	EXPECT_EQUAL(head.sequence, VDSO_TIMENS_SEQUENCE);
	EXPECT_EQUAL(head.clock_mode, VDSO_TIMENS_CLOCK_MODE);
}

static void page_first_body(void *area)
{
	for (int i = 0; i < CLOCKS_ROUNDS; i++)
		page_expect_first(area);
}

/* For whom the namespace's page is mapped by the fault of a fork's child, and by one after setns. */
static void page_first(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[0]);
	struct vdso_area area = page_area();
	int fd;

	(void)unused;
	vdso_read_head(&area, 0);
	namespace_make(&offsets);
	kit_child(page_first_body, &area);
	fd = namespace_open("time_for_children");
	EXPECT(!vdso_head_is_timens(vdso_read_head(&area, 0)));
	EXPECT_EQUAL(timens_join(fd), 0);
	page_expect_first(&area);
	close(fd);
}

/* The real data is seen to tick: even in the end, not the namespace's, and never behind. */
static void page_second_body(void *unused)
{
	const struct vdso_area area = page_area();
	int64_t begin = clocks_read_syscall(CLOCK_MONOTONIC);
	uint32_t first = vdso_read_head(&area, 1).sequence;
	bool even = false, moved = false;

	(void)unused;
	while ((!even || !moved) && clocks_read_syscall(CLOCK_MONOTONIC) < begin + 5 * KIT_SECOND) {
		struct vdso_data_head head = vdso_read_head(&area, 1);

		EXPECT(head.clock_mode != VDSO_TIMENS_CLOCK_MODE);
		EXPECT_ORDER(0, (int32_t)(head.sequence - first));
		even = even || head.sequence % 2 == 0;
		moved = moved || head.sequence != first;
	}
	EXPECT(even);
	EXPECT(moved);
}

static void page_second(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[0]);

	(void)unused;
	namespace_make(&offsets);
	kit_child(page_second_body, NULL);
}

/* A copy of a page between two equal, even counts. */
static bool page_copy(const struct vdso_area *area, unsigned int page, unsigned char *copy)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	uint32_t before = vdso_read_head(area, page).sequence;

	memcpy(copy, (const void *)(area->start + page * size), size);
	return before % 2 == 0 && vdso_read_head(area, page).sequence == before;
}

/*
 * The second page inside is the first page outside, byte for byte. Both are copied again and again,
 * there and back, until both copies are of one moment: equal counts.
 */
static void page_same(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[0]);
	const struct vdso_area area = page_area();
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *outside = malloc(2 * size), *inside = outside + size;
	int back = namespace_open("time"), there;

	(void)unused;
	EXPECT(outside);
	namespace_make(&offsets);
	there = namespace_open("time_for_children");
	for (int i = 0; i < PAGE_ATTEMPTS; i++) {
		bool copied = page_copy(&area, 0, outside);

		EXPECT_EQUAL(timens_join(there), 0);
		copied = copied && page_copy(&area, 1, inside);
		EXPECT_EQUAL(timens_join(back), 0);
		if (copied && memcmp(outside, inside, size) == 0)
			return;
	}
	kit_fail("in %d attempts the second page inside was never the first page outside",
		PAGE_ATTEMPTS);
}

static void page_leave(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[0]);
	const struct vdso_area area = page_area();
	int back = namespace_open("time"), there;

	(void)unused;
	namespace_make(&offsets);
	there = namespace_open("time_for_children");
	for (int i = 0; i < CLOCKS_FEW_ROUNDS; i++) {
		EXPECT_EQUAL(timens_join(there), 0);
		EXPECT(vdso_head_is_timens(vdso_read_head(&area, 0)));
		EXPECT_EQUAL(timens_join(back), 0);
		EXPECT(!vdso_head_is_timens(vdso_read_head(&area, 0)));
	}
}

/*
 * Which page is served is decided by who faults, so nobody else may have it mapped for him: he would see
 * his own clock's data in the place of the other's, or bring his own into the other's memory.
 */
static void page_remote(int unused)
{
	const struct vdso_area area = page_area();
	char byte;
	const struct iovec local = { &byte, 1 }, remote = { (void *)area.start, 1 };
	char path[64];
	int fd;

	(void)unused;
	EXPECT(process_vm_readv(getpid(), &local, 1, &remote, 1, 0) < 0);
	EXPECT_EQUAL(errno, EFAULT);
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	EXPECT(fd >= 0);
	EXPECT(pread(fd, &byte, 1, (off_t)area.start) < 0);
	EXPECT_EQUAL(errno, EIO);
	close(fd);
}

const struct kit_check kit_page_checks[] = {
	{ "page-size", "[vvar] has as many pages as on a kernel without time namespaces",
		KIT_BY_VDSO, KIT_VDSO, page_size, 0 },
	{ "page-initial", "outside of time namespaces the first page is the machine's data",
		KIT_BY_VDSO, KIT_VDSO | KIT_INITIAL, page_initial, 0 },
	{ "page-first", "inside the first page has seq 1 and clock_mode VCLOCK_TIMENS", KIT_BY_VDSO,
		KIT_TIMENS | KIT_VDSO | KIT_INITIAL, page_first, 0 },
	{ "page-second", "inside the second page is data that goes on", KIT_BY_VDSO,
		KIT_TIMENS | KIT_VDSO, page_second, 0 },
	{ "page-same", "inside the second page is, byte for byte, the first page outside",
		KIT_BY_VDSO, KIT_TIMENS | KIT_VDSO | KIT_INITIAL | KIT_RETURN, page_same, 0 },
	{ "page-remote",
		"[vvar] is read by who has it alone, not through process_vm_readv or /proc/PID/mem",
		KIT_BY_VDSO, KIT_TIMENS | KIT_VDSO, page_remote, 0 },
	{ "page-leave", "each setns changes the first page at once", KIT_BY_VDSO,
		KIT_TIMENS | KIT_VDSO | KIT_INITIAL | KIT_RETURN, page_leave, 0 },
	{ 0 },
};
