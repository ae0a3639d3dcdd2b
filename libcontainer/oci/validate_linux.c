/* SPDX-License-Identifier: Apache-2.0 */
/* config-linux.md: devices, paths, and what else has no file of its own. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "linux/attributes_list.h"
#include "oci/validate_rules.h"

/* A dev_t of the kernel has 12 bits of major and 20 bits of minor number. */
#define DEVICE_MAJOR_MAX 4095
#define DEVICE_MINOR_MAX 1048575

static int validate_device_number(const char *where, const char *property,
	const struct oci_i64 *number, int64_t max, struct error *err)
{
	if (!number->set)
		return error_set(
			err, EINVAL, "%s.%s: is required for a device node", where, property);
	if (number->value < 0 || number->value > max)
		return error_set(err, EINVAL, "%s.%s: %" PRId64 " is outside of 0 to %" PRId64,
			where, property, number->value, max);
	return 0;
}

static int validate_device(size_t index, const struct oci_device *device, struct error *err)
{
	char where[VALIDATE_WHERE_SIZE], path[VALIDATE_WHERE_SIZE];

	snprintf(where, sizeof(where), "linux.devices[%zu]", index);
	snprintf(path, sizeof(path), "linux.devices[%zu].path", index);
	if (validate_absolute(path, device->path, err) < 0)
		return -1;
	if (!device->type || !strchr("bcup", device->type))
		return error_set(err, EINVAL, "%s.type: is not one of b, c, u, p", where);
	if (device->type != 'p' && (validate_device_number(where, "major", &device->major,
					    DEVICE_MAJOR_MAX, err) < 0 ||
					   validate_device_number(where, "minor", &device->minor,
						   DEVICE_MINOR_MAX, err) < 0))
		return -1;
	/* podman gives the whole st_mode. */
	if (device->file_mode.set && (device->file_mode.value & ~(uint32_t)(S_IFMT | 07777)))
		return error_set(err, EINVAL,
			"%s.fileMode: %" PRIu32 " (0%" PRIo32 ") has more than permission bits",
			where, device->file_mode.value, device->file_mode.value);
	return 0;
}

static bool device_same(const struct oci_device *a, const struct oci_device *b)
{
	/* 'u' is an old name of 'c'. */
	char a_type = a->type == 'u' ? 'c' : a->type, b_type = b->type == 'u' ? 'c' : b->type;

	return a_type == b_type && (a_type == 'p' || (a->major.value == b->major.value &&
							     a->minor.value == b->minor.value));
}

int validate_devices(const struct oci_config *config, struct error *err)
{
	const struct oci_device *devices = config->linux_.devices;
	size_t count = config->linux_.devices_length;
	cleanup_free struct validate_name *names = validate_names_new(count);

	for (size_t i = 0; i < count; i++) {
		if (validate_device(i, &devices[i], err) < 0)
			return -1;
		names[i] = (struct validate_name){ devices[i].path, i };
	}
	validate_names_sort(names, count);
	for (size_t i = 1; i < count; i++) {
		/* The same device twice does no harm; two devices cannot be at one path. */
		if (strcmp(names[i - 1].name, names[i].name) == 0 &&
			!device_same(&devices[names[i - 1].index], &devices[names[i].index]))
			return error_set(err, EINVAL,
				"linux.devices[%zu].path: '%s' is another device already, "
				"linux.devices[%zu]",
				names[i].index, names[i].name, names[i - 1].index);
	}
	return 0;
}

int validate_net_devices(const struct oci_config *config, struct error *err)
{
	size_t count = config->linux_.net_devices_length;
	cleanup_free struct validate_name *names = validate_names_new(count);

	if (count > 0 && !oci_config_namespace(config, OCI_NAMESPACE_NETWORK))
		return error_set(err, EINVAL,
			"linux.netDevices: needs {\"type\": \"network\"} in linux.namespaces, the "
			"devices are moved there");
	for (size_t i = 0; i < count; i++) {
		const struct oci_net_device *device = &config->linux_.net_devices[i];
		const char *name = device->container_name ? device->container_name : device->name;
		char where[VALIDATE_WHERE_SIZE];

		if (validate_interface("linux.netDevices", device->name, err) < 0)
			return -1;
		snprintf(where, sizeof(where), "linux.netDevices.%s.name", device->name);
		if (validate_interface(where, name, err) < 0)
			return -1;
		names[i] = (struct validate_name){ name, i };
	}
	validate_names_sort(names, count);
	for (size_t i = 1; i < count; i++) {
		/* Of a template ("eth%d") the kernel makes as many names as are asked for. */
		if (strcmp(names[i - 1].name, names[i].name) == 0 && !strchr(names[i].name, '%'))
			return error_set(err, EINVAL,
				"linux.netDevices: two devices would have the name '%s' in the "
				"container",
				names[i].name);
	}
	return 0;
}

