/* SPDX-License-Identifier: Apache-2.0 */
/* The way in: from the runtime to a process that is in the container's cgroup and namespaces. */
#ifndef CONTAINER_ENTER_H
#define CONTAINER_ENTER_H

#include <elsewhen/timens_value.h>

#include "container/plan.h"
#include "linux/cgroup.h"
#include "linux/userns.h"

struct enter {
	struct plan plan;
	struct cgroup_entry cgroup;
	struct userns_maps maps;    /* for a new user namespace */
	struct timens_values clock; /* for a new time namespace */
	struct timens_offsets own;  /* of the time namespace that the runtime is in */
	bool keeps_groups;          /* those that the caller has stay, on the way to root, too */
	int runtime_end, child_end; /* the sync pair */
	pid_t first_child;          /* the stage, or init itself; 0: none (any more) */
	pid_t init;                 /* in the runtime's PID namespace; 0: not known yet */
	int init_pidfd;
};

/* A struct in which nothing is open. */
void enter_reset(struct enter *enter);

/*
 * Makes the processes of the plan. `init` runs in the last one, in the cgroup and in all
 * namespaces, as root of its user namespace, with enter->child_end as its only way to talk; it does
 * not return. The runtime's end is then to be served: enter_serve knows the messages that belong to
 * the way in.
 */
int enter_spawn(struct enter *enter, void (*init)(void *context), void *context, struct error *err);

struct sync_message;

/* Answers SYNC_IDMAP_PLEASE and SYNC_INIT_PID. 1: it was one of them, 0: it is another one's, -1:
 * err. */
int enter_serve(struct enter *enter, const struct sync_message *message, struct error *err);

/* Kills and reaps what was spawned and has not been handed on. Idempotent. */
void enter_abort(struct enter *enter);

/* Closes everything; the processes live on. */
void enter_close(struct enter *enter);

#endif
