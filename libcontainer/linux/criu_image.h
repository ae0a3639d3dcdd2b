/* SPDX-License-Identifier: Apache-2.0 */
/* What CRIU wrote into the directory of its images, as far as it is of use here: the clocks. */
#ifndef LINUX_CRIU_IMAGE_H
#define LINUX_CRIU_IMAGE_H

#include <stddef.h>

#include "base/error.h"
#include "linux/clock_policy.h"

/*
 * Reads the clock image of a dump: timens-N.img, where N is CRIU's number for the container's time
 * namespace, or 0 when it had none of its own. That number is spread over three other images, and
 * CRIU dumps a single time namespace, so the one file of such a name is taken; several, of dumps
 * into the same directory, are refused. The realtime is not set: CRIU does not write it down. The
 * directory is not trusted. The error's code is ENOENT when there is no such file.
 */
int criu_image_read_clocks(int directory, struct clock_readings *clocks, struct error *err);

/* The same of the content of such a file. */
int criu_image_parse_clocks(
	const void *data, size_t length, struct clock_readings *clocks, struct error *err);

#endif
