/* SPDX-License-Identifier: Apache-2.0 */
/* The `linux` object (config-linux.md); its resources and seccomp have files of their own. */
#include <errno.h>
#include <string.h>

#include "oci/config_tables.h"

static const struct json_property namespace_properties[] = {
	JSON_ENUM("type", struct oci_namespace, type, oci_namespace_names, OCI_NAMESPACE_COUNT,
		.required = true),
	JSON_STRING("path", struct oci_namespace, path),
};
static const struct json_table namespace_table = {
	JSON_TABLE(namespace_properties),
	.section = "config-linux.md, \"Namespaces\"",
};

static const struct json_property device_properties[] = {
	JSON_CHAR("type", struct oci_device, type, .required = true),
	JSON_STRING("path", struct oci_device, path, .required = true),
	JSON_OPTIONAL_I64("major", struct oci_device, major),
	JSON_OPTIONAL_I64("minor", struct oci_device, minor),
	JSON_OPTIONAL_U32("fileMode", struct oci_device, file_mode),
	JSON_OPTIONAL_U32("uid", struct oci_device, uid),
	JSON_OPTIONAL_U32("gid", struct oci_device, gid),
};
static const struct json_table device_table = {
	JSON_TABLE(device_properties),
	.section = "config-linux.md, \"Devices\"",
};

static const struct json_property net_device_properties[] = {
	JSON_STRING("name", struct oci_net_device, container_name),
};
static const struct json_table net_device_table = { JSON_TABLE(net_device_properties) };

static const struct json_property intel_rdt_properties[] = {
	JSON_STRING("closID", struct oci_intel_rdt, clos_id),
	JSON_STRINGS("schemata", struct oci_intel_rdt, schemata),
	JSON_STRING("l3CacheSchema", struct oci_intel_rdt, l3_cache_schema),
	JSON_STRING("memBwSchema", struct oci_intel_rdt, mem_bw_schema),
	JSON_OPTIONAL_BOOL("enableMonitoring", struct oci_intel_rdt, enable_monitoring),
};
static const struct json_table intel_rdt_table = {
	JSON_TABLE(intel_rdt_properties),
	.begins_with_set = true,
};

static const struct json_property memory_policy_properties[] = {
	JSON_STRING("mode", struct oci_memory_policy, mode, .required = true),
	JSON_STRING("nodes", struct oci_memory_policy, nodes),
	JSON_STRINGS("flags", struct oci_memory_policy, flags),
};
static const struct json_table memory_policy_table = {
	JSON_TABLE(memory_policy_properties),
	.begins_with_set = true,
	.section = "config-linux.md, \"Memory policy\"",
};

static const struct json_property personality_properties[] = {
	JSON_STRING("domain", struct oci_personality, domain, .required = true),
	JSON_STRINGS("flags", struct oci_personality, flags),
};
static const struct json_table personality_table = {
	JSON_TABLE(personality_properties),
	.begins_with_set = true,
	.section = "config-linux.md, \"Personality\"",
};

static const struct json_property time_offset_properties[] = {
	JSON_I64("secs", struct oci_time_offset, secs),
	JSON_U32("nanosecs", struct oci_time_offset, nanosecs),
};
static const struct json_table time_offset_table = {
	JSON_TABLE(time_offset_properties),
	.begins_with_set = true,
};

/* A clock is named to be shifted; ignoring the name would start a program at the wrong time. */
static int unknown_clock(const char *name, struct error *err)
{
	static const struct {
		const char *name, *clock;
	} unshiftable[] = {
		{ "realtime", "CLOCK_REALTIME" },
		{ "tai", "CLOCK_TAI" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(unshiftable); i++) {
		if (strcmp(name, unshiftable[i].name) == 0)
			return error_set(err, EINVAL,
				"Linux has no namespace for %s; a program sees another wall clock "
				"through libfaketime",
				unshiftable[i].clock);
	}
	return error_set(err, EINVAL,
		"unknown clock; Linux has offsets for \"monotonic\" and \"boottime\" alone");
}

static const struct json_property time_offsets_properties[] = {
	JSON_OBJECT("monotonic", struct oci_time_offsets, monotonic, time_offset_table),
	JSON_OBJECT("boottime", struct oci_time_offsets, boottime, time_offset_table),
};
static const struct json_table time_offsets_table = {
	JSON_TABLE(time_offsets_properties),
	.begins_with_set = true,
	.unknown = unknown_clock,
};

static const struct json_property linux_properties[] = {
	JSON_OBJECTS(
		"namespaces", struct oci_linux, namespaces, namespaces_length, namespace_table),
	JSON_OBJECTS("uidMappings", struct oci_linux, uid_mappings.items, uid_mappings.length,
		oci_id_mapping_table),
	JSON_OBJECTS("gidMappings", struct oci_linux, gid_mappings.items, gid_mappings.length,
		oci_id_mapping_table),
	JSON_OBJECT("timeOffsets", struct oci_linux, time_offsets, time_offsets_table),
	JSON_OBJECTS("devices", struct oci_linux, devices, devices_length, device_table),
	JSON_NAMED_OBJECTS("netDevices", struct oci_linux, net_devices, net_devices_length,
		net_device_table, struct oci_net_device),
	JSON_STRING("cgroupsPath", struct oci_linux, cgroups_path),
	JSON_OBJECT("resources", struct oci_linux, resources, oci_resources_table),
	JSON_OBJECT("intelRdt", struct oci_linux, intel_rdt, intel_rdt_table),
	JSON_OBJECT("memoryPolicy", struct oci_linux, memory_policy, memory_policy_table),
	JSON_MAP("sysctl", struct oci_linux, sysctl),
	JSON_OBJECT("seccomp", struct oci_linux, seccomp, oci_seccomp_table),
	JSON_STRING("rootfsPropagation", struct oci_linux, rootfs_propagation),
	JSON_STRINGS("maskedPaths", struct oci_linux, masked_paths),
	JSON_STRINGS("readonlyPaths", struct oci_linux, readonly_paths),
	JSON_STRING("mountLabel", struct oci_linux, mount_label),
	JSON_OBJECT("personality", struct oci_linux, personality, personality_table),
};
const struct json_table oci_linux_table = {
	JSON_TABLE(linux_properties),
	.begins_with_set = true,
};
