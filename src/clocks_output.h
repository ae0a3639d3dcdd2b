/* SPDX-License-Identifier: Apache-2.0 */
/* What `clocks` prints. */
#ifndef SRC_CLOCKS_OUTPUT_H
#define SRC_CLOCKS_OUTPUT_H

#include <stddef.h>

#include <elsewhen/container.h>

#include "output.h"

/* Everything of one container. */
void clocks_output(const struct container_clocks *clocks, enum output_format format);

/* A row for each container. */
void clocks_output_list(
	const struct container_info *infos, size_t count, enum output_format format);

#endif
