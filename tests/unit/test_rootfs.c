/* SPDX-License-Identifier: Apache-2.0 */
/* linux/rootfs: attached, made "/", masked; and what the host may see of it, which is nothing. */
#include "test_rootfs.h"

#include <sys/socket.h>
#include <sys/statvfs.h>

static struct test_tree tree;

static int setup(void **state)
{
	(void)state;
	test_tree_make(&tree);
	test_tree_directory(&tree, "etc");
	test_tree_directory(&tree, "proc");
	test_tree_file(&tree, "etc/mine", "x");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_tree_remove(&tree);
	return 0;
}

/* How many mounts this namespace has below `path`. */
static size_t count_mounts(const char *path)
{
	cleanup_free char *mountinfo = NULL;
	size_t count = 0;

	CHECK(io_read_file(AT_FDCWD, "/proc/self/mountinfo", &mountinfo, 1U << 24) > 0);
	for (const char *at = mountinfo; (at = strstr(at, path)); at++)
		count++;
	return count;
}

static void pivoted(const void *argument)
{
	bool no_pivot = argument != NULL;
	struct rootfs rootfs;
	struct stat root, own;

	test_tree_enter_user_namespace();
	test_tree_enter_pid_namespace();
	attach(&rootfs, tree.rootfs);
	must_mount(&rootfs, "proc", "proc", "/proc", NULL);
	must_mount(&rootfs, "tmpfs", "tmpfs", "/t", NULL);
	must_pivot(&rootfs, no_pivot);
	CHECK(stat("/", &root) == 0 && fstat(rootfs.fd, &own) == 0);
	CHECK(root.st_ino == own.st_ino && root.st_dev == own.st_dev);
	CHECK(access("/etc/mine", F_OK) == 0 && access(tree.top, F_OK) < 0);
	CHECK(access("../../etc/mine", F_OK) == 0);
	/* "/", "/proc" and "/t": nothing else is to be seen. */
	CHECK(count_mounts("\n") == 3);
	/* What is mounted from now on is looked up from the same fd. */
	must_mount(&rootfs, "tmpfs", "tmpfs", "/t/later", NULL);
	CHECK(count_mounts("/t/later") == 1);
	rootfs_close(&rootfs);
	CHECK(rootfs.fd == -1);
	rootfs_close(&rootfs);
}

static void test_pivoted(void **state)
{
	(void)state;
	in_child(pivoted, NULL);
}

static void test_moved(void **state)
{
	(void)state;
	in_child(pivoted, "no pivot");
}

/*
 * Whether a user namespace that is made here gets a new procfs; the kernel asks for one in sight.
 */
static bool user_namespace_gets_procfs(const char *where)
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0);
		test_tree_enter_pid_namespace();
		_exit(mount("proc", where, "proc", 0, NULL) == 0 ? 0 : 2);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status) == 0;
}

/* With --no-pivot the host's mounts are still there, below: not one may be of use. */
static void hidden(const void *argument)
{
	struct rootfs rootfs;

	(void)argument;
	test_tree_enter_as_root();
	CHECK(mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == 0);
	CHECK(mount("tmpfs", tree.outside, "tmpfs", 0, NULL) == 0);
	CHECK(chdir(tree.outside) == 0 && mkdir("odd name", 0755) == 0);
	CHECK(mount("proc", "odd name", "proc", 0, NULL) == 0);
	if (!user_namespace_gets_procfs("/proc"))
		SKIP_IN_CHILD("a user namespace gets no procfs on this machine");
	attach(&rootfs, tree.rootfs);
	must_pivot(&rootfs, true);
	CHECK(access("/etc/mine", F_OK) == 0 && access(tree.top, F_OK) < 0);
	CHECK(!user_namespace_gets_procfs("/proc"));
	rootfs_close(&rootfs);
}

static void test_hidden(void **state)
{
	(void)state;
	in_child(hidden, NULL);
}

