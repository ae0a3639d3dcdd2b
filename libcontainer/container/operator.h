/* SPDX-License-Identifier: Apache-2.0 */
/* What the operator of this machine honours of what containers ask for. */
#ifndef CONTAINER_OPERATOR_H
#define CONTAINER_OPERATOR_H

#include <stdbool.h>

#include <elsewhen/container.h>

#include "base/error.h"
#include "oci/config.h"

/*
 * Refuses a config that has one of the annotations `names` (NULL-terminated) which the operator does
 * not honour: by --honoured-annotations, and by the settings file. The file is only read when there is
 * something to ask it; one that was named must be there, the default one need not.
 */
int operator_check_annotations(const struct container_runtime *runtime,
	const struct oci_config *config, const char *const *names, struct error *err);

/* 1: podClocks of the settings file has the sandbox's id; 0; or -1. */
int operator_allows_pod_clock(
	const struct container_runtime *runtime, const char *sandbox, struct error *err);

/* Whether restores take seccomp filters that config.json would not make here: engines have no option for it. */
int operator_allows_other_seccomp(
	const struct container_runtime *runtime, bool *allows, struct error *err);

#endif
