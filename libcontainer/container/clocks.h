/* SPDX-License-Identifier: Apache-2.0 */
/* A container whose clocks are to be read: what `clocks` and its snapshots share. */
#ifndef CONTAINER_CLOCKS_H
#define CONTAINER_CLOCKS_H

#include <elsewhen/container.h>

#include "base/error.h"
#include "linux/clock_helper.h"
#include "oci/state_file.h"

struct clocks_target {
	struct oci_state_file state;
	int pidfd;                  /* of its init */
	struct clock_helper helper; /* in its time namespace */
};

/* ESRCH: it is not running. */
int clocks_open(const struct container_runtime *runtime, const char *id,
	struct clocks_target *target, struct error *err);
void clocks_close(struct clocks_target *target);

#endif
