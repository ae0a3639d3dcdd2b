/* SPDX-License-Identifier: Apache-2.0 */
/* The options before the command, and the runtime that they describe. */
#ifndef SRC_GLOBAL_H
#define SRC_GLOBAL_H

#include <stdbool.h>

#include <elsewhen/container.h>

#include "options.h"

/* Each enum is in the order of the words in the option's row. */
enum global_rootless { GLOBAL_ROOTLESS_AUTO, GLOBAL_ROOTLESS_TRUE, GLOBAL_ROOTLESS_FALSE };

struct global_values {
	const char *root, *log, *config, *honoured_annotations;
	int log_format;     /* enum log_format of base/log.h */
	int rootless;       /* enum global_rootless */
	int cgroup_manager; /* enum container_cgroups */
	bool debug, systemd_cgroup, version;
};

extern const struct option_spec global_options[];

/* runtime->root is malloc'd, the caller's. */
int global_make_runtime(
	const struct global_values *values, struct container_runtime *runtime, struct error *err);

#endif
