/* SPDX-License-Identifier: Apache-2.0 */
/* A new procfs for a PID namespace that the caller is not in. */
#ifndef LINUX_PROCFS_CONTEXT_H
#define LINUX_PROCFS_CONTEXT_H

#include "base/error.h"

/*
 * fsopen("proc") on behalf of the PID namespace `pid_ns`, for the caller to configure and mount: the kernel takes
 * the namespace of who opens the context. fd (O_CLOEXEC) or -1.
 *
 * A process in there has to do it, and others in there can take it over (CAP_SYS_PTRACE): it has an empty root,
 * one socket, CAP_SYS_ADMIN, and a filter that leaves it fsopen, sendmsg and exit.
 */
int procfs_context_open(int pid_ns, struct error *err);

#endif
