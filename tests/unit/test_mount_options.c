/* SPDX-License-Identifier: Apache-2.0 */
/* linux/mount_options: what each option does, and that the later of two wins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "linux/mount_options.h"

#define OPTIONS_MAX 6
#define RO MOUNT_ATTR_RDONLY
#define ATIME MOUNT_ATTR__ATIME

static const struct {
	char *options[OPTIONS_MAX];
	uint64_t set, clear, recursive_set, recursive_clear, propagation;
	bool propagation_recursive;
	const char *parameters; /* joined by commas */
} cases[] = {
	{ { NULL }, 0, 0, 0, 0, 0, false, "" },
	{ { "ro" }, RO, 0, 0, 0, 0, false, "ro" },
	{ { "ro", "rw" }, 0, RO, 0, 0, 0, false, "ro,rw" },
	{ { "rw", "ro" }, RO, 0, 0, 0, 0, false, "rw,ro" },
	{ { "nosuid", "noexec", "nodev" }, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NODEV,
		0, 0, 0, 0, false, "" },
	{ { "nosuid", "suid", "dev", "exec", "symfollow" }, 0,
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | 0x00200000, 0, 0, 0,
		false, "" },
	{ { "noatime" }, MOUNT_ATTR_NOATIME, ATIME, 0, 0, 0, false, "" },
	{ { "noatime", "strictatime" }, MOUNT_ATTR_STRICTATIME, ATIME, 0, 0, 0, false, "" },
	{ { "noatime", "relatime" }, 0, ATIME, 0, 0, 0, false, "" },
	{ { "noatime", "atime" }, 0, ATIME, 0, 0, 0, false, "" },
	{ { "nodiratime" }, MOUNT_ATTR_NODIRATIME, 0, 0, 0, 0, false, "" },
	{ { "nodiratime", "diratime" }, 0, MOUNT_ATTR_NODIRATIME, 0, 0, 0, false, "" },
	{ { "rro" }, 0, 0, RO, 0, 0, false, "" },
	{ { "rro", "rw" }, 0, RO, RO, 0, 0, false, "rw" },
	{ { "rw", "rro" }, 0, 0, RO, 0, 0, false, "rw" },
	{ { "rro", "rrw" }, 0, 0, 0, RO, 0, false, "" },
	{ { "rnoatime", "rnosuid" }, 0, 0, MOUNT_ATTR_NOATIME | MOUNT_ATTR_NOSUID, ATIME, 0, false,
		"" },
	{ { "rprivate" }, 0, 0, 0, 0, MS_PRIVATE, true, "" },
	{ { "rshared", "slave" }, 0, 0, 0, 0, MS_SLAVE, false, "" },
	{ { "runbindable" }, 0, 0, 0, 0, MS_UNBINDABLE, true, "" },
	{ { "size=64m", "mode=755", "sync", "nr_inodes=1k" }, 0, 0, 0, 0, 0, false,
		"size=64m,mode=755,sync,nr_inodes=1k" },
	{ { "defaults", "silent", "loud", "newinstance", "x=" }, 0, 0, 0, 0, 0, false,
		"newinstance,x=" },
	{ { "RO", "ro ", "nosuids" }, 0, 0, 0, 0, 0, false, "RO,ro ,nosuids" },
};

static void assert_parameters(const struct strv *parameters, const char *expected)
{
	struct text joined = { 0 };

	for (size_t i = 0; i < parameters->length; i++)
		text_printf(&joined, "%s%s", i ? "," : "", parameters->items[i]);
	assert_string_equal(joined.data ? joined.data : "", expected);
	text_free(&joined);
}

static size_t count(char *const *options)
{
	size_t length = 0;

	while (length < OPTIONS_MAX && options[length])
		length++;
	return length;
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct mount_options parsed;
		struct error err;

		assert_int_equal(mount_options_parse(
					 cases[i].options, count(cases[i].options), &parsed, &err),
			0);
		assert_int_equal(parsed.attr_set, cases[i].set);
		assert_int_equal(parsed.attr_clear, cases[i].clear);
		assert_int_equal(parsed.recursive_set, cases[i].recursive_set);
		assert_int_equal(parsed.recursive_clear, cases[i].recursive_clear);
		assert_int_equal(parsed.propagation, cases[i].propagation);
		assert_int_equal(parsed.propagation_recursive, cases[i].propagation_recursive);
		assert_parameters(&parsed.parameters, cases[i].parameters);
		mount_options_free(&parsed);
	}
}

static void test_switches(void **state)
{
	char *all[] = { "rbind", "ridmap", "remount", "tmpcopyup" };
	char *some[] = { "bind", "idmap" };
	struct mount_options parsed;
	struct error err;

	(void)state;
	assert_int_equal(mount_options_parse(all, ARRAY_LENGTH(all), &parsed, &err), 0);
	assert_true(parsed.bind && parsed.bind_recursive && parsed.idmap);
	assert_true(parsed.idmap_recursive && parsed.remount && parsed.tmpcopyup);
	mount_options_free(&parsed);
	assert_int_equal(mount_options_parse(some, ARRAY_LENGTH(some), &parsed, &err), 0);
	assert_true(parsed.bind && parsed.idmap);
	assert_false(parsed.bind_recursive || parsed.idmap_recursive || parsed.remount);
	mount_options_free(&parsed);
}

static void test_nameless(void **state)
{
	char *empty[] = { "size=1m", "" }, *value[] = { "=x" };
	struct mount_options parsed;
	struct error err;

	(void)state;
	assert_int_equal(mount_options_parse(empty, 2, &parsed, &err), -1);
	assert_int_equal(err.code, EINVAL);
	assert_string_equal(err.text, "options[1]: '' has no name");
	assert_int_equal(mount_options_parse(value, 1, &parsed, &err), -1);
	assert_string_equal(err.text, "options[0]: '=x' has no name");
}

/* The search is binary: a name out of order would never be found. */
static void test_names_sorted_and_known(void **state)
{
	const char *const *names = mount_options_names();
	size_t length = 0;

	(void)state;
	for (; names[length]; length++) {
		char *option[] = { (char *)names[length] };
		struct mount_options parsed;
		struct error err;

		if (length > 0)
			assert_true(strcmp(names[length - 1], names[length]) < 0);
		assert_int_equal(mount_options_parse(option, 1, &parsed, &err), 0);
		if (parsed.parameters.length > 0)
			assert_string_equal(parsed.parameters.items[0], names[length]);
		mount_options_free(&parsed);
	}
	assert_true(length > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_switches),
		cmocka_unit_test(test_nameless),
		cmocka_unit_test(test_names_sorted_and_known),
	};

	return cmocka_run_group_tests_name("mount_options", tests, NULL, NULL);
}
