/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks (config.md, "POSIX-platform Hooks"): run in order, the container's state on stdin. */
#ifndef CONTAINER_HOOKS_H
#define CONTAINER_HOOKS_H

#include <sys/types.h>

#include "base/error.h"
#include "oci/config.h"
#include "oci/state_file.h"

/*
 * Runs a list; stops at the first that fails, is killed or exceeds its timeout (it is killed then).
 * `name` is "createRuntime" and so on, for the sentence. `status` and `pid` are what the state on
 * stdin says (runtime.md, "Lifecycle"). The hook inherits the caller's namespaces, and stdout and
 * stderr.
 */
int hooks_run(const struct oci_hook_list *hooks, const char *name,
	const struct oci_state_file *state, enum oci_status status, pid_t pid, struct error *err);

/* For poststart and poststop, whose failures are logged and then do not matter (runtime.md, 9 and
 * 13). */
void hooks_run_all(const struct oci_hook_list *hooks, const char *name,
	const struct oci_state_file *state, enum oci_status status, pid_t pid);

#endif
