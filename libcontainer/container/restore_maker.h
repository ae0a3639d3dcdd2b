/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time namespace of a restored container with a user namespace of its own. It has to belong to that user
 * namespace, or nobody in there could join it, and CRIU makes the one and joins the other. So a process of ours
 * waits, enters the user namespace as soon as it is there, and makes the time namespace in it; CRIU finds it
 * by that process.
 */
#ifndef CONTAINER_RESTORE_MAKER_H
#define CONTAINER_RESTORE_MAKER_H

#include <elsewhen/timens_value.h>
#include <sys/types.h>

#include "base/error.h"

struct restore_maker {
	pid_t pid; /* 0: there is none */
	int socket;
};

void restore_maker_reset(struct restore_maker *maker);

/* Before CRIU, which is told of "/proc/PID/ns/time_for_children" and opens it later. */
int restore_maker_start(struct restore_maker *maker, struct error *err);

/*
 * When CRIU has made the user namespace, of which `init` is the first process: makes the time namespace, and
 * both of its offsets from one reading. An fd of it or -1.
 */
int restore_maker_make(struct restore_maker *maker, pid_t init, const struct timens_values *values,
	struct error *err);

/* Idempotent. CRIU has joined by then: the process is not to be there when the container's run. */
void restore_maker_end(struct restore_maker *maker);

#endif
