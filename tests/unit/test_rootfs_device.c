/* SPDX-License-Identifier: Apache-2.0 */
/* linux/rootfs_device: nodes by mknod (needs root) and by bind mount, in trees that are hostile. */
#include "test_rootfs.h"

#include <sys/sysmacros.h>
#include <termios.h>

static struct test_tree tree;

static const struct device_node null_node = { "/dev/null", 'c', 1, 3, 0666, 0, 0 };

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

static void must_make(struct rootfs *rootfs, const struct device_node *node, bool bind)
{
	struct error err;

	if (rootfs_make_device(rootfs, node, bind, &err) == 0)
		return;
	dprintf(STDERR_FILENO, "%s\n", err.text);
	_exit(1);
}

static void check_node(const struct rootfs *rootfs, const char *name, unsigned int major,
	unsigned int minor, struct stat *st)
{
	CHECK(fstatat(rootfs->fd, name, st, AT_SYMLINK_NOFOLLOW) == 0);
	CHECK(S_ISCHR(st->st_mode) && st->st_rdev == makedev(major, minor));
}

static void check_link(const struct rootfs *rootfs, const char *name, const char *target)
{
	char found[64] = "";

	CHECK(readlinkat(rootfs->fd, name, found, sizeof(found) - 1) > 0);
	CHECK(strcmp(found, target) == 0);
}

/* The user namespace may not make nodes: whoever asks for mknod gets a bind mount as well. */
static void bound(const void *argument)
{
	const struct device_node *node;
	struct device_node fifo = { "/dev/pipe", 'p', 0, 0, 0640, 0, 0 };
	struct device_node missing = { "/dev/no-such-device", 'c', 1, 3, 0666, 0, 0 };
	struct device_node other = { "/dev/zero", 'c', 1, 3, 0666, 0, 0 };
	struct rootfs rootfs;
	struct error err;
	struct stat st;

	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	for (node = rootfs_default_devices; node->path; node++) {
		must_make(&rootfs, node, argument != NULL);
		check_node(&rootfs, node->path + 1, node->major, node->minor, &st);
	}
	CHECK(node - rootfs_default_devices == 6);
	must_make(&rootfs, &fifo, argument != NULL);
	CHECK(fstatat(rootfs.fd, "dev/pipe", &st, 0) == 0 && S_ISFIFO(st.st_mode));
	CHECK((st.st_mode & 07777) == 0640);
	CHECK(rootfs_make_device(&rootfs, &missing, true, &err) == -1);
	CHECK_TEXT(
		err, "device /dev/no-such-device: cannot be made here, and on the host: No such");
	CHECK(rootfs_make_device(&rootfs, &other, true, &err) == -1);
	CHECK_TEXT(err, "device /dev/zero: the host's is not the device c 1:3");
	CHECK(rootfs_make_dev_links(&rootfs, &err) == 0);
	check_link(&rootfs, "dev/fd", "/proc/self/fd");
	check_link(&rootfs, "dev/stdin", "/proc/self/fd/0");
	check_link(&rootfs, "dev/stderr", "/proc/self/fd/2");
	check_link(&rootfs, "dev/ptmx", "pts/ptmx");
	rootfs_close(&rootfs);
}

static void test_bound(void **state)
{
	(void)state;
	in_child(bound, "bind");
}

static void test_bound_after_eperm(void **state)
{
	(void)state;
	in_child(bound, NULL);
}

static void bound_hostile(const void *argument)
{
	struct device_node full = { "/dev/full", 'c', 1, 7, 0666, 0, 0 };
	struct device_node zero = { "/dev/zero", 'c', 1, 5, 0666, 0, 0 };
	struct device_node up = { "/up/null", 'c', 1, 3, 0666, 0, 0 };
	struct rootfs rootfs;
	struct error err;

	(void)argument;
	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	CHECK(rootfs_make_device(&rootfs, &null_node, true, &err) == -1);
	CHECK_TEXT(err, "device /dev/null: the rootfs has a symbolic link there");
	CHECK(rootfs_make_device(&rootfs, &full, true, &err) == -1);
	CHECK_TEXT(err, "device /dev/full: the rootfs has a directory there");
	/* A plain file is covered. */
	must_make(&rootfs, &zero, true);
	up.path = "/up/../null";
	CHECK(rootfs_make_device(&rootfs, &up, true, &err) == -1);
	CHECK(rootfs_make_dev_links(&rootfs, &err) == 0);
	check_link(&rootfs, "dev/fd", "mine");
	rootfs_close(&rootfs);
}

static void test_bound_hostile(void **state)
{
	(void)state;
	test_tree_directory(&tree, "dev");
	test_tree_link(&tree, tree.outside, "up");
	test_tree_link(&tree, "../../outside/null", "dev/null");
	test_tree_directory(&tree, "dev/full");
	test_tree_file(&tree, "dev/zero", "x");
	test_tree_link(&tree, "mine", "dev/fd");
	in_child(bound_hostile, NULL);
}

