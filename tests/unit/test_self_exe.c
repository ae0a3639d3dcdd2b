/* SPDX-License-Identifier: Apache-2.0 */
/* The test executes copies of itself that protect themselves, and then tries to write to them. */
#include "in_child.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/path.h"
#include "base/text.h"
#include "linux/self_exe.h"

/* A directory of the test's own, with a copy of its executable. */
static char directory[] = "/tmp/elsewhen-test_self_exe-XXXXXX";
static char copy[64];

static int make_copy(void **state)
{
	cleanup_close int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to = -1;
	cleanup_free char *data = NULL;
	ssize_t length = io_read_fd(from, &data, INT_MAX);

	(void)state;
	if (length < 0 || !mkdtemp(directory) || chmod(directory, 0755) < 0)
		return -1;
	snprintf(copy, sizeof(copy), "%s/copy", directory);
	to = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	return to < 0 || fchmod(to, 0755) < 0 ? -1 : io_write_all(to, data, (size_t)length);
}

static int remove_copy(void **state)
{
	(void)state;
	unlink(copy);
	return rmdir(directory);
}

/* What a copy runs: protects itself, reports, and waits for the end of its standard input. */
static int protect_and_report(char *const argv[])
{
	struct error err = { 0 };
	char name[16] = "", exe[PATH_MAX] = "", byte;

	if (self_exe_protect(argv, &err) < 0) {
		printf("error: %s\n", err.text);
		return 1;
	}
	prctl(PR_GET_NAME, name);
	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) < 0)
		return 1;
	printf("%s %s %s %s", name, argv[0], getenv("IN_CHILD"), exe);
	fflush(stdout);
	return read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
}

struct running {
	pid_t pid;
	int input; /* its standard input; closing it ends it */
	char report[512];
};

static _Noreturn void execute_copy(int input, int output, void (*prepare)(void))
{
	char *const arguments[] = { "given-name", "protect-and-report", NULL };
	char *const environment[] = { "IN_CHILD=kept", NULL };

	CHECK(dup2(input, STDIN_FILENO) == 0 && dup2(output, STDOUT_FILENO) == 1);
	prepare();
	execve(copy, arguments, environment);
	CHECK(!"execve");
	_exit(1);
}

/* Starts a copy after `prepare` and waits until it has reported. */
static void start_copy(struct running *running, void (*prepare)(void))
{
	int input[2], output[2];
	ssize_t length;

	CHECK(pipe2(input, O_CLOEXEC) == 0 && pipe2(output, O_CLOEXEC) == 0);
	running->pid = fork();
	CHECK(running->pid >= 0);
	if (running->pid == 0)
		execute_copy(input[0], output[1], prepare);
	close(input[0]);
	close(output[1]);
	running->input = input[1];
	length = read(output[0], running->report, sizeof(running->report) - 1);
	CHECK(length > 0);
	running->report[length] = '\0';
	close(output[0]);
}

static void stop_copy(struct running *running)
{
	close(running->input);
	CHECK(waitpid(running->pid, NULL, 0) == running->pid);
}

static int open_exe(pid_t pid, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return open(path, flags | O_CLOEXEC);
}

static void prepare_nothing(void)
{
}

static void prepare_user(void)
{
	in_child_drop_root();
}

