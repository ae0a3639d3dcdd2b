/* SPDX-License-Identifier: Apache-2.0 */
/* terminal: the pair, from a devpts of the test's own, its size, its owner, the console socket. */
#include "linux/terminal.h"

#include "linux/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/io.h"
#include "base/text.h"

#include "in_child.h"

static void run_experiment(void (*body)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(30);
		body();
		_exit(EXIT_SUCCESS);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == IN_CHILD_SKIPPED)
		skip();
	assert_int_equal(WEXITSTATUS(status), EXIT_SUCCESS);
}

static int open_pair(int *slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	*slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(*slave >= 0);
	return master;
}

/* A /dev of our own in a tmpfs that ends with this process. fd of it. */
static int make_dev(const char *devpts_options)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	char map[32];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
		snprintf(map, sizeof(map), "0 %u 1", (unsigned)uid);
		CHECK(io_write_control(AT_FDCWD, "/proc/self/uid_map", map) == 0);
		snprintf(map, sizeof(map), "0 %u 1", (unsigned)gid);
		CHECK(io_write_control(AT_FDCWD, "/proc/self/setgroups", "deny") == 0);
		CHECK(io_write_control(AT_FDCWD, "/proc/self/gid_map", map) == 0);
	} else if (unshare(CLONE_NEWNS) < 0) {
		SKIP_IN_CHILD("no mount namespace can be made here");
	}
	CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	CHECK(mount("tmpfs", "/tmp", "tmpfs", 0, NULL) == 0);
	CHECK(mkdir("/tmp/dev", 0755) == 0 && mkdir("/tmp/dev/pts", 0755) == 0);
	if (devpts_options)
		CHECK(mount("devpts", "/tmp/dev/pts", "devpts", 0, devpts_options) == 0);
	return open("/tmp/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The pair */

static void check_pair_talks(int master, int slave)
{
	char buffer[16] = "";

	CHECK(write(slave, "up\n", 3) == 3);
	CHECK(read(master, buffer, sizeof(buffer)) == 4 && memcmp(buffer, "up\r\n", 4) == 0);
	CHECK(write(master, "down\n", 5) == 5);
	CHECK(read(slave, buffer, sizeof(buffer)) == 5 && memcmp(buffer, "down\n", 5) == 0);
}

static void experiment_open(void)
{
	int dev = make_dev("newinstance,ptmxmode=0666");
	struct error err = { 0 };
	int slave = -1, master = terminal_open(dev, &slave, &err);
	unsigned int number = 99;

	CHECK(master >= 0 && slave >= 0 && isatty(slave));
	CHECK(fcntl(master, F_GETFD) == FD_CLOEXEC && fcntl(slave, F_GETFD) == FD_CLOEXEC);
	/* The first of a new instance: that of the test's own devpts, not the machine's. */
	CHECK(ioctl(master, TIOCGPTN, &number) == 0 && number == 0);
	check_pair_talks(master, slave);
}

static void test_open(void **state)
{
	(void)state;
	run_experiment(experiment_open);
}

static void check_open_refused(int dev, int code, const char *part)
{
	struct error err = { 0 };
	int slave = -1;

	CHECK(terminal_open(dev, &slave, &err) == -1 && slave == -1);
	CHECK(err.code == code && strstr(err.text, part));
}

static void experiment_open_refused(void)
{
	int dev = make_dev(NULL);

	check_open_refused(dev, EINVAL, "no devpts is mounted");
	CHECK(rmdir("/tmp/dev/pts") == 0);
	check_open_refused(dev, ENOENT, "/dev/pts");
	/* To the machine's devpts, were it not that a link can not lead out of the root. */
	CHECK(symlink("/dev/pts", "/tmp/dev/pts") == 0);
	check_open_refused(dev, ENOENT, "/dev/pts");
	CHECK(unlink("/tmp/dev/pts") == 0 && symlink("../../dev/pts", "/tmp/dev/pts") == 0);
	CHECK(terminal_open(dev, &(int){ -1 }, &(struct error){ 0 }) == -1);
}

static void test_open_refused(void **state)
{
	(void)state;
	run_experiment(experiment_open_refused);
}

static void experiment_foreign_ptmx(void)
{
	int dev = make_dev("newinstance,ptmxmode=0666");

	CHECK(mount("/dev/null", "/tmp/dev/pts/ptmx", NULL, MS_BIND, NULL) == 0);
	check_open_refused(dev, EINVAL, "is not that of its devpts");
	CHECK(umount("/tmp/dev/pts/ptmx") == 0 && mkdir("/tmp/other", 0755) == 0);
	CHECK(mount("devpts", "/tmp/other", "devpts", 0, "newinstance,ptmxmode=0666") == 0);
	CHECK(mount("/tmp/other/ptmx", "/tmp/dev/pts/ptmx", NULL, MS_BIND, NULL) == 0);
	check_open_refused(dev, EINVAL, "is not that of its devpts");
}

static void test_foreign_ptmx_is_refused(void **state)
{
	(void)state;
	run_experiment(experiment_foreign_ptmx);
}

/* The size */

static void check_size(int fd, unsigned int rows, unsigned int columns)
{
	struct winsize size;

	CHECK(ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row == rows && size.ws_col == columns);
}

static void experiment_size(void)
{
	struct error err = { 0 };
	int slave, master = open_pair(&slave);

	CHECK(terminal_set_size(master, 25, 80, &err) == 0);
	check_size(slave, 25, 80);
	CHECK(terminal_set_size(master, 0, 0, &err) == 0);
	check_size(slave, 25, 80);
	CHECK(terminal_set_size(master, 0, 132, &err) == 0);
	check_size(slave, 25, 132);
	CHECK(terminal_set_size(master, 65535, 65535, &err) == 0);
	CHECK(terminal_set_size(master, 65536, 1, &err) == -1 && err.code == ERANGE);
	CHECK(strstr(err.text, "process.consoleSize.height: 65536 "));
	CHECK(terminal_set_size(master, 1, UINT64_MAX, &err) == -1 && err.code == ERANGE);
	CHECK(strstr(err.text, "process.consoleSize.width: 18446744073709551615 "));
	check_size(slave, 65535, 65535);
	CHECK(terminal_set_size(-1, 1, 1, &err) == -1 && err.code == EBADF);
}

static void test_size(void **state)
{
	(void)state;
	run_experiment(experiment_size);
}

/* The controlling terminal */

static void experiment_become(void)
{
	struct error err = { 0 };
	int slave, master = open_pair(&slave);
	pid_t pid;
	int status;

	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(setsid() == getpid());
		CHECK(terminal_become(slave, getuid(), &err) == 0 && terminal_control(&err) == 0);
		for (int fd = 0; fd <= 2; fd++)
			CHECK(tcgetsid(fd) == getpid() && fcntl(fd, F_GETFD) == 0);
		/* Again, now that the slave is itself one of the three, and closed by execve. */
		CHECK(fcntl(0, F_SETFD, FD_CLOEXEC) == 0);
		CHECK(terminal_become(0, getuid(), &err) == 0 && fcntl(0, F_GETFD) == 0);
		_exit(EXIT_SUCCESS);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	/* Not a session leader: no terminal can be ours. */
	CHECK(dup2(slave, STDIN_FILENO) == STDIN_FILENO && terminal_control(&err) == -1);
	CHECK(strstr(err.text, "controlling terminal"));
	close(master);
}

static void test_become(void **state)
{
	(void)state;
	run_experiment(experiment_become);
}

static void experiment_become_owner(void)
{
	struct error err = { 0 };
	int slave, master = open_pair(&slave);
	struct stat before, after;

	if (geteuid() != 0)
		SKIP_IN_CHILD("only root can give a terminal away");
	CHECK(fstat(slave, &before) == 0 && setsid() == getpid());
	CHECK(terminal_become(slave, 12345, &err) == 0);
	CHECK(fstat(slave, &after) == 0 && after.st_uid == 12345 && after.st_gid == before.st_gid);
	/* The master stays open: closing it would hang up on us, its session. */
	CHECK(fcntl(master, F_GETFD) >= 0);
}

static void test_become_gives_to_the_user(void **state)
{
	(void)state;
	run_experiment(experiment_become_owner);
}

/* The console socket */

static char directory[] = "/tmp/test_terminal.XXXXXX";

static int setup_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int teardown_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

/* Through the cwd, so that a listener may have a path that is longer than sun_path. */
static int listen_at(const char *in_directory, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0 && cwd >= 0);
	assert_int_equal(chdir(in_directory), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(fchdir(cwd), 0);
	close(cwd);
	return fd;
}

static int receive_fd(int socket_fd, char *name, size_t size)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec bytes = { .iov_base = name, .iov_len = size - 1 };
	struct msghdr message = { .msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.space) };
	ssize_t got = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
	int fd;

	assert_true(got > 0);
	name[got] = '\0';
	assert_non_null(rights);
	assert_int_equal(rights->cmsg_type, SCM_RIGHTS);
	memcpy(&fd, CMSG_DATA(rights), sizeof(fd));
	return fd;
}

