/* SPDX-License-Identifier: Apache-2.0 */
/* Limits, OOM score, personality, keyring and close-on-exec, each in a child. */
#include "in_child.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"
#include "linux/attributes.h"
#include "linux/seccomp.h"

static void limits_have_names(void **state)
{
	(void)state;
	assert_int_equal(attributes_rlimit_from_name("RLIMIT_NOFILE"), RLIMIT_NOFILE);
	assert_int_equal(attributes_rlimit_from_name("RLIMIT_RTTIME"), RLIMIT_RTTIME);
	assert_int_equal(attributes_rlimit_from_name("NOFILE"), -1);
	assert_int_equal(attributes_rlimit_from_name("RLIMIT_nofile"), -1);
}

static void check_limit(const void *argument)
{
	struct rlimit now;
	struct error err;

	(void)argument;
	CHECK(attributes_set_rlimit(0, "RLIMIT_NPROC", 100, 200, &err) == 0);
	CHECK(getrlimit(RLIMIT_NPROC, &now) == 0 && now.rlim_cur == 100 && now.rlim_max == 200);
	CHECK(attributes_set_rlimit(0, "RLIMIT_CORE", 2, 1, &err) == -1);
	CHECK_TEXT(err, "RLIMIT_CORE: the soft limit 2 is above the hard limit 1");
	CHECK(attributes_set_rlimit(0, "RLIMIT_MOON", 1, 1, &err) == -1);
	CHECK_TEXT(err, "'RLIMIT_MOON' is not a resource limit of Linux");
	in_child_drop_root();
	CHECK(attributes_set_rlimit(0, "RLIMIT_NPROC", 100, 300, &err) == -1);
	CHECK_TEXT(err, "RLIMIT_NPROC: raising the hard limit from 200 to 300 needs "
			"CAP_SYS_RESOURCE");
	CHECK(err.code == EPERM);
	CHECK(attributes_set_rlimit(0, "RLIMIT_NOFILE", RLIM_INFINITY, RLIM_INFINITY, &err) == -1);
	CHECK_TEXT(err, "fs.nr_open");
}

static void limits_are_set_or_explained(void **state)
{
	(void)state;
	in_child(check_limit, NULL);
}

static int read_score(void)
{
	char text[16];

	CHECK(io_read_small(AT_FDCWD, "/proc/self/oom_score_adj", text, sizeof(text)) > 0);
	return (int)strtol(text, NULL, 10);
}

static void check_score(const void *argument)
{
	int procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct error err;
	int now;

	(void)argument;
	CHECK(procfd >= 0);
	in_child_drop_root();
	now = read_score();
	if (now > 900)
		SKIP_IN_CHILD("the OOM score is at its highest already");
	CHECK(attributes_set_oom_score_adj(procfd, 0, now, &err) == 0);
	CHECK(attributes_set_oom_score_adj(procfd, 0, now + 50, &err) == 0);
	CHECK(read_score() == now + 50);
	CHECK(attributes_set_oom_score_adj(procfd, getpid(), now + 100, &err) == 0);
	CHECK(read_score() == now + 100);
	CHECK(attributes_set_oom_score_adj(procfd, 0, -1000, &err) == -1);
	CHECK(err.code == EACCES);
	CHECK_TEXT(err, "CAP_SYS_RESOURCE");
	CHECK(attributes_set_oom_score_adj(procfd, 0, 1001, &err) == -1);
	CHECK_TEXT(err, "process.oomScoreAdj: 1001 is outside -1000 .. 1000");
	close(procfd);
}

static void oom_score_is_set_or_explained(void **state)
{
	(void)state;
	in_child(check_score, NULL);
}

static void oom_score_that_is_there_is_not_written(void **state)
{
	char directory[] = "/tmp/elsewhen-test_attributes-XXXXXX";
	const struct timespec old[2] = { { 1, 0 }, { 1, 0 } };
	cleanup_close int procfd = -1;
	struct error err = { 0 };
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(directory));
	procfd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(procfd, "7", 0700), 0);
	assert_int_equal(mknodat(procfd, "7/oom_score_adj", S_IFREG | 0600, 0), 0);
	assert_int_equal(io_write_control(procfd, "7/oom_score_adj", "-100\n"), 0);
	assert_int_equal(utimensat(procfd, "7/oom_score_adj", old, 0), 0);
	assert_int_equal(attributes_set_oom_score_adj(procfd, 7, -100, &err), 0);
	assert_int_equal(fstatat(procfd, "7/oom_score_adj", &st, 0), 0);
	assert_int_equal(st.st_mtime, 1);
	assert_int_equal(attributes_set_oom_score_adj(procfd, 7, 300, &err), 0);
	assert_int_equal(fstatat(procfd, "7/oom_score_adj", &st, 0), 0);
	assert_true(st.st_mtime > 1);
	assert_int_equal(attributes_set_oom_score_adj(procfd, 8, 300, &err), -1);
	assert_int_equal(err.code, ENOENT);
	unlinkat(procfd, "7/oom_score_adj", 0);
	unlinkat(procfd, "7", AT_REMOVEDIR);
	assert_int_equal(rmdir(directory), 0);
}

