/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "linux/procfs.h"

#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

/* The members of the kernel's struct clone_args that exist since CLONE_INTO_CGROUP (clone(2)). */
struct process_clone_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
		set_tid_size, cgroup;
};

static pid_t process_clone_plain(uint64_t flags, int *pidfd)
{
	unsigned long all = (unsigned long)flags | CLONE_PIDFD | SIGCHLD;
	long pid = syscall(SYS_clone, all, NULL, pidfd, NULL, NULL);

	return pid < 0 ? -errno : (pid_t)pid;
}

pid_t process_clone(uint64_t flags, int cgroup_fd, bool *entered_cgroup, int *pidfd)
{
	struct process_clone_args args = {
		.flags = flags | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
	};
	long pid;

	*entered_cgroup = cgroup_fd >= 0;
	if (cgroup_fd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup_fd;
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid >= 0)
		return (pid_t)pid;
	/* E2BIG and EINVAL: a kernel that does not know the cgroup member; EACCES, EOPNOTSUPP,
	 * EBUSY: a cgroup that can only be entered by writing to it, with the kernel's own word in
	 * that error. */
	if (errno != ENOSYS && cgroup_fd < 0)
		return -errno;
	*entered_cgroup = false;
	return process_clone_plain(flags, pidfd);
}

pid_t process_clone_sibling(uint64_t flags)
{
	/* The child reports to our parent with our own exit signal, SIGCHLD. */
	unsigned long all = (unsigned long)flags | CLONE_PARENT | SIGCHLD;
	long pid = syscall(SYS_clone, all, NULL, NULL, NULL, NULL);

	return pid < 0 ? -errno : (pid_t)pid;
}

void process_forget_environment(void)
{
	for (char **entry = environ; entry && *entry; entry++)
		explicit_bzero(*entry, strlen(*entry));
	environ = NULL;
}

int process_end_with_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	return getppid() == parent ? 0 : -ESRCH;
}

int process_name(pid_t pid, char name[PROCESS_NAME_SIZE])
{
	char path[32];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	length = io_read_small(AT_FDCWD, path, name, PROCESS_NAME_SIZE);
	if (length < 0)
		return (int)length;
	name[strcspn(name, "\n")] = '\0';
	return 0;
}

int process_show(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int process_hide(void)
{
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}

int process_open(pid_t pid, uint64_t start_time)
{
	cleanup_close int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	unsigned long long ticks;
	int result;

	/* EINVAL (ENOENT since Linux 6.15): the number is a thread's by now. */
	if (fd < 0)
		return errno == EINVAL || errno == ENOENT ? -ESRCH : -errno;
	result = procfs_start_time(pid, &ticks);
	/* Where /proc is not mounted, nobody is found in it. */
	if (result == -ESRCH && process_wait_gone(fd, 0) < 0)
		return -ENOENT;
	if (result < 0)
		return result;
	if (!procfs_same_start_time(ticks, start_time))
		return -ESRCH;
	return move_fd(&fd);
}

int process_signal(int pidfd, int signal)
{
	return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

int process_wait_gone(int pidfd, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	int ready;

	do
		ready = poll(&poll_fd, 1, timeout_ms);
	while (ready < 0 && errno == EINTR);
	if (ready < 0)
		return -errno;
	return ready == 0 ? -ETIMEDOUT : 0;
}

int process_descends_from(pid_t pid, pid_t ancestor)
{
	pid_t at = pid;

	while (at > 0 && at != ancestor) {
		pid_t parent = procfs_parent(at);

		if (parent == -ESRCH && at != pid)
			at = pid;
		else if (parent < 0)
			return parent;
		else
			at = parent;
	}
	return at == ancestor;
}

int process_reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
