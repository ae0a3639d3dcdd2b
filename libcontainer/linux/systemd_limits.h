/* SPDX-License-Identifier: Apache-2.0 */
/* linux.resources as the properties of systemd.resource-control(5). */
#ifndef LINUX_SYSTEMD_LIMITS_H
#define LINUX_SYSTEMD_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "linux/cgroup_resources.h"
#include "linux/systemd_bus.h"

/* As many bits as the kernel's largest machine has processors. */
#define SYSTEMD_CPU_BYTES 1024

/* Which controllers are those of cgroup v1, of which systemd has other ideas. */
struct systemd_v1 {
	bool blkio, cpu, devices;
};

struct systemd_limits {
	struct systemd_property *items;
	size_t length;
	uint8_t *cpus, *mems; /* SYSTEMD_CPU_BYTES each; NULL: not set */
	struct strv devices;
};

/*
 * What has no such property is left out: it is in the cgroup's own files, which systemd leaves
 * alone. A list of processors that is none is an error. In cgroup v1 shares and weights are told as they
 * are, which systemd would else make anew from others, and devices, which it would else all allow
 * when it writes its own settings again, as after a reload.
 */
int systemd_limits_make(const struct cgroup_resources *resources, const struct systemd_v1 *v1,
	struct systemd_limits *limits, struct error *err);
void systemd_limits_free(struct systemd_limits *limits);
#define cleanup_systemd_limits __attribute__((cleanup(systemd_limits_free)))

#endif
