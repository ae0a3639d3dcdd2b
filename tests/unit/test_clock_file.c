/* SPDX-License-Identifier: Apache-2.0 */
/* oci/clock_file and oci/clock_source: saved clocks come back, others are refused, wherever they lie. */
#include "test_tree.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "oci/clock_source.h"

#define BOOT_ID "c5f49b0b-5b8f-4a8e-9d7c-0f3d3c6f9a51"

static char some_id[] = "c1", some_boot_id[] = BOOT_ID;

static const struct oci_clock_file full = {
	.id = some_id,
	.boot_id = some_boot_id,
	.realtime = { true, 9223372036, 999999999 },
	.monotonic = { true, 0, 0 },
	.boottime = { true, TIMENS_SECONDS_MAX, 999999999 },
	.time_offsets = { true, { true, -TIMENS_SECONDS_MAX, 1 }, { true, TIMENS_SECONDS_MAX, 0 } },
	.policy = CLOCK_POLICY_WALLCLOCK,
};

static void assert_offset(struct oci_time_offset offset, struct oci_time_offset wanted)
{
	assert_int_equal(offset.set, wanted.set);
	assert_true(offset.secs == wanted.secs);
	assert_int_equal(offset.nanosecs, wanted.nanosecs);
}

static void read_back(const struct oci_clock_file *file, struct oci_clock_file *back)
{
	cleanup_free char *json = NULL;
	struct error err = { 0 };
	size_t length = 0;

	if (oci_clock_file_format(file, &json, &length, &err) < 0)
		fail_msg("cannot be written: %s", err.text);
	assert_int_equal(strlen(json), length);
	if (oci_clock_file_parse(json, length, back, &err) < 0)
		fail_msg("%s\nis refused: %s", json, err.text);
}

static void everything_comes_back(void **state)
{
	struct oci_clock_file back;
	struct clock_readings readings;

	(void)state;
	read_back(&full, &back);
	assert_string_equal(back.id, full.id);
	assert_string_equal(back.boot_id, full.boot_id);
	assert_offset(back.realtime, full.realtime);
	assert_offset(back.monotonic, full.monotonic);
	assert_offset(back.boottime, full.boottime);
	assert_true(back.time_offsets.set);
	assert_offset(back.time_offsets.monotonic, full.time_offsets.monotonic);
	assert_offset(back.time_offsets.boottime, full.time_offsets.boottime);
	assert_int_equal(back.policy, CLOCK_POLICY_WALLCLOCK);
	readings = oci_clock_file_readings(&back);
	assert_true(readings.realtime_set);
	assert_int_equal(readings.realtime.nanoseconds, 999999999);
	assert_true(readings.boottime.seconds == TIMENS_SECONDS_MAX);
	assert_int_equal(readings.monotonic.seconds, 0);
	oci_clock_file_free(&back);
	assert_null(back.id);
}

static void what_is_absent_stays_absent(void **state)
{
	struct oci_clock_file given = full, back;

	(void)state;
	given.time_offsets.set = false;
	given.policy = CLOCK_POLICY_UNSET;
	read_back(&given, &back);
	assert_false(back.time_offsets.set);
	assert_int_equal(back.policy, CLOCK_POLICY_UNSET);
	oci_clock_file_free(&back);
}

static void every_policy_comes_back(void **state)
{
	(void)state;
	for (int i = 0; i < CLOCK_POLICY_NAMED; i++) {
		struct oci_clock_file given = full, back;

		given.policy = (enum clock_policy)i;
		read_back(&given, &back);
		assert_int_equal(back.policy, i);
		oci_clock_file_free(&back);
	}
}

