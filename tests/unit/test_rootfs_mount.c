/* SPDX-License-Identifier: Apache-2.0 */
/* linux/rootfs_mount: mounts for real, in a user namespace, into trees that are hostile. */
#include "test_rootfs.h"

#include <linux/magic.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

static struct test_tree tree;

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

static unsigned long flags_of(const struct rootfs *rootfs, const char *name)
{
	struct statvfs st;
	cleanup_close int fd = path_open_in_root(rootfs->fd, name, O_PATH);

	CHECK(fd >= 0 && fstatvfs(fd, &st) == 0);
	return st.f_flag;
}

static long type_of(const struct rootfs *rootfs, const char *name)
{
	struct statfs st;
	cleanup_close int fd = path_open_in_root(rootfs->fd, name, O_PATH);

	CHECK(fd >= 0 && fstatfs(fd, &st) == 0);
	return (long)st.f_type;
}

static void filesystems(const void *argument)
{
	struct rootfs rootfs;

	(void)argument;
	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	must_mount(&rootfs, "tmpfs", "tmpfs", "/dev",
		OPTIONS("nosuid", "strictatime", "mode=755", "size=65536k"));
	CHECK(type_of(&rootfs, "dev") == TMPFS_MAGIC);
	CHECK(flags_of(&rootfs, "dev") & ST_NOSUID);
	CHECK(!(flags_of(&rootfs, "dev") & (ST_RELATIME | ST_NODEV)));
	/* gid=5 has no meaning in a namespace with one id. */
	must_mount(&rootfs, "devpts", "devpts", "/dev/pts",
		OPTIONS("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"));
	CHECK(type_of(&rootfs, "dev/pts") == DEVPTS_SUPER_MAGIC);
	CHECK(flags_of(&rootfs, "dev/pts") & ST_NOEXEC);
	/* Neither is ours to make here: this PID and this network namespace are the host's. */
	must_mount(&rootfs, "proc", "proc", "/proc", OPTIONS("nosuid", "noexec", "nodev"));
	CHECK(type_of(&rootfs, "proc") == PROC_SUPER_MAGIC);
	CHECK(flags_of(&rootfs, "proc") & ST_NOEXEC);
	must_mount(&rootfs, "sysfs", "sysfs", "/sys", OPTIONS("nosuid", "noexec", "nodev", "ro"));
	CHECK(type_of(&rootfs, "sys") == SYSFS_MAGIC);
	CHECK(flags_of(&rootfs, "sys") & ST_RDONLY);
	rootfs_close(&rootfs);
}

static void test_filesystems(void **state)
{
	(void)state;
	in_child(filesystems, NULL);
}

static void own_procfs(const void *argument)
{
	struct rootfs rootfs;
	char link[32] = "";

	(void)argument;
	test_tree_enter_user_namespace();
	test_tree_enter_pid_namespace();
	attach(&rootfs, tree.rootfs);
	must_mount(&rootfs, "proc", "proc", "/proc", OPTIONS("nosuid", "noexec", "nodev"));
	CHECK(readlinkat(rootfs.fd, "proc/self", link, sizeof(link) - 1) == 1);
	CHECK(link[0] == '1');
	must_mount(&rootfs, "tmpfs", NULL, "/t", NULL);
	rootfs_close(&rootfs);
}

static void test_own_procfs(void **state)
{
	(void)state;
	in_child(own_procfs, NULL);
}

/* With parts of /proc covered a user namespace gets no new one, and not another's instead. */
static void procfs_refused(const void *argument)
{
	struct rootfs rootfs;

	(void)argument;
	test_tree_enter_user_namespace();
	CHECK(mount("tmpfs", "/proc/sys", "tmpfs", 0, NULL) == 0);
	test_tree_enter_user_namespace();
	test_tree_enter_pid_namespace();
	attach(&rootfs, tree.rootfs);
	must_refuse(&rootfs, "proc", "proc", "/proc", NULL, "fully visible");
	rootfs_close(&rootfs);
}

static void test_procfs_refused(void **state)
{
	(void)state;
	in_child(procfs_refused, NULL);
}

