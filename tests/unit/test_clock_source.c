/* SPDX-License-Identifier: Apache-2.0 */
/* container/clock_source: which policy counts, and what saved clocks start at by the wall clock. */
#include "test_tree.h"

#include <time.h>

#include "base/text.h"
#include "container/clock_source.h"

/* Saved in 1970, with both clocks at 100 s and 200 s. */
#define SNAPSHOT(more)                                          \
	"{\"clocksVersion\": 1, \"id\": \"c\","                 \
	"\"bootId\": \"c5f49b0b-5b8f-4a8e-9d7c-0f3d3c6f9a51\"," \
	"\"realtime\": {\"secs\": 5, \"nanosecs\": 0},"         \
	"\"monotonic\": {\"secs\": 100, \"nanosecs\": 1},"      \
	"\"boottime\": {\"secs\": 200, \"nanosecs\": 2}" more "}"

static struct test_tree tree;
static char path[128];

static int setup(void **state)
{
	(void)state;
	test_tree_make(&tree);
	test_tree_file(&tree, "plain", SNAPSHOT(""));
	test_tree_file(&tree, "suspend", SNAPSHOT(", \"policy\": \"suspend\""));
	test_tree_file(&tree, "config", SNAPSHOT(", \"policy\": \"config\""));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_tree_remove(&tree);
	return 0;
}

static int load(
	const char *name, const char *policy, struct timens_values *values, struct error *err)
{
	char *const paths[] = { path, NULL };

	snprintf(path, sizeof(path), "%s/%s", tree.rootfs, name);
	return clock_source_load(paths, policy, values, err);
}

static int64_t wall_clock(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
	return now.tv_sec;
}

static const struct {
	const char *file, *policy;
	bool monotonic_counts, boottime_counts;
} rows[] = {
	{ "plain", NULL, false, false },
	{ "plain", "continue", false, false },
	{ "plain", "suspend", false, true },
	{ "plain", "wallclock", true, true },
	{ "suspend", NULL, false, true },
	{ "suspend", "continue", false, false },
	{ "suspend", "wallclock", true, true },
	{ "config", "continue", false, false },
};

static void assert_start(const struct timens_value *value, int64_t saved, uint32_t nanoseconds,
	bool counts, int64_t before)
{
	assert_int_equal(value->kind, TIMENS_VALUE_START);
	if (!counts) {
		assert_int_equal(value->time.seconds, saved);
		assert_int_equal(value->time.nanoseconds, nanoseconds);
		return;
	}
	assert_true(value->time.seconds >= saved + before - 5);
	assert_true(value->time.seconds <= saved + wall_clock() - 5 + 1);
}

static void policies(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		int64_t before = wall_clock();
		struct timens_values values = { 0 };
		struct error err = { 0 };

		print_message("row %zu\n", i);
		if (load(rows[i].file, rows[i].policy, &values, &err) < 0)
			fail_msg("%s", err.text);
		assert_start(&values.monotonic, 100, 1, rows[i].monotonic_counts, before);
		assert_start(&values.boottime, 200, 2, rows[i].boottime_counts, before);
	}
}

static void refused(void **state)
{
	static const struct {
		const char *file, *policy, *sentence;
	} cases[] = {
		{ "plain", "pause",
			"'pause' is no policy for clocks; there are continue, suspend, wallclock "
			"and "
			"config" },
		{ "plain", "",
			"'' is no policy for clocks; there are continue, suspend, wallclock and "
			"config" },
		{ "plain", "config",
			"with the policy 'config' nothing is taken from saved clocks; there are "
			"continue, suspend and wallclock" },
		{ "config", NULL,
			"with the policy 'config', which they were saved with, nothing is taken "
			"from "
			"saved clocks; there are continue, suspend and wallclock" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct timens_values values;
		struct error err = { 0 };

		assert_int_equal(load(cases[i].file, cases[i].policy, &values, &err), -1);
		assert_string_equal(err.text, cases[i].sentence);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests_name("clock_source", tests, setup, teardown);
}
