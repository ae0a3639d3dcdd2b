/* SPDX-License-Identifier: Apache-2.0 */
/* Values for clocks, as text and as offsets. Part of the installed library: libc alone, like timens.c. */
#include <elsewhen/timens_value.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NANOSECONDS_PER_SECOND (TIMENS_NANOSECONDS_MAX + 1)

/* How much time, without its sign: the seconds of the lowest value, 2^63, fit too. */
struct amount {
	uint64_t seconds;
	uint32_t nanoseconds;
	bool beyond; /* of what the seconds can hold: told once the whole text has proved well-formed */
};

/* In falling order, which is also the order in a text. */
static const struct unit {
	const char *name;
	uint64_t nanoseconds;
} units[] = {
	{ "d", UINT64_C(86400) * NANOSECONDS_PER_SECOND },
	{ "h", UINT64_C(3600) * NANOSECONDS_PER_SECOND },
	{ "m", UINT64_C(60) * NANOSECONDS_PER_SECOND },
	{ "s", NANOSECONDS_PER_SECOND },
	{ "ms", 1000000 },
	{ "us", 1000 },
	{ "ns", 1 },
};
#define UNIT_COUNT (sizeof(units) / sizeof(units[0]))

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* amount * factor + nanoseconds; both are small enough for the sum below one second to fit. */
static void amount_multiply_add(struct amount *amount, uint32_t factor, uint64_t nanoseconds)
{
	uint64_t below = (uint64_t)amount->nanoseconds * factor + nanoseconds;

	amount->nanoseconds = (uint32_t)(below % NANOSECONDS_PER_SECOND);
	if (__builtin_mul_overflow(amount->seconds, factor, &amount->seconds) ||
		__builtin_add_overflow(
			amount->seconds, below / NANOSECONDS_PER_SECOND, &amount->seconds))
		amount->beyond = true;
}

static void amount_add(struct amount *sum, const struct amount *part)
{
	sum->beyond |= part->beyond;
	amount_multiply_add(sum, 1, part->nanoseconds);
	if (__builtin_add_overflow(sum->seconds, part->seconds, &sum->seconds))
		sum->beyond = true;
}

/* Floor form: -1.5 s is { -2, 500000000 }. -ERANGE when 64-bit seconds cannot hold it. */
static int amount_to_offset(
	const struct amount *amount, bool negative, struct timens_offset *offset)
{
	/* -2^63 is there, 2^63 is not; and below zero a part of a second is one second more. */
	uint64_t limit = (uint64_t)INT64_MAX + (negative && amount->nanoseconds == 0);

	if (amount->beyond || amount->seconds > limit)
		return -ERANGE;
	if (!negative)
		*offset = (struct timens_offset){ (int64_t)amount->seconds, amount->nanoseconds };
	else if (amount->nanoseconds == 0)
		*offset = (struct timens_offset){ (int64_t)(0 - amount->seconds), 0 };
	else
		*offset = (struct timens_offset){ -(int64_t)amount->seconds - 1,
			NANOSECONDS_PER_SECOND - amount->nanoseconds };
	return 0;
}

static struct amount amount_of_offset(const struct timens_offset *offset)
{
	struct amount amount = { (uint64_t)offset->seconds, offset->nanoseconds, false };

	if (offset->seconds >= 0)
		return amount;
	amount.seconds = 0 - amount.seconds;
	if (amount.nanoseconds > 0) {
		amount.seconds--;
		amount.nanoseconds = NANOSECONDS_PER_SECOND - amount.nanoseconds;
	}
	return amount;
}

/*
 * The digits behind the point, in nanoseconds of `unit`, from the last to the first: what is
 * carried stays a whole number at each step exactly when the fraction is one, however long it is.
 */
static int parse_fraction(
	const char *first, const char *end, const struct unit *unit, uint64_t *nanoseconds)
{
	uint64_t carried = 0;

	while (end > first) {
		carried += (uint64_t)(*--end - '0') * unit->nanoseconds;
		if (carried % 10 != 0)
			return -ERANGE;
		carried /= 10;
	}
	*nanoseconds = carried;
	return 0;
}

static const char *skip_digits(const char *text)
{
	while (is_digit(*text))
		text++;
	return text;
}

/* The unit that the text begins with, up to the next digit or the end; NULL when there is none. */
static const struct unit *take_unit(const char **text)
{
	size_t length = strcspn(*text, "0123456789");

	for (size_t i = 0; i < UNIT_COUNT; i++) {
		if (strlen(units[i].name) == length && memcmp(*text, units[i].name, length) == 0) {
			*text += length;
			return &units[i];
		}
	}
	return NULL;
}

/*
 * One NUMBER UNIT from the front of *text. *least is the unit before it, which must be a greater one,
 * or NULL. -ERANGE for a part of a nanosecond: nothing can follow it that is worse.
 */
