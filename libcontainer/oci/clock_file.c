/* SPDX-License-Identifier: Apache-2.0 */
/* Saved clocks: one table to read them, one function to write them, and what readings there can be. */
#include "oci/clock_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "elsewhen/timens.h"
#include "oci/json.h"
#include "oci/json_reader.h"
#include "oci/time_offsets.h"
#include "oci/validate.h"

/* The kernel counts the wall clock in 64 bits of nanoseconds. */
#define REALTIME_SECONDS_MAX (INT64_MAX / (TIMENS_NANOSECONDS_MAX + 1))

static const struct json_property reading_properties[] = {
	JSON_I64("secs", struct oci_time_offset, secs, .required = true, .max = TIMENS_SECONDS_MAX),
	JSON_U32("nanosecs", struct oci_time_offset, nanosecs, .required = true,
		.max = TIMENS_NANOSECONDS_MAX),
};
static const struct json_table reading_table = { JSON_TABLE(reading_properties),
	.begins_with_set = true };

static const struct json_property realtime_properties[] = {
	JSON_I64("secs", struct oci_time_offset, secs, .required = true,
		.max = REALTIME_SECONDS_MAX),
	JSON_U32("nanosecs", struct oci_time_offset, nanosecs, .required = true,
		.max = TIMENS_NANOSECONDS_MAX),
};
static const struct json_table realtime_table = { JSON_TABLE(realtime_properties),
	.begins_with_set = true };

static const struct json_property clock_file_properties[] = {
	JSON_STRING("id", struct oci_clock_file, id, .required = true),
	JSON_STRING("bootId", struct oci_clock_file, boot_id, .required = true),
	JSON_OBJECT("realtime", struct oci_clock_file, realtime, realtime_table, .required = true),
	JSON_OBJECT("monotonic", struct oci_clock_file, monotonic, reading_table, .required = true),
	JSON_OBJECT("boottime", struct oci_clock_file, boottime, reading_table, .required = true),
	JSON_OBJECT("timeOffsets", struct oci_clock_file, time_offsets, oci_time_offsets_table),
	JSON_ENUM("policy", struct oci_clock_file, policy, clock_policy_names, CLOCK_POLICY_NAMED),
};
static const struct json_table clock_file_table = { JSON_TABLE(clock_file_properties) };

/* Read alone and first: of another version nothing else is known, not even what is an error. */
struct version {
	int64_t version;
};
static const struct json_property version_properties[] = {
	JSON_I64("clocksVersion", struct version, version, .required = true),
};
static const struct json_table version_table = { JSON_TABLE(version_properties) };

static int check_version(const char *data, size_t length, struct error *err)
{
	struct version read = { 0 };
	struct arena arena = { 0 };
	int result = json_read(data, length, &version_table, &read, &arena, NULL, err);

	arena_free(&arena);
	if (result == 0 && read.version != OCI_CLOCK_FILE_VERSION)
		return error_set(err, EINVAL,
			"clocksVersion: %" PRId64 " is not known here, version %d is", read.version,
			OCI_CLOCK_FILE_VERSION);
	return result;
}

/* "c5f49b0b-5b8f-4a8e-9d7c-0f3d3c6f9a51" */
static bool is_boot_id(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == '-' ? text[i] != '-' : !strchr("0123456789abcdef", text[i]))
			return false;
	return true;
}

int oci_clock_file_parse(
	const char *data, size_t length, struct oci_clock_file *file, struct error *err)
{
	struct oci_clock_file read = { .policy = CLOCK_POLICY_UNSET };
	int result;

	if (length > OCI_CLOCK_FILE_SIZE_MAX)
		return error_set(err, EFBIG, "%zu bytes are too many for saved clocks; %zu may be",
			length, OCI_CLOCK_FILE_SIZE_MAX);
	if (check_version(data, length, err) < 0)
		return -1;
	result = json_read(data, length, &clock_file_table, &read, &read.arena, NULL, err);
	if (result == 0 && oci_container_id_validate(read.id, err) < 0)
		result = error_prefix(err, "id");
	if (result == 0 && !is_boot_id(read.boot_id))
		result = error_set(err, EINVAL,
			"bootId: '%.40s' is not of the form of "
			"/proc/sys/kernel/random/boot_id",
			read.boot_id);
	if (result < 0) {
		oci_clock_file_free(&read);
		return -1;
	}
	*file = read;
	return 0;
}

static void clock_file_write(struct json_writer *writer, const struct oci_clock_file *file)
{
	json_open_object(writer, NULL);
	json_i64(writer, "clocksVersion", OCI_CLOCK_FILE_VERSION);
	json_string(writer, "id", file->id);
	json_string(writer, "bootId", file->boot_id);
	oci_time_offset_write(writer, "realtime", &file->realtime);
	oci_time_offset_write(writer, "monotonic", &file->monotonic);
	oci_time_offset_write(writer, "boottime", &file->boottime);
	oci_time_offsets_write(writer, "timeOffsets", &file->time_offsets);
	if (file->policy != CLOCK_POLICY_UNSET)
		json_string(writer, "policy", clock_policy_names[file->policy]);
	json_close_object(writer);
}

int oci_clock_file_format(
	const struct oci_clock_file *file, char **json, size_t *length, struct error *err)
{
	cleanup_json_writer struct json_writer *writer = json_writer_new(true);
	struct oci_clock_file read_back;
	const char *text;
	size_t text_length;

	clock_file_write(writer, file);
	text = json_text(writer, &text_length);
	/* The reader's rules are the only ones there are: what it would refuse is not written. */
	if (oci_clock_file_parse(text, text_length, &read_back, err) < 0)
		return -1;
	oci_clock_file_free(&read_back);
	*json = strndup(text, text_length);
	*length = text_length;
	return *json ? 0 : error_set(err, ENOMEM, "out of memory");
}

void oci_clock_file_free(struct oci_clock_file *file)
{
	arena_free(&file->arena);
	*file = (struct oci_clock_file){ .policy = CLOCK_POLICY_UNSET };
}

static struct timens_offset reading_of(const struct oci_time_offset *offset)
{
	return (struct timens_offset){ offset->secs, offset->nanosecs };
}

struct clock_readings oci_clock_file_readings(const struct oci_clock_file *file)
{
	return (struct clock_readings){
		.monotonic = reading_of(&file->monotonic),
		.boottime = reading_of(&file->boottime),
		.realtime = reading_of(&file->realtime),
		.realtime_set = file->realtime.set,
	};
}
