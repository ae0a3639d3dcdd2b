/* SPDX-License-Identifier: Apache-2.0 */
/* Generates, loads and attaches the device program. */
#include "linux/cgroup_bpf.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/text.h"

/* The kernel attaches at most 64 programs of a kind to one cgroup. */
#define PROGRAMS_MAX 64

enum { DENY = 0, ALLOW = 1 };

/* What the program keeps where; R0 is the result and R1 at first the context. */
enum {
	CONTEXT = BPF_REG_1,
	TYPE = BPF_REG_2,
	WANTED = BPF_REG_3, /* the accesses that no rule has decided on yet */
	MAJOR = BPF_REG_4,
	MINOR = BPF_REG_5,
	SCRATCH = BPF_REG_0,
};

static void emit(struct cgroup_bpf_program *program, struct bpf_insn instruction)
{
	if (program->length == program->size) {
		size_t size = program->size ? program->size * 2 : 64;
		struct bpf_insn *grown = realloc(program->items, size * sizeof(*grown));

		if (!grown)
			fatal_out_of_memory();
		program->items = grown;
		program->size = size;
	}
	program->items[program->length++] = instruction;
}

static void emit_load(struct cgroup_bpf_program *program, int to, size_t offset)
{
	emit(program, (struct bpf_insn){ .code = BPF_LDX | BPF_W | BPF_MEM,
			      .dst_reg = to & 0xf,
			      .src_reg = CONTEXT,
			      .off = (int16_t)offset });
}

static void emit_immediate(struct cgroup_bpf_program *program, int operation, int to, int32_t value)
{
	emit(program, (struct bpf_insn){ .code = (uint8_t)(BPF_ALU64 | operation | BPF_K),
			      .dst_reg = to & 0xf,
			      .imm = value });
}

static void emit_copy(struct cgroup_bpf_program *program, int to, int from)
{
	emit(program, (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_X,
			      .dst_reg = to & 0xf,
			      .src_reg = from & 0xf });
}

/* A jump to the end of the rule; emit_rule fills in how far that is. */
static void emit_jump(struct cgroup_bpf_program *program, int condition, int operand, int32_t value)
{
	emit(program, (struct bpf_insn){ .code = (uint8_t)(BPF_JMP | condition | BPF_K),
			      .dst_reg = operand & 0xf,
			      .imm = value });
}

