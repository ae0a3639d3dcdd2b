/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dialogue between the runtime and the processes it makes: one message type over one
 * SOCK_SEQPACKET pair, and the same type over the start socket of a created container.
 *
 *   from -> to           message            says
 *   -------------------  -----------------  -----------------------------------------------------
 *   child   -> runtime   SYNC_IDMAP_PLEASE  I am in my new user namespace: write my id maps
 *   runtime -> child     SYNC_IDMAP_DONE    they are written
 *   stage   -> runtime   SYNC_INIT_PID      value: the pid of init, which is your child now
 *   init    -> runtime   SYNC_HOOKS_PLEASE  my namespaces and mounts are there, "/" is not yet
 *   runtime -> init      SYNC_HOOKS_DONE    netDevices are in, prestart and createRuntime hooks
 *                                           ran; value: your pid out here
 *   init    -> runtime   SYNC_CONSOLE       with a descriptor: the terminal's master
 *   init    -> runtime   SYNC_LIMITS_PLEASE give me my limits, I am about to become the user
 *   runtime -> init      SYNC_LIMITS_DONE   they are set, and the seccomp filter is compiled
 *   init    -> runtime   SYNC_READY         all is done but the start
 *   runtime -> init      SYNC_CREATED       that is written down: wait on the start socket
 *   runtime -> init      SYNC_START         become the user's process (also on the start socket)
 *   init    -> runtime   SYNC_EXECUTING     execve is next, or all that is left (to `start`, too)
 *   any     -> runtime   SYNC_FAILED        the error, whole; the sender exits next
 *
 * What "init" says up to SYNC_LIMITS_PLEASE is said by the stage when it prepares outside.
 *
 * The end of the stream after SYNC_EXECUTING means that execve succeeded: the socket is CLOEXEC. The
 * end of the stream anywhere else means that the other one was killed, and ends the process that
 * sees it.
 */
#ifndef CONTAINER_SYNC_H
#define CONTAINER_SYNC_H

#include <stdint.h>

#include "base/error.h"

enum sync_type {
	SYNC_END, /* never sent: the other end is closed */
	SYNC_IDMAP_PLEASE,
	SYNC_IDMAP_DONE,
	SYNC_INIT_PID,
	SYNC_HOOKS_PLEASE,
	SYNC_HOOKS_DONE,
	SYNC_CONSOLE,
	SYNC_LIMITS_PLEASE,
	SYNC_LIMITS_DONE,
	SYNC_READY,
	SYNC_CREATED,
	SYNC_START,
	SYNC_EXECUTING,
	SYNC_FAILED,
};

struct sync_message {
	uint32_t type; /* enum sync_type */
	int32_t value;
	struct error error; /* SYNC_FAILED alone */
};

/* Both ends CLOEXEC. */
int sync_pair(int *runtime_end, int *child_end, struct error *err);

int sync_send(int fd, enum sync_type type, int32_t value, struct error *err);

/* `passed` is an open descriptor, sent as SCM_RIGHTS; stays the caller's. */
int sync_send_fd(int fd, enum sync_type type, int passed, struct error *err);

/* The last word of a child that could not go on; an end that is already closed is no matter. */
void sync_send_error(int fd, const struct error *said);

/*
 * Receives one message. SYNC_FAILED becomes the caller's own error (-1). The closed end is
 * message->type == SYNC_END with success. A descriptor that came along is stored in *passed
 * (CLOEXEC; closed when `passed` is NULL).
 */
int sync_receive(int fd, struct sync_message *message, int *passed, struct error *err);

/* Receives a message that must be of `type`; anything else is an error, the closed end "was
 * killed". */
int sync_expect(int fd, enum sync_type type, int32_t *value, struct error *err);

const char *sync_name(enum sync_type type);

#endif
