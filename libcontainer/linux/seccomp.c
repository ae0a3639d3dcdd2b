/* SPDX-License-Identifier: Apache-2.0 */
/* Compiles a seccomp profile with libseccomp and installs it with seccomp(2). */
#include "linux/seccomp.h"
#include "linux/seccomp_names.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECCOMP_INDEX_MAX 5 /* a system call has six arguments */
#define SECCOMP_WHERE_SIZE 96

static void seccomp_cleanup(scmp_filter_ctx *filter)
{
	if (*filter)
		seccomp_release(*filter);
}
#define cleanup_seccomp CLEANUP(seccomp_cleanup)

/* One rule of the profile in libseccomp's terms. */
struct seccomp_rule_ready {
	const char *where; /* "linux.seccomp.syscalls[3]" */
	uint32_t action;
	struct scmp_arg_cmp *comparisons;
	unsigned int comparisons_length;
	bool alternatives; /* any one of the comparisons is enough, instead of all */
};

static void seccomp_cleanup_rule_ready(struct seccomp_rule_ready *ready)
{
	free(ready->comparisons);
}
#define cleanup_rule_ready CLEANUP(seccomp_cleanup_rule_ready)

static int seccomp_add_architectures(
	scmp_filter_ctx filter, const struct seccomp_profile *profile, struct error *err)
{
	for (size_t i = 0; i < profile->architectures_length; i++) {
		const char *name = profile->architectures[i];
		char where[SECCOMP_WHERE_SIZE];
		uint32_t token;
		int result;

		snprintf(where, sizeof(where), "linux.seccomp.architectures[%zu]", i);
		if (seccomp_architecture_from_name(name, where, &token, err) < 0)
			return -1;
		result = seccomp_arch_add(filter, token);
		/* The native one is there already; of another byte order is no system call that
		 * this kernel could ever see. */
		if (result < 0 && result != -EEXIST && result != -EDOM)
			return error_errno(err, -result, "%s: add %s", where, name);
	}
	return 0;
}

static int seccomp_read_flags(
	const struct seccomp_profile *profile, unsigned int *flags, struct error *err)
{
	for (size_t i = 0; i < profile->flags_length; i++) {
		char where[SECCOMP_WHERE_SIZE];
		unsigned int flag;

		snprintf(where, sizeof(where), "linux.seccomp.flags[%zu]", i);
		if (seccomp_flag_from_name(profile->flags[i], where, &flag, err) < 0)
			return -1;
		*flags |= flag;
	}
	return 0;
}

static int seccomp_read_condition(const struct seccomp_condition *condition, const char *where,
	struct scmp_arg_cmp *comparison, struct error *err)
{
	int comparator;

	if (condition->index > SECCOMP_INDEX_MAX)
		return error_set(err, EINVAL, "%s.index: %u is above %d", where, condition->index,
			SECCOMP_INDEX_MAX);
	if (seccomp_operator_from_name(condition->op, where, &comparator, err) < 0)
		return -1;
	/* For SCMP_CMP_MASKED_EQ they are the mask and what is left after it. */
	*comparison = (struct scmp_arg_cmp){
		.arg = condition->index,
		.op = (enum scmp_compare)comparator,
		.datum_a = condition->value,
		.datum_b = condition->value_two,
	};
	return 0;
}

static int seccomp_read_conditions(
	const struct seccomp_rule *rule, struct seccomp_rule_ready *ready, struct error *err)
{
	unsigned int seen = 0;

	if (rule->conditions_length == 0)
		return 0;
	ready->comparisons = calloc(rule->conditions_length, sizeof(*ready->comparisons));
	if (!ready->comparisons)
		return error_errno(err, ENOMEM, "%s.args", ready->where);
	for (size_t i = 0; i < rule->conditions_length; i++) {
		char where[SECCOMP_WHERE_SIZE + sizeof(".args[]") + 20];

		snprintf(where, sizeof(where), "%s.args[%zu]", ready->where, i);
		if (seccomp_read_condition(
			    &rule->conditions[i], where, &ready->comparisons[i], err) < 0)
			return -1;
		/* libseccomp has one comparison an argument: two mean "or", as in runc. */
		if (seen & 1U << rule->conditions[i].index)
			ready->alternatives = true;
		seen |= 1U << rule->conditions[i].index;
	}
	ready->comparisons_length = (unsigned int)rule->conditions_length;
	return 0;
}

static int seccomp_add_syscall(
	scmp_filter_ctx filter, const struct seccomp_rule_ready *rule, int number)
{
	int result = 0;

	if (!rule->alternatives)
		return seccomp_rule_add_array(
			filter, rule->action, number, rule->comparisons_length, rule->comparisons);
	for (unsigned int i = 0; i < rule->comparisons_length && result == 0; i++)
		result = seccomp_rule_add_array(
			filter, rule->action, number, 1, &rule->comparisons[i]);
	return result;
}

static int seccomp_add_names(scmp_filter_ctx filter, const struct seccomp_rule *rule,
	const struct seccomp_rule_ready *ready, struct error *err)
{
	for (size_t i = 0; i < rule->names_length; i++) {
		int number = seccomp_syscall_resolve_name(rule->names[i]);
		int result;

		if (number == __NR_SCMP_ERROR)
			continue;
		result = seccomp_add_syscall(filter, ready, number);
		if (result < 0)
			return error_errno(err, -result, "%s: add %s for %s", ready->where,
				rule->action, rule->names[i]);
	}
	return 0;
}

