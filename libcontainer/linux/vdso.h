/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vDSO (vdso(7)), past libc: its functions by name, and the pages of data [vvar] that they read.
 * Knows libc alone, so that the kernel's tests are built from it for any machine.
 */
#ifndef LINUX_VDSO_H
#define LINUX_VDSO_H

#include <stdbool.h>
#include <stdint.h>

/* A clock's reading by the kernel's own types: 64 bits of seconds on every architecture. */
struct vdso_timespec {
	int64_t seconds, nanoseconds;
};
typedef int (*vdso_clock_gettime)(int clock, struct vdso_timespec *now);

/* The address of a function that the kernel mapped into this process, or NULL. */
void *vdso_find(const char *name);

/* The clock_gettime with 64-bit seconds, by the name that this architecture gives it, or NULL. */
vdso_clock_gettime vdso_find_clock_gettime(void);

/* Nanoseconds; -errno becomes a negative number, which no clock here can read. */
int64_t vdso_read_clock(vdso_clock_gettime function, int clock);
/* The same by a system call that no vDSO can answer in its place. */
int64_t vdso_read_clock_by_syscall(int clock);

/* A mapping of this process, "[vvar]" or "[vdso]"; false when there is none of that name. */
struct vdso_area {
	uintptr_t start, end;
};
bool vdso_find_area(const char *name, struct vdso_area *area);

/*
 * The first two words of a page of [vvar] on every kernel from 5.9 on: a sequence count, odd while
 * the page is written, and how the clock is read. In a time namespace the first page is the
 * namespace's, with values that never change, and the second page has the machine's data.
 */
struct vdso_data_head {
	uint32_t sequence, clock_mode;
};
#define VDSO_TIMENS_SEQUENCE 1u
#define VDSO_TIMENS_CLOCK_MODE 0x7fffffffu

struct vdso_data_head vdso_read_head(const struct vdso_area *area, unsigned int page);
static inline bool vdso_head_is_timens(struct vdso_data_head head)
{
	return head.sequence == VDSO_TIMENS_SEQUENCE && head.clock_mode == VDSO_TIMENS_CLOCK_MODE;
}

#endif
