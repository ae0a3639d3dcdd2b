/* SPDX-License-Identifier: Apache-2.0 */
/* container/sync: messages whole, errors whole, descriptors, and what a closed end means. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "container/sync.h"

struct pair {
	int runtime, child;
};

static int pair_open(void **state)
{
	static struct pair pair;
	struct error err;

	*state = &pair;
	return sync_pair(&pair.runtime, &pair.child, &err);
}

static int pair_close(void **state)
{
	struct pair *pair = *state;

	close(pair->runtime);
	if (pair->child >= 0)
		close(pair->child);
	return 0;
}

static void test_both_ends_are_close_on_exec(void **state)
{
	struct pair *pair = *state;

	assert_int_equal(fcntl(pair->runtime, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(pair->child, F_GETFD), FD_CLOEXEC);
}

static void test_a_value_arrives(void **state)
{
	struct pair *pair = *state;
	struct error err = { 0 };
	int32_t value = 0;

	assert_int_equal(sync_send(pair->child, SYNC_INIT_PID, 4242, &err), 0);
	assert_int_equal(sync_expect(pair->runtime, SYNC_INIT_PID, &value, &err), 0);
	assert_int_equal(value, 4242);
}

static void test_another_message_than_expected_names_both(void **state)
{
	struct pair *pair = *state;
	struct error err = { 0 };

	assert_int_equal(sync_send(pair->child, SYNC_READY, 0, &err), 0);
	assert_int_equal(sync_expect(pair->runtime, SYNC_INIT_PID, NULL, &err), -1);
	assert_string_equal(err.text, "got 'ready' instead of 'init-pid'");
}

static void test_an_error_crosses_whole(void **state)
{
	struct pair *pair = *state;
	struct error said, heard = { 0 };
	struct sync_message message;

	said.code = ERANGE;
	memset(said.text, 'x', sizeof(said.text));
	said.text[sizeof(said.text) - 1] = '\0';
	sync_send_error(pair->child, &said);
	assert_int_equal(sync_receive(pair->runtime, &message, NULL, &heard), -1);
	assert_int_equal(heard.code, ERANGE);
	assert_string_equal(heard.text, said.text);
}

static void test_a_descriptor_comes_along(void **state)
{
	struct pair *pair = *state;
	struct error err = { 0 };
	struct sync_message message;
	int pipe_fds[2], passed = -1;
	char letter = 0;

	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(sync_send_fd(pair->child, SYNC_CONSOLE, pipe_fds[0], &err), 0);
	assert_int_equal(sync_receive(pair->runtime, &message, &passed, &err), 0);
	assert_int_equal(message.type, SYNC_CONSOLE);
	assert_int_equal(fcntl(passed, F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(pipe_fds[1], "z", 1), 1);
	assert_int_equal(read(passed, &letter, 1), 1);
	assert_int_equal(letter, 'z');
	close(passed);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

static void test_the_closed_end_is_not_an_error_by_itself(void **state)
{
	struct pair *pair = *state;
	struct error err = { 0 };
	struct sync_message message = { .type = SYNC_READY };

	close(pair->child);
	pair->child = -1;
	assert_int_equal(sync_receive(pair->runtime, &message, NULL, &err), 0);
	assert_int_equal(message.type, SYNC_END);
	assert_int_equal(sync_expect(pair->runtime, SYNC_START, NULL, &err), -1);
	assert_int_equal(err.code, EPIPE);
}

static void test_sending_to_a_closed_end_is_no_signal(void **state)
{
	struct pair *pair = *state;
	struct error err = { 0 };

	close(pair->child);
	pair->child = -1;
	assert_int_equal(sync_send(pair->runtime, SYNC_START, 0, &err), -1);
	assert_int_equal(err.code, EPIPE);
}

/* It never read what it was sent, which resets the stream before its own words are read. */
static void test_last_words_outlive_a_reset(void **state)
{
	struct pair *pair = *state;
	const struct error said = { .code = EIO, .text = "the last words" };
	struct sync_message message;
	struct error err = { 0 };

	assert_int_equal(sync_send(pair->runtime, SYNC_START, 0, &err), 0);
	sync_send_error(pair->child, &said);
	close(pair->child);
	pair->child = -1;
	assert_int_equal(sync_receive(pair->runtime, &message, NULL, &err), -1);
	assert_string_equal(err.text, "the last words");
}

static void test_a_message_of_the_wrong_size_is_refused(void **state)
{
	struct pair *pair = *state;
	struct error err = { 0 };
	struct sync_message message;

	assert_int_equal(send(pair->child, "abc", 3, 0), 3);
	assert_int_equal(sync_receive(pair->runtime, &message, NULL, &err), -1);
	assert_int_equal(err.code, EPROTO);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, pair_open, pair_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_both_ends_are_close_on_exec),
		TEST(test_a_value_arrives),
		TEST(test_another_message_than_expected_names_both),
		TEST(test_an_error_crosses_whole),
		TEST(test_a_descriptor_comes_along),
		TEST(test_the_closed_end_is_not_an_error_by_itself),
		TEST(test_sending_to_a_closed_end_is_no_signal),
		TEST(test_last_words_outlive_a_reset),
		TEST(test_a_message_of_the_wrong_size_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
