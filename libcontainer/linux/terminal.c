/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's side of a pseudo-terminal: the pair, its size, its owner, and the console socket.
 */
#include "linux/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "linux/socket.h"
#include "base/text.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

/* "/dev/pts/4294967295" */
#define TERMINAL_NAME_SIZE 32

static bool is_devpts(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == DEVPTS_SUPER_MAGIC;
}

/* The multiplexer of that very devpts, and no other file that a rootfs has put in its place. */
static bool is_ptmx_of(int pts, int ptmx)
{
	struct stat directory, device;

	return fstat(pts, &directory) == 0 && fstat(ptmx, &device) == 0 && is_devpts(ptmx) &&
	       device.st_dev == directory.st_dev && S_ISCHR(device.st_mode) &&
	       device.st_rdev == makedev(5, 2);
}

/* A new master of the devpts at `devfd`'s "pts". fd or -1. */
static int terminal_open_master(int devfd, struct error *err)
{
	cleanup_close int pts = path_open_in_root(devfd, "pts", O_PATH | O_DIRECTORY);
	cleanup_close int master = -1;
	int unlocked = 0;

	if (pts < 0)
		return error_errno(err, -pts, "process.terminal: the container's /dev/pts");
	if (!is_devpts(pts))
		return error_set(err, EINVAL,
			"process.terminal: no devpts is mounted at the container's /dev/pts");
	master = path_open_in_root(pts, "ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW);
	if (master < 0)
		return error_errno(err, -master, "process.terminal: the container's /dev/pts/ptmx");
	if (!is_ptmx_of(pts, master))
		return error_set(err, EINVAL,
			"process.terminal: the container's /dev/pts/ptmx is not that of its "
			"devpts");
	if (ioctl(master, TIOCSPTLCK, &unlocked) < 0)
		return error_errno(err, errno, "process.terminal: cannot unlock the terminal");
	return move_fd(&master);
}

int terminal_open(int devfd, int *slave, struct error *err)
{
	cleanup_close int master = terminal_open_master(devfd, err);

	if (master < 0)
		return -1;
	*slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0)
		return error_errno(err, errno, "process.terminal: cannot open the slave side");
	return move_fd(&master);
}

int terminal_set_size(int fd, uint64_t rows, uint64_t columns, struct error *err)
{
	const struct {
		const char *name;
		uint64_t value;
	} sides[] = { { "height", rows }, { "width", columns } };
	struct winsize size;

	for (size_t i = 0; i < ARRAY_LENGTH(sides); i++)
		if (sides[i].value > USHRT_MAX)
			return error_set(err, ERANGE,
				"process.consoleSize.%s: %llu is above %d, the largest window",
				sides[i].name, (unsigned long long)sides[i].value, USHRT_MAX);
	if (rows == 0 && columns == 0)
		return 0;
	if (ioctl(fd, TIOCGWINSZ, &size) < 0)
		return error_errno(err, errno, "process.consoleSize: cannot read the window size");
	if (rows > 0)
		size.ws_row = (unsigned short)rows;
	if (columns > 0)
		size.ws_col = (unsigned short)columns;
	if (ioctl(fd, TIOCSWINSZ, &size) < 0)
		return error_errno(err, errno, "process.consoleSize: cannot set the window size");
	return 0;
}

/* dup2(2) does nothing to a number that is its own target: that one still has to survive execve. */
static int duplicate_to(int fd, int target)
{
	return fd == target ? fcntl(fd, F_SETFD, 0) : dup2(fd, target);
}

int terminal_become(int slave, uid_t uid, struct error *err)
{
	struct stat st;

	if (fstat(slave, &st) < 0)
		return error_errno(err, errno, "process.terminal: the slave side");
	/* Its group stays that of the devpts' gid= option, usually tty. */
	if (st.st_uid != uid && fchown(slave, uid, (gid_t)-1) < 0)
		return error_errno(
			err, errno, "process.terminal: cannot be given to user %u", (unsigned)uid);
	for (int target = STDIN_FILENO; target <= STDERR_FILENO; target++)
		if (duplicate_to(slave, target) < 0)
			return error_errno(err, errno,
				"process.terminal: cannot become file descriptor %d", target);
	return 0;
}

int terminal_control(struct error *err)
{
	if (ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
		return error_errno(
			err, errno, "process.terminal: cannot become the controlling terminal");
	return 0;
}

int terminal_send_console(int socket_fd, int master, struct error *err)
{
	char name[TERMINAL_NAME_SIZE];
	unsigned int number;
	int result;

	if (ioctl(master, TIOCGPTN, &number) < 0)
		return error_errno(err, errno, "console socket: not the master of a terminal");
	snprintf(name, sizeof(name), "/dev/pts/%u", number);
	result = socket_send(socket_fd, name, strlen(name), master);
	if (result < 0)
		return error_errno(
			err, -result, "console socket: cannot send the terminal %s", name);
	return 0;
}
