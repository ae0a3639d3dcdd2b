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

/* Who makes the cgroups. */
enum container_cgroups {
	CONTAINER_CGROUPFS,
	CONTAINER_CGROUPS_DISABLED,
	CONTAINER_CGROUPS_BY_SYSTEMD
};

/* From the global options of the command line; lives as long as the command. */
struct container_runtime {
	char *root;    /* where the containers' directories are; absolute */
	bool rootless; /* not root in the initial user namespace, or --rootless=true */
	enum container_cgroups cgroups;
	const char *config;               /* the operator's settings file */
	bool config_given;                /* it was named, so it must be there */
	const char *honoured_annotations; /* prefixes, separated by commas; NULL: no word on it */
};

/* create and run. Strings are not owned; NULL or 0: not given. */
struct container_create_options {
	const char *bundle; /* default "." */
	const char *pid_file, *console_socket;
	const char *monotonic, *boottime; /* values as in elsewhen/timens_value.h */
	char *const *clock_from;          /* snapshots: files, folders of images; NULL-terminated */
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

/* Which time namespace a process is in. Offsets are nanoseconds, and relative to the caller's own. */
struct container_process_clock {
	char name[40];      /* "time:[4026532567]"; "": not known, or none on this kernel */
	bool host;          /* it is the caller's own */
	bool offsets_known; /* not those of a process that is about to leave its time namespace */
	int64_t monotonic, boottime;
};

/* An empty name: the process has ended, or the caller may not look at it. */
void container_process_clock(pid_t pid, struct container_process_clock *clock);

/* What `state` and `list` tell. Free with container_info_free. */
struct container_info {
	enum container_status status;
	char *id, *bundle, *rootfs, *created, *owner, *oci_version;
	pid_t pid;          /* 0 when stopped */
	char **annotations; /* key, value, key, value, NULL */
	/*
	 * Whose clock it is: "host", "private" (made for it), "path" (of config.json) or "pod"; NULL: not
	 * known. The origin is the path, or the id of the pod's sandbox, or NULL.
	 */
	char *clock, *clock_origin;
	struct container_process_clock
		time;   /* init's; what was written down of it when it has ended */
	int64_t uptime; /* in there, in nanoseconds; -1: not known */
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

/* update. What is not given stays as it is. */
struct container_limit {
	bool given;
	int64_t value; /* as in linux.resources: -1 is "no limit" */
};
struct container_update_options {
	const char *resources; /* a file with an object like linux.resources; "-": standard input */
	/* These come on top of the file. */
	const char *cpuset_cpus, *cpuset_mems;
	struct container_limit block_io_weight, cpu_shares, cpu_quota, cpu_period, cpu_burst,
		cpu_realtime_runtime, cpu_realtime_period, cpu_idle, memory, memory_reservation,
		memory_swap, pids;
};

/* Changes limits of a container that has not ended. All is checked before anything is changed. */
int container_update(const struct container_runtime *runtime, const char *id,
	const struct container_update_options *options, struct error *err);

int container_state(const struct container_runtime *runtime, const char *id,
	struct container_info *info, struct error *err);

/* Every container under the root, sorted by id; a directory that can not be read is warned of. */
int container_list(const struct container_runtime *runtime, struct container_info **infos,
	size_t *count, struct error *err);

/* One clock of a container, beside the caller's. Nanoseconds. */
struct container_clock {
	const char *name;     /* "monotonic_raw" */
	int64_t vdso;         /* as programs in there read it */
	int64_t below, above; /* by system call, right before and right after */
	bool agree;           /* in every round: below <= vdso <= above */
	int64_t host;         /* the caller's at that moment, give or take `uncertainty` */
	int64_t difference;   /* vdso - host */
	int64_t uncertainty;
	int64_t offset; /* what the difference should be */
	bool matches;   /* and is, as closely as it was measured */
};

#define CONTAINER_CLOCKS 7

/* What `clocks ID` tells. Free with container_clocks_free. */
struct container_clocks {
	struct container_info info;
	char host_name[40];          /* the caller's own time namespace */
	bool pinned;                 /* it outlives its processes: something is mounted on it */
	bool frozen;                 /* its offsets can not be changed any more */
	size_t shared_with;          /* other containers under the root that are in it */
	int64_t uptime, host_uptime; /* as /proc/uptime has it, to hundredths of a second */
	int64_t btime, host_btime;   /* of /proc/stat; seconds since 1970 */
	struct container_clock clocks[CONTAINER_CLOCKS];
};
void container_clocks_free(struct container_clocks *clocks);

/* Reads them by a helper that joins the container's time namespace. ESRCH: it is not running. */
int container_clocks(const struct container_runtime *runtime, const char *id,
	struct container_clocks *clocks, struct error *err);

/*
 * Saves what a new container needs to go on with these clocks (clock_from of container_create_options):
 * durably, to a file that only the caller can read, or to standard output when `file` is NULL.
 */
int container_clocks_save(const struct container_runtime *runtime, const char *id, const char *file,
	struct error *err);

/* What CRIU is to do with cgroups. */
enum container_cgroup_mode {
	CONTAINER_CGROUP_IGNORE, /* nothing: they are the config's and ours */
	CONTAINER_CGROUP_SOFT,
	CONTAINER_CGROUP_FULL,
	CONTAINER_CGROUP_STRICT
};

/* checkpoint. Strings are not owned; NULL, 0 and false: not given. */
struct container_checkpoint_options {
	const char *criu; /* the program; default "criu" */
	int criu_timeout; /* seconds without progress after which it is ended; 0: never */
	const char *image_path, *work_path, *parent_path;
	const char *page_server;   /* "ADDRESS:PORT" */
	const char *clock_policy;  /* written down: how a restore is to go on */
	int status_fd;             /* -1: none */
	int cgroup_mode;           /* enum container_cgroup_mode */
	int network_lock;          /* of "default", "iptables", "nftables", "skip" */
	uint32_t empty_namespaces; /* CLONE_NEW* whose content is not dumped */
	bool leave_running, tcp_established, tcp_skip_in_flight, ext_unix_sk, shell_job, file_locks,
		link_remap, pre_dump, lazy_pages, auto_dedup;
};

struct container_checkpoint_report {
	uint64_t frozen_us; /* how long the processes stood still */
	uint64_t pages_scanned, pages_written, pages_skipped; /* skipped: the parent has them */
	uint64_t bytes;                                       /* of all the images */
	int64_t monotonic, boottime; /* what the container's clocks read at the end of it */
};

/* The container's processes into a directory of images; they are gone then, unless left running. */
int container_checkpoint(const struct container_runtime *runtime, const char *id,
	const struct container_checkpoint_options *options,
	struct container_checkpoint_report *report, struct error *err);

/* restore. The same holds; `create` is as for create and run. */
struct container_restore_options {
	struct container_create_options create;
	const char *criu;
	int criu_timeout;
	const char *image_path, *work_path, *parent_path;
	const char *lsm_profile, *lsm_mount_context;
	const char *clock_policy; /* "continue", "suspend", "wallclock", "config" */
	char *const *clock_from;  /* saved clocks of others; NULL-terminated */
	int cgroup_mode;
	uint32_t empty_namespaces;
	bool tcp_established, tcp_close, ext_unix_sk, shell_job, file_locks, lazy_pages, auto_dedup;
	bool allow_clock_jump;    /* restore where the kernel has no time namespaces, too */
	bool allow_other_seccomp; /* restore filters that config.json would not make here, too */
};

/*
 * A container from its images and a bundle. *exit_status as for run. Its clocks go on as the policy says,
 * which is proven before it runs: never behind what was saved, boottime not behind monotonic.
 */
int container_restore(const struct container_runtime *runtime, const char *id,
	const struct container_restore_options *options, int *exit_status, struct error *err);

/* The processes in the container's cgroup, as pids of the caller's namespace. *pids is malloc'd. */
int container_pids(const struct container_runtime *runtime, const char *id, pid_t **pids,
	size_t *count, struct error *err);

/* Everything that create would check, and nothing of what it would do. */
int container_validate(
	const struct container_runtime *runtime, const char *bundle, struct error *err);

/* What this kernel promises of time namespaces. `reason` says what is broken, or why it was not checked. */
enum container_promise {
	CONTAINER_PROMISE_KEPT,
	CONTAINER_PROMISE_BROKEN,
	CONTAINER_PROMISE_NOT_CHECKED
};
struct container_kernel_check {
	const char *name, *promise;
	enum container_promise result;
	char reason[512];
};

/* Tries the promise of that number, from 0 on; false when there is none. */
bool container_check_kernel(size_t index, struct container_kernel_check *check);

/* The features document; *json is malloc'd. */
int container_features(char **json, size_t *length, struct error *err);

#endif
