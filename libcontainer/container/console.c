/* SPDX-License-Identifier: Apache-2.0 */
#include "container/console.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "container/sync.h"
#include "linux/terminal.h"

static int console_send(int master, int console_socket, int sync_fd, struct error *err)
{
	if (console_socket >= 0)
		return terminal_send_console(console_socket, master, err);
	return sync_send_fd(sync_fd, SYNC_CONSOLE, master, err);
}

int console_open(const struct oci_process *process, int devfd, int console_socket, int sync_fd,
	struct error *err)
{
	cleanup_close int master = -1, slave = -1;

	if (devfd < 0)
		return error_errno(err, -devfd, "process.terminal: open the container's /dev");
	master = terminal_open(devfd, &slave, err);
	if (master < 0)
		return -1;
	if (process->console_size.set && terminal_set_size(master, process->console_size.height,
						 process->console_size.width, err) < 0)
		return -1;
	return console_send(master, console_socket, sync_fd, err) < 0 ? -1 : move_fd(&slave);
}
