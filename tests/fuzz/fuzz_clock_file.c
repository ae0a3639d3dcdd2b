/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the reader of saved clocks; what it accepts is written, read again, and gone on with. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "oci/clock_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool right)
{
	if (!right)
		abort();
}

static bool is_behind(struct timens_offset a, struct timens_offset b)
{
	return a.seconds < b.seconds || (a.seconds == b.seconds && a.nanoseconds < b.nanoseconds);
}

/* No policy lets a clock fall behind, and what has no wall clock since can always go on. */
static void check_policies(const struct oci_clock_file *file)
{
	const struct clock_readings saved = oci_clock_file_readings(file);
	const struct timens_offset now = { 1800000000, 0 };

	for (int i = 0; i < CLOCK_POLICY_NAMED; i++) {
		enum clock_policy policy = (enum clock_policy)i;
		struct timens_values values;
		struct error err = { 0 };

		if (clock_policy_apply(policy, &saved, &now, &values, &err) < 0) {
			require(policy != CLOCK_POLICY_CONTINUE && policy != CLOCK_POLICY_CONFIG);
			require(err.code == ERANGE && *err.text);
		} else if (policy != CLOCK_POLICY_CONFIG) {
			require(!is_behind(values.monotonic.time, saved.monotonic));
			require(!is_behind(values.boottime.time, saved.boottime));
			require(!is_behind(values.boottime.time, values.monotonic.time));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct oci_clock_file file, again;
	char *json = NULL, *json_again = NULL;
	size_t length, length_again;
	struct error err = { 0 };

	if (oci_clock_file_parse((const char *)data, size, &file, &err) < 0) {
		require(err.code != 0 && *err.text && strlen(err.text) < sizeof(err.text));
		return 0;
	}
	require(oci_clock_file_format(&file, &json, &length, &err) == 0);
	require(oci_clock_file_parse(json, length, &again, &err) == 0);
	require(oci_clock_file_format(&again, &json_again, &length_again, &err) == 0);
	require(length == length_again && memcmp(json, json_again, length) == 0);
	check_policies(&file);
	free(json_again);
	oci_clock_file_free(&again);
	free(json);
	oci_clock_file_free(&file);
	return 0;
}
