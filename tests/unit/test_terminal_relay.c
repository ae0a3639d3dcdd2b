/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal_relay: a person's side (pipes, or a terminal) and a container's, with the relay between.
 */
#include "linux/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "in_child.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* One relay at work. The container is a child of the test, as it is not of `elsewhen exec`. */
struct scene {
	int master;
	pid_t container, relay;
	int input, output; /* our ends of the relay's fds 0 and 1 */
};

static int open_pair(int *slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	*slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*slave >= 0);
	return master;
}

static void start_container(struct scene *scene, void (*container)(void))
{
	int slave;

	scene->master = open_pair(&slave);
	scene->container = fork();
	assert_true(scene->container >= 0);
	if (scene->container == 0) {
		struct error err = { 0 };

		alarm(30);
		CHECK(setsid() == getpid() && terminal_become(slave, getuid(), &err) == 0 &&
			terminal_control(&err) == 0);
		close(slave);
		close(scene->master);
		container();
		_exit(EXIT_SUCCESS);
	}
	close(slave);
}

/* The relay's process: fds 0 and 1 are what the person gave it, fd 2 stays the test's. */
_Noreturn static void be_relay(const struct scene *scene, int input, int output)
{
	int pidfd = (int)syscall(SYS_pidfd_open, scene->container, 0);
	struct error err = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CHECK(pidfd >= 0 && dup2(input, 0) == 0 && dup2(output, 1) == 1);
	if (terminal_relay(scene->master, pidfd, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		_exit(EXIT_FAILURE);
	}
	_exit(EXIT_SUCCESS);
}

static void start_relay(struct scene *scene)
{
	int input[2], output[2];

	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	scene->relay = fork();
	assert_true(scene->relay >= 0);
	if (scene->relay == 0) {
		close(input[1]);
		close(output[0]);
		be_relay(scene, input[0], output[1]);
	}
	close(input[0]);
	close(output[1]);
	close(scene->master);
	scene->input = input[1];
	scene->output = output[0];
}

static void start_scene(struct scene *scene, void (*container)(void))
{
	int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (pidfd < 0) {
		print_message("skipped: this kernel has no pidfd_open (Linux 5.3)\n");
		skip();
	}
	close(pidfd);
	start_container(scene, container);
	start_relay(scene);
}

static void end_input(struct scene *scene)
{
	close(scene->input);
	scene->input = -1;
}

/* All output until the relay has closed it; its length. */
static size_t read_output(struct scene *scene, char *buffer, size_t size)
{
	size_t used = 0;
	ssize_t got;

	while (used < size - 1 &&
		(got = read(scene->output, buffer + used, size - 1 - used)) != 0) {
		assert_true(got > 0);
		used += (size_t)got;
	}
	buffer[used] = '\0';
	return used;
}

static void read_until(int fd, const char *word)
{
	char buffer[256] = "";
	size_t used = 0;

	while (!strstr(buffer, word)) {
		ssize_t got = read(fd, buffer + used, sizeof(buffer) - 1 - used);

		assert_true(got > 0);
		used += (size_t)got;
		buffer[used] = '\0';
	}
}

static void end_scene(struct scene *scene)
{
	int status;

	assert_int_equal(waitpid(scene->relay, &status, 0), scene->relay);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(scene->container, &status, 0), scene->container);
	assert_int_equal(status, 0);
	if (scene->input >= 0)
		close(scene->input);
	close(scene->output);
}

static void sleep_milliseconds(long milliseconds)
{
	nanosleep(&(struct timespec){ milliseconds / 1000, milliseconds % 1000 * 1000000 }, NULL);
}

/* Both ways, and the end */

static void container_answers(void)
{
	char line[64] = "";

	CHECK(read(0, line, sizeof(line) - 1) == 6 && strcmp(line, "hello\n") == 0);
	CHECK(dprintf(1, "answer\n") == 7);
}

static void test_both_ways(void **state)
{
	struct scene scene;
	char output[256];

	(void)state;
	start_scene(&scene, container_answers);
	assert_int_equal(write(scene.input, "hello\n", 6), 6);
	read_output(&scene, output, sizeof(output));
	assert_string_equal(output, "hello\r\nanswer\r\n");
	end_scene(&scene);
}

static void container_ignores_input(void)
{
	sleep_milliseconds(200);
	CHECK(dprintf(1, "late\n") == 5);
}

static void test_end_of_input_does_not_end_it(void **state)
{
	struct scene scene;
	char output[256];

	(void)state;
	start_scene(&scene, container_ignores_input);
	end_input(&scene);
	read_output(&scene, output, sizeof(output));
	assert_non_null(strstr(output, "late\r\n"));
	end_scene(&scene);
}

