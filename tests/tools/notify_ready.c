/* SPDX-License-Identifier: Apache-2.0 */
/* Sends READY=1 to $NOTIFY_SOCKET (sd_notify(3)); static, so that it runs in an empty container. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (!path || strlen(path) >= sizeof(address.sun_path)) {
		fputs("notify_ready: NOTIFY_SOCKET is not set, or too long\n", stderr);
		return 1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (sendto(fd, "READY=1", 7, 0, (struct sockaddr *)&address, sizeof(address)) != 7) {
		perror("notify_ready");
		return 1;
	}
	return close(fd);
}
