/* SPDX-License-Identifier: Apache-2.0 */
/* What `exec` is to run: a process file, or the container's own process with options over it. */
#ifndef CONTAINER_EXEC_PROCESS_H
#define CONTAINER_EXEC_PROCESS_H

#include <elsewhen/container.h>

#include "oci/config.h"

/*
 * A config of which only process is set, validated; the caller's to free, and not to outlive
 * `config`, whose strings it shares. NULL with err set.
 */
struct oci_config *exec_process_make(const struct oci_config *config,
	const struct container_exec_options *options, struct error *err);

#endif
