/* SPDX-License-Identifier: Apache-2.0 */
/* linux/procfs: files that are over-mounted are refused, names are names, start times are true. */
#include "test_tree.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/text.h"
#include "linux/process.h"
#include "linux/procfs.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static void test_open_and_read(void **state)
{
	struct error err;
	cleanup_close int proc = procfs_open(&err);

	(void)state;
	assert_true(proc >= 0);
	for (int walk = 0; walk < 2; walk++) {
		cleanup_close int status = -1;

		path_without_openat2 = walk;
		status = procfs_open_file(proc, "self/status", O_RDONLY);
		assert_true(status >= 0);
		assert_true(procfs_open_file(proc, "self/exe", O_RDONLY) < 0);
		assert_int_equal(procfs_open_file(proc, "no/such", O_RDONLY), -ENOENT);
	}
	path_without_openat2 = false;
}

static void test_write(void **state)
{
	struct error err;
	cleanup_close int proc = procfs_open(&err);
	char comm[32];

	(void)state;
	assert_true(proc >= 0);
	assert_int_equal(procfs_write(proc, "self/comm", "renamed"), 0);
	assert_true(io_read_small(AT_FDCWD, "/proc/self/comm", comm, sizeof(comm)) > 0);
	assert_string_equal(comm, "renamed\n");
	assert_int_equal(procfs_write(proc, "self/no_such", "x"), -ENOENT);
}

static void over_mounted(const void *argument)
{
	cleanup_close int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char path[64];

	(void)argument;
	test_tree_enter_user_namespace();
	cleanup_fd(&proc);
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/comm", getpid());
	CHECK(mount("/proc/version", path, NULL, MS_BIND, NULL) == 0);
	for (int walk = 0; walk < 2; walk++) {
		path_without_openat2 = walk;
		CHECK(procfs_open_file(proc, "self/comm", O_RDONLY) == -EXDEV);
		CHECK(procfs_write(proc, "self/comm", "x") == -EXDEV);
	}
}

static void test_over_mounted(void **state)
{
	(void)state;
	in_child(over_mounted, NULL);
}

/* Not even the root of it is taken on trust. */
static void faked(const void *argument)
{
	struct error err;

	(void)argument;
	test_tree_enter_user_namespace();
	CHECK(mount("tmpfs", "/proc", "tmpfs", 0, NULL) == 0);
	CHECK(procfs_open(&err) == -1);
	CHECK_TEXT(err, "/proc is not a procfs");
}

static void test_faked(void **state)
{
	(void)state;
	in_child(faked, NULL);
}

static const struct {
	const char *key, *path; /* below the stand-in for a procfs; NULL: refused */
} sysctls[] = {
	{ "net.ipv4.ip_forward", "sys/net/ipv4/ip_forward" },
	{ "net/ipv4/ip_forward", "sys/net/ipv4/ip_forward" },
	{ "net.ipv4.conf.eth0/1.x", "sys/net/ipv4/conf/eth0.1/x" },
	{ "net/ipv4/conf/eth0.1/x", "sys/net/ipv4/conf/eth0.1/x" },
	{ "plain", "sys/plain" },
	{ "", NULL },
	{ "..", NULL },
	{ "../secret", NULL },
	{ "net/../../secret", NULL },
	{ "net..ipv4", NULL },
	{ ".net", NULL },
	{ "net.", NULL },
	{ "/net/x", NULL },
	{ "net.//.secret", NULL },
};