static void refused_filesystems(const void *argument)
{
	struct rootfs rootfs;

	(void)argument;
	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	must_refuse(&rootfs, "nosuchfs", NULL, "/t", NULL,
		"mounts[3].type: this kernel has no filesystem 'nosuchfs'");
	must_refuse(&rootfs, NULL, "x", "/t", NULL, "mounts[3].type: needed");
	must_refuse(&rootfs, "tmpfs", NULL, "/t", OPTIONS("size=lots"),
		"mounts[3].options: 'size=lots': ");
	must_refuse(&rootfs, "tmpfs", NULL, "/t", OPTIONS("nosuchthing"), "'nosuchthing': ");
	must_refuse(&rootfs, "tmpfs", NULL, "/t", OPTIONS("nosuchthing"), "tmpfs: Unknown");
	must_refuse(&rootfs, "tmpfs", NULL, "/", NULL,
		"mounts[3].destination: '/' is the place of root.path");
	must_refuse(&rootfs, "tmpfs", NULL, "/a/../..", NULL, "is the place of root.path");
	must_refuse(&rootfs, "proc", NULL, "/proc", OPTIONS("tmpcopyup"), "needs the type tmpfs");
	must_refuse(&rootfs, "tmpfs", NULL, "/t", OPTIONS("idmap"), "only a bind mount");
	must_refuse(&rootfs, "bind", "/", "/t", OPTIONS("rbind", "idmap"), "needs id mappings");
	must_refuse(&rootfs, NULL, NULL, "/t", OPTIONS("remount", "ro"), "No such file");
	must_refuse(&rootfs, NULL, "/no/such", "/t", OPTIONS("rbind"),
		"mounts[3].source: '/no/such': No such file or directory");
	CHECK(faccessat(rootfs.fd, "t", F_OK, 0) < 0);
	rootfs_close(&rootfs);
}

static void test_refused_filesystems(void **state)
{
	(void)state;
	in_child(refused_filesystems, NULL);
}

static void binds(const void *argument)
{
	char source[128], file[128], below[128];
	struct rootfs rootfs;

	(void)argument;
	test_tree_enter_user_namespace();
	snprintf(source, sizeof(source), "%s/source", tree.rootfs);
	snprintf(file, sizeof(file), "%s/source/file", tree.rootfs);
	snprintf(below, sizeof(below), "%s/source/sub", tree.rootfs);
	/* A mount below the source, to tell "ro" from "rro". */
	CHECK(mount("tmpfs", below, "tmpfs", 0, NULL) == 0);
	attach(&rootfs, tree.rootfs);
	must_mount(&rootfs, NULL, file, "/etc/made/file", OPTIONS("bind", "ro"));
	CHECK(flags_of(&rootfs, "etc/made/file") & ST_RDONLY);
	must_mount(&rootfs, "bind", source, "/top", OPTIONS("rbind", "ro", "nosuid"));
	CHECK((flags_of(&rootfs, "top") & (ST_RDONLY | ST_NOSUID)) == (ST_RDONLY | ST_NOSUID));
	CHECK(!(flags_of(&rootfs, "top/sub") & ST_RDONLY));
	must_mount(&rootfs, "bind", source, "/all", OPTIONS("rbind", "rro", "size=ignored"));
	CHECK(flags_of(&rootfs, "all") & ST_RDONLY);
	CHECK(flags_of(&rootfs, "all/sub") & ST_RDONLY);
	must_mount(&rootfs, NULL, NULL, "/top", OPTIONS("remount", "bind", "rw", "nodev"));
	CHECK((flags_of(&rootfs, "top") & (ST_RDONLY | ST_NODEV | ST_NOSUID)) ==
		(ST_NODEV | ST_NOSUID));
	must_refuse(&rootfs, NULL, file, "/source", OPTIONS("bind"),
		"mounts[3].destination: '/source' is a directory, and the source is not");
	must_refuse(&rootfs, NULL, source, "/source/file", OPTIONS("rbind"), "Not a directory");
	must_refuse(&rootfs, NULL, NULL, "/source/file", OPTIONS("remount", "ro"), "mount point");
	rootfs_close(&rootfs);
}

static void test_binds(void **state)
{
	(void)state;
	test_tree_directory(&tree, "source");
	test_tree_directory(&tree, "source/sub");
	test_tree_file(&tree, "source/file", "x");
	in_child(binds, NULL);
}

