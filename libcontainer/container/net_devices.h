/* SPDX-License-Identifier: Apache-2.0 */
/* linux.netDevices: network interfaces that go from the runtime's namespace to the container's. */
#ifndef CONTAINER_NET_DEVICES_H
#define CONTAINER_NET_DEVICES_H

#include <sys/types.h>

#include "base/error.h"
#include "oci/config.h"

/*
 * Called by the runtime when `init` is in all of its namespaces. Each interface gets its name in
 * the container, keeps its addresses and is up. When one is refused, those that went before it are
 * given back.
 */
int net_devices_move(const struct oci_config *config, pid_t init, struct error *err);

#endif
