/* SPDX-License-Identifier: Apache-2.0 */
/* timeOffsets in the files that elsewhen itself writes: as in config.json, within the kernel's range. */
#ifndef OCI_TIME_OFFSETS_H
#define OCI_TIME_OFFSETS_H

#include "oci/config.h"
#include "oci/json.h"
#include "oci/json_reader.h"

extern const struct json_table oci_time_offsets_table; /* struct oci_time_offsets */

/* Write {secs, nanosecs}, or both offsets, under `key`; nothing for what is not set. */
void oci_time_offset_write(
	struct json_writer *writer, const char *key, const struct oci_time_offset *offset);
void oci_time_offsets_write(
	struct json_writer *writer, const char *key, const struct oci_time_offsets *offsets);

#endif
