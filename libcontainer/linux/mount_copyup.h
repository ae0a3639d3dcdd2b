/* SPDX-License-Identifier: Apache-2.0 */
/* "tmpcopyup": a tmpfs that begins with what the rootfs has at its place. */
#ifndef LINUX_MOUNT_COPYUP_H
#define LINUX_MOUNT_COPYUP_H

#include "base/error.h"

/*
 * Copies the content of the directory `from` to the directory `to`: directories (128 deep),
 * regular files, symbolic links and FIFOs, with mode and owner. Nothing is followed, nothing is
 * overwritten; device nodes and sockets are left out. Both fds may be O_PATH.
 */
int mount_copyup(int from, int to, const char *where, struct error *err);

#endif
