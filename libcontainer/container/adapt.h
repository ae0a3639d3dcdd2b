/* SPDX-License-Identifier: Apache-2.0 */
/* From what config.json says (oci/) to what the mechanisms take (linux/). No effect of any kind. */
#ifndef CONTAINER_ADAPT_H
#define CONTAINER_ADAPT_H

#include "base/arena.h"
#include "linux/attributes.h"
#include "linux/caps.h"
#include "linux/cgroup_resources.h"
#include "linux/mount.h"
#include "linux/seccomp.h"
#include "linux/userns.h"
#include "oci/config.h"

/* What is allocated comes from `arena`; strings stay the config's. */

/*
 * Adds to the list of device rules, when there is one, what every container may use
 * (config-linux.md, "Default Devices") and making nodes of any kind, which gives nobody the right
 * to open them.
 */
void adapt_resources(
	const struct oci_linux *linux_, struct arena *arena, struct cgroup_resources *resources);

void adapt_seccomp(
	const struct oci_seccomp *seccomp, struct arena *arena, struct seccomp_profile *profile);

/*
 * `bundle` resolves a relative source of a bind mount. The options are the request's own to free.
 */
int adapt_mount(const struct oci_mount *mount, size_t index, const char *mount_label,
	const char *bundle, struct arena *arena, struct mount_request *request, struct error *err);

void adapt_maps(const struct oci_id_mappings *uids, const struct oci_id_mappings *gids,
	struct arena *arena, struct userns_maps *maps);

void adapt_capabilities(const struct oci_capabilities *capabilities, struct caps_sets *sets);

void adapt_scheduler(const struct oci_scheduler *asked, struct attributes_scheduler *scheduler);

/* MS_* of linux.rootfsPropagation, MS_REC for the r-forms; 0 when it is absent. */
uint64_t adapt_propagation(const char *name, bool *recursive);

#endif
