/* SPDX-License-Identifier: Apache-2.0 */
/* The table of properties, and the conversions that it names. */
#include "linux/cgroup_property.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/text.h"

static int64_t clamp(int64_t value, int64_t min, int64_t max)
{
	if (value < min)
		return min;
	return value > max ? max : value;
}

uint64_t cgroup_convert_shares(int64_t shares)
{
	return 1 + ((uint64_t)clamp(shares, 2, 262144) - 2) * 9999 / 262142;
}

uint64_t cgroup_convert_io_weight(int64_t weight)
{
	return 1 + ((uint64_t)clamp(weight, 10, 1000) - 10) * 9999 / 990;
}

static int as_number(const struct cgroup_request *request, char *value, struct error *err)
{
	(void)err;
	(void)snprintf(value, CGROUP_VALUE_SIZE, "%" PRId64, request->value);
	return 0;
}

/* v1 writes "no limit" as -1, whatever negative number asks for it. */
static int as_v1_limit(const struct cgroup_request *request, char *value, struct error *err)
{
	(void)err;
	(void)snprintf(
		value, CGROUP_VALUE_SIZE, "%" PRId64, request->value < 0 ? -1 : request->value);
	return 0;
}

static int as_limit(const struct cgroup_request *request, char *value, struct error *err)
{
	if (request->value >= 0)
		return as_number(request, value, err);
	(void)snprintf(value, CGROUP_VALUE_SIZE, "max");
	return 0;
}

/* No container can live with no process: 0 has always meant "unlimited". */
static int as_pids_limit(const struct cgroup_request *request, char *value, struct error *err)
{
	struct cgroup_request limit = *request;

	if (limit.value == 0)
		limit.value = -1;
	return as_limit(&limit, value, err);
}

static int as_cpu_weight(const struct cgroup_request *request, char *value, struct error *err)
{
	(void)err;
	(void)snprintf(value, CGROUP_VALUE_SIZE, "%" PRIu64, cgroup_convert_shares(request->value));
	return 0;
}

static int as_io_weight(const struct cgroup_request *request, char *value, struct error *err)
{
	(void)err;
	(void)snprintf(
		value, CGROUP_VALUE_SIZE, "%" PRIu64, cgroup_convert_io_weight(request->value));
	return 0;
}

/* cpu.max holds "quota period"; the kernel keeps the period when it is left out. */
static int as_cpu_max(const struct cgroup_request *request, char *value, struct error *err)
{
	const struct cgroup_value *period = &request->resources->cpu.period;
	int length;

	if (as_limit(request, value, err) < 0)
		return -1;
	length = (int)strlen(value);
	if (period->set && period->value != 0)
		(void)snprintf(value + length, CGROUP_VALUE_SIZE - (size_t)length, " %" PRId64,
			period->value);
	return 0;
}

/* The period alone keeps the quota that there is. */
static int as_cpu_max_period(const struct cgroup_request *request, char *value, struct error *err)
{
	const struct cgroup_value *quota = &request->resources->cpu.quota;
	char now[CGROUP_VALUE_SIZE];
	ssize_t got;

	if (quota->set && quota->value != 0)
		return CGROUP_CONVERT_SKIP;
	got = io_read_small(request->directory, "cpu.max", now, sizeof(now));
	if (got < 0)
		return error_errno(err, (int)-got, "cannot read cpu.max");
	(void)snprintf(value, CGROUP_VALUE_SIZE, "%.*s %" PRId64,
		(int)clamp((int64_t)strcspn(now, " \n"), 0, 20), now, request->value);
	return 0;
}

/* The limit of memory that is being set, or else the one that there is; -1: none. */
static int64_t memory_limit(const struct cgroup_request *request)
{
	const struct cgroup_value *limit = &request->resources->memory.limit;
	char now[CGROUP_VALUE_SIZE];
	int64_t value;

	if (limit->set && limit->value != 0)
		return limit->value;
	if (io_read_small(request->directory, "memory.max", now, sizeof(now)) < 0)
		return -1;
	now[strcspn(now, "\n")] = '\0';
	return number_parse_i64(now, &value) == 0 ? value : -1;
}

/* v1 limits memory and swap together, v2 swap alone. */
static int as_swap_max(const struct cgroup_request *request, char *value, struct error *err)
{
	struct cgroup_request swap = *request;
	int64_t limit;

	if (swap.value >= 0) {
		limit = memory_limit(request);
		if (limit < 0)
			return error_set(err, EINVAL,
				"memory.limit is needed beside it: cgroup v2 limits swap alone");
		if (swap.value < limit)
			return error_set(err, EINVAL,
				"%" PRId64 " is below memory.limit, %" PRId64 ", which it includes",
				swap.value, limit);
		swap.value -= limit;
	}
	return as_limit(&swap, value, err);
}

static int as_hierarchy(const struct cgroup_request *request, char *value, struct error *err)
{
	(void)value;
	if (request->value == 0)
		return error_set(err, ENOTSUP, "cgroup v2 always counts hierarchically");
	return CGROUP_CONVERT_SKIP;
}

