/* SPDX-License-Identifier: Apache-2.0 */
/* Annotations org.systemd.property.NAME: properties for the scope that a container's cgroup is by --systemd-cgroup. */
#ifndef CONTAINER_SCOPE_PROPERTIES_H
#define CONTAINER_SCOPE_PROPERTIES_H

#include <elsewhen/container.h>

#include "base/error.h"
#include "linux/systemd_unit.h"
#include "oci/config.h"

#define SCOPE_PROPERTY_PREFIX "org.systemd.property."

/*
 * Adds them to `unit`, from the config's arena. "NAMESec" with a number of seconds is "NAMEUSec", as in unit files.
 * Refused: what is no value (linux/systemd_value.h), a property on which the cgroup's place depends, and what the
 * operator does not honour.
 */
int scope_properties_add(const struct container_runtime *runtime, struct oci_config *config,
	struct systemd_unit *unit, struct error *err);

#endif
