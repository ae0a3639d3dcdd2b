/* SPDX-License-Identifier: Apache-2.0 */
/* By whose clock a process lives: container_process_clock of elsewhen/container.h, and its parts. */
#ifndef CONTAINER_PROCESS_CLOCK_H
#define CONTAINER_PROCESS_CLOCK_H

#include <elsewhen/container.h>
#include <elsewhen/timens.h>

#include "base/error.h"

#define PROCESS_CLOCK_NAME_SIZE sizeof(((struct container_process_clock *)0)->name)

/* The caller's own time namespace; "" on a kernel that has none. */
void process_clock_own_name(char name[PROCESS_CLOCK_NAME_SIZE]);

/* Sets the offsets from absolute ones. */
int process_clock_relative(const struct timens_offsets *absolute,
	struct container_process_clock *clock, struct error *err);

/* What CLOCK_BOOTTIME reads there now; -1: not known. */
int64_t process_clock_uptime(const struct container_process_clock *clock);

#endif