/* The properties and their order are what other programs see. */
static void the_text_itself(void **state)
{
	static const char wanted[] =
		"{\n"
		"  \"clocksVersion\": 1,\n"
		"  \"id\": \"c1\",\n"
		"  \"bootId\": \"" BOOT_ID "\",\n"
		"  \"realtime\": {\n    \"secs\": 9,\n    \"nanosecs\": 8\n  },\n"
		"  \"monotonic\": {\n    \"secs\": 7,\n    \"nanosecs\": 6\n  },\n"
		"  \"boottime\": {\n    \"secs\": 7,\n    \"nanosecs\": 7\n  },\n"
		"  \"timeOffsets\": {\n"
		"    \"monotonic\": {\n      \"secs\": -1,\n      \"nanosecs\": 5\n    }\n"
		"  },\n"
		"  \"policy\": \"suspend\"\n"
		"}\n";
	const struct oci_clock_file given = {
		.id = some_id,
		.boot_id = some_boot_id,
		.realtime = { true, 9, 8 },
		.monotonic = { true, 7, 6 },
		.boottime = { true, 7, 7 },
		.time_offsets = { .set = true, .monotonic = { true, -1, 5 } },
		.policy = CLOCK_POLICY_SUSPEND,
	};
	cleanup_free char *json = NULL;
	struct error err = { 0 };
	size_t length;

	(void)state;
	assert_int_equal(oci_clock_file_format(&given, &json, &length, &err), 0);
	assert_string_equal(json, wanted);
}

static void what_could_not_be_read_back_is_not_written(void **state)
{
	struct oci_clock_file given[] = { full, full, full, full, full };
	static const char *const sentences[] = {
		"id: ", "bootId: ", "realtime: ", "monotonic.secs: ", "boottime.nanosecs: "
	};
	cleanup_free char *json = NULL;
	size_t length;

	(void)state;
	given[0].id = NULL;
	given[1].boot_id = NULL;
	given[2].realtime.set = false;
	given[3].monotonic.secs = -1;
	given[4].boottime.nanosecs = 1000000000;
	for (size_t i = 0; i < ARRAY_LENGTH(given); i++) {
		struct error err = { 0 };

		assert_int_equal(oci_clock_file_format(&given[i], &json, &length, &err), -1);
		if (!text_starts_with(err.text, sentences[i]))
			fail_msg("%zu is refused with: %s", i, err.text);
	}
	assert_null(json);
}

#define VERSION_1 "\"clocksVersion\": 1"
#define NAMES "\"id\": \"c\", \"bootId\": \"" BOOT_ID "\""
#define READING(name, secs, nanosecs) \
	"\"" name "\": {\"secs\": " secs ", \"nanosecs\": " nanosecs "}"
#define REALTIME READING("realtime", "5", "6")
#define MONOTONIC READING("monotonic", "7", "8")
#define BOOTTIME READING("boottime", "9", "10")
#define CLOCKS REALTIME ", " MONOTONIC ", " BOOTTIME
#define WITH(more) "{" VERSION_1 ", " NAMES ", " CLOCKS ", " more "}"

