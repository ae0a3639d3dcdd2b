/* SPDX-License-Identifier: Apache-2.0 */
/* Saved clocks as JSON: what `clocks --save` writes, and clock.json beside the images of CRIU. */
#ifndef OCI_CLOCK_FILE_H
#define OCI_CLOCK_FILE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "linux/clock_policy.h"
#include "oci/config.h"

#define OCI_CLOCK_FILE_VERSION 1
/* Many times what is written: the rest is for properties to come. */
#define OCI_CLOCK_FILE_SIZE_MAX ((size_t)64 * 1024)

struct oci_clock_file {
	struct arena arena; /* owns the strings of a file that was read */
	char *id;      /* of the container; NULL in clocks of CRIU, like all but the two clocks */
	char *boot_id; /* /proc/sys/kernel/random/boot_id of the machine */
	struct oci_time_offset realtime, monotonic, boottime; /* readings of one instant, inside */
	struct oci_time_offsets time_offsets;                 /* absolute, as in state.json */
	enum clock_policy policy; /* how to go on, CLOCK_POLICY_UNSET when none was named */
};

/* *json is malloc'd, the caller's. Fails for clocks that oci_clock_file_parse would refuse. */
int oci_clock_file_format(
	const struct oci_clock_file *file, char **json, size_t *length, struct error *err);

/*
 * Untrusted, so as strict as the config reader: readings within what clocks can read, ids that are ids.
 * Properties of a newer elsewhen are ignored, another clocksVersion is refused. Afterwards all is
 * there but time_offsets and policy. boottime may be behind monotonic, as it is in a container
 * whose monotonic alone was shifted: clock_policy_apply sees to that.
 */
int oci_clock_file_parse(
	const char *data, size_t length, struct oci_clock_file *file, struct error *err);
void oci_clock_file_free(struct oci_clock_file *file);

/* For clock_policy_apply. */
struct clock_readings oci_clock_file_readings(const struct oci_clock_file *file);

#endif
