/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a command and counts the system calls of it and of the processes it makes. */
#ifndef FAULTS_TRACER_H
#define FAULTS_TRACER_H

#include "fault.h"

struct tracer {
	char **command;
	pid_t also; /* a process that is there already, named "i": the init that a start tells; or 0 */
	const struct fault *fault;
	FILE *record; /* a line for each call: process, number, name, "short" or "memory" or "-" */
	/* What was hit: the name of the call, or "". */
	char hit[64];
};

/*
 * Returns the command's exit status, as a shell has it, or -1 with errno. A program that is not the
 * command's own is let go at its execve: a container's, a hook, CRIU. So are all that are still
 * there when the command has ended, such as the init of a created container.
 */
int tracer_run(struct tracer *tracer);

#endif