#define OFFSET(member) .offset = offsetof(struct cgroup_resources, member)
#define ZERO_IS_UNSET .zero_is_unset = true
#define DEFAULT_BELOW_ONE .default_below_one = true
#define DEPRECATED .deprecated = true
#define V1(name, conversion) .v1 = { name, conversion }
#define V1_ELSE(name, conversion) .v1_else = { name, conversion }
#define V2(name, conversion) .v2 = { name, conversion }
#define V2_ELSE(name, conversion) .v2_else = { name, conversion }
#define HINT(text) .hint = text

/* clang-format off */
const struct cgroup_property cgroup_properties[] = {
	{ "cpu.shares", OFFSET(cpu.shares), "cpu", ZERO_IS_UNSET,
	  V1("cpu.shares", as_number), V2("cpu.weight", as_cpu_weight) },
	{ "cpu.period", OFFSET(cpu.period), "cpu", ZERO_IS_UNSET,
	  V1("cpu.cfs_period_us", as_number), V2("cpu.max", as_cpu_max_period),
	  HINT("the kernel has no CONFIG_CFS_BANDWIDTH") },
	{ "cpu.quota", OFFSET(cpu.quota), "cpu", ZERO_IS_UNSET, DEFAULT_BELOW_ONE,
	  V1("cpu.cfs_quota_us", as_v1_limit), V2("cpu.max", as_cpu_max),
	  HINT("the kernel has no CONFIG_CFS_BANDWIDTH") },
	{ "cpu.burst", OFFSET(cpu.burst), "cpu", DEFAULT_BELOW_ONE,
	  V1("cpu.cfs_burst_us", as_number), V2("cpu.max.burst", as_number),
	  HINT("it needs Linux 5.14") },
	{ "cpu.realtimePeriod", OFFSET(cpu.realtime_period), "cpu", ZERO_IS_UNSET,
	  V1("cpu.rt_period_us", as_number), HINT("the kernel has no CONFIG_RT_GROUP_SCHED") },
	{ "cpu.realtimeRuntime", OFFSET(cpu.realtime_runtime), "cpu", ZERO_IS_UNSET,
	  V1("cpu.rt_runtime_us", as_number), HINT("the kernel has no CONFIG_RT_GROUP_SCHED") },
	{ "cpu.idle", OFFSET(cpu.idle), "cpu", DEFAULT_BELOW_ONE,
	  V1("cpu.idle", as_number), V2("cpu.idle", as_number), HINT("it needs Linux 5.15") },
	{ "memory.limit", OFFSET(memory.limit), "memory", ZERO_IS_UNSET, DEFAULT_BELOW_ONE,
	  V1("memory.limit_in_bytes", as_v1_limit), V2("memory.max", as_limit) },
	{ "memory.swap", OFFSET(memory.swap), "memory", ZERO_IS_UNSET, DEFAULT_BELOW_ONE,
	  V1("memory.memsw.limit_in_bytes", as_v1_limit), V2("memory.swap.max", as_swap_max),
	  HINT("the kernel does not account for swap: CONFIG_SWAP, swapaccount=1") },
	{ "memory.reservation", OFFSET(memory.reservation), "memory", ZERO_IS_UNSET, DEFAULT_BELOW_ONE,
	  V1("memory.soft_limit_in_bytes", as_v1_limit), V2("memory.low", as_limit) },
	{ "memory.kernel", OFFSET(memory.kernel), "memory", ZERO_IS_UNSET, DEPRECATED,
	  V1("memory.kmem.limit_in_bytes", as_v1_limit) },
	{ "memory.kernelTCP", OFFSET(memory.kernel_tcp), "memory", ZERO_IS_UNSET, DEFAULT_BELOW_ONE,
	  V1("memory.kmem.tcp.limit_in_bytes", as_v1_limit) },
	{ "memory.swappiness", OFFSET(memory.swappiness), "memory",
	  V1("memory.swappiness", as_number) },
	{ "memory.disableOOMKiller", OFFSET(memory.disable_oom_killer), "memory", ZERO_IS_UNSET,
	  V1("memory.oom_control", as_number) },
	{ "memory.useHierarchy", OFFSET(memory.use_hierarchy), "memory",
	  V1("memory.use_hierarchy", as_number), V2("memory.max", as_hierarchy) },
	{ "pids.limit", OFFSET(pids_limit), "pids", DEFAULT_BELOW_ONE,
	  V1("pids.max", as_pids_limit), V2("pids.max", as_pids_limit) },
	{ "blockIO.weight", OFFSET(block_io.weight), "blkio", ZERO_IS_UNSET,
	  V1("blkio.weight", as_number), V1_ELSE("blkio.bfq.weight", as_number),
	  V2("io.bfq.weight", as_number), V2_ELSE("io.weight", as_io_weight),
	  HINT("it needs the BFQ scheduler, module bfq") },
	{ "blockIO.leafWeight", OFFSET(block_io.leaf_weight), "blkio", ZERO_IS_UNSET,
	  V1("blkio.leaf_weight", as_number), HINT("Linux 5.0 has removed it with the CFQ scheduler") },
	{ "network.classID", OFFSET(net_class_id), "net_cls", DEFAULT_BELOW_ONE,
	  V1("net_cls.classid", as_number) },
};
/* clang-format on */
const size_t cgroup_properties_length = ARRAY_LENGTH(cgroup_properties);

const struct cgroup_value *cgroup_property_value(
	const struct cgroup_property *property, const struct cgroup_resources *resources)
{
	return (const struct cgroup_value *)(const void *)((const char *)resources +
							   property->offset);
}
