/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduler, I/O priority, CPU affinity and memory policy, and the lists of CPUs and nodes. */
#include "in_child.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "linux/attributes.h"
#include "linux/attributes_list.h"

static void lists_are_read(void **state)
{
	struct attributes_bits bits;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(attributes_parse_list("0-1,4", "x", &bits, &err), 0);
	assert_int_equal(bits.words[0], 0x13);
	assert_int_equal(bits.highest, 4);
	assert_int_equal(attributes_parse_list(" 3 , 1 - 2 ", "x", &bits, &err), 0);
	assert_int_equal(bits.words[0], 0xe);
	assert_int_equal(bits.highest, 3);
	assert_int_equal(attributes_parse_list("8191", "x", &bits, &err), 0);
	assert_int_equal(bits.highest, 8191);
	assert_int_equal(
		bits.words[ARRAY_LENGTH(bits.words) - 1], 1UL << (ATTRIBUTES_WORD_BITS - 1));
}

static void lists_that_are_none_are_refused(void **state)
{
	const char *const cases[] = { "", " ", ",", "1,", ",1", "1-", "-1", "2-1", "1--2", "1-2-3",
		"a", "1 2", "8192", "0-8192", "99999999999999999999", "0x1", "1;2" };
	struct attributes_bits bits;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		assert_int_equal(attributes_parse_list(cases[i], "here", &bits, &err), -1);
		assert_true(text_starts_with(err.text, "here: '"));
	}
}

static void check_scheduler(const void *argument)
{
	const char *const flags[] = { "SCHED_FLAG_RESET_ON_FORK" };
	const char *const bad_flags[] = { "SCHED_FLAG_FASTER" };
	struct attributes_scheduler scheduler = { .policy = "SCHED_BATCH", .nice = 15 };
	struct error err;

	(void)argument;
	CHECK(attributes_set_scheduler(0, &scheduler, &err) == 0);
	CHECK(sched_getscheduler(0) == SCHED_BATCH);
	CHECK(getpriority(PRIO_PROCESS, 0) == 15);
	scheduler = (struct attributes_scheduler){
		.policy = "SCHED_IDLE", .nice = 16, .flags = flags, .flags_length = 1
	};
	CHECK(attributes_set_scheduler(0, &scheduler, &err) == 0);
	CHECK(sched_getscheduler(0) == (SCHED_IDLE | SCHED_RESET_ON_FORK));
	scheduler.flags = bad_flags;
	CHECK(attributes_set_scheduler(0, &scheduler, &err) == -1);
	CHECK_TEXT(err, "process.scheduler.flags[0]: 'SCHED_FLAG_FASTER'");
	scheduler = (struct attributes_scheduler){ .policy = "SCHED_OTHER", .nice = 20 };
	CHECK(attributes_set_scheduler(0, &scheduler, &err) == -1);
	CHECK_TEXT(err, "process.scheduler.nice: 20 is outside -20 .. 19");
	scheduler = (struct attributes_scheduler){ .policy = "SCHED_ISO" };
	CHECK(attributes_set_scheduler(0, &scheduler, &err) == -1);
	CHECK_TEXT(err, "SCHED_ISO is a reserved name");
	scheduler.policy = "SCHED_SOON";
	CHECK(attributes_set_scheduler(0, &scheduler, &err) == -1);
	CHECK_TEXT(err, "process.scheduler.policy: 'SCHED_SOON'");
	scheduler = (struct attributes_scheduler){ .policy = "SCHED_FIFO", .priority = 1 };
	in_child_drop_root();
	CHECK(attributes_set_scheduler(0, &scheduler, &err) == -1);
	CHECK_TEXT(err, "CAP_SYS_NICE");
}

static void scheduler_is_set_or_explained(void **state)
{
	(void)state;
	assert_int_equal(attributes_scheduler_from_name("SCHED_DEADLINE"), 6);
	assert_int_equal(attributes_scheduler_from_name("OTHER"), -1);
	in_child(check_scheduler, NULL);
}

