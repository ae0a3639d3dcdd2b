/* SPDX-License-Identifier: Apache-2.0 */
/* linux/clock_policy: what saved clocks start at, and what holds for every policy and every clock. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "linux/clock_policy.h"

#define ROUNDS 200000
#define NANOSECONDS_PER_SECOND UINT64_C(1000000000)

static uint64_t random_state = UINT64_C(0x2545f4914f6cdd1d);

static uint64_t random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static struct timens_offset random_reading(void)
{
	uint64_t seconds = random_u64() % ((uint64_t)TIMENS_SECONDS_MAX + 1);

	return (struct timens_offset){ (int64_t)(seconds >> (random_u64() % 33)),
		(uint32_t)(random_u64() % NANOSECONDS_PER_SECOND) };
}

/* The readings of the tests fit 64 bits of nanoseconds: what is proven is done in those. */
static int64_t in_nanoseconds(struct timens_offset reading)
{
	return reading.seconds * (int64_t)NANOSECONDS_PER_SECOND + reading.nanoseconds;
}

static int64_t later_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static const struct {
	enum clock_policy policy;
	struct clock_readings saved;
	struct timens_offset now;
	struct timens_offset monotonic, boottime;
} rows[] = {
	{ CLOCK_POLICY_CONTINUE, { { 100, 5 }, { 200, 6 }, { 1000, 7 }, true }, { 1500, 8 },
		{ 100, 5 }, { 200, 6 } },
	{ CLOCK_POLICY_UNSET, { { 100, 5 }, { 200, 6 }, { 1000, 7 }, true }, { 1500, 8 },
		{ 100, 5 }, { 200, 6 } },
	{ CLOCK_POLICY_SUSPEND, { { 100, 5 }, { 200, 6 }, { 1000, 7 }, true }, { 1500, 8 },
		{ 100, 5 }, { 700, 7 } },
	{ CLOCK_POLICY_WALLCLOCK, { { 100, 5 }, { 200, 6 }, { 1000, 7 }, true }, { 1500, 8 },
		{ 600, 6 }, { 700, 7 } },
	/* The nanoseconds of the wall clock are borrowed from and carried into. */
	{ CLOCK_POLICY_WALLCLOCK, { { 0, 0 }, { 0, 999999999 }, { 1000, 2 }, true }, { 1001, 1 },
		{ 0, 999999999 }, { 1, 999999998 } },
	/* A wall clock that was set back meanwhile. */
	{ CLOCK_POLICY_WALLCLOCK, { { 100, 5 }, { 200, 6 }, { 1000, 7 }, true }, { 1000, 6 },
		{ 100, 5 }, { 200, 6 } },
	{ CLOCK_POLICY_SUSPEND, { { 100, 5 }, { 200, 6 }, { 1000, 7 }, true }, { 0, 0 }, { 100, 5 },
		{ 200, 6 } },
	/* CRIU's, without a wall clock; and as it samples them, boottime behind. */
	{ CLOCK_POLICY_CONTINUE, { .monotonic = { 100, 5 }, .boottime = { 100, 6 } }, { 0, 0 },
		{ 100, 5 }, { 100, 6 } },
	{ CLOCK_POLICY_CONTINUE, { .monotonic = { 100, 5 }, .boottime = { 100, 4 } }, { 0, 0 },
		{ 100, 5 }, { 100, 5 } },
	{ CLOCK_POLICY_SUSPEND, { { 100, 5 }, { 50, 0 }, { 1000, 0 }, true }, { 1010, 0 },
		{ 100, 5 }, { 100, 5 } },
	{ CLOCK_POLICY_SUSPEND, { { 100, 5 }, { 50, 0 }, { 1000, 0 }, true }, { 1060, 0 },
		{ 100, 5 }, { 110, 0 } },
	/* All that the kernel's range has. */
	{ CLOCK_POLICY_WALLCLOCK, { { 0, 0 }, { TIMENS_SECONDS_MAX, 0 }, { 0, 1 }, true }, { 1, 0 },
		{ 0, 999999999 }, { TIMENS_SECONDS_MAX, 999999999 } },
};

