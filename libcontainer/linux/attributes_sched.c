/* SPDX-License-Identifier: Apache-2.0 */
/* When and where a process runs: scheduler, I/O priority, CPU affinity. */
#include "linux/attributes.h"
#include "linux/attributes_list.h"
#include "base/text.h"

#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

struct attributes_sched_name {
	const char *name;
	int number;
};

#define ATTRIBUTES_SCHED_ISO 4
#define ATTRIBUTES_SCHED_DEADLINE 6
#define ATTRIBUTES_SCHED_RESET_ON_FORK "SCHED_FLAG_RESET_ON_FORK"

static const struct attributes_sched_name attributes_sched_policies[] = {
	{ "SCHED_OTHER", SCHED_OTHER },
	{ "SCHED_FIFO", SCHED_FIFO },
	{ "SCHED_RR", SCHED_RR },
	{ "SCHED_BATCH", SCHED_BATCH },
	{ "SCHED_ISO", ATTRIBUTES_SCHED_ISO },
	{ "SCHED_IDLE", SCHED_IDLE },
	{ "SCHED_DEADLINE", ATTRIBUTES_SCHED_DEADLINE },
};

/* The bits of sched_setattr(2). */
static const struct attributes_sched_name attributes_sched_flags[] = {
	{ ATTRIBUTES_SCHED_RESET_ON_FORK, 0x01 },
	{ "SCHED_FLAG_RECLAIM", 0x02 },
	{ "SCHED_FLAG_DL_OVERRUN", 0x04 },
	{ "SCHED_FLAG_KEEP_POLICY", 0x08 },
	{ "SCHED_FLAG_KEEP_PARAMS", 0x10 },
	{ "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20 },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40 },
};

static const struct attributes_sched_name attributes_io_classes[] = {
	{ "IOPRIO_CLASS_RT", 1 },
	{ "IOPRIO_CLASS_BE", 2 },
	{ "IOPRIO_CLASS_IDLE", 3 },
};

/* struct sched_attr of Linux 5.3, under a name that no libc has. */
struct attributes_sched_attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t util_min, util_max;
};

static int attributes_sched_find(
	const struct attributes_sched_name *names, size_t length, const char *name)
{
	for (size_t i = 0; i < length; i++)
		if (text_equal(names[i].name, name))
			return names[i].number;
	return -1;
}

int attributes_scheduler_from_name(const char *policy)
{
	return attributes_sched_find(
		attributes_sched_policies, ARRAY_LENGTH(attributes_sched_policies), policy);
}

int attributes_io_class_from_name(const char *name)
{
	return attributes_sched_find(
		attributes_io_classes, ARRAY_LENGTH(attributes_io_classes), name);
}

static int attributes_scheduler_flags(
	const struct attributes_scheduler *scheduler, uint64_t *flags, struct error *err)
{
	for (size_t i = 0; i < scheduler->flags_length; i++) {
		int flag = attributes_sched_find(attributes_sched_flags,
			ARRAY_LENGTH(attributes_sched_flags), scheduler->flags[i]);

		if (flag < 0)
			return error_set(err, EINVAL,
				"process.scheduler.flags[%zu]: '%s' is not a flag of Linux", i,
				scheduler->flags[i]);
		*flags |= (uint64_t)flag;
	}
	return 0;
}

bool attributes_scheduler_passes_fork(const struct attributes_scheduler *scheduler)
{
	/* The deadline scheduler refuses to fork without the flag, and with it the child is not of it. */
	if (attributes_scheduler_from_name(scheduler->policy) == ATTRIBUTES_SCHED_DEADLINE)
		return false;
	for (size_t i = 0; i < scheduler->flags_length; i++)
		if (text_equal(scheduler->flags[i], ATTRIBUTES_SCHED_RESET_ON_FORK))
			return false;
	return true;
}

int attributes_set_scheduler(
	pid_t pid, const struct attributes_scheduler *scheduler, struct error *err)
{
	int policy = attributes_scheduler_from_name(scheduler->policy);
	struct attributes_sched_attr attr = {
		.size = sizeof(attr),
		.policy = (uint32_t)policy,
		.nice = scheduler->nice,
		.priority = (uint32_t)scheduler->priority,
		.runtime = scheduler->runtime,
		.deadline = scheduler->deadline,
		.period = scheduler->period,
		/* No property has the value of a clamp: its flag resets it to the machine's own. */
		.util_min = UINT32_MAX,
		.util_max = UINT32_MAX,
	};

	if (policy < 0)
		return error_set(err, EINVAL,
			"process.scheduler.policy: '%s' is not a scheduling policy",
			scheduler->policy);
	if (policy == ATTRIBUTES_SCHED_ISO)
		return error_set(err, EINVAL,
			"process.scheduler.policy: SCHED_ISO is a reserved name that Linux has not "
			"implemented");
	/* The kernel would silently take the nearest. */
	if (scheduler->nice < -20 || scheduler->nice > 19)
		return error_set(err, EINVAL, "process.scheduler.nice: %d is outside -20 .. 19",
			scheduler->nice);
	if (attributes_scheduler_flags(scheduler, &attr.flags, err) < 0)
		return -1;
	if (syscall(SYS_sched_setattr, pid, &attr, 0) < 0)
		return error_errno(err, errno,
			"process.scheduler: set %s with nice %d, priority %d%s", scheduler->policy,
			scheduler->nice, scheduler->priority,
			errno == EPERM ? " (CAP_SYS_NICE is missing)" : "");
	return 0;
}

int attributes_set_io_priority(const char *class, int priority, struct error *err)
{
	enum { WHO_PROCESS = 1, CLASS_SHIFT = 13, LEVEL_MAX = 7 };
	int number = attributes_io_class_from_name(class);

	if (number < 0)
		return error_set(err, EINVAL,
			"process.ioPriority.class: '%s' is not an I/O scheduling class", class);
	if (priority < 0 || priority > LEVEL_MAX)
		return error_set(err, EINVAL, "process.ioPriority.priority: %d is outside 0 .. %d",
			priority, LEVEL_MAX);
	if (syscall(SYS_ioprio_set, WHO_PROCESS, 0, number << CLASS_SHIFT | priority) < 0)
		return error_errno(err, errno, "process.ioPriority: set %s %d%s", class, priority,
			errno == EPERM ? " (CAP_SYS_NICE or CAP_SYS_ADMIN is missing)" : "");
	return 0;
}

int attributes_set_cpu_affinity(const char *list, const char *where, struct error *err)
{
	struct attributes_bits bits;

	/* An engine that writes the property without a value asks for nothing. */
	if (!*list)
		return 0;
	if (attributes_parse_list(list, where, &bits, err) < 0)
		return -1;
	/* Not the libc's wrapper: its cpu_set_t ends at 1024 CPUs. */
	if (syscall(SYS_sched_setaffinity, 0, sizeof(bits.words), bits.words) < 0)
		return error_errno(err, errno, "%s: run on CPUs '%s'%s", where, list,
			errno == EINVAL ? " (none of them is online and in this cpuset)" : "");
	return 0;
}
