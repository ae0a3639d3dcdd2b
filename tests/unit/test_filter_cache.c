/* SPDX-License-Identifier: Apache-2.0 */
/* container/filter_cache: a kept filter is given back for the same profile, and for no other. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "container/filter_cache.h"

static char root[64];

static int make_root(void **state)
{
	(void)state;
	strcpy(root, "/tmp/elsewhen-cache.XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

/* There is one slot for each profile here, whatever its number. */
static void for_each_slot(void (*visit)(const char *path))
{
	for (int slot = 0; slot < 64; slot++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/" FILTER_CACHE_DIRECTORY "/%d", root, slot);
		if (access(path, F_OK) == 0)
			visit(path);
	}
}

static void remove_file(const char *path)
{
	unlink(path);
}

static void truncate_file(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - 1), 0);
}

static void flip_last_byte(const char *path)
{
	struct stat st;
	cleanup_close int fd = open(path, O_RDWR | O_CLOEXEC);
	char byte;

	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(pread(fd, &byte, 1, st.st_size - 1), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, st.st_size - 1), 1);
}

static int remove_root(void **state)
{
	char path[128];

	(void)state;
	for_each_slot(remove_file);
	snprintf(path, sizeof(path), "%s/" FILTER_CACHE_DIRECTORY, root);
	rmdir(path);
	return rmdir(root);
}

static const char *const names[] = { "mkdir", "mkdirat" };

static struct seccomp_profile profile_with(const struct seccomp_rule *rule)
{
	return (struct seccomp_profile){
		.default_action = "SCMP_ACT_ALLOW",
		.rules = rule,
		.rules_length = 1,
	};
}

static struct seccomp_rule rule_with(uint32_t errno_ret)
{
	return (struct seccomp_rule){
		.names = names,
		.names_length = 2,
		.action = "SCMP_ACT_ERRNO",
		.errno_ret = errno_ret,
	};
}

static bool find(uint32_t errno_ret, struct seccomp_program *program)
{
	struct seccomp_rule rule = rule_with(errno_ret);
	struct seccomp_profile profile = profile_with(&rule);
	cleanup_text struct text key = { 0 };

	filter_cache_key(&profile, &key);
	return filter_cache_find(root, &key, program);
}

static void keep(uint32_t errno_ret)
{
	struct seccomp_rule rule = rule_with(errno_ret);
	struct seccomp_profile profile = profile_with(&rule);
	struct seccomp_program program = { .instructions = "12345678", .size = 8, .flags = 4 };
	cleanup_text struct text key = { 0 };

	filter_cache_key(&profile, &key);
	filter_cache_keep(root, &key, &program);
}

static void test_a_kept_filter_comes_back(void **state)
{
	struct seccomp_program program;

	(void)state;
	assert_false(find(1, &program));
	keep(1);
	assert_true(find(1, &program));
	assert_int_equal(program.size, 8);
	assert_int_equal(program.flags, 4);
	assert_false(program.notifies);
	assert_memory_equal(program.instructions, "12345678", 8);
	seccomp_program_free(&program);
}

/* A name that libseccomp does not know, and skips, must not stand for a rule of another profile. */
static void test_a_name_is_no_part_of_another_profile(void **state)
{
	const char *const honest[] = { "mkdir" }, *const other[] = { "mkdirat" };
	const char *const forged[] = { "mkdir,SCMP_ACT_ALLOW/0/0;1:mkdirat" };
	const struct seccomp_rule two[] = {
		{ .names = honest, .names_length = 1, .action = "SCMP_ACT_ALLOW" },
		{ .names = other, .names_length = 1, .action = "SCMP_ACT_LOG" },
	};
	const struct seccomp_rule one = {
		.names = forged, .names_length = 1, .action = "SCMP_ACT_LOG"
	};
	struct seccomp_profile profile = profile_with(two), forgery = profile_with(&one);
	cleanup_text struct text key = { 0 }, forged_key = { 0 };

	(void)state;
	profile.rules_length = 2;
	filter_cache_key(&profile, &key);
	filter_cache_key(&forgery, &forged_key);
	assert_string_not_equal(key.data, forged_key.data);
}

static void test_a_profile_that_differs_in_one_number_is_another(void **state)
{
	struct seccomp_program program;

	(void)state;
	keep(1);
	assert_false(find(2, &program));
}

static void test_a_torn_file_is_not_used(void **state)
{
	struct seccomp_program program;

	(void)state;
	keep(1);
	for_each_slot(truncate_file);
	assert_false(find(1, &program));
}

static void test_a_damaged_file_is_not_used(void **state)
{
	struct seccomp_program program;

	(void)state;
	keep(1);
	for_each_slot(flip_last_byte);
	assert_false(find(1, &program));
}

static void test_a_directory_that_others_may_write_to_is_not_used(void **state)
{
	struct seccomp_program program;
	char path[128];

	(void)state;
	keep(1);
	snprintf(path, sizeof(path), "%s/" FILTER_CACHE_DIRECTORY, root);
	assert_int_equal(chmod(path, 0777), 0);
	assert_false(find(1, &program));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_kept_filter_comes_back),
		TEST(test_a_profile_that_differs_in_one_number_is_another),
		TEST(test_a_name_is_no_part_of_another_profile),
		TEST(test_a_torn_file_is_not_used),
		TEST(test_a_damaged_file_is_not_used),
		TEST(test_a_directory_that_others_may_write_to_is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
