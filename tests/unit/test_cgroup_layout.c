/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_layout: what /proc/self/mountinfo and /proc/self/cgroup say, as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "linux/cgroup_layout.h"

static const char hybrid_mountinfo[] =
	"22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
	"31 22 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
	"32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
	"33 31 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset,clone_children\n"
	"34 31 0:31 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
	"35 31 0:32 / /sys/fs/cgroup/unified rw master:3 - cgroup2 cgroup2 rw,nsdelegate\n";

static const char hybrid_membership[] = "5:name=systemd:/user.slice/s\n"
					"4:cpuset:/\n"
					"3:cpu,cpuacct:/user.slice\n"
					"0::/user.slice/s\n";

static void test_hybrid(void **state)
{
	cleanup_cgroup_layout struct cgroup_layout layout = { 0 };

	(void)state;
	cgroup_layout_parse(hybrid_mountinfo, hybrid_membership, &layout);
	assert_int_equal(layout.length, 4);
	assert_string_equal(layout.items[0].mount, "/sys/fs/cgroup/cpu,cpuacct");
	assert_string_equal(layout.items[0].controllers, "cpu,cpuacct");
	assert_string_equal(layout.items[0].device, "0:29");
	assert_string_equal(layout.items[0].own, "/user.slice");
	assert_false(layout.items[0].v2);
	/* "cpuset" is not mistaken for "cpu", nor clone_children for a controller. */
	assert_string_equal(layout.items[1].controllers, "cpuset");
	assert_string_equal(layout.items[1].own, "");
	assert_string_equal(layout.items[2].controllers, "name=systemd");
	assert_true(layout.items[3].v2);
	assert_null(layout.items[3].controllers);
	assert_string_equal(layout.items[3].own, "/user.slice/s");
}

static void test_nested(void **state)
{
	cleanup_cgroup_layout struct cgroup_layout layout = { 0 };

	(void)state;
	cgroup_layout_parse(
		"40 31 0:29 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
		"41 31 0:30 /docker/other /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n"
		"42 31 0:31 /docker/ab /sys/fs/cgroup/freezer ro - cgroup cgroup rw,freezer\n"
		"43 31 0:32 /../.. /sys/fs/cgroup/unified ro - cgroup2 cgroup2 rw\n",
		"4:memory:/docker/abc/inner\n3:pids:/docker/abc\n2:freezer:/docker/abc\n0::/\n",
		&layout);
	assert_int_equal(layout.length, 4);
	assert_string_equal(layout.items[0].own, "/inner");
	assert_string_equal(layout.items[0].root, "/docker/abc");
	assert_null(layout.items[1].own);
	assert_null(layout.items[2].own);
	assert_null(layout.items[3].own);
}

static void test_escapes(void **state)
{
	cleanup_cgroup_layout struct cgroup_layout layout = { 0 };

	(void)state;
	cgroup_layout_parse(
		"40 31 0:29 / /a\\040b\\134c\\0 rw - cgroup2 none rw\n", "0::/x y:z\n", &layout);
	assert_int_equal(layout.length, 1);
	assert_string_equal(layout.items[0].mount, "/a b\\c\\0");
	assert_string_equal(layout.items[0].own, "/x y:z");
}

static void test_one_mount_a_hierarchy(void **state)
{
	cleanup_cgroup_layout struct cgroup_layout layout = { 0 };

	(void)state;
	cgroup_layout_parse("1 0 0:29 /c /rootfs/memory rw - cgroup cgroup rw,memory\n"
			    "2 0 0:30 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
			    "3 0 0:29 /c /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
			    "4 0 0:29 / /sys/fs/cgroup/memory2 rw - cgroup cgroup rw,memory\n"
			    "5 0 0:30 / /sys/fs/cgroup/again rw - cgroup cgroup rw,pids\n",
		"2:memory:/\n1:pids:/\n", &layout);
	cgroup_layout_choose(&layout);
	assert_int_equal(layout.length, 2);
	assert_string_equal(layout.items[0].mount, "/sys/fs/cgroup/memory2");
	assert_string_equal(layout.items[1].mount, "/sys/fs/cgroup/pids");
}

static void test_rubbish(void **state)
{
	static const char *const mountinfo[] = {
		"",
		"\n\n",
		" - cgroup2",
		"1 - cgroup2 x",
		"1 2 3 - cgroup2 x y",
		"1 2 0:3 / /m rw - cgroup2",
		"1 2 0:3 / /m rw - cgroupfs x y",
		"1 2 0:3 / /m rw - cgroup cgroup rw,unheard",
	};
	static const char *const membership[] = { "", ":", "::", "1", "1:cpu", "1:cpu\n:x", "0:" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(mountinfo); i++) {
		for (size_t j = 0; j < ARRAY_LENGTH(membership); j++) {
			cleanup_cgroup_layout struct cgroup_layout layout = { 0 };

			cgroup_layout_parse(mountinfo[i], membership[j], &layout);
			assert_int_equal(layout.length, 0);
		}
	}
	for (size_t j = 0; j < ARRAY_LENGTH(membership); j++) {
		cleanup_cgroup_layout struct cgroup_layout layout = { 0 };

		cgroup_layout_parse(hybrid_mountinfo, membership[j], &layout);
		/* v1 mounts without a line of their own are not known to be usable. */
		assert_int_equal(layout.length, 1);
		assert_true(layout.items[0].v2);
	}
}

static void test_items_of_a_list(void **state)
{
	(void)state;
	assert_true(cgroup_list_has("cpuset,cpu", "cpu", 3));
	assert_true(cgroup_list_has("cpu,cpuacct", "cpuacct", 7));
	assert_true(cgroup_list_has("name=systemd", "name=systemd", 12));
	assert_false(cgroup_list_has("cpuset,cpuacct", "cpu", 3));
	assert_false(cgroup_list_has("", "cpu", 3));
}

static void test_this_machine(void **state)
{
	cleanup_cgroup_layout struct cgroup_layout layout = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(cgroup_layout_read(true, &layout, &err), 0);
	for (size_t i = 0; i < layout.length; i++) {
		assert_non_null(layout.items[i].mount);
		assert_int_equal(layout.items[i].mount[0], '/');
		assert_int_equal(layout.items[i].v2, layout.items[i].controllers == NULL);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(layout.items[i].device, layout.items[j].device);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hybrid),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_one_mount_a_hierarchy),
		cmocka_unit_test(test_rubbish),
		cmocka_unit_test(test_items_of_a_list),
		cmocka_unit_test(test_this_machine),
	};

	return cmocka_run_group_tests_name("cgroup_layout", tests, NULL, NULL);
}
