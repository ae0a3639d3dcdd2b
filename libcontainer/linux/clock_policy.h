/* SPDX-License-Identifier: Apache-2.0 */
/* What clocks that were saved are to read when a container goes on with them. */
#ifndef LINUX_CLOCK_POLICY_H
#define LINUX_CLOCK_POLICY_H

#include <stdbool.h>

#include "base/error.h"
#include "elsewhen/timens_value.h"

/* What the time between saving and going on, as the wall clock measures it, is added to. */
enum clock_policy {
	CLOCK_POLICY_CONTINUE,  /* nothing: the clocks stood still */
	CLOCK_POLICY_SUSPEND,   /* boottime, as over the suspension of a machine */
	CLOCK_POLICY_WALLCLOCK, /* boottime and monotonic, as if nothing had happened */
	CLOCK_POLICY_CONFIG,    /* the saved clocks do not count: config.json says all */
	CLOCK_POLICY_UNSET,     /* none was named */
};

/* By the policy: the names of the first CLOCK_POLICY_NAMED. */
#define CLOCK_POLICY_NAMED 4
extern const char *const clock_policy_names[];

int clock_policy_parse(const char *name, enum clock_policy *policy, struct error *err);

/* What the clocks of one container read at one instant. */
struct clock_readings {
	struct timens_offset monotonic, boottime, realtime;
	bool realtime_set; /* CRIU's images have no wall-clock time */
};

/*
 * The starts to ask for (timens_values_resolve): never behind what was saved, whatever the wall
 * clock was set to meanwhile. boottime is never behind monotonic either, as the kernel has it on
 * every machine: saved ones that are (shifted apart, or by CRIU, which reads the two clocks one
 * after the other) are brought together by raising boottime. With CLOCK_POLICY_CONFIG nothing is
 * asked for; CLOCK_POLICY_UNSET is CLOCK_POLICY_CONTINUE. Fails with numbers for what the kernel
 * would refuse, above TIMENS_SECONDS_MAX, and for a policy that needs a wall-clock time not there.
 */
int clock_policy_apply(enum clock_policy policy, const struct clock_readings *saved,
	const struct timens_offset *realtime_now, struct timens_values *values, struct error *err);

/* Takes over each start of `other` that is later than that of `values`, which are starts or none at all. */
void clock_policy_raise(struct timens_values *values, const struct timens_values *other);

#endif
