/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"

/* Room for one descriptor, aligned as the kernel wants it. */
union socket_rights {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

/* A path that is too long for sun_path is reached by the fd of the socket's own inode. 0/-errno. */
static int socket_address(const char *path, struct sockaddr_un *address, int *inode)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) < sizeof(address->sun_path)) {
		memcpy(address->sun_path, path, strlen(path));
		return 0;
	}
	*inode = open(path, O_PATH | O_CLOEXEC);
	if (*inode < 0)
		return -errno;
	path_of_fd(*inode, address->sun_path);
	return 0;
}

/* To connect to any other file is refused, too, and the kernel's word for it says nothing of that. */
static int socket_refused(const char *path, const char *where, int code, struct error *err)
{
	struct stat st;

	if (code == ECONNREFUSED && stat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
		return error_set(err, ENOTSOCK, "%s: '%s' is not a socket", where, path);
	return error_errno(err, code, "%s: connect to '%s'", where, path);
}

int socket_connect(const char *path, const char *where, struct error *err)
{
	cleanup_close int fd = -1, inode = -1;
	struct sockaddr_un address;
	int result = path[0] == '\0' ? -ENOENT : socket_address(path, &address, &inode);

	if (result < 0)
		return error_errno(err, -result, "%s: '%s'", where, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return socket_refused(path, where, errno, err);
	return move_fd(&fd);
}

int socket_send(int fd, const void *bytes, size_t length, int passed)
{
	union socket_rights control = { .bytes = { 0 } };
	struct iovec iov = { .iov_base = (void *)bytes, .iov_len = length };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t sent;

	if (passed >= 0) {
		struct cmsghdr *rights;

		message.msg_control = &control;
		message.msg_controllen = sizeof(control.bytes);
		rights = CMSG_FIRSTHDR(&message);
		rights->cmsg_level = SOL_SOCKET;
		rights->cmsg_type = SCM_RIGHTS;
		rights->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(rights), &passed, sizeof(int));
	}
	do
		sent = sendmsg(fd, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return -errno;
	return (size_t)sent == length ? 0 : -EMSGSIZE;
}

static int socket_take_fd(struct msghdr *message)
{
	struct cmsghdr *rights = CMSG_FIRSTHDR(message);
	int fd = -1;

	if (rights && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS &&
		rights->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(rights), sizeof(int));
	return fd;
}

ssize_t socket_receive(int fd, void *bytes, size_t length, int *passed)
{
	union socket_rights control = { .bytes = { 0 } };
	struct iovec iov = { .iov_base = bytes, .iov_len = length };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes),
	};
	cleanup_close int taken = -1;
	ssize_t got;

	do
		got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	taken = socket_take_fd(&message);
	if (passed)
		*passed = move_fd(&taken);
	return got;
}
