/* SPDX-License-Identifier: Apache-2.0 */
#include "clock_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "linux/clock_reading.h"

#define CLOCK_TEXT_DAY 86400
#define CLOCK_TEXT_UNITS 2 /* of a compact offset */

/* ".123" of 123456789 nanoseconds; nothing for no digits. */
static void clock_text_add_fraction(uint32_t nanoseconds, int digits, char *text)
{
	char all[16];
	size_t length = strlen(text);

	if (digits == 0)
		return;
	snprintf(all, sizeof(all), "%09u", (unsigned int)nanoseconds);
	snprintf(text + length, CLOCK_TEXT_SIZE - length, ".%.*s", digits, all);
}

void clock_text_duration(int64_t time, int digits, bool plus, char text[CLOCK_TEXT_SIZE])
{
	uint64_t size = time < 0 ? 0 - (uint64_t)time : (uint64_t)time;
	uint64_t seconds = size / (uint64_t)CLOCK_SECOND;
	unsigned int rest = (unsigned int)(seconds % CLOCK_TEXT_DAY);

	snprintf(text, CLOCK_TEXT_SIZE, "%s%llud %02u:%02u:%02u",
		time < 0 ? "-"
		: plus   ? "+"
			 : "",
		(unsigned long long)(seconds / CLOCK_TEXT_DAY), rest / 3600, rest / 60 % 60,
		rest % 60);
	clock_text_add_fraction((uint32_t)(size % (uint64_t)CLOCK_SECOND), digits, text);
}

static int64_t clock_text_round(int64_t time, int64_t unit)
{
	return (time + (time < 0 ? -unit : unit) / 2) / unit * unit;
}

void clock_text_measured(int64_t time, int64_t uncertainty, char text[2 * CLOCK_TEXT_SIZE])
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	char rounded[CLOCK_TEXT_SIZE];
	int64_t place = 1, scale = 1;
	int digits = 9;
	size_t unit = 0;

	for (; place < uncertainty && digits > 0; digits--)
		place *= 10;
	for (; unit + 1 < ARRAY_LENGTH(units) && scale * 1000 <= uncertainty; unit++)
		scale *= 1000;
	clock_text_duration(clock_text_round(time, place), digits, true, rounded);
	snprintf(text, 2 * (size_t)CLOCK_TEXT_SIZE, "%s ±%lld%s", rounded,
		(long long)((uncertainty + scale - 1) / scale), units[unit]);
}

void clock_text_date(int64_t time, int digits, char text[CLOCK_TEXT_SIZE])
{
	struct timens_offset floor = clock_offset_of(time);
	time_t seconds = floor.seconds;
	struct tm utc;

	text[0] = '\0';
	if (!gmtime_r(&seconds, &utc) ||
		strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%d %H:%M:%S", &utc) == 0)
		return;
	clock_text_add_fraction(floor.nanoseconds, digits, text);
}

void clock_text_compact(int64_t offset, char text[CLOCK_TEXT_SIZE])
{
	char whole[TIMENS_VALUE_SIZE];
	const char *end = whole + 1;

	clock_offset_format(offset, whole);
	/* Behind the sign: digits and letters by turns. */
	for (int unit = 0; unit < CLOCK_TEXT_UNITS; unit++) {
		while (isdigit((unsigned char)*end))
			end++;
		while (isalpha((unsigned char)*end))
			end++;
	}
	snprintf(text, CLOCK_TEXT_SIZE, "%s%.*s", *end ? "~" : "", (int)(end - whole), whole);
}

static void clock_text_offsets(
	const struct container_process_clock *clock, char text[2 * CLOCK_TEXT_SIZE])
{
	char monotonic[CLOCK_TEXT_SIZE], boottime[CLOCK_TEXT_SIZE];

	clock_text_compact(clock->monotonic, monotonic);
	clock_text_compact(clock->boottime, boottime);
	if (clock->monotonic == clock->boottime)
		snprintf(text, 2 * (size_t)CLOCK_TEXT_SIZE, "%s", boottime);
	else
		snprintf(text, 2 * (size_t)CLOCK_TEXT_SIZE, "%s/%s", monotonic, boottime);
}

void clock_text_of_container(const struct container_info *info, char text[2 * CLOCK_TEXT_SIZE])
{
	bool private = text_equal(info->clock, "private");
	char offsets[2 * CLOCK_TEXT_SIZE] = "";

	if (info->time.host) {
		snprintf(text, 2 * (size_t)CLOCK_TEXT_SIZE, "host");
		return;
	}
	if (info->time.offsets_known)
		clock_text_offsets(&info->time, offsets);
	/* What is its own need not be said, unless there is nothing else to say. */
	snprintf(text, 2 * (size_t)CLOCK_TEXT_SIZE, "%s%s%s",
		private && offsets[0] ? "" : info->clock, !private && offsets[0] ? " " : "",
		offsets);
}

void clock_text_of_process(const struct container_process_clock *clock, char text[CLOCK_TEXT_SIZE])
{
	if (clock->host)
		snprintf(text, CLOCK_TEXT_SIZE, "host");
	else if (clock->offsets_known)
		clock_offset_format(clock->boottime, text);
	else
		snprintf(text, CLOCK_TEXT_SIZE, "%s", clock->name);
}
