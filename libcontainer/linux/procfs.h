/* SPDX-License-Identifier: Apache-2.0 */
/* A procfs that nobody can have put something over: for every write to sysctls and attributes. */
#ifndef LINUX_PROCFS_H
#define LINUX_PROCFS_H

#include <sys/types.h>

#include "base/error.h"

/*
 * Opens a private, detached procfs of the caller's PID namespace (fsopen); where that is not
 * permitted, the one at /proc, proven to be the root of a procfs with nothing mounted over. fd
 * (O_CLOEXEC) or -1.
 */
int procfs_open(struct error *err);

/* Opens `path` ("self/attr/exec") with openat2(RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | BENEATH).
 * fd or -errno. */
int procfs_open_file(int procfd, const char *path, int flags);

/* One whole write(2), or -errno; a short write is -EIO. */
int procfs_write(int procfd, const char *path, const char *text);

/* Writes linux.sysctl's `key` ("net.ipv4.ip_forward" or with slashes), never outside sys/. */
int procfs_write_sysctl(int procfd, const char *key, const char *value, struct error *err);

/*
 * The start time of a process in clock ticks since boot, in the initial time namespace whatever
 * namespace the caller is in: pid and start time together name a process for good. 0 or -errno
 * (-ESRCH: no such process).
 */
int procfs_start_time(pid_t pid, unsigned long long *ticks);

/* The state letter of /proc/PID/stat, 'Z' for a zombie; or -errno. */
int procfs_state_letter(pid_t pid);

#endif
