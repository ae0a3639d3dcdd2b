/* SPDX-License-Identifier: Apache-2.0 */
/* linux/cgroup_mount: the container's /sys/fs/cgroup, from views made by hand. */
#include "test_rootfs.h"

#include <linux/magic.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "linux/cgroup_mount.h"

static struct test_tree tree;
static char directories[3][160];

/* Directories that stand for a container's own cgroups: what is bound has to be seen inside. */
static int setup(void **state)
{
	static const char *const names[] = { "memory", "cpu", "v2" };

	(void)state;
	test_tree_make(&tree);
	test_tree_directory(&tree, "cg");
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		char name[32];

		snprintf(name, sizeof(name), "cg/%s", names[i]);
		test_tree_directory(&tree, name);
		snprintf(directories[i], sizeof(directories[i]), "%s/%s", tree.rootfs, name);
		snprintf(name, sizeof(name), "cg/%s/tasks", names[i]);
		test_tree_file(&tree, name, "");
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_tree_remove(&tree);
	return 0;
}

static struct cgroup_view_entry entries[] = {
	{ "memory", "memory", directories[0] },
	{ "cpu,cpuacct", "cpu,cpuacct", directories[1] },
	{ "unified", NULL, directories[2] },
};

static int mount_cgroup(struct rootfs *rootfs, const char *type, char *const *options,
	const struct cgroup_view *view, bool cgroup_namespace, struct error *err)
{
	struct mount_request request = {
		.type = type,
		.source = "cgroup",
		.destination = "/sys/fs/cgroup",
		.idmap_userns_fd = -1,
		.where = "mounts[6]",
	};
	size_t count = 0;
	int result;

	while (options[count])
		count++;
	*err = (struct error){ 0 };
	CHECK(mount_options_parse(options, count, &request.options, err) == 0);
	result = cgroup_mount(rootfs, &request, view, cgroup_namespace, err);
	mount_options_free(&request.options);
	return result;
}

static void check_readonly(const struct rootfs *rootfs, const char *name, bool readonly)
{
	cleanup_close int fd = path_open_in_root(rootfs->fd, name, O_PATH);
	struct statvfs st;

	CHECK(fd >= 0 && fstatvfs(fd, &st) == 0);
	CHECK(((st.f_flag & ST_RDONLY) != 0) == readonly);
	CHECK(st.f_flag & ST_NOSUID);
}

static void hybrid(const void *argument)
{
	const struct cgroup_view view = { entries, 3 };
	bool readonly = argument != NULL;
	struct rootfs rootfs;
	char link[32] = "";
	struct error err;

	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	CHECK(mount_cgroup(&rootfs, "cgroup",
		      OPTIONS("rprivate", "nosuid", "noexec", "nodev", "relatime",
			      readonly ? "ro" : "rw"),
		      &view, false, &err) == 0);
	check_readonly(&rootfs, "sys/fs/cgroup", readonly);
	check_readonly(&rootfs, "sys/fs/cgroup/memory/tasks", readonly);
	check_readonly(&rootfs, "sys/fs/cgroup/cpu,cpuacct/tasks", readonly);
	check_readonly(&rootfs, "sys/fs/cgroup/cpuacct/tasks", readonly);
	check_readonly(&rootfs, "sys/fs/cgroup/unified/tasks", readonly);
	CHECK(readlinkat(rootfs.fd, "sys/fs/cgroup/cpu", link, sizeof(link) - 1) > 0);
	CHECK(strcmp(link, "cpu,cpuacct") == 0);
	rootfs_close(&rootfs);
}

static void test_hybrid(void **state)
{
	(void)state;
	in_child(hybrid, NULL);
	in_child(hybrid, "ro");
}

static void v2_alone(const void *argument)
{
	const struct cgroup_view all = { entries, 3 }, v2 = { &entries[2], 1 };
	bool typed = argument != NULL;
	struct rootfs rootfs;
	struct error err;

	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	CHECK(mount_cgroup(&rootfs, typed ? "cgroup2" : "cgroup", OPTIONS("ro", "nosuid"),
		      typed ? &all : &v2, false, &err) == 0);
	check_readonly(&rootfs, "sys/fs/cgroup/tasks", true);
	rootfs_close(&rootfs);
}

