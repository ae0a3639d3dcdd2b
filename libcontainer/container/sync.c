/* SPDX-License-Identifier: Apache-2.0 */
#include "container/sync.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/text.h"
#include "linux/socket.h"

static const char *const sync_names[] = {
	[SYNC_END] = "the end",
	[SYNC_IDMAP_PLEASE] = "idmap-please",
	[SYNC_IDMAP_DONE] = "idmap-done",
	[SYNC_INIT_PID] = "init-pid",
	[SYNC_HOOKS_PLEASE] = "hooks-please",
	[SYNC_HOOKS_DONE] = "hooks-done",
	[SYNC_CONSOLE] = "console",
	[SYNC_LIMITS_PLEASE] = "limits-please",
	[SYNC_LIMITS_DONE] = "limits-done",
	[SYNC_READY] = "ready",
	[SYNC_CREATED] = "created",
	[SYNC_START] = "start",
	[SYNC_EXECUTING] = "executing",
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
	return socket_send(fd, message, sync_size(message->type), passed);
}

/* Always -1: the other end is closed, and its last words tell why, if it had any. */
static int sync_explain_closed(int fd, enum sync_type type, struct error *err)
{
	struct sync_message message;

	if (sync_receive(fd, &message, NULL, err) < 0)
		return -1;
	return error_set(
		err, EPIPE, "the other process ended before it was sent '%s'", sync_name(type));
}

int sync_send(int fd, enum sync_type type, int32_t value, struct error *err)
{
	struct sync_message message = { .type = type, .value = value };
	int result = sync_send_message(fd, &message, -1);

	if (result == -EPIPE || result == -ECONNRESET)
		return sync_explain_closed(fd, type, err);
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

int sync_receive(int fd, struct sync_message *message, int *passed, struct error *err)
{
	ssize_t got = socket_receive(fd, message, sizeof(*message), passed);

	/*
	 * A peer that died with messages of ours unread resets the stream: it is gone all the same, and its
	 * last words stand behind the reset.
	 */
	if (got == -ECONNRESET)
		got = socket_receive(fd, message, sizeof(*message), passed);
	if (got < 0 && got != -ECONNRESET)
		return error_errno(err, (int)-got, "receive from the sync socket");
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
