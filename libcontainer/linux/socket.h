/* SPDX-License-Identifier: Apache-2.0 */
/* Unix sockets (unix(7)): connected by path, and descriptors sent over them (SCM_RIGHTS). */
#ifndef LINUX_SOCKET_H
#define LINUX_SOCKET_H

#include <sys/types.h>

#include "base/error.h"

/*
 * A SOCK_STREAM socket connected to the one at `path`, which may be longer than sun_path. Returns
 * the fd (O_CLOEXEC), or -1 with a sentence that begins with `where`.
 */
int socket_connect(const char *path, const char *where, struct error *err);

/*
 * Sends one message, with the descriptor `passed` (stays the caller's; -1: none). Never raises
 * SIGPIPE. 0, or -errno; -EMSGSIZE when only a part was taken. A stream socket needs at least one
 * byte.
 */
int socket_send(int fd, const void *bytes, size_t length, int passed);

/*
 * Receives one message of at most `length` bytes. A descriptor that came along is stored in *passed
 * (CLOEXEC; -1: none), or closed when `passed` is NULL. Its length, 0 at the end, or -errno.
 */
ssize_t socket_receive(int fd, void *bytes, size_t length, int *passed);

#endif
