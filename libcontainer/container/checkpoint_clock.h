/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of a container that stands still, written down beside its images. */
#ifndef CONTAINER_CHECKPOINT_CLOCK_H
#define CONTAINER_CHECKPOINT_CLOCK_H

#include "base/error.h"
#include "container/images.h"
#include "linux/clock_policy.h"
#include "linux/clock_reading.h"
#include "oci/state_file.h"

/*
 * Writes clock.json. To be called while CRIU holds all of the container's processes: none has read a clock
 * later than *instant then, and no timer was dumped later, so that none fires early after a restore.
 */
int checkpoint_save_clock(const struct images *images, const struct oci_state_file *state,
	enum clock_policy policy, struct clock_instant *instant, struct error *err);

void checkpoint_forget_clock(const struct images *images);

#endif