static void made_as_root(const void *argument)
{
	struct device_node node = { "/dev/sub/null", 'u', 1, 3, 0620, 7, 5 };
	struct rootfs rootfs;
	struct error err;
	struct stat st;

	(void)argument;
	test_tree_enter_as_root();
	umask(077);
	attach(&rootfs, tree.rootfs);
	if (rootfs_make_device(&rootfs, &node, false, &err) < 0)
		SKIP_IN_CHILD("device nodes cannot be made here");
	check_node(&rootfs, "dev/sub/null", 1, 3, &st);
	CHECK((st.st_mode & 07777) == 0620 && st.st_uid == 7 && st.st_gid == 5);
	/* Again: kept, with another mode and owner. */
	node.mode = 0600;
	node.uid = 0;
	must_make(&rootfs, &node, false);
	check_node(&rootfs, "dev/sub/null", 1, 3, &st);
	CHECK((st.st_mode & 07777) == 0600 && st.st_uid == 0 && st.st_gid == 5);
	node.minor = 5;
	CHECK(rootfs_make_device(&rootfs, &node, false, &err) == -1);
	CHECK_TEXT(err, "device /dev/sub/null: what the rootfs has is not the device u 1:5");
	CHECK(rootfs_make_device(&rootfs, &null_node, false, &err) == -1);
	CHECK_TEXT(err, "device /dev/null: what the rootfs has is a symbolic link");
	rootfs_close(&rootfs);
}

static void test_made_as_root(void **state)
{
	(void)state;
	test_tree_directory(&tree, "dev");
	test_tree_link(&tree, "../../outside/null", "dev/null");
	in_child(made_as_root, NULL);
}

/* A container that is given the host's /dev must not change a thing in it. */
static void host_dev(const void *argument)
{
	struct device_node node = { "/dev/elsewhen-test", 'c', 1, 3, 0777, 9, 9 };
	struct rootfs rootfs;
	struct stat before, after;
	struct error err;

	(void)argument;
	test_tree_enter_as_root();
	/* A stand-in, so that a failure would not touch the machine's own. */
	CHECK(mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == 0);
	CHECK(mount("tmpfs", "/dev", "tmpfs", 0, NULL) == 0);
	if (mknod("/dev/null", S_IFCHR | 0666, makedev(1, 3)) < 0)
		SKIP_IN_CHILD("device nodes cannot be made here");
	CHECK(mkdir("/dev/sub", 0755) == 0);
	CHECK(stat("/dev/null", &before) == 0);
	attach(&rootfs, tree.rootfs);
	must_mount(&rootfs, NULL, "/dev", "/dev", OPTIONS("rbind"));
	must_make(&rootfs, &node, false);
	node.path = "/dev/sub/x";
	must_make(&rootfs, &node, false);
	node.path = "/dev/null";
	must_make(&rootfs, &node, false);
	CHECK(rootfs_make_dev_links(&rootfs, &err) == 0);
	CHECK(access("/dev/elsewhen-test", F_OK) < 0 && access("/dev/sub/x", F_OK) < 0);
	CHECK(access("/dev/fd", F_OK) < 0);
	CHECK(stat("/dev/null", &after) == 0 && after.st_mode == before.st_mode);
	CHECK(after.st_uid == before.st_uid && after.st_ctime == before.st_ctime);
	rootfs_close(&rootfs);
}

static void test_host_dev(void **state)
{
	(void)state;
	in_child(host_dev, NULL);
}

static void console(const void *argument)
{
	cleanup_close int master = -1, slave = -1, found = -1;
	struct rootfs rootfs;
	struct error err;
	struct stat st, terminal;

	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	must_mount(
		&rootfs, "devpts", "devpts", "/dev/pts", OPTIONS("newinstance", "ptmxmode=0666"));
	master = openat(rootfs.fd, "dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(master >= 0 && unlockpt(master) == 0);
	slave = openat(rootfs.fd, "dev/pts/0", O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(slave >= 0 && fstat(slave, &terminal) == 0);
	if (argument) {
		CHECK(symlinkat("pts/0", rootfs.fd, "dev/console") == 0);
		CHECK(rootfs_bind_console(&rootfs, slave, &err) == -1);
		CHECK_TEXT(err, "/dev/console: the rootfs has a symbolic link there");
	} else {
		CHECK(rootfs_bind_console(&rootfs, slave, &err) == 0);
		found = openat(
			rootfs.fd, "dev/console", O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
		CHECK(found >= 0 && isatty(found) && fstat(found, &st) == 0);
		CHECK(st.st_rdev == terminal.st_rdev);
	}
	rootfs_close(&rootfs);
}

static void test_console(void **state)
{
	(void)state;
	in_child(console, NULL);
}

static void test_console_linked(void **state)
{
	(void)state;
	in_child(console, "linked");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bound, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bound_after_eperm, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bound_hostile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_made_as_root, setup, teardown),
		cmocka_unit_test_setup_teardown(test_host_dev, setup, teardown),
		cmocka_unit_test_setup_teardown(test_console, setup, teardown),
		cmocka_unit_test_setup_teardown(test_console_linked, setup, teardown),
	};

	return cmocka_run_group_tests_name("rootfs_device", tests, NULL, NULL);
}
