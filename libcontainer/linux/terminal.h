/* SPDX-License-Identifier: Apache-2.0 */
/* Pseudo-terminals: the container's side (made by init) and the person's side (held by `run` and
 * `exec`). */
#ifndef LINUX_TERMINAL_H
#define LINUX_TERMINAL_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Opens a new pair from the devpts at `devfd`'s "pts/ptmx" (an O_PATH fd of the container's /dev,
 * verified to be a devpts). *slave is opened with TIOCGPTPEER, never by path. Returns the master
 * fd, or -1. Both CLOEXEC.
 */
int terminal_open(int devfd, int *slave, struct error *err);

/* Sets the window size; zeros change nothing. */
int terminal_set_size(int fd, uint64_t rows, uint64_t columns, struct error *err);

/*
 * Makes the container's window as large as the person's, whichever of fds 0 to 2 is on a terminal;
 * one without a size changes nothing. Once before the process starts; the relay follows from then
 * on.
 */
void terminal_copy_size(int master);

/* Makes `slave` fds 0, 1 and 2, and gives it to `uid`. */
int terminal_become(int slave, uid_t uid, struct error *err);

/*
 * After setsid(2): fd 0 becomes the controlling terminal. By the process that stays: the end of a session's
 * leader hangs it up.
 */
int terminal_control(struct error *err);

/* Sends the master to a --console-socket, with its name, as engines expect it. */
int terminal_send_console(int socket_fd, int master, struct error *err);

/*
 * The person's side: raw mode on fd 0 when it is a terminal, bytes copied between fds 0/1 and the
 * master, the window's size followed (SIGWINCH), until `done_fd` (a pidfd) becomes readable and the
 * master is drained. Every other signal, except for faults and job control, is sent on to that
 * pidfd; a caller that has them blocked already loses none. The end of fd 0 does not end the relay.
 * Everything that it changed (raw mode, signal mask, SIGPIPE) is as before when it returns.
 */
int terminal_relay(int master, int done_fd, struct error *err);

/* Takes fd 0 out of raw mode, if the relay put it there; runs at exit by itself. */
void terminal_restore(void);

#endif