static int seccomp_add_rule(scmp_filter_ctx filter, const struct seccomp_rule *rule,
	const char *where, uint32_t default_action, bool *notifies, struct error *err)
{
	cleanup_rule_ready struct seccomp_rule_ready ready = { .where = where };
	char action_where[SECCOMP_WHERE_SIZE + sizeof(".action")];

	snprintf(action_where, sizeof(action_where), "%s.action", where);
	if (seccomp_action_from_name(
		    rule->action, rule->errno_ret, action_where, &ready.action, err) < 0)
		return -1;
	if (seccomp_read_conditions(rule, &ready, err) < 0)
		return -1;
	/* Says nothing that the default does not say; libseccomp refuses it. */
	if (ready.action == default_action)
		return 0;
	*notifies = *notifies || ready.action == SCMP_ACT_NOTIFY;
	return seccomp_add_names(filter, rule, &ready, err);
}

static int seccomp_add_rules(scmp_filter_ctx filter, const struct seccomp_profile *profile,
	uint32_t default_action, bool *notifies, struct error *err)
{
	for (size_t i = 0; i < profile->rules_length; i++) {
		char where[SECCOMP_WHERE_SIZE];

		snprintf(where, sizeof(where), "linux.seccomp.syscalls[%zu]", i);
		if (seccomp_add_rule(
			    filter, &profile->rules[i], where, default_action, notifies, err) < 0)
			return -1;
	}
	return 0;
}

/* Through a memfd: libseccomp before 2.6 writes programs only to files. */
static int seccomp_export(
	scmp_filter_ctx filter, struct seccomp_program *program, struct error *err)
{
	cleanup_close int fd = memfd_create("seccomp", MFD_CLOEXEC);
	char *instructions = NULL;
	ssize_t size;
	int result;

	if (fd < 0)
		return error_errno(err, errno, "linux.seccomp: memfd_create");
	result = seccomp_export_bpf(filter, fd);
	if (result < 0)
		return error_errno(err, -result, "linux.seccomp: compile the profile");
	if (lseek(fd, 0, SEEK_SET) < 0)
		return error_errno(err, errno, "linux.seccomp: rewind the compiled profile");
	size = io_read_fd(fd, &instructions, SIZE_MAX / 2);
	if (size < 0)
		return error_errno(err, (int)-size, "linux.seccomp: read the compiled profile");
	program->instructions = instructions;
	program->size = (size_t)size;
	if (program->size / sizeof(struct sock_filter) > BPF_MAXINSNS)
		return error_set(err, E2BIG,
			"linux.seccomp: the profile compiles to %zu instructions, and Linux takes "
			"at most %d",
			program->size / sizeof(struct sock_filter), BPF_MAXINSNS);
	return 0;
}

static int seccomp_build(
	const struct seccomp_profile *profile, struct seccomp_program *program, struct error *err)
{
	cleanup_seccomp scmp_filter_ctx filter = NULL;
	uint32_t default_action;

	if (seccomp_action_from_name(profile->default_action, profile->default_errno_ret,
		    "linux.seccomp.defaultAction", &default_action, err) < 0)
		return -1;
	if (default_action == SCMP_ACT_NOTIFY)
		return error_set(err, EINVAL,
			"linux.seccomp.defaultAction: SCMP_ACT_NOTIFY would stop the container "
			"before anyone listens");
	if (seccomp_read_flags(profile, &program->flags, err) < 0)
		return -1;
	filter = seccomp_init(default_action);
	if (!filter)
		return error_set(err, ENOMEM, "linux.seccomp: libseccomp has made no filter");
	/*
	 * Not SCMP_FLTATR_CTL_OPTIMIZE: its binary tree nearly doubles the time it takes to compile
	 * an engine's profile, and since Linux 5.11 the filter does not run at all for system calls
	 * that it always allows.
	 */
	if (seccomp_add_architectures(filter, profile, err) < 0 ||
		seccomp_add_rules(filter, profile, default_action, &program->notifies, err) < 0)
		return -1;
	return seccomp_export(filter, program, err);
}

int seccomp_compile(
	const struct seccomp_profile *profile, struct seccomp_program *program, struct error *err)
{
	*program = (struct seccomp_program){ 0 };
	if (seccomp_build(profile, program, err) < 0) {
		seccomp_program_free(program);
		return -1;
	}
	if (!program->notifies) {
		/* It tells how to wait for the answer of a listener; the kernel takes it only with
		 * one. */
		program->flags &= ~(unsigned int)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
		return 0;
	}
	program->flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	/* Else the result could be a thread or a listener, and the kernel refuses the pair. */
	if (program->flags & SECCOMP_FILTER_FLAG_TSYNC)
		program->flags |= SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
	return 0;
}

void seccomp_program_free(struct seccomp_program *program)
{
	free(program->instructions);
	*program = (struct seccomp_program){ 0 };
}

int seccomp_install(const struct seccomp_program *program, struct error *err)
{
	struct sock_fprog filter = {
		.len = (unsigned short)(program->size / sizeof(struct sock_filter)),
		.filter = program->instructions,
	};
	long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, program->flags, &filter);

	if (result < 0)
		return error_errno(err, errno, "linux.seccomp: install the filter%s",
			errno == EACCES ? " (needs noNewPrivileges or CAP_SYS_ADMIN)" : "");
	if (program->notifies)
		return (int)result;
	if (result > 0)
		return error_set(err, ESRCH,
			"linux.seccomp: thread %ld could not be given the filter "
			"(SECCOMP_FILTER_FLAG_TSYNC)",
			result);
	return 0;
}
