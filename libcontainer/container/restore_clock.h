/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of a restored container: how they go on, the namespace that makes them, and the proof. */
#ifndef CONTAINER_RESTORE_CLOCK_H
#define CONTAINER_RESTORE_CLOCK_H

#include "base/error.h"
#include "container/clock_source.h"
#include "container/creation.h"
#include "container/images.h"
#include "container/restore_maker.h"
#include "linux/clock_policy.h"
#include "linux/clock_reading.h"

struct restore_clock {
	enum clock_policy policy;
	struct clock_readings saved;
	struct clock_source *others; /* --clock-from: owned */
	size_t others_length;
	struct timens_values values; /* what they are to start at; offsets with the policy config */
	int namespace;               /* to be joined; -1: none, the kernel has no such thing */
	struct restore_maker maker;  /* of a namespace that can only be made later */
	struct clock_instant proven; /* what was read inside, last */
};

void restore_clock_reset(struct restore_clock *clock);
void restore_clock_close(struct restore_clock *clock);

/*
 * Reads the saved clocks, and finds the policy: `asked` (--clock-policy), else the annotation
 * elsewhen.dev/restore-clock, else what the checkpoint was made with, else continue. `others`, which ends with
 * NULL or is NULL, are more saved clocks: a clock that is made goes on from the latest of all.
 */
int restore_clock_read(struct restore_clock *clock, const struct images *images, const char *asked,
	char *const *others, const struct oci_config *config, struct error *err);

/*
 * Makes the time namespace, or opens the one of the pod or of config.json. Both offsets are held against
 * readings of this moment, so it comes as late as it can.
 */
int restore_clock_make(struct restore_clock *clock, struct creation *creation, struct error *err);

/*
 * What CRIU is to join: a path, malloc'd; NULL: nothing. Of a namespace that is not there before CRIU has made
 * the user namespace that it belongs to too: restore_clock_complete makes it then.
 */
char *restore_clock_path(const struct restore_clock *clock);
int restore_clock_complete(struct restore_clock *clock, pid_t init, struct error *err);

/*
 * Reads the clocks in the namespace behind `time_fd` (-1: the caller's own) and proves that none is behind
 * the saved one, nor boottime behind monotonic. The failure says by how much. With the policy config
 * and with `may_jump` it is a warning.
 */
int restore_clock_prove(struct restore_clock *clock, int time_fd, bool may_jump, struct error *err);

/* One line for people: what they read, and what was saved. Malloc'd. */
char *restore_clock_tell(const struct restore_clock *clock, const char *id);

#endif
