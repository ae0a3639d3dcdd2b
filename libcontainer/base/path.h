/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths in a tree that nobody trusts. Every lookup is confined to the root that `rootfd` pins:
 * "..", absolute and relative symlinks stay inside, magic links are refused (openat2(2), Linux 5.6;
 * a component-by-component walk with O_NOFOLLOW before it, or where seccomp hides it). The result
 * is an fd; whoever has it never needs the path again.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Opens `path` (leading slashes are ignored; "" and "/" are the root itself) with open(2) flags
 * other than O_CREAT and O_TMPFILE; O_CLOEXEC is added. Returns an fd or -errno. -ELOOP after 40
 * symlinks, -EXDEV or -ELOOP for magic links.
 */
int path_open_in_root(int rootfd, const char *path, int flags);

/*
 * Makes missing directories (mode `mode`, less the umask) and returns an O_PATH|O_DIRECTORY fd of
 * the last; fd or -errno. What a dangling symlink names is made too, inside the root.
 */
int path_mkdir_in_root(int rootfd, const char *path, mode_t mode);

/*
 * Makes an empty regular file unless there is something already, and its parents (0755); returns an
 * O_PATH fd of what is there, never following a symlink out of the root; fd or -errno.
 */
int path_mkfile_in_root(int rootfd, const char *path, mode_t mode);

/*
 * Splits off the last component: returns an O_PATH fd of the parent (made when missing and `make`),
 * and points *name into `path`. -EINVAL when the last component is empty, "." or "..".
 */
int path_open_parent_in_root(int rootfd, const char *path, bool make, const char **name);

/*
 * Reads a whole file, as io_read_fd does, but for one that is not regular (-EINVAL; it is not waited for
 * either) and a symlink as the last component (-ELOOP).
 */
ssize_t path_read_in_root(int rootfd, const char *path, char **data, size_t limit);

/*
 * "/proc/self/fd/N": for the few system calls that take only a path. buffer has PATH_FD_SIZE bytes.
 */
#define PATH_FD_SIZE 32
const char *path_of_fd(int fd, char *buffer);

/* Forces the fallback walk instead of openat2, so that tests and fuzzers reach it on any kernel. */
extern bool path_without_openat2;

#endif
