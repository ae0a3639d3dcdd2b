/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at inherited file descriptors before anything else is opened or passed on. */
#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"

int descriptors_open_standard(struct error *err)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free number is this one, since those below are open by now. It is
		 * meant to be inherited, hence no O_CLOEXEC. */
		if (open("/dev/null", O_RDWR) != fd)
			return error_errno(err, errno, "open /dev/null as file descriptor %d", fd);
	}
	return 0;
}

void descriptors_disown_sockets(void)
{
	static const char *const names[] = { "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES" };
	const char *meant = getenv("LISTEN_PID");
	int pid;

	if (meant && number_parse_int(meant, 1, INT_MAX, &pid) == 0 && pid == (int)getpid())
		return;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		(void)unsetenv(names[i]);
}

int descriptors_check_preserved(int count, struct error *err)
{
	for (int fd = STDERR_FILENO + 1; fd <= STDERR_FILENO + count; fd++) {
		int flags = fcntl(fd, F_GETFD);

		/* What was inherited has lost FD_CLOEXEC; what has it we opened ourselves. */
		if (flags < 0 || (flags & FD_CLOEXEC))
			return error_set(err, EBADF,
				"--preserve-fds %d: the caller left file descriptor %d closed",
				count, fd);
	}
	return 0;
}