static void refused(const void *argument)
{
	struct rootfs rootfs = { .fd = -1 };
	char file[128];
	struct error err;

	(void)argument;
	test_tree_enter_user_namespace();
	snprintf(file, sizeof(file), "%s/etc/mine", tree.rootfs);
	CHECK(rootfs_open("/no/such/rootfs", &err) == -1);
	CHECK_TEXT(err, "root.path: '/no/such/rootfs': No such file or directory");
	CHECK(rootfs_open(file, &err) == -1);
	CHECK_TEXT(err, "/etc/mine': Not a directory");
	CHECK(rootfs_attach(&rootfs, rootfs_open(tree.rootfs, &err), "/no/such", 0, &err) == -1);
	CHECK_TEXT(err, "root.path: '/no/such': No such file or directory");
	CHECK(rootfs.fd == -1);
	rootfs_close(&rootfs);
}

static void test_refused(void **state)
{
	(void)state;
	in_child(refused, NULL);
}

static void must_mask(struct rootfs *rootfs, const char *path)
{
	struct error err;

	if (rootfs_mask_path(rootfs, path, &err) == 0)
		return;
	dprintf(STDERR_FILENO, "%s\n", err.text);
	_exit(1);
}

static void masked(const void *argument)
{
	struct rootfs rootfs;
	struct error err;
	struct statvfs st;
	char text[8];

	(void)argument;
	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	must_mount(&rootfs, "proc", "proc", "/proc", NULL);
	must_mount(&rootfs, "tmpfs", "tmpfs", "/etc/sub", NULL);
	CHECK(rootfs_make_device(&rootfs, &rootfs_default_devices[0], true, &err) == 0);
	must_pivot(&rootfs, false);
	must_mask(&rootfs, "/proc/kcore");
	must_mask(&rootfs, "/proc/version");
	must_mask(&rootfs, "/secret");
	must_mask(&rootfs, "/link");
	must_mask(&rootfs, "/no/such");
	must_mask(&rootfs, "/proc/version/no");
	CHECK(io_read_small(AT_FDCWD, "/proc/version", text, sizeof(text)) == 0);
	CHECK(access("/secret/file", F_OK) < 0 && errno == ENOENT);
	CHECK(access("/linked/file", F_OK) < 0 && errno == ENOENT);
	check_write("/secret/new", EROFS);
	CHECK(statvfs("/secret", &st) == 0);
	CHECK((st.f_flag & (ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC)) ==
		(ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC));
	CHECK(rootfs_readonly_path(&rootfs, "/etc", &err) == 0);
	CHECK(rootfs_readonly_path(&rootfs, "/no/such", &err) == 0);
	check_write("/etc/new", EROFS);
	check_write("/etc/sub/new", 0);
	check_write("/new", 0);
	CHECK(rootfs_set_readonly(&rootfs, &err) == 0);
	check_write("/newer", EROFS);
	check_write("/etc/sub/newer", 0);
	rootfs_close(&rootfs);
}

static void test_masked(void **state)
{
	(void)state;
	test_tree_directory(&tree, "secret");
	test_tree_file(&tree, "secret/file", "x");
	test_tree_directory(&tree, "linked");
	test_tree_file(&tree, "linked/file", "x");
	test_tree_link(&tree, "/linked", "link");
	test_tree_directory(&tree, "etc/sub");
	in_child(masked, NULL);
}

/*
 * Somebody else, in whose mount namespace nothing is mounted there, gives names to other directories when he is told
 * to by a byte; the byte comes back.
 */
static void swap_in_rootfs(int told)
{
	static const char *const names[] = { "proc", "dev" };
	char from[PATH_MAX], to[PATH_MAX], byte;

	CHECK(unshare(CLONE_NEWNS) == 0 && write(told, "", 1) == 1 && read(told, &byte, 1) == 1);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		snprintf(from, sizeof(from), "%s/%s", tree.rootfs, names[i]);
		snprintf(to, sizeof(to), "%s/%s.gone", tree.rootfs, names[i]);
		CHECK(rename(from, to) == 0 && mkdir(from, 0755) == 0);
	}
	CHECK(write(told, "", 1) == 1);
	_exit(0);
}

