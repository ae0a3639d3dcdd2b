/* SPDX-License-Identifier: Apache-2.0 */
/* timens_value: texts, the way there and back, and starts held against the clock. */
#include <elsewhen/timens_value.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/text.h"

#define NANOSECONDS_PER_SECOND INT64_C(1000000000)
#define ROUNDS 200000

/* The same values in each run: a failure can be looked at again. */
static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* As many small numbers as large ones. */
static int64_t random_seconds(void)
{
	return (int64_t)random_u64() >> (random_u64() % 64);
}

static uint32_t random_nanoseconds(void)
{
	static const uint32_t edges[] = { 0, 1, 999, 1000, 999999, 1000000, 500000000, 999999999 };

	if (random_u64() % 4 == 0)
		return edges[random_u64() % ARRAY_LENGTH(edges)];
	return (uint32_t)(random_u64() % NANOSECONDS_PER_SECOND);
}

static const struct {
	const char *text;
	struct timens_value value;
	const char *canonical; /* NULL: the text itself */
} good_rows[] = {
	{ "+0", { TIMENS_VALUE_OFFSET, { 0, 0 } }, NULL },
	{ "-0", { TIMENS_VALUE_OFFSET, { 0, 0 } }, "+0" },
	{ "=0", { TIMENS_VALUE_START, { 0, 0 } }, NULL },
	{ "=0d0h0m0s0ms0us0ns", { TIMENS_VALUE_START, { 0, 0 } }, "=0" },
	{ "-0.000ns", { TIMENS_VALUE_OFFSET, { 0, 0 } }, "+0" },
	{ "+36h", { TIMENS_VALUE_OFFSET, { 129600, 0 } }, "+1d12h" },
	{ "-1.5s", { TIMENS_VALUE_OFFSET, { -2, 500000000 } }, "-1s500ms" },
	{ "+497d12h", { TIMENS_VALUE_OFFSET, { 42984000, 0 } }, NULL },
	{ "=497d", { TIMENS_VALUE_START, { 42940800, 0 } }, NULL },
	{ "+250ms", { TIMENS_VALUE_OFFSET, { 0, 250000000 } }, NULL },
	{ "-250ms", { TIMENS_VALUE_OFFSET, { -1, 750000000 } }, NULL },
	{ "+1ns", { TIMENS_VALUE_OFFSET, { 0, 1 } }, NULL },
	{ "-1ns", { TIMENS_VALUE_OFFSET, { -1, 999999999 } }, NULL },
	{ "+1us", { TIMENS_VALUE_OFFSET, { 0, 1000 } }, NULL },
	{ "=1d2h3m4s5ms6us7ns", { TIMENS_VALUE_START, { 93784, 5006007 } }, NULL },
	{ "-1d2h3m4s5ms6us7ns", { TIMENS_VALUE_OFFSET, { -93785, 994993993 } }, NULL },
	{ "+1d1ns", { TIMENS_VALUE_OFFSET, { 86400, 1 } }, NULL },
	{ "+1h100m", { TIMENS_VALUE_OFFSET, { 9600, 0 } }, "+2h40m" },
	{ "+1m0.25s", { TIMENS_VALUE_OFFSET, { 60, 250000000 } }, "+1m250ms" },
	{ "+0001.50s", { TIMENS_VALUE_OFFSET, { 1, 500000000 } }, "+1s500ms" },
	{ "+1.0000000000000000000000000000000s", { TIMENS_VALUE_OFFSET, { 1, 0 } }, "+1s" },
	{ "+0.000000001s", { TIMENS_VALUE_OFFSET, { 0, 1 } }, "+1ns" },
	{ "+999.999999ms", { TIMENS_VALUE_OFFSET, { 0, 999999999 } }, "+999ms999us999ns" },
	{ "+0.001us", { TIMENS_VALUE_OFFSET, { 0, 1 } }, "+1ns" },
	{ "+0.5d", { TIMENS_VALUE_OFFSET, { 43200, 0 } }, "+12h" },
	{ "+1.1h", { TIMENS_VALUE_OFFSET, { 3960, 0 } }, "+1h6m" },
	/* One digit more than a double holds, and the longest fractions that are whole nanoseconds. */
	{ "+4503599627370497.5s", { TIMENS_VALUE_OFFSET, { INT64_C(4503599627370497), 500000000 } },
		"+52124995687d3h48m17s500ms" },
	{ "+0.00000000003125d", { TIMENS_VALUE_OFFSET, { 0, 2700 } }, "+2us700ns" },
	{ "+0.0000152587890625d", { TIMENS_VALUE_OFFSET, { 1, 318359375 } }, "+1s318ms359us375ns" },
	{ "=4611686018s", { TIMENS_VALUE_START, { TIMENS_SECONDS_MAX, 0 } }, "=53375d23h53m38s" },
	{ "=9223372036854775807s999999999ns", { TIMENS_VALUE_START, { INT64_MAX, 999999999 } },
		"=106751991167300d15h30m7s999ms999us999ns" },
	{ "+9223372036854775807s999ms999.999us", { TIMENS_VALUE_OFFSET, { INT64_MAX, 999999999 } },
		"+106751991167300d15h30m7s999ms999us999ns" },
	{ "-9223372036854775808s", { TIMENS_VALUE_OFFSET, { INT64_MIN, 0 } },
		"-106751991167300d15h30m8s" },
	{ "-9223372036854775807.999999999s", { TIMENS_VALUE_OFFSET, { INT64_MIN, 1 } },
		"-106751991167300d15h30m7s999ms999us999ns" },
	{ "+9223372036854775807999999999ns", { TIMENS_VALUE_OFFSET, { INT64_MAX, 999999999 } },
		"+106751991167300d15h30m7s999ms999us999ns" },
	{ "-9223372036854775808000000000ns", { TIMENS_VALUE_OFFSET, { INT64_MIN, 0 } },
		"-106751991167300d15h30m8s" },
};

