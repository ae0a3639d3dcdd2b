/* SPDX-License-Identifier: Apache-2.0 */
/* config-linux.md, "Seccomp": names and combinations; libseccomp compiles what is left. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "linux/seccomp.h"
#include "oci/validate_rules.h"

/* struct seccomp_data has six arguments. */
#define SECCOMP_ARG_INDEX_MAX 5
/* SECCOMP_RET_DATA has 16 bits for a tracer; a system call can not return more than MAX_ERRNO. */
#define SECCOMP_TRACE_MAX 65535
#define SECCOMP_ERRNO_MAX 4095

static int validate_errno_ret(
	const char *where, const char *action, const struct oci_u32 *errno_ret, struct error *err)
{
	bool is_errno = text_equal(action, "SCMP_ACT_ERRNO");
	uint32_t max = is_errno ? SECCOMP_ERRNO_MAX : SECCOMP_TRACE_MAX;

	if (!errno_ret->set)
		return 0;
	if (!is_errno && !text_equal(action, "SCMP_ACT_TRACE"))
		return error_set(err, EINVAL, "%s: does not go with %s", where, action);
	if (errno_ret->value > max)
		return error_set(err, EINVAL, "%s: %" PRIu32 " is above %" PRIu32, where,
			errno_ret->value, max);
	return 0;
}

static int validate_seccomp_args(
	const char *rule_where, const struct oci_seccomp_rule *rule, struct error *err)
{
	char where[VALIDATE_WHERE_SIZE];

	for (size_t i = 0; i < rule->args_length; i++) {
		if (rule->args[i].index > SECCOMP_ARG_INDEX_MAX)
			return error_set(err, EINVAL, "%s.args[%zu].index: %" PRIu32 " is above %d",
				rule_where, i, rule->args[i].index, SECCOMP_ARG_INDEX_MAX);
		snprintf(where, sizeof(where), "%s.args[%zu].op", rule_where, i);
		if (validate_one_of(where, rule->args[i].op, seccomp_operator_names(), err) < 0)
			return -1;
	}
	return 0;
}

static int validate_seccomp_rule(
	size_t index, const struct oci_seccomp_rule *rule, struct error *err)
{
	char rule_where[VALIDATE_WHERE_SIZE / 2], where[VALIDATE_WHERE_SIZE];

	snprintf(rule_where, sizeof(rule_where), "linux.seccomp.syscalls[%zu]", index);
	if (rule->names.length == 0)
		return error_set(err, EINVAL, "%s.names: at least one is required", rule_where);
	for (size_t i = 0; i < rule->names.length; i++) {
		if (!*rule->names.items[i])
			return error_set(err, EINVAL, "%s.names[%zu]: is empty", rule_where, i);
	}
	snprintf(where, sizeof(where), "%s.action", rule_where);
	if (validate_one_of(where, rule->action, seccomp_action_names(), err) < 0)
		return -1;
	snprintf(where, sizeof(where), "%s.errnoRet", rule_where);
	if (validate_errno_ret(where, rule->action, &rule->errno_ret, err) < 0)
		return -1;
	return validate_seccomp_args(rule_where, rule, err);
}

static int validate_seccomp_listener(const struct oci_seccomp *seccomp, struct error *err)
{
	bool listener = seccomp->listener_path && *seccomp->listener_path;

	/* The runtime itself would wait for the listener that it is about to tell of the filter. */
	if (text_equal(seccomp->default_action, "SCMP_ACT_NOTIFY"))
		return error_set(err, EINVAL,
			"linux.seccomp.defaultAction: SCMP_ACT_NOTIFY is for single system calls "
			"only");
	if (!listener && seccomp->listener_metadata && *seccomp->listener_metadata)
		return error_set(err, EINVAL,
			"linux.seccomp.listenerMetadata: needs linux.seccomp.listenerPath");
	for (size_t i = 0; !listener && i < seccomp->syscalls_length; i++) {
		if (text_equal(seccomp->syscalls[i].action, "SCMP_ACT_NOTIFY"))
			return error_set(err, EINVAL,
				"linux.seccomp.syscalls[%zu].action: SCMP_ACT_NOTIFY needs "
				"linux.seccomp.listenerPath",
				i);
	}
	return 0;
}

int validate_seccomp(const struct oci_config *config, struct error *err)
{
	const struct oci_seccomp *seccomp = &config->linux_.seccomp;

	if (!seccomp->set)
		return 0;
	if (validate_one_of("linux.seccomp.defaultAction", seccomp->default_action,
		    seccomp_action_names(), err) < 0 ||
		validate_errno_ret("linux.seccomp.defaultErrnoRet", seccomp->default_action,
			&seccomp->default_errno_ret, err) < 0 ||
		validate_each_one_of("linux.seccomp.architectures", &seccomp->architectures,
			seccomp_architecture_names(), err) < 0 ||
		validate_each_one_of(
			"linux.seccomp.flags", &seccomp->flags, seccomp_flag_names(), err) < 0)
		return -1;
	for (size_t i = 0; i < seccomp->syscalls_length; i++) {
		if (validate_seccomp_rule(i, &seccomp->syscalls[i], err) < 0)
			return -1;
	}
	return validate_seccomp_listener(seccomp, err);
}
