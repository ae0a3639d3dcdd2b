/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linux time namespaces: make, shift, join, inspect and pin one (time_namespaces(7), Linux 5.6).
 *
 * A self-contained little library: it needs libc alone, prints nothing, keeps no state. Functions
 * return 0 (or a value >= 0) or -errno.
 */
#ifndef ELSEWHEN_TIMENS_H
#define ELSEWHEN_TIMENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TIMENS_NANOSECONDS_MAX 999999999
/*
 * The kernel accepts an offset when 0 <= clock + offset <= this many seconds (KTIME_SEC_MAX / 2).
 */
#define TIMENS_SECONDS_MAX INT64_C(4611686018)

/* Floor form, as /proc/PID/timens_offsets has it: -1.5 s is { -2, 500000000 }. */
struct timens_offset {
	int64_t seconds;
	uint32_t nanoseconds; /* 0 .. TIMENS_NANOSECONDS_MAX */
};

/* What is to be written; a clock that is not set keeps the offset it has. */
struct timens_offsets {
	bool monotonic_set, boottime_set;
	struct timens_offset monotonic, boottime;
};

/*
 * 1 when this kernel was built with CONFIG_TIME_NS (/proc/self/ns/time exists), 0 when it was not (ENOENT), another
 * -errno when the kernel does not say.
 */
int timens_supported(void);

/*
 * Gives the caller's future children a new time namespace (unshare(CLONE_NEWTIME)); the caller
 * stays. -EPERM without CAP_SYS_ADMIN in the current user namespace, -EINVAL without
 * CONFIG_TIME_NS.
 */
int timens_unshare(void);

/*
 * Writes the offsets of the namespace of `pid`'s future children (0: the caller's) in one write(2),
 * all or nothing. Offsets are absolute to the initial time namespace; see timens_nest. Only before
 * the first process is in it: -EACCES afterwards. -ERANGE: see timens_range. -EPERM: no
 * CAP_SYS_TIME in the user namespace that owns it. `procfd` is a procfs to use, or -1 for "/proc".
 */
int timens_write_offsets(int procfd, pid_t pid, const struct timens_offsets *offsets);

/*
 * The same in two steps: the file is opened (an fd, O_CLOEXEC, or -errno) while the caller still
 * may, before it becomes not dumpable or enters a user namespace, and written after timens_unshare.
 * Whose offsets they are is decided at the write; whose rights count, at the open.
 */
int timens_open_offsets(int procfd, pid_t pid);
int timens_write_offsets_fd(int fd, const struct timens_offsets *offsets);

/*
 * Parses the text of a timens_offsets file: lines of "CLOCK SECONDS NANOSECONDS" with any blanks,
 * CLOCK being monotonic, boottime or their ids 1 and 7. A clock that is not in it is left not set.
 * -EINVAL for what the file can not contain (another clock, one twice, nanoseconds above the
 * maximum), -ERANGE for a number that is too large; *offsets is then unchanged.
 */
int timens_parse_offsets(const char *text, size_t length, struct timens_offsets *offsets);

/* Reads both offsets of the namespace of `pid`'s future children (0: the caller's). */
int timens_read_offsets(int procfd, pid_t pid, struct timens_offsets *offsets);

/* a + b in floor form; -EOVERFLOW when the seconds do not fit, -EINVAL for an impossible a or b. */
int timens_offset_add(struct timens_offset a, struct timens_offset b, struct timens_offset *sum);

/*
 * The offsets of the namespace that the caller is in; zero, and set, on a kernel that has no time
 * namespaces. To be called before timens_unshare and timens_write_offsets: the kernel shows a
 * process only the offsets of its future children, which begin as its own.
 */
int timens_own_offsets(int procfd, struct timens_offsets *own);

/*
 * Makes offsets that are relative to the caller's own clocks absolute: adds the offsets of the time
 * namespace that the caller itself is in (timens_own_offsets). Sets nothing that was not set.
 */
int timens_nest(int procfd, struct timens_offsets *offsets);

/*
 * What the kernel would accept at this moment for `clock_id` (CLOCK_MONOTONIC or CLOCK_BOOTTIME):
 * absolute offsets from *min to *max whole seconds. 0 or -EINVAL. The maximum falls by one with
 * every second that passes. To be called before timens_write_offsets, like timens_nest.
 */
int timens_range(int procfd, int clock_id, int64_t *min_seconds, int64_t *max_seconds);

/*
 * Joins the namespace behind an fd of /proc/PID/ns/time or of a bind mount of it. Switches the
 * caller and its future children at once. -EUSERS when the caller has threads, -EPERM without
 * CAP_SYS_ADMIN in both user namespaces, -EINVAL for an fd of another namespace type.
 */
int timens_join(int fd);

/* The inode that names the time namespace of `pid` (0: the caller). */
int timens_inode(int procfd, pid_t pid, ino_t *inode);

#ifdef __cplusplus
}
#endif

#endif
