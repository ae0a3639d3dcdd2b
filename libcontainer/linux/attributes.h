/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes a process takes along through execve: limits, scheduling, I/O priority, personality,
 * keyring. */
#ifndef LINUX_ATTRIBUTES_H
#define LINUX_ATTRIBUTES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* The RLIMIT_ number of "RLIMIT_NOFILE", or -1. */
int attributes_rlimit_from_name(const char *name);
/* "process.rlimits: RLIMIT_NOFILE ..." when it is refused. prlimit(2) on `pid` (0: the caller). */
int attributes_set_rlimit(
	pid_t pid, const char *name, uint64_t soft, uint64_t hard, struct error *err);

/* RLIMIT_NPROC, which counts all processes of the user. */
bool attributes_rlimit_counts_processes(const char *name);
/* Both values to `hard`, or to the hard limit that there is when that is higher. */
int attributes_raise_rlimit(pid_t pid, const char *name, uint64_t hard, struct error *err);

/* -1000 .. 1000, for `pid` (0: the caller). A value that is already there is never written. */
int attributes_set_oom_score_adj(int procfd, pid_t pid, int score, struct error *err);

struct attributes_scheduler {
	const char *policy;       /* "SCHED_FIFO" */
	const char *const *flags; /* "SCHED_FLAG_RESET_ON_FORK" */
	size_t flags_length;
	int nice, priority;
	uint64_t runtime, deadline, period;
};
int attributes_scheduler_from_name(const char *policy); /* SCHED_*, or -1 */
/* Whether a fork of who has it has it too (sched(7)). */
bool attributes_scheduler_passes_fork(const struct attributes_scheduler *scheduler);
/* sched_setattr(2) of `pid` (0: the caller). */
int attributes_set_scheduler(
	pid_t pid, const struct attributes_scheduler *scheduler, struct error *err);

int attributes_io_class_from_name(const char *name); /* IOPRIO_CLASS_*, or -1 */
int attributes_set_io_priority(const char *class, int priority, struct error *err);

/* `domain` "LINUX" or "LINUX32". */
int attributes_set_personality(const char *domain, struct error *err);

int attributes_set_memory_policy(const char *mode, const char *nodes, const char *const *flags,
	size_t flags_length, struct error *err);

/* A list as in cpuset(7), "0-1,4", for the caller; "" asks for nothing. */
int attributes_set_cpu_affinity(const char *list, const char *where, struct error *err);

/* Joins a new session keyring named `name` (keyctl(2)); ENOSYS and EDQUOT are not errors. */
int attributes_new_session_keyring(const char *name, struct error *err);

/* LISTEN_FDS, console and the like aside: every fd from `first` on gets CLOEXEC (close_range(2), or
 * a walk). */
int attributes_close_on_exec_from(int first, struct error *err);

/* Closes every fd from `first` on but those of `keep`, in any order, of which some may be -1. */
int attributes_close_from(int first, const int *keep, size_t keep_length, struct error *err);

#endif
