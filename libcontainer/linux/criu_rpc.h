/* SPDX-License-Identifier: Apache-2.0 */
/* What is said to CRIU over its RPC socket and what it answers, as plain structs and as bytes. */
#ifndef LINUX_CRIU_RPC_H
#define LINUX_CRIU_RPC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

/* The numbers are CRIU's own. */
enum criu_request_type {
	CRIU_DUMP = 1,
	CRIU_RESTORE = 2,
	CRIU_PRE_DUMP = 4,
	CRIU_NOTIFY = 6,
	CRIU_FEATURE_CHECK = 9,
	CRIU_VERSION = 10,
};

enum criu_cgroup_mode {
	CRIU_CGROUP_IGNORE = 0,
	CRIU_CGROUP_SOFT = 3,
	CRIU_CGROUP_FULL = 4,
	CRIU_CGROUP_STRICT = 5,
};

enum criu_network_lock {
	CRIU_NETWORK_LOCK_DEFAULT = 0, /* CRIU chooses */
	CRIU_NETWORK_LOCK_IPTABLES = 1,
	CRIU_NETWORK_LOCK_NFTABLES = 2,
	CRIU_NETWORK_LOCK_SKIP = 3,
};

/* Pairs: mounts of outside, cgroup roots, namespaces to join. */
struct criu_pair {
	char *key, *value;
};
struct criu_pairs {
	struct criu_pair *items;
	size_t length;
};
void criu_pairs_add(struct criu_pairs *pairs, const char *key, const char *value); /* copies */
void criu_pairs_free(struct criu_pairs *pairs);

/* A descriptor that the restored process is to have in the place of what was outside. */
struct criu_inherited {
	char *key;
	int fd; /* as CRIU has it */
};
struct criu_inheritance {
	struct criu_inherited *items;
	size_t length;
};
void criu_inheritance_add(struct criu_inheritance *list, const char *key, int fd);
void criu_inheritance_free(struct criu_inheritance *list);

/* NULL, 0 and false: not said. Strings are not owned, lists are. */
struct criu_options {
	int images_directory, work_directory; /* descriptors of ours; work: -1, the same */
	pid_t pid;                            /* dump alone */
	const char *log_file, *root, *parent, *config_file, *freeze_cgroup, *lsm_profile,
		*lsm_mount_context, *page_server_address;
	int page_server_port;
	bool leave_running, ext_unix_sk, tcp_established, tcp_skip_in_flight, tcp_close, shell_job,
		file_locks, link_remap, lazy_pages, auto_dedup, track_mem, evasive_devices,
		orphan_pts_master, rst_sibling, ext_sharing, ext_masters;
	enum criu_cgroup_mode cgroup_mode;
	enum criu_network_lock network_lock;
	uint32_t empty_namespaces; /* CLONE_NEW* */
	struct criu_pairs mounts;  /* dump: mount point -> name; restore: name -> source */
	struct criu_pairs cgroup_roots, join_namespaces;
	struct criu_inheritance inherited;
	struct strv external;
};
void criu_options_free(struct criu_options *options);

struct criu_features {
	bool mem_track, lazy_pages;
};

/* Adds a whole request; `options` for dumps and restores, `features` for their check alone. */
void criu_rpc_add_request(struct text *message, enum criu_request_type type,
	const struct criu_options *options, const struct criu_features *features);
void criu_rpc_add_acknowledgement(struct text *message, bool success);

struct criu_response {
	uint32_t type;
	bool success;
	int code;           /* an errno value, or 0 */
	char *message;      /* CRIU's own word, or NULL */
	char *notification; /* "post-dump"; NULL but for CRIU_NOTIFY */
	pid_t pid;          /* of a notification or a restore, as CRIU sees it; 0: none */
	int version;        /* 31701 for 3.17.1 */
	struct criu_features features;
};
int criu_rpc_parse_response(const void *bytes, size_t length, struct criu_response *response);
void criu_response_free(struct criu_response *response);

#endif