static void check_clone(const void *argument)
{
	struct mount_attr writable = { .attr_clr = MOUNT_ATTR_RDONLY };
	struct running running;
	char path[PATH_FD_SIZE];
	int exe;

	(void)argument;
	if (unshare(CLONE_NEWNS) < 0)
		SKIP_IN_CHILD("cloning a mount needs CAP_SYS_ADMIN");
	start_copy(&running, prepare_nothing);
	CHECK(text_equal(running.report, "elsewhen given-name kept /"));
	exe = open_exe(running.pid, O_PATH);
	CHECK(exe >= 0);
	/* With no mount namespace left around it, nobody can change or clone the mount. */
	CHECK(mount_setattr(exe, "", AT_EMPTY_PATH, &writable, sizeof(writable)) == -1);
	CHECK(errno == EINVAL);
	CHECK(open_tree(exe, "", AT_EMPTY_PATH | OPEN_TREE_CLONE) == -1);
	CHECK(open_exe(running.pid, O_WRONLY) == -1 && (errno == ETXTBSY || errno == EROFS));
	/* CVE-2019-5736: the fd outlives the process that kept the file busy. */
	stop_copy(&running);
	CHECK(open(path_of_fd(exe, path), O_WRONLY | O_CLOEXEC) == -1 && errno == EROFS);
	CHECK(open(path_of_fd(exe, path), O_RDWR | O_TRUNC | O_CLOEXEC) == -1 && errno == EROFS);
	CHECK(fchmodat(AT_FDCWD, path_of_fd(exe, path), 0777, 0) == -1 && errno == EROFS);
	close(exe);
}

static void root_executes_a_read_only_clone(void **state)
{
	(void)state;
	in_child(check_clone, NULL);
}

static void check_memfd(const void *argument)
{
	struct running running;
	char path[PATH_FD_SIZE];
	int exe, writing;

	(void)argument;
	if (geteuid() == 0)
		CHECK(chown(copy, IN_CHILD_UID, IN_CHILD_UID) == 0);
	start_copy(&running, prepare_user);
	if (geteuid() == 0)
		CHECK(chown(copy, 0, 0) == 0);
	CHECK(text_equal(running.report, "elsewhen given-name kept /memfd:elsewhen (deleted)"));
	exe = open_exe(running.pid, O_PATH);
	CHECK(exe >= 0);
	stop_copy(&running);
	writing = open(path_of_fd(exe, path), O_WRONLY | O_CLOEXEC);
	CHECK(writing >= 0);
	CHECK(write(writing, "x", 1) == -1 && errno == EPERM);
	CHECK(ftruncate(writing, 0) == -1 && errno == EPERM);
	close(writing);
	close(exe);
}

static void owner_without_root_executes_a_sealed_copy(void **state)
{
	(void)state;
	in_child(check_memfd, NULL);
}

static void check_foreign(const void *argument)
{
	struct running running;
	char expected[128];

	(void)argument;
	if (geteuid() != 0)
		SKIP_IN_CHILD("a file of root's is made by root");
	start_copy(&running, prepare_user);
	snprintf(expected, sizeof(expected), "elsewhen given-name kept %s", copy);
	CHECK(text_equal(running.report, expected));
	stop_copy(&running);
}

static void file_of_root_is_executed_once_by_users(void **state)
{
	(void)state;
	in_child(check_foreign, NULL);
}

static void check_proc(const void *argument)
{
	char *const arguments[] = { "given-name", NULL };
	struct error err = { 0 };

	(void)argument;
	if (unshare(CLONE_NEWNS) < 0)
		SKIP_IN_CHILD("mounting over /proc needs CAP_SYS_ADMIN");
	CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	CHECK(mount("none", "/proc", "tmpfs", 0, "mode=0755") == 0);
	CHECK(self_exe_protect(arguments, &err) == -1);
	CHECK_TEXT(err, "open /proc/self (elsewhen needs a procfs");
	CHECK(mkdir("/proc/self", 0755) == 0 && symlink(copy, "/proc/self/exe") == 0);
	CHECK(self_exe_protect(arguments, &err) == -1);
	CHECK_TEXT(err, "what is mounted at /proc is not a procfs");
}

static void missing_or_wrong_proc_is_an_error(void **state)
{
	(void)state;
	in_child(check_proc, NULL);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_executes_a_read_only_clone),
		cmocka_unit_test(owner_without_root_executes_a_sealed_copy),
		cmocka_unit_test(file_of_root_is_executed_once_by_users),
		cmocka_unit_test(missing_or_wrong_proc_is_an_error),
	};

	if (argc == 2 && text_equal(argv[1], "protect-and-report"))
		return protect_and_report(argv);
	return cmocka_run_group_tests(tests, make_copy, remove_copy);
}
