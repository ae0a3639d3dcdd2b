/* SPDX-License-Identifier: Apache-2.0 */
/* A procfs that nobody can have put something over: for every write to sysctls and attributes. */
#ifndef LINUX_PROCFS_H
#define LINUX_PROCFS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Opens a private, detached procfs of the caller's PID namespace (fsopen); where that is not
 * permitted, the one at /proc, proven to be the root of a procfs; that nothing is mounted over a
 * part of it is seen to by procfs_open_file. fd (O_CLOEXEC) or -1.
 */
int procfs_open(struct error *err);

/* The one at /proc itself, proven to be the root of a procfs. fd (O_PATH, O_CLOEXEC) or -1. */
int procfs_open_mounted(struct error *err);

/*
 * Opens `path` ("self/attr/exec") with openat2(RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | BENEATH),
 * or a walk that proves the same. fd or -errno; -EXDEV where something is mounted over it.
 */
int procfs_open_file(int procfd, const char *path, int flags);

/* One whole write(2), or -errno; a short write is -EIO. */
int procfs_write(int procfd, const char *path, const char *text);

/*
 * Writes linux.sysctl's `key`, never outside sys/: "net.ipv4.ip_forward", or with slashes, and then
 * with dots inside names: "net/ipv4/conf/eth0.1/forwarding" (sysctl(8)).
 */
int procfs_write_sysctl(int procfd, const char *key, const char *value, struct error *err);

/*
 * The start time of a process in clock ticks since boot, in the initial time namespace whatever
 * namespace the caller is in: pid and start time together name a process for good. 0 or -errno
 * (-ESRCH: no such process).
 */
int procfs_start_time(pid_t pid, unsigned long long *ticks);

/* The parent of a process, 0 for one outside of this PID namespace; -errno (-ESRCH: it is gone). */
pid_t procfs_parent(pid_t pid);

/* In clock ticks, with that of children that it has waited for; 0 when it is gone. */
uint64_t procfs_processor_time(pid_t pid);

/*
 * Whether it has certainly ended, with all of its threads, be it that nobody has waited for it yet; one that the kernel
 * does not tell of may live.
 */
bool procfs_has_ended(pid_t pid);

/*
 * Whether two start times of one pid are of the same process. Two readers whose time namespaces are
 * shifted by other than whole ticks see values one tick apart.
 */
bool procfs_same_start_time(unsigned long long a, unsigned long long b);

#endif
