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

int clock_source_load(
	const char *path, const char *policy, struct timens_values *values, struct error *err)
{
	struct oci_clock_file file = { .policy = CLOCK_POLICY_UNSET };
	enum clock_policy chosen;
	struct clock_readings saved;
	struct timens_offset realtime;
	struct timespec now;

	if (oci_clock_source_load(path, &file, err) < 0)
		return -1;
	saved = oci_clock_file_readings(&file);
	chosen = file.policy;
	oci_clock_file_free(&file);
	if (clock_source_policy(policy, chosen, &chosen, err) < 0)
		return -1;
	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return error_errno(err, errno, "cannot read the wall clock");
	if (saved.realtime_set)
		clock_source_warn(chosen, saved.realtime.seconds, now.tv_sec);
	realtime = (struct timens_offset){ now.tv_sec, (uint32_t)now.tv_nsec };
	return clock_policy_apply(chosen, &saved, &realtime, values, err);
}
