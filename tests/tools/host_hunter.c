/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_hunter MARKER: looks, from inside a container, at all processes that it sees, again and again, for a way to the
 * file MARKER, an absolute path that only the host has: by a root, a working directory or a descriptor. Prints each way
 * that it finds, and every thousand rounds that it lives.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void look(const char *pid, const char *what, const char *marker)
{
	char path[4096];

	snprintf(path, sizeof(path), "/proc/%s/%s%s", pid, what, marker);
	if (access(path, F_OK) == 0) {
		printf("found %s\n", path);
		fflush(stdout);
	}
}

static void look_at_descriptors(const char *pid, const char *marker)
{
	struct dirent *entry;
	char path[300];
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	fds = opendir(path);
	while (fds && (entry = readdir(fds))) {
		snprintf(path, sizeof(path), "fd/%s", entry->d_name);
		if (entry->d_name[0] != '.')
			look(pid, path, marker);
	}
	if (fds)
		closedir(fds);
}

static void look_at_all(const char *marker)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	while (proc && (entry = readdir(proc))) {
		if (strspn(entry->d_name, "0123456789") != strlen(entry->d_name))
			continue;
		look(entry->d_name, "root", marker);
		look(entry->d_name, "cwd", marker);
		look_at_descriptors(entry->d_name, marker);
	}
	if (proc)
		closedir(proc);
}

int main(int argc, char *argv[])
{
	if (argc != 2)
		return 2;
	/* It may be the first process of its PID namespace, to which those of others are left. */
	(void)signal(SIGCHLD, SIG_IGN);
	for (unsigned long round = 0;; round++) {
		if (round % 1000 == 0) {
			printf("hunts %lu\n", round);
			fflush(stdout);
		}
		look_at_all(argv[1]);
	}
}
