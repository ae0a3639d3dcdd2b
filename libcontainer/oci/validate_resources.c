/* SPDX-License-Identifier: Apache-2.0 */
/* config-linux.md, "Control groups": ranges by a table, then what values have to do with others. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "linux/attributes_list.h"
#include "oci/validate_rules.h"

/* Kernel limits: one period of the CPU controller is 1 ms to 1 s, a quota at least 1 ms. */
#define CPU_PERIOD_MIN 1000
#define CPU_PERIOD_MAX 1000000
#define BLOCK_IO_WEIGHT_MIN 10
#define BLOCK_IO_WEIGHT_MAX 1000

enum range_type { RANGE_I64, RANGE_U32, RANGE_U64 };

/* One property: the range of its values, and a range of special ones (unlimited, not given). */
static const struct range {
	const char *property;
	enum range_type type;
	size_t offset;
	int64_t special_min, special_max, min, max;
} ranges[] = {
#define RANGE(property, type, member) property, type, offsetof(struct oci_resources, member)
	{ RANGE("pids.limit", RANGE_I64, pids.limit), -1, 0, 1, INT64_MAX },
	{ RANGE("memory.limit", RANGE_I64, memory.limit), -1, 0, 1, INT64_MAX },
	{ RANGE("memory.reservation", RANGE_I64, memory.reservation), -1, 0, 1, INT64_MAX },
	{ RANGE("memory.swap", RANGE_I64, memory.swap), -1, 0, 1, INT64_MAX },
	{ RANGE("memory.kernel", RANGE_I64, memory.kernel), -1, 0, 1, INT64_MAX },
	{ RANGE("memory.kernelTCP", RANGE_I64, memory.kernel_tcp), -1, 0, 1, INT64_MAX },
	{ RANGE("memory.swappiness", RANGE_U64, memory.swappiness), 0, 0, 0, 100 },
	{ RANGE("cpu.period", RANGE_U64, cpu.period), 0, 0, CPU_PERIOD_MIN, CPU_PERIOD_MAX },
	{ RANGE("cpu.quota", RANGE_I64, cpu.quota), -1, 0, CPU_PERIOD_MIN, INT64_MAX },
	{ RANGE("cpu.realtimeRuntime", RANGE_I64, cpu.realtime_runtime), -1, 0, 1, INT64_MAX },
	{ RANGE("cpu.idle", RANGE_I64, cpu.idle), 0, 0, 0, 1 },
	{ RANGE("blockIO.weight", RANGE_U32, block_io.weight), 0, 0, BLOCK_IO_WEIGHT_MIN,
		BLOCK_IO_WEIGHT_MAX },
	{ RANGE("blockIO.leafWeight", RANGE_U32, block_io.leaf_weight), 0, 0, BLOCK_IO_WEIGHT_MIN,
		BLOCK_IO_WEIGHT_MAX },
#undef RANGE
};

/* The value as far as an int64_t goes: what is beyond that is beyond each `max`, or unlimited. */
static bool range_value(
	const struct oci_resources *resources, const struct range *range, int64_t *value)
{
	const char *member = (const char *)resources + range->offset;
	const struct oci_i64 *i64 = (const void *)member;
	const struct oci_u32 *u32 = (const void *)member;
	const struct oci_u64 *u64 = (const void *)member;

	switch (range->type) {
	case RANGE_I64:
		*value = i64->value;
		return i64->set;
	case RANGE_U32:
		*value = u32->value;
		return u32->set;
	case RANGE_U64:
		*value = u64->value > INT64_MAX ? INT64_MAX : (int64_t)u64->value;
		return u64->set;
	}
	return false;
}

int validate_resource_ranges(const struct oci_config *config, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LENGTH(ranges); i++) {
		const struct range *range = &ranges[i];
		int64_t value;

		if (!range_value(&config->linux_.resources, range, &value) ||
			(value >= range->special_min && value <= range->special_max) ||
			(value >= range->min && value <= range->max))
			continue;
		if (range->max == INT64_MAX)
			return error_set(err, EINVAL,
				"linux.resources.%s: %" PRId64 " is below %" PRId64
				", and not -1, which is unlimited",
				range->property, value, range->min);
		return error_set(err, EINVAL,
			"linux.resources.%s: %" PRId64 " is outside of %" PRId64 " to %" PRId64,
			range->property, value, range->min, range->max);
	}
	return 0;
}

