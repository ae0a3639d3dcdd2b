/* SPDX-License-Identifier: Apache-2.0 */
/* Whole reads and whole writes. All return 0 or a length, or -errno; none prints. */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stddef.h>
#include <sys/types.h>

/* Writes all of it, over EINTR and short writes. */
int io_write_all(int fd, const void *data, size_t length);

/*
 * Writes a kernel control file (procfs, sysfs, cgroupfs): exactly one write(2), and a short write
 * is -EIO, because the kernel parses each write on its own. `dirfd` may be AT_FDCWD.
 */
int io_write_control(int dirfd, const char *path, const char *text);

/*
 * Reads to the end of file. *data is malloc'd, NUL-terminated, the caller's. -EFBIG above `limit`.
 */
ssize_t io_read_fd(int fd, char **data, size_t limit);
/* And of a regular file alone: -EINVAL for a FIFO or device, which is not waited for (error_file says so). */
ssize_t io_read_file(int dirfd, const char *path, char **data, size_t limit);

/* Reads at most size - 1 bytes of a small file (procfs) with one open and no allocation. */
ssize_t io_read_small(int dirfd, const char *path, char *buffer, size_t size);

/*
 * Replaces a file atomically and durably: temporary name beside it, fsync, rename, fsync of the
 * directory. A reader sees the old or the new content, never a part.
 */
int io_replace_file(int dirfd, const char *name, mode_t mode, const void *data, size_t length);

#endif
