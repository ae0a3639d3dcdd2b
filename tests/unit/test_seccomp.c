/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles are compiled, installed in a child, and judged by what system calls then do. */
#include "in_child.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "linux/seccomp.h"

/* Numbers that no open fd has: dup and dup3 of them fail with EBADF when no filter says more. */
#define FD 1000

static void compile(const struct seccomp_profile *profile, struct seccomp_program *program)
{
	struct error err = { 0 };

	if (seccomp_compile(profile, program, &err) == 0)
		return;
	dprintf(STDERR_FILENO, "%s\n", err.text);
	_exit(1);
}

static int install(const struct seccomp_profile *profile)
{
	struct seccomp_program program;
	struct error err = { 0 };
	int result;

	compile(profile, &program);
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	result = seccomp_install(&program, &err);
	seccomp_program_free(&program);
	if (result < 0)
		dprintf(STDERR_FILENO, "%s\n", err.text);
	return result;
}

static void check_errno(const void *argument)
{
	const char *const architectures[] = { "SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64",
		"SCMP_ARCH_ARM" };
	const char *const names[] = { "no_such_system_call", "getppid", "getpriority" };
	const char *const allowed[] = { "getpriority" };
	const struct seccomp_rule rules[] = {
		{ names, 2, "SCMP_ACT_ERRNO", 42, NULL, 0 },
		{ allowed, 1, "SCMP_ACT_ALLOW", 0, NULL, 0 },
	};
	const struct seccomp_profile profile = { .default_action = "SCMP_ACT_ALLOW",
		.architectures = architectures,
		.architectures_length = ARRAY_LENGTH(architectures),
		.rules = rules,
		.rules_length = ARRAY_LENGTH(rules) };

	(void)argument;
	CHECK(install(&profile) == 0);
	CHECK(syscall(SYS_getppid) == -1 && errno == 42);
	CHECK(syscall(SYS_getpriority, PRIO_PROCESS, 0) > 0);
}

static void errno_rule_gives_its_errno(void **state)
{
	(void)state;
	in_child(check_errno, NULL);
}

static void check_default(const void *argument)
{
	const char *const names[] = { "exit_group", "write" };
	const struct seccomp_rule rules[] = { { names, 2, "SCMP_ACT_ALLOW", 0, NULL, 0 } };
	const struct seccomp_profile profile = { .default_action = "SCMP_ACT_ERRNO",
		.default_errno_ret = 38,
		.rules = rules,
		.rules_length = 1 };
	struct seccomp_program program;
	struct error err;

	(void)argument;
	/* No clean-up after it: the filter forbids what that needs. */
	compile(&profile, &program);
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(seccomp_install(&program, &err) == 0);
	CHECK(syscall(SYS_getppid) == -1 && errno == 38);
	CHECK(write(STDERR_FILENO, "", 0) == 0);
	/* Not _exit: before it the address sanitizer makes system calls of its own. */
	syscall(SYS_exit_group, 0);
}

static void default_errno_is_for_all_others(void **state)
{
	(void)state;
	in_child(check_default, NULL);
}

struct operator_case {
	const char *op;
	uint64_t value, value_two;
	bool hits[3]; /* with FD - 1, FD, FD + 1 */
};

static void check_operator(const void *argument)
{
	const struct operator_case *tested = argument;
	const struct seccomp_condition conditions[] = { { 0, tested->value, tested->value_two,
		tested->op } };
	const char *const names[] = { "dup" };
	const struct seccomp_rule rules[] = { { names, 1, "SCMP_ACT_ERRNO", 77, conditions, 1 } };
	const struct seccomp_profile profile = {
		.default_action = "SCMP_ACT_ALLOW", .rules = rules, .rules_length = 1
	};

	CHECK(install(&profile) == 0);
	for (int i = 0; i < 3; i++) {
		CHECK(syscall(SYS_dup, FD - 1 + i) == -1);
		CHECK(errno == (tested->hits[i] ? 77 : EBADF));
	}
}

