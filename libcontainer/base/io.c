/* SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int io_write_all(int fd, const void *data, size_t length)
{
	const char *next = data;

	while (length > 0) {
		ssize_t written = write(fd, next, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		next += written;
		length -= (size_t)written;
	}
	return 0;
}

int io_write_control(int dirfd, const char *path, const char *text)
{
	cleanup_close int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	size_t length = strlen(text);
	ssize_t written;

	if (fd < 0)
		return -errno;
	do
		written = write(fd, text, length);
	while (written < 0 && errno == EINTR);
	if (written < 0)
		return -errno;
	return (size_t)written == length ? 0 : -EIO;
}

static size_t io_first_size(int fd)
{
	struct stat st;

	/* One byte more than the file, so that the end is seen without growing the buffer. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		return (size_t)st.st_size + 2;
	return 4096;
}

ssize_t io_read_fd(int fd, char **data, size_t limit)
{
	size_t size = io_first_size(fd), used = 0;
	cleanup_free char *buffer = NULL;

	if (size > limit + 2)
		return -EFBIG;
	buffer = malloc(size);
	if (!buffer)
		return -ENOMEM;
	for (;;) {
		ssize_t got = read(fd, buffer + used, size - used - 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		used += (size_t)got;
		if (used > limit)
			return -EFBIG;
		if (got == 0)
			break;
		if (used == size - 1) {
			char *grown = realloc(buffer, size * 2);

			if (!grown)
				return -ENOMEM;
			buffer = grown;
			size *= 2;
		}
	}
	buffer[used] = '\0';
	*data = move_pointer(buffer);
	return (ssize_t)used;
}

ssize_t io_read_file(int dirfd, const char *path, char **data, size_t limit)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	cleanup_close int fd = openat(dirfd, path, flags);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	return S_ISREG(st.st_mode) ? io_read_fd(fd, data, limit) : -EINVAL;
}

ssize_t io_read_small(int dirfd, const char *path, char *buffer, size_t size)
{
	cleanup_close int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t used = 0;

	if (fd < 0)
		return -errno;
	while (used < size - 1) {
		ssize_t got = read(fd, buffer + used, size - 1 - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	buffer[used] = '\0';
	return (ssize_t)used;
}

/* New in any case: what a writer that was killed has left, or somebody else, is not written into. */
static int io_make_temporary(int dirfd, const char *name, mode_t mode)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
	int fd = openat(dirfd, name, flags, mode);

	if (fd < 0 && errno == EEXIST && unlinkat(dirfd, name, 0) == 0)
		fd = openat(dirfd, name, flags, mode);
	return fd < 0 ? -errno : fd;
}

int io_replace_file(int dirfd, const char *name, mode_t mode, const void *data, size_t length)
{
	cleanup_close int fd = -1;
	char temporary[256];
	int result;

	if (snprintf(temporary, sizeof(temporary), ".%s.new", name) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	fd = io_make_temporary(dirfd, temporary, mode);
	if (fd < 0)
		return fd;
	result = io_write_all(fd, data, length);
	if (result == 0 && fsync(fd) < 0)
		result = -errno;
	if (result == 0 && renameat(dirfd, temporary, dirfd, name) < 0)
		result = -errno;
	if (result == 0 && fsync(dirfd) < 0)
		result = -errno;
	if (result < 0)
		unlinkat(dirfd, temporary, 0);
	return result;
}
