/* SPDX-License-Identifier: Apache-2.0 */
/* Which containers belong to a sandbox's pod: an annotation alone is no proof, for anybody can write it. */
#ifndef CONTAINER_POD_MEMBER_H
#define CONTAINER_POD_MEMBER_H

#include <elsewhen/container.h>

#include "base/error.h"
#include "container/plan.h"
#include "oci/state_file.h"

/*
 * 0 when the container of `plan` shares a network, IPC or PID namespace with the sandbox that linux.namespaces gives
 * by path, as engines do, and which is not the runtime's own; or when the operator's podClocks names the sandbox.
 * Else -1 with EPERM.
 */
int pod_member_check(const struct container_runtime *runtime, const struct oci_state_file *sandbox,
	const struct plan *plan, struct error *err);

#endif
