/* SPDX-License-Identifier: Apache-2.0 */
/* linux.resources.devices: by the v1 controller's files, or by a BPF program in v2. */
#ifndef LINUX_CGROUP_DEVICES_H
#define LINUX_CGROUP_DEVICES_H

#include "base/error.h"
#include "base/text.h"
#include "linux/cgroup_driver.h"

/* Each is one line for devices.deny ("d...") or devices.allow ("a..."), in order. */
int cgroup_devices_v1_lines(const struct cgroup_device_rule *rules, size_t length,
	struct strv *lines, struct error *err);

/* Where the caller has no rights to devices (rootless), nothing is done: the kernel lets an
 * unprivileged user make and mount no device node anyway. */
int cgroup_devices_apply(const struct cgroup_members *members,
	const struct cgroup_resources *resources, struct error *err);

#endif
