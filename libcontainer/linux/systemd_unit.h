/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's cgroup as a scope of systemd (systemd.scope(5)): systemd makes the directories, the
 * container has them to itself (Delegate=yes, "Control Group APIs and Delegation" of systemd).
 */
#ifndef LINUX_SYSTEMD_UNIT_H
#define LINUX_SYSTEMD_UNIT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/text.h"
#include "linux/cgroup_resources.h"
#include "linux/systemd_bus.h"
#include "linux/systemd_limits.h"

struct systemd_unit {
	char *name;  /* "libpod-1234.scope"; NULL: no unit of systemd at all */
	char *slice; /* "machine.slice"; needed by systemd_unit_start alone */
	bool user;   /* of the calling user's manager */
	/* More, or others than ours, for systemd_unit_start; not owned. */
	const struct systemd_property *properties;
	size_t properties_length;
};

/*
 * `cgroups_path` is linux.cgroupsPath as "slice:prefix:name"; NULL or "" is the default slice
 * ("system.slice", a user's "user.slice") and the name "elsewhen-ID.scope".
 */
int systemd_unit_parse(const char *cgroups_path, const char *id, bool user,
	struct systemd_unit *unit, struct error *err);
void systemd_unit_free(struct systemd_unit *unit);

/* Where its cgroup will be below a mount: asks the manager for its own; no bus is an error. */
int systemd_unit_cgroup(const struct systemd_unit *unit, struct text *path, struct error *err);

/* Starts it around process `pid`; when it returns, `pid` is in the cgroup. */
int systemd_unit_start(const struct systemd_unit *unit, pid_t pid, struct error *err);

/*
 * Tells systemd the limits that it knows, which it would else put back to its own defaults; `v1` as for
 * systemd_limits_make.
 */
int systemd_unit_limit(const struct systemd_unit *unit, const struct cgroup_resources *resources,
	const struct systemd_v1 *v1, struct error *err);

/* Ends it with what is in it; one that is gone is no error. */
int systemd_unit_stop(const struct systemd_unit *unit, struct error *err);

#endif
