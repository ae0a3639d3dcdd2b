/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks in words for people. Times are nanoseconds. */
#ifndef SRC_CLOCK_TEXT_H
#define SRC_CLOCK_TEXT_H

#include <stdint.h>

#include <elsewhen/container.h>

#define CLOCK_TEXT_SIZE 64

/*
 * "497d 00:03:12.123456789", with `digits` (0 .. 9) of the fraction and the rest cut off; "-1d
 * 00:00:00" below zero. `plus`: with a sign also above it.
 */
void clock_text_duration(int64_t time, int digits, bool plus, char text[CLOCK_TEXT_SIZE]);

/*
 * "+248d 00:00:00.00000 ±6us": a signed time that was measured, with the digits that are sure, and the
 * uncertainty rounded up.
 */
void clock_text_measured(int64_t time, int64_t uncertainty, char text[2 * CLOCK_TEXT_SIZE]);

/* "2026-11-26 21:06:29.123456789", in UTC. */
void clock_text_date(int64_t time, int digits, char text[CLOCK_TEXT_SIZE]);

/* "+1d12h", or about it with its two largest units: "~+497d2h". */
void clock_text_compact(int64_t offset, char text[CLOCK_TEXT_SIZE]);

/*
 * "host", "+2d", "pod +2d", "path ~+1d2h", or with an offset for each of CLOCK_MONOTONIC and
 * CLOCK_BOOTTIME: "+248d/+497d".
 */
void clock_text_of_container(const struct container_info *info, char text[2 * CLOCK_TEXT_SIZE]);

/* "host", the boottime's offset in full, the namespace where that is not known, or "". */
void clock_text_of_process(const struct container_process_clock *clock, char text[CLOCK_TEXT_SIZE]);

#endif
