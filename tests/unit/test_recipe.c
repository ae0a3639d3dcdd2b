/* SPDX-License-Identifier: Apache-2.0 */
/* container/recipe: steps in order, undo backwards, and the name of the step that failed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "container/recipe.h"

struct diary {
	char text[64];
	const char *sentence; /* what "c" fails with; NULL: it succeeds */
};

static void diary_add(void *context, const char *word)
{
	strcat(((struct diary *)context)->text, word);
}

static int run_a(void *context, struct error *err)
{
	(void)err;
	diary_add(context, "a");
	return 0;
}

static int run_b(void *context, struct error *err)
{
	(void)err;
	diary_add(context, "b");
	return 0;
}

static int run_c(void *context, struct error *err)
{
	const struct diary *diary = context;

	diary_add(context, "c");
	return diary->sentence ? error_set(err, ENOSPC, "%s", diary->sentence) : 0;
}

static void undo_a(void *context)
{
	diary_add(context, "A");
}

static void undo_c(void *context)
{
	diary_add(context, "C");
}

static const struct recipe_step steps[] = {
	{ "make a", run_a, undo_a },
	{ "make b", run_b, NULL },
	{ "make c", run_c, undo_c },
	{ NULL, NULL, NULL },
};

static void test_success_undoes_nothing(void **state)
{
	struct diary diary = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(recipe_run(steps, &diary, &err), 0);
	assert_string_equal(diary.text, "abc");
	assert_int_equal(err.code, 0);
}

static void test_failure_undoes_backwards_and_is_named(void **state)
{
	struct diary diary = { .sentence = "no room" };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(recipe_run(steps, &diary, &err), -1);
	assert_string_equal(diary.text, "abcCA");
	assert_int_equal(err.code, ENOSPC);
	assert_string_equal(err.text, "no room [make c]");
}

static void test_a_step_of_a_child_keeps_its_name(void **state)
{
	struct diary diary = { .sentence = "no room [make the child's thing]" };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(recipe_run(steps, &diary, &err), -1);
	assert_string_equal(err.text, "no room [make the child's thing]");
}

static void test_an_element_of_a_list_is_no_step(void **state)
{
	struct diary diary = { .sentence = "is there already, as linux.namespaces[0]" };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(recipe_run(steps, &diary, &err), -1);
	assert_string_equal(err.text, "is there already, as linux.namespaces[0] [make c]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_success_undoes_nothing),
		cmocka_unit_test(test_failure_undoes_backwards_and_is_named),
		cmocka_unit_test(test_a_step_of_a_child_keeps_its_name),
		cmocka_unit_test(test_an_element_of_a_list_is_no_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