static const struct {
	const char *json, *sentence;
} refused[] = {
	{ "", "the document is empty" },
	{ "null", "" },
	{ "[]", "" },
	{ "{}", "clocksVersion: " },
	{ "{" VERSION_1 "}", "id: " },
	{ "{" VERSION_1 ", " NAMES ", " CLOCKS, "" },
	{ WITH("\"a\": 1") "{}", "" },
	{ WITH("\"id\": \"c\""), "" },
	{ WITH(VERSION_1), "" },
	/* Another version may have other types for the same names. */
	{ "{\"clocksVersion\": 2, \"id\": 5}", "clocksVersion: 2 is not known here, version 1 is" },
	{ "{\"clocksVersion\": 0, " NAMES ", " CLOCKS "}", "clocksVersion: 0 is not known" },
	{ "{\"clocksVersion\": -1, " NAMES ", " CLOCKS "}", "clocksVersion: -1 is not known" },
	{ "{\"clocksVersion\": \"1\", " NAMES ", " CLOCKS "}", "clocksVersion: " },
	{ "{\"clocksVersion\": 1.0, " NAMES ", " CLOCKS "}", "clocksVersion: " },
	{ "{\"clocksVersion\": null, " NAMES ", " CLOCKS "}", "clocksVersion: " },
	{ "{" VERSION_1 ", \"id\": \"../c\", \"bootId\": \"" BOOT_ID "\", " CLOCKS "}",
		"id: container id" },
	{ "{" VERSION_1 ", \"id\": \"\", \"bootId\": \"" BOOT_ID "\", " CLOCKS "}",
		"id: container id" },
	{ "{" VERSION_1 ", \"id\": \"c\", " CLOCKS "}", "bootId: " },
	{ "{" VERSION_1 ", \"id\": \"c\", \"bootId\": \"\", " CLOCKS "}",
		"bootId: '' is not of the form" },
	{ "{" VERSION_1 ", \"id\": \"c\", \"bootId\": \"" BOOT_ID "0\", " CLOCKS "}", "bootId: '" },
	{ "{" VERSION_1
	  ", \"id\": \"c\", \"bootId\": \"C5f49b0b-5b8f-4a8e-9d7c-0f3d3c6f9a51\", " CLOCKS "}",
		"bootId: '" },
	{ "{" VERSION_1
	  ", \"id\": \"c\", \"bootId\": \"c5f49b0b05b8f-4a8e-9d7c-0f3d3c6f9a51\", " CLOCKS "}",
		"bootId: '" },
	{ "{" VERSION_1 ", " NAMES ", " MONOTONIC ", " BOOTTIME "}", "realtime: " },
	{ "{" VERSION_1 ", " NAMES ", " REALTIME ", " BOOTTIME "}", "monotonic: " },
	{ "{" VERSION_1 ", " NAMES ", " REALTIME ", " MONOTONIC "}", "boottime: " },
	{ "{" VERSION_1 ", " NAMES ", " REALTIME ", " MONOTONIC ", \"boottime\": {\"secs\": 1}}",
		"boottime.nanosecs: " },
	{ "{" VERSION_1 ", " NAMES ", " REALTIME ", " MONOTONIC
	  ", \"boottime\": {\"nanosecs\": 1}}",
		"boottime.secs: " },
	{ "{" VERSION_1 ", " NAMES ", " REALTIME ", " MONOTONIC ", \"boottime\": 5}",
		"boottime: " },
	{ "{" VERSION_1 ", " NAMES ", " REALTIME ", " MONOTONIC
	  ", " READING("boottime", "-1", "0") "}",
		"boottime.secs: " },
	{ "{" VERSION_1 ", " NAMES ", " REALTIME ", " MONOTONIC
	  ", " READING("boottime", "4611686019", "0") "}",
		"boottime.secs: " },
	{ "{" VERSION_1 ", " NAMES ", " REALTIME ", " MONOTONIC
	  ", " READING("boottime", "9223372036854775808", "0") "}",
		"boottime.secs: " },
	{ "{" VERSION_1 ", " NAMES ", " REALTIME ", " MONOTONIC
	  ", " READING("boottime", "1.5", "0") "}",
		"boottime.secs: " },
	{ "{" VERSION_1 ", " NAMES ", " REALTIME ", " BOOTTIME
	  ", " READING("monotonic", "1", "1000000000") "}",
		"monotonic.nanosecs: " },
	{ "{" VERSION_1 ", " NAMES ", " REALTIME ", " BOOTTIME
	  ", " READING("monotonic", "1", "-1") "}",
		"monotonic.nanosecs: " },
	{ "{" VERSION_1 ", " NAMES ", " MONOTONIC ", " BOOTTIME
	  ", " READING("realtime", "9223372037", "0") "}",
		"realtime.secs: " },
	{ "{" VERSION_1 ", " NAMES ", " MONOTONIC ", " BOOTTIME
	  ", " READING("realtime", "-1", "0") "}",
		"realtime.secs: " },
	{ WITH("\"policy\": \"pause\""), "policy: " },
	{ WITH("\"policy\": 0"), "policy: " },
	{ WITH("\"timeOffsets\": {" READING("boottime", "4611686019", "0") "}"),
		"timeOffsets.boottime.secs: " },
};

