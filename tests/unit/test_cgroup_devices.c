/* SPDX-License-Identifier: Apache-2.0 */
/* Device rules: the BPF program, run by a small interpreter, and the lines for cgroup v1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "linux/cgroup_bpf.h"
#include "linux/cgroup_devices.h"

#define ALLOW(type, major, minor, access)        \
	{                                        \
		true, type, major, minor, access \
	}
#define DENY(type, major, minor, access)          \
	{                                         \
		false, type, major, minor, access \
	}
#define READ BPF_DEVCG_ACC_READ
#define WRITE BPF_DEVCG_ACC_WRITE
#define MKNOD BPF_DEVCG_ACC_MKNOD

/* Runs the instructions that the generator may use; any other fails the test. */
static int run(const struct cgroup_bpf_program *program, const struct bpf_cgroup_dev_ctx *context)
{
	uint64_t registers[11] = { 0 };
	bool known[11] = { [1] = true };

	for (size_t at = 0; at < program->length; at++) {
		const struct bpf_insn *instruction = &program->items[at];
		uint64_t *to = &registers[instruction->dst_reg];
		uint64_t immediate = (uint64_t)(int64_t)instruction->imm;
		bool jump = false;

		switch (instruction->code) {
		case BPF_LDX | BPF_W | BPF_MEM:
			assert_int_equal(instruction->src_reg, 1);
			assert_in_range(instruction->off, 0, sizeof(*context) - 4);
			uint32_t word;
			memcpy(&word, (const char *)context + instruction->off, sizeof(word));
			*to = word;
			known[instruction->dst_reg] = true;
			break;
		case BPF_ALU64 | BPF_MOV | BPF_X:
			assert_true(known[instruction->src_reg]);
			*to = registers[instruction->src_reg];
			known[instruction->dst_reg] = true;
			break;
		case BPF_ALU64 | BPF_MOV | BPF_K:
			*to = immediate;
			known[instruction->dst_reg] = true;
			break;
		case BPF_ALU64 | BPF_AND | BPF_K:
			assert_true(known[instruction->dst_reg]);
			*to &= immediate;
			break;
		case BPF_ALU64 | BPF_RSH | BPF_K:
			assert_true(known[instruction->dst_reg]);
			*to >>= immediate;
			break;
		case BPF_JMP | BPF_JNE | BPF_K:
			assert_true(known[instruction->dst_reg]);
			jump = *to != immediate;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			assert_true(known[instruction->dst_reg]);
			jump = *to == immediate;
			break;
		case BPF_JMP | BPF_EXIT:
			assert_true(known[0]);
			assert_in_range(registers[0], 0, 1);
			return (int)registers[0];
		default:
			fail_msg("instruction 0x%x is not one of the generator's",
				instruction->code);
		}
		if (jump) {
			assert_true(instruction->off >= 0);
			at += (size_t)instruction->off;
		}
	}
	fail_msg("the program runs off its end");
	return -1;
}

static bool ask(const struct cgroup_device_rule *rules, size_t length, char type, uint32_t major,
	uint32_t minor, uint32_t access)
{
	struct bpf_cgroup_dev_ctx context = {
		.access_type = access << 16 |
			       (uint32_t)(type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR),
		.major = major,
		.minor = minor,
	};
	cleanup_cgroup_bpf struct cgroup_bpf_program program = { 0 };

	cgroup_bpf_compile(rules, length, &program);
	return run(&program, &context);
}

