/* SPDX-License-Identifier: Apache-2.0 */
/* createContainer hooks of a container whose PID namespace others are in already. */
#ifndef CONTAINER_HOOKS_INSIDE_H
#define CONTAINER_HOOKS_INSIDE_H

#include "container/creation.h"

/*
 * By the runtime, in the namespaces of the stage but for that of PIDs: a hook of the stage's own would be in it,
 * with the host's root for all in there to see.
 */
int hooks_run_inside(struct creation *creation, struct error *err);

#endif
