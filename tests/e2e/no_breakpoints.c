/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To be preloaded: ptrace(2) as it is on a machine whose hardware breakpoints can be set and never fire. The kernel
 * is told of an address and not that it is to be watched.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <unistd.h>

long ptrace(enum __ptrace_request request, ...)
{
	void *address, *data;
	va_list rest;
	long peeked, result;
	int pid;

	va_start(rest, request);
	pid = va_arg(rest, int);
	address = va_arg(rest, void *);
	data = va_arg(rest, void *);
	va_end(rest);
	if (request == PTRACE_POKEUSER && (size_t)address == offsetof(struct user, u_debugreg[7]))
		return 0;
	if (request < PTRACE_PEEKTEXT || request > PTRACE_PEEKUSER)
		return syscall(SYS_ptrace, request, pid, address, data);
	/* The C library returns what the system call stores. */
	result = syscall(SYS_ptrace, request, pid, address, &peeked);
	return result < 0 ? result : peeked;
}
