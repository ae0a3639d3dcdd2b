/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: cloned into namespaces and cgroups, named by pidfd, waited for. */
#ifndef LINUX_PROCESS_H
#define LINUX_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * fork(2) with clone3(2) flags and, when `cgroup_fd` is >= 0, CLONE_INTO_CGROUP (Linux 5.7). Where
 * clone3 is hidden (seccomp answers ENOSYS) or the kernel is older, clone(2) is used and
 * *entered_cgroup is false: the child then has to move itself. Returns the pid, 0 in the child, or
 * -errno. *pidfd is CLOEXEC.
 */
pid_t process_clone(uint64_t flags, int cgroup_fd, bool *entered_cgroup, int *pidfd);

/*
 * clone(2) of a child of the caller's parent (CLONE_PARENT), which learns of its end. The pid, 0 in the child,
 * or -errno.
 */
pid_t process_clone_sibling(uint64_t flags);

/*
 * Overwrites the environment in the memory of the caller, who has none afterwards: /proc/PID/environ and
 * /proc/PID/mem of a fork would show it to a container.
 */
void process_forget_environment(void);

/*
 * In a fork: the kernel kills it when its parent ends (PR_SET_PDEATHSIG). `parent` is what getpid(2) said there;
 * -ESRCH when it has ended already. 0 or -errno.
 */
int process_end_with_parent(pid_t parent);

/* The name of a process (/proc/PID/comm), also of one that nobody has waited for yet. 0 or -errno. */
#define PROCESS_NAME_SIZE 64
int process_name(pid_t pid, char name[PROCESS_NAME_SIZE]);

/*
 * Not dumpable (prctl(2)): without CAP_SYS_PTRACE in the user namespace that its memory belongs to nobody may look
 * into /proc/PID or trace it. A change of user or execve sets it back. 0 or -errno.
 */
int process_hide(void);
int process_show(void);

/* pidfd_open(2), proven to be the process that started at `start_time` (procfs_start_time). fd or
 * -errno, of which -ESRCH alone says that there is no such process. */
int process_open(pid_t pid, uint64_t start_time);

/* pidfd_send_signal(2): 0 or -errno. */
int process_signal(int pidfd, int signal);

/* Waits until the process is gone or a zombie, `timeout_ms` at most (-1: for ever). 0, -ETIMEDOUT,
 * -errno. */
int process_wait_gone(int pidfd, int timeout_ms);

/*
 * 1: `pid` is `ancestor`, or a descendant of it; 0: it is not; -ESRCH: it is gone; or another -errno. Asked again when a
 * process on the way up ended meanwhile: its children have another parent then.
 */
int process_descends_from(pid_t pid, pid_t ancestor);

/* waitpid over EINTR; the exit status as a shell has it (128 + N after signal N), or -errno. */
int process_reap(pid_t pid);

#endif