static void assert_value(
	const char *text, const struct timens_value *value, const struct timens_value *wanted)
{
	if (!timens_value_equal(value, wanted))
		fail_msg("'%s' is kind %d, %lld s %u ns", text, (int)value->kind,
			(long long)value->time.seconds, value->time.nanoseconds);
}

static void good_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(good_rows); i++) {
		const char *text = good_rows[i].text;
		struct timens_value value = { 0 };
		char again[TIMENS_VALUE_SIZE];
		int length;

		if (timens_value_parse(text, &value) != 0)
			fail_msg("'%s' is refused", text);
		assert_value(text, &value, &good_rows[i].value);
		length = timens_value_format(&value, again);
		assert_int_equal(length, strlen(again));
		assert_string_equal(again, good_rows[i].canonical ? good_rows[i].canonical : text);
	}
}

static const struct {
	const char *text;
	int result;
} bad_rows[] = {
	{ "", -EINVAL },
	{ "0", -EINVAL },
	{ "36h", -EINVAL },
	{ "+", -EINVAL },
	{ "-", -EINVAL },
	{ "=", -EINVAL },
	{ "=-1s", -EINVAL },
	{ "=+1s", -EINVAL },
	{ "--1s", -EINVAL },
	{ "+-1s", -EINVAL },
	{ "+1", -EINVAL },
	{ "+00", -EINVAL },
	{ "+0.0", -EINVAL },
	{ "+s", -EINVAL },
	{ "+1x", -EINVAL },
	{ "+1S", -EINVAL },
	{ "+1min", -EINVAL },
	{ "+1dh", -EINVAL },
	{ "+1w", -EINVAL },
	{ "+1\xc2\xb5s", -EINVAL },
	{ " +1s", -EINVAL },
	{ "+ 1s", -EINVAL },
	{ "+1 s", -EINVAL },
	{ "+1s ", -EINVAL },
	{ "+1s\n", -EINVAL },
	{ "+1h 30m", -EINVAL },
	{ "+1h-30m", -EINVAL },
	{ "+1s5", -EINVAL },
	{ "+1s0", -EINVAL },
	{ "+.5s", -EINVAL },
	{ "+1.s", -EINVAL },
	{ "+1.5.5s", -EINVAL },
	{ "+1,5s", -EINVAL },
	{ "+1e3s", -EINVAL },
	{ "+0x10s", -EINVAL },
	{ "+infs", -EINVAL },
	/* Order and repetition. */
	{ "+1h1d", -EINVAL },
	{ "+1ms1s", -EINVAL },
	{ "+1ms1m", -EINVAL },
	{ "+1ns1us", -EINVAL },
	{ "+1s1s", -EINVAL },
	{ "+0s0s", -EINVAL },
	{ "+1d1h1d", -EINVAL },
	/* A fraction with another unit than the last. */
	{ "+1.5h30m", -EINVAL },
	{ "+1.0s0ns", -EINVAL },
	/* A part of a nanosecond. */
	{ "+0.5ns", -ERANGE },
	{ "+1.0000000001s", -ERANGE },
	{ "-0.0000000005s", -ERANGE },
	{ "+0.0001us", -ERANGE },
	{ "+0.00000000000001d", -ERANGE },
	{ "+0.333333333333333333333333333333333333333333h", -ERANGE },
	/* What 64-bit seconds cannot hold. */
	{ "+9223372036854775808s", -ERANGE },
	{ "=9223372036854775808s", -ERANGE },
	{ "-9223372036854775809s", -ERANGE },
	{ "-9223372036854775808.000000001s", -ERANGE },
	{ "-9223372036854775808s1ns", -ERANGE },
	{ "+9223372036854775808000000000ns", -ERANGE },
	{ "+9223372036854775807s1000ms", -ERANGE },
	{ "+18446744073709551615s", -ERANGE },
	{ "+18446744073709551616s", -ERANGE },
	{ "+18446744073709551617s", -ERANGE },
	{ "+18446744073709551615s1000000000ns", -ERANGE },
	{ "+213503982334601d", -ERANGE },
	{ "+99999999999999999999999999999999999999999999999999999999d", -ERANGE },
	/* What is not of the form stays so, however large it is. */
	{ "+99999999999999999999999999999999999999999999999999999999dx", -EINVAL },
	{ "+18446744073709551616s1s", -EINVAL },
	{ "+0.5ns1s", -EINVAL },
};