static void test_container_list(void **state)
{
	static const struct cgroup_device_rule rules[] = {
		DENY('a', -1, -1, "rwm"),
		ALLOW('c', -1, -1, "m"),
		ALLOW('b', -1, -1, "m"),
		ALLOW('c', 1, 3, "rwm"),
		ALLOW('c', 136, -1, "rw"),
		ALLOW('b', 8, 0, "r"),
		DENY('c', 1, 9, "r"),
	};
#define ASK(...) ask(rules, ARRAY_LENGTH(rules), __VA_ARGS__)

	(void)state;
	assert_true(ASK('c', 1, 3, READ | WRITE | MKNOD));
	assert_false(ASK('c', 1, 4, READ));
	assert_false(ASK('b', 1, 3, READ));
	assert_true(ASK('c', 136, 7, READ | WRITE));
	assert_true(ASK('c', 136, 7, READ | MKNOD));
	assert_true(ASK('b', 8, 0, READ));
	assert_false(ASK('b', 8, 0, READ | WRITE));
	assert_true(ASK('b', 8, 0, READ | MKNOD));
	assert_true(ASK('c', 200, 200, MKNOD));
	assert_false(ASK('c', 200, 200, MKNOD | WRITE));
	assert_true(ASK('c', 1, 9, MKNOD));
	assert_false(ASK('c', 1, 9, READ));
}

static void test_order_decides(void **state)
{
	static const struct cgroup_device_rule open[] = {
		ALLOW('c', 1, 3, "rwm"),
		ALLOW('a', -1, -1, "rwm"),
		DENY('b', -1, -1, "w"),
		DENY('c', 5, -1, "rwm"),
		ALLOW('c', 5, 2, "rw"),
	};
	static const struct cgroup_device_rule closed[] = {
		ALLOW('a', -1, -1, "rwm"),
		DENY('a', -1, -1, "rwm"),
	};

	(void)state;
	assert_true(ask(open, 5, 'c', 9, 9, READ | WRITE | MKNOD));
	assert_false(ask(open, 5, 'b', 9, 9, READ | WRITE));
	assert_true(ask(open, 5, 'b', 9, 9, READ));
	assert_false(ask(open, 5, 'c', 5, 1, READ));
	assert_true(ask(open, 5, 'c', 5, 2, READ | WRITE));
	assert_false(ask(open, 5, 'c', 5, 2, READ | MKNOD));
	assert_false(ask(closed, 2, 'c', 1, 3, READ));
	assert_true(ask(closed, 0, 'c', 1, 3, READ));
}

static void test_odd_rules(void **state)
{
	static const struct cgroup_device_rule rules[] = {
		DENY('a', -1, -1, "rwm"),
		ALLOW('c', INT64_MAX, -1, "rwm"),
		ALLOW('c', 0x100000001, -1, "rwm"),
		ALLOW('a', 7, -1, "r"),
		ALLOW('c', 0, 0, ""),
	};

	(void)state;
	assert_false(ask(rules, 5, 'c', 1, 1, READ));
	assert_false(ask(rules, 5, 'c', UINT32_MAX, 1, READ));
	assert_true(ask(rules, 5, 'b', 7, 1, READ));
	assert_true(ask(rules, 5, 'c', 7, 1, READ));
	assert_false(ask(rules, 5, 'c', 0, 0, READ));
}

/* What the words of the specification say, without any cleverness. */
static bool expected(const struct cgroup_device_rule *rules, size_t length, char type,
	uint32_t major, uint32_t minor, uint32_t access)
{
	static const struct {
		char letter;
		uint32_t bit;
	} bits[] = { { 'r', READ }, { 'w', WRITE }, { 'm', MKNOD } };

	for (size_t bit = 0; bit < ARRAY_LENGTH(bits); bit++) {
		bool allowed = true;

		for (size_t i = 0; i < length; i++)
			if ((rules[i].type == 'a' || rules[i].type == type) &&
				(rules[i].major < 0 || rules[i].major == major) &&
				(rules[i].minor < 0 || rules[i].minor == minor) &&
				strchr(rules[i].access, bits[bit].letter))
				allowed = rules[i].allow;
		if ((access & bits[bit].bit) && !allowed)
			return false;
	}
	return true;
}

static void fill_rule(struct cgroup_device_rule *rule)
{
	static const char accesses[][4] = { "r", "w", "m", "rw", "rm", "wm", "rwm" };

	rule->allow = rand() % 2;
	rule->type = "abc"[rand() % 3];
	rule->major = rand() % 4 - 1;
	rule->minor = rand() % 4 - 1;
	memcpy(rule->access, accesses[rand() % 7], 4);
}

