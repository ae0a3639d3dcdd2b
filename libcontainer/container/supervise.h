/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime's side of the dialogue with a process that is on its way into a container. */
#ifndef CONTAINER_SUPERVISE_H
#define CONTAINER_SUPERVISE_H

#include "base/error.h"
#include "container/enter.h"

struct creation;

/* Serves init until SYNC_READY: id maps, the pid written down, hooks, the terminal, limits. */
int supervise_until_ready(struct creation *creation, struct error *err);

/* What only the runtime, outside, may have the right to set on `pid`: oomScoreAdj and rlimits. */
int supervise_set_limits(const struct oci_process *process, pid_t pid, struct error *err);

/* Why the child's end of the dialogue closed: how it died. Always -1. */
int supervise_explain_end(struct enter *enter, struct error *err);

#endif
