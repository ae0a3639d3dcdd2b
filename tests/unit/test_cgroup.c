/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup: where it is, and its life from cgroup_create to cgroup_destroy. */
#include "cgroup_alone.h"

static void check_life(const void *argument)
{
	size_t seen = be_alone(*(const int *)argument);
	struct cgroup_plan plan, other;
	struct error err = { 0 };
	struct cgroup_view view;
	pid_t pid, *pids;
	size_t count;

	plan_and_create("parent//x/", &plan);
	CHECK(plan.directories.length == seen && plan.missing.length == seen);
	for (size_t i = 0; i < seen; i++)
		CHECK(exists(plan.directories.items[i]) && exists(plan.missing.items[i]));
	/* An empty one is taken over; its parent is nobody's to make any more. */
	plan_and_create("/parent/x", &other);
	CHECK(other.directories.length == seen && other.missing.length == 0);

	pid = spawn_in(&plan, wait_for_ever);
	OK(cgroup_pids(&plan, &pids, &count, &err));
	CHECK(count == 1 && pids[0] == pid);
	free(pids);
	CHECK(cgroup_create(&other, false, &err) == -1 && err.code == EBUSY);
	CHECK_TEXT(err, "processes in it");
	/* What belongs to another container must survive the end of the one that failed. */
	OK(cgroup_destroy(&other, &err));
	CHECK(kill(pid, 0) == 0);
	CHECK(other.directories.length == 0);
	/* Also from above: the limits and the end of one would be those of the other. */
	CHECK(cgroup_plan_make(CGROUP_MANAGER_CGROUPFS, "/parent", "id", &other, &err) == -1);
	CHECK(err.code == EBUSY);

	OK(cgroup_view_make(&plan, &view, &err));
	CHECK(view.length == seen);
	for (size_t i = 0; i < seen; i++)
		CHECK(strcmp(view.items[i].directory, plan.directories.items[i]) == 0 &&
			(strcmp(view.items[i].name, "unified") == 0) == !view.items[i].v1_options);
	cgroup_view_free(&view);

	OK(cgroup_kill(&plan, SIGTERM, &err));
	CHECK(WTERMSIG(status_of(pid)) == SIGTERM);
	OK(cgroup_destroy(&plan, &err));
	check_gone(&plan);
	OK(cgroup_destroy(&plan, &err));
	OK(cgroup_kill(&plan, SIGKILL, &err));
	cgroup_plan_free(&plan);
}

/* The cgroup of the plan cannot be removed after a later directory has turned out to be none. */
static void check_failed_create(const void *argument)
{
	const char *nowhere = "/tmp/elsewhen-test_cgroup-nowhere/x";
	cleanup_text struct text inside = { 0 };
	struct error err = { 0 };
	struct cgroup_plan plan;
	char *own;

	(void)be_alone(*(const int *)argument);
	OK(cgroup_plan_make(CGROUP_MANAGER_CGROUPFS, "/x", "id", &plan, &err));
	own = plan.directories.items[0];
	text_printf(&inside, "%s/of/others", own);
	strv_add(&plan.directories, inside.data);
	strv_add(&plan.directories, nowhere);
	own = strdup(own);
	CHECK(cgroup_create(&plan, false, &err) == -1 && err.code == ENODEV);
	CHECK(plan.directories.length == 1 && strcmp(plan.directories.items[0], own) == 0);
	CHECK(exists(own));
	OK(cgroup_destroy(&plan, &err));
	CHECK(!exists(own));
	free(own);
	cgroup_plan_free(&plan);
}

static void check_freeze(const void *argument)
{
	struct cgroup_plan plan;
	struct error err = { 0 };
	pid_t pid;

	(void)be_alone(*(const int *)argument);
	plan_and_create("/x", &plan);
	pid = spawn_in(&plan, wait_for_ever);
	CHECK(cgroup_is_frozen(&plan, &err) == 0);
	OK(cgroup_freeze(&plan, true, &err));
	CHECK(cgroup_is_frozen(&plan, &err) == 1);
	OK(cgroup_freeze(&plan, false, &err));
	CHECK(cgroup_is_frozen(&plan, &err) == 0);
	/* The frozen can be killed, and in v1 stay frozen for any other signal. */
	OK(cgroup_freeze(&plan, true, &err));
	if (*(const int *)argument & SEE_V1) {
		OK(cgroup_kill(&plan, SIGTERM, &err));
		CHECK(cgroup_is_frozen(&plan, &err) == 1);
	}
	OK(cgroup_kill(&plan, SIGKILL, &err));
	CHECK(WIFSIGNALED(status_of(pid)));
	OK(cgroup_freeze(&plan, true, &err));
	/* A container that takes over a frozen cgroup must run. */
	OK(cgroup_create(&plan, false, &err));
	CHECK(cgroup_is_frozen(&plan, &err) == 0);
	OK(cgroup_destroy(&plan, &err));
	check_gone(&plan);
	cgroup_plan_free(&plan);
}