static void check_console(const char *in_directory)
{
	int listener = listen_at(in_directory, "console.sock");
	int slave, master = open_pair(&slave), connection, accepted, received;
	char path[1024], name[64], expected[64];
	struct error err = { 0 };

	snprintf(path, sizeof(path), "%s/console.sock", in_directory);
	connection = socket_connect(path, "--console-socket", &err);
	assert_true(connection >= 0);
	assert_int_equal(fcntl(connection, F_GETFD), FD_CLOEXEC);
	accepted = accept(listener, NULL, NULL);
	assert_int_equal(terminal_send_console(connection, master, &err), 0);
	received = receive_fd(accepted, name, sizeof(name));
	assert_int_equal(ptsname_r(master, expected, sizeof(expected)), 0);
	assert_string_equal(name, expected);
	assert_int_equal(ptsname_r(received, name, sizeof(name)), 0);
	assert_string_equal(name, expected);
	/* The other end has gone: an error, and no SIGPIPE. */
	close(accepted);
	assert_int_equal(terminal_send_console(connection, master, &err), -1);
	assert_int_equal(err.code, EPIPE);
	assert_int_equal(terminal_send_console(connection, listener, &err), -1);
	assert_int_equal(err.code, ENOTTY);
	close(received);
	close(connection);
	close(listener);
	close(master);
	close(slave);
	assert_int_equal(unlink(path), 0);
}

