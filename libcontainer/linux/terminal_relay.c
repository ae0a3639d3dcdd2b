/* SPDX-License-Identifier: Apache-2.0 */
/* The person's side of a pseudo-terminal: raw mode, and bytes, sizes and signals passed on. */
#include "linux/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

/* At most PIPE_BUF: a pipe that poll(2) calls writable takes that much without blocking. */
#define RELAY_BUFFER_SIZE 4096

/* A background process that keeps writing must not keep the relay: more can not be pending. */
#define RELAY_DRAIN_MAX (1024 * 1024)

/* How soon the slave is looked at again after its last user closed it. */
#define RELAY_HANGUP_MILLISECONDS 50

enum relay_source {
	RELAY_INPUT,
	RELAY_OUTPUT,
	RELAY_MASTER,
	RELAY_SIGNALS,
	RELAY_DONE,
	RELAY_SOURCES
};

/* Bytes that were read and are not written yet. */
struct relay_buffer {
	char data[RELAY_BUFFER_SIZE];
	size_t start, length;
};

struct relay {
	int master, done_fd, signal_fd;
	bool input_ended, output_ended; /* fds 0 and 1: at their end, or broken */
	bool hung_up;                   /* nobody has the slave open at the moment */
	bool done, master_empty;        /* the process is gone; and so is all that it wrote */
	bool line_open;                 /* the last byte of the input was no newline */
	size_t drained;
	struct relay_buffer to_master, to_output;
};

/* Faults of our own, our children, and job control; all else that could end us is sent on. */
static const int own_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS,
	SIGCHLD, SIGTTIN, SIGTTOU, SIGTSTP, SIGCONT, SIGURG, SIGPIPE };

/* What fd 0 was before; of this process alone, since a forked child runs exit handlers as well. */
static struct termios saved_mode;
static pid_t saved_mode_pid;