static void fork_for_ever(void)
{
	for (int i = 0; i < 8; i++)
		(void)fork();
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		if (pid > 0)
			(void)waitpid(pid, NULL, 0);
		else
			(void)usleep(1000);
	}
}

/* Deep and wide below every directory, as a container with cgroups of its own leaves it. */
static void nest(const struct cgroup_plan *plan)
{
	for (size_t i = 0; i < plan->directories.length; i++) {
		cleanup_close int fd =
			open(plan->directories.items[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		for (int depth = 0; depth < 12; depth++) {
			CHECK(mkdirat(fd, "wide", 0755) == 0);
			CHECK(mkdirat(fd, "deep", 0755) == 0);
			replace_fd(&fd, openat(fd, "deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
			CHECK(fd >= 0);
		}
	}
}

static void check_destroy_full(const void *argument)
{
	struct cgroup_resources few = { .pids_limit = { .set = true, .value = 64 } };
	struct cgroup_plan plan;
	pid_t pid, lost;
	char text[32];
	bool limited;
	struct error err;

	(void)be_alone(*(const int *)argument);
	plan_and_create("/a/b/c", &plan);
	nest(&plan);
	limited = cgroup_apply(&plan, &few, &err) == 0;
	pid = spawn_in(&plan, limited ? fork_for_ever : wait_for_ever);
	/* One that is in the first hierarchy alone. */
	lost = fork();
	CHECK(lost >= 0);
	if (lost == 0)
		wait_for_ever();
	snprintf(text, sizeof(text), "%d", (int)lost);
	write_in(plan.directories.items[0], "cgroup.procs", text);
	OK(cgroup_destroy(&plan, &err));
	check_gone(&plan);
	CHECK(WTERMSIG(status_of(pid)) == SIGKILL);
	CHECK(WTERMSIG(status_of(lost)) == SIGKILL);
	cgroup_plan_free(&plan);
}

/* A path of more than PATH_MAX bytes, as a hostile container can make it in its own cgroup. */
static void check_destroy_deep(const void *argument)
{
	char name[201];
	struct cgroup_plan plan;
	int fd;

	(void)be_alone(*(const int *)argument);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	plan_and_create("/x", &plan);
	fd = open(plan.directories.items[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int depth = 0; depth < 25 && mkdirat(fd, name, 0755) == 0; depth++)
		replace_fd(&fd, openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	replace_fd(&fd, -1);
	OK(cgroup_destroy(&plan, &err));
	check_gone(&plan);
	cgroup_plan_free(&plan);
}

static void create_and_destroy(const char *path)
{
	for (int i = 0; i < 20; i++) {
		struct cgroup_plan plan;

		plan_and_create(path, &plan);
		OK(cgroup_destroy(&plan, &err));
		cgroup_plan_free(&plan);
	}
}

/* Containers with a parent in common make and remove it under each other's feet. */
static void check_race(const void *argument)
{
	pid_t pid;

	(void)be_alone(*(const int *)argument);
	pid = fork();
	CHECK(pid >= 0);
	create_and_destroy(pid == 0 ? "/a/b/x" : "/a/b/y");
	if (pid == 0)
		_exit(0);
	CHECK(status_of(pid) == 0);
}

static void test_plan_refusals(void **state)
{
	static const struct {
		const char *path, *id, *part;
	} cases[] = {
		{ "/a/../b", "id", "\"..\" is not allowed" },
		{ "..", "id", "\"..\" is not allowed" },
		{ "/./a", "id", "\".\" is not allowed" },
		{ "/", "id", "root of the cgroups" },
		{ "//", "id", "root of the cgroups" },
		{ NULL, NULL, "neither" },
		{ NULL, "..", "not allowed" },
		{ "a.slice:prefix:name", "id", "--systemd-cgroup" },
		{ "/a\nb", "id", "control character" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct cgroup_plan plan;
		struct error err = { 0 };

		assert_int_equal(cgroup_plan_make(CGROUP_MANAGER_CGROUPFS, cases[i].path,
					 cases[i].id, &plan, &err),
			-1);
		if (!strstr(err.text, cases[i].part))
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].part);
		assert_int_equal(plan.directories.length, 0);
	}
}

static void test_disabled(void **state)
{
	struct cgroup_resources resources = { .pids_limit = { true, 5 } };
	struct cgroup_plan plan;
	struct cgroup_entry entry;
	struct cgroup_view view;
	struct error err = { 0 };
	size_t count;
	pid_t *pids;

	(void)state;
	assert_int_equal(cgroup_plan_make(CGROUP_MANAGER_DISABLED, "/a", "id", &plan, &err), 0);
	assert_int_equal(plan.directories.length, 0);
	assert_int_equal(cgroup_create(&plan, false, &err), 0);
	assert_int_equal(cgroup_apply(&plan, &resources, &err), 0);
	assert_int_equal(cgroup_entry_open(&plan, &entry, &err), 0);
	assert_int_equal(entry.v2_directory, -1);
	assert_int_equal(cgroup_entry_enter(&entry, true, &err), 0);
	cgroup_entry_close(&entry);
	assert_int_equal(cgroup_kill(&plan, SIGKILL, &err), 0);
	assert_int_equal(cgroup_pids(&plan, &pids, &count, &err), 0);
	assert_int_equal(count, 0);
	assert_int_equal(cgroup_is_frozen(&plan, &err), 0);
	assert_int_equal(cgroup_view_make(&plan, &view, &err), 0);
	assert_int_equal(view.length, 0);
	assert_int_equal(cgroup_destroy(&plan, &err), 0);
}

/* A user without rights gets a place below the own cgroup or none: never an error. */
static void check_plan_unprivileged(const void *argument)
{
	struct cgroup_plan plan;

	(void)argument;
	/* Root of a user namespace has no rights either. */
	if (cgroup_is_privileged())
		in_child_drop_root();
	OK(cgroup_plan_make(CGROUP_MANAGER_CGROUPFS, "/elsewhen-test-nobody", "id", &plan, &err));
	OK(cgroup_create(&plan, true, &err));
	OK(cgroup_destroy(&plan, &err));
	check_gone(&plan);
	cgroup_plan_free(&plan);
}

static void test_plan_unprivileged(void **state)
{
	(void)state;
	in_child(check_plan_unprivileged, NULL);
}

/* Where a hierarchy is not mounted any more, no plain directories must be made instead. */
static void test_not_a_cgroup(void **state)
{
	char directory[] = "/tmp/elsewhen-test_cgroup-XXXXXX", path[64];
	struct cgroup_plan plan = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/a/b", directory);
	strv_add(&plan.directories, path);
	assert_int_equal(cgroup_create(&plan, false, &err), -1);
	assert_int_equal(err.code, ENODEV);
	cgroup_plan_free(&plan);
	snprintf(path, sizeof(path), "%s/a", directory);
	assert_int_equal(access(path, F_OK), -1);
	strv_add(&plan.directories, path);
	assert_int_equal(cgroup_create(&plan, false, &err), -1);
	assert_int_equal(err.code, ENODEV);
	assert_int_equal(access(path, F_OK), -1);
	cgroup_plan_free(&plan);
	assert_int_equal(rmdir(directory), 0);
}

REAL_TEST(life, SEE_HYBRID)
REAL_TEST(life, SEE_V1)
REAL_TEST(life, SEE_V2)
REAL_TEST(failed_create, SEE_V2)
REAL_TEST(freeze, SEE_HYBRID)
REAL_TEST(freeze, SEE_V1)
REAL_TEST(freeze, SEE_V2)
REAL_TEST(destroy_full, SEE_HYBRID)
REAL_TEST(destroy_full, SEE_V1)
REAL_TEST(destroy_full, SEE_V2)
REAL_TEST(destroy_deep, SEE_V1)
REAL_TEST(destroy_deep, SEE_V2)
REAL_TEST(race, SEE_HYBRID)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan_refusals),
		cmocka_unit_test(test_disabled),
		cmocka_unit_test(test_plan_unprivileged),
		cmocka_unit_test(test_not_a_cgroup),
		REAL(test_life_SEE_HYBRID),
		REAL(test_life_SEE_V1),
		REAL(test_life_SEE_V2),
		REAL(test_failed_create_SEE_V2),
		REAL(test_freeze_SEE_HYBRID),
		REAL(test_freeze_SEE_V1),
		REAL(test_freeze_SEE_V2),
		REAL(test_destroy_full_SEE_HYBRID),
		REAL(test_destroy_full_SEE_V1),
		REAL(test_destroy_full_SEE_V2),
		REAL(test_destroy_deep_SEE_V1),
		REAL(test_destroy_deep_SEE_V2),
		REAL(test_race_SEE_HYBRID),
	};

	return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
