/* SPDX-License-Identifier: Apache-2.0 */
/* What a container is right now: what was written down, held against what is there. */
#ifndef CONTAINER_STATUS_H
#define CONTAINER_STATUS_H

#include <elsewhen/container.h>

#include "linux/cgroup.h"
#include "oci/state_file.h"

/*
 * *pidfd, when asked for, is init's (the caller's to close), or -1 when it is gone. -1 when it cannot
 * be known, for want of memory or descriptors, say: that is no word about the container.
 */
int status_of(const struct oci_state_file *state, enum container_status *status, int *pidfd,
	struct error *err);

/* The recorded cgroup. Strings stay the state's; nothing to free. */
struct cgroup_plan status_cgroup(const struct oci_state_file *state);

/*
 * Opens a container for a command: its directory (locked or not), its state, and where it stands.
 * Returns the directory's fd or -1. *state is the caller's to free on success.
 */
int status_open(const struct container_runtime *runtime, const char *id, bool locked,
	struct oci_state_file *state, struct error *err);

#endif