static void known_clocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct timens_value monotonic = { TIMENS_VALUE_START, rows[i].monotonic };
		const struct timens_value boottime = { TIMENS_VALUE_START, rows[i].boottime };
		struct timens_values values = { 0 };
		struct error err = { 0 };

		print_message("row %zu\n", i);
		assert_int_equal(clock_policy_apply(rows[i].policy, &rows[i].saved, &rows[i].now,
					 &values, &err),
			0);
		assert_true(timens_value_equal(&values.monotonic, &monotonic));
		assert_true(timens_value_equal(&values.boottime, &boottime));
	}
}

static void config_asks_for_nothing(void **state)
{
	const struct clock_readings saved = { .monotonic = { 5, 6 }, .boottime = { 7, 8 } };
	struct timens_values values = { .monotonic = { TIMENS_VALUE_START, { 1, 1 } } };
	struct timens_offset now = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(clock_policy_apply(CLOCK_POLICY_CONFIG, &saved, &now, &values, &err), 0);
	assert_int_equal(values.monotonic.kind, TIMENS_VALUE_NONE);
	assert_int_equal(values.boottime.kind, TIMENS_VALUE_NONE);
}

static const struct {
	enum clock_policy policy;
	struct clock_readings saved;
	struct timens_offset now;
	int code;
	const char *part;
} refused[] = {
	{ CLOCK_POLICY_SUSPEND, { .monotonic = { 1, 1 }, .boottime = { 1, 1 } }, { 5, 0 }, EINVAL,
		"the policy 'suspend' needs the wall-clock time" },
	{ CLOCK_POLICY_WALLCLOCK, { .monotonic = { 1, 1 }, .boottime = { 1, 1 } }, { 5, 0 }, EINVAL,
		"the policy 'wallclock' needs the wall-clock time" },
	{ CLOCK_POLICY_WALLCLOCK,
		{ { TIMENS_SECONDS_MAX, 0 }, { TIMENS_SECONDS_MAX, 0 }, { 0, 0 }, true },
		{ 1, 500000000 }, ERANGE,
		"monotonic would start at 4611686018.000000000 s (saved) + 1.500000000 s (by the "
		"wall clock since); no kernel lets it go beyond 4611686018 s" },
	{ CLOCK_POLICY_SUSPEND, { { 5, 0 }, { TIMENS_SECONDS_MAX, 1 }, { 0, 0 }, true },
		{ 0, 999999999 }, ERANGE,
		"boottime would start at 4611686018.000000001 s (saved) + 0.999999999 s" },
	{ CLOCK_POLICY_CONTINUE, { { TIMENS_SECONDS_MAX + 1, 0 }, { 5, 0 }, { 0, 0 }, true },
		{ 0, 0 }, ERANGE, "monotonic would start at 4611686019.000000000 s" },
	{ CLOCK_POLICY_CONTINUE, { { 5, 0 }, { INT64_MAX, 0 }, { 0, 0 }, true }, { 0, 0 }, ERANGE,
		"boottime would start at 9223372036854775807.000000000 s" },
	{ CLOCK_POLICY_WALLCLOCK, { { 5, 0 }, { INT64_MAX, 0 }, { 0, 0 }, true }, { INT64_MAX, 0 },
		ERANGE, "monotonic would start at 5.0" },
	{ CLOCK_POLICY_CONTINUE, { { -1, 0 }, { 5, 0 }, { 0, 0 }, true }, { 0, 0 }, EINVAL, "" },
	{ CLOCK_POLICY_CONTINUE, { { 1, 0 }, { 5, 1000000000 }, { 0, 0 }, true }, { 0, 0 }, EINVAL,
		"" },
	{ CLOCK_POLICY_SUSPEND, { { 1, 0 }, { 5, 0 }, { INT64_MIN, 0 }, true }, { INT64_MAX, 0 },
		EINVAL, "" },
	{ CLOCK_POLICY_SUSPEND, { { 1, 0 }, { 5, 0 }, { 5, 0 }, true }, { 5, 1000000000 }, EINVAL,
		"" },
};

