/* SPDX-License-Identifier: Apache-2.0 */
/* The file descriptors that elsewhen was started with. */
#ifndef SRC_DESCRIPTORS_H
#define SRC_DESCRIPTORS_H

#include "base/error.h"

/* Opens /dev/null where standard input, output or error is closed: no later open may become one. */
int descriptors_open_standard(struct error *err);

/*
 * sd_listen_fds(3): LISTEN_FDS counts only where LISTEN_PID is our own. What an ancestor was given names
 * descriptors that may be anything here, so it is taken out of our environment.
 */
void descriptors_disown_sockets(void);

/* Whether 3 .. 3+count-1 came from the caller, so that nothing of our own is passed on. */
int descriptors_check_preserved(int count, struct error *err);

#endif
