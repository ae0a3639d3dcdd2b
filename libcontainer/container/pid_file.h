/* SPDX-License-Identifier: Apache-2.0 */
/* --pid-file: how engines learn the pid. */
#ifndef CONTAINER_PID_FILE_H
#define CONTAINER_PID_FILE_H

#include <sys/types.h>

#include "base/error.h"

/* Writes the number, with no newline, and shows the file whole (rename). `path` NULL: nothing to
 * do. */
int pid_file_write(const char *path, pid_t pid, struct error *err);

#endif