static void test_console(void **state)
{
	(void)state;
	check_console(directory);
}

static void test_console_with_a_long_path(void **state)
{
	char path[512];
	int length = snprintf(path, sizeof(path), "%s/%0200d", directory, 0);

	(void)state;
	assert_true(length > (int)sizeof(((struct sockaddr_un *)0)->sun_path));
	assert_int_equal(mkdir(path, 0700), 0);
	check_console(path);
	assert_int_equal(rmdir(path), 0);
}

static void test_console_refused(void **state)
{
	struct error err = { 0 };
	char missing[256];

	(void)state;
	assert_int_equal(socket_connect("", "--console-socket", &err), -1);
	assert_int_equal(err.code, ENOENT);
	assert_int_equal(socket_connect(directory, "--console-socket", &err), -1);
	assert_int_equal(err.code, ENOTSOCK);
	assert_non_null(strstr(err.text, directory));
	assert_non_null(strstr(err.text, "is not a socket"));
	snprintf(missing, sizeof(missing), "%s/%0180d", directory, 0);
	assert_int_equal(socket_connect(missing, "--console-socket", &err), -1);
	assert_int_equal(err.code, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_open_refused),
		cmocka_unit_test(test_foreign_ptmx_is_refused),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_become),
		cmocka_unit_test(test_become_gives_to_the_user),
		cmocka_unit_test(test_console),
		cmocka_unit_test(test_console_with_a_long_path),
		cmocka_unit_test(test_console_refused),
	};

	return cmocka_run_group_tests_name("terminal", tests, setup_directory, teardown_directory);
}