static void bad_texts(void **state)
{
	const struct timens_value untouched = { TIMENS_VALUE_START, { 11, 12 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad_rows); i++) {
		struct timens_value value = untouched;
		int result = timens_value_parse(bad_rows[i].text, &value);

		if (result != bad_rows[i].result)
			fail_msg("'%s' gives %d, not %d", bad_rows[i].text, result,
				bad_rows[i].result);
		assert_value(bad_rows[i].text, &value, &untouched);
	}
}

static void assert_round_trip(const struct timens_value *value)
{
	struct timens_value again = { 0 };
	char text[TIMENS_VALUE_SIZE];
	int length = timens_value_format(value, text);

	assert_true(length > 0 && length < TIMENS_VALUE_SIZE);
	assert_int_equal(length, strlen(text));
	if (timens_value_parse(text, &again) != 0)
		fail_msg("'%s' is refused", text);
	assert_value(text, &again, value);
}

static void round_trip_at_the_edges(void **state)
{
	static const int64_t seconds[] = { INT64_MIN, INT64_MIN + 1, -TIMENS_SECONDS_MAX - 1,
		-TIMENS_SECONDS_MAX, -86401, -86400, -86399, -3600, -60, -2, -1, 0, 1, 59, 60, 3599,
		3600, 86399, 86400, TIMENS_SECONDS_MAX - 1, TIMENS_SECONDS_MAX,
		TIMENS_SECONDS_MAX + 1, INT64_MAX - 1, INT64_MAX };
	static const uint32_t nanoseconds[] = { 0, 1, 999, 1000, 999999, 1000000, 999999999 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(seconds); i++) {
		for (size_t k = 0; k < ARRAY_LENGTH(nanoseconds); k++) {
			struct timens_value value = { TIMENS_VALUE_OFFSET,
				{ seconds[i], nanoseconds[k] } };

			assert_round_trip(&value);
			value.kind = TIMENS_VALUE_START;
			if (seconds[i] >= 0)
				assert_round_trip(&value);
		}
	}
}

