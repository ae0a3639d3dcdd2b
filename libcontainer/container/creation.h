/* SPDX-License-Identifier: Apache-2.0 */
/* What create gathers, step by step; init, a fork of the runtime, finds all of it in its own
 * memory. */
#ifndef CONTAINER_CREATION_H
#define CONTAINER_CREATION_H

#include <elsewhen/container.h>

#include "container/become.h"
#include "container/enter.h"
#include "container/filter.h"
#include "linux/mount.h"
#include "linux/rootfs.h"
#include "oci/config.h"
#include "oci/state_file.h"

struct creation {
	const struct container_runtime *runtime;
	const struct container_create_options *options;
	const char *id;
	bool starts_itself; /* run: no other process will come to start it */

	/* Decided before anything is made. */
	char *bundle; /* absolute */
	char *config_json;
	size_t config_length;
	struct oci_config *config;
	struct clock_request clock;
	struct cgroup_plan cgroup;
	struct cgroup_view cgroup_view;
	struct filter *filter;        /* NULL: no seccomp */
	struct mount_request *mounts; /* config->mounts_length of them */
	bool own_mounts;              /* a mount namespace of its own: mounts, masks and a pivot */
	bool opens_for_init; /* the runtime opens what a user namespace would hide from init */

	/* Made; undone when a step fails. */
	int directory; /* ROOT/ID, locked */
	int sandbox;   /* of a pod's clock: the sandbox's directory, locked; -1: not (any more) */
	struct oci_state_file state;
	struct enter enter;
	int tree;           /* the rootfs as a detached tree, or -1: init opens it */
	int *mount_sources; /* detached clones, or -1; NULL: init opens all */
	int console_socket; /* connected, or -1 */
	int console;        /* the terminal's master, for a foreground run, or -1 */
	int start_socket;   /* listening, or -1 */
	bool pid_file_written;
	bool keeps_directory; /* its cgroup could not be removed: `delete` has to find it */
	bool hooks_ran;       /* prestart or createRuntime: poststop is owed when it fails now */

	/* Init's alone. */
	struct rootfs rootfs;
	struct become become;
	pid_t host_pid; /* of init, as the runtime sees it; 0: not told */
};

void creation_reset(struct creation *creation);

/* Closes and frees everything; processes, cgroup and directory stay. */
void creation_close(struct creation *creation);

/* From nothing to SYNC_READY; on failure all is undone. */
int creation_make(struct creation *creation, struct error *err);

/* Writes the pid file, and down what the container is in and its `status` (create_state.c). */
int creation_record(struct creation *creation, enum oci_status status, struct error *err);

/* After creation_make: records it, and tells init which of the two it is. */
int creation_finish(struct creation *creation, enum oci_status status, struct error *err);

/* Undoes a made container whole: process, cgroup, directory. */
void creation_undo(struct creation *creation);

/*
 * What `delete --force` does, to this container and to no other that has its id by now (delete.c).
 */
int creation_delete(struct creation *creation, struct error *err);

/* The steps that make nothing (create_plan.c). */
int create_read_config(void *creation, struct error *err);
int create_decide_clock(void *creation, struct error *err);
int create_check_machine(void *creation, struct error *err);
int create_plan_processes(void *creation, struct error *err);
int create_plan_mounts(void *creation, struct error *err);

/* Its cgroup, which restore has too (create_cgroup.c); the first makes nothing. */
int create_plan_cgroup(void *creation, struct error *err);
void create_fill_cgroup(struct creation *creation); /* into the state */
int create_make_cgroup(void *creation, struct error *err);
void create_undo_cgroup(void *creation);
int create_set_limits(void *creation, struct error *err);
int create_settle_cgroup(void *creation, struct error *err);

/* Those that restore takes too; `creation` is the first member of what it has as context. */
int create_make_directory(void *creation, struct error *err);
void create_undo_directory(void *creation);
int create_write_intent(void *creation, struct error *err); /* create_state.c */
int create_record_init(void *creation, struct error *err);

/* What the container is in, and its offsets, as /proc has them of `pid`; written down by creation_record. */
void create_describe_init(void *creation, pid_t pid);
void create_undo_init(void *creation);
int creation_run_hooks(struct creation *creation, struct error *err);

/* The two parts of init's recipe, for enter_spawn. */
int init_prepare(void *creation, struct error *err);
void init_become(void *creation);

/* The part of it that builds the container's filesystem (init_rootfs.c). */
int init_attach_rootfs(void *context, struct error *err);
int init_mount_all(void *context, struct error *err);
int init_make_devices(void *context, struct error *err);
int init_open_terminal(void *context, struct error *err);
int init_pivot(void *context, struct error *err);
int init_mask_paths(void *context, struct error *err);

/* What depends on this machine, and not on the specification alone (preflight.c). */
int preflight_check(
	const struct oci_config *config, const struct clock_request *clock, struct error *err);

#endif
