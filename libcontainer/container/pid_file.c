/* SPDX-License-Identifier: Apache-2.0 */
#include "container/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"

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
	fd = open(temporary.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
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
