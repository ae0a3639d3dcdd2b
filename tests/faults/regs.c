/* SPDX-License-Identifier: Apache-2.0 */
#include "regs.h"

#include <elf.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#if defined(__x86_64__)
typedef struct user_regs_struct registers;
#define REGS_RESULT(of) (of)->rax
#define REGS_THIRD(of) (of)->rdx
#elif defined(__aarch64__)
typedef struct user_regs_struct registers;
#define REGS_RESULT(of) (of)->regs[0]
#define REGS_THIRD(of) (of)->regs[2]
#else
#error "add the registers of this architecture"
#endif

static int regs_get(pid_t pid, registers *regs)
{
	struct iovec part = { .iov_base = regs, .iov_len = sizeof(*regs) };

	return ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &part) < 0 ? -1 : 0;
}

static int regs_set(pid_t pid, registers *regs)
{
	struct iovec part = { .iov_base = regs, .iov_len = sizeof(*regs) };

	return ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &part) < 0 ? -1 : 0;
}

int regs_skip_call(pid_t pid)
{
#if defined(__x86_64__)
	return ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, regs.orig_rax), -1L) < 0 ? -1 : 0;
#else
	int number = -1;
	struct iovec part = { .iov_base = &number, .iov_len = sizeof(number) };

	return ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &part) < 0 ? -1 : 0;
#endif
}

int regs_set_result(pid_t pid, int64_t result)
{
	registers regs;

	if (regs_get(pid, &regs) < 0)
		return -1;
	REGS_RESULT(&regs) = (uint64_t)result;
	return regs_set(pid, &regs);
}

int regs_set_third(pid_t pid, uint64_t value)
{
	registers regs;

	if (regs_get(pid, &regs) < 0)
		return -1;
	REGS_THIRD(&regs) = value;
	return regs_set(pid, &regs);
}
