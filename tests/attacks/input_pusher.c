/* SPDX-License-Identifier: Apache-2.0 */
/* TIOCSTI: types TEXT into the terminal at standard input, as if the user had. input_pusher TEXT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

int main(int argc, char *argv[])
{
	if (argc != 2) {
		fputs("usage: input_pusher TEXT\n", stderr);
		return 2;
	}
	for (char *next = argv[1]; *next; next++)
		if (ioctl(0, TIOCSTI, next) < 0) {
			printf("refused: %s\n", strerror(errno));
			return 1;
		}
	puts("pushed");
	return 0;
}
