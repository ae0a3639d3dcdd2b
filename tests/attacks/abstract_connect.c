/* SPDX-License-Identifier: Apache-2.0 */
/* Connects to the abstract socket NAME, which lives in a network namespace and not in a filesystem. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t length = argc == 2 ? strlen(argv[1]) : 0;

	if (length == 0 || length >= sizeof(address.sun_path) - 1) {
		fputs("usage: abstract_connect NAME\n", stderr);
		return 2;
	}
	memcpy(address.sun_path + 1, argv[1], length);
	if (connect(fd, (struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) < 0) {
		printf("refused: %s\n", strerror(errno));
		return 1;
	}
	puts("connected");
	return close(fd);
}