static void every_operator_compares(void **state)
{
	const struct operator_case cases[] = {
		{ "SCMP_CMP_NE", FD, 0, { true, false, true } },
		{ "SCMP_CMP_LT", FD, 0, { true, false, false } },
		{ "SCMP_CMP_LE", FD, 0, { true, true, false } },
		{ "SCMP_CMP_EQ", FD, 0, { false, true, false } },
		{ "SCMP_CMP_GE", FD, 0, { false, true, true } },
		{ "SCMP_CMP_GT", FD, 0, { false, false, true } },
		/* 999 is odd, 1000 and 1001 have 1000's higher bits */
		{ "SCMP_CMP_MASKED_EQ", ~UINT64_C(1) & 0xffff, FD, { false, true, true } },
		{ "SCMP_CMP_MASKED_EQ", 1, 1, { true, false, true } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		in_child(check_operator, &cases[i]);
}

static void check_conditions(const void *argument)
{
	const struct seccomp_condition both[] = { { 0, FD, 0, "SCMP_CMP_EQ" },
		{ 1, FD + 1, 0, "SCMP_CMP_EQ" } };
	const struct seccomp_condition either[] = { { 0, FD, 0, "SCMP_CMP_EQ" },
		{ 0, FD + 2, 0, "SCMP_CMP_EQ" } };
	const char *const dup3[] = { "dup3" }, *const dup[] = { "dup" };
	const struct seccomp_rule rules[] = {
		{ dup3, 1, "SCMP_ACT_ERRNO", 77, both, 2 },
		{ dup, 1, "SCMP_ACT_ERRNO", 78, either, 2 },
	};
	const struct seccomp_profile profile = {
		.default_action = "SCMP_ACT_ALLOW", .rules = rules, .rules_length = 2
	};

	(void)argument;
	CHECK(install(&profile) == 0);
	CHECK(syscall(SYS_dup3, FD, FD + 1, 0) == -1 && errno == 77);
	CHECK(syscall(SYS_dup3, FD, FD + 2, 0) == -1 && errno == EBADF);
	CHECK(syscall(SYS_dup, FD) == -1 && errno == 78);
	CHECK(syscall(SYS_dup, FD + 1) == -1 && errno == EBADF);
	CHECK(syscall(SYS_dup, FD + 2) == -1 && errno == 78);
}

static void conditions_are_and_except_on_one_argument(void **state)
{
	(void)state;
	in_child(check_conditions, NULL);
}

static void check_fatal(const void *action)
{
	const char *const names[] = { "getppid" };
	const struct seccomp_rule rules[] = { { names, 1, action, 1, NULL, 0 } };
	const struct seccomp_profile profile = {
		.default_action = "SCMP_ACT_ALLOW", .rules = rules, .rules_length = 1
	};
	const struct rlimit no_core = { 0, 0 };

	setrlimit(RLIMIT_CORE, &no_core);
	CHECK(install(&profile) == 0);
	/* The sanitizers' handler would make an exit status of the signal. */
	signal(SIGSYS, SIG_DFL);
	syscall(SYS_getppid);
}

static void fatal_actions_kill(void **state)
{
	const char *const actions[] = { "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD",
		"SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(actions); i++) {
		int status = in_child_status(check_fatal, actions[i]);

		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGSYS);
	}
}

static void check_flags(const void *argument)
{
	const char *const flags[] = { "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG",
		"SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" };
	const struct seccomp_profile profile = { .default_action = "SCMP_ACT_ALLOW",
		.flags = flags,
		.flags_length = ARRAY_LENGTH(flags) };
	struct seccomp_program program;

	(void)argument;
	compile(&profile, &program);
	CHECK(program.flags == (SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG |
				       SECCOMP_FILTER_FLAG_SPEC_ALLOW));
	CHECK(!program.notifies);
	seccomp_program_free(&program);
	CHECK(install(&profile) == 0);
}

static void flags_reach_the_kernel(void **state)
{
	(void)state;
	in_child(check_flags, NULL);
}

/* Answers one notification with a value. */
static void answer(int listener, int64_t value)
{
	struct seccomp_notif request = { 0 };
	struct seccomp_notif_resp response = { 0 };

	CHECK(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) == 0);
	response.id = request.id;
	response.val = value;
	CHECK(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0);
}