static void what_cannot_be_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		struct timens_values values = { .monotonic = { TIMENS_VALUE_START, { 7, 7 } } };
		struct error err = { 0 };

		print_message("row %zu\n", i);
		assert_int_equal(clock_policy_apply(refused[i].policy, &refused[i].saved,
					 &refused[i].now, &values, &err),
			-1);
		assert_int_equal(err.code, refused[i].code);
		if (!text_starts_with(err.text, refused[i].part) || !*err.text)
			fail_msg("the sentence is: %s", err.text);
		assert_int_equal(values.monotonic.time.seconds, 7);
	}
}

/* Whatever was saved and whatever the wall clock reads: the promises of the header. */
static void promises_hold(void **state)
{
	int refusals = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		enum clock_policy policy = (enum clock_policy)(random_u64() % 3);
		const struct clock_readings saved = { random_reading(), random_reading(),
			random_reading(), true };
		const struct timens_offset now = random_reading();
		int64_t between = later_of(in_nanoseconds(now) - in_nanoseconds(saved.realtime), 0);
		int64_t monotonic = in_nanoseconds(saved.monotonic) +
				    (policy == CLOCK_POLICY_WALLCLOCK ? between : 0);
		int64_t boottime = in_nanoseconds(saved.boottime) +
				   (policy != CLOCK_POLICY_CONTINUE ? between : 0);
		const int64_t max =
			in_nanoseconds((struct timens_offset){ TIMENS_SECONDS_MAX, 999999999 });
		struct timens_values values;
		struct error err = { 0 };

		if (clock_policy_apply(policy, &saved, &now, &values, &err) < 0) {
			assert_true(monotonic > max || boottime > max);
			refusals++;
			continue;
		}
		assert_int_equal(values.monotonic.kind, TIMENS_VALUE_START);
		assert_int_equal(values.boottime.kind, TIMENS_VALUE_START);
		assert_true(in_nanoseconds(values.monotonic.time) == monotonic);
		assert_true(in_nanoseconds(values.boottime.time) == later_of(boottime, monotonic));
		assert_true(in_nanoseconds(values.boottime.time) <= max);
	}
	assert_in_range(refusals, 1, ROUNDS / 2);
}

static const struct timens_value start_5_6 = { TIMENS_VALUE_START, { 5, 6 } };
static const struct timens_value start_5_7 = { TIMENS_VALUE_START, { 5, 7 } };
static const struct timens_value start_0 = { TIMENS_VALUE_START, { 0, 0 } };

static void raising_takes_the_later_of_each_clock(void **state)
{
	struct timens_values values = { 0 };
	const struct timens_values first = { start_0, start_5_7 },
				   second = { start_5_6, start_5_6 };

	(void)state;
	/* From none at all: a start at zero is one, too. */
	clock_policy_raise(&values, &first);
	assert_true(timens_value_equal(&values.monotonic, &start_0));
	assert_true(timens_value_equal(&values.boottime, &start_5_7));
	clock_policy_raise(&values, &second);
	assert_true(timens_value_equal(&values.monotonic, &start_5_6));
	assert_true(timens_value_equal(&values.boottime, &start_5_7));
}

static void names(void **state)
{
	enum clock_policy policy = CLOCK_POLICY_UNSET;
	struct error err = { 0 };

	(void)state;
	for (int i = 0; i < CLOCK_POLICY_NAMED; i++) {
		assert_int_equal(clock_policy_parse(clock_policy_names[i], &policy, &err), 0);
		assert_int_equal(policy, i);
	}
	assert_int_equal(policy, CLOCK_POLICY_CONFIG);
	assert_int_equal(clock_policy_parse("Continue", &policy, &err), -1);
	assert_string_equal(err.text, "'Continue' is no policy for clocks; there are continue, "
				      "suspend, wallclock and config");
	assert_int_equal(policy, CLOCK_POLICY_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_clocks),
		cmocka_unit_test(config_asks_for_nothing),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(promises_hold),
		cmocka_unit_test(raising_takes_the_later_of_each_clock),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests_name("clock_policy", tests, NULL, NULL);
}
