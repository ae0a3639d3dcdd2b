/* SPDX-License-Identifier: Apache-2.0 */
/* linux.timeOffsets: what can be said of offsets before the clocks themselves are looked at. */
#include <errno.h>
#include <inttypes.h>

#include "elsewhen/timens.h"
#include "oci/validate_rules.h"

static int validate_time_offset(
	const char *clock, const struct oci_time_offset *offset, struct error *err)
{
	if (!offset->set)
		return 0;
	if (offset->nanosecs > TIMENS_NANOSECONDS_MAX)
		return error_set(err, EINVAL,
			"linux.timeOffsets.%s.nanosecs: %" PRIu32 " is above %d", clock,
			offset->nanosecs, TIMENS_NANOSECONDS_MAX);
	/* Neither a clock nor what the kernel lets it be shifted to is ever beyond this. */
	if (offset->secs < -TIMENS_SECONDS_MAX || offset->secs > TIMENS_SECONDS_MAX)
		return error_set(err, ERANGE,
			"linux.timeOffsets.%s.secs: %" PRId64 " is outside of %" PRId64
			" to %" PRId64 ", which no kernel goes beyond",
			clock, offset->secs, -TIMENS_SECONDS_MAX, TIMENS_SECONDS_MAX);
	return 0;
}

int validate_time_offsets(const struct oci_config *config, struct error *err)
{
	const struct oci_namespace *ns = oci_config_namespace(config, OCI_NAMESPACE_TIME);
	const struct oci_time_offset *monotonic = &config->linux_.time_offsets.monotonic;
	const struct oci_time_offset *boottime = &config->linux_.time_offsets.boottime;

	/* An empty timeOffsets asks for nothing. */
	if (!config->linux_.time_offsets.set || (!monotonic->set && !boottime->set))
		return 0;
	if (validate_time_offset("monotonic", monotonic, err) < 0 ||
		validate_time_offset("boottime", boottime, err) < 0)
		return -1;
	if (!ns)
		return error_set(err, EINVAL,
			"linux.timeOffsets: needs {\"type\": \"time\"} in linux.namespaces, the "
			"host's clocks are not to be shifted");
	if (ns->path)
		return error_set(err, EINVAL,
			"linux.timeOffsets: the offsets of the existing time namespace '%s' are "
			"frozen; leave out either timeOffsets or the path",
			ns->path);
	return 0;
}
