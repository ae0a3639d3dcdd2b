/* SPDX-License-Identifier: Apache-2.0 */
/* Device rules as DeviceAllow= of systemd.resource-control(5) has them. */
#ifndef LINUX_SYSTEMD_DEVICES_H
#define LINUX_SYSTEMD_DEVICES_H

#include "base/error.h"
#include "base/text.h"
#include "linux/cgroup_resources.h"

/*
 * Adds pairs of a device ("/dev/char/1:3", "char-136", "block-*") and its access ("rwm") to `pairs`. *strict: all
 * other devices are denied; without it systemd has no words for the rules, and none is added.
 */
int systemd_devices_list(const struct cgroup_device_rule *rules, size_t length, struct strv *pairs,
	bool *strict, struct error *err);

#endif