static void container_reads_to_the_end(void)
{
	char data[64];
	size_t total = 0;
	ssize_t got;

	while ((got = read(0, data, sizeof(data))) > 0)
		total += (size_t)got;
	CHECK(got == 0);
	dprintf(1, "read %zu\n", total);
}

static void check_end_of_input(const char *input, const char *expected)
{
	struct scene scene;
	char output[256];

	start_scene(&scene, container_reads_to_the_end);
	assert_int_equal(write(scene.input, input, strlen(input)), strlen(input));
	end_input(&scene);
	read_output(&scene, output, sizeof(output));
	assert_non_null(strstr(output, expected));
	end_scene(&scene);
}

static void test_end_of_input_is_passed_on(void **state)
{
	(void)state;
	check_end_of_input("", "read 0\r\n");
	check_end_of_input("one\ntwo\n", "read 8\r\n");
	check_end_of_input("no newline", "read 10\r\n");
}

static void set_raw(void)
{
	struct termios mode;

	CHECK(tcgetattr(0, &mode) == 0);
	cfmakeraw(&mode);
	CHECK(tcsetattr(0, TCSANOW, &mode) == 0);
}

/* Exactly the bytes of the input, every value: nothing added at its end, nothing changed. */
static void container_reads_raw(void)
{
	unsigned char data[256];
	size_t total = 0;

	set_raw();
	CHECK(write(1, "ready", 5) == 5);
	while (total < sizeof(data)) {
		ssize_t got = read(0, data + total, sizeof(data) - total);

		CHECK(got > 0);
		total += (size_t)got;
	}
	for (size_t i = 0; i < sizeof(data); i++)
		CHECK(data[i] == i);
	sleep_milliseconds(100);
	CHECK(fcntl(0, F_SETFL, O_RDWR | O_NONBLOCK) == 0);
	CHECK(read(0, data, 1) == -1 && errno == EAGAIN);
}

static void test_raw_bytes_are_unchanged(void **state)
{
	struct scene scene;
	unsigned char data[256];
	char output[16];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)i;
	start_scene(&scene, container_reads_raw);
	read_until(scene.output, "ready");
	assert_int_equal(write(scene.input, data, sizeof(data)), sizeof(data));
	end_input(&scene);
	assert_int_equal(read_output(&scene, output, sizeof(output)), 0);
	end_scene(&scene);
}

/* Draining and half-closed ends */

#define MUCH 300000

static void container_writes_much(void)
{
	static char block[MUCH];

	memset(block, 'x', sizeof(block));
	set_raw();
	for (size_t written = 0; written < sizeof(block);) {
		ssize_t result = write(1, block + written, sizeof(block) - written);

		CHECK(result > 0);
		written += (size_t)result;
	}
}

static void test_drains_what_was_written(void **state)
{
	static char output[MUCH + 100];
	struct scene scene;

	(void)state;
	start_scene(&scene, container_writes_much);
	/*
	 * The pipe is full long before; the last bytes wait in the terminal when the process ends.
	 */
	sleep_milliseconds(100);
	assert_int_equal(read_output(&scene, output, sizeof(output)), MUCH);
	for (size_t i = 0; i < MUCH; i++)
		assert_int_equal(output[i], 'x');
	end_scene(&scene);
}

static void test_nobody_reads(void **state)
{
	struct scene scene;

	(void)state;
	start_scene(&scene, container_writes_much);
	close(scene.output);
	scene.output = dup(STDERR_FILENO);
	end_scene(&scene);
}

static void container_hangs_up(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		close(fd);
	sleep_milliseconds(150);
	fd = open("/dev/tty", O_RDWR);
	if (fd < 0)
		_exit(EXIT_FAILURE);
	dprintf(fd, "back again\n");
}

static void test_slave_is_opened_again(void **state)
{
	struct scene scene;
	char output[256];

	(void)state;
	start_scene(&scene, container_hangs_up);
	read_output(&scene, output, sizeof(output));
	assert_string_equal(output, "back again\r\n");
	end_scene(&scene);
}

static void container_leaves_a_writer(void)
{
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (fork() == 0) {
		alarm(5);
		while (write(1, "flood", 5) > 0) {
		}
		_exit(EXIT_SUCCESS);
	}
	sleep_milliseconds(20);
}

static void test_a_writer_left_behind_does_not_keep_it(void **state)
{
	static char output[8 * 1024 * 1024];
	struct scene scene;
	size_t length;

	(void)state;
	start_scene(&scene, container_leaves_a_writer);
	length = read_output(&scene, output, sizeof(output));
	assert_true(length > 0 && length < sizeof(output) - 1);
	end_scene(&scene);
}

/* Signals, and a person with a terminal */

static volatile sig_atomic_t last_signal;

static void take_signal(int number)
{
	last_signal = number;
}