int validate_cgroups_path(const struct oci_config *config, struct error *err)
{
	const char *path = config->linux_.cgroups_path;

	for (const char *part = path; part; part = strchr(part, '/')) {
		part += strspn(part, "/");
		if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
			return error_set(err, EINVAL,
				"linux.cgroupsPath: '%s' has a '..' in it, which would leave the "
				"place it is relative to",
				path);
	}
	return 0;
}

int validate_intel_rdt(const struct oci_config *config, struct error *err)
{
	const struct oci_linux *linux_ = &config->linux_;
	const struct {
		const char *property;
		bool given;
	} fields[] = {
		{ "closID", linux_->intel_rdt.clos_id != NULL },
		{ "schemata", linux_->intel_rdt.schemata.length > 0 },
		{ "l3CacheSchema", linux_->intel_rdt.l3_cache_schema != NULL },
		{ "memBwSchema", linux_->intel_rdt.mem_bw_schema != NULL },
		{ "enableMonitoring", linux_->intel_rdt.enable_monitoring.value },
	};

	for (size_t i = 0; linux_->intel_rdt.set && i < ARRAY_LENGTH(fields); i++) {
		if (fields[i].given)
			return error_set(err, ENOTSUP,
				"linux.intelRdt.%s: resctrl is not supported by this runtime",
				fields[i].property);
	}
	return 0;
}

/* set_mempolicy(2): which modes are with nodes, and which cannot be. */
static int validate_memory_nodes(const char *mode, const char *nodes, struct error *err)
{
	static const char *const with[] = { "MPOL_BIND", "MPOL_INTERLEAVE",
		"MPOL_WEIGHTED_INTERLEAVE", "MPOL_PREFERRED_MANY" };
	static const char *const without[] = { "MPOL_DEFAULT", "MPOL_LOCAL" };
	bool given = nodes && *nodes;
	struct attributes_bits bits;

	for (size_t i = 0; !given && i < ARRAY_LENGTH(with); i++) {
		if (text_equal(mode, with[i]))
			return error_set(
				err, EINVAL, "linux.memoryPolicy.nodes: is required with %s", mode);
	}
	for (size_t i = 0; given && i < ARRAY_LENGTH(without); i++) {
		if (text_equal(mode, without[i]))
			return error_set(
				err, EINVAL, "linux.memoryPolicy.nodes: does not go with %s", mode);
	}
	return given ? attributes_parse_list(nodes, "linux.memoryPolicy.nodes", &bits, err) : 0;
}

int validate_memory_policy(const struct oci_config *config, struct error *err)
{
	static const char *const modes[] = { "MPOL_DEFAULT", "MPOL_BIND", "MPOL_INTERLEAVE",
		"MPOL_WEIGHTED_INTERLEAVE", "MPOL_PREFERRED", "MPOL_PREFERRED_MANY", "MPOL_LOCAL",
		NULL };
	static const char *const flags[] = { "MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES",
		"MPOL_F_STATIC_NODES", NULL };
	const struct oci_linux *linux_ = &config->linux_;

	if (!linux_->memory_policy.set)
		return 0;
	if (validate_one_of("linux.memoryPolicy.mode", linux_->memory_policy.mode, modes, err) <
			0 ||
		validate_each_one_of(
			"linux.memoryPolicy.flags", &linux_->memory_policy.flags, flags, err) < 0)
		return -1;
	return validate_memory_nodes(linux_->memory_policy.mode, linux_->memory_policy.nodes, err);
}

int validate_rootfs_propagation(const struct oci_config *config, struct error *err)
{
	/* The specification has the first four; engines know the recursive ones from mount(8). */
	static const char *const names[] = { "private", "shared", "slave", "unbindable", "rprivate",
		"rshared", "rslave", "runbindable", NULL };
	const char *propagation = config->linux_.rootfs_propagation;

	if (!propagation || !*propagation)
		return 0;
	return validate_one_of("linux.rootfsPropagation", propagation, names, err);
}

int validate_masked_paths(const struct oci_config *config, struct error *err)
{
	return validate_each_absolute("linux.maskedPaths", &config->linux_.masked_paths, err);
}

int validate_readonly_paths(const struct oci_config *config, struct error *err)
{
	return validate_each_absolute("linux.readonlyPaths", &config->linux_.readonly_paths, err);
}

int validate_personality(const struct oci_config *config, struct error *err)
{
	static const char *const domains[] = { "LINUX", "LINUX32", NULL };
	const struct oci_linux *linux_ = &config->linux_;

	if (!linux_->personality.set)
		return 0;
	if (linux_->personality.flags.length > 0)
		return error_set(err, ENOTSUP,
			"linux.personality.flags: '%s' is unknown, the specification has no flag "
			"yet",
			linux_->personality.flags.items[0]);
	return validate_one_of(
		"linux.personality.domain", linux_->personality.domain, domains, err);
}
