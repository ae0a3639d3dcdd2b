/* SPDX-License-Identifier: Apache-2.0 */
/* linux/criu: what is said to CRIU, what it answers, what it logs and what it counts. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux/breakpoints.h"
#include "linux/criu.h"
#include "linux/criu_stats.h"
#include "linux/protobuf.h"

/* The first field of that number, or fails. */
static struct protobuf_field find(struct protobuf_reader reader, uint32_t number)
{
	struct protobuf_field field;

	while (protobuf_next(&reader, &field) > 0)
		if (field.number == number)
			return field;
	fail_msg("there is no field %u", number);
	return field;
}

static void assert_bytes(const struct protobuf_field *field, const char *expected)
{
	assert_int_equal(field->type, PROTOBUF_BYTES);
	assert_int_equal(field->bytes.end - field->bytes.next, strlen(expected));
	assert_memory_equal(field->bytes.next, expected, strlen(expected));
}

static void test_a_request_says_what_the_options_say(void **state)
{
	struct criu_options options = {
		.images_directory = 7,
		.work_directory = -1,
		.pid = 4242,
		.log_file = "dump.log",
		.leave_running = true,
		.cgroup_mode = CRIU_CGROUP_IGNORE,
	};
	struct text message = { 0 };
	struct protobuf_field field, inner;

	(void)state;
	criu_pairs_add(&options.mounts, "/data", "/srv/data");
	criu_inheritance_add(&options.inherited, "pipe:[5]", 1);
	criu_rpc_add_request(&message, CRIU_DUMP, &options, NULL);
	assert_int_equal(find(protobuf_read(message.data, message.length), 1).value, CRIU_DUMP);
	field = find(protobuf_read(message.data, message.length), 2);
	assert_int_equal(find(field.bytes, 1).value, 7);
	assert_int_equal(find(field.bytes, 2).value, 4242);
	assert_int_equal(find(field.bytes, 3).value, 1);
	assert_int_equal(find(field.bytes, 34).value, 0);
	inner = find(field.bytes, 10);
	assert_bytes(&inner, "dump.log");
	inner = find(find(field.bytes, 23).bytes, 2);
	assert_bytes(&inner, "/srv/data");
	inner = find(find(field.bytes, 27).bytes, 1);
	assert_bytes(&inner, "pipe:[5]");
	assert_int_equal(find(find(field.bytes, 27).bytes, 2).value, 1);
	text_free(&message);
	criu_options_free(&options);
}

static void test_a_notification_is_understood(void **state)
{
	struct text message = { 0 }, notification = { 0 };
	struct criu_response response;

	(void)state;
	protobuf_add_string(&notification, 1, "post-restore");
	protobuf_add_varint(&notification, 2, 4242);
	protobuf_add_varint(&message, 1, CRIU_NOTIFY);
	protobuf_add_varint(&message, 2, 1);
	protobuf_add_message(&message, 5, &notification);
	assert_int_equal(criu_rpc_parse_response(message.data, message.length, &response), 0);
	assert_int_equal(response.type, CRIU_NOTIFY);
	assert_true(response.success);
	assert_string_equal(response.notification, "post-restore");
	assert_int_equal(response.pid, 4242);
	criu_response_free(&response);
	text_free(&message);
	text_free(&notification);
}

static void test_a_version_is_a_number(void **state)
{
	struct text message = { 0 }, version = { 0 };
	struct criu_response response;

	(void)state;
	protobuf_add_varint(&version, 1, 3);
	protobuf_add_varint(&version, 2, 17);
	protobuf_add_varint(&version, 4, 1);
	protobuf_add_varint(&message, 1, CRIU_VERSION);
	protobuf_add_varint(&message, 2, 1);
	protobuf_add_message(&message, 10, &version);
	assert_int_equal(criu_rpc_parse_response(message.data, message.length, &response), 0);
	assert_int_equal(response.version, 31701);
	criu_response_free(&response);
	text_free(&message);
	text_free(&version);
}