static void container_waits_for_sigterm(void)
{
	const struct sigaction action = { .sa_handler = take_signal };
	sigset_t mask, before;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, &before);
	sigaction(SIGTERM, &action, NULL);
	dprintf(1, "ready\n");
	sigsuspend(&before);
	CHECK(last_signal == SIGTERM);
	dprintf(1, "terminated\n");
}

static void test_signals_are_sent_on(void **state)
{
	struct scene scene;
	char output[256];

	(void)state;
	start_scene(&scene, container_waits_for_sigterm);
	read_until(scene.output, "ready");
	assert_int_equal(kill(scene.relay, SIGTERM), 0);
	read_output(&scene, output, sizeof(output));
	assert_non_null(strstr(output, "terminated"));
	end_scene(&scene);
}

static void wait_for_rows(unsigned int rows)
{
	struct winsize size;

	for (;;) {
		CHECK(ioctl(0, TIOCGWINSZ, &size) == 0);
		if (size.ws_row == rows)
			break;
		sleep_milliseconds(2);
	}
	dprintf(1, "now %dx%d\n", size.ws_row, size.ws_col);
}

static void container_reports_sizes(void)
{
	sigset_t mask;

	wait_for_rows(33);
	sigemptyset(&mask);
	sigaddset(&mask, SIGWINCH);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	dprintf(1, "ready\n");
	wait_for_rows(55);
	sigpending(&mask);
	CHECK(sigismember(&mask, SIGWINCH) == 1);
}

/* The relay as the session leader of a terminal of its own, on which we are the person. */
static void start_relay_on_terminal(struct scene *scene)
{
	int slave, person = open_pair(&slave);
	struct winsize size = { .ws_row = 33, .ws_col = 44 };

	assert_int_equal(ioctl(person, TIOCSWINSZ, &size), 0);
	scene->relay = fork();
	assert_true(scene->relay >= 0);
	if (scene->relay == 0) {
		struct termios before, after;
		int pidfd = (int)syscall(SYS_pidfd_open, scene->container, 0);
		struct error err = { 0 };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CHECK(pidfd >= 0 && setsid() == getpid() && ioctl(slave, TIOCSCTTY, 0) == 0);
		CHECK(dup2(slave, 0) == 0 && dup2(slave, 1) == 1);
		CHECK(tcgetattr(0, &before) == 0 && (before.c_lflag & ICANON));
		CHECK(terminal_relay(scene->master, pidfd, &err) == 0);
		CHECK(tcgetattr(0, &after) == 0);
		CHECK(before.c_lflag == after.c_lflag && before.c_iflag == after.c_iflag);
		CHECK(before.c_oflag == after.c_oflag && before.c_cflag == after.c_cflag);
		_exit(EXIT_SUCCESS);
	}
	close(scene->master);
	scene->input = slave;
	scene->output = person;
}

static void test_terminal_is_raw_and_followed(void **state)
{
	const struct winsize larger = { .ws_row = 55, .ws_col = 66 };
	struct scene scene;
	struct termios mode;
	int status;

	(void)state;
	start_container(&scene, container_reports_sizes);
	start_relay_on_terminal(&scene);
	read_until(scene.output, "ready");
	assert_int_equal(tcgetattr(scene.input, &mode), 0);
	assert_int_equal(mode.c_lflag & (ICANON | ECHO | ISIG), 0);
	assert_int_equal(mode.c_oflag & OPOST, 0);
	assert_int_equal(ioctl(scene.output, TIOCSWINSZ, &larger), 0);
	read_until(scene.output, "now 55x66\r\n");
	assert_int_equal(waitpid(scene.relay, &status, 0), scene.relay);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(scene.container, &status, 0), scene.container);
	assert_int_equal(status, 0);
	close(scene.input);
	close(scene.output);
}

static void test_errors_are_reported(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(terminal_relay(-1, -1, &err), -1);
	assert_int_equal(err.code, EBADF);
	terminal_restore();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_end_of_input_does_not_end_it),
		cmocka_unit_test(test_end_of_input_is_passed_on),
		cmocka_unit_test(test_raw_bytes_are_unchanged),
		cmocka_unit_test(test_drains_what_was_written),
		cmocka_unit_test(test_nobody_reads),
		cmocka_unit_test(test_slave_is_opened_again),
		cmocka_unit_test(test_a_writer_left_behind_does_not_keep_it),
		cmocka_unit_test(test_signals_are_sent_on),
		cmocka_unit_test(test_terminal_is_raw_and_followed),
		cmocka_unit_test(test_errors_are_reported),
	};

	/* A relay that never ends is a failure too. */
	alarm(60);
	return cmocka_run_group_tests_name("terminal_relay", tests, NULL, NULL);
}
