/* SPDX-License-Identifier: Apache-2.0 */
/* Saved clocks, a policy and the wall clock, into the values that a time namespace is made with. */
#include "linux/clock_policy.h"

#include <errno.h>
#include <inttypes.h>

#include "base/text.h"

const char *const clock_policy_names[] = { "continue", "suspend", "wallclock", "config" };

int clock_policy_parse(const char *name, enum clock_policy *policy, struct error *err)
{
	for (int i = 0; i < CLOCK_POLICY_NAMED; i++) {
		if (text_equal(name, clock_policy_names[i])) {
			*policy = (enum clock_policy)i;
			return 0;
		}
	}
	return error_set(err, EINVAL,
		"'%s' is no policy for clocks; there are continue, suspend, wallclock and config",
		name);
}

static bool is_behind(const struct timens_offset *a, const struct timens_offset *b)
{
	return a->seconds < b->seconds ||
	       (a->seconds == b->seconds && a->nanoseconds < b->nanoseconds);
}

/* Within what json and images may hold: not negative, so that differences cannot overflow. */
static bool is_reading(const struct timens_offset *reading)
{
	return reading->seconds >= 0 && reading->nanoseconds <= TIMENS_NANOSECONDS_MAX;
}

/* now - then by the wall clock; zero when it was set back, since no clock of a container goes back. */
static struct timens_offset elapsed(
	const struct timens_offset *then, const struct timens_offset *now)
{
	int64_t seconds = now->seconds - then->seconds;

	if (!is_behind(then, now))
		return (struct timens_offset){ 0 };
	if (now->nanoseconds >= then->nanoseconds)
		return (struct timens_offset){ seconds, now->nanoseconds - then->nanoseconds };
	return (struct timens_offset){ seconds - 1,
		TIMENS_NANOSECONDS_MAX + 1 - then->nanoseconds + now->nanoseconds };
}

/* The start of one clock: what was saved, and the time in between when it counts. */
static int start_clock(const char *clock, struct timens_offset saved, struct timens_offset between,
	struct timens_value *value, struct error *err)
{
	struct timens_offset start = { 0 };
	int result = timens_offset_add(saved, between, &start);

	if (result < 0 || start.seconds > TIMENS_SECONDS_MAX)
		return error_set(err, ERANGE,
			"%s would start at %" PRId64 ".%09" PRIu32 " s (saved) + %" PRId64
			".%09" PRIu32
			" s (by the wall clock since); no kernel lets it go beyond %" PRId64 " s",
			clock, saved.seconds, saved.nanoseconds, between.seconds,
			between.nanoseconds, TIMENS_SECONDS_MAX);
	*value = (struct timens_value){ TIMENS_VALUE_START, start };
	return 0;
}

int clock_policy_apply(enum clock_policy policy, const struct clock_readings *saved,
	const struct timens_offset *realtime_now, struct timens_values *values, struct error *err)
{
	bool counts = policy == CLOCK_POLICY_SUSPEND || policy == CLOCK_POLICY_WALLCLOCK;
	struct timens_offset between = { 0 }, nothing = { 0 };
	struct timens_values starts = { 0 };

	if (policy == CLOCK_POLICY_CONFIG) {
		*values = starts;
		return 0;
	}
	if (counts && !saved->realtime_set)
		return error_set(err, EINVAL,
			"the policy '%s' needs the wall-clock time at which the clocks were saved, "
			"which "
			"an image of CRIU does not hold; 'continue' can do without",
			clock_policy_names[policy]);
	if (!is_reading(&saved->monotonic) || !is_reading(&saved->boottime) ||
		(counts && (!is_reading(&saved->realtime) || !is_reading(realtime_now))))
		return error_set(err, EINVAL, "a clock was saved that no clock can read");
	if (counts)
		between = elapsed(&saved->realtime, realtime_now);
	if (start_clock("monotonic", saved->monotonic,
		    policy == CLOCK_POLICY_WALLCLOCK ? between : nothing, &starts.monotonic,
		    err) < 0 ||
		start_clock("boottime", saved->boottime, between, &starts.boottime, err) < 0)
		return -1;
	if (is_behind(&starts.boottime.time, &starts.monotonic.time))
		starts.boottime = starts.monotonic;
	*values = starts;
	return 0;
}

static void raise_clock(struct timens_value *value, const struct timens_value *other)
{
	if (value->kind != TIMENS_VALUE_START || is_behind(&value->time, &other->time))
		*value = *other;
}

void clock_policy_raise(struct timens_values *values, const struct timens_values *other)
{
	raise_clock(&values->monotonic, &other->monotonic);
	raise_clock(&values->boottime, &other->boottime);
}
