/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A runtime that is killed leaves a CRIU that has a container stopped, and does not look whether anybody still waits
 * for it before it has something to say. The guard is a process that sees it to its end then: by itself within a time,
 * in which it undoes what it did, or killed. Until both are gone the guard holds the container's lock.
 */
#ifndef LINUX_CRIU_GUARD_H
#define LINUX_CRIU_GUARD_H

#include <sys/types.h>

#include "base/error.h"

struct criu_guard {
	pid_t pid; /* 0: there is none */
	int line;  /* its other end is the guard's */
};

/*
 * `criu` is CRIU, which leads a process group of its own, `pidfd` its pidfd, `lock` a descriptor that the guard keeps.
 */
int criu_guard_start(struct criu_guard *guard, pid_t criu, int pidfd, int lock, struct error *err);

/* CRIU is left alone. Idempotent. */
void criu_guard_end(struct criu_guard *guard);

#endif
