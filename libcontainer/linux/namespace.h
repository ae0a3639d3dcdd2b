/* SPDX-License-Identifier: Apache-2.0 */
/* The eight kinds of namespace (namespaces(7)): their flags, their files, and how to open and join
 * one. */
#ifndef LINUX_NAMESPACE_H
#define LINUX_NAMESPACE_H

#include <stdbool.h>

#include "base/error.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* The name under /proc/PID/ns of a CLONE_NEW* flag ("net"), or NULL for anything else. */
const char *namespace_file_name(int clone_flag);

/*
 * Opens the namespace at `path` and proves that it is of the kind of `clone_flag` (NS_GET_NSTYPE).
 * Returns an fd (O_CLOEXEC), or -1 with a sentence that begins with `where`.
 */
int namespace_open(const char *path, int clone_flag, const char *where, struct error *err);

/* Opens the namespace that the caller itself is in. fd or -1. */
int namespace_open_own(int clone_flag, struct error *err);

/*
 * Whether the user namespace `user` (-1: none yet) owns the namespace `fd` (ioctl_ns(2), NS_GET_USERNS). An owner
 * that the kernel does not show us is not one that we have open.
 */
bool namespace_is_owned_by(int fd, int user);

/* setns(2). Returns 0, or -errno: the caller decides whether EPERM is final. */
int namespace_join(int fd, int clone_flag);

#endif
