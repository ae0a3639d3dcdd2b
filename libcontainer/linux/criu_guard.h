/* SPDX-License-Identifier: Apache-2.0 */
/*
 * While CRIU serves the memory of a container (`checkpoint --lazy-pages`) it has the container stopped, listens, and
 * does not look whether anybody still waits for it. The guard is a process that kills it when ours has ended
 * without saying goodbye: then the container goes on.
 */
#ifndef LINUX_CRIU_GUARD_H
#define LINUX_CRIU_GUARD_H

#include <sys/types.h>

#include "base/error.h"

struct criu_guard {
	pid_t pid; /* 0: there is none */
	int line;  /* its other end is the guard's */
};

/* `criu` is CRIU's pidfd. */
int criu_guard_start(struct criu_guard *guard, int criu, struct error *err);

/* CRIU is left alone. Idempotent. */
void criu_guard_end(struct criu_guard *guard);
#define cleanup_criu_guard __attribute__((cleanup(criu_guard_end)))

#endif
