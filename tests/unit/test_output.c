/* SPDX-License-Identifier: Apache-2.0 */
/* src/output: tables whose cells are other people's choice, and the state of a container. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/io.h"

#include "../../src/output.h"

/* Standard output goes to a file between capture_begin and capture_end. */
struct capture {
	FILE *file;
	int standard_output;
};

static void capture_begin(struct capture *capture)
{
	fflush(stdout);
	capture->file = tmpfile();
	assert_non_null(capture->file);
	capture->standard_output = dup(STDOUT_FILENO);
	assert_true(capture->standard_output >= 0);
	assert_true(dup2(fileno(capture->file), STDOUT_FILENO) >= 0);
}

/* Returns what was printed, malloc'd. */
static char *capture_end(struct capture *capture)
{
	char *text = NULL;

	fflush(stdout);
	assert_true(dup2(capture->standard_output, STDOUT_FILENO) >= 0);
	close(capture->standard_output);
	rewind(capture->file);
	assert_true(io_read_fd(fileno(capture->file), &text, 65536) >= 0);
	fclose(capture->file);
	return text;
}

static char *print_table(size_t columns, const char *const *cells, size_t count)
{
	cleanup_output_table struct output_table table = { .columns = columns };
	struct capture capture;

	for (size_t i = 0; i < count; i++)
		output_table_add(&table, cells[i]);
	capture_begin(&capture);
	output_table_print(&table);
	return capture_end(&capture);
}

static void columns_are_aligned(void **state)
{
	static const char *const cells[] = { "ID", "PID", "X", "a", "12345", "", "longer", "1",
		NULL };
	cleanup_free char *printed = print_table(3, cells, ARRAY_LENGTH(cells));

	(void)state;
	assert_string_equal(printed, "ID      PID    X\n"
				     "a       12345  -\n"
				     "longer  1      -\n");
}

static void cells_can_not_forge_lines_or_escapes(void **state)
{
	static const char *const cells[] = { "a\nb\tc", "\033[2J\177" };
	cleanup_free char *printed = print_table(2, cells, ARRAY_LENGTH(cells));

	(void)state;
	assert_string_equal(printed, "a\\nb\\tc  \\x1b[2J\\x7f\n");
}

static void width_is_counted_in_characters(void **state)
{
	static const char *const cells[] = { "\xc3\xa4\xc3\xb6", "1", "abc", "2" };
	cleanup_free char *printed = print_table(2, cells, ARRAY_LENGTH(cells));

	(void)state;
	assert_string_equal(printed, "\xc3\xa4\xc3\xb6   1\nabc  2\n");
}

static char *print_state(const struct container_info *info)
{
	cleanup_json_writer struct json_writer *writer = json_writer_new(true);
	struct capture capture;

	output_add_state(writer, info);
	capture_begin(&capture);
	output_print_writer(writer);
	return capture_end(&capture);
}

static void a_state_has_what_the_specification_asks_for(void **state)
{
	char *annotations[] = { "key", "a \"value\"", NULL };
	const struct container_info info = {
		.status = CONTAINER_RUNNING,
		.id = "web",
		.bundle = "/srv/web",
		.rootfs = "/srv/web/rootfs",
		.created = "2026-01-02T03:04:05.000000006Z",
		.owner = "root",
		.oci_version = "1.3.0",
		.pid = 42,
		.annotations = annotations,
	};
	cleanup_free char *printed = print_state(&info);

	(void)state;
	assert_string_equal(printed, "{\n"
				     "  \"ociVersion\": \"1.3.0\",\n"
				     "  \"id\": \"web\",\n"
				     "  \"status\": \"running\",\n"
				     "  \"bundle\": \"/srv/web\",\n"
				     "  \"rootfs\": \"/srv/web/rootfs\",\n"
				     "  \"created\": \"2026-01-02T03:04:05.000000006Z\",\n"
				     "  \"owner\": \"root\",\n"
				     "  \"pid\": 42,\n"
				     "  \"annotations\": {\n"
				     "    \"key\": \"a \\\"value\\\"\"\n"
				     "  }\n"
				     "}\n");
}

static void what_is_not_known_is_left_out(void **state)
{
	char *none[] = { NULL };
	const struct container_info info = {
		.status = CONTAINER_STOPPED,
		.id = "web",
		.bundle = "/b",
		.oci_version = "1.3.0",
		.annotations = none,
	};
	cleanup_free char *printed = print_state(&info);

	(void)state;
	assert_string_equal(printed, "{\n"
				     "  \"ociVersion\": \"1.3.0\",\n"
				     "  \"id\": \"web\",\n"
				     "  \"status\": \"stopped\",\n"
				     "  \"bundle\": \"/b\",\n"
				     "  \"pid\": 0\n"
				     "}\n");
}

static void json_ends_with_one_newline(void **state)
{
	struct capture capture;
	cleanup_free char *printed = NULL;

	(void)state;
	capture_begin(&capture);
	output_print_json("{}", 2);
	output_print_json("[]\n", 3);
	printed = capture_end(&capture);
	assert_string_equal(printed, "{}\n[]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_aligned),
		cmocka_unit_test(cells_can_not_forge_lines_or_escapes),
		cmocka_unit_test(width_is_counted_in_characters),
		cmocka_unit_test(a_state_has_what_the_specification_asks_for),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(json_ends_with_one_newline),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