/* What a user namespace has locked stays, though "rw" and "dev" ask for its end. */
static void locked(const void *argument)
{
	char source[128];
	struct rootfs rootfs;

	(void)argument;
	test_tree_enter_user_namespace();
	snprintf(source, sizeof(source), "%s/source", tree.rootfs);
	CHECK(mount("tmpfs", source, "tmpfs", MS_RDONLY | MS_NODEV | MS_NOATIME, NULL) == 0);
	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	must_mount(
		&rootfs, NULL, source, "/b", OPTIONS("rbind", "rw", "dev", "noexec", "relatime"));
	CHECK((flags_of(&rootfs, "b") & (ST_RDONLY | ST_NODEV | ST_NOEXEC | ST_NOATIME)) ==
		(ST_RDONLY | ST_NODEV | ST_NOEXEC | ST_NOATIME));
	rootfs_close(&rootfs);
}

static void test_locked(void **state)
{
	(void)state;
	test_tree_directory(&tree, "source");
	in_child(locked, NULL);
}

static void hostile_destinations(const void *argument)
{
	struct rootfs rootfs;
	struct stat st;

	(void)argument;
	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	/* Links out of the root end inside it. */
	must_mount(&rootfs, "tmpfs", NULL, "/absolute/x", NULL);
	must_mount(&rootfs, "tmpfs", NULL, "/up/x", NULL);
	must_mount(&rootfs, "bind", "/proc/version", "/dangling", OPTIONS("bind"));
	CHECK(type_of(&rootfs, "elsewhere/new") == PROC_SUPER_MAGIC);
	must_refuse(&rootfs, "tmpfs", NULL, "/loop/x", NULL, "Too many levels");
	CHECK(stat(tree.outside, &st) == 0 && st.st_nlink <= 2);
	rootfs_close(&rootfs);
}

static void test_hostile_destinations(void **state)
{
	(void)state;
	test_tree_link(&tree, tree.outside, "absolute");
	test_tree_link(&tree, "../../../../outside", "up");
	test_tree_link(&tree, "../../elsewhere/new", "dangling");
	test_tree_link(&tree, "loop", "loop");
	in_child(hostile_destinations, NULL);
}

static void linked_proc(const void *argument)
{
	struct rootfs rootfs;

	(void)argument;
	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	must_refuse(
		&rootfs, "proc", "proc", "/proc", NULL, "mounts[3].destination: '/proc': Not a");
	must_refuse(&rootfs, "proc", "proc", "//./proc/", NULL, "'//./proc/': Not a directory");
	must_refuse(
		&rootfs, "sysfs", "sysfs", "/sys", NULL, "mounts[3].destination: '/sys': Not a");
	rootfs_close(&rootfs);
}

static void test_linked_proc(void **state)
{
	(void)state;
	test_tree_directory(&tree, "real");
	test_tree_link(&tree, "real", "proc");
	test_tree_link(&tree, "/proc", "sys");
	in_child(linked_proc, NULL);
}

static void into_proc(const void *argument)
{
	struct rootfs rootfs;

	(void)argument;
	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	must_refuse(&rootfs, "tmpfs", NULL, "/proc", NULL, "'/proc' takes only a procfs");
	must_refuse(&rootfs, NULL, "/proc/sys", "/proc", OPTIONS("rbind"), "takes only a procfs");
	must_refuse(&rootfs, NULL, "/etc/passwd", "/proc/uptime", OPTIONS("bind"), "No such file");
	must_mount(&rootfs, NULL, "/proc", "/proc", OPTIONS("rbind"));
	must_mount(&rootfs, NULL, "/etc/passwd", "/proc/uptime", OPTIONS("bind"));
	must_refuse(&rootfs, NULL, "/etc/passwd", "/proc/self/attr/exec", OPTIONS("bind"),
		"'/proc/self/attr/exec' is inside /proc");
	must_refuse(&rootfs, "tmpfs", NULL, "/x/../proc/self", NULL, "is inside /proc");
	must_refuse(&rootfs, "tmpfs", NULL, "/to_proc/self", NULL, "leads into a procfs");
	must_refuse(&rootfs, "tmpfs", NULL, "/to_proc", NULL, "leads into a procfs");
	must_refuse(
		&rootfs, NULL, "/etc/passwd", "/to_comm", OPTIONS("bind"), "leads into a procfs");
	/* A second procfs over the first hides nothing. */
	must_mount(&rootfs, NULL, "/proc", "/proc", OPTIONS("rbind"));
	rootfs_close(&rootfs);
}