static void check_listener(const void *argument)
{
	const char *const flags[] = { "SECCOMP_FILTER_FLAG_TSYNC" };
	const char *const names[] = { "getppid" };
	const struct seccomp_rule rules[] = { { names, 1, "SCMP_ACT_NOTIFY", 1, NULL, 0 } };
	const struct seccomp_profile profile = { .default_action = "SCMP_ACT_ALLOW",
		.flags = flags,
		.flags_length = 1,
		.rules = rules,
		.rules_length = 1 };
	int status, listener;
	pid_t pid;

	(void)argument;
	listener = install(&profile);
	CHECK(listener > STDERR_FILENO);
	CHECK(fcntl(listener, F_GETFD) == FD_CLOEXEC);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		_exit(syscall(SYS_getppid) == 4242 ? 0 : 1);
	answer(listener, 4242);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(status == 0);
}

static void notify_gives_a_listener(void **state)
{
	(void)state;
	in_child(check_listener, NULL);
}

static void check_privilege(const void *argument)
{
	const struct seccomp_profile profile = { .default_action = "SCMP_ACT_ALLOW" };
	struct seccomp_program program;
	struct error err;

	(void)argument;
	in_child_drop_root();
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		SKIP_IN_CHILD("no_new_privs is set already");
	compile(&profile, &program);
	CHECK(seccomp_install(&program, &err) == -1);
	CHECK(err.code == EACCES);
	CHECK_TEXT(err, "noNewPrivileges");
	seccomp_program_free(&program);
}

static void install_without_privilege_says_what_it_needs(void **state)
{
	(void)state;
	in_child(check_privilege, NULL);
}

static void assert_refused(const struct seccomp_profile *profile, const char *part)
{
	struct seccomp_program program;
	struct error err = { 0 };

	assert_int_equal(seccomp_compile(profile, &program, &err), -1);
	assert_null(program.instructions);
	if (!strstr(err.text, part))
		fail_msg("'%s' is not in '%s'", part, err.text);
}

static void unknown_words_are_named(void **state)
{
	const char *const names[] = { "dup" };
	const char *const words[] = { "SCMP_ARCH_X86", "SCMP_ARCH_PDP11" };
	const char *const flags[] = { "SECCOMP_FILTER_FLAG_NEW_LISTENER" };
	const struct seccomp_condition bad_op[] = { { 0, 1, 0, "SCMP_CMP_EQ" },
		{ 1, 1, 0, "SCMP_CMP_ABOUT" } };
	const struct seccomp_condition bad_index[] = { { 6, 1, 0, "SCMP_CMP_EQ" } };
	const struct seccomp_rule rules[] = {
		{ names, 1, "SCMP_ACT_LOG", 0, NULL, 0 },
		{ names, 1, "SCMP_ACT_PARDON", 0, NULL, 0 },
		{ names, 1, "SCMP_ACT_ERRNO", 4096, NULL, 0 },
		{ names, 1, "SCMP_ACT_ERRNO", 1, bad_op, 2 },
		{ names, 1, "SCMP_ACT_ERRNO", 1, bad_index, 1 },
	};
	struct seccomp_profile profile = { .default_action = "SCMP_ACT_PARDON" };

	(void)state;
	assert_refused(&profile, "linux.seccomp.defaultAction: 'SCMP_ACT_PARDON'");
	profile.default_action = "SCMP_ACT_NOTIFY";
	assert_refused(&profile, "linux.seccomp.defaultAction: SCMP_ACT_NOTIFY");
	profile = (struct seccomp_profile){ .default_action = "SCMP_ACT_ALLOW",
		.architectures = words,
		.architectures_length = 2 };
	assert_refused(&profile, "linux.seccomp.architectures[1]: 'SCMP_ARCH_PDP11'");
	profile = (struct seccomp_profile){
		.default_action = "SCMP_ACT_ALLOW", .flags = flags, .flags_length = 1
	};
	assert_refused(&profile, "linux.seccomp.flags[0]: 'SECCOMP_FILTER_FLAG_NEW_LISTENER'");
	profile = (struct seccomp_profile){
		.default_action = "SCMP_ACT_ALLOW", .rules = rules, .rules_length = 2
	};
	assert_refused(&profile, "linux.seccomp.syscalls[1].action: 'SCMP_ACT_PARDON'");
	profile.rules = &rules[2];
	assert_refused(&profile, "linux.seccomp.syscalls[0].action: the errno 4096");
	profile.rules = &rules[3];
	assert_refused(&profile, "linux.seccomp.syscalls[0].args[1]: 'SCMP_CMP_ABOUT'");
	profile.rules = &rules[4];
	assert_refused(&profile, "linux.seccomp.syscalls[0].args[0].index: 6 is above 5");
}

