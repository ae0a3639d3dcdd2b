/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of the words of linux.seccomp. */
#include "linux/seccomp_names.h"
#include "linux/seccomp.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The payload of an action is 16 bits wide, and the kernel takes a larger errno for its largest. */
#define SECCOMP_ERRNO_MAX 4095
#define SECCOMP_DATA_MAX 0xffff

static const struct seccomp_action {
	const char *name;
	uint32_t action;
	uint32_t errno_max; /* 0: the action returns no errno */
} seccomp_actions[] = {
	{ "SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD, 0 },
	{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS, 0 },
	{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD, 0 },
	{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP, 0 },
	{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0), SECCOMP_ERRNO_MAX },
	{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0), SECCOMP_DATA_MAX },
	{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW, 0 },
	{ "SCMP_ACT_LOG", SCMP_ACT_LOG, 0 },
	{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY, 0 },
};

static const struct {
	const char *name;
	enum scmp_compare comparison;
} seccomp_operators[] = {
	{ "SCMP_CMP_NE", SCMP_CMP_NE },
	{ "SCMP_CMP_LT", SCMP_CMP_LT },
	{ "SCMP_CMP_LE", SCMP_CMP_LE },
	{ "SCMP_CMP_EQ", SCMP_CMP_EQ },
	{ "SCMP_CMP_GE", SCMP_CMP_GE },
	{ "SCMP_CMP_GT", SCMP_CMP_GT },
	{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
};

static const struct {
	const char *name;
	unsigned int flag;
} seccomp_flags[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
};

/* All that the specification knows; which of them there are is up to the libseccomp we run with. */
static const char *const seccomp_architectures[] = {
	"SCMP_ARCH_X86",
	"SCMP_ARCH_X86_64",
	"SCMP_ARCH_X32",
	"SCMP_ARCH_ARM",
	"SCMP_ARCH_AARCH64",
	"SCMP_ARCH_LOONGARCH64",
	"SCMP_ARCH_M68K",
	"SCMP_ARCH_MIPS",
	"SCMP_ARCH_MIPS64",
	"SCMP_ARCH_MIPS64N32",
	"SCMP_ARCH_MIPSEL",
	"SCMP_ARCH_MIPSEL64",
	"SCMP_ARCH_MIPSEL64N32",
	"SCMP_ARCH_PPC",
	"SCMP_ARCH_PPC64",
	"SCMP_ARCH_PPC64LE",
	"SCMP_ARCH_S390",
	"SCMP_ARCH_S390X",
	"SCMP_ARCH_SH",
	"SCMP_ARCH_SHEB",
	"SCMP_ARCH_PARISC",
	"SCMP_ARCH_PARISC64",
	"SCMP_ARCH_RISCV64",
};

int seccomp_action_from_name(const char *name, uint32_t errno_ret, const char *where,
	uint32_t *action, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LENGTH(seccomp_actions); i++) {
		const struct seccomp_action *known = &seccomp_actions[i];

		if (!text_equal(known->name, name))
			continue;
		if (known->errno_max > 0 && errno_ret > known->errno_max)
			return error_set(err, EINVAL, "%s: the errno %u of %s is above %u", where,
				errno_ret, name, known->errno_max);
		*action = known->action | (known->errno_max > 0 ? errno_ret : 0);
		return 0;
	}
	return error_set(err, EINVAL, "%s: '%s' is not a seccomp action", where, name);
}

int seccomp_operator_from_name(
	const char *name, const char *where, int *comparison, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LENGTH(seccomp_operators); i++)
		if (text_equal(seccomp_operators[i].name, name)) {
			*comparison = (int)seccomp_operators[i].comparison;
			return 0;
		}
	return error_set(err, EINVAL, "%s: '%s' is not a seccomp operator", where, name);
}

int seccomp_flag_from_name(
	const char *name, const char *where, unsigned int *flag, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LENGTH(seccomp_flags); i++)
		if (text_equal(seccomp_flags[i].name, name)) {
			*flag = seccomp_flags[i].flag;
			return 0;
		}
	return error_set(err, EINVAL, "%s: '%s' is not a seccomp flag", where, name);
}

/* libseccomp's own names are the specification's in lower case, without SCMP_ARCH_. 0: unknown. */
static uint32_t seccomp_resolve_architecture(const char *name)
{
	static const char prefix[] = "SCMP_ARCH_";
	char lower[32] = "";

	name += sizeof(prefix) - 1;
	for (size_t i = 0; i < sizeof(lower) - 1 && name[i]; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	return seccomp_arch_resolve_name(lower);
}

int seccomp_architecture_from_name(
	const char *name, const char *where, uint32_t *token, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LENGTH(seccomp_architectures); i++) {
		if (!text_equal(seccomp_architectures[i], name))
			continue;
		*token = seccomp_resolve_architecture(name);
		if (*token != 0)
			return 0;
		return error_set(err, EOPNOTSUPP, "%s: this libseccomp (%u.%u.%u) does not know %s",
			where, seccomp_version()->major, seccomp_version()->minor,
			seccomp_version()->micro, name);
	}
	return error_set(err, EINVAL, "%s: '%s' is not a seccomp architecture", where, name);
}

const char *const *seccomp_action_names(void)
{
	static const char *names[ARRAY_LENGTH(seccomp_actions) + 1];

	for (size_t i = 0; i < ARRAY_LENGTH(seccomp_actions); i++)
		names[i] = seccomp_actions[i].name;
	return names;
}

const char *const *seccomp_operator_names(void)
{
	static const char *names[ARRAY_LENGTH(seccomp_operators) + 1];

	for (size_t i = 0; i < ARRAY_LENGTH(seccomp_operators); i++)
		names[i] = seccomp_operators[i].name;
	return names;
}

const char *const *seccomp_architecture_names(void)
{
	static const char *names[ARRAY_LENGTH(seccomp_architectures) + 1];
	size_t length = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(seccomp_architectures); i++)
		if (seccomp_resolve_architecture(seccomp_architectures[i]) != 0)
			names[length++] = seccomp_architectures[i];
	return names;
}

const char *const *seccomp_flag_names(void)
{
	static const char *names[ARRAY_LENGTH(seccomp_flags) + 1];

	for (size_t i = 0; i < ARRAY_LENGTH(seccomp_flags); i++)
		names[i] = seccomp_flags[i].name;
	return names;
}

int seccomp_flag_supported(const char *name, struct error *err)
{
	struct error ignored;
	unsigned int flag;

	if (seccomp_flag_from_name(name, "", &flag, &ignored) < 0)
		return 0;
	if (flag == SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
		flag |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	/* Flags are looked at first: EFAULT for the missing filter means that they are known. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flag, NULL) < 0 && errno == EFAULT)
		return 1;
	/* ENOSYS, EPERM: no filters at all in this kernel, or none for us. */
	if (errno == EINVAL || errno == ENOSYS || errno == EPERM || errno == EACCES)
		return 0;
	return error_errno(err, errno, "ask the kernel for %s", name);
}

bool seccomp_name_known(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (text_equal(*list, name))
			return true;
	return false;
}
