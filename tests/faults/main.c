/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults: a command with one of its system calls killed, failed or cut short.
 *
 *	faults record FILE COMMAND...                      what it calls, a line each
 *	faults WHAT PROCESS NUMBER FILE COMMAND...         the name of the call that was hit, into FILE
 *
 * FAULTS_ALSO=PID: that process, too, is traced and named "i".
 *
 * The exit status is the command's own (128 + N when a signal N ended it); 125 for a failure of this
 * program.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tracer.h"

static int usage(void)
{
	fputs("usage: faults record FILE COMMAND [ARGUMENT...]\n"
	      "       faults kill|parent|short|memory|ERRNO PROCESS NUMBER FILE COMMAND "
	      "[ARGUMENT...]\n",
		stderr);
	return 125;
}

/* Whoever set a time limit for us means the command, too: PTRACE_O_EXITKILL ends all that are traced. */
static int run(struct tracer *tracer, const char *path)
{
	FILE *file = fopen(path, "we");
	int status;

	if (!file) {
		perror(path);
		return 125;
	}
	if (tracer->fault->kind == FAULT_NONE)
		tracer->record = file;
	status = tracer_run(tracer);
	if (status < 0) {
		fprintf(stderr, "faults: %s: %s\n", tracer->command[0], strerror(errno));
		status = 125;
	}
	if (tracer->fault->kind != FAULT_NONE)
		fprintf(file, "%s\n", tracer->hit);
	if (fclose(file) != 0)
		status = 125;
	return status;
}

int main(int argc, char **argv)
{
	struct fault fault = { 0 };
	const char *also = getenv("FAULTS_ALSO");
	struct tracer tracer = { .fault = &fault,
		.also = also ? (pid_t)strtol(also, NULL, 10) : 0 };
	char *end;

	if (argc >= 4 && strcmp(argv[1], "record") == 0) {
		tracer.command = argv + 3;
		return run(&tracer, argv[2]);
	}
	if (argc < 6 || !fault_parse(argv[1], &fault) || strlen(argv[2]) >= sizeof(fault.process))
		return usage();
	memcpy(fault.process, argv[2], strlen(argv[2]) + 1);
	fault.call = strtoul(argv[3], &end, 10);
	if (*end || fault.call == 0)
		return usage();
	tracer.command = argv + 5;
	return run(&tracer, argv[4]);
}
