/* SPDX-License-Identifier: Apache-2.0 */
/* base/: errors, text, numbers, the arena, whole reads and writes, cleanup attributes, the log. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/io.h"
#include "base/log.h"
#include "base/text.h"

/* A directory of the test's own, which group teardown empties and removes. */
static char directory[] = "/tmp/elsewhen-test_base-XXXXXX";
static int directory_fd = -1;
static const char *const directory_files[] = { "file", "log", ".file.new" };

static int make_directory(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory_fd < 0 ? -1 : 0;
}

static int remove_directory(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(directory_files); i++)
		unlinkat(directory_fd, directory_files[i], 0);
	cleanup_fd(&directory_fd);
	return rmdir(directory);
}

static void error_set_returns_minus_one_and_keeps_the_code(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(error_set(&err, EINVAL, "%s: %d is odd", "linux.x", 3), -1);
	assert_int_equal(err.code, EINVAL);
	assert_string_equal(err.text, "linux.x: 3 is odd");
}

static void error_errno_says_why(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(error_errno(&err, ENOENT, "open '%s'", "/x"), -1);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.text, "open '/x': No such file or directory");
}

static void error_prefix_keeps_code_and_sentence(void **state)
{
	struct error err;

	(void)state;
	error_set(&err, EPERM, "not allowed");
	assert_int_equal(error_prefix(&err, "mounts[%d]", 2), -1);
	assert_int_equal(err.code, EPERM);
	assert_string_equal(err.text, "mounts[2]: not allowed");
}