static void emit_return(struct cgroup_bpf_program *program, int32_t value)
{
	emit_immediate(program, BPF_MOV, BPF_REG_0, value);
	emit(program, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
}

static int32_t access_bits(const struct cgroup_device_rule *rule)
{
	int32_t bits = 0;

	for (size_t i = 0; i < sizeof(rule->access) && rule->access[i]; i++) {
		switch (rule->access[i]) {
		case 'r':
			bits |= BPF_DEVCG_ACC_READ;
			break;
		case 'w':
			bits |= BPF_DEVCG_ACC_WRITE;
			break;
		case 'm':
			bits |= BPF_DEVCG_ACC_MKNOD;
			break;
		default:
			break;
		}
	}
	return bits;
}

#define ALL_ACCESS (BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD)

static bool is_about_all(const struct cgroup_device_rule *rule)
{
	return rule->type == 'a' && rule->major < 0 && rule->minor < 0 &&
	       access_bits(rule) == ALL_ACCESS;
}

static void emit_start(struct cgroup_bpf_program *program)
{
	/* access_type holds the accesses in its upper half and the type in its lower one. */
	emit_load(program, TYPE, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	emit_copy(program, WANTED, TYPE);
	emit_immediate(program, BPF_RSH, WANTED, 16);
	emit_immediate(program, BPF_AND, TYPE, 0xffff);
	emit_load(program, MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
	emit_load(program, MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
}

static void emit_rule(struct cgroup_bpf_program *program, const struct cgroup_device_rule *rule)
{
	size_t start = program->length;
	int32_t bits = access_bits(rule);

	/* Such a device number is none, and would not fit into the instruction either. */
	if (rule->major > INT32_MAX || rule->minor > INT32_MAX || bits == 0)
		return;
	if (rule->type != 'a')
		emit_jump(program, BPF_JNE, TYPE,
			rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	if (rule->major >= 0)
		emit_jump(program, BPF_JNE, MAJOR, (int32_t)rule->major);
	if (rule->minor >= 0)
		emit_jump(program, BPF_JNE, MINOR, (int32_t)rule->minor);
	if (rule->allow) {
		emit_immediate(program, BPF_AND, WANTED, ~bits);
		emit_jump(program, BPF_JNE, WANTED, 0);
	} else {
		emit_copy(program, SCRATCH, WANTED);
		emit_immediate(program, BPF_AND, SCRATCH, bits);
		emit_jump(program, BPF_JEQ, SCRATCH, 0);
	}
	emit_return(program, rule->allow ? ALLOW : DENY);
	for (size_t i = start; i < program->length; i++)
		if (BPF_CLASS(program->items[i].code) == BPF_JMP &&
			BPF_OP(program->items[i].code) != BPF_EXIT)
			program->items[i].off = (int16_t)(program->length - i - 1);
}

void cgroup_bpf_compile(
	const struct cgroup_device_rule *rules, size_t length, struct cgroup_bpf_program *program)
{
	emit_start(program);
	for (size_t i = length; i-- > 0;) {
		/* Nothing before a rule about everything can matter. */
		if (is_about_all(&rules[i])) {
			emit_return(program, rules[i].allow ? ALLOW : DENY);
			return;
		}
		emit_rule(program, &rules[i]);
	}
	emit_return(program, ALLOW);
}

void cgroup_bpf_free(struct cgroup_bpf_program *program)
{
	free(program->items);
	*program = (struct cgroup_bpf_program){ 0 };
}

/* The kernel refuses an attribute with rubbish behind the fields that a command uses. */
static int bpf(int command, union bpf_attr *attributes)
{
	int result = (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));

	return result < 0 ? -errno : result;
}

static int load(const struct cgroup_bpf_program *program)
{
	union bpf_attr attributes;

	memset(&attributes, 0, sizeof(attributes));
	attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attributes.insns = (uintptr_t)program->items;
	attributes.insn_cnt = (uint32_t)program->length;
	attributes.license = (uintptr_t) "Apache-2.0";
	memcpy(attributes.prog_name, "elsewhen_device", sizeof("elsewhen_device"));
	return bpf(BPF_PROG_LOAD, &attributes);
}

static int query(int directory, uint32_t *ids, uint32_t *count)
{
	union bpf_attr attributes;
	int result;

	memset(&attributes, 0, sizeof(attributes));
	attributes.query.target_fd = (uint32_t)directory;
	attributes.query.attach_type = BPF_CGROUP_DEVICE;
	attributes.query.prog_ids = (uintptr_t)ids;
	attributes.query.prog_cnt = PROGRAMS_MAX;
	result = bpf(BPF_PROG_QUERY, &attributes);
	*count = result < 0 ? 0 : attributes.query.prog_cnt;
	return result;
}

static int detach(int directory, uint32_t id)
{
	cleanup_close int fd = -1;
	union bpf_attr attributes;

	memset(&attributes, 0, sizeof(attributes));
	attributes.prog_id = id;
	fd = bpf(BPF_PROG_GET_FD_BY_ID, &attributes);
	if (fd < 0)
		return fd;
	memset(&attributes, 0, sizeof(attributes));
	attributes.target_fd = (uint32_t)directory;
	attributes.attach_type = BPF_CGROUP_DEVICE;
	attributes.attach_bpf_fd = (uint32_t)fd;
	return bpf(BPF_PROG_DETACH, &attributes);
}

static int attach(int directory, int program)
{
	union bpf_attr attributes;

	memset(&attributes, 0, sizeof(attributes));
	attributes.target_fd = (uint32_t)directory;
	attributes.attach_type = BPF_CGROUP_DEVICE;
	attributes.attach_bpf_fd = (uint32_t)program;
	/* The programs of the cgroups above must go on to be asked. */
	attributes.attach_flags = BPF_F_ALLOW_MULTI;
	return bpf(BPF_PROG_ATTACH, &attributes);
}

/* New before old: while both are attached, what either denies is denied; no moment is open. */
int cgroup_bpf_attach(int directory, const struct cgroup_bpf_program *program)
{
	cleanup_close int fd = load(program);
	uint32_t old[PROGRAMS_MAX], count;
	int result;

	if (fd < 0)
		return fd;
	result = query(directory, old, &count);
	if (result < 0)
		return result;
	result = attach(directory, fd);
	for (uint32_t i = 0; i < count && result == 0; i++)
		result = detach(directory, old[i]);
	return result == -ENOENT ? 0 : result;
}