static void test_v2_alone(void **state)
{
	(void)state;
	in_child(v2_alone, NULL);
	in_child(v2_alone, "cgroup2");
}

static void refused(const void *argument)
{
	const struct cgroup_view v1 = { entries, 2 };
	struct rootfs rootfs;
	struct error err;

	(void)argument;
	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	CHECK(mount_cgroup(&rootfs, "cgroup2", OPTIONS("ro"), &v1, false, &err) == -1);
	CHECK_TEXT(err, "mounts[6].type: there is no cgroup v2 hierarchy here");
	CHECK(mount_cgroup(&rootfs, "cgroup", OPTIONS("cpu"), &v1, false, &err) == -1);
	CHECK_TEXT(err, "mounts[6].options: 'cpu': a container's cgroup mount takes no parameters");
	rootfs_close(&rootfs);
}

static void test_refused(void **state)
{
	(void)state;
	in_child(refused, NULL);
}

/* The kernel's own: new mounts of what this machine has, in a cgroup namespace of the test's. */
static void namespaced(const void *argument)
{
	static struct cgroup_view_entry real[] = {
		{ "memory", "memory", "/sys/fs/cgroup/memory" },
		{ "systemd", "none,name=systemd", "/sys/fs/cgroup/systemd" },
		{ "unified", NULL, "/sys/fs/cgroup/unified" },
	};
	struct cgroup_view view = { real, 3 };
	bool user_namespace = argument != NULL, pure_v2;
	struct rootfs rootfs;
	struct statfs st;
	struct error err;

	pure_v2 = statfs("/sys/fs/cgroup", &st) == 0 && st.f_type == CGROUP2_SUPER_MAGIC;
	if (pure_v2)
		view = (struct cgroup_view){ &real[2], 1 };
	else if (access(real[0].directory, F_OK) < 0 || access(real[1].directory, F_OK) < 0 ||
		 access(real[2].directory, F_OK) < 0)
		SKIP_IN_CHILD("this machine's cgroups are mounted in another way");
	if (user_namespace)
		test_tree_enter_user_namespace();
	else
		test_tree_enter_as_root();
	CHECK(unshare(CLONE_NEWCGROUP) == 0);
	attach(&rootfs, tree.rootfs);
	CHECK(mount_cgroup(&rootfs, "cgroup", OPTIONS("ro", "nosuid"), &view, true, &err) == 0);
	if (!pure_v2)
		check_readonly(&rootfs, "sys/fs/cgroup/memory/tasks", true);
	if (!pure_v2)
		check_readonly(&rootfs, "sys/fs/cgroup/systemd/tasks", true);
	check_readonly(&rootfs,
		pure_v2 ? "sys/fs/cgroup/cgroup.procs" : "sys/fs/cgroup/unified/cgroup.procs",
		true);
	rootfs_close(&rootfs);
}

static void test_namespaced(void **state)
{
	(void)state;
	in_child(namespaced, NULL);
}

static void test_namespaced_user(void **state)
{
	(void)state;
	in_child(namespaced, "user");
}

static void disabled(const void *argument)
{
	const struct cgroup_view none = { NULL, 0 };
	struct rootfs rootfs;
	struct error err;

	(void)argument;
	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	CHECK(mount_cgroup(&rootfs, "cgroup", OPTIONS("ro", "nosuid"), &none, false, &err) == 0);
	check_readonly(&rootfs, "sys/fs/cgroup", true);
	rootfs_close(&rootfs);
}

static void test_disabled(void **state)
{
	(void)state;
	in_child(disabled, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hybrid, setup, teardown),
		cmocka_unit_test_setup_teardown(test_v2_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_namespaced, setup, teardown),
		cmocka_unit_test_setup_teardown(test_namespaced_user, setup, teardown),
		cmocka_unit_test_setup_teardown(test_disabled, setup, teardown),
	};

	return cmocka_run_group_tests_name("cgroup_mount", tests, NULL, NULL);
}
