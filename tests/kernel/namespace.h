/* SPDX-License-Identifier: Apache-2.0 */
/* Time namespaces for a check: made, shifted, joined. */
#ifndef KIT_NAMESPACE_H
#define KIT_NAMESPACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <elsewhen/timens.h>

/* In order of their use; each row is a mistake that somebody could make. */
extern const struct namespace_shift {
	const char *name;
	struct timens_offsets offsets;
	bool backwards; /* `offsets` is to be filled in: as far back as this uptime lets them go */
} namespace_shifts[];
extern const unsigned int namespace_shifts_count;

/* The offsets of a row, for the machine as it is now. */
struct timens_offsets namespace_offsets(const struct namespace_shift *shift);

/* By how many nanoseconds the offsets move a clock. */
int64_t namespace_shift_of(const struct timens_offsets *offsets, int clock);

/* unshare(CLONE_NEWTIME), by way of a user namespace for whoever is not root. */
void namespace_unshare(void);
/* The same, and its offsets; nothing is in it yet. */
void namespace_make(const struct timens_offsets *offsets);
/* The same, and the caller joins it. */
void namespace_enter(const struct timens_offsets *offsets);

/* One write(2) to the own offsets file: what it returned, or -errno. */
ssize_t namespace_write(const char *text);

/* Of this process: /proc/self/ns/time, and time_for_children. */
int namespace_open(const char *name);
ino_t namespace_inode(const char *name);

bool namespace_is_initial(void);
bool namespace_has_rights(void); /* over the machine: CAP_SYS_ADMIN and CAP_SYS_TIME */
int namespace_try(void);         /* makes one: 0 or an errno; for a child that ends then */

#endif
