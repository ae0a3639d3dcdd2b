/* SPDX-License-Identifier: Apache-2.0 */
/* config.json of runtime-spec 1.3 as plain structs, named as the specification names its
 * properties. */
#ifndef OCI_CONFIG_H
#define OCI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/* An absent property and a property that is zero are different things to the specification. */
struct oci_bool {
	bool set, value;
};
struct oci_i64 {
	bool set;
	int64_t value;
};
struct oci_u64 {
	bool set;
	uint64_t value;
};
struct oci_u32 {
	bool set;
	uint32_t value;
};

/* items is NULL-terminated once it is not NULL; `set` tells [] from an absent property. */
struct oci_strings {
	char **items;
	size_t length;
	bool set;
};

/* A JSON object of strings, in the order of the document. Keys are unique (the reader refuses
 * others). */
struct oci_map {
	struct oci_map_entry {
		char *key, *value;
	} * items;
	size_t length;
};

struct oci_id_mapping {
	uint32_t container_id, host_id, size;
};

struct oci_id_mappings {
	struct oci_id_mapping *items;
	size_t length;
};

struct oci_mount {
	char *destination, *type, *source; /* type and source are NULL when absent */
	struct oci_strings options;
	struct oci_id_mappings uid_mappings, gid_mappings;
};

struct oci_user {
	uint32_t uid, gid;
	struct oci_u32 umask;
	uint32_t *additional_gids;
	size_t additional_gids_length;
	char *username; /* Windows only; read, never used */
};

struct oci_capabilities {
	bool set; /* an absent object leaves no capability at all */
	struct oci_strings bounding, effective, inheritable, permitted, ambient;
};

struct oci_rlimit {
	char *type; /* "RLIMIT_NOFILE" */
	uint64_t soft, hard;
};

struct oci_scheduler {
	bool set;
	char *policy; /* "SCHED_OTHER" */
	struct oci_i64 nice, priority;
	struct oci_strings flags; /* "SCHED_FLAG_RESET_ON_FORK" */
	struct oci_u64 runtime, deadline, period;
};

struct oci_io_priority {
	bool set;
	char *class; /* "IOPRIO_CLASS_BE" */
	struct oci_i64 priority;
};

struct oci_process {
	bool set; /* an absent process is legal until `start` */
	bool terminal;
	struct oci_console_size {
		bool set;
		uint64_t height, width;
	} console_size;
	struct oci_user user;
	struct oci_strings args, env;
	char *command_line; /* Windows only */
	char *cwd;
	struct oci_capabilities capabilities;
	struct oci_rlimit *rlimits;
	size_t rlimits_length;
	bool no_new_privileges;
	char *apparmor_profile, *selinux_label;
	struct oci_i64 oom_score_adj;
	struct oci_scheduler scheduler;
	struct oci_io_priority io_priority;
	struct oci_exec_cpu_affinity {
		char *initial, *final; /* lists as in cpuset(7): "0-1,4" */
	} exec_cpu_affinity;
};

struct oci_hook {
	char *path;
	struct oci_strings args, env;
	struct oci_i64 timeout; /* seconds, >= 1 */
};

struct oci_hook_list {
	struct oci_hook *items;
	size_t length;
};

struct oci_hooks {
	struct oci_hook_list prestart, create_runtime, create_container, start_container, poststart,
		poststop;
};

enum oci_namespace_type {
	OCI_NAMESPACE_MOUNT,
	OCI_NAMESPACE_PID,
	OCI_NAMESPACE_NETWORK,
	OCI_NAMESPACE_UTS,
	OCI_NAMESPACE_IPC,
	OCI_NAMESPACE_USER,
	OCI_NAMESPACE_CGROUP,
	OCI_NAMESPACE_TIME,
	OCI_NAMESPACE_COUNT,
};

struct oci_namespace {
	enum oci_namespace_type type;
	char *path; /* NULL: a new namespace */
};

struct oci_device {
	char *path;
	char type; /* 'b', 'c', 'u' or 'p' */
	struct oci_i64 major, minor;
	struct oci_u32 file_mode, uid, gid;
};

struct oci_device_rule {
	bool allow;
	char *type;                  /* "a", "b", "c"; NULL is "a" */
	struct oci_i64 major, minor; /* absent or -1: any */
	char *access;                /* of "rwm"; NULL is "rwm" */
};

struct oci_throttle_device {
	int64_t major, minor;
	struct oci_u64 rate;
};

struct oci_throttle_devices {
	struct oci_throttle_device *items;
	size_t length;
};

struct oci_weight_device {
	int64_t major, minor;
	struct oci_u32 weight, leaf_weight;
};

