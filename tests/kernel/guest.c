/* SPDX-License-Identifier: Apache-2.0 */
/* The kit as a machine's init: what it says on the console is what a host's script reads. */
#include "guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "kit.h"

#define GUEST_ARGUMENTS_MAX 32
#define GUEST_NOT_RUN 126

_Noreturn static void guest_execute(char *program, char *const *arguments)
{
	char *all[GUEST_ARGUMENTS_MAX + 1] = { program };

	for (unsigned int i = 1; *arguments && i < GUEST_ARGUMENTS_MAX; i++)
		all[i] = *arguments++;
	execv(program, all);
	printf("elsewhen-kit: %s can not be run here: %s\n", program, strerror(errno));
	fflush(stdout);
	_exit(GUEST_NOT_RUN);
}

static int guest_status(char *program, char *const *arguments)
{
	int status = 0;
	pid_t pid;

	printf("elsewhen-kit: begin %s\n", program);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		guest_execute(program, arguments);
	/* Orphans of checks come here, too. */
	while (pid > 0 && wait(&status) != pid)
		continue;
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	printf("elsewhen-kit: end %s %d\n", program, status);
	fflush(stdout);
	return status;
}

void guest_run(char *programs, char *const *arguments)
{
	int worst = 0;
	char *rest = NULL;

	mkdir("/proc", 0555);
	if (mount("proc", "/proc", "proc", 0, NULL) < 0)
		printf("elsewhen-kit: /proc: %s\n", strerror(errno));
	for (char *program = strtok_r(programs, ",", &rest); program;
		program = strtok_r(NULL, ",", &rest)) {
		int status = guest_status(program, arguments);

		if (status > worst && status != GUEST_NOT_RUN)
			worst = status;
	}
	printf("elsewhen-guest: exit %d\n", worst);
	fflush(stdout);
	tcdrain(STDOUT_FILENO);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}
