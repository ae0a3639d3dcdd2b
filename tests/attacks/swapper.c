/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sibling with write access to a container's root filesystem: exchanges two names as fast as it can
 * (renameat2(2), RENAME_EXCHANGE), until it is killed. swapper ONE OTHER [MICROSECONDS]
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

int main(int argc, char *argv[])
{
	useconds_t pause = argc > 3 ? (useconds_t)atoi(argv[3]) : 0;

	if (argc < 3) {
		fputs("usage: swapper ONE OTHER [MICROSECONDS]\n", stderr);
		return 2;
	}
	for (;;) {
		if (syscall(SYS_renameat2, AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) <
				0 &&
			errno != EBUSY && errno != ENOENT) {
			perror("swapper");
			return 1;
		}
		if (pause)
			usleep(pause);
	}
}
