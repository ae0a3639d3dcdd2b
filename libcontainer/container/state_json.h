/* SPDX-License-Identifier: Apache-2.0 */
/* The documents that hooks and seccomp agents are given about a container. */
#ifndef CONTAINER_STATE_JSON_H
#define CONTAINER_STATE_JSON_H

#include <sys/types.h>

#include "oci/state_file.h"

/* runtime.md, "State". `pid` 0: not told. malloc'd. */
char *state_json(const struct oci_state_file *state, enum oci_status status, pid_t pid);

/*
 * config-linux.md, "The Container Process State": what goes to linux.seccomp.listenerPath, beside
 * the one descriptor that it names. `metadata` is listenerMetadata or NULL. malloc'd.
 */
char *state_json_for_agent(const struct oci_state_file *state, enum oci_status status, pid_t pid,
	const char *metadata);

#endif
