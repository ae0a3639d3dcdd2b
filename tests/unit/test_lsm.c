/* SPDX-License-Identifier: Apache-2.0 */
/* What is written for AppArmor and SELinux, in a directory that stands for procfs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"
#include "linux/lsm.h"

static char directory[] = "/tmp/elsewhen-test_lsm-XXXXXX";
static int procfd = -1;

static const char apparmor_file[] = "thread-self/attr/apparmor/exec";
static const char selinux_file[] = "thread-self/attr/exec";

static const struct {
	const char *path;
	bool directory;
} tree[] = {
	{ "thread-self", true },
	{ "thread-self/attr", true },
	{ "thread-self/attr/apparmor", true },
	{ apparmor_file, false },
	{ selinux_file, false },
	{ "filesystems", false },
};

static void write_file(const char *path, const char *content)
{
	cleanup_close int fd = openat(procfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, content, strlen(content)), 0);
}

static int make_tree(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	procfd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_LENGTH(tree); i++) {
		if (tree[i].directory && mkdirat(procfd, tree[i].path, 0700) < 0)
			return -1;
		if (!tree[i].directory)
			write_file(tree[i].path, "");
	}
	return 0;
}

static int remove_tree(void **state)
{
	(void)state;
	for (size_t i = ARRAY_LENGTH(tree); i-- > 0;)
		unlinkat(procfd, tree[i].path, tree[i].directory ? AT_REMOVEDIR : 0);
	cleanup_fd(&procfd);
	return rmdir(directory);
}

static void assert_content(const char *path, const char *expected)
{
	char content[128];

	assert_true(io_read_small(procfd, path, content, sizeof(content)) >= 0);
	assert_string_equal(content, expected);
}

static void apparmor_profile_is_written(void **state)
{
	struct error err = { 0 };

	(void)state;
	write_file(apparmor_file, "");
	write_file(selinux_file, "");
	assert_int_equal(lsm_set_apparmor(procfd, NULL, &err), 0);
	assert_int_equal(lsm_set_apparmor(procfd, "", &err), 0);
	assert_content(apparmor_file, "");
	assert_int_equal(lsm_set_apparmor(procfd, "docker-default", &err), 0);
	assert_content(apparmor_file, "exec docker-default");
	assert_content(selinux_file, "");
}

static void selinux_label_is_written(void **state)
{
	struct error err = { 0 };

	(void)state;
	write_file("filesystems", "nodev\tsysfs\nnodev\tselinuxfs\n\text4\n");
	write_file(selinux_file, "");
	assert_int_equal(lsm_set_selinux(procfd, NULL, &err), 0);
	assert_int_equal(lsm_set_selinux(procfd, "", &err), 0);
	assert_content(selinux_file, "");
	assert_int_equal(
		lsm_set_selinux(procfd, "system_u:system_r:container_t:s0:c1,c2", &err), 0);
	assert_content(selinux_file, "system_u:system_r:container_t:s0:c1,c2");
}

static void selinux_that_is_off_takes_no_label(void **state)
{
	struct error err = { 0 };

	(void)state;
	write_file("filesystems", "nodev\tsysfs\nnodev\tselinuxfs2\n\text4\n");
	write_file(selinux_file, "");
	assert_int_equal(lsm_set_selinux(procfd, "unconfined", &err), 0);
	assert_int_equal(lsm_set_selinux(procfd, "system_u:object_r:x_t:s0", &err), -1);
	assert_int_equal(err.code, EOPNOTSUPP);
	assert_string_equal(err.text, "process.selinuxLabel: 'system_u:object_r:x_t:s0' cannot be "
				      "set: SELinux is not enabled here");
	assert_content(selinux_file, "");
}

static void apparmor_that_is_off_takes_no_profile(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(unlinkat(procfd, apparmor_file, 0), 0);
	assert_int_equal(lsm_set_apparmor(procfd, "unconfined", &err), 0);
	assert_int_equal(lsm_set_apparmor(procfd, "docker-default", &err), -1);
	assert_int_equal(err.code, EOPNOTSUPP);
	assert_string_equal(err.text, "process.apparmorProfile: 'docker-default' cannot be set: "
				      "AppArmor is not enabled here");
}

/* The real procfs: whatever this kernel has on, the two ways to find out agree. */
static void real_kernel_says_the_same(void **state)
{
	cleanup_close int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct error err = { 0 };

	(void)state;
	assert_true(proc >= 0);
	/* No profile and no label of this name exist, so with the LSM on it is an error too. */
	assert_int_equal(lsm_set_apparmor(proc, "elsewhen-no-such-profile", &err), -1);
	assert_int_equal(err.code == EOPNOTSUPP, !lsm_apparmor_enabled());
	assert_int_equal(lsm_set_selinux(proc, "elsewhen-no-such-label", &err), -1);
	assert_int_equal(err.code == EOPNOTSUPP, !lsm_selinux_enabled());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(apparmor_profile_is_written),
		cmocka_unit_test(selinux_label_is_written),
		cmocka_unit_test(selinux_that_is_off_takes_no_label),
		cmocka_unit_test(apparmor_that_is_off_takes_no_profile),
		cmocka_unit_test(real_kernel_says_the_same),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
