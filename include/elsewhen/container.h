/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers: make, start, look at, signal, enter and remove them (runtime-spec, runtime.md). This
 * is all that the command line knows of libcontainer. Functions return 0, or -1 with `err` set.
 */
#ifndef ELSEWHEN_CONTAINER_H
#define ELSEWHEN_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct error; /* base/error.h */

/* From the global options of the command line; lives as long as the command. */
struct container_runtime {
	char *root;           /* where the containers' directories are; absolute */
	bool rootless;        /* not root in the initial user namespace, or --rootless=true */
	bool cgroup_disabled; /* --cgroup-manager=disabled */
	const char *config;   /* the operator's settings file */
	bool config_given;    /* it was named, so it must be there */
	const char *honoured_annotations; /* prefixes, separated by commas; NULL: no word on it */
};

/* create and run. Strings are not owned; NULL or 0: not given. */
struct container_create_options {
	const char *bundle; /* default "." */
	const char *pid_file, *console_socket;
	const char *monotonic, *boottime; /* values as in elsewhen/timens_value.h */
	const char *clock_from;           /* a snapshot: a file or a folder of images */
	const char *clock_policy;         /* "continue", "suspend" or "wallclock" */
	int preserve_fds;                 /* fds 3 .. 3+N-1 are passed on */
	bool no_pivot, no_new_keyring, no_subreaper;
	bool detach, keep; /* run alone */
};

struct container_exec_options {
	const char *process_file;  /* --process; the rest then only overrides the terminal */
	char *const *args;         /* NULL-terminated; with no process_file */
	char *const *env;          /* additional "NAME=value"; NULL-terminated or NULL */
	char *const *capabilities; /* additional "CAP_..."; NULL-terminated or NULL */
	const char *cwd, *user /* "uid[:gid]" */, *apparmor, *process_label, *cgroup;
	const gid_t *additional_gids;
	size_t additional_gids_length;
	bool tty, no_new_privs, no_new_privs_set;
	bool detach, no_subreaper;
	const char *pid_file, *console_socket;
	int preserve_fds;
};

enum container_status {
	CONTAINER_CREATING,
	CONTAINER_CREATED,
	CONTAINER_RUNNING,
	CONTAINER_PAUSED,
	CONTAINER_STOPPED
};
const char *container_status_name(enum container_status status);

/* What `state` and `list` tell. Free with container_info_free. */
struct container_info {
	enum container_status status;
	char *id, *bundle, *rootfs, *created, *owner, *oci_version;
	pid_t pid;          /* 0 when stopped */
	char **annotations; /* key, value, key, value, NULL */
};
void container_info_free(struct container_info *info);

/* config.json is read, validated and frozen; the container waits in "created". */
int container_create(const struct container_runtime *runtime, const char *id,
	const struct container_create_options *options, struct error *err);
int container_start(const struct container_runtime *runtime, const char *id, struct error *err);

/*
 * create, start, wait, delete. *exit_status is the container's (128 + N after signal N), or 0 at
 * once when detached. Without detach signals are forwarded and the container is deleted unless
 * `keep`.
 */
int container_run(const struct container_runtime *runtime, const char *id,
	const struct container_create_options *options, int *exit_status, struct error *err);

/* A process more, in all the namespaces of the container. *exit_status as for run. */
int container_exec(const struct container_runtime *runtime, const char *id,
	const struct container_exec_options *options, int *exit_status, struct error *err);

int container_kill(const struct container_runtime *runtime, const char *id, int signal, bool all,
	struct error *err);

/* `force`: kills what runs, and succeeds silently on an id that does not exist. */
int container_delete(
	const struct container_runtime *runtime, const char *id, bool force, struct error *err);

int container_pause(const struct container_runtime *runtime, const char *id, struct error *err);
int container_resume(const struct container_runtime *runtime, const char *id, struct error *err);

int container_state(const struct container_runtime *runtime, const char *id,
	struct container_info *info, struct error *err);

/* Every container under the root, sorted by id; a directory that can not be read is warned of. */
int container_list(const struct container_runtime *runtime, struct container_info **infos,
	size_t *count, struct error *err);

/* The processes in the container's cgroup, as pids of the caller's namespace. *pids is malloc'd. */
int container_pids(const struct container_runtime *runtime, const char *id, pid_t **pids,
	size_t *count, struct error *err);

/* Everything that create would check, and nothing of what it would do. */
int container_validate(
	const struct container_runtime *runtime, const char *bundle, struct error *err);

/* The features document; *json is malloc'd. */
int container_features(char **json, size_t *length, struct error *err);

#endif