static void test_an_answer_that_is_cut_off_is_none(void **state)
{
	struct text message = { 0 }, notification = { 0 };
	struct criu_response response;

	(void)state;
	protobuf_add_string(&notification, 1, "post-restore");
	protobuf_add_varint(&message, 1, CRIU_NOTIFY);
	protobuf_add_message(&message, 5, &notification);
	for (size_t length = 3; length < message.length; length++)
		assert_int_equal(
			criu_rpc_parse_response(message.data, length, &response), -EBADMSG);
	text_free(&message);
	text_free(&notification);
}

static int make_directory(void **state)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/elsewhen-criu-XXXXXX");
	*state = mkdtemp(path);
	return *state ? 0 : -1;
}

static int remove_directory(void **state)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/log", (char *)*state);
	unlink(path);
	return rmdir(*state);
}

/* How the CRIU has ended that wrote the log. */
static struct criu ended;

static void explain(const char *directory, const char *log, struct error *err)
{
	struct criu_response response = { 0 };
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), file;

	assert_true(fd >= 0);
	file = openat(fd, "log", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	assert_int_equal(write(file, log, strlen(log)), strlen(log));
	close(file);
	error_set(err, EIO, "CRIU failed");
	assert_int_equal(criu_explain(&ended, &response, fd, directory, "log", err), -1);
	close(fd);
}

/* What it says while it looks at the kernel is an error in name only. */
static void test_the_cause_is_the_first_of_the_last_errors(void **state)
{
	struct text log = { 0 };
	struct error err;

	text_add(&log, "(00.01) Error (criu/util.c:1533): rlimit: Can't setup\n");
	for (int i = 0; i < 100; i++)
		text_add(&log, "(00.02) Doing this and that\n");
	text_add(&log, "(00.03) Error (criu/files.c:1): Can't lookup mount=24\n");
	text_add(&log, "(00.03) ------\n");
	text_add(&log, "(00.03) Error (criu/files.c:2): Dump files failed with -1\n");
	text_add(&log, "(00.04) Error (criu/cr-dump.c:2111): Dumping FAILED.\n");
	explain(*state, log.data, &err);
	assert_non_null(strstr(err.text, "CRIU: Can't lookup mount=24; its log is '/tmp/"));
	text_free(&log);
}

static void test_a_log_without_an_error_is_named(void **state)
{
	struct error err;

	explain(*state, "(00.01) All is well\n", &err);
	assert_non_null(strstr(err.text, "CRIU failed; its log is '/tmp/"));
}

static void explain_end(char *directory, const char *log, struct criu criu, struct error *err)
{
	ended = criu;
	explain(directory, log, err);
	ended = (struct criu){ 0 };
}

static void test_a_killed_criu_is_not_explained_by_what_it_had_survived(void **state)
{
	const char *log = "(00.01) Error (criu/util.c:1533): rlimit: Can't setup RLIMIT_NOFILE\n"
			  "(00.02) Dumping pages\n(00.03) \tpage 7\npie: 1: fetched\n";
	struct error err;

	explain_end(*state, log, (struct criu){ .end = CRIU_SIGNALED, .signal = SIGKILL }, &err);
	assert_non_null(strstr(err.text,
		"CRIU was killed by signal 9 (Killed); the step it was at: 'page 7'; its log is "));
	assert_null(strstr(err.text, "NOFILE"));
	explain_end(*state, "", (struct criu){ .end = CRIU_SIGNALED, .signal = SIGSEGV }, &err);
	assert_non_null(strstr(err.text, "by signal 11 (Segmentation fault), before it wrote"));
}

