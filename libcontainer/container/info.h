/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of a container: see struct container_info. */
#ifndef CONTAINER_INFO_H
#define CONTAINER_INFO_H

#include <elsewhen/container.h>

#include "oci/state_file.h"

/* From the state, held against what is there; into a zeroed struct. */
int info_fill(struct container_info *info, const struct oci_state_file *state, struct error *err);

#endif
