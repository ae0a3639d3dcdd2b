/* SPDX-License-Identifier: Apache-2.0 */
/* The mapping [vvar]: never in parts, whole wherever its owner wants it, never writable. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clocks.h"
#include "kit.h"
#include "linux/vdso.h"
#include "namespace.h"

static struct vdso_area mapping_area(void)
{
	struct vdso_area area;

	EXPECT(vdso_find_area("[vvar]", &area));
	if (area.end - area.start < 2 * (uintptr_t)sysconf(_SC_PAGESIZE))
		kit_skip("[vvar] is a single page");
	return area;
}

static size_t mapping_page(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void mapping_expect_refused(int result, const char *what)
{
	if (result == 0 || errno != EINVAL)
		kit_fail("%s of a part of [vvar]: %s, not EINVAL", what,
			result == 0 ? "done" : strerror(errno));
}

static void mapping_refuse_munmap(void)
{
	const struct vdso_area area = mapping_area();

	mapping_expect_refused(munmap((void *)area.start, mapping_page()), "munmap");
	mapping_expect_refused(
		munmap((void *)(area.end - mapping_page()), mapping_page()), "munmap");
}

/* Both ways in which a part can move: its tail cut off, and the front of it elsewhere. */
static void mapping_refuse_mremap(void)
{
	const struct vdso_area area = mapping_area();
	const size_t size = area.end - area.start, page = mapping_page();
	void *place = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *moved;

	EXPECT(place != MAP_FAILED);
	moved = mremap((void *)area.start, size, size - page, 0);
	mapping_expect_refused(moved == MAP_FAILED ? -1 : 0, "shrinking mremap");
	moved = mremap((void *)area.start, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, place);
	mapping_expect_refused(moved == MAP_FAILED ? -1 : 0, "moving mremap");
}

static void mapping_refuse_mprotect(void)
{
	const struct vdso_area area = mapping_area();

	mapping_expect_refused(mprotect((void *)area.start, mapping_page(), PROT_NONE), "mprotect");
	mapping_expect_refused(
		mprotect((void *)(area.end - mapping_page()), mapping_page(), PROT_NONE),
		"mprotect");
}

enum mapping_part { MAPPING_MUNMAP, MAPPING_MREMAP, MAPPING_MPROTECT };

static void mapping_refuse(int part)
{
	if (part == MAPPING_MUNMAP)
		mapping_refuse_munmap();
	else if (part == MAPPING_MREMAP)
		mapping_refuse_mremap();
	else
		mapping_refuse_mprotect();
}

static void mapping_refuse_outside(int part)
{
	mapping_refuse(part);
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
}

static void mapping_refuse_inside(int part)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[0]);

	namespace_enter(&offsets);
	mapping_refuse(part);
}

static void mapping_read_only(int unused)
{
	const struct vdso_area area = mapping_area();

	(void)unused;
	EXPECT(mprotect((void *)area.start, area.end - area.start, PROT_READ | PROT_WRITE) < 0);
	EXPECT_EQUAL(errno, EACCES);
}

/* What moves together: the code finds its data at a fixed distance. */
static const char *const mapping_names[] = { "[vvar]", "[vvar_vclock]", "[vdso]" };