static void test_against_the_words(void **state)
{
	(void)state;
	srand(20240601);
	for (int round = 0; round < 300; round++) {
		struct cgroup_device_rule rules[6];
		size_t length = (size_t)rand() % 7;

		for (size_t i = 0; i < length; i++)
			fill_rule(&rules[i]);
		for (uint32_t device = 0; device < 32; device++) {
			char type = device & 16 ? 'b' : 'c';

			for (uint32_t access = 1; access < 8; access++)
				assert_int_equal(ask(rules, length, type, device >> 2 & 3,
							 device & 3, access),
					expected(rules, length, type, device >> 2 & 3, device & 3,
						access));
		}
	}
}

static void check_lines(const struct cgroup_device_rule *rules, size_t length,
	const char *const *lines, size_t lines_length)
{
	cleanup_strv struct strv got = { 0 };
	struct error err = { 0 };

	assert_int_equal(cgroup_devices_v1_lines(rules, length, &got, &err), 0);
	assert_int_equal(got.length, lines_length);
	for (size_t i = 0; i < lines_length; i++)
		assert_string_equal(got.items[i], lines[i]);
}

static void test_v1_lines(void **state)
{
	static const struct cgroup_device_rule usual[] = {
		ALLOW('c', 9, 9, "r"),
		DENY('a', -1, -1, "rwm"),
		ALLOW('c', 1, 3, "rwm"),
		ALLOW('a', -1, -1, "m"),
		ALLOW('b', 8, -1, "rw"),
	};
	static const char *const usual_lines[] = { "da", "ac 1:3 rwm", "ab *:* m", "ac *:* m",
		"ab 8:* rw" };
	static const struct cgroup_device_rule taken[] = {
		DENY('a', -1, -1, "rwm"),
		ALLOW('c', 1, 3, "rwm"),
		ALLOW('c', 1, 5, "rwm"),
		ALLOW('b', 1, 3, "r"),
		DENY('c', 1, -1, "w"),
		DENY('a', 1, 5, "rm"),
	};
	static const char *const taken_lines[] = { "da", "ac 1:3 rm", "ab 1:3 r" };
	static const struct cgroup_device_rule open[] = {
		ALLOW('a', -1, -1, "mwr"),
		DENY('b', -1, -1, "w"),
	};
	static const char *const open_lines[] = { "aa", "db *:* w" };
	static const struct cgroup_device_rule bare[] = {
		DENY('c', 1, 3, "r"),
		ALLOW('c', 1, 3, "r"),
	};
	static const char *const bare_lines[] = { "dc 1:3 r", "ac 1:3 r" };

	(void)state;
	check_lines(usual, ARRAY_LENGTH(usual), usual_lines, ARRAY_LENGTH(usual_lines));
	check_lines(taken, ARRAY_LENGTH(taken), taken_lines, ARRAY_LENGTH(taken_lines));
	check_lines(open, ARRAY_LENGTH(open), open_lines, ARRAY_LENGTH(open_lines));
	check_lines(bare, ARRAY_LENGTH(bare), bare_lines, ARRAY_LENGTH(bare_lines));
}

static void test_v1_hole(void **state)
{
	static const struct cgroup_device_rule rules[] = {
		DENY('a', -1, -1, "rwm"),
		ALLOW('c', 1, -1, "rwm"),
		DENY('c', 1, 3, "w"),
	};
	cleanup_strv struct strv lines = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(cgroup_devices_v1_lines(rules, 3, &lines, &err), -1);
	assert_int_equal(err.code, ENOTSUP);
	assert_non_null(strstr(err.text, "linux.resources.devices[2]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_container_list),
		cmocka_unit_test(test_order_decides),
		cmocka_unit_test(test_odd_rules),
		cmocka_unit_test(test_against_the_words),
		cmocka_unit_test(test_v1_lines),
		cmocka_unit_test(test_v1_hole),
	};

	return cmocka_run_group_tests_name("cgroup_devices", tests, NULL, NULL);
}
