/* SPDX-License-Identifier: Apache-2.0 */
/* Runs newuidmap(1) and newgidmap(1). */
#include "linux/userns_helper.h"
#include "linux/process.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Not $PATH: it is the caller's, and these programs decide about ids. */
static const char *const userns_directories[] = {
	"/usr/bin",
	"/bin",
	"/usr/sbin",
	"/sbin",
	"/usr/local/bin",
};

/* What a program says is worth keeping up to here. */
#define USERNS_SAID_SIZE 512

static int userns_find_program(const char *program, char *path, size_t size, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LENGTH(userns_directories); i++) {
		snprintf(path, size, "%s/%s", userns_directories[i], program);
		if (access(path, X_OK) == 0)
			return 0;
	}
	return error_set(err, ENOENT,
		"%s is not installed (package uidmap), and mapping more than one's own id needs it",
		program);
}

static void userns_add_number(struct strv *arguments, uint32_t number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	strv_add(arguments, text);
}

static void userns_add_arguments(struct strv *arguments, const char *program, pid_t pid,
	const struct userns_mapping *mappings, size_t length)
{
	strv_add(arguments, program);
	userns_add_number(arguments, (uint32_t)pid);
	for (size_t i = 0; i < length; i++) {
		userns_add_number(arguments, mappings[i].inside);
		userns_add_number(arguments, mappings[i].outside);
		userns_add_number(arguments, mappings[i].length);
	}
}

/* Keeps the head of what is said, reads on to the end so that nobody blocks, ends at a newline. */
static void userns_listen(int fd, char *said)
{
	char beyond[256];
	size_t used = 0;
	ssize_t got = 1;

	while (got > 0 || (got < 0 && errno == EINTR)) {
		size_t room = USERNS_SAID_SIZE - 1 - used;

		got = room > 0 ? read(fd, said + used, room) : read(fd, beyond, sizeof(beyond));
		if (got > 0 && room > 0)
			used += (size_t)got;
	}
	while (used > 0 && said[used - 1] == '\n')
		used--;
	said[used] = '\0';
	for (char *newline = said; (newline = strchr(newline, '\n'));)
		*newline = ' ';
}

static _Noreturn void userns_execute(const char *path, char *const argv[], int output)
{
	char *const no_environment[] = { NULL };

	if (dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0)
		execve(path, argv, no_environment);
	dprintf(output, "%s", strerror(errno));
	_exit(127);
}

int userns_run_helper(const char *program, pid_t pid, const struct userns_mapping *mappings,
	size_t length, struct error *err)
{
	cleanup_close int listening = -1, talking = -1;
	cleanup_strv struct strv arguments = { 0 };
	char path[64], said[USERNS_SAID_SIZE];
	int pipe_fds[2], status;
	pid_t child;

	if (userns_find_program(program, path, sizeof(path), err) < 0)
		return -1;
	userns_add_arguments(&arguments, program, pid, mappings, length);
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "%s: make a pipe", program);
	listening = pipe_fds[0];
	talking = pipe_fds[1];
	child = fork();
	if (child < 0)
		return error_errno(err, errno, "%s: fork", program);
	if (child == 0)
		userns_execute(path, arguments.items, talking);
	replace_fd(&talking, -1);
	userns_listen(listening, said);
	status = process_reap(child);
	if (status < 0)
		return error_errno(err, -status, "%s: wait for it", program);
	if (status != 0)
		return error_set(err, EPERM, "%s failed with status %d: %s", program, status,
			*said ? said : "it says nothing");
	return 0;
}
