/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that reads the clocks of another time namespace for us. It may have to enter the user
 * namespace that owns the time namespace, from which there is no way back: so it is a fork, which only
 * reads and answers, and ends when we close our side or die.
 */
#ifndef LINUX_CLOCK_HELPER_H
#define LINUX_CLOCK_HELPER_H

#include <sys/types.h>

#include <elsewhen/timens.h>

#include "base/error.h"
#include "linux/clock_reading.h"

struct clock_helper {
	pid_t pid; /* 0: none */
	int fd;
};

/* `time_fd`: the time namespace to join; -1: it stays in the caller's own. */
int clock_helper_start(struct clock_helper *helper, int time_fd, struct error *err);

/* Ends and reaps it. Idempotent; a zeroed struct is one that has ended. */
void clock_helper_end(struct clock_helper *helper);
#define cleanup_clock_helper __attribute__((cleanup(clock_helper_end)))

/* What it reads in there. */
int clock_helper_read_sandwich(struct clock_helper *helper, const struct clock_entry *clock,
	struct clock_sandwich *sandwich, struct error *err);
int clock_helper_read_proc(struct clock_helper *helper, struct clock_proc *proc, struct error *err);
int clock_helper_read_instant(
	struct clock_helper *helper, struct clock_instant *instant, struct error *err);

/* The offsets of the namespace; absolute, as the kernel has them. */
int clock_helper_read_offsets(
	struct clock_helper *helper, struct timens_offsets *offsets, struct error *err);

#endif
