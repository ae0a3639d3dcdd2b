/* SPDX-License-Identifier: Apache-2.0 */
/* A piece of work in a process of its own, for what would change the caller (setns(2), chroot(2)). */
#ifndef LINUX_CHILD_H
#define LINUX_CHILD_H

#include <stddef.h>

#include "base/error.h"

/*
 * Runs `work` in a fork, which ends with it, and waits. 0, or -1 with the child's own error, whole; one that was
 * killed is an error too ("the process that <what> was killed by signal 9").
 */
int child_run(const char *what, int (*work)(void *context, struct error *err), void *context,
	struct error *err);

/*
 * The same for a child that goes where others could look into it: of the caller's descriptors it has none but those of
 * `kept`, of which some may be -1. At most CHILD_KEPT_MAX.
 */
#define CHILD_KEPT_MAX 7
int child_run_alone(const char *what, const int *kept, size_t length,
	int (*work)(void *context, struct error *err), void *context, struct error *err);

#endif
