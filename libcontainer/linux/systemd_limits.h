/* SPDX-License-Identifier: Apache-2.0 */
/* linux.resources as the properties of systemd.resource-control(5). */
#ifndef LINUX_SYSTEMD_LIMITS_H
#define LINUX_SYSTEMD_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "linux/cgroup_resources.h"
#include "linux/systemd_bus.h"

/* As many bits as the kernel's largest machine has processors. */
#define SYSTEMD_CPU_BYTES 1024

struct systemd_limits {
	struct systemd_property *items;
	size_t length;
	uint8_t *cpus, *mems; /* SYSTEMD_CPU_BYTES each; NULL: not set */
};

/*
 * What has no such property is left out: it is in the cgroup's own files, which systemd leaves
 * alone. A list of processors that is none is an error. `cpu_v1`: the controller for processors is
 * one of cgroup v1, whose shares systemd would else make anew from a weight.
 */
int systemd_limits_make(const struct cgroup_resources *resources, bool cpu_v1,
	struct systemd_limits *limits, struct error *err);
void systemd_limits_free(struct systemd_limits *limits);
#define cleanup_systemd_limits __attribute__((cleanup(systemd_limits_free)))

#endif
