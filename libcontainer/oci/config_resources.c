/* SPDX-License-Identifier: Apache-2.0 */
/* The `linux.resources` object (config-linux.md, "Control groups"). */
#include "oci/config_tables.h"

static const struct json_property device_rule_properties[] = {
	JSON_BOOL("allow", struct oci_device_rule, allow, .required = true),
	JSON_STRING("type", struct oci_device_rule, type),
	JSON_OPTIONAL_I64("major", struct oci_device_rule, major),
	JSON_OPTIONAL_I64("minor", struct oci_device_rule, minor),
	JSON_STRING("access", struct oci_device_rule, access),
};
static const struct json_table device_rule_table = {
	JSON_TABLE(device_rule_properties),
	.section = "config-linux.md, \"Allowed Device list\"",
};

static const struct json_property memory_properties[] = {
	JSON_OPTIONAL_I64("limit", struct oci_memory, limit),
	JSON_OPTIONAL_I64("reservation", struct oci_memory, reservation),
	JSON_OPTIONAL_I64("swap", struct oci_memory, swap),
	JSON_OPTIONAL_I64("kernel", struct oci_memory, kernel),
	JSON_OPTIONAL_I64("kernelTCP", struct oci_memory, kernel_tcp),
	JSON_OPTIONAL_U64("swappiness", struct oci_memory, swappiness),
	JSON_OPTIONAL_BOOL("disableOOMKiller", struct oci_memory, disable_oom_killer),
	JSON_OPTIONAL_BOOL("useHierarchy", struct oci_memory, use_hierarchy),
	JSON_OPTIONAL_BOOL("checkBeforeUpdate", struct oci_memory, check_before_update),
};
static const struct json_table memory_table = { JSON_TABLE(memory_properties) };

static const struct json_property cpu_properties[] = {
	JSON_OPTIONAL_U64("shares", struct oci_cpu, shares),
	JSON_OPTIONAL_I64("quota", struct oci_cpu, quota),
	JSON_OPTIONAL_U64("burst", struct oci_cpu, burst),
	JSON_OPTIONAL_U64("period", struct oci_cpu, period),
	JSON_OPTIONAL_I64("realtimeRuntime", struct oci_cpu, realtime_runtime),
	JSON_OPTIONAL_U64("realtimePeriod", struct oci_cpu, realtime_period),
	JSON_STRING("cpus", struct oci_cpu, cpus),
	JSON_STRING("mems", struct oci_cpu, mems),
	JSON_OPTIONAL_I64("idle", struct oci_cpu, idle),
};
static const struct json_table cpu_table = { JSON_TABLE(cpu_properties) };

/* A weight is a uint16 to the specification. */
#define WEIGHT(name, type, member) \
	JSON_OPTIONAL_U32(name, type, member, .min = 0, .max = UINT16_MAX)

static const struct json_property weight_device_properties[] = {
	JSON_I64("major", struct oci_weight_device, major, .required = true),
	JSON_I64("minor", struct oci_weight_device, minor, .required = true),
	WEIGHT("weight", struct oci_weight_device, weight),
	WEIGHT("leafWeight", struct oci_weight_device, leaf_weight),
};
static const struct json_table weight_device_table = {
	JSON_TABLE(weight_device_properties),
	.section = "config-linux.md, \"Block IO\"",
};

static const struct json_property throttle_device_properties[] = {
	JSON_I64("major", struct oci_throttle_device, major, .required = true),
	JSON_I64("minor", struct oci_throttle_device, minor, .required = true),
	JSON_OPTIONAL_U64("rate", struct oci_throttle_device, rate, .required = true),
};
static const struct json_table throttle_device_table = {
	JSON_TABLE(throttle_device_properties),
	.section = "config-linux.md, \"Block IO\"",
};

#define THROTTLE(name, member) \
	JSON_OBJECTS(name, struct oci_block_io, member.items, member.length, throttle_device_table)
static const struct json_property block_io_properties[] = {
	WEIGHT("weight", struct oci_block_io, weight),
	WEIGHT("leafWeight", struct oci_block_io, leaf_weight),
	JSON_OBJECTS("weightDevice", struct oci_block_io, weight_device, weight_device_length,
		weight_device_table),
	THROTTLE("throttleReadBpsDevice", throttle_read_bps_device),
	THROTTLE("throttleWriteBpsDevice", throttle_write_bps_device),
	THROTTLE("throttleReadIOPSDevice", throttle_read_iops_device),
	THROTTLE("throttleWriteIOPSDevice", throttle_write_iops_device),
};
static const struct json_table block_io_table = { JSON_TABLE(block_io_properties) };

static const struct json_property hugepage_limit_properties[] = {
	JSON_STRING("pageSize", struct oci_hugepage_limit, page_size, .required = true),
	JSON_U64("limit", struct oci_hugepage_limit, limit, .required = true),
};
static const struct json_table hugepage_limit_table = {
	JSON_TABLE(hugepage_limit_properties),
	.section = "config-linux.md, \"Huge page limits\"",
};

static const struct json_property network_priority_properties[] = {
	JSON_STRING("name", struct oci_network_priority, name, .required = true),
	JSON_U32("priority", struct oci_network_priority, priority, .required = true),
};
static const struct json_table network_priority_table = {
	JSON_TABLE(network_priority_properties),
	.section = "config-linux.md, \"Network\"",
};

static const struct json_property network_properties[] = {
	JSON_OPTIONAL_U32("classID", struct oci_network, class_id),
	JSON_OBJECTS("priorities", struct oci_network, priorities, priorities_length,
		network_priority_table),
};
static const struct json_table network_table = { JSON_TABLE(network_properties) };

static const struct json_property pids_properties[] = {
	JSON_OPTIONAL_I64("limit", struct oci_pids, limit, .required = true),
};
static const struct json_table pids_table = {
	JSON_TABLE(pids_properties),
	.section = "config-linux.md, \"PIDs\"",
};

static const struct json_property rdma_properties[] = {
	JSON_OPTIONAL_U32("hcaHandles", struct oci_rdma, hca_handles),
	JSON_OPTIONAL_U32("hcaObjects", struct oci_rdma, hca_objects),
};
static const struct json_table rdma_table = { JSON_TABLE(rdma_properties) };

static const struct json_property resources_properties[] = {
	JSON_OBJECTS("devices", struct oci_resources, devices, devices_length, device_rule_table),
	JSON_OBJECT("memory", struct oci_resources, memory, memory_table),
	JSON_OBJECT("cpu", struct oci_resources, cpu, cpu_table),
	JSON_OBJECT("blockIO", struct oci_resources, block_io, block_io_table),
	JSON_OBJECTS("hugepageLimits", struct oci_resources, hugepage_limits,
		hugepage_limits_length, hugepage_limit_table),
	JSON_OBJECT("network", struct oci_resources, network, network_table),
	JSON_OBJECT("pids", struct oci_resources, pids, pids_table),
	JSON_NAMED_OBJECTS(
		"rdma", struct oci_resources, rdma, rdma_length, rdma_table, struct oci_rdma),
	JSON_MAP("unified", struct oci_resources, unified),
};
const struct json_table oci_resources_table = {
	JSON_TABLE(resources_properties),
	.begins_with_set = true,
};