void terminal_restore(void)
{
	sigset_t stop, before;

	if (saved_mode_pid != getpid())
		return;
	saved_mode_pid = 0;
	/* A process in the background would be stopped here, and the terminal stay raw. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTTOU);
	sigprocmask(SIG_BLOCK, &stop, &before);
	tcsetattr(STDIN_FILENO, TCSANOW, &saved_mode);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static int relay_set_raw(struct error *err)
{
	static bool registered;
	struct termios raw;

	if (!isatty(STDIN_FILENO))
		return 0;
	if (tcgetattr(STDIN_FILENO, &saved_mode) < 0)
		return error_errno(err, errno, "terminal: cannot read the mode of standard input");
	if (!registered && atexit(terminal_restore) != 0)
		return error_set(err, ENOMEM, "terminal: no room for an exit handler");
	registered = true;
	raw = saved_mode;
	cfmakeraw(&raw);
	saved_mode_pid = getpid();
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) < 0)
		return error_errno(err, errno, "terminal: cannot set standard input to raw mode");
	return 0;
}

void terminal_copy_size(int master)
{
	struct winsize size;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0)
			continue;
		ioctl(master, TIOCSWINSZ, &size);
		return;
	}
}

/* Read errors of a source are its end: there is nobody to whom they would say more. */
static ssize_t relay_fill(struct relay_buffer *buffer, int fd)
{
	ssize_t got;

	do
		got = read(fd, buffer->data, sizeof(buffer->data));
	while (got < 0 && errno == EINTR);
	buffer->start = 0;
	buffer->length = got > 0 ? (size_t)got : 0;
	return got < 0 ? -errno : got;
}

/* Writes what goes at once. 0, or -errno when the other end is gone. */
static int relay_flush(struct relay_buffer *buffer, int fd)
{
	while (buffer->length > 0) {
		ssize_t written = write(fd, buffer->data + buffer->start, buffer->length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return errno == EAGAIN ? 0 : -errno;
		buffer->start += (size_t)written;
		buffer->length -= (size_t)written;
		/* Only the first write(2) after poll(2) is known not to block. */
		if (fd == STDOUT_FILENO)
			break;
	}
	return 0;
}

/*
 * Input that is a file or a pipe ends; a terminal ends by a character (VEOF), typed twice where a
 * line was begun. A program that reads raw bytes gets none that were not in the input.
 */
static void relay_end_input(struct relay *relay)
{
	struct relay_buffer *buffer = &relay->to_master;
	struct termios mode;

	relay->input_ended = true;
	if (tcgetattr(relay->master, &mode) < 0 || !(mode.c_lflag & (ICANON | ISIG)) ||
		mode.c_cc[VEOF] == _POSIX_VDISABLE)
		return;
	buffer->start = 0;
	buffer->data[0] = buffer->data[1] = (char)mode.c_cc[VEOF];
	buffer->length = relay->line_open ? 2 : 1;
}

static void relay_read_input(struct relay *relay)
{
	ssize_t got = relay_fill(&relay->to_master, STDIN_FILENO);

	if (got == -EAGAIN)
		return;
	if (got <= 0) {
		relay_end_input(relay);
		return;
	}
	relay->line_open = relay->to_master.data[got - 1] != '\n';
}

static void relay_read_master(struct relay *relay)
{
	ssize_t got = relay_fill(&relay->to_output, relay->master);

	/* EIO: the last user of the slave closed it; while the process lives, one may open it. */
	relay->hung_up = got == -EIO || got == 0;
	relay->master_empty = got <= 0;
	if (got > 0 && relay->done)
		relay->drained += (size_t)got;
	if (relay->output_ended)
		relay->to_output.length = 0;
}

static void relay_write_master(struct relay *relay)
{
	if (relay_flush(&relay->to_master, relay->master) < 0)
		relay->to_master.length = 0;
}

static void relay_write_output(struct relay *relay)
{
	if (relay_flush(&relay->to_output, STDOUT_FILENO) == 0)
		return;
	/* Nobody reads any more: the container is to run on, and not to block on its output. */
	relay->output_ended = true;
	relay->to_output.length = 0;
}

static void relay_take_signal(struct relay *relay)
{
	struct signalfd_siginfo info;

	if (read(relay->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH) {
		terminal_copy_size(relay->master);
		return;
	}
	syscall(SYS_pidfd_send_signal, relay->done_fd, (int)info.ssi_signo, NULL, 0);
	/* A signal after the end is for us: do not wait for a reader that has stopped. */
	if (relay->done)
		relay->output_ended = true;
}

static void relay_prepare(const struct relay *relay, struct pollfd fds[RELAY_SOURCES])
{
	bool read_input = !relay->done && !relay->input_ended && relay->to_master.length == 0;
	short master_events = 0;

	if (relay->to_output.length == 0)
		master_events |= POLLIN;
	if (relay->to_master.length > 0)
		master_events |= POLLOUT;
	fds[RELAY_INPUT] = (struct pollfd){ read_input ? STDIN_FILENO : -1, POLLIN, 0 };
	fds[RELAY_OUTPUT] =
		(struct pollfd){ relay->to_output.length > 0 ? STDOUT_FILENO : -1, POLLOUT, 0 };
	/* POLLHUP can not be masked: a master that hung up, or must wait, is left out instead. */
	fds[RELAY_MASTER] = (struct pollfd){ relay->hung_up || !master_events ? -1 : relay->master,
		master_events, 0 };
	fds[RELAY_SIGNALS] = (struct pollfd){ relay->signal_fd, POLLIN, 0 };
	fds[RELAY_DONE] = (struct pollfd){ relay->done ? -1 : relay->done_fd, POLLIN, 0 };
}

static bool relay_finished(const struct relay *relay)
{
	if (!relay->done)
		return false;
	if (relay->output_ended)
		return true;
	return relay->to_output.length == 0 &&
	       (relay->master_empty || relay->drained > RELAY_DRAIN_MAX);
}

static void relay_dispatch(struct relay *relay, const struct pollfd fds[RELAY_SOURCES])
{
	const short readable = POLLIN | POLLHUP | POLLERR;

	if (fds[RELAY_SIGNALS].revents)
		relay_take_signal(relay);
	if (fds[RELAY_OUTPUT].revents)
		relay_write_output(relay);
	if ((fds[RELAY_MASTER].revents & readable) && relay->to_output.length == 0)
		relay_read_master(relay);
	else if (fds[RELAY_MASTER].revents & POLLHUP)
		relay->hung_up = true;
	if (fds[RELAY_MASTER].revents & POLLOUT)
		relay_write_master(relay);
	if (fds[RELAY_INPUT].revents)
		relay_read_input(relay);
	if (fds[RELAY_DONE].revents)
		relay->done = true;
}

static int relay_loop(struct relay *relay, struct error *err)
{
	struct pollfd fds[RELAY_SOURCES];

	for (;;) {
		/* The end was seen: what is not in the master now will never be. */
		if (relay->done && relay->to_output.length == 0)
			relay_read_master(relay);
		if (relay_finished(relay))
			return 0;
		relay_prepare(relay, fds);
		if (poll(fds, RELAY_SOURCES, relay->hung_up ? RELAY_HANGUP_MILLISECONDS : -1) < 0) {
			if (errno == EINTR)
				continue;
			return error_errno(err, errno, "terminal: poll");
		}
		relay->hung_up = false;
		relay_dispatch(relay, fds);
	}
}

static int relay_open_signals(struct relay *relay, sigset_t *before, struct error *err)
{
	sigset_t mask;

	sigfillset(&mask);
	for (size_t i = 0; i < ARRAY_LENGTH(own_signals); i++)
		sigdelset(&mask, own_signals[i]);
	relay->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (relay->signal_fd < 0)
		return error_errno(err, errno, "terminal: signalfd");
	if (sigprocmask(SIG_BLOCK, &mask, before) < 0)
		return error_errno(err, errno, "terminal: cannot block signals");
	return 0;
}

/* Only the master, which is ours: fds 0 and 1 are shared with whoever started us. */
static int relay_set_nonblocking(int fd, struct error *err)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return error_errno(err, errno, "terminal: cannot make the master non-blocking");
	return 0;
}

int terminal_relay(int master, int done_fd, struct error *err)
{
	struct relay relay = { .master = master, .done_fd = done_fd, .signal_fd = -1 };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction sigpipe;
	sigset_t mask;
	int result = relay_set_nonblocking(master, err);

	if (result < 0 || relay_open_signals(&relay, &mask, err) < 0) {
		cleanup_fd(&relay.signal_fd);
		return -1;
	}
	sigaction(SIGPIPE, &ignore, &sigpipe);
	result = relay_set_raw(err);
	if (result == 0) {
		terminal_copy_size(relay.master);
		result = relay_loop(&relay, err);
	}
	terminal_restore();
	sigaction(SIGPIPE, &sigpipe, NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	cleanup_fd(&relay.signal_fd);
	return result;
}
