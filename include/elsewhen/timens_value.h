/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people write for a clock: "+36h" from here, or "=497d" at the start. Part of the self-contained
 * time namespace library: libc alone, prints nothing, returns 0 (or a length) or -errno.
 *
 *   VALUE    := OFFSET | START
 *   OFFSET   := ("+" | "-") DURATION      so far from the clock of whoever makes the container
 *   START    := "=" DURATION              what the clock reads when the offset is written
 *   DURATION := "0" | (NUMBER UNIT)+      the units in falling order, each at most once
 *   NUMBER   := digits ["." digits]       a fraction only with the last unit, exact to the nanosecond
 *   UNIT     := "d" | "h" | "m" | "s" | "ms" | "us" | "ns"
 */
#ifndef ELSEWHEN_TIMENS_VALUE_H
#define ELSEWHEN_TIMENS_VALUE_H

#include <elsewhen/timens.h>

#ifdef __cplusplus
extern "C" {
#endif

enum timens_value_kind {
	TIMENS_VALUE_NONE,   /* nothing is asked for: the clock keeps its offset */
	TIMENS_VALUE_OFFSET, /* relative to the caller's own clock */
	TIMENS_VALUE_START,  /* the reading itself; never negative */
};

struct timens_value {
	enum timens_value_kind kind;
	struct timens_offset time; /* floor form */
};

struct timens_values {
	struct timens_value monotonic, boottime;
};

/*
 * -EINVAL: not of the form above. -ERANGE: it does not fit 64-bit seconds, or has a part of a
 * nanosecond. *value is then unchanged.
 */
int timens_value_parse(const char *text, struct timens_value *value);

/* Longer than any value: "-106751991167300d15h30m8s999ms999us999ns". */
#define TIMENS_VALUE_SIZE 64

/*
 * The canonical text, which timens_value_parse reads as the same value: "+1d12h", "-1s500ms", "=0",
 * "" for TIMENS_VALUE_NONE. The text's length, or -EINVAL for an impossible value.
 */
int timens_value_format(const struct timens_value *value, char text[TIMENS_VALUE_SIZE]);

/* Whether both ask for the same. */
bool timens_value_equal(const struct timens_value *a, const struct timens_value *b);

/*
 * The offsets to write, absolute to the initial namespace, at this moment: a START is held against
 * a reading of the clock taken now, so call it right before timens_write_offsets. `own` are the
 * offsets of the namespace that the caller is in (timens_own_offsets). -EOVERFLOW.
 */
int timens_values_resolve(const struct timens_values *values, const struct timens_offsets *own,
	struct timens_offsets *offsets);

#ifdef __cplusplus
}
#endif

#endif