static void round_trip_of_random_values(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct timens_value value = { TIMENS_VALUE_OFFSET,
			{ random_seconds(), random_nanoseconds() } };

		assert_round_trip(&value);
		value.kind = TIMENS_VALUE_START;
		value.time.seconds &= INT64_MAX;
		assert_round_trip(&value);
		value.time.seconds = (int64_t)(random_u64() % (uint64_t)TIMENS_SECONDS_MAX);
		assert_round_trip(&value);
	}
}

/* Written as decimal seconds, and as plain nanoseconds, a value is the same to its last digit. */
static void decimals_are_exact(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct timens_value wanted = { TIMENS_VALUE_OFFSET, { 0, random_nanoseconds() } };
		struct timens_value value = { 0 };
		char text[128];

		wanted.time.seconds = random_seconds() & INT64_MAX;
		snprintf(text, sizeof(text), "+%lld.%09us", (long long)wanted.time.seconds,
			wanted.time.nanoseconds);
		assert_int_equal(timens_value_parse(text, &value), 0);
		assert_value(text, &value, &wanted);
		snprintf(text, sizeof(text), "+%lld%09uns", (long long)wanted.time.seconds,
			wanted.time.nanoseconds);
		assert_int_equal(timens_value_parse(text, &value), 0);
		assert_value(text, &value, &wanted);
	}
}

/* A fraction of a unit is count / 10^places of it, or refused: compared with whole numbers. */
static void fractions_of_each_unit(void **state)
{
	static const struct {
		const char *name;
		int64_t nanoseconds;
	} units[] = { { "d", 86400 * NANOSECONDS_PER_SECOND },
		{ "h", 3600 * NANOSECONDS_PER_SECOND }, { "m", 60 * NANOSECONDS_PER_SECOND },
		{ "s", NANOSECONDS_PER_SECOND }, { "ms", 1000000 }, { "us", 1000 }, { "ns", 1 } };

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		size_t unit = random_u64() % ARRAY_LENGTH(units);
		int64_t power = 1, count;
		int places = 1 + (int)(random_u64() % 4);
		struct timens_value value = { 0 };
		char text[64];
		int result;

		for (int k = 0; k < places; k++)
			power *= 10;
		count = (int64_t)(random_u64() % (uint64_t)power);
		snprintf(text, sizeof(text), "=0.%0*lld%s", places, (long long)count,
			units[unit].name);
		result = timens_value_parse(text, &value);
		if (count * units[unit].nanoseconds % power != 0) {
			assert_int_equal(result, -ERANGE);
			continue;
		}
		assert_int_equal(result, 0);
		count = count * units[unit].nanoseconds / power;
		assert_true(value.time.seconds == count / NANOSECONDS_PER_SECOND);
		assert_true(value.time.nanoseconds == count % NANOSECONDS_PER_SECOND);
	}
}

static void impossible_values_have_no_text(void **state)
{
	static const struct timens_value impossible[] = {
		{ TIMENS_VALUE_OFFSET, { 0, 1000000000 } },
		{ TIMENS_VALUE_START, { 0, UINT32_MAX } },
		{ TIMENS_VALUE_START, { -1, 999999999 } },
		{ (enum timens_value_kind)3, { 0, 0 } },
	};
	const struct timens_offsets own = { .monotonic_set = true, .boottime_set = true };
	const struct timens_value none = { TIMENS_VALUE_NONE, { 0, 0 } };
	char text[TIMENS_VALUE_SIZE];

	(void)state;
	assert_int_equal(timens_value_format(&none, text), 0);
	assert_string_equal(text, "");
	for (size_t i = 0; i < ARRAY_LENGTH(impossible); i++) {
		struct timens_values values = { .boottime = impossible[i] };
		struct timens_offsets offsets = { .monotonic = { 7, 7 } };

		assert_int_equal(timens_value_format(&impossible[i], text), -EINVAL);
		assert_int_equal(timens_values_resolve(&values, &own, &offsets), -EINVAL);
		assert_int_equal(offsets.monotonic.seconds, 7);
	}
}

