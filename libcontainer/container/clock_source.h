/* SPDX-License-Identifier: Apache-2.0 */
/* --clock-from: the clocks that a snapshot is to go on with. */
#ifndef CONTAINER_CLOCK_SOURCE_H
#define CONTAINER_CLOCK_SOURCE_H

#include <elsewhen/timens_value.h>

#include "base/error.h"

/*
 * `path` is a file of `elsewhen clocks --save`, or a folder with such a file (clock.json) or with CRIU's
 * images. `policy` is "continue", "suspend", "wallclock", or NULL for the one that they were saved with, else
 * continue. Both values are starts.
 */
int clock_source_load(
	const char *path, const char *policy, struct timens_values *values, struct error *err);

#endif
