/* SPDX-License-Identifier: Apache-2.0 */
/* timeOffsets, read and written: what state.json and a file of saved clocks have in common. */
#include "oci/time_offsets.h"

#include "elsewhen/timens.h"

static const struct json_property time_offset_properties[] = {
	JSON_I64("secs", struct oci_time_offset, secs, .min = -TIMENS_SECONDS_MAX,
		.max = TIMENS_SECONDS_MAX),
	JSON_U32("nanosecs", struct oci_time_offset, nanosecs, .max = TIMENS_NANOSECONDS_MAX),
};
static const struct json_table time_offset_table = { JSON_TABLE(time_offset_properties),
	.begins_with_set = true };

static const struct json_property time_offsets_properties[] = {
	JSON_OBJECT("monotonic", struct oci_time_offsets, monotonic, time_offset_table),
	JSON_OBJECT("boottime", struct oci_time_offsets, boottime, time_offset_table),
};
const struct json_table oci_time_offsets_table = { JSON_TABLE(time_offsets_properties),
	.begins_with_set = true };

void oci_time_offset_write(
	struct json_writer *writer, const char *key, const struct oci_time_offset *offset)
{
	if (!offset->set)
		return;
	json_open_object(writer, key);
	json_i64(writer, "secs", offset->secs);
	json_u64(writer, "nanosecs", offset->nanosecs);
	json_close_object(writer);
}

void oci_time_offsets_write(
	struct json_writer *writer, const char *key, const struct oci_time_offsets *offsets)
{
	if (!offsets->set)
		return;
	json_open_object(writer, key);
	oci_time_offset_write(writer, "monotonic", &offsets->monotonic);
	oci_time_offset_write(writer, "boottime", &offsets->boottime);
	json_close_object(writer);
}
