/* SPDX-License-Identifier: Apache-2.0 */
/* --clock-from: the clocks that snapshots have, of which the latest are to go on. */
#ifndef CONTAINER_CLOCK_SOURCE_H
#define CONTAINER_CLOCK_SOURCE_H

#include <elsewhen/timens_value.h>

#include "base/error.h"
#include "linux/clock_policy.h"

struct clock_source {
	struct clock_readings saved;
	enum clock_policy policy;
};

/*
 * `path` is a file of `elsewhen clocks --save`, or a folder with such a file (clock.json) or with CRIU's
 * images. `policy` is "continue", "suspend", "wallclock", or NULL for the one that they were saved with, else
 * continue.
 */
int clock_source_read(
	const char *path, const char *policy, struct clock_source *source, struct error *err);

/* Raises `values` to where the clocks of `source` go on at that wall-clock time; all of them are starts. */
int clock_source_raise(const struct clock_source *source, const struct timens_offset *realtime_now,
	struct timens_values *values, struct error *err);

/* Both for each of `paths`, which ends with NULL, at this moment. */
int clock_source_load(
	char *const *paths, const char *policy, struct timens_values *values, struct error *err);

#endif
