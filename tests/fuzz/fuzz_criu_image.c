/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes CRIU's clock image: clocks that are accepted are possible, and every policy takes them. */
#include <stdlib.h>
#include <string.h>

#include "linux/criu_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool right)
{
	if (!right)
		abort();
}

static void check_reading(struct timens_offset reading)
{
	require(reading.seconds >= 0 && reading.seconds <= TIMENS_SECONDS_MAX);
	require(reading.nanoseconds <= TIMENS_NANOSECONDS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct timens_offset now = { 1000, 0 };
	struct clock_readings clocks;
	struct timens_values values;
	struct error err = { 0 };

	if (criu_image_parse_clocks(data, size, &clocks, &err) < 0) {
		require(err.code != 0 && *err.text && strlen(err.text) < sizeof(err.text));
		return 0;
	}
	check_reading(clocks.monotonic);
	check_reading(clocks.boottime);
	require(!clocks.realtime_set);
	require(clock_policy_apply(CLOCK_POLICY_CONTINUE, &clocks, &now, &values, &err) == 0);
	require(clock_policy_apply(CLOCK_POLICY_SUSPEND, &clocks, &now, &values, &err) < 0);
	return 0;
}