static void hostile_ones_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		struct oci_clock_file read = { .policy = CLOCK_POLICY_CONFIG };
		struct error err = { 0 };

		if (oci_clock_file_parse(refused[i].json, strlen(refused[i].json), &read, &err) ==
			0)
			fail_msg("%s\nis accepted", refused[i].json);
		if (!*err.text || !text_starts_with(err.text, refused[i].sentence))
			fail_msg("%s\nis refused with: %s\nnot with: %s", refused[i].json, err.text,
				refused[i].sentence);
		assert_int_equal(read.policy, CLOCK_POLICY_CONFIG);
	}
}

static void properties_of_a_newer_version_are_ignored(void **state)
{
	static const char json[] = WITH("\"machine\": {\"name\": [1, {}]}, \"policy\": null");
	struct oci_clock_file read;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(oci_clock_file_parse(json, strlen(json), &read, &err), 0);
	assert_int_equal(read.monotonic.secs, 7);
	assert_int_equal(read.policy, CLOCK_POLICY_UNSET);
	oci_clock_file_free(&read);
}

static void boottime_may_be_behind(void **state)
{
	static const char json[] = "{" VERSION_1 ", " NAMES ", " REALTIME ", " MONOTONIC
				   ", " READING("boottime", "7", "7") "}";
	struct oci_clock_file read;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(oci_clock_file_parse(json, strlen(json), &read, &err), 0);
	oci_clock_file_free(&read);
}

static struct test_tree tree;

static int setup(void **state)
{
	(void)state;
	test_tree_make(&tree);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_tree_remove(&tree);
	return 0;
}

static const char *path_in_tree(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", tree.rootfs, name);
	return path;
}

