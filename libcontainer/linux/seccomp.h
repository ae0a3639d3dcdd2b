/* SPDX-License-Identifier: Apache-2.0 */
/* Seccomp filters: compiled with libseccomp by the runtime, installed by init as its last act but
 * execve. */
#ifndef LINUX_SECCOMP_H
#define LINUX_SECCOMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct seccomp_condition {
	uint32_t index;
	uint64_t value, value_two;
	const char *op; /* "SCMP_CMP_EQ" */
};

struct seccomp_rule {
	const char *const *names;
	size_t names_length;
	const char *action; /* "SCMP_ACT_ERRNO" */
	uint32_t errno_ret; /* resolved: the rule's own, else EPERM for ERRNO and TRACE */
	const struct seccomp_condition *conditions;
	size_t conditions_length;
};

struct seccomp_profile {
	const char *default_action;
	uint32_t default_errno_ret;
	const char *const *architectures;
	size_t architectures_length;
	const char *const *flags; /* "SECCOMP_FILTER_FLAG_LOG" */
	size_t flags_length;
	const struct seccomp_rule *rules;
	size_t rules_length;
};

/* A compiled filter: what seccomp(2) takes. instructions is malloc'd. */
struct seccomp_program {
	void *instructions; /* struct sock_filter[] */
	size_t size;        /* in bytes */
	unsigned int flags; /* SECCOMP_FILTER_FLAG_* */
	bool notifies;      /* some rule has SCMP_ACT_NOTIFY: installing gives a listener fd */
};

/*
 * Names of system calls that this libseccomp does not know are skipped, as every runtime does;
 * unknown actions, operators, architectures, flags are errors that name them
 * ("linux.seccomp.syscalls[3].action: ...").
 */
int seccomp_compile(
	const struct seccomp_profile *profile, struct seccomp_program *program, struct error *err);
void seccomp_program_free(struct seccomp_program *program);

/* seccomp(2) with the program. Returns the listener fd when it notifies, else 0; or -1. */
int seccomp_install(const struct seccomp_program *program, struct error *err);

/* A system call of this machine's own architecture, as a filter sees it. */
struct seccomp_call {
	long number;
	uint64_t arguments[6];
};

/*
 * Whether the program silently allows each of these calls (SECCOMP_RET_ALLOW), found out by running it here. A
 * program with instructions that libseccomp does not write allows none.
 */
bool seccomp_allows(
	const struct seccomp_program *program, const struct seccomp_call *calls, size_t length);

/* Lists for `features`, NULL-terminated; the last asks the running kernel: 1, 0, or -1. */
const char *const *seccomp_action_names(void);
const char *const *seccomp_operator_names(void);
const char *const *seccomp_architecture_names(void);
const char *const *seccomp_flag_names(void);
int seccomp_flag_supported(const char *name, struct error *err);
bool seccomp_name_known(const char *const *list, const char *name);

#endif