int validate_memory(const struct oci_config *config, struct error *err)
{
	int64_t limit = config->linux_.resources.memory.limit.value;
	int64_t swap = config->linux_.resources.memory.swap.value;

	/* swap counts memory and swap together; 0 and -1 are "not given" and "unlimited". */
	if (swap > 0 && limit > 0 && swap < limit)
		return error_set(err, EINVAL,
			"linux.resources.memory.swap: %" PRId64
			" is memory and swap together, and below linux.resources.memory.limit, "
			"%" PRId64,
			swap, limit);
	return 0;
}

int validate_memory_swap(const struct oci_config *config, struct error *err)
{
	const struct oci_memory *memory = &config->linux_.resources.memory;

	if (memory->swap.value > 0 && memory->limit.value <= 0)
		return error_set(err, EINVAL,
			"linux.resources.memory.swap: is memory and swap together, it needs "
			"linux.resources.memory.limit");
	return 0;
}

/* Engines write "" for "not given". */
static int validate_cpuset(const char *where, const char *list, struct error *err)
{
	struct attributes_bits bits;

	return list && *list ? attributes_parse_list(list, where, &bits, err) : 0;
}

int validate_cpu(const struct oci_config *config, struct error *err)
{
	const struct oci_resources *resources = &config->linux_.resources;
	int64_t quota = resources->cpu.quota.value;
	int64_t runtime = resources->cpu.realtime_runtime.value;
	uint64_t burst = resources->cpu.burst.value;
	uint64_t period = resources->cpu.realtime_period.value;

	if (quota > 0 && burst > (uint64_t)quota)
		return error_set(err, EINVAL,
			"linux.resources.cpu.burst: %" PRIu64 " is above the quota, %" PRId64,
			burst, quota);
	if (period > 0 && runtime > 0 && (uint64_t)runtime > period)
		return error_set(err, EINVAL,
			"linux.resources.cpu.realtimeRuntime: %" PRId64
			" is above realtimePeriod, %" PRIu64,
			runtime, period);
	if (validate_cpuset("linux.resources.cpu.cpus", resources->cpu.cpus, err) < 0)
		return -1;
	return validate_cpuset("linux.resources.cpu.mems", resources->cpu.mems, err);
}

static int validate_device_rule(size_t index, const struct oci_device_rule *rule, struct error *err)
{
	const char *type = rule->type ? rule->type : "a", *access = rule->access;
	const struct {
		const char *property;
		const struct oci_i64 *number;
	} numbers[] = { { "major", &rule->major }, { "minor", &rule->minor } };

	if (!text_equal(type, "a") && !text_equal(type, "b") && !text_equal(type, "c"))
		return error_set(err, EINVAL,
			"linux.resources.devices[%zu].type: '%s' is not one of a, b, c", index,
			type);
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
		if (numbers[i].number->set &&
			(numbers[i].number->value < -1 || numbers[i].number->value > UINT32_MAX))
			return error_set(err, EINVAL,
				"linux.resources.devices[%zu].%s: %" PRId64
				" is no device number, and not -1, which is any",
				index, numbers[i].property, numbers[i].number->value);
	}
	if (access && (!*access || strlen(access) > 3 || access[strspn(access, "rwm")]))
		return error_set(err, EINVAL,
			"linux.resources.devices[%zu].access: '%s' is not made of r, w, m", index,
			access);
	return 0;
}

int validate_device_rules(const struct oci_config *config, struct error *err)
{
	const struct oci_resources *resources = &config->linux_.resources;

	for (size_t i = 0; i < resources->devices_length; i++) {
		if (validate_device_rule(i, &resources->devices[i], err) < 0)
			return -1;
	}
	return 0;
}

static int validate_block_device(
	const char *list, size_t index, int64_t major, int64_t minor, struct error *err)
{
	if (major >= 0 && minor >= 0)
		return 0;
	return error_set(err, EINVAL,
		"linux.resources.blockIO.%s[%zu]: %" PRId64 ":%" PRId64 " is no device number",
		list, index, major, minor);
}

static int validate_weight_device(
	size_t index, const struct oci_weight_device *device, struct error *err)
{
	const struct {
		const char *property;
		const struct oci_u32 *weight;
	} weights[] = { { "weight", &device->weight }, { "leafWeight", &device->leaf_weight } };

	if (validate_block_device("weightDevice", index, device->major, device->minor, err) < 0)
		return -1;
	if (!device->weight.set && !device->leaf_weight.set)
		return error_set(err, EINVAL,
			"linux.resources.blockIO.weightDevice[%zu]: weight or leafWeight is "
			"required",
			index);
	for (size_t i = 0; i < ARRAY_LENGTH(weights); i++) {
		uint32_t weight = weights[i].weight->value;

		if (weight != 0 && (weight < BLOCK_IO_WEIGHT_MIN || weight > BLOCK_IO_WEIGHT_MAX))
			return error_set(err, EINVAL,
				"linux.resources.blockIO.weightDevice[%zu].%s: %" PRIu32
				" is outside of %d to %d",
				index, weights[i].property, weight, BLOCK_IO_WEIGHT_MIN,
				BLOCK_IO_WEIGHT_MAX);
	}
	return 0;
}