struct oci_resources {
	bool set;
	struct oci_map unified;
	struct oci_device_rule *devices;
	size_t devices_length;
	struct oci_pids {
		struct oci_i64 limit;
	} pids;
	struct oci_block_io {
		struct oci_u32 weight, leaf_weight;
		struct oci_weight_device *weight_device;
		size_t weight_device_length;
		struct oci_throttle_devices throttle_read_bps_device, throttle_write_bps_device,
			throttle_read_iops_device, throttle_write_iops_device;
	} block_io;
	struct oci_cpu {
		char *cpus, *mems;
		struct oci_u64 shares, period, burst, realtime_period;
		struct oci_i64 quota, realtime_runtime, idle;
	} cpu;
	struct oci_hugepage_limit {
		char *page_size; /* "2MB" */
		uint64_t limit;
	} * hugepage_limits;
	size_t hugepage_limits_length;
	struct oci_memory {
		struct oci_i64 limit, reservation, swap, kernel, kernel_tcp;
		struct oci_u64 swappiness;
		struct oci_bool disable_oom_killer, use_hierarchy, check_before_update;
	} memory;
	struct oci_network {
		struct oci_u32 class_id;
		struct oci_network_priority {
			char *name;
			uint32_t priority;
		} * priorities;
		size_t priorities_length;
	} network;
	struct oci_rdma {
		char *name;
		struct oci_u32 hca_handles, hca_objects;
	} * rdma;
	size_t rdma_length;
};

struct oci_seccomp_arg {
	uint32_t index;
	uint64_t value, value_two;
	char *op; /* "SCMP_CMP_EQ" */
};

struct oci_seccomp_rule {
	struct oci_strings names;
	char *action; /* "SCMP_ACT_ERRNO" */
	struct oci_u32 errno_ret;
	struct oci_seccomp_arg *args;
	size_t args_length;
};

struct oci_seccomp {
	bool set;
	char *default_action;
	struct oci_u32 default_errno_ret;
	struct oci_strings architectures, flags;
	char *listener_path, *listener_metadata;
	struct oci_seccomp_rule *syscalls;
	size_t syscalls_length;
};

struct oci_time_offset {
	bool set;
	int64_t secs;
	uint32_t nanosecs;
};

struct oci_linux {
	bool set;
	struct oci_namespace *namespaces;
	size_t namespaces_length;
	struct oci_id_mappings uid_mappings, gid_mappings;
	struct oci_device *devices;
	size_t devices_length;
	struct oci_net_device {
		char *name, *container_name; /* container_name is NULL: the same name */
	} * net_devices;
	size_t net_devices_length;
	char *cgroups_path;
	struct oci_resources resources;
	struct oci_map sysctl;
	char *rootfs_propagation; /* "private", "slave", ... */
	struct oci_seccomp seccomp;
	struct oci_strings masked_paths, readonly_paths;
	char *mount_label;
	struct oci_intel_rdt {
		bool set;
		char *clos_id, *l3_cache_schema, *mem_bw_schema;
		struct oci_strings schemata;
		struct oci_bool enable_monitoring;
	} intel_rdt;
	struct oci_memory_policy {
		bool set;
		char *mode, *nodes;
		struct oci_strings flags;
	} memory_policy;
	struct oci_personality {
		bool set;
		char *domain;
		struct oci_strings flags;
	} personality;
	struct oci_time_offsets {
		bool set;
		struct oci_time_offset monotonic, boottime;
	} time_offsets;
};

struct oci_config {
	struct arena arena; /* owns everything below */
	char *oci_version;
	struct oci_root {
		bool set;
		char *path;
		bool readonly;
	} root;
	struct oci_process process;
	char *hostname, *domainname;
	struct oci_mount *mounts;
	size_t mounts_length;
	struct oci_hooks hooks;
	struct oci_map annotations;
	struct oci_linux linux_;      /* the compiler's "linux" macro took the plain name */
	const char *foreign_platform; /* "windows", "solaris", ... when such a section is present */
};

/*
 * Reads a whole config.json. Types, ranges of integers, duplicate keys, UTF-8, NUL, depth (128),
 * trailing bytes: all refused here with the path of the property ("process.user.uid: ...").
 * Unknown properties are ignored (config.md, "Extensibility"). `data` need not outlive the call.
 * On success the caller frees *config with oci_config_free; on failure there is nothing to free.
 */
int oci_config_parse(
	const char *data, size_t length, struct oci_config **config, struct error *err);
void oci_config_free(struct oci_config *config);
#define cleanup_oci_config __attribute__((cleanup(oci_config_cleanup)))
void oci_config_cleanup(struct oci_config **config);

/* A larger config.json is refused before it is read. */
#define OCI_CONFIG_SIZE_MAX ((size_t)64 * 1024 * 1024)

/* The file given to `exec --process`: one process object, in an oci_config of which only process is
 * set. */
int oci_process_parse(
	const char *data, size_t length, struct oci_config **config, struct error *err);

/* What `update --resources` is given: one object like linux.resources, in an oci_config of which only
 * that is set. */
int oci_resources_parse(
	const char *data, size_t length, struct oci_config **config, struct error *err);

/* NULL when the annotation is absent. */
const char *oci_config_annotation(const struct oci_config *config, const char *key);

/* NULL when the config lists no namespace of that type. */
const struct oci_namespace *oci_config_namespace(
	const struct oci_config *config, enum oci_namespace_type type);

/* "mount", "pid", "network", ... as the specification spells them. */
extern const char *const oci_namespace_names[OCI_NAMESPACE_COUNT];

#endif
