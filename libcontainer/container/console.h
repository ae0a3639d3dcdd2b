/* SPDX-License-Identifier: Apache-2.0 */
/* process.terminal, from inside the container: a new terminal whose master goes to whoever shows
 * it. */
#ifndef CONTAINER_CONSOLE_H
#define CONTAINER_CONSOLE_H

#include "base/error.h"
#include "oci/config.h"

/*
 * Opens a pair from the devpts of the container's /dev, `devfd` (or the -errno of opening it), gives it the
 * size that config.json asks for, and sends the master: to `console_socket`, or over the dialogue `sync_fd`
 * when that is -1. Returns the slave (CLOEXEC), or -1.
 */
int console_open(const struct oci_process *process, int devfd, int console_socket, int sync_fd,
	struct error *err);

#endif
