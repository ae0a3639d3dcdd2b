/* SPDX-License-Identifier: Apache-2.0 */
/* state.json in the container's directory: what delete needs to undo everything, and little else. */
#ifndef OCI_STATE_FILE_H
#define OCI_STATE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "oci/config.h"

/* What is written down; "stopped" is never written, it is seen (the process is gone). */
enum oci_status { OCI_STATUS_CREATING, OCI_STATUS_CREATED, OCI_STATUS_RUNNING, OCI_STATUS_STOPPED };
extern const char *const oci_status_names[];

struct oci_state_file {
	struct arena arena; /* owns the strings of a state that was read */
	char *id, *bundle, *oci_version;
	char *rootfs;  /* resolved root.path */
	char *created; /* RFC 3339 with nanoseconds, UTC */
	char *owner;   /* user name or number of who created it */
	enum oci_status status;
	pid_t pid;           /* 0: not made yet */
	uint64_t start_time; /* procfs_start_time of pid */
	/* struct cgroup_plan: the unit of systemd, or NULL, and whether it is of the owner's manager. */
	char *systemd_unit;
	bool systemd_user;
	struct oci_strings cgroup_directories, cgroup_missing;
	struct oci_map namespaces; /* "time" -> "time:[4026532567]": what init is in, for those
				      asked for */
	struct oci_time_offsets time_offsets; /* absolute, as written to the kernel */
	/*
	 * Whose clock it is: "host", "private" (made for it), "path" (of config.json) or "pod"; NULL in the
	 * state of an older elsewhen. clock_origin is the path, or the id of the pod's sandbox; else NULL.
	 */
	char *clock, *clock_origin;
	/* A sandbox whose pod has a clock of its own: what it was asked to be, as values; "" for nothing. */
	struct oci_pod_clock {
		bool set;
		char *monotonic, *boottime;
	} pod_clock;
	struct oci_map annotations;
	bool annotations_in_config; /* too many to be here: those of config.json are meant */
};

/* Strings are copied. */
void oci_state_file_copy_annotations(struct oci_state_file *state, const struct oci_map *from);

/*
 * *json is malloc'd, the caller's; more than a few annotations are left to config.json. 0, or -EINVAL for a state that could not be read back: without
 * id, bundle or version, with a pid below 0 or the status "stopped".
 */
int oci_state_file_format(const struct oci_state_file *state, char **json, size_t *length);

/*
 * As strict as the config reader; a state of a newer elsewhen with unknown properties is read.
 * Afterwards id, bundle and oci_version are there, and a pid never comes without its start time.
 * The error of a state that another runtime wrote is EMEDIUMTYPE.
 */
int oci_state_file_parse(
	const char *data, size_t length, struct oci_state_file *state, struct error *err);
void oci_state_file_free(struct oci_state_file *state);

#endif
