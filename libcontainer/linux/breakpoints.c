/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/breakpoints.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __aarch64__
#include <asm/ptrace.h>
#include <linux/elf.h>
#endif

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "base/text.h"

#define BREAKPOINTS_BOOT_ID "/proc/sys/kernel/random/boot_id"
#define BREAKPOINTS_TEXT_MAX 64
#define BREAKPOINTS_CANNOT_TRACE 2 /* the child's exit status */

/* Where the breakpoint is. */
static __attribute__((noinline)) void breakpoints_run_into(void)
{
	__asm__ volatile("nop");
}

/* 0, or -errno: there are none to set. */
#if defined(__x86_64__)
static int breakpoints_set(pid_t pid)
{
	const size_t address = offsetof(struct user, u_debugreg[0]);
	const size_t control = offsetof(struct user, u_debugreg[7]);

	/* Control: the first breakpoint alone, on execution. */
	if (ptrace(PTRACE_POKEUSER, pid, address, breakpoints_run_into) < 0 ||
		ptrace(PTRACE_POKEUSER, pid, control, 1UL) < 0)
		return -errno;
	return 0;
}
#elif defined(__aarch64__)
static int breakpoints_set(pid_t pid)
{
	struct user_hwdebug_state state = { 0 };
	struct iovec vector = { &state, sizeof(state) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_ARM_HW_BREAK, &vector) < 0)
		return -errno;
	/* How many there are. */
	if ((state.dbg_info & 0xff) == 0)
		return -ENOSPC;
	memset(&state, 0, sizeof(state));
	state.dbg_regs[0].addr = (uint64_t)(uintptr_t)breakpoints_run_into;
	/* Enabled, in user space, on execution, of four bytes. */
	state.dbg_regs[0].ctrl = 1U | 2U << 1 | 0xfU << 5;
	vector.iov_len = offsetof(struct user_hwdebug_state, dbg_regs[1]);
	return ptrace(PTRACE_SETREGSET, pid, NT_ARM_HW_BREAK, &vector) < 0 ? -errno : 0;
}
#else
static int breakpoints_set(pid_t pid)
{
	(void)pid;
	return -ENOSYS;
}
#endif

static _Noreturn void breakpoints_child(pid_t parent)
{
	/* A stopped child of a killed runtime would stay. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent ||
		ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(BREAKPOINTS_CANNOT_TRACE);
	(void)raise(SIGSTOP);
	breakpoints_run_into();
	_exit(0);
}

/* Whether there is a status: the next stop, or the end. */
static bool breakpoints_wait(pid_t pid, int *status)
{
	pid_t got;

	do
		got = waitpid(pid, status, 0);
	while (got < 0 && errno == EINTR);
	return got == pid;
}

static enum breakpoints breakpoints_try(pid_t pid, int *status)
{
	if (!breakpoints_wait(pid, status) || !WIFSTOPPED(*status))
		return BREAKPOINTS_UNKNOWN;
	if (breakpoints_set(pid) < 0)
		return BREAKPOINTS_DO_NOT;
	if (ptrace(PTRACE_CONT, pid, NULL, NULL) < 0 || !breakpoints_wait(pid, status))
		return BREAKPOINTS_UNKNOWN;
	if (WIFSTOPPED(*status))
		return WSTOPSIG(*status) == SIGTRAP ? BREAKPOINTS_FIRE : BREAKPOINTS_UNKNOWN;
	/* It went over it, to its end. */
	return WIFEXITED(*status) && WEXITSTATUS(*status) == 0 ? BREAKPOINTS_DO_NOT
							       : BREAKPOINTS_UNKNOWN;
}

enum breakpoints breakpoints_ask(void)
{
	pid_t parent = getpid(), pid = fork();
	enum breakpoints answer;
	int status = 0;

	if (pid < 0)
		return BREAKPOINTS_UNKNOWN;
	if (pid == 0)
		breakpoints_child(parent);
	answer = breakpoints_try(pid, &status);
	if (!WIFEXITED(status) && !WIFSIGNALED(status)) {
		(void)kill(pid, SIGKILL);
		(void)breakpoints_wait(pid, &status);
	}
	return answer;
}

enum breakpoints breakpoints_parse(const char *text, const char *boot_id)
{
	size_t length = strlen(boot_id);

	if (length == 0 || strncmp(text, boot_id, length) != 0)
		return BREAKPOINTS_UNKNOWN;
	if (text_equal(text + length, " yes\n"))
		return BREAKPOINTS_FIRE;
	return text_equal(text + length, " no\n") ? BREAKPOINTS_DO_NOT : BREAKPOINTS_UNKNOWN;
}

/* Whoever could make it say something else than we wrote could make CRIU hang, no more; and is not heard. */
static enum breakpoints breakpoints_read(int directory, const char *boot_id)
{
	cleanup_close int fd = openat(directory, BREAKPOINTS_FILE,
		O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	char text[BREAKPOINTS_TEXT_MAX + 1];
	struct stat st;
	ssize_t got;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != 0 ||
		(st.st_mode & (S_IWGRP | S_IWOTH)))
		return BREAKPOINTS_UNKNOWN;
	got = read(fd, text, BREAKPOINTS_TEXT_MAX);
	if (got <= 0)
		return BREAKPOINTS_UNKNOWN;
	text[got] = '\0';
	return breakpoints_parse(text, boot_id);
}

/* Without it the next command asks again, which costs a millisecond. */
static void breakpoints_write(int directory, const char *boot_id, enum breakpoints answer)
{
	char text[BREAKPOINTS_TEXT_MAX];
	int length = snprintf(
		text, sizeof(text), "%s %s\n", boot_id, answer == BREAKPOINTS_FIRE ? "yes" : "no");
	int result;

	if (length < 0 || (size_t)length >= sizeof(text))
		return;
	result = io_replace_file(directory, BREAKPOINTS_FILE, 0644, text, (size_t)length);
	if (result < 0)
		log_debug("write '" BREAKPOINTS_DIRECTORY "/" BREAKPOINTS_FILE "': %s",
			strerror(-result));
}

enum breakpoints breakpoints_recall(void)
{
	cleanup_close int directory =
		open(BREAKPOINTS_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum breakpoints answer;
	char boot_id[48] = "";

	if (io_read_small(AT_FDCWD, BREAKPOINTS_BOOT_ID, boot_id, sizeof(boot_id)) < 0)
		boot_id[0] = '\0';
	boot_id[strcspn(boot_id, "\n")] = '\0';
	if (directory < 0 || boot_id[0] == '\0')
		return breakpoints_ask();
	answer = breakpoints_read(directory, boot_id);
	if (answer != BREAKPOINTS_UNKNOWN)
		return answer;
	answer = breakpoints_ask();
	if (answer != BREAKPOINTS_UNKNOWN)
		breakpoints_write(directory, boot_id, answer);
	return answer;
}
