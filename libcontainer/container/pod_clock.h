/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pod's clock: one time namespace for all its containers. It is mounted on the file "clock" in the
 * directory of the pod's sandbox, and so lives from the first container that asks for it until the
 * sandbox is deleted, whoever of the pod is running meanwhile.
 */
#ifndef CONTAINER_POD_CLOCK_H
#define CONTAINER_POD_CLOCK_H

#include <elsewhen/container.h>

#include "base/error.h"
#include "container/clock_request.h"
#include "oci/state_file.h"

/* Writes into a sandbox's state what its pod's clock was asked to be. */
void pod_clock_record(struct oci_state_file *sandbox, const struct clock_request *request);

/*
 * The sandbox's own way: makes the namespace in its `directory`, which is locked and whose state says so
 * (pod_clock_record) by now. Returns an fd of the namespace or -1.
 */
int pod_clock_make(int directory, const struct clock_request *request, struct error *err);

/*
 * A container's way: opens the clock that the pod of request->sandbox has, and makes it when the sandbox
 * did not. What the container itself asks for must be what the clock was made with. `sandbox` is the sandbox's
 * directory, locked (create_lock_sandbox). Returns an fd of the namespace or -1.
 */
int pod_clock_join(int sandbox, const struct clock_request *request, struct error *err);

#endif
