/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container has from outside: the sources of its mounts, namespaces by path, what its descriptors
 * 0 to 2 lead to. CRIU is told the names of those on dump and where they are now on restore; both
 * from the config, so that nothing in a checkpoint says what of the host it gets.
 */
#ifndef CONTAINER_OUTSIDE_H
#define CONTAINER_OUTSIDE_H

#include "base/error.h"
#include "container/images.h"
#include "linux/cgroup.h"
#include "linux/criu_rpc.h"
#include "linux/mount_table.h"
#include "oci/config.h"

/* Whether the mount is a clone of something on the host. */
bool outside_is_bind(const struct oci_mount *mount);

/*
 * For a dump of the container whose init is `pid`: fills in the mounts and the names of what is external,
 * and lists what init's descriptors 0 to 2 are.
 */
int outside_find(const struct oci_config *config, pid_t pid, struct criu_options *options,
	struct strv *descriptors, struct error *err);

/*
 * For a restore: where each of the config's mounts comes from. `bundle` resolves a relative source.
 */
int outside_name_mounts(const struct oci_config *config, const char *bundle,
	struct criu_options *options, struct error *err);

/* For a restore: the directories of the container's cgroups. */
void outside_name_cgroups(const struct cgroup_view *view, struct criu_options *options);

/*
 * For a restore: CRIU's own 0 to 2 in the place of what the descriptors were. A file of which there
 * was one for two of them stays one.
 */
void outside_inherit_descriptors(const struct strv *descriptors, struct criu_options *options);

/* What CRIU calls a network or PID namespace that it neither dumps nor makes; as runc names them. */
#define OUTSIDE_NETWORK "extRootNetNS"
#define OUTSIDE_PID "extRootPidNS"

#endif