static int take_part(const char **text, const struct unit **least, struct amount *part)
{
	const char *number = *text, *point = skip_digits(number), *end = point;
	const struct unit *unit;
	uint64_t fraction = 0;
	int result = 0;

	if (*point == '.')
		end = skip_digits(point + 1);
	if (point == number || end == point + 1)
		return -EINVAL;
	*text = end;
	unit = take_unit(text);
	if (!unit || (*least && unit <= *least) || (end > point && **text))
		return -EINVAL;
	*least = unit;
	for (; number < point; number++)
		amount_multiply_add(part, 10, (uint64_t)(*number - '0') * unit->nanoseconds);
	if (end > point)
		result = parse_fraction(point + 1, end, unit, &fraction);
	amount_multiply_add(part, 1, fraction);
	return result;
}

static int parse_duration(const char *text, struct amount *amount)
{
	const struct unit *least = NULL;

	*amount = (struct amount){ 0 };
	if (strcmp(text, "0") == 0)
		return 0;
	do {
		struct amount part = { 0 };
		int result = take_part(&text, &least, &part);

		if (result < 0)
			return result;
		amount_add(amount, &part);
	} while (*text);
	return 0;
}

int timens_value_parse(const char *text, struct timens_value *value)
{
	bool start = *text == '=', negative = *text == '-';
	struct timens_value parsed = { .kind = start ? TIMENS_VALUE_START : TIMENS_VALUE_OFFSET };
	struct amount amount;
	int result;

	if (!start && !negative && *text != '+')
		return -EINVAL;
	result = parse_duration(text + 1, &amount);
	if (result == 0)
		result = amount_to_offset(&amount, negative, &parsed.time);
	if (result == 0)
		*value = parsed;
	return result;
}

static bool value_possible(const struct timens_value *value)
{
	switch (value->kind) {
	case TIMENS_VALUE_NONE:
		return true;
	case TIMENS_VALUE_OFFSET:
		return value->time.nanoseconds <= TIMENS_NANOSECONDS_MAX;
	case TIMENS_VALUE_START:
		return value->time.nanoseconds <= TIMENS_NANOSECONDS_MAX &&
		       value->time.seconds >= 0;
	}
	return false;
}

int timens_value_format(const struct timens_value *value, char text[TIMENS_VALUE_SIZE])
{
	struct amount amount;
	size_t length = 1;

	if (!value_possible(value))
		return -EINVAL;
	text[0] = '\0';
	if (value->kind == TIMENS_VALUE_NONE)
		return 0;
	amount = amount_of_offset(&value->time);
	text[0] = value->kind == TIMENS_VALUE_START ? '=' : value->time.seconds < 0 ? '-' : '+';
	for (size_t i = 0; i < UNIT_COUNT; i++) {
		bool whole = units[i].nanoseconds >= NANOSECONDS_PER_SECOND;
		uint64_t size = whole ? units[i].nanoseconds / NANOSECONDS_PER_SECOND
				      : units[i].nanoseconds;
		uint64_t count = whole ? amount.seconds / size : amount.nanoseconds / size;

		if (whole)
			amount.seconds %= size;
		else
			amount.nanoseconds %= (uint32_t)size;
		if (count > 0)
			length += (size_t)snprintf(text + length, TIMENS_VALUE_SIZE - length,
				"%llu%s", (unsigned long long)count, units[i].name);
	}
	if (length == 1)
		text[length++] = '0';
	text[length] = '\0';
	return (int)length;
}

bool timens_value_equal(const struct timens_value *a, const struct timens_value *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == TIMENS_VALUE_NONE ||
	       (a->time.seconds == b->time.seconds && a->time.nanoseconds == b->time.nanoseconds);
}

/* The offset, relative to the caller's own clock, that makes the clock read `start` now. */
static int offset_of_start(int clock_id, struct timens_offset start, struct timens_offset *offset)
{
	struct timespec now;
	struct timens_offset back;
	struct amount amount;
	int result;

	if (clock_gettime(clock_id, &now) < 0)
		return -errno;
	amount = (struct amount){ (uint64_t)now.tv_sec, (uint32_t)now.tv_nsec, false };
	result = amount_to_offset(&amount, true, &back);
	return result < 0 ? -EOVERFLOW : timens_offset_add(start, back, offset);
}

static int value_resolve(const struct timens_value *value, int clock_id, struct timens_offset own,
	bool *set, struct timens_offset *offset)
{
	struct timens_offset relative = value->time;
	int result = value_possible(value) ? 0 : -EINVAL;

	*set = value->kind != TIMENS_VALUE_NONE;
	*offset = (struct timens_offset){ 0 };
	if (result == 0 && value->kind == TIMENS_VALUE_START)
		result = offset_of_start(clock_id, value->time, &relative);
	if (result == 0 && *set)
		result = timens_offset_add(relative, own, offset);
	return result;
}

int timens_values_resolve(const struct timens_values *values, const struct timens_offsets *own,
	struct timens_offsets *offsets)
{
	struct timens_offsets resolved;
	/* Boottime first: of two equal starts, the one held against the earlier reading is ahead. */
	int result = value_resolve(&values->boottime, CLOCK_BOOTTIME, own->boottime,
		&resolved.boottime_set, &resolved.boottime);

	if (result == 0)
		result = value_resolve(&values->monotonic, CLOCK_MONOTONIC, own->monotonic,
			&resolved.monotonic_set, &resolved.monotonic);
	if (result == 0)
		*offsets = resolved;
	return result;
}
