/* SPDX-License-Identifier: Apache-2.0 */
/* oci/state_file: what is written is read back, and what was never written is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "oci/state_file.h"

static char *some_directories[] = { "/sys/fs/cgroup/memory/c1", "/sys/fs/cgroup/unified/c1", NULL };
static char *some_missing[] = { "/sys/fs/cgroup/memory/parent", NULL };
static struct oci_map_entry some_namespaces[] = { { "time", "time:[4026532567]" },
	{ "pid", "pid:[4026532568]" } };
static struct oci_map_entry some_annotations[] = { { "a.b/c", "line\nline \"x\"" }, { "d", "" } };

static const struct oci_state_file full = {
	.id = "c1",
	.bundle = "/bundle/\xc3\xa4",
	.oci_version = "1.3.0",
	.rootfs = "/bundle/rootfs",
	.created = "2024-05-06T07:08:09.000000001Z",
	.owner = "root",
	.status = OCI_STATUS_RUNNING,
	.pid = 4194304,
	.start_time = UINT64_MAX,
	.systemd_unit = "elsewhen-x.scope",
	.systemd_user = true,
	.cgroup_directories = { some_directories, 2, true },
	.cgroup_missing = { some_missing, 1, true },
	.namespaces = { some_namespaces, 2 },
	.time_offsets = { true, { true, -4611686018, 999999999 }, { true, 4611686018, 0 } },
	.annotations = { some_annotations, 2 },
};

static const struct oci_state_file least = {
	.id = "c", .bundle = "/", .oci_version = "1.0.0", .status = OCI_STATUS_CREATING
};

static void read_back(const struct oci_state_file *state, struct oci_state_file *back)
{
	cleanup_free char *json = NULL;
	struct error err = { 0 };
	size_t length = 0;

	assert_int_equal(oci_state_file_format(state, &json, &length), 0);
	assert_int_equal(strlen(json), length);
	if (oci_state_file_parse(json, length, back, &err) < 0)
		fail_msg("%s\nis refused: %s", json, err.text);
}

static void assert_map(const struct oci_map *map, const struct oci_map *wanted)
{
	assert_int_equal(map->length, wanted->length);
	for (size_t i = 0; i < map->length; i++) {
		assert_string_equal(map->items[i].key, wanted->items[i].key);
		assert_string_equal(map->items[i].value, wanted->items[i].value);
	}
}

static void assert_offset(struct oci_time_offset offset, struct oci_time_offset wanted)
{
	assert_int_equal(offset.set, wanted.set);
	assert_true(offset.secs == wanted.secs);
	assert_int_equal(offset.nanosecs, wanted.nanosecs);
}

static void everything_comes_back(void **state)
{
	struct oci_state_file back;

	(void)state;
	read_back(&full, &back);
	assert_string_equal(back.id, full.id);
	assert_string_equal(back.bundle, full.bundle);
	assert_string_equal(back.oci_version, full.oci_version);
	assert_string_equal(back.rootfs, full.rootfs);
	assert_string_equal(back.created, full.created);
	assert_string_equal(back.owner, full.owner);
	assert_int_equal(back.status, full.status);
	assert_int_equal(back.pid, full.pid);
	assert_true(back.start_time == full.start_time);
	assert_string_equal(back.systemd_unit, "elsewhen-x.scope");
	assert_true(back.systemd_user);
	assert_int_equal(back.cgroup_directories.length, 2);
	assert_string_equal(back.cgroup_directories.items[0], some_directories[0]);
	assert_string_equal(back.cgroup_directories.items[1], some_directories[1]);
	assert_null(back.cgroup_directories.items[2]);
	assert_int_equal(back.cgroup_missing.length, 1);
	assert_string_equal(back.cgroup_missing.items[0], some_missing[0]);
	assert_map(&back.namespaces, &full.namespaces);
	assert_map(&back.annotations, &full.annotations);
	assert_true(back.time_offsets.set);
	assert_offset(back.time_offsets.monotonic, full.time_offsets.monotonic);
	assert_offset(back.time_offsets.boottime, full.time_offsets.boottime);
	oci_state_file_free(&back);
	assert_null(back.id);
}

static void what_is_absent_stays_absent(void **state)
{
	struct oci_state_file back;

	(void)state;
	read_back(&least, &back);
	assert_int_equal(back.status, OCI_STATUS_CREATING);
	assert_int_equal(back.pid, 0);
	assert_null(back.rootfs);
	assert_null(back.created);
	assert_null(back.owner);
	assert_null(back.systemd_unit);
	assert_int_equal(back.cgroup_directories.length, 0);
	assert_int_equal(back.namespaces.length, 0);
	assert_false(back.time_offsets.set);
	oci_state_file_free(&back);
}

static void one_offset_alone(void **state)
{
	struct oci_state_file given = least, back;

	(void)state;
	given.time_offsets = (struct oci_time_offsets){ .set = true, .boottime = { true, 5, 0 } };
	read_back(&given, &back);
	assert_true(back.time_offsets.set);
	assert_false(back.time_offsets.monotonic.set);
	assert_offset(back.time_offsets.boottime, given.time_offsets.boottime);
	oci_state_file_free(&back);
}

static void a_path_that_is_not_utf8_is_still_written(void **state)
{
	struct oci_state_file given = least, back;

	(void)state;
	given.rootfs = "/b\xff";
	read_back(&given, &back);
	assert_string_equal(back.rootfs, "/b\xef\xbf\xbd");
	oci_state_file_free(&back);
}

static void what_could_not_be_read_back_is_not_written(void **state)
{
	struct oci_state_file given[] = { least, least, least, least, least };
	cleanup_free char *json = NULL;
	size_t length;

	(void)state;
	given[0].id = NULL;
	given[1].bundle = NULL;
	given[2].oci_version = NULL;
	given[3].pid = -1;
	given[4].status = OCI_STATUS_STOPPED;
	for (size_t i = 0; i < ARRAY_LENGTH(given); i++)
		assert_int_equal(oci_state_file_format(&given[i], &json, &length), -EINVAL);
	assert_null(json);
}

#define BEGIN "{\"ociVersion\": \"1.3.0\", \"bundle\": \"/b\", \"id\": \"c\", "
#define CREATING BEGIN "\"status\": \"creating\", "

static void hostile_ones_are_refused(void **state)
{
	static const struct {
		const char *json, *error;
	} cases[] = {
		{ "", "" },
		{ "null", "" },
		{ "[]", "" },
		{ "{}", "ociVersion: " },
		{ CREATING "\"pid\": 1}{}", "" },
		{ CREATING "\"pid\": 1", "" },
		{ BEGIN "\"pid\": 5}", "status: " },
		{ BEGIN "\"status\": \"stopped\"}", "status: " },
		{ BEGIN "\"status\": \"paused\"}", "status: " },
		{ BEGIN "\"status\": 1}", "status: " },
		{ BEGIN "\"status\": \"running\"}", "pid: is required with the status 'running'" },
		{ BEGIN "\"status\": \"created\", \"pid\": 0}", "pid: is required" },
		{ CREATING "\"pid\": -1}", "pid: " },
		{ CREATING "\"pid\": 2147483648}", "pid: " },
		{ CREATING "\"pid\": 1.5}", "pid: " },
		{ CREATING "\"pid\": \"1\"}", "pid: " },
		{ CREATING "\"pid\": 77}", "startTime: is required beside a pid" },
		{ CREATING "\"pid\": 77, \"startTime\": -1}", "startTime: " },
		{ CREATING "\"id\": \"c\"}", "" },
		{ CREATING "\"rootfs\": \"/a\\u0000b\"}", "rootfs: " },
		{ CREATING "\"rootfs\": \"/a\xff\"}", "" },
		{ CREATING "\"cgroupDirectories\": [\"/sys\", 5]}", "cgroupDirectories[1]: " },
		{ CREATING "\"cgroupDirectories\": [\"etc\"]}",
			"cgroupDirectories[0]: 'etc' is not an absolute path" },
		{ CREATING "\"cgroupDirectories\": [\"/a/../etc\"]}",
			"cgroupDirectories[0]: '/a/../etc' has a '..'" },
		{ CREATING "\"cgroupMissing\": [\"/a\", \"/..\"]}", "cgroupMissing[1]: '/..' has" },
		{ CREATING "\"namespaces\": {\"time\": 5}}", "namespaces.time: " },
		{ CREATING "\"timeOffsets\": {\"boottime\": {\"nanosecs\": 1000000000}}}",
			"timeOffsets.boottime.nanosecs: " },
		{ CREATING "\"timeOffsets\": {\"monotonic\": {\"secs\": 4611686019}}}",
			"timeOffsets.monotonic.secs: " },
		{ "{\"ociVersion\": \"1.3.0\", \"bundle\": \"b\", \"id\": \"c\","
		  " \"status\": \"creating\"}",
			"bundle: 'b' is not an absolute path" },
		{ "{\"ociVersion\": \"1.3.0\", \"bundle\": \"/b\", \"id\": \"../c\","
		  " \"status\": \"creating\"}",
			"id: container id: " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct oci_state_file read = { .pid = 12345 };
		struct error err = { 0 };

		if (oci_state_file_parse(cases[i].json, strlen(cases[i].json), &read, &err) == 0)
			fail_msg("%s\nis accepted", cases[i].json);
		if (!*err.text || !text_starts_with(err.text, cases[i].error))
			fail_msg("%s\nis refused with: %s\nnot with: %s", cases[i].json, err.text,
				cases[i].error);
		assert_int_equal(read.pid, 12345);
	}
}

/* containerd's shim has one root for all the runtimes of a node. */
static void other_runtimes_states_are_told_from_damaged_ones(void **state)
{
	static const struct {
		const char *json;
		int code;
	} cases[] = {
		{ "{\"id\": \"c\", \"init_process_pid\": 77, \"config\": {\"version\": \"1.0.2\"}}",
			EMEDIUMTYPE },
		{ "{}", EMEDIUMTYPE },
		{ "{\"id\": \"c\", \"init_process_pid\"", EINVAL },
		{ "{\"ociVersion\": 1}", EINVAL },
		{ BEGIN "\"pid\": 5}", EINVAL },
		{ "[]", EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct oci_state_file read = { 0 };
		struct error err = { 0 };

		assert_int_equal(
			oci_state_file_parse(cases[i].json, strlen(cases[i].json), &read, &err),
			-1);
		assert_int_equal(err.code, cases[i].code);
	}
}

static void properties_of_a_newer_version_are_ignored(void **state)
{
	static const char json[] = CREATING "\"newer\": {\"policy\": [1, {}]}, \"pid\": 0}";
	struct oci_state_file read;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(oci_state_file_parse(json, strlen(json), &read, &err), 0);
	assert_string_equal(read.id, "c");
	oci_state_file_free(&read);
}

/* The file must not grow with the config: it is what delete reads. */
static void many_annotations_are_left_to_the_config(void **state)
{
	static char long_value[300 * 1024];
	struct oci_map_entry entries[] = { { "short", "value" }, { "long", long_value } };
	struct oci_map annotations = { entries, ARRAY_LENGTH(entries) };
	struct oci_state_file large = full, back;
	cleanup_free char *json = NULL;
	size_t length = 0;

	(void)state;
	memset(long_value, 'x', sizeof(long_value) - 1);
	large.annotations = annotations;
	assert_int_equal(oci_state_file_format(&large, &json, &length), 0);
	assert_true(length < 4096);
	read_back(&large, &back);
	assert_true(back.annotations_in_config);
	assert_int_equal(back.annotations.length, 0);
	oci_state_file_copy_annotations(&back, &annotations);
	assert_map(&back.annotations, &annotations);
	oci_state_file_free(&back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_comes_back),
		cmocka_unit_test(what_is_absent_stays_absent),
		cmocka_unit_test(one_offset_alone),
		cmocka_unit_test(a_path_that_is_not_utf8_is_still_written),
		cmocka_unit_test(what_could_not_be_read_back_is_not_written),
		cmocka_unit_test(hostile_ones_are_refused),
		cmocka_unit_test(other_runtimes_states_are_told_from_damaged_ones),
		cmocka_unit_test(properties_of_a_newer_version_are_ignored),
		cmocka_unit_test(many_annotations_are_left_to_the_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
