/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the parser of timens_offsets, and the arithmetic on whatever it accepted. */
#include <elsewhen/timens.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was accepted, written the kernel's way, must be read as the same again. */
static void check_round_trip(const struct timens_offsets *offsets)
{
	struct timens_offsets again = { 0 };
	char text[256];
	int length = 0;

	if (offsets->monotonic_set)
		length += snprintf(text + length, sizeof(text) - (size_t)length,
			"%-10s %10lld %9u\n", "monotonic", (long long)offsets->monotonic.seconds,
			offsets->monotonic.nanoseconds);
	if (offsets->boottime_set)
		length += snprintf(text + length, sizeof(text) - (size_t)length, "7 %lld %u",
			(long long)offsets->boottime.seconds, offsets->boottime.nanoseconds);
	if (timens_parse_offsets(text, (size_t)length, &again) != 0)
		abort();
	if (again.monotonic_set != offsets->monotonic_set ||
		again.boottime_set != offsets->boottime_set ||
		again.monotonic.seconds != offsets->monotonic.seconds ||
		again.monotonic.nanoseconds != offsets->monotonic.nanoseconds ||
		again.boottime.seconds != offsets->boottime.seconds ||
		again.boottime.nanoseconds != offsets->boottime.nanoseconds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct timens_offsets offsets = { 0 };
	struct timens_offset sum;

	if (size == 0 || timens_parse_offsets((const char *)data, size, &offsets) != 0)
		return 0;
	if (offsets.monotonic.nanoseconds > TIMENS_NANOSECONDS_MAX ||
		offsets.boottime.nanoseconds > TIMENS_NANOSECONDS_MAX)
		abort();
	check_round_trip(&offsets);
	if (timens_offset_add(offsets.monotonic, offsets.boottime, &sum) == 0 &&
		sum.nanoseconds > TIMENS_NANOSECONDS_MAX)
		abort();
	return 0;
}