static void test_into_proc(void **state)
{
	(void)state;
	test_tree_link(&tree, "/proc", "to_proc");
	test_tree_link(&tree, "proc/self/comm", "to_comm");
	in_child(into_proc, NULL);
}

static void copied_up(const void *argument)
{
	struct rootfs rootfs;
	char text[32];
	struct stat st;

	(void)argument;
	test_tree_enter_user_namespace();
	attach(&rootfs, tree.rootfs);
	must_mount(&rootfs, "tmpfs", "tmpfs", "/run", OPTIONS("nosuid", "tmpcopyup", "ro"));
	CHECK(type_of(&rootfs, "run") == TMPFS_MAGIC);
	CHECK(flags_of(&rootfs, "run") & ST_RDONLY);
	CHECK(fstatat(rootfs.fd, "run", &st, 0) == 0 && (st.st_mode & 07777) == 0755);
	CHECK(fstatat(rootfs.fd, "run/sub/file", &st, 0) == 0 && (st.st_mode & 07777) == 04644);
	CHECK(io_read_small(rootfs.fd, "run/sub/file", text, sizeof(text)) == 7);
	CHECK(strcmp(text, "content") == 0);
	CHECK(fstatat(rootfs.fd, "run/link", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode));
	CHECK(fstatat(rootfs.fd, "run/fifo", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISFIFO(st.st_mode));
	/* Without a mode a tmpfs looks like what it covers, with one as it is told. */
	must_mount(&rootfs, "tmpfs", "tmpfs", "/tmp", NULL);
	CHECK(fstatat(rootfs.fd, "tmp", &st, 0) == 0 && (st.st_mode & 07777) == 0711);
	must_mount(&rootfs, "tmpfs", "tmpfs", "/tmp", OPTIONS("tmpcopyup", "mode=700"));
	CHECK(fstatat(rootfs.fd, "tmp", &st, 0) == 0 && (st.st_mode & 07777) == 0700);
	must_mount(&rootfs, "tmpfs", "tmpfs", "/new", NULL);
	CHECK(fstatat(rootfs.fd, "new", &st, 0) == 0 && (st.st_mode & 07777) == 01777);
	must_refuse(&rootfs, "tmpfs", "tmpfs", "/deep", OPTIONS("tmpcopyup"), "Too many levels");
	must_refuse(&rootfs, "tmpfs", "tmpfs", "/run2", OPTIONS("tmpcopyup", "size=4k"),
		"mounts[3]: tmpcopyup of 'big': No space left on device");
	rootfs_close(&rootfs);
}

static void test_copied_up(void **state)
{
	char path[512];
	size_t length;

	(void)state;
	test_tree_directory(&tree, "run");
	test_tree_directory(&tree, "run/sub");
	test_tree_directory(&tree, "run2");
	test_tree_directory(&tree, "tmp");
	test_tree_directory(&tree, "deep");
	test_tree_file(&tree, "run/sub/file", "content");
	test_tree_link(&tree, "/etc/shadow", "run/link");
	snprintf(path, sizeof(path), "%s/run/fifo", tree.rootfs);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/run/sub/file", tree.rootfs);
	assert_int_equal(chmod(path, 04644), 0);
	snprintf(path, sizeof(path), "%s/tmp", tree.rootfs);
	assert_int_equal(chmod(path, 0711), 0);
	test_tree_file(&tree, "run2/big", "");
	snprintf(path, sizeof(path), "%s/run2/big", tree.rootfs);
	assert_int_equal(truncate(path, 100000), 0);
	length = (size_t)snprintf(path, sizeof(path), "%s/deep", tree.rootfs);
	for (int depth = 0; depth < 130; depth++) {
		length += (size_t)snprintf(path + length, sizeof(path) - length, "/d");
		assert_int_equal(mkdir(path, 0755), 0);
	}
	in_child(copied_up, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_filesystems, setup, teardown),
		cmocka_unit_test_setup_teardown(test_own_procfs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_procfs_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused_filesystems, setup, teardown),
		cmocka_unit_test_setup_teardown(test_binds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_locked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_destinations, setup, teardown),
		cmocka_unit_test_setup_teardown(test_linked_proc, setup, teardown),
		cmocka_unit_test_setup_teardown(test_into_proc, setup, teardown),
		cmocka_unit_test_setup_teardown(test_copied_up, setup, teardown),
	};

	return cmocka_run_group_tests_name("rootfs_mount", tests, NULL, NULL);
}