static void test_the_step_of_a_criu_that_stood_still(void **state)
{
	const struct criu stuck = { .end = CRIU_TIMED_OUT, .watch.timeout = 60 };
	struct error err;

	explain_end(*state,
		"(00.1) Waiting for 42 to trap\n(00.1) Daemon 42 exited trapping\n"
		"(00.1) Sent msg to daemon 3 0 0\npie: 1: __fetched msg: 3 0 0\n",
		stuck, &err);
	assert_int_equal(err.code, ETIMEDOUT);
	assert_non_null(strstr(err.text, "no progress for 60 s"));
	assert_non_null(strstr(err.text, "at: 'Waiting for 42 to trap'; there are machines"));
	/* One that it had long passed. */
	explain_end(*state,
		"(00.1) Waiting for 42 to trap\n(1) a\n(1) b\n(1) c\n(1) d\n(1) e\n(1) f\n"
		"(1) g\n(1) h\n",
		stuck, &err);
	assert_non_null(strstr(err.text, "at: 'h'; its log"));
	explain_end(*state, "\n", stuck, &err);
	assert_non_null(strstr(err.text, "before it wrote anything"));
}

static void test_what_is_remembered_of_breakpoints(void **state)
{
	(void)state;
	assert_int_equal(breakpoints_parse("abc-1 yes\n", "abc-1"), BREAKPOINTS_FIRE);
	assert_int_equal(breakpoints_parse("abc-1 no\n", "abc-1"), BREAKPOINTS_DO_NOT);
	assert_int_equal(breakpoints_parse("abc-1 no\n", "abc-2"), BREAKPOINTS_UNKNOWN);
	assert_int_equal(breakpoints_parse("abc-1 no", "abc-1"), BREAKPOINTS_UNKNOWN);
	assert_int_equal(breakpoints_parse("abc-1 no\nyes\n", "abc-1"), BREAKPOINTS_UNKNOWN);
	assert_int_equal(breakpoints_parse("", "abc-1"), BREAKPOINTS_UNKNOWN);
	assert_int_equal(breakpoints_parse(" no\n", ""), BREAKPOINTS_UNKNOWN);
}

static void test_statistics_are_read(void **state)
{
	static const unsigned char file[] = { 0x40, 0x59, 0x10, 0x55, 0x06, 0x33, 0x09, 0x57, 0x09,
		0x00, 0x00, 0x00, 0x0a, 0x07, 0x10, 0xc2, 0x03, 0x28, 0x31, 0x38, 0x23 };
	struct criu_stats stats;

	(void)state;
	assert_int_equal(criu_stats_parse(file, sizeof(file), &stats), 0);
	assert_int_equal(stats.frozen_us, 450);
	assert_int_equal(stats.pages_scanned, 49);
	assert_int_equal(stats.pages_written, 35);
	for (size_t length = 0; length < sizeof(file); length++)
		assert_int_equal(criu_stats_parse(file, length, &stats), -EBADMSG);
}

static void test_a_program_that_is_not_there_is_named(void **state)
{
	struct error err = { 0 };
	int version;

	(void)state;
	assert_int_equal(criu_check("no-such-criu", -1, &version, &err), -1);
	assert_non_null(strstr(err.text, "there is no CRIU: 'no-such-criu'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_says_what_the_options_say),
		cmocka_unit_test(test_a_notification_is_understood),
		cmocka_unit_test(test_a_version_is_a_number),
		cmocka_unit_test(test_an_answer_that_is_cut_off_is_none),
		cmocka_unit_test_setup_teardown(test_the_cause_is_the_first_of_the_last_errors,
			make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(
			test_a_log_without_an_error_is_named, make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(
			test_a_killed_criu_is_not_explained_by_what_it_had_survived, make_directory,
			remove_directory),
		cmocka_unit_test_setup_teardown(
			test_the_step_of_a_criu_that_stood_still, make_directory, remove_directory),
		cmocka_unit_test(test_what_is_remembered_of_breakpoints),
		cmocka_unit_test(test_statistics_are_read),
		cmocka_unit_test(test_a_program_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
