/* SPDX-License-Identifier: Apache-2.0 */
/* Every clock, read in every way, and the two exact rules that readings must follow. */
#ifndef KIT_CLOCKS_H
#define KIT_CLOCKS_H

#include <stdint.h>

#include <elsewhen/timens.h>

#include "kit.h"

extern const struct clocks_row {
	int id;
	const char *name;
} clocks[];
extern const unsigned int clocks_count;

/* A way to read a clock without a system call of ours. */
struct clocks_reader {
	const char *name;
	int64_t (*read)(int clock); /* nanoseconds */
};

/* Those that this process has: the vDSO's function, its older one with 32-bit seconds, libc's. */
const struct clocks_reader *clocks_readers(unsigned int *count);

int64_t clocks_read_vdso(int clock);
int64_t clocks_read_syscall(int clock);

/* From now on the vDSO's function is the one at that distance from where it was. */
void clocks_move_vdso(intptr_t distance);

/*
 * The sandwich: raw system call <= vDSO <= raw system call, so many times, by every reader. Exact: the
 * vDSO computes from the same data by the same rule, and no clock here ever goes back.
 */
void clocks_expect_sandwich(int clock, int rounds);
void clocks_expect_sandwiches(int rounds); /* of every clock */
/* By the vDSO's 64-bit function alone: libc may not know where it is, or be too narrow. */
void clocks_expect_vdso_sandwich(int clock, int rounds);
void clocks_expect_vdso_sandwiches(int rounds);

/*
 * The shift: `before` and `after` are readings elsewhere, `inside` was made between them in a namespace
 * with these offsets.
 */
void clocks_expect_shift(
	const char *who, int clock, int64_t shift, int64_t before, int64_t inside, int64_t after);

/* An emulated machine makes some 50,000 rounds in a second. */
#define CLOCKS_ROUNDS 3000
#define CLOCKS_ROUNDS_OF_SEVERAL 1000
#define CLOCKS_FEW_ROUNDS 100

#endif
