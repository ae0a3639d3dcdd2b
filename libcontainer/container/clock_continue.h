/* SPDX-License-Identifier: Apache-2.0 */
/* --clock-from: the clocks that a container is to go on with. */
#ifndef CONTAINER_CLOCK_CONTINUE_H
#define CONTAINER_CLOCK_CONTINUE_H

#include <elsewhen/timens_value.h>

#include "base/error.h"

/*
 * `path` as oci_clock_source_load takes it. `policy` is "continue", "suspend" or "wallclock"; NULL is what
 * the snapshot itself names, or else continue. Both values are starts, never behind what was saved.
 */
int clock_continue_load(
	const char *path, const char *policy, struct timens_values *values, struct error *err);

#endif