static void check_io_priority(const void *argument)
{
	struct error err;

	(void)argument;
	if (attributes_set_io_priority("IOPRIO_CLASS_BE", 6, &err) < 0 && err.code == ENOSYS)
		SKIP_IN_CHILD("no I/O priorities in this kernel");
	CHECK(syscall(SYS_ioprio_get, 1, 0) == (2 << 13 | 6));
	CHECK(attributes_set_io_priority("IOPRIO_CLASS_IDLE", 0, &err) == 0);
	CHECK(syscall(SYS_ioprio_get, 1, 0) == 3 << 13);
	CHECK(attributes_set_io_priority("IOPRIO_CLASS_BE", 8, &err) == -1);
	CHECK_TEXT(err, "process.ioPriority.priority: 8 is outside 0 .. 7");
	CHECK(attributes_set_io_priority("IOPRIO_CLASS_NONE", 0, &err) == -1);
	CHECK_TEXT(err, "process.ioPriority.class: 'IOPRIO_CLASS_NONE'");
	in_child_drop_root();
	CHECK(attributes_set_io_priority("IOPRIO_CLASS_RT", 0, &err) == -1);
	CHECK_TEXT(err, "CAP_SYS_NICE");
}

static void io_priority_is_set_or_explained(void **state)
{
	(void)state;
	assert_int_equal(attributes_io_class_from_name("IOPRIO_CLASS_RT"), 1);
	assert_int_equal(attributes_io_class_from_name("RT"), -1);
	in_child(check_io_priority, NULL);
}

static void check_affinity(const void *argument)
{
	struct error err;
	cpu_set_t now;
	char list[16];
	int cpu = 0;

	(void)argument;
	CHECK(sched_getaffinity(0, sizeof(now), &now) == 0);
	while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(cpu, &now))
		cpu++;
	snprintf(list, sizeof(list), "%d", cpu);
	CHECK(attributes_set_cpu_affinity(list, "process.execCPUAffinity.final", &err) == 0);
	CHECK(sched_getaffinity(0, sizeof(now), &now) == 0);
	CHECK(CPU_COUNT(&now) == 1 && CPU_ISSET(cpu, &now));
	CHECK(attributes_set_cpu_affinity("", "x", &err) == 0);
	CHECK(attributes_set_cpu_affinity("8191", "process.execCPUAffinity.final", &err) == -1);
	CHECK_TEXT(err, "process.execCPUAffinity.final: run on CPUs '8191' (none of them");
}

static void cpu_affinity_is_set_or_explained(void **state)
{
	(void)state;
	in_child(check_affinity, NULL);
}

static void check_memory_policy(const void *argument)
{
	const char *const flags[] = { "MPOL_F_STATIC_NODES" }, *const bad[] = { "MPOL_F_NEAR" };
	unsigned long nodes[64] = { 0 };
	struct error err;
	int mode = -1;

	(void)argument;
	CHECK(attributes_set_memory_policy("MPOL_NEAR", "0", NULL, 0, &err) == -1);
	CHECK_TEXT(err, "linux.memoryPolicy.mode: 'MPOL_NEAR'");
	CHECK(attributes_set_memory_policy("MPOL_BIND", "0", bad, 1, &err) == -1);
	CHECK_TEXT(err, "linux.memoryPolicy.flags[0]: 'MPOL_F_NEAR'");
	CHECK(attributes_set_memory_policy("MPOL_BIND", "x", NULL, 0, &err) == -1);
	CHECK_TEXT(err, "linux.memoryPolicy.nodes: 'x'");
	if (syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0) < 0 && errno == ENOSYS)
		SKIP_IN_CHILD("no memory policies in this kernel");
	CHECK(attributes_set_memory_policy("MPOL_BIND", "0", flags, 1, &err) == 0);
	CHECK(syscall(SYS_get_mempolicy, &mode, nodes, 8 * sizeof(nodes), NULL, 0) == 0);
	CHECK(mode == (2 | 1 << 15) && nodes[0] == 1);
	CHECK(attributes_set_memory_policy("MPOL_DEFAULT", NULL, NULL, 0, &err) == 0);
	CHECK(syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0) == 0 && mode == 0);
	CHECK(attributes_set_memory_policy("MPOL_BIND", "1023", NULL, 0, &err) == -1);
	CHECK_TEXT(err, "linux.memoryPolicy: set MPOL_BIND for nodes '1023'");
}

static void memory_policy_is_set_or_explained(void **state)
{
	(void)state;
	in_child(check_memory_policy, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(lists_that_are_none_are_refused),
		cmocka_unit_test(scheduler_is_set_or_explained),
		cmocka_unit_test(io_priority_is_set_or_explained),
		cmocka_unit_test(cpu_affinity_is_set_or_explained),
		cmocka_unit_test(memory_policy_is_set_or_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