static void equality(void **state)
{
	const struct timens_value none = { TIMENS_VALUE_NONE, { 1, 1 } };
	const struct timens_value other_none = { TIMENS_VALUE_NONE, { 2, 2 } };
	const struct timens_value offset = { TIMENS_VALUE_OFFSET, { 1, 1 } };
	const struct timens_value start = { TIMENS_VALUE_START, { 1, 1 } };
	const struct timens_value later = { TIMENS_VALUE_START, { 1, 2 } };
	const struct timens_value much_later = { TIMENS_VALUE_START, { 2, 1 } };

	(void)state;
	assert_true(timens_value_equal(&none, &other_none));
	assert_true(timens_value_equal(&start, &start));
	assert_false(timens_value_equal(&none, &offset));
	assert_false(timens_value_equal(&offset, &start));
	assert_false(timens_value_equal(&start, &later));
	assert_false(timens_value_equal(&start, &much_later));
}

static struct timens_offset reading(int clock_id)
{
	struct timespec now;

	assert_int_equal(clock_gettime(clock_id, &now), 0);
	return (struct timens_offset){ now.tv_sec, (uint32_t)now.tv_nsec };
}

static struct timens_offset negated(struct timens_offset a)
{
	if (a.nanoseconds == 0)
		return (struct timens_offset){ -a.seconds, 0 };
	return (struct timens_offset){ -a.seconds - 1, 1000000000 - a.nanoseconds };
}

static struct timens_offset sum(struct timens_offset a, struct timens_offset b)
{
	struct timens_offset result;

	assert_int_equal(timens_offset_add(a, b, &result), 0);
	return result;
}

static bool not_after(struct timens_offset a, struct timens_offset b)
{
	return a.seconds < b.seconds || (a.seconds == b.seconds && a.nanoseconds <= b.nanoseconds);
}

static void an_offset_adds_to_the_callers_own(void **state)
{
	const struct timens_offsets own = { true, true, { 100, 600000000 }, { -3, 1 } };
	const struct timens_values values = { .monotonic = {
						      TIMENS_VALUE_OFFSET, { -2, 500000000 } } };
	struct timens_offsets offsets;

	(void)state;
	assert_int_equal(timens_values_resolve(&values, &own, &offsets), 0);
	assert_true(offsets.monotonic_set);
	assert_false(offsets.boottime_set);
	assert_int_equal(offsets.monotonic.seconds, 99);
	assert_int_equal(offsets.monotonic.nanoseconds, 100000000);
}

static void nothing_asked_for_sets_nothing(void **state)
{
	const struct timens_offsets own = { true, true, { 1, 2 }, { 3, 4 } };
	const struct timens_values values = { 0 };
	struct timens_offsets offsets = own;

	(void)state;
	assert_int_equal(timens_values_resolve(&values, &own, &offsets), 0);
	assert_false(offsets.monotonic_set || offsets.boottime_set);
}

/* The reading that the offset implies: what the caller's clock showed when it was computed. */
static struct timens_offset implied_reading(
	struct timens_offset start, struct timens_offset offset, struct timens_offset own)
{
	return sum(sum(start, negated(offset)), own);
}

static void a_start_is_exact_against_a_reading(void **state)
{
	(void)state;
	for (int i = 0; i < 20000; i++) {
		const struct timens_offsets own = { true, true,
			{ random_seconds() / 4, random_nanoseconds() },
			{ random_seconds() / 4, random_nanoseconds() } };
		const struct timens_values values = {
			{ TIMENS_VALUE_START,
				{ (random_seconds() & INT64_MAX) / 4, random_nanoseconds() } },
			{ TIMENS_VALUE_START,
				{ (random_seconds() & INT64_MAX) / 4, random_nanoseconds() } },
		};
		struct timens_offset monotonic = reading(CLOCK_MONOTONIC);
		struct timens_offset boottime = reading(CLOCK_BOOTTIME), implied;
		struct timens_offsets offsets;

		assert_int_equal(timens_values_resolve(&values, &own, &offsets), 0);
		assert_true(offsets.monotonic_set && offsets.boottime_set);
		implied = implied_reading(values.monotonic.time, offsets.monotonic, own.monotonic);
		assert_true(not_after(monotonic, implied));
		assert_true(not_after(implied, reading(CLOCK_MONOTONIC)));
		implied = implied_reading(values.boottime.time, offsets.boottime, own.boottime);
		assert_true(not_after(boottime, implied));
		assert_true(not_after(implied, reading(CLOCK_BOOTTIME)));
	}
}

