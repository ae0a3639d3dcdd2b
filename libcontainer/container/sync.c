/* SPDX-License-Identifier: Apache-2.0 */
#include "container/sync.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

static const char *const sync_names[] = {
	[SYNC_END] = "the end",
	[SYNC_IDMAP_PLEASE] = "idmap-please",
	[SYNC_IDMAP_DONE] = "idmap-done",
	[SYNC_INIT_PID] = "init-pid",
	[SYNC_HOOKS_PLEASE] = "hooks-please",
	[SYNC_HOOKS_DONE] = "hooks-done",
	[SYNC_CONSOLE] = "console",
	[SYNC_READY] = "ready",
	[SYNC_CREATED] = "created",
	[SYNC_START] = "start",
	[SYNC_FAILED] = "failed",
};

const char *sync_name(enum sync_type type)
{
	return type < ARRAY_LENGTH(sync_names) ? sync_names[type] : "unknown";
}

int sync_pair(int *runtime_end, int *child_end, struct error *err)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return error_errno(err, errno, "make the sync socket pair");
	*runtime_end = fds[0];
	*child_end = fds[1];
	return 0;
}

/* A message without an error travels without the room for one. */
static size_t sync_size(enum sync_type type)
{
	return type == SYNC_FAILED ? sizeof(struct sync_message)
				   : offsetof(struct sync_message, error);
}

static int sync_send_message(int fd, const struct sync_message *message, int passed)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)message, .iov_len = sync_size(message->type) };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t sent;

	if (passed >= 0) {
		struct cmsghdr *rights;

		header.msg_control = control.bytes;
		header.msg_controllen = sizeof(control.bytes);
		rights = CMSG_FIRSTHDR(&header);
		rights->cmsg_level = SOL_SOCKET;
		rights->cmsg_type = SCM_RIGHTS;
		rights->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(rights), &passed, sizeof(int));
	}
	do
		sent = sendmsg(fd, &header, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return -errno;
	return (size_t)sent == iov.iov_len ? 0 : -EMSGSIZE;
}

int sync_send(int fd, enum sync_type type, int32_t value, struct error *err)
{
	struct sync_message message = { .type = type, .value = value };
	int result = sync_send_message(fd, &message, -1);

	return result == 0 ? 0 : error_errno(err, -result, "send '%s'", sync_name(type));
}

int sync_send_fd(int fd, enum sync_type type, int passed, struct error *err)
{
	struct sync_message message = { .type = type };
	int result = sync_send_message(fd, &message, passed);

	return result == 0 ? 0 : error_errno(err, -result, "send '%s'", sync_name(type));
}

void sync_send_error(int fd, const struct error *said)
{
	struct sync_message message = { .type = SYNC_FAILED, .error = *said };

	(void)sync_send_message(fd, &message, -1);
}

static void sync_take_fd(struct msghdr *header, int *passed)
{
	struct cmsghdr *rights = CMSG_FIRSTHDR(header);
	int fd = -1;

	if (rights && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS &&
		rights->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(rights), sizeof(int));
	if (passed)
		*passed = fd;
	else if (fd >= 0)
		close(fd);
}

int sync_receive(int fd, struct sync_message *message, int *passed, struct error *err)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = message, .iov_len = sizeof(*message) };
	struct msghdr header = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t got;

	do
		got = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	/* A peer that died with messages of ours unread resets the stream: it is gone all the same.
	 */
	if (got < 0 && errno != ECONNRESET)
		return error_errno(err, errno, "receive from the sync socket");
	sync_take_fd(&header, passed);
	if (got <= 0) {
		*message = (struct sync_message){ .type = SYNC_END };
		return 0;
	}
	if ((size_t)got < offsetof(struct sync_message, error) ||
		(size_t)got != sync_size(message->type))
		return error_set(err, EPROTO, "the sync socket gave a message of %zd bytes", got);
	if (message->type != SYNC_FAILED)
		return 0;
	message->error.text[sizeof(message->error.text) - 1] = '\0';
	*err = message->error;
	return -1;
}

int sync_expect(int fd, enum sync_type type, int32_t *value, struct error *err)
{
	struct sync_message message;

	if (sync_receive(fd, &message, NULL, err) < 0)
		return -1;
	if (message.type == SYNC_END)
		return error_set(err, EPIPE, "the other process ended instead of sending '%s'",
			sync_name(type));
	if (message.type != type)
		return error_set(err, EPROTO, "got '%s' instead of '%s'", sync_name(message.type),
			sync_name(type));
	if (value)
		*value = message.value;
	return 0;
}