static void mapping_move_everything(void)
{
	struct vdso_area areas[KIT_COUNT(mapping_names)], all = { UINTPTR_MAX, 0 };
	bool there[KIT_COUNT(mapping_names)];
	uintptr_t place;

	for (unsigned int i = 0; i < KIT_COUNT(mapping_names); i++) {
		there[i] = vdso_find_area(mapping_names[i], &areas[i]);
		if (there[i] && areas[i].start < all.start)
			all.start = areas[i].start;
		if (there[i] && areas[i].end > all.end)
			all.end = areas[i].end;
	}
	EXPECT(there[0] && there[2]);
	place = (uintptr_t)mmap(
		NULL, all.end - all.start, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT(place != (uintptr_t)MAP_FAILED);
	for (unsigned int i = 0; i < KIT_COUNT(mapping_names); i++) {
		size_t size = areas[i].end - areas[i].start;

		if (there[i])
			EXPECT(mremap((void *)areas[i].start, size, size,
				       MREMAP_MAYMOVE | MREMAP_FIXED,
				       (void *)(place + (areas[i].start - all.start))) !=
				MAP_FAILED);
	}
	clocks_move_vdso((intptr_t)(place - all.start));
}

static void mapping_move(int unused)
{
	(void)unused;
	clocks_expect_sandwiches(CLOCKS_FEW_ROUNDS);
	mapping_move_everything();
	clocks_expect_vdso_sandwiches(CLOCKS_FEW_ROUNDS);
}

static void mapping_sandwiches(void *unused)
{
	(void)unused;
	clocks_expect_vdso_sandwiches(CLOCKS_FEW_ROUNDS);
}

/* The zap finds the pages wherever they are: the process moves its mappings, then itself. */
static void mapping_move_and_join(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[2]);
	int fd;

	(void)unused;
	clocks_read_vdso(0);
	mapping_move_everything();
	clocks_expect_vdso_sandwiches(CLOCKS_FEW_ROUNDS);
	namespace_make(&offsets);
	kit_child(mapping_sandwiches, NULL);
	fd = namespace_open("time_for_children");
	EXPECT_EQUAL(timens_join(fd), 0);
	clocks_expect_vdso_sandwiches(CLOCKS_FEW_ROUNDS);
	mapping_move_everything();
	clocks_expect_vdso_sandwiches(CLOCKS_FEW_ROUNDS);
	kit_child(mapping_sandwiches, NULL);
}

/* Nobody is left to read it, and the kernel must not look for it when the process moves. */
static void mapping_unmap(int unused)
{
	const struct vdso_area area = mapping_area();

	(void)unused;
	EXPECT(munmap((void *)area.start, area.end - area.start) == 0);
	clocks_read_syscall(0);
}

static void mapping_read_by_syscall(void *unused)
{
	(void)unused;
	clocks_read_syscall(0);
}

static void mapping_unmap_and_join(int unused)
{
	const struct timens_offsets offsets = namespace_offsets(&namespace_shifts[2]);
	int fd;

	mapping_unmap(unused);
	namespace_make(&offsets);
	kit_child(mapping_read_by_syscall, NULL);
	fd = namespace_open("time_for_children");
	EXPECT_EQUAL(timens_join(fd), 0);
	clocks_read_syscall(0);
}

#define INSIDE (KIT_TIMENS | KIT_VDSO)

const struct kit_check kit_mapping_checks[] = {
	{ "split-munmap", "no part of [vvar] can be unmapped", KIT_BY_VDSO, KIT_VDSO,
		mapping_refuse_outside, MAPPING_MUNMAP },
	{ "split-mremap", "no part of [vvar] can be moved or cut off", KIT_BY_VDSO, KIT_VDSO,
		mapping_refuse_outside, MAPPING_MREMAP },
	{ "split-mprotect", "no part of [vvar] can be protected", KIT_BY_VDSO, KIT_VDSO,
		mapping_refuse_outside, MAPPING_MPROTECT },
	{ "split-munmap-inside", "nor in a time namespace", KIT_BY_VDSO, INSIDE,
		mapping_refuse_inside, MAPPING_MUNMAP },
	{ "split-mremap-inside", "nor in a time namespace", KIT_BY_VDSO, INSIDE,
		mapping_refuse_inside, MAPPING_MREMAP },
	{ "split-mprotect-inside", "nor in a time namespace", KIT_BY_VDSO, INSIDE,
		mapping_refuse_inside, MAPPING_MPROTECT },
	{ "read-only", "[vvar] can not be made writable", KIT_BY_VDSO, KIT_VDSO, mapping_read_only,
		0 },
	{ "move", "vDSO and [vvar] can be moved together, and read right there", KIT_BY_VDSO,
		KIT_VDSO, mapping_move, 0 },
	{ "move-and-join", "moved mappings follow fork and setns into a time namespace",
		KIT_BY_VDSO, INSIDE, mapping_move_and_join, 0 },
	{ "unmap", "the whole of [vvar] can be unmapped", KIT_BY_VDSO, KIT_VDSO, mapping_unmap, 0 },
	{ "unmap-and-join", "a process without [vvar] forks and joins as any other", KIT_BY_VDSO,
		INSIDE, mapping_unmap_and_join, 0 },
	{ 0 },
};