/* Inside, boottime is never behind monotonic, as the kernel's own clocks promise. */
static void equal_starts_leave_boottime_ahead(void **state)
{
	const struct timens_offsets own = { .monotonic_set = true, .boottime_set = true };
	const struct timens_values values = { { TIMENS_VALUE_START, { 0, 0 } },
		{ TIMENS_VALUE_START, { 0, 0 } } };
	struct timens_offset ahead = { INT64_MAX, 0 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		/* How far boottime is ahead outside (the time suspended), from above. */
		struct timens_offset before = negated(reading(CLOCK_MONOTONIC));
		struct timens_offset difference = sum(reading(CLOCK_BOOTTIME), before);
		struct timens_offsets offsets;

		if (not_after(difference, ahead))
			ahead = difference;
		assert_int_equal(timens_values_resolve(&values, &own, &offsets), 0);
		assert_true(not_after(
			negated(sum(offsets.boottime, ahead)), negated(offsets.monotonic)));
	}
}

static void overflow_is_an_error(void **state)
{
	static const struct {
		struct timens_value value;
		struct timens_offset own;
		int result;
	} cases[] = {
		{ { TIMENS_VALUE_OFFSET, { INT64_MAX, 0 } }, { 1, 0 }, -EOVERFLOW },
		{ { TIMENS_VALUE_OFFSET, { INT64_MAX, 1 } }, { 0, 999999999 }, -EOVERFLOW },
		{ { TIMENS_VALUE_OFFSET, { INT64_MIN, 0 } }, { -1, 999999999 }, -EOVERFLOW },
		{ { TIMENS_VALUE_OFFSET, { INT64_MIN, 0 } }, { 0, 1 }, 0 },
		{ { TIMENS_VALUE_OFFSET, { INT64_MAX, 999999999 } }, { INT64_MIN, 0 }, 0 },
		{ { TIMENS_VALUE_START, { INT64_MAX, 0 } }, { INT64_MAX, 0 }, -EOVERFLOW },
		{ { TIMENS_VALUE_START, { 0, 0 } }, { INT64_MIN, 0 }, -EOVERFLOW },
		{ { TIMENS_VALUE_START, { INT64_MAX, 999999999 } }, { 0, 0 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct timens_offsets own = { true, true, cases[i].own, cases[i].own };
		const struct timens_values monotonic = { .monotonic = cases[i].value };
		const struct timens_values boottime = { .boottime = cases[i].value };
		struct timens_offsets offsets = { .monotonic = { 7, 7 } };

		print_message("case %zu\n", i);
		assert_int_equal(
			timens_values_resolve(&monotonic, &own, &offsets), cases[i].result);
		assert_true(cases[i].result == 0 || offsets.monotonic.seconds == 7);
		assert_int_equal(timens_values_resolve(&boottime, &own, &offsets), cases[i].result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_texts),
		cmocka_unit_test(bad_texts),
		cmocka_unit_test(round_trip_at_the_edges),
		cmocka_unit_test(round_trip_of_random_values),
		cmocka_unit_test(decimals_are_exact),
		cmocka_unit_test(fractions_of_each_unit),
		cmocka_unit_test(impossible_values_have_no_text),
		cmocka_unit_test(equality),
		cmocka_unit_test(an_offset_adds_to_the_callers_own),
		cmocka_unit_test(nothing_asked_for_sets_nothing),
		cmocka_unit_test(a_start_is_exact_against_a_reading),
		cmocka_unit_test(equal_starts_leave_boottime_ahead),
		cmocka_unit_test(overflow_is_an_error),
	};

	return cmocka_run_group_tests_name("timens_value", tests, NULL, NULL);
}
