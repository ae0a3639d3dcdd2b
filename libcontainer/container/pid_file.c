/* SPDX-License-Identifier: Apache-2.0 */
#include "container/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"

/* What is renamed over is gone: no device or FIFO, by whatever link, is there to be replaced. */
static int pid_file_check(const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT ? 0 : error_errno(err, errno, "--pid-file: '%s'", path);
	if (!S_ISREG(st.st_mode))
		return error_file(
			err, S_ISDIR(st.st_mode) ? EISDIR : EINVAL, "--pid-file: '%s'", path);
	return 0;
}

/* New in any case, whatever stands in its place. */
static int pid_file_make(const char *path)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
	int fd = open(path, flags, 0644);

	if (fd < 0 && errno == EEXIST && unlink(path) == 0)
		fd = open(path, flags, 0644);
	return fd;
}

/* A reboot makes the number worthless, so it is not synced to the disk. */
int pid_file_write(const char *path, pid_t pid, struct error *err)
{
	cleanup_text struct text temporary = { 0 };
	cleanup_close int fd = -1;
	char number[16];
	int result;

	if (!path)
		return 0;
	text_printf(&temporary, "%s.new", path);
	snprintf(number, sizeof(number), "%d", (int)pid);
	if (pid_file_check(path, err) < 0)
		return -1;
	fd = pid_file_make(temporary.data);
	if (fd < 0)
		return error_errno(err, errno, "--pid-file: make '%s'", temporary.data);
	result = io_write_all(fd, number, strlen(number));
	if (result == 0 && rename(temporary.data, path) < 0)
		result = -errno;
	if (result < 0) {
		unlink(temporary.data);
		return error_errno(err, -result, "--pid-file: write '%s'", path);
	}
	return 0;
}
