/* SPDX-License-Identifier: Apache-2.0 */
/* The few registers of a traced process that an injection changes. */
#ifndef FAULTS_REGS_H
#define FAULTS_REGS_H

#include <stdint.h>
#include <sys/types.h>

/* At the entry: the kernel executes no call, and returns what regs_set_result says at the exit. */
int regs_skip_call(pid_t pid);
int regs_set_result(pid_t pid, int64_t result);
/* At the entry: the third argument, which of read(2) and write(2) is the length. */
int regs_set_third(pid_t pid, uint64_t value);

#endif