static void architectures_are_as_libseccomp_has_them(void **state)
{
	/* Big- and little-endian: one pair is always foreign, and no error. */
	const char *const mixed[] = { "SCMP_ARCH_S390X", "SCMP_ARCH_MIPS", "SCMP_ARCH_ARM",
		"SCMP_ARCH_X86_64" };
	const char *const young[] = { "SCMP_ARCH_LOONGARCH64" };
	struct seccomp_profile profile = { .default_action = "SCMP_ACT_ALLOW",
		.architectures = mixed,
		.architectures_length = ARRAY_LENGTH(mixed) };
	struct seccomp_program program;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(seccomp_compile(&profile, &program, &err), 0);
	seccomp_program_free(&program);
	profile.architectures = young;
	profile.architectures_length = 1;
	if (seccomp_name_known(seccomp_architecture_names(), young[0])) {
		assert_int_equal(seccomp_compile(&profile, &program, &err), 0);
		seccomp_program_free(&program);
	} else {
		assert_refused(&profile, "does not know SCMP_ARCH_LOONGARCH64");
	}
}

static void too_large_a_filter_is_refused_before_the_kernel_does(void **state)
{
	enum { LENGTH = 1500 };
	struct seccomp_condition *conditions = calloc(LENGTH, sizeof(*conditions));
	const char *const names[] = { "dup" };
	struct seccomp_rule rule = { names, 1, "SCMP_ACT_ERRNO", 1, conditions, LENGTH };
	struct seccomp_profile profile = {
		.default_action = "SCMP_ACT_ALLOW", .rules = &rule, .rules_length = 1
	};

	(void)state;
	assert_non_null(conditions);
	for (uint64_t i = 0; i < LENGTH; i++)
		conditions[i] = (struct seccomp_condition){ 0, i << 32 | i, 0, "SCMP_CMP_EQ" };
	assert_refused(&profile, "Linux takes at most 4096");
	free(conditions);
}

