/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "linux/mount_table.h"

static const char content[] =
	"100 1 8:1 /root\\040fs / rw,relatime shared:3 master:2 - ext4 /dev/sda1 "
	"rw,errors=remount-ro\n"
	"101 100 0:5 / /proc rw,nosuid - proc proc rw,hidepid=2\n"
	"102 101 0:6 /null /proc/kcore ro - tmpfs  rw,size=64k\n"
	"103 100 0:7 / /data rw - tmpfs none rw\n"
	"104 103 0:8 / /data ro,nosuid master:9 propagate_from:3 unbindable - tmpfs none ro\n"
	"no mount at all\n";

static void test_all_fields_are_read(void **state)
{
	struct mount_table table;
	const struct mount_entry *root;

	(void)state;
	assert_int_equal(mount_table_parse(strdup(content), &table), 0);
	assert_int_equal(table.length, 5);
	root = mount_table_by_id(&table, 100);
	assert_string_equal(root->root, "/root fs");
	assert_string_equal(root->device, "8:1");
	assert_string_equal(root->options, "rw,relatime");
	assert_string_equal(root->super, "rw,errors=remount-ro");
	assert_int_equal(root->shared, 3);
	assert_int_equal(root->master, 2);
	assert_string_equal(mount_table_by_id(&table, 102)->super, "rw,size=64k");
	assert_int_equal(mount_table_by_id(&table, 104)->master, 9);
	mount_table_free(&table);
}

/* Whatever the order of the lines, which is that of the ids. */
static void test_the_topmost_is_what_nothing_lies_on(void **state)
{
	struct mount_table table;

	(void)state;
	assert_int_equal(mount_table_parse(strdup(content), &table), 0);
	assert_int_equal(mount_table_top(&table, "/data")->id, 104);
	assert_int_equal(mount_table_count(&table, "/data"), 2);
	assert_null(mount_table_top(&table, "/sys"));
	mount_table_free(&table);
	assert_int_equal(mount_table_parse(strdup("7 9 0:1 / /a rw - tmpfs x rw\n"
						  "9 1 0:2 / /a rw - tmpfs x rw\n"),
				 &table),
		0);
	assert_int_equal(mount_table_top(&table, "/a")->id, 7);
	assert_true(mount_table_has_device(&table, "0:2"));
	assert_false(mount_table_has_device(&table, "0:22"));
	mount_table_free(&table);
}

static void test_an_option_is_a_whole_word(void **state)
{
	(void)state;
	assert_true(mount_table_has_option("rw,nosuid,ro", "ro"));
	assert_true(mount_table_has_option("ro", "ro"));
	assert_false(mount_table_has_option("rw,errors=remount-ro,root", "ro"));
	assert_false(mount_table_has_option("", "ro"));
	assert_true(mount_table_has_option("rw,size=64k", "size=64k"));
	assert_false(mount_table_has_option("rw,size=640k", "size=64"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_fields_are_read),
		cmocka_unit_test(test_the_topmost_is_what_nothing_lies_on),
		cmocka_unit_test(test_an_option_is_a_whole_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