static void test_sysctl_names(void **state)
{
	static const char *const directories[] = { "sys", "sys/net", "sys/net/ipv4",
		"sys/net/ipv4/conf", "sys/net/ipv4/conf/eth0.1" };
	static const char *const files[] = { "secret", "sys/plain", "sys/net/ipv4/ip_forward",
		"sys/net/ipv4/conf/eth0.1/x" };
	cleanup_close int root = -1;
	struct test_tree tree;
	struct error err;

	(void)state;
	test_tree_make(&tree);
	for (size_t i = 0; i < ARRAY_LENGTH(directories); i++)
		test_tree_directory(&tree, directories[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
		test_tree_file(&tree, files[i], "");
	root = open(tree.rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_LENGTH(sysctls); i++) {
		int result = procfs_write_sysctl(root, sysctls[i].key, sysctls[i].key, &err);
		char content[64];

		assert_int_equal(result, sysctls[i].path ? 0 : -1);
		if (!sysctls[i].path)
			continue;
		assert_true(io_read_small(root, sysctls[i].path, content, sizeof(content)) > 0);
		assert_string_equal(content, sysctls[i].key);
	}
	assert_int_equal(procfs_write_sysctl(root, "net.missing", "1", &err), -1);
	assert_string_equal(err.text,
		"linux.sysctl: 'net.missing' cannot be set to '1': No such file or directory");
	assert_int_equal(io_read_small(root, "secret", err.text, sizeof(err.text)), 0);
	cleanup_fd(&root);
	test_tree_remove(&tree);
}

/* A name made to look like the rest of the line. */
static void test_stat_of_odd_name(void **state)
{
	unsigned long long before, after;

	(void)state;
	assert_int_equal(procfs_start_time(getpid(), &before), 0);
	assert_int_equal(prctl(PR_SET_NAME, ") Z 1 (x) Z 2"), 0);
	assert_int_equal(procfs_start_time(getpid(), &after), 0);
	assert_true(before > 0 && before == after);
	assert_int_equal(prctl(PR_SET_NAME, "test_procfs"), 0);
}

static void test_stat_of_zombie(void **state)
{
	unsigned long long ticks;
	siginfo_t info;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(0);
	assert_true(pid > 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(procfs_start_time(pid, &ticks), 0);
	assert_true(procfs_has_ended(pid));
	assert_false(procfs_has_ended(getpid()));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(procfs_start_time(pid, &ticks), -ESRCH);
	assert_true(procfs_has_ended(pid));
}

struct shifted {
	const char *offsets;
	pid_t pid;
	unsigned long long ticks;
};

/* Seen from a time namespace, the parent started when it did. */
static void start_time_shifted(const void *argument)
{
	const struct shifted *shifted = argument;
	unsigned long long seen;
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWUSER | CLONE_NEWTIME) < 0)
		SKIP_IN_CHILD("time namespaces are not to be had here");
	CHECK(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
	if (io_write_control(AT_FDCWD, "/proc/self/timens_offsets", shifted->offsets) < 0)
		SKIP_IN_CHILD("this offset is out of what the uptime allows");
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(procfs_start_time(shifted->pid, &seen) == 0);
		CHECK(procfs_same_start_time(seen, shifted->ticks));
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(status == 0);
}

static void test_start_time_shifted(void **state)
{
	/* The last is an offset with which the parent has started before zero. */
	static const char *const offsets[] = { "boottime 86400 0", "boottime 1000000 123456789",
		"boottime -1 500000000", "boottime 2147483647 999999999", NULL };
	struct shifted shifted = { .pid = getpid() };

	(void)state;
	assert_int_equal(procfs_start_time(shifted.pid, &shifted.ticks), 0);
	for (size_t i = 0; offsets[i]; i++) {
		shifted.offsets = offsets[i];
		in_child(start_time_shifted, &shifted);
	}
}

/* The clock of the namespace reads 0 now: everybody else started before. */
static void test_start_time_before_zero(void **state)
{
	struct shifted shifted = { .pid = getpid() };
	struct timespec now;
	char offset[64];

	(void)state;
	assert_int_equal(procfs_start_time(shifted.pid, &shifted.ticks), 0);
	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &now), 0);
	snprintf(offset, sizeof(offset), "boottime -%lld 0", (long long)now.tv_sec);
	shifted.offsets = offset;
	in_child(start_time_shifted, &shifted);
}

static void test_same_start_time(void **state)
{
	(void)state;
	assert_true(procfs_same_start_time(7, 7));
	assert_true(procfs_same_start_time(7, 8));
	assert_true(procfs_same_start_time(8, 7));
	assert_false(procfs_same_start_time(7, 9));
	assert_false(procfs_same_start_time(0, ~0ULL));
}

/* Whoever is taken for a descendant may be killed: one that is gone, or whose parent is, proves nothing. */
static void a_descendant_is_proven(void **state)
{
	pid_t child = fork(), other;

	(void)state;
	if (child == 0) {
		pause();
		_exit(0);
	}
	other = fork();
	if (other == 0)
		_exit(0);
	assert_int_equal(waitpid(other, NULL, 0), other);
	assert_int_equal(process_descends_from(child, getpid()), 1);
	assert_int_equal(process_descends_from(getpid(), getpid()), 1);
	assert_int_equal(process_descends_from(getpid(), child), 0);
	assert_int_equal(process_descends_from(other, getpid()), -ESRCH);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

struct alive {
	pid_t pid;
	unsigned long long ticks;
};

static void open_without_proc(const void *argument)
{
	const struct alive *alive = argument;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ||
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("none", "/proc", "tmpfs", 0, NULL) < 0)
		SKIP_IN_CHILD("/proc cannot be covered here");
	CHECK(process_open(alive->pid, alive->ticks) == -ENOENT);
}

static void open_without_descriptors(const void *argument)
{
	const struct alive *alive = argument;
	struct rlimit limit = { 0 };

	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(process_open(alive->pid, alive->ticks) == -EMFILE);
}

/* -ESRCH is a word about the process; what keeps us from looking at it is none. */
static void test_process_open_has_three_answers(void **state)
{
	struct alive alive = { .pid = getpid() };
	int fd, status;
	pid_t ended = fork();

	(void)state;
	if (ended == 0)
		_exit(0);
	assert_int_equal(waitpid(ended, &status, 0), ended);
	assert_int_equal(procfs_start_time(alive.pid, &alive.ticks), 0);
	fd = process_open(alive.pid, alive.ticks);
	assert_true(fd >= 0);
	cleanup_fd(&fd);
	assert_int_equal(process_open(alive.pid, alive.ticks + 2), -ESRCH);
	assert_int_equal(process_open(ended, alive.ticks), -ESRCH);
	in_child(open_without_proc, &alive);
	in_child(open_without_descriptors, &alive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_descendant_is_proven),
		cmocka_unit_test(test_open_and_read),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_over_mounted),
		cmocka_unit_test(test_faked),
		cmocka_unit_test(test_sysctl_names),
		cmocka_unit_test(test_stat_of_odd_name),
		cmocka_unit_test(test_stat_of_zombie),
		cmocka_unit_test(test_start_time_shifted),
		cmocka_unit_test(test_start_time_before_zero),
		cmocka_unit_test(test_same_start_time),
		cmocka_unit_test(test_process_open_has_three_answers),
	};

	return cmocka_run_group_tests_name("procfs", tests, NULL, NULL);
}
