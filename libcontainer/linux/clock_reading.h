/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readings of the clocks of clock_gettime(2), in both ways that there are, and what /proc says of
 * them. Times are nanoseconds: the kernel's own range of a clock is half of what int64_t holds.
 */
#ifndef LINUX_CLOCK_READING_H
#define LINUX_CLOCK_READING_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <elsewhen/timens.h>
#include <elsewhen/timens_value.h>

#define CLOCK_SECOND INT64_C(1000000000)

/* By which of a time namespace's two offsets a clock is shifted. */
enum clock_shift { CLOCK_SHIFT_NONE, CLOCK_SHIFT_MONOTONIC, CLOCK_SHIFT_BOOTTIME };

struct clock_entry {
	clockid_t id;
	const char *name; /* "monotonic_raw": as in clock_gettime(2), less the "CLOCK_" */
	enum clock_shift shift;
};

#define CLOCK_TABLE_LENGTH 7
extern const struct clock_entry clock_table[CLOCK_TABLE_LENGTH];

/*
 * The sandwich: `vdso` was read between `below` and `above`, which are system calls. A vDSO that shows
 * the clock of another time namespace is the one that is not in order with them.
 */
struct clock_sandwich {
	int64_t below, vdso, above;
};
int clock_read_sandwich(clockid_t id, struct clock_sandwich *sandwich); /* 0 or -errno */
static inline bool clock_sandwich_agrees(const struct clock_sandwich *sandwich)
{
	return sandwich->below <= sandwich->vdso && sandwich->vdso <= sandwich->above;
}

/* What /proc/uptime says, to its hundredths, and `btime` of /proc/stat, which has whole seconds. */
struct clock_proc {
	int64_t uptime, btime;
};
int clock_read_proc(struct clock_proc *proc);

/*
 * Three clocks at one instant: read in this order, so that realtime is not later than the two that may
 * have to go on from it and boottime is not behind monotonic, and again and again until no attempt
 * was quicker. `width` is the time from before the first to after the last.
 */
struct clock_instant {
	int64_t realtime, monotonic, boottime, width;
};
int clock_read_instant(struct clock_instant *instant);

/* An offset of timens.h as nanoseconds, and back. */
int64_t clock_offset_nanoseconds(struct timens_offset offset);
struct timens_offset clock_offset_of(int64_t nanoseconds);

/* "+1d12h": an offset in the canonical form of timens_value.h. */
void clock_offset_format(int64_t nanoseconds, char text[TIMENS_VALUE_SIZE]);

#endif