/* What the kernel does with a call is what was foretold. */
static void check_foretold(const void *argument)
{
	static const char *const operators[] = { "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE",
		"SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ" };
	static const uint64_t values[] = { 0, 1, 7, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX };
	const char *const names[] = { "dup3" };
	const uint64_t *value = argument;

	for (size_t i = 0; i < ARRAY_LENGTH(operators); i++) {
		for (size_t j = 0; j < ARRAY_LENGTH(values); j++) {
			const struct seccomp_condition condition = { 1, values[j], values[j] & 0xf,
				operators[i] };
			const struct seccomp_rule rules[] = { { names, 1, "SCMP_ACT_ERRNO", 42,
				&condition, 1 } };
			const struct seccomp_profile profile = {
				.default_action = "SCMP_ACT_ALLOW",
				.rules = rules,
				.rules_length = 1,
			};
			const struct seccomp_call call = { SYS_dup3, { FD, *value, 0 } };
			struct seccomp_program program;
			struct error err;
			pid_t child;
			int status;

			compile(&profile, &program);
			child = fork();
			CHECK(child >= 0);
			if (child == 0) {
				bool allows = seccomp_allows(&program, &call, 1);

				CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
				CHECK(seccomp_install(&program, &err) == 0);
				CHECK(syscall(SYS_dup3, FD, *value, 0) == -1);
				syscall(SYS_exit_group, (errno != 42) != allows);
			}
			CHECK(waitpid(child, &status, 0) == child && status == 0);
			seccomp_program_free(&program);
		}
	}
}

static void a_filter_is_foretold(void **state)
{
	static const uint64_t values[] = { 0, 7, 8, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX - 1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(values); i++)
		in_child(check_foretold, &values[i]);
}

static void what_is_not_libseccomps_allows_nothing(void **state)
{
	struct sock_filter endless[] = { { BPF_JMP | BPF_JA, 0, 0, UINT32_MAX } };
	struct sock_filter reads_x[] = { { BPF_MISC | BPF_TAX, 0, 0, 0 },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW } };
	struct sock_filter logs[] = { { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_LOG } };
	struct sock_filter beyond[] = { { BPF_LD | BPF_W | BPF_ABS, 0, 0,
						sizeof(struct seccomp_data) },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW } };
	const struct seccomp_program programs[] = {
		{ endless, sizeof(endless), 0, false },
		{ reads_x, sizeof(reads_x), 0, false },
		{ logs, sizeof(logs), 0, false },
		{ beyond, sizeof(beyond), 0, false },
		{ NULL, 0, 0, false },
	};
	const struct seccomp_call call = { SYS_read, { 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(programs); i++)
		assert_false(seccomp_allows(&programs[i], &call, 1));
}

static void lists_are_complete(void **state)
{
	struct error err;

	(void)state;
	assert_true(seccomp_name_known(seccomp_action_names(), "SCMP_ACT_KILL_PROCESS"));
	assert_true(seccomp_name_known(seccomp_operator_names(), "SCMP_CMP_MASKED_EQ"));
	assert_true(seccomp_name_known(seccomp_architecture_names(), "SCMP_ARCH_AARCH64"));
	assert_true(seccomp_name_known(seccomp_architecture_names(), "SCMP_ARCH_MIPSEL64N32"));
	assert_true(
		seccomp_name_known(seccomp_flag_names(), "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"));
	assert_false(seccomp_name_known(seccomp_flag_names(), "SCMP_ACT_KILL"));
	assert_int_equal(seccomp_flag_supported("SECCOMP_FILTER_FLAG_TSYNC", &err), 1);
	assert_int_equal(seccomp_flag_supported("SECCOMP_FILTER_FLAG_LOG", &err), 1);
	assert_int_equal(seccomp_flag_supported("SECCOMP_FILTER_FLAG_NOPE", &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errno_rule_gives_its_errno),
		cmocka_unit_test(default_errno_is_for_all_others),
		cmocka_unit_test(every_operator_compares),
		cmocka_unit_test(conditions_are_and_except_on_one_argument),
		cmocka_unit_test(fatal_actions_kill),
		cmocka_unit_test(flags_reach_the_kernel),
		cmocka_unit_test(notify_gives_a_listener),
		cmocka_unit_test(install_without_privilege_says_what_it_needs),
		cmocka_unit_test(unknown_words_are_named),
		cmocka_unit_test(architectures_are_as_libseccomp_has_them),
		cmocka_unit_test(too_large_a_filter_is_refused_before_the_kernel_does),
		cmocka_unit_test(a_filter_is_foretold),
		cmocka_unit_test(what_is_not_libseccomps_allows_nothing),
		cmocka_unit_test(lists_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
