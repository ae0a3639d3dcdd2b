/* SPDX-License-Identifier: Apache-2.0 */
#include "container/clock_continue.h"

#include <errno.h>
#include <time.h>

#include "oci/clock_source.h"

/* What the option says goes before what the snapshot says. */
static int clock_continue_policy(
	const char *name, enum clock_policy saved, enum clock_policy *policy, struct error *err)
{
	*policy = saved == CLOCK_POLICY_UNSET ? CLOCK_POLICY_CONTINUE : saved;
	if (name && clock_policy_parse(name, policy, err) < 0)
		return error_prefix(err, "--policy");
	if (*policy == CLOCK_POLICY_CONFIG)
		return error_set(err, EINVAL,
			"%s: 'config' goes on with no clock; leave --clock-from out instead",
			name ? "--policy" : "--clock-from: the snapshot's policy");
	return 0;
}

int clock_continue_load(
	const char *path, const char *policy_name, struct timens_values *values, struct error *err)
{
	struct oci_clock_file saved;
	struct clock_readings readings;
	enum clock_policy policy;
	struct timespec now;
	int result;

	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return error_errno(err, errno, "read the wall clock");
	if (oci_clock_source_load(path, &saved, err) < 0)
		return error_prefix(err, "--clock-from");
	readings = oci_clock_file_readings(&saved);
	result = clock_continue_policy(policy_name, saved.policy, &policy, err);
	oci_clock_file_free(&saved);
	if (result < 0)
		return -1;
	result = clock_policy_apply(policy, &readings,
		&(struct timens_offset){ now.tv_sec, (uint32_t)now.tv_nsec }, values, err);
	return result < 0 ? error_prefix(err, "--clock-from: '%s'", path) : 0;
}
