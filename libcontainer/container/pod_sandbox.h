/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's sandbox of a pod, and which pod a container belongs to, where the annotation that names the sandbox
 * is not true any more: podman's `restore --pod` leaves it as it was in the pod that was checkpointed, for all of
 * the container's life. The new pod's sandbox is named by its process: linux.namespaces has /proc/PID/ns/... of it.
 */
#ifndef CONTAINER_POD_SANDBOX_H
#define CONTAINER_POD_SANDBOX_H

#include "container/creation.h"

/* With a pod's clock, and when there is no such sandbox as the annotation names. */
int create_find_sandbox(void *creation, struct error *err);

/*
 * An engine's sandbox that asks for a pod's clock and for no value of it leaves it to the pod's containers to make
 * the clock, and stays with the runtime's own, which reads the same: a first container that is restored is then free
 * to make it from what it was saved at.
 */
int create_leave_clock(void *creation, struct error *err);

/* With a pod's clock; the other sandbox may well be there still. */
int restore_find_sandbox(void *creation, struct error *err);

/*
 * Locks the directory of a pod's sandbox that is another container, and proves that this container is of its pod
 * (pod_member.h). Before the container's own directory is made, so that no lock is waited for while one is held: two
 * containers that name each other would wait without end.
 */
int create_lock_sandbox(void *creation, struct error *err);
void create_unlock_sandbox(void *creation);

#endif
