/* SPDX-License-Identifier: Apache-2.0 */
/* base/fatal.h: the last sentence of a process, who hears it, and its exit status. */
#include "in_child.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/fatal.h"
#include "base/io.h"
#include "base/text.h"
#include "oci/json.h"

/* What the child wrote to its standard error, and its status. */
struct ended {
	char said[256];
	int status;
};

static int said_pipe[2];

static void with_said(const void *argument)
{
	void (*check)(void);

	memcpy(&check, argument, sizeof(check));
	CHECK(dup2(said_pipe[1], STDERR_FILENO) >= 0);
	close(said_pipe[0]);
	close(said_pipe[1]);
	check();
}

static struct ended run(void (*check)(void))
{
	struct ended ended = { 0 };
	ssize_t got;

	assert_int_equal(pipe2(said_pipe, O_CLOEXEC), 0);
	ended.status = in_child_status(with_said, &check);
	close(said_pipe[1]);
	got = read(said_pipe[0], ended.said, sizeof(ended.said) - 1);
	close(said_pipe[0]);
	assert_true(got >= 0);
	return ended;
}

static void ask_for_more_than_there_is(void)
{
	struct arena arena = { 0 };

	arena_alloc(&arena, SIZE_MAX - 1);
}

static void without_memory_it_says_so_and_exits_with_1(void **state)
{
	struct ended ended = run(ask_for_more_than_there_is);

	(void)state;
	assert_string_equal(ended.said, "elsewhen: out of memory\n");
	assert_true(WIFEXITED(ended.status));
	assert_int_equal(WEXITSTATUS(ended.status), 1);
}

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define WITH_SANITIZER
#endif
#endif

/* A sanitizer's own malloc has its own last words. */
static void fill_what_is_left(void)
{
#ifndef WITH_SANITIZER
	struct rlimit limit = { 0 };
	struct text text = { 0 };

	setrlimit(RLIMIT_DATA, &limit);
	for (;;)
		text_printf(&text, "%1000d", 1);
#else
	ask_for_more_than_there_is();
#endif
}

static void a_full_heap_is_no_core_dump(void **state)
{
	struct ended ended = run(fill_what_is_left);

	(void)state;
	assert_string_equal(ended.said, "elsewhen: out of memory\n");
	assert_true(WIFEXITED(ended.status));
	assert_int_equal(WEXITSTATUS(ended.status), 1);
}

static void tell(void *context, const struct error *err)
{
	dprintf(STDERR_FILENO, "%s:%s:%d", (const char *)context, err->text, err->code == ENOMEM);
}

static void ask_with_a_listener(void)
{
	static char name[] = "parent";

	fatal_tell(tell, name);
	ask_for_more_than_there_is();
}

static void a_child_tells_its_parent_and_nobody_else(void **state)
{
	struct ended ended = run(ask_with_a_listener);

	(void)state;
	assert_string_equal(ended.said, "parent:out of memory:1");
	assert_int_equal(WEXITSTATUS(ended.status), 1);
}

static void tell_and_need_memory(void *context, const struct error *err)
{
	(void)context;
	dprintf(STDERR_FILENO, "%s.", err->text);
	ask_for_more_than_there_is();
}

static void ask_with_a_listener_that_asks(void)
{
	fatal_tell(tell_and_need_memory, NULL);
	ask_for_more_than_there_is();
}

static void telling_without_memory_ends_too(void **state)
{
	struct ended ended = run(ask_with_a_listener_that_asks);

	(void)state;
	assert_string_equal(ended.said, "out of memory.");
	assert_int_equal(WEXITSTATUS(ended.status), 1);
}

static void write_json_out_of_order(void)
{
	json_close_object(json_writer_new(false));
}

static void a_mistake_of_ours_has_a_name(void **state)
{
	struct ended ended = run(write_json_out_of_order);

	(void)state;
	assert_string_equal(ended.said,
		"elsewhen: a mistake in elsewhen itself: JSON was written out of order\n");
	assert_true(WIFEXITED(ended.status));
	assert_int_equal(WEXITSTATUS(ended.status), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_memory_it_says_so_and_exits_with_1),
		cmocka_unit_test(a_full_heap_is_no_core_dump),
		cmocka_unit_test(a_child_tells_its_parent_and_nobody_else),
		cmocka_unit_test(telling_without_memory_ends_too),
		cmocka_unit_test(a_mistake_of_ours_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