static void swapped(const void *argument)
{
	struct rootfs rootfs;
	struct error err;
	char text[8], byte;
	int pair[2];
	pid_t other;

	(void)argument;
	test_tree_enter_user_namespace();
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	other = fork();
	if (other == 0)
		swap_in_rootfs(pair[1]);
	CHECK(other > 0 && read(pair[0], &byte, 1) == 1);
	attach(&rootfs, tree.rootfs);
	must_mount(&rootfs, "proc", "proc", "/proc", NULL);
	must_mount(&rootfs, "tmpfs", "tmpfs", "/dev", NULL);
	CHECK(rootfs_make_device(&rootfs, &rootfs_default_devices[0], true, &err) == 0);
	must_pivot(&rootfs, false);
	CHECK(write(pair[0], "", 1) == 1 && read(pair[0], &byte, 1) == 1);
	CHECK(waitpid(other, NULL, 0) == other);
	CHECK(access("/proc/version", F_OK) < 0 && access("/dev/null", F_OK) < 0);
	must_mask(&rootfs, "/proc/version");
	CHECK(rootfs_readonly_path(&rootfs, "/proc/sys", &err) == 0);
	CHECK(io_read_small(AT_FDCWD, "/proc.gone/version", text, sizeof(text)) == 0);
	CHECK(access("/proc.gone/sys/kernel/hostname", W_OK) < 0 && errno == EROFS);
	/* Below what was mounted, and not in the directory that has its name now. */
	must_mount(&rootfs, "tmpfs", "tmpfs", "/dev/shm", NULL);
	CHECK(access("/dev.gone/shm", F_OK) == 0 && access("/dev/shm", F_OK) < 0);
	/* But a bind mount is the image's or the host's: its links lead where they say. */
	must_mount(&rootfs, "bind", "/", "/bound", OPTIONS("bind"));
	must_mount(&rootfs, "tmpfs", "tmpfs", "/bound/link", NULL);
	check_write("/linked/new", 0);
	CHECK(access("/bound/linked/new", F_OK) < 0);
	rootfs_close(&rootfs);
}

static void test_swapped(void **state)
{
	(void)state;
	test_tree_directory(&tree, "bound");
	test_tree_directory(&tree, "linked");
	test_tree_link(&tree, "/linked", "link");
	in_child(swapped, NULL);
}

/* An image whose /dev/null is something else must not make that the mask. */
static void false_null(const void *argument)
{
	struct rootfs rootfs;
	struct error err;
	struct stat st;

	(void)argument;
	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	must_pivot(&rootfs, false);
	CHECK(rootfs_mask_path(&rootfs, "/etc/mine", &err) == -1);
	CHECK_TEXT(err, "'/etc/mine': /dev/null is not the null device");
	CHECK(stat("/etc/mine", &st) == 0 && st.st_size == 1);
	CHECK(unlink("/dev/null") == 0);
	CHECK(rootfs_mask_path(&rootfs, "/etc/mine", &err) == -1);
	CHECK_TEXT(err, "'/etc/mine': /dev/null: No such file or directory");
	rootfs_close(&rootfs);
}

static void test_false_null(void **state)
{
	(void)state;
	test_tree_directory(&tree, "dev");
	test_tree_link(&tree, "/proc/sysrq-trigger", "dev/null");
	in_child(false_null, NULL);
}

static void test_null_is_a_file(void **state)
{
	(void)state;
	test_tree_directory(&tree, "dev");
	test_tree_file(&tree, "dev/null", "");
	in_child(false_null, NULL);
}

