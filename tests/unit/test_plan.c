/* SPDX-License-Identifier: Apache-2.0 */
/* container/plan: one process or two, for every mix of namespaces that decides it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "container/plan.h"
#include "linux/userns.h"

static struct oci_namespace namespaces[OCI_NAMESPACE_COUNT];
static struct oci_config config;

/* "user:new time:new net:path": the own namespace stands for every path. */
static void ask(enum oci_namespace_type type, const char *path)
{
	struct oci_namespace *next = &namespaces[config.linux_.namespaces_length++];

	config.linux_.namespaces = namespaces;
	*next = (struct oci_namespace){ .type = type, .path = (char *)path };
}

static int forget(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	return 0;
}

/* As clock_request_make has it of a config without annotations. */
static const struct clock_request *clock_asked(void)
{
	static struct clock_request clock;
	const struct oci_namespace *time = oci_config_namespace(&config, OCI_NAMESPACE_TIME);

	clock.kind = !time ? CLOCK_KIND_HOST : time->path ? CLOCK_KIND_PATH : CLOCK_KIND_PRIVATE;
	return &clock;
}

static enum plan_shape shape(void)
{
	struct plan plan;
	struct error err = { 0 };
	enum plan_shape found;

	if (plan_make(&config, clock_asked(), &plan, &err) < 0)
		fail_msg("%s", err.text);
	found = plan.shape;
	plan_close(&plan);
	return found;
}

static void test_no_user_namespace_is_direct(void **state)
{
	struct error ignored;

	(void)state;
	if (userns_is_nested(&ignored) != 0)
		skip();
	ask(OCI_NAMESPACE_PID, NULL);
	ask(OCI_NAMESPACE_TIME, NULL);
	assert_int_equal(shape(), PLAN_DIRECT);
}

static void test_pid_by_path_is_prepared_outside(void **state)
{
	struct plan plan;
	struct error err = { 0 };

	(void)state;
	ask(OCI_NAMESPACE_PID, "/proc/self/ns/pid");
	assert_int_equal(shape(), PLAN_STAGED);
	assert_int_equal(plan_make(&config, clock_asked(), &plan, &err), 0);
	assert_true(plan.prepares_outside);
	plan_close(&plan);
}

static void test_a_new_user_namespace_alone_is_direct(void **state)
{
	(void)state;
	ask(OCI_NAMESPACE_USER, NULL);
	ask(OCI_NAMESPACE_PID, NULL);
	assert_int_equal(shape(), PLAN_DIRECT);
}

static void test_a_new_user_and_a_new_time_namespace_are_staged(void **state)
{
	(void)state;
	ask(OCI_NAMESPACE_USER, NULL);
	ask(OCI_NAMESPACE_TIME, NULL);
	assert_int_equal(shape(), PLAN_STAGED);
}

static void test_a_new_user_namespace_and_any_path_are_staged(void **state)
{
	(void)state;
	ask(OCI_NAMESPACE_USER, NULL);
	ask(OCI_NAMESPACE_NETWORK, "/proc/self/ns/net");
	assert_int_equal(shape(), PLAN_STAGED);
}

static void test_a_user_namespace_by_path_is_staged(void **state)
{
	(void)state;
	ask(OCI_NAMESPACE_USER, "/proc/self/ns/user");
	assert_int_equal(shape(), PLAN_STAGED);
}

static void test_another_type_than_asked_is_refused(void **state)
{
	struct plan plan;
	struct error err = { 0 };

	(void)state;
	ask(OCI_NAMESPACE_PID, NULL);
	ask(OCI_NAMESPACE_TIME, "/proc/self/ns/net");
	assert_int_equal(plan_make(&config, clock_asked(), &plan, &err), -1);
	assert_int_equal(err.code, EINVAL);
	assert_string_equal(err.text, "linux.namespaces[1].path: '/proc/self/ns/net' is a "
				      "namespace of type net, not time");
}

static void test_no_namespace_at_all_is_refused(void **state)
{
	struct plan plan;
	struct error err = { 0 };

	(void)state;
	ask(OCI_NAMESPACE_TIME, "/dev/null");
	assert_int_equal(plan_make(&config, clock_asked(), &plan, &err), -1);
	assert_non_null(strstr(err.text, "'/dev/null' is not a namespace"));
}

static void test_a_namespace_that_cannot_be_looked_at_is_an_error(void **state)
{
	struct plan plan;
	struct error err = { 0 };
	pid_t none = fork();

	(void)state;
	if (none == 0)
		_exit(0);
	assert_int_equal(waitpid(none, NULL, 0), none);
	assert_int_equal(plan_make_join(none, &plan, &err), -1);
	assert_non_null(strstr(err.text, "look at the container's namespace"));
}

static void test_joining_a_process_like_us_joins_nothing(void **state)
{
	struct plan plan;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(plan_make_join(getpid(), &plan, &err), 0);
	for (int type = 0; type < OCI_NAMESPACE_COUNT; type++)
		assert_int_equal(plan_source(&plan, type), PLAN_INHERIT);
	plan_close(&plan);
}

#define TEST(function) cmocka_unit_test_setup(function, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_user_namespace_is_direct),
		TEST(test_pid_by_path_is_prepared_outside),
		TEST(test_a_new_user_namespace_alone_is_direct),
		TEST(test_a_new_user_and_a_new_time_namespace_are_staged),
		TEST(test_a_new_user_namespace_and_any_path_are_staged),
		TEST(test_a_user_namespace_by_path_is_staged),
		TEST(test_another_type_than_asked_is_refused),
		TEST(test_no_namespace_at_all_is_refused),
		TEST(test_a_namespace_that_cannot_be_looked_at_is_an_error),
		TEST(test_joining_a_process_like_us_joins_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
