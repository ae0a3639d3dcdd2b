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
	bool joined_pid;            /* the stage's children are in the PID namespace by path */
	bool keeps_groups;          /* those that the caller has stay, on the way to root, too */
	int runtime_end, child_end; /* the sync pair */
	int named[2];               /* the pipe by which the stage lets init speak */
	pid_t first_child;          /* the stage, or init itself; 0: none (any more) */
	pid_t init;                 /* in the runtime's PID namespace; 0: not known yet */
	int init_pidfd;
};

/* What the processes of a plan do once they are in the cgroup and in all namespaces. */
struct enter_work {
	/*
	 * All that needs rights or anything of the host, as root of the user namespace: in init, or in
	 * the stage when the plan prepares outside. It keeps what enter_kept_fds names, and must end
	 * with nothing that the other processes of the PID namespace may not have. 0 or -1.
	 */
	int (*prepare)(void *context, struct error *err);
	/* Becomes the user's process; in init. Does not return. */
	void (*become)(void *context);
	void *context;
};

/* A struct in which nothing is open. */
void enter_reset(struct enter *enter);

/*
 * Makes the processes of the plan, with enter->child_end as their only way to talk. The runtime's end
 * is then to be served: enter_serve knows the messages that belong to the way in. The children have
 * no environment: that of the caller is overwritten in their memory.
 */
int enter_spawn(struct enter *enter, const struct enter_work *work, struct error *err);

/*
 * The last but one step of a `prepare` outside: a PID namespace by path, for who is cloned from now on.
 * Nothing else may be forked after it.
 */
int enter_join_pid(struct enter *enter, struct error *err);

/* Of the way in, what `prepare` may not close: ENTER_KEPT_FDS of them, -1 for none. */
#define ENTER_KEPT_FDS 3
void enter_kept_fds(const struct enter *enter, int kept[ENTER_KEPT_FDS]);

struct sync_message;

/*
 * Answers SYNC_IDMAP_PLEASE and SYNC_INIT_PID, the latter once: by then other processes may speak with
 * init's voice. 1: it was one of them, 0: it is another one's, -1: err.
 */
int enter_serve(struct enter *enter, const struct sync_message *message, struct error *err);

/*
 * Whoever is in the container's namespaces by now: init, or the stage that prepares for it (whose children alone
 * are in the PID namespace).
 */
static inline pid_t enter_first_process(const struct enter *enter)
{
	return enter->init > 0 ? enter->init : enter->first_child;
}

/* Kills and reaps what was spawned and has not been handed on. Idempotent. */
void enter_abort(struct enter *enter);

/* Closes everything; the processes live on. */
void enter_close(struct enter *enter);

#endif