/* In a child of a "host" whose mounts are shared: what the container mounts must not show there. */
static void contained(const void *argument)
{
	const uint64_t *propagation = argument;
	struct rootfs rootfs = { .fd = -1 };
	struct error err;
	int status, tree_fd;
	size_t before;
	pid_t pid;

	test_tree_enter_user_namespace();
	CHECK(mount(tree.top, tree.top, NULL, MS_BIND, NULL) == 0);
	CHECK(mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL) == 0);
	tree_fd = rootfs_open(tree.rootfs, &err);
	CHECK(tree_fd >= 0);
	before = count_mounts("\n");
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(unshare(CLONE_NEWNS) == 0);
		if (rootfs_attach(&rootfs, tree_fd, tree.rootfs, *propagation, &err) < 0)
			dprintf(STDERR_FILENO, "%s\n", err.text);
		CHECK(rootfs.fd >= 0);
		must_mount(&rootfs, "tmpfs", "tmpfs", "/visible", NULL);
		must_pivot(&rootfs, false);
		must_mount(&rootfs, "tmpfs", "tmpfs", "/later", NULL);
		if (*propagation)
			CHECK(rootfs_set_propagation(&rootfs, *propagation, &err) == 0);
		_exit(0);
	}
	close(tree_fd);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(status == 0);
	CHECK(count_mounts("/visible") == 0 && count_mounts("/later") == 0);
	CHECK(count_mounts("\n") == before && access("/proc/self/status", F_OK) == 0);
}

static void test_contained(void **state)
{
	static const uint64_t propagations[] = { 0, MS_SLAVE | MS_REC, MS_PRIVATE | MS_REC,
		MS_SHARED | MS_REC, MS_UNBINDABLE | MS_REC, MS_PRIVATE, MS_SHARED };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(propagations); i++)
		in_child(contained, &propagations[i]);
}

/* The propagation that a bind mount without an option has: from the host, and never back. */
static void bind_is_slave(const void *argument)
{
	char shared[128], below[160];
	struct rootfs rootfs = { .fd = -1 };
	struct mount_request request = {
		.source = shared,
		.destination = "/b",
		.options.bind = true,
		.options.bind_recursive = true,
		.idmap_userns_fd = -1,
		.where = "mounts[0]",
	};
	struct error err;
	int fd;

	(void)argument;
	test_tree_enter_user_namespace();
	snprintf(shared, sizeof(shared), "%s/etc", tree.rootfs);
	snprintf(below, sizeof(below), "%s/sub", shared);
	CHECK(mount("tmpfs", shared, "tmpfs", 0, NULL) == 0 && mkdir(below, 0755) == 0);
	CHECK(mount(NULL, shared, NULL, MS_SHARED, NULL) == 0);
	fd = mount_open_bind(&request, &err);
	CHECK(fd >= 0);
	/* Not the namespace of a container, so that the source stays shared. */
	rootfs.fd = open(tree.rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(rootfs_mount(&rootfs, &request, fd, &err) == 0);
	CHECK(mount("tmpfs", below, "tmpfs", 0, NULL) == 0);
	CHECK(count_mounts("/b/sub") == 1);
	CHECK(umount2(below, 0) == 0);
	CHECK(count_mounts("/b/sub") == 0);
	snprintf(shared, sizeof(shared), "%s/b/sub", tree.rootfs);
	CHECK(mount("tmpfs", shared, "tmpfs", 0, NULL) == 0);
	CHECK(count_mounts("/etc/sub") == 0);
	close(rootfs.fd);
}

static void test_bind_is_slave(void **state)
{
	(void)state;
	in_child(bind_is_slave, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pivoted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_moved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hidden, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_masked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_swapped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_false_null, setup, teardown),
		cmocka_unit_test_setup_teardown(test_null_is_a_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_contained, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bind_is_slave, setup, teardown),
	};

	return cmocka_run_group_tests_name("rootfs", tests, NULL, NULL);
}
