/* SPDX-License-Identifier: Apache-2.0 */
/* Saved clocks, the policy that is asked for or was saved with them, and the wall clock of this moment. */
#include "container/clock_source.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "base/log.h"
#include "oci/clock_source.h"

static int clock_source_policy(
	const char *asked, enum clock_policy saved, enum clock_policy *policy, struct error *err)
{
	*policy = saved == CLOCK_POLICY_UNSET ? CLOCK_POLICY_CONTINUE : saved;
	if (asked && clock_policy_parse(asked, policy, err) < 0)
		return -1;
	if (*policy == CLOCK_POLICY_CONFIG)
		return error_set(err, EINVAL,
			"with the policy 'config'%s nothing is taken from saved clocks; there are "
			"continue, suspend and wallclock",
			asked ? "" : ", which they were saved with,");
	return 0;
}

/* A container's clock that stood still is no error; that it did is not kept silent either. */
static void clock_source_warn(enum clock_policy policy, int64_t saved, int64_t now)
{
	if (policy != CLOCK_POLICY_CONTINUE && now < saved)
		log_warning("the wall clock is %" PRId64
			    " s behind the one that the clocks were saved by: with the policy "
			    "'%s' no time has passed since",
			saved - now, clock_policy_names[policy]);
}

int clock_source_read(
	const char *path, const char *policy, struct clock_source *source, struct error *err)
{
	struct oci_clock_file file = { .policy = CLOCK_POLICY_UNSET };
	enum clock_policy saved;

	if (oci_clock_source_load(path, &file, err) < 0)
		return -1;
	source->saved = oci_clock_file_readings(&file);
	saved = file.policy;
	oci_clock_file_free(&file);
	return clock_source_policy(policy, saved, &source->policy, err);
}

int clock_source_raise(const struct clock_source *source, const struct timens_offset *realtime_now,
	struct timens_values *values, struct error *err)
{
	struct timens_values starts;

	if (source->saved.realtime_set)
		clock_source_warn(
			source->policy, source->saved.realtime.seconds, realtime_now->seconds);
	if (clock_policy_apply(source->policy, &source->saved, realtime_now, &starts, err) < 0)
		return -1;
	clock_policy_raise(values, &starts);
	return 0;
}

int clock_source_load(
	char *const *paths, const char *policy, struct timens_values *values, struct error *err)
{
	struct clock_source source;
	struct timens_offset realtime;
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return error_errno(err, errno, "cannot read the wall clock");
	realtime = (struct timens_offset){ now.tv_sec, (uint32_t)now.tv_nsec };
	*values = (struct timens_values){ 0 };
	for (; *paths; paths++) {
		if (clock_source_read(*paths, policy, &source, err) < 0 ||
			clock_source_raise(&source, &realtime, values, err) < 0)
			return -1;
	}
	return 0;
}