static int validate_throttle_devices(
	const char *list, const struct oci_throttle_devices *devices, struct error *err)
{
	for (size_t i = 0; i < devices->length; i++) {
		const struct oci_throttle_device *device = &devices->items[i];

		if (validate_block_device(list, i, device->major, device->minor, err) < 0)
			return -1;
		if (!device->rate.set)
			return error_set(err, EINVAL,
				"linux.resources.blockIO.%s[%zu].rate: is required", list, i);
	}
	return 0;
}

int validate_block_io(const struct oci_config *config, struct error *err)
{
	const struct oci_resources *resources = &config->linux_.resources;
	const struct {
		const char *name;
		const struct oci_throttle_devices *devices;
	} lists[] = {
		{ "throttleReadBpsDevice", &resources->block_io.throttle_read_bps_device },
		{ "throttleWriteBpsDevice", &resources->block_io.throttle_write_bps_device },
		{ "throttleReadIOPSDevice", &resources->block_io.throttle_read_iops_device },
		{ "throttleWriteIOPSDevice", &resources->block_io.throttle_write_iops_device },
	};

	for (size_t i = 0; i < resources->block_io.weight_device_length; i++) {
		if (validate_weight_device(i, &resources->block_io.weight_device[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
		if (validate_throttle_devices(lists[i].name, lists[i].devices, err) < 0)
			return -1;
	}
	return 0;
}

/* "[1-9][0-9]*[KMG]B", the part of a file name as in hugetlb.2MB.limit_in_bytes. */
static bool page_size_right(const char *size)
{
	size_t digits = size ? strspn(size, "0123456789") : 0;

	return digits > 0 && *size != '0' && strchr("KMG", size[digits]) && size[digits] &&
	       strcmp(size + digits + 1, "B") == 0;
}

int validate_hugepage_limits(const struct oci_config *config, struct error *err)
{
	const struct oci_resources *resources = &config->linux_.resources;

	for (size_t i = 0; i < resources->hugepage_limits_length; i++) {
		const char *size = resources->hugepage_limits[i].page_size;

		if (!page_size_right(size))
			return error_set(err, EINVAL,
				"linux.resources.hugepageLimits[%zu].pageSize: '%s' is no page "
				"size "
				"as in 64KB, 2MB, 1GB",
				i, size ? size : "");
	}
	return 0;
}

int validate_network(const struct oci_config *config, struct error *err)
{
	const struct oci_resources *resources = &config->linux_.resources;
	char where[VALIDATE_WHERE_SIZE];

	for (size_t i = 0; i < resources->network.priorities_length; i++) {
		snprintf(where, sizeof(where), "linux.resources.network.priorities[%zu].name", i);
		if (validate_interface(where, resources->network.priorities[i].name, err) < 0)
			return -1;
	}
	return 0;
}

int validate_rdma(const struct oci_config *config, struct error *err)
{
	const struct oci_resources *resources = &config->linux_.resources;

	for (size_t i = 0; i < resources->rdma_length; i++) {
		const struct oci_rdma *rdma = &resources->rdma[i];

		/* The name is the first word of a line that the kernel splits at blanks. */
		if (!*rdma->name || strpbrk(rdma->name, " \t\n"))
			return error_set(err, EINVAL,
				"linux.resources.rdma: '%s' is no name for a device", rdma->name);
		if (!rdma->hca_handles.set && !rdma->hca_objects.set)
			return error_set(err, EINVAL,
				"linux.resources.rdma.%s: hcaHandles or hcaObjects is required",
				rdma->name);
	}
	return 0;
}

int validate_unified(const struct oci_config *config, struct error *err)
{
	const struct oci_map *unified = &config->linux_.resources.unified;

	for (size_t i = 0; i < unified->length; i++) {
		const char *key = unified->items[i].key;

		/* It names a file in the container's cgroup, and none elsewhere. */
		if (!*key || *key == '.' || strchr(key, '/'))
			return error_set(err, EINVAL,
				"linux.resources.unified: '%s' is no file of a cgroup as in "
				"memory.high",
				key);
	}
	return 0;
}