static void check_personality(const void *argument)
{
	struct error err;

	(void)argument;
	CHECK(attributes_set_personality("LINUX32", &err) == 0);
	CHECK(personality(0xffffffff) == PER_LINUX32);
	CHECK(attributes_set_personality("LINUX", &err) == 0);
	CHECK(personality(0xffffffff) == PER_LINUX);
	CHECK(attributes_set_personality("BSD", &err) == -1);
	CHECK_TEXT(err, "linux.personality.domain: 'BSD'");
}

static void personality_is_set(void **state)
{
	(void)state;
	in_child(check_personality, NULL);
}

static long session_keyring(void)
{
	enum { GET_KEYRING_ID = 0, SESSION_KEYRING = -3 };

	return syscall(SYS_keyctl, GET_KEYRING_ID, SESSION_KEYRING, 0);
}

static void check_keyring(const void *argument)
{
	long before = session_keyring();
	struct error err;

	(void)argument;
	/* Unnamed, so that nothing of it can be there already. */
	CHECK(attributes_new_session_keyring(NULL, &err) == 0);
	if (before < 0 && session_keyring() < 0)
		SKIP_IN_CHILD("no keyrings in this kernel, or no room for one more");
	CHECK(session_keyring() != before);
}

static void session_keyring_is_new(void **state)
{
	(void)state;
	in_child(check_keyring, NULL);
}

static void check_cloexec(void)
{
	int low = fcntl(STDIN_FILENO, F_DUPFD, 40), high = fcntl(STDIN_FILENO, F_DUPFD, 50);
	int already = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 60);
	struct error err;

	CHECK(low >= 40 && high > low && already > high);
	CHECK(attributes_close_on_exec_from(high, &err) == 0);
	CHECK(fcntl(low, F_GETFD) == 0);
	CHECK(fcntl(high, F_GETFD) == FD_CLOEXEC);
	CHECK(fcntl(already, F_GETFD) == FD_CLOEXEC);
	CHECK(fcntl(STDERR_FILENO, F_GETFD) == 0);
}

static void check_close_from(void)
{
	int low = fcntl(STDIN_FILENO, F_DUPFD, 40), first = fcntl(STDIN_FILENO, F_DUPFD, 50);
	int keep = fcntl(STDIN_FILENO, F_DUPFD, 60), between = fcntl(STDIN_FILENO, F_DUPFD, 61);
	int keep_too = fcntl(STDIN_FILENO, F_DUPFD, 70), last = fcntl(STDIN_FILENO, F_DUPFD, 71);
	const int keeps[3] = { keep_too, low, keep }, one[2] = { -1, keep };
	struct error err;

	CHECK(low >= 40 && last > keep_too);
	CHECK(attributes_close_from(first, keeps, 3, &err) == 0);
	CHECK(fcntl(low, F_GETFD) == 0 && fcntl(STDERR_FILENO, F_GETFD) == 0);
	CHECK(fcntl(keep, F_GETFD) == 0 && fcntl(keep_too, F_GETFD) == 0);
	CHECK(fcntl(first, F_GETFD) < 0 && fcntl(between, F_GETFD) < 0 && fcntl(last, F_GETFD) < 0);
	CHECK(attributes_close_from(first, one, 2, &err) == 0);
	CHECK(fcntl(keep, F_GETFD) == 0 && fcntl(keep_too, F_GETFD) < 0);
}

static void check_close_range(const void *argument)
{
	(void)argument;
	check_cloexec();
	check_close_from();
}

/* A kernel without close_range(2), as far as the process can see. */
static void check_without_close_range(const void *argument)
{
	const char *const names[] = { "close_range" };
	const struct seccomp_rule rules[] = { { names, 1, "SCMP_ACT_ERRNO", ENOSYS, NULL, 0 } };
	const struct seccomp_profile profile = {
		.default_action = "SCMP_ACT_ALLOW", .rules = rules, .rules_length = 1
	};
	struct seccomp_program program;
	struct error err;

	(void)argument;
	CHECK(seccomp_compile(&profile, &program, &err) == 0);
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(seccomp_install(&program, &err) == 0);
	seccomp_program_free(&program);
	check_cloexec();
	check_close_from();
}

static void fds_get_close_on_exec(void **state)
{
	(void)state;
	in_child(check_close_range, NULL);
	in_child(check_without_close_range, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_have_names),
		cmocka_unit_test(limits_are_set_or_explained),
		cmocka_unit_test(oom_score_is_set_or_explained),
		cmocka_unit_test(oom_score_that_is_there_is_not_written),
		cmocka_unit_test(personality_is_set),
		cmocka_unit_test(session_keyring_is_new),
		cmocka_unit_test(fds_get_close_on_exec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
