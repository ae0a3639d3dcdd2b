/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is in the PID namespace that a container is restored into. CRIU's processes are born there and have the host's
 * root, its descriptors and all rights until they have become the container's, and CRIU is dumpable, being a program:
 * a peer that may trace them could reach the host through them.
 */
#include "container/restoration.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "linux/process_rights.h"

#define PEERS_STATUS_MAX ((size_t)1024 * 1024)

/* "NSpid: 812 7": its pid here, and in each namespace below ours that it is in. It is there for everybody to read. */
static bool peers_is_below(int process)
{
	cleanup_free char *status = NULL;
	ssize_t length = io_read_file(process, "status", &status, PEERS_STATUS_MAX);
	const char *line = length < 0 ? NULL : strstr(status, "\nNSpid:");
	char *end;

	if (!line)
		return length >= 0;
	(void)strtol(line + strlen("\nNSpid:"), &end, 10);
	return *end != '\n';
}

/* 1, 0 (also for one that is gone), or -errno. */
static int peers_is_in(int process, const char *file, const struct stat *namespace)
{
	struct stat st;

	if (fstatat(process, file, &st, 0) < 0) {
		int code = errno;

		return code == ENOENT || code == ESRCH || !peers_is_below(process) ? 0 : -code;
	}
	return st.st_dev == namespace->st_dev && st.st_ino == namespace->st_ino;
}

/* Who has CAP_SYS_ADMIN out here needs no such way. 1, 0, or -errno. */
static int peers_may_trace(int process, const char *pid)
{
	struct process_rights rights;
	uint64_t may;
	int result = process_rights_read(process, pid, &rights);

	if (result < 0)
		return result == -ENOENT || result == -ESRCH ? 0 : result;
	/* By a program of root's with the setuid bit it may get what is in the bounding set. */
	may = rights.caps.bounding | rights.caps.permitted | rights.caps.inheritable |
	      rights.caps.ambient;
	return may >> CAP_SYS_PTRACE & 1 && !(rights.caps.permitted >> CAP_SYS_ADMIN & 1);
}

static int peers_check_one(int proc, const char *pid, const struct stat *namespace,
	const struct stat *user, struct error *err)
{
	cleanup_close int process = openat(proc, pid, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int result;

	if (process < 0)
		return errno == ENOENT || errno == ESRCH
			       ? 0
			       : error_errno(err, errno, "open /proc/%s", pid);
	result = peers_is_in(process, "ns/pid", namespace);
	if (result == 1)
		result = peers_is_in(process, "ns/user", user);
	if (result == 1)
		result = peers_may_trace(process, pid);
	if (result < 0)
		return error_errno(err, -result, "look at process %s", pid);
	if (result == 0)
		return 0;
	return error_set(err, EPERM,
		"linux.namespaces: process %s is in the PID namespace to restore into and may have "
		"CAP_SYS_PTRACE, with which it could reach the host through CRIU",
		pid);
}

int restore_check_peers(void *context, struct error *err)
{
	struct restoration *restoration = context;
	const struct plan_namespace *planned =
		&restoration->creation.enter.plan.namespaces[OCI_NAMESPACE_PID];
	cleanup_dir DIR *proc = NULL;
	struct stat namespace, user, own;
	struct dirent *entry;

	if (planned->source != PLAN_PATH || planned->fd < 0)
		return 0;
	proc = opendir("/proc");
	if (!proc || fstat(planned->fd, &namespace) < 0 || stat("/proc/self/ns/user", &user) < 0 ||
		stat("/proc/self/ns/pid", &own) < 0)
		return error_errno(err, errno, "look at who is in the PID namespace");
	/* In the host's all is visible anyway. */
	if (own.st_dev == namespace.st_dev && own.st_ino == namespace.st_ino)
		return 0;
	while (errno = 0, (entry = readdir(proc)))
		if (strspn(entry->d_name, "0123456789") == strlen(entry->d_name) &&
			peers_check_one(dirfd(proc), entry->d_name, &namespace, &user, err) < 0)
			return -1;
	return errno ? error_errno(err, errno, "look at who is in the PID namespace") : 0;
}