static void assert_loaded(const char *name, int64_t monotonic, bool with_realtime)
{
	struct oci_clock_file file;
	struct error err = { 0 };

	if (oci_clock_source_load(path_in_tree(name), &file, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(file.monotonic.set && file.monotonic.secs == monotonic);
	assert_true(file.boottime.set);
	assert_int_equal(file.realtime.set, with_realtime);
	assert_int_equal(file.id != NULL, with_realtime);
	assert_int_equal(file.policy, CLOCK_POLICY_UNSET);
	oci_clock_file_free(&file);
}

/* The sentence is: saved clocks 'PATH': `sentence`. */
static void assert_not_loaded(const char *name, int code, const char *sentence)
{
	char wanted[512];
	struct oci_clock_file file;
	struct error err = { 0 };

	assert_int_equal(oci_clock_source_load(path_in_tree(name), &file, &err), -1);
	snprintf(wanted, sizeof(wanted), "saved clocks '%s': %s", path_in_tree(name), sentence);
	assert_string_equal(err.text, wanted);
	assert_int_equal(err.code, code);
}

/* monotonic 100.000000005, boottime 100.000000006 */
static void add_criu_image(const char *name)
{
	static const char image[] = "\x19\x43\x56\x54\x33\x44\x11\x43\x0c\x00\x00\x00"
				    "\x0a\x04\x08\x64\x10\x05\x12\x04\x08\x64\x10\x06";
	cleanup_close int fd =
		open(path_in_tree(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, image, sizeof(image) - 1), 0);
}

static void every_source(void **state)
{
	static const char json[] = WITH("\"a\": 1");

	(void)state;
	test_tree_file(&tree, "saved", json);
	assert_loaded("saved", 7, true);
	test_tree_link(&tree, "saved", "link");
	assert_loaded("link", 7, true);

	test_tree_directory(&tree, "criu");
	add_criu_image("criu/timens-0.img");
	assert_loaded("criu", 100, false);
	test_tree_file(&tree, "criu/clock.json", json);
	assert_loaded("criu", 7, true);
}

static void sources_that_are_none(void **state)
{
	char large[OCI_CLOCK_FILE_SIZE_MAX + 2];
	struct oci_clock_file file;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(oci_clock_source_load(path_in_tree("none"), &file, &err), -1);
	assert_non_null(strstr(err.text, "rootfs/none': No such file or directory"));
	test_tree_directory(&tree, "empty");
	assert_not_loaded("empty", ENOENT,
		"neither clock.json nor a clock image of CRIU (timens-N.img) is in it");
	assert_int_equal(mkfifo(path_in_tree("fifo"), 0644), 0);
	assert_not_loaded("fifo", EINVAL, "it is neither a file nor a directory");
	memset(large, ' ', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	test_tree_file(&tree, "large", large);
	assert_not_loaded("large", EFBIG, "cannot read it: File too large");
	assert_int_equal(oci_clock_file_parse(large, sizeof(large) - 1, &file, &err), -1);
	assert_string_equal(err.text, "65537 bytes are too many for saved clocks; 65536 may be");
	test_tree_file(&tree, "other", "{\"clocksVersion\": 2}");
	assert_not_loaded("other", EINVAL, "clocksVersion: 2 is not known here, version 1 is");
}

static void directories_that_lie(void **state)
{
	static const char json[] = WITH("\"a\": 1");

	(void)state;
	/* Beside the directory lies what would be read if a link could lead out of it. */
	test_tree_file(&tree, "saved", json);
	test_tree_directory(&tree, "hostile");
	add_criu_image("hostile/timens-0.img");
	test_tree_link(&tree, "../saved", "hostile/clock.json");
	assert_not_loaded(
		"hostile", ELOOP, "cannot read clock.json: Too many levels of symbolic links");
	assert_int_equal(unlink(path_in_tree("hostile/clock.json")), 0);
	/* A broken clock.json does not give way to the images: their clocks are others. */
	test_tree_file(&tree, "hostile/clock.json", "{\"clocksVersion\": 1, \"id\": 5}");
	assert_not_loaded("hostile", EINVAL, "clock.json: id: expected a string, found a number");
}

/* Clocks of CRIU can be gone on with, but nothing can be counted that the image does not hold. */
static void policies_of_a_criu_image(void **state)
{
	const struct timens_offset now = { 1000, 0 };
	struct clock_readings readings;
	struct timens_values values;
	struct oci_clock_file file;
	struct error err = { 0 };

	(void)state;
	test_tree_directory(&tree, "criu");
	add_criu_image("criu/timens-7.img");
	assert_int_equal(oci_clock_source_load(path_in_tree("criu"), &file, &err), 0);
	readings = oci_clock_file_readings(&file);
	assert_int_equal(
		clock_policy_apply(CLOCK_POLICY_CONTINUE, &readings, &now, &values, &err), 0);
	assert_int_equal(values.boottime.time.nanoseconds, 6);
	assert_int_equal(
		clock_policy_apply(CLOCK_POLICY_SUSPEND, &readings, &now, &values, &err), -1);
	assert_string_equal(err.text,
		"the policy 'suspend' needs the wall-clock time at which the clocks were saved, "
		"which an image of CRIU does not hold; 'continue' can do without");
	oci_clock_file_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_comes_back),
		cmocka_unit_test(what_is_absent_stays_absent),
		cmocka_unit_test(every_policy_comes_back),
		cmocka_unit_test(the_text_itself),
		cmocka_unit_test(what_could_not_be_read_back_is_not_written),
		cmocka_unit_test(hostile_ones_are_refused),
		cmocka_unit_test(properties_of_a_newer_version_are_ignored),
		cmocka_unit_test(boottime_may_be_behind),
		cmocka_unit_test_setup_teardown(every_source, setup, teardown),
		cmocka_unit_test_setup_teardown(sources_that_are_none, setup, teardown),
		cmocka_unit_test_setup_teardown(directories_that_lie, setup, teardown),
		cmocka_unit_test_setup_teardown(policies_of_a_criu_image, setup, teardown),
	};

	return cmocka_run_group_tests_name("clock_file", tests, NULL, NULL);
}
