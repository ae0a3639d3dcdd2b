/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime's side of the dialogue with a process that is on its way into a container. */
#ifndef CONTAINER_SUPERVISE_H
#define CONTAINER_SUPERVISE_H

#include "base/error.h"
#include "container/enter.h"

struct supervisor {
	struct enter *enter;
	const struct oci_process
		*process; /* its limits, which only the runtime may have the right to set */
	int *console;     /* gets the master of a terminal that is for us */
	/* What create does in between, each NULL for exec. */
	int (*record)(void *context, struct error *err); /* as soon as the pid is known */
	int (*run_hooks)(
		void *context, struct error *err); /* SYNC_HOOKS_PLEASE; sends the answer */
	/* SYNC_LIMITS_PLEASE: `pid` is in all namespaces of init, and can still be looked at. */
	void (*describe)(void *context, pid_t pid);
	void *context;
};

/* Serves it until SYNC_READY. How it died, if it did, is the error. */
int supervise_until_ready(const struct supervisor *supervisor, struct error *err);

/*
 * After SYNC_START: waits for SYNC_EXECUTING and the end of the stream on `fd`. That comes with execve, which takes the
 * close-on-exec socket away, and also when the process is killed in between: `pid` then still has the name that it had
 * with us. One that another process has waited for by then has no name; it is taken for started.
 */
int supervise_until_executed(int fd, pid_t pid, struct error *err);

#endif
