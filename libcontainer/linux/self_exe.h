/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime's own executable must not be writable through /proc/PID/exe (CVE-2019-5736). */
#ifndef LINUX_SELF_EXE_H
#define LINUX_SELF_EXE_H

#include "base/error.h"

/*
 * Returns at once when the running executable can not be written from a container: it is on a
 * read-only mount, or sealed, or neither ours nor writable to us. Else executes it again, with the
 * same arguments and environment, from a detached read-only clone of its own mount (open_tree +
 * mount_setattr: nothing is copied), or from a sealed memfd where that is not permitted. Call it
 * before anything else is open.
 */
int self_exe_protect(char *const argv[], struct error *err);

#endif
