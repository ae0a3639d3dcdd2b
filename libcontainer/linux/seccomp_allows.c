/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a filter would say of a system call, without installing it: the classic BPF of seccomp(2), which
 * knows no loops and reads nothing but struct seccomp_data.
 */
#include "linux/seccomp.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

#if defined(__x86_64__)
#define SECCOMP_OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SECCOMP_OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define SECCOMP_OWN_ARCHITECTURE AUDIT_ARCH_ARM
#else
#define SECCOMP_OWN_ARCHITECTURE 0 /* no filter allows anything there: it is installed last */
#endif

/* The accumulator, and the scratch memory in which libseccomp keeps it. */
struct seccomp_machine {
	const struct seccomp_data *data;
	uint32_t a, memory[BPF_MEMWORDS];
};

/* One that neither jumps nor returns. */
static bool seccomp_step(struct seccomp_machine *machine, const struct sock_filter *at)
{
	switch (at->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		if (at->k % sizeof(uint32_t) || at->k >= sizeof(*machine->data))
			return false;
		memcpy(&machine->a, (const char *)machine->data + at->k, sizeof(machine->a));
		return true;
	case BPF_LD | BPF_IMM:
		machine->a = at->k;
		return true;
	case BPF_LD | BPF_MEM:
	case BPF_ST:
		if (at->k >= BPF_MEMWORDS)
			return false;
		if (at->code == BPF_ST)
			machine->memory[at->k] = machine->a;
		else
			machine->a = machine->memory[at->k];
		return true;
	case BPF_ALU | BPF_AND | BPF_K:
		machine->a &= at->k;
		return true;
	default:
		return false;
	}
}

/* How many instructions to skip, or -1 for what is not a jump. */
static int64_t seccomp_jump(uint32_t a, const struct sock_filter *at)
{
	switch (at->code) {
	case BPF_JMP | BPF_JA:
		return at->k;
	case BPF_JMP | BPF_JEQ | BPF_K:
		return a == at->k ? at->jt : at->jf;
	case BPF_JMP | BPF_JGT | BPF_K:
		return a > at->k ? at->jt : at->jf;
	case BPF_JMP | BPF_JGE | BPF_K:
		return a >= at->k ? at->jt : at->jf;
	case BPF_JMP | BPF_JSET | BPF_K:
		return a & at->k ? at->jt : at->jf;
	default:
		return -1;
	}
}

static uint32_t seccomp_run(
	const struct sock_filter *filter, size_t length, const struct seccomp_data *data)
{
	struct seccomp_machine machine = { .data = data };

	for (size_t i = 0; i < length; i++) {
		int64_t skipped = seccomp_jump(machine.a, &filter[i]);

		if (skipped >= 0)
			i += (size_t)skipped;
		else if (filter[i].code == (BPF_RET | BPF_K))
			return filter[i].k;
		else if (!seccomp_step(&machine, &filter[i]))
			break;
	}
	return SECCOMP_RET_KILL_PROCESS;
}

bool seccomp_allows(
	const struct seccomp_program *program, const struct seccomp_call *calls, size_t length)
{
	size_t steps = program->size / sizeof(struct sock_filter);

	for (size_t i = 0; i < length; i++) {
		struct seccomp_data data = {
			.nr = (int)calls[i].number,
			.arch = SECCOMP_OWN_ARCHITECTURE,
		};

		memcpy(data.args, calls[i].arguments, sizeof(data.args));
		if (seccomp_run(program->instructions, steps, &data) != SECCOMP_RET_ALLOW)
			return false;
	}
	return true;
}
