/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What CRIU has made, held against config.json before any of it runs: an archive from anywhere may hold a process
 * with any capability, in any namespace, and mounts that hide and protect nothing. The rule: nothing is weaker than
 * config.json makes it, but for what a process that has what config.json gives may have changed by itself.
 */
#ifndef CONTAINER_RESTORE_CHECK_H
#define CONTAINER_RESTORE_CHECK_H

#include "container/creation.h"
#include "linux/criu_rpc.h"
#include "linux/mount_table.h"
#include "linux/userns.h"

/*
 * While they all stand still: init and what descends from it. `expected` is what create would have mounted, `criu`
 * what CRIU was told of what is outside,
 * `filters` how many seccomp filters each has at least. When one difference is found, all of them are killed.
 */
int restore_check(const struct creation *creation, const struct mount_table *expected,
	const struct criu_options *criu, unsigned int filters, struct error *err);

/* One process of the restored ones, and what all of them have in common. */
struct restored {
	const struct creation *creation;
	const struct criu_options *criu;
	unsigned int filters;      /* seccomp: as many has who has that of config.json */
	struct mount_table mounts; /* of init, whole */
	struct mount_table host;   /* of the runtime */
	uint64_t allowed;          /* capabilities */
	bool mapped;               /* they are in a user namespace of their own, with these maps: */
	struct userns_maps maps;
	id_t uid, gid; /* of process.user, as they are called out here */

	pid_t pid;
	int directory; /* its /proc/PID */
};

/* Whether config.json lets them have a capability. */
bool restored_may(const struct restored *of, int capability);
/* The same of one that counts in the host's user namespace alone. */
bool restored_may_on_host(const struct restored *of, int capability);
/* What a gid of config.json is called out here; -1: nothing, which nobody has. */
id_t restored_outside_gid(const struct restored *of, id_t inside);

/*
 * Of a process: no thread has a capability that config.json does not give; no_new_privs and a seccomp filter are
 * there when it asks for them; user and group ids, namespaces and id maps are those that it says.
 */
int restore_check_rights(const struct restored *of, struct error *err);

/* Of a process: supplementary groups, hard limits, the OOM score, LSM labels. */
int restore_check_attributes(const struct restored *of, struct error *err);

/* Of a process: its descriptors, root, directory and program are the container's, or were passed to it. */
int restore_check_descriptors(const struct restored *of, struct error *err);

/* Of all: they are in the container's cgroup, in every hierarchy. */
int restore_check_cgroup(
	const struct creation *creation, const pid_t *pids, size_t count, struct error *err);

/* The mounts: of->mounts against those that create would have made. */
int restore_check_mounts(
	const struct restored *of, const struct mount_table *expected, struct error *err);

#endif