static void error_marks_what_it_cut(void **state)
{
	char big[2 * sizeof(((struct error *)0)->text)];
	struct error err;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	error_set(&err, EINVAL, "%s", big);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_string_equal(err.text + sizeof(err.text) - 4, "...");
	error_prefix(&err, "%s", big);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void text_grows_over_its_first_size(void **state)
{
	cleanup_text struct text text = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		text_printf(&text, "%03d", i);
	assert_int_equal(text.length, 3000);
	assert_memory_equal(text.data + 2997, "999", 4);
	text_add_bytes(&text, "a\0b", 3);
	assert_int_equal(text.length, 3003);
	assert_memory_equal(text.data + 3000, "a\0b", 4);
}

static void text_equal_knows_null(void **state)
{
	(void)state;
	assert_true(text_equal(NULL, NULL));
	assert_true(text_equal("a", "a"));
	assert_false(text_equal("a", NULL));
	assert_false(text_equal(NULL, "a"));
	assert_false(text_equal("a", "b"));
	assert_true(text_starts_with("CAP_KILL", "CAP_"));
	assert_false(text_starts_with("CA", "CAP_"));
}

static void strv_is_null_terminated_at_every_length(void **state)
{
	cleanup_strv struct strv list = { 0 };
	char item[16];

	(void)state;
	assert_null(list.items);
	for (size_t i = 0; i < 100; i++) {
		snprintf(item, sizeof(item), "item%zu", i);
		strv_add(&list, item);
		assert_int_equal(list.length, i + 1);
		assert_string_equal(list.items[i], item);
		assert_null(list.items[i + 1]);
	}
}

static void numbers_are_read_to_the_last_character(void **state)
{
	static const struct {
		const char *text;
		int result;
		int64_t value;
	} cases[] = {
		{ "0", 0, 0 },
		{ "-1", 0, -1 },
		{ "007", 0, 7 },
		{ "9223372036854775807", 0, INT64_MAX },
		{ "-9223372036854775808", 0, INT64_MIN },
		{ "9223372036854775808", -ERANGE, 0 },
		{ "-9223372036854775809", -ERANGE, 0 },
		{ "99999999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "-", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "--1", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		int64_t value = 0;

		assert_int_equal(number_parse_i64(cases[i].text, &value), cases[i].result);
		assert_true(value == cases[i].value);
	}
}

static void unsigned_numbers_end_at_their_maximum(void **state)
{
	uint64_t value = 0;

	(void)state;
	assert_int_equal(number_parse_u64("18446744073709551615", &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(number_parse_u64("18446744073709551616", &value), -ERANGE);
	assert_int_equal(number_parse_u64("-1", &value), -EINVAL);
	assert_true(value == UINT64_MAX);
}

static void bounded_numbers_keep_their_bounds(void **state)
{
	int value = 5;

	(void)state;
	assert_int_equal(number_parse_int("64", 1, 64, &value), 0);
	assert_int_equal(value, 64);
	assert_int_equal(number_parse_int("65", 1, 64, &value), -ERANGE);
	assert_int_equal(number_parse_int("0", 1, 64, &value), -ERANGE);
	assert_int_equal(number_parse_int("4294967297", 1, 64, &value), -ERANGE);
	assert_int_equal(value, 64);
}

static void arena_memory_is_zeroed_aligned_and_stays(void **state)
{
	struct arena arena = { 0 };
	char *first = arena_alloc(&arena, 3);

	(void)state;
	memcpy(first, "ab", 3);
	for (size_t size = 1; size < 100000; size = size * 3 + 1) {
		char *memory = arena_alloc(&arena, size);

		assert_int_equal((uintptr_t)memory % 16, 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, size);
	}
	assert_string_equal(first, "ab");
	assert_string_equal(arena_printf(&arena, "%d-%s", 5, "x"), "5-x");
	assert_string_equal(arena_strndup(&arena, "hello", 4), "hell");
	arena_free(&arena);
	assert_null(arena.blocks);
}

static void arena_append_keeps_every_element(void **state)
{
	struct arena arena = { 0 };
	uint64_t *items = NULL;
	size_t count = 0;

	(void)state;
	for (uint64_t i = 0; i < 10000; i++) {
		uint64_t *item = arena_append(&arena, &items, &count, sizeof(*items));

		assert_true(*item == 0);
		*item = i;
	}
	assert_int_equal(count, 10000);
	for (uint64_t i = 0; i < count; i++)
		assert_true(items[i] == i);
	arena_free(&arena);
}

static void io_replaces_a_file_as_a_whole(void **state)
{
	cleanup_free char *data = NULL;
	struct stat st;

	(void)state;
	assert_int_equal(io_replace_file(directory_fd, "file", 0600, "first", 5), 0);
	assert_int_equal(io_replace_file(directory_fd, "file", 0600, "2nd", 3), 0);
	assert_int_equal(io_read_file(directory_fd, "file", &data, 100), 3);
	assert_string_equal(data, "2nd");
	assert_int_equal(fstatat(directory_fd, "file", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(faccessat(directory_fd, ".file.new", F_OK, 0), -1);
	assert_int_equal(errno, ENOENT);
}

static void io_replace_writes_into_nothing_that_was_there(void **state)
{
	cleanup_free char *data = NULL;
	cleanup_close int left = openat(directory_fd, ".file.new", O_RDWR | O_CREAT, 0666);
	struct stat st;

	(void)state;
	assert_true(left >= 0);
	assert_int_equal(io_replace_file(directory_fd, "file", 0600, "ours", 4), 0);
	assert_int_equal(fstat(left, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(fstatat(directory_fd, "file", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(symlinkat("elsewhere", directory_fd, ".file.new"), 0);
	assert_int_equal(io_replace_file(directory_fd, "file", 0600, "again", 5), 0);
	assert_int_equal(faccessat(directory_fd, "elsewhere", F_OK, 0), -1);
	assert_int_equal(io_read_file(directory_fd, "file", &data, 100), 5);
}

static void io_replace_refuses_a_name_that_does_not_fit(void **state)
{
	char name[300];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(io_replace_file(directory_fd, name, 0600, "", 0), -ENAMETOOLONG);
}

static void io_reads_no_more_than_the_limit(void **state)
{
	cleanup_free char *data = NULL;

	(void)state;
	assert_int_equal(io_replace_file(directory_fd, "file", 0600, "0123456789", 10), 0);
	assert_int_equal(io_read_file(directory_fd, "file", &data, 5), -EFBIG);
	assert_null(data);
	assert_int_equal(io_read_file(directory_fd, "file", &data, 10), 10);
	assert_string_equal(data, "0123456789");
}

static void io_reads_a_pipe_to_its_end(void **state)
{
	static char sent[20000];
	cleanup_free char *data = NULL;
	cleanup_close int reader = -1;
	int ends[2];

	(void)state;
	memset(sent, 'p', sizeof(sent));
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	reader = ends[0];
	assert_int_equal(io_write_all(ends[1], sent, sizeof(sent)), 0);
	close(ends[1]);
	assert_int_equal(io_read_fd(reader, &data, 100000), sizeof(sent));
	assert_memory_equal(data, sent, sizeof(sent));
	assert_int_equal(data[sizeof(sent)], 0);
}

static void io_reads_the_head_of_a_small_file(void **state)
{
	char buffer[8];

	(void)state;
	assert_int_equal(io_replace_file(directory_fd, "file", 0600, "0123456789", 10), 0);
	assert_int_equal(io_read_small(directory_fd, "file", buffer, sizeof(buffer)), 7);
	assert_string_equal(buffer, "0123456");
	assert_int_equal(io_read_small(directory_fd, "none", buffer, sizeof(buffer)), -ENOENT);
}

static void io_write_control_never_makes_a_file(void **state)
{
	(void)state;
	assert_int_equal(io_write_control(directory_fd, "none", "1"), -ENOENT);
	assert_int_equal(io_replace_file(directory_fd, "file", 0600, "", 0), 0);
	assert_int_equal(io_write_control(directory_fd, "file", "1"), 0);
}

static void io_write_reports_a_full_device(void **state)
{
	cleanup_close int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	if (full < 0) {
		print_message("there is no /dev/full here\n");
		skip();
	}
	assert_int_equal(io_write_all(full, "x", 1), -ENOSPC);
}

static void cleanup_closes_once_and_keeps_errno(void **state)
{
	int raw = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int moved;

	(void)state;
	assert_true(raw >= 0);
	{
		cleanup_close int owned = raw;

		moved = move_fd(&owned);
		assert_int_equal(owned, -1);
	}
	assert_int_equal(fcntl(moved, F_GETFD), FD_CLOEXEC);
	errno = ERANGE;
	replace_fd(&moved, -1);
	assert_int_equal(errno, ERANGE);
	assert_int_equal(fcntl(raw, F_GETFD), -1);
}

static void move_pointer_leaves_null(void **state)
{
	cleanup_free char *owned = strdup("x");
	cleanup_free char *moved = move_pointer(owned);

	(void)state;
	assert_null(owned);
	assert_string_equal(moved, "x");
}

static void log_writes_json_that_engines_can_read(void **state)
{
	cleanup_free char *data = NULL;
	char path[sizeof(directory) + 8];
	struct error err;

	(void)state;
	snprintf(path, sizeof(path), "%s/log", directory);
	assert_int_equal(log_open(path, LOG_FORMAT_JSON, true, &err), 0);
	log_debug("quote \" backslash \\ newline \n end");
	log_close();
	assert_true(io_read_file(directory_fd, "log", &data, 10000) > 0);
	assert_non_null(strstr(data, "{\"level\":\"debug\",\"msg\":"
				     "\"quote \\\" backslash \\\\ newline \\n end\",\"time\":\""));
	assert_ptr_equal(strchr(data, '\n'), data + strlen(data) - 1);
}

static void log_names_the_file_it_can_not_open(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(log_open("/nonexistent/x", LOG_FORMAT_TEXT, false, &err), -1);
	assert_string_equal(err.text, "--log: open '/nonexistent/x': No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_set_returns_minus_one_and_keeps_the_code),
		cmocka_unit_test(error_errno_says_why),
		cmocka_unit_test(error_prefix_keeps_code_and_sentence),
		cmocka_unit_test(error_marks_what_it_cut),
		cmocka_unit_test(text_grows_over_its_first_size),
		cmocka_unit_test(text_equal_knows_null),
		cmocka_unit_test(strv_is_null_terminated_at_every_length),
		cmocka_unit_test(numbers_are_read_to_the_last_character),
		cmocka_unit_test(unsigned_numbers_end_at_their_maximum),
		cmocka_unit_test(bounded_numbers_keep_their_bounds),
		cmocka_unit_test(arena_memory_is_zeroed_aligned_and_stays),
		cmocka_unit_test(arena_append_keeps_every_element),
		cmocka_unit_test(io_replaces_a_file_as_a_whole),
		cmocka_unit_test(io_replace_writes_into_nothing_that_was_there),
		cmocka_unit_test(io_replace_refuses_a_name_that_does_not_fit),
		cmocka_unit_test(io_reads_no_more_than_the_limit),
		cmocka_unit_test(io_reads_a_pipe_to_its_end),
		cmocka_unit_test(io_reads_the_head_of_a_small_file),
		cmocka_unit_test(io_write_control_never_makes_a_file),
		cmocka_unit_test(io_write_reports_a_full_device),
		cmocka_unit_test(cleanup_closes_once_and_keeps_errno),
		cmocka_unit_test(move_pointer_leaves_null),
		cmocka_unit_test(log_writes_json_that_engines_can_read),
		cmocka_unit_test(log_names_the_file_it_can_not_open),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
