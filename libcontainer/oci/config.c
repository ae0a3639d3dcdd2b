/* SPDX-License-Identifier: Apache-2.0 */
/* config.json: what every platform has (config.md), and the functions of config.h. */
#include "oci/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "oci/config_tables.h"

static const struct json_property root_properties[] = {
	JSON_STRING("path", struct oci_root, path, .required = true),
	JSON_BOOL("readonly", struct oci_root, readonly),
};
static const struct json_table root_table = {
	JSON_TABLE(root_properties),
	.begins_with_set = true,
	.section = "config.md, \"Root\"",
};

static const struct json_property id_mapping_properties[] = {
	JSON_U32("containerID", struct oci_id_mapping, container_id, .required = true),
	JSON_U32("hostID", struct oci_id_mapping, host_id, .required = true),
	JSON_U32("size", struct oci_id_mapping, size, .required = true),
};
const struct json_table oci_id_mapping_table = {
	JSON_TABLE(id_mapping_properties),
	.section = "config-linux.md, \"User namespace mappings\"",
};

static const struct json_property mount_properties[] = {
	JSON_STRING("destination", struct oci_mount, destination, .required = true),
	JSON_STRING("source", struct oci_mount, source),
	JSON_STRINGS("options", struct oci_mount, options),
	JSON_STRING("type", struct oci_mount, type),
	JSON_OBJECTS("uidMappings", struct oci_mount, uid_mappings.items, uid_mappings.length,
		oci_id_mapping_table),
	JSON_OBJECTS("gidMappings", struct oci_mount, gid_mappings.items, gid_mappings.length,
		oci_id_mapping_table),
};
static const struct json_table mount_table = {
	JSON_TABLE(mount_properties),
	.section = "config.md, \"Mounts\"",
};

static const struct json_property hook_properties[] = {
	JSON_STRING("path", struct oci_hook, path, .required = true),
	JSON_STRINGS("args", struct oci_hook, args),
	JSON_STRINGS("env", struct oci_hook, env),
	JSON_OPTIONAL_I64("timeout", struct oci_hook, timeout),
};
static const struct json_table hook_table = {
	JSON_TABLE(hook_properties),
	.section = "config.md, \"POSIX-platform Hooks\"",
};

#define HOOKS(name, member) \
	JSON_OBJECTS(name, struct oci_hooks, member.items, member.length, hook_table)
static const struct json_property hooks_properties[] = {
	HOOKS("prestart", prestart),
	HOOKS("createRuntime", create_runtime),
	HOOKS("createContainer", create_container),
	HOOKS("startContainer", start_container),
	HOOKS("poststart", poststart),
	HOOKS("poststop", poststop),
};
static const struct json_table hooks_table = { JSON_TABLE(hooks_properties) };

static const struct json_property config_properties[] = {
	JSON_STRING("ociVersion", struct oci_config, oci_version, .required = true),
	JSON_OBJECT("root", struct oci_config, root, root_table),
	JSON_OBJECTS("mounts", struct oci_config, mounts, mounts_length, mount_table),
	JSON_OBJECT("process", struct oci_config, process, oci_process_table),
	JSON_STRING("hostname", struct oci_config, hostname),
	JSON_STRING("domainname", struct oci_config, domainname),
	JSON_OBJECT("hooks", struct oci_config, hooks, hooks_table),
	JSON_MAP("annotations", struct oci_config, annotations),
	JSON_OBJECT("linux", struct oci_config, linux_, oci_linux_table),
	JSON_FOREIGN("windows", "windows"),
	JSON_FOREIGN("solaris", "solaris"),
	JSON_FOREIGN("vm", "vm"),
	JSON_FOREIGN("zos", "zos"),
	JSON_FOREIGN("freebsd", "freebsd"),
};
const struct json_table oci_config_table = {
	JSON_TABLE(config_properties),
	.section = "config.md, \"Specification version\"",
};

const char *const oci_namespace_names[OCI_NAMESPACE_COUNT] = {
	[OCI_NAMESPACE_MOUNT] = "mount",
	[OCI_NAMESPACE_PID] = "pid",
	[OCI_NAMESPACE_NETWORK] = "network",
	[OCI_NAMESPACE_UTS] = "uts",
	[OCI_NAMESPACE_IPC] = "ipc",
	[OCI_NAMESPACE_USER] = "user",
	[OCI_NAMESPACE_CGROUP] = "cgroup",
	[OCI_NAMESPACE_TIME] = "time",
};

static struct oci_config *config_new(void)
{
	struct oci_config *config = calloc(1, sizeof(*config));

	if (!config)
		fatal_out_of_memory();
	return config;
}

/* `object` is *parsed or a part of it. */
static int config_read(struct oci_config *parsed, const struct json_table *table, void *object,
	const char *data, size_t length, struct oci_config **config, struct error *err)
{
	if (length > OCI_CONFIG_SIZE_MAX) {
		oci_config_free(parsed);
		return error_set(err, EFBIG, "%zu bytes are more than the %zu that are read",
			length, OCI_CONFIG_SIZE_MAX);
	}
	if (json_read(data, length, table, object, &parsed->arena, &parsed->foreign_platform, err) <
		0) {
		oci_config_free(parsed);
		return -1;
	}
	*config = parsed;
	return 0;
}

int oci_config_parse(const char *data, size_t length, struct oci_config **config, struct error *err)
{
	struct oci_config *parsed = config_new();

	return config_read(parsed, &oci_config_table, parsed, data, length, config, err);
}

int oci_process_parse(
	const char *data, size_t length, struct oci_config **config, struct error *err)
{
	struct oci_config *parsed = config_new();

	return config_read(parsed, &oci_process_table, &parsed->process, data, length, config, err);
}

int oci_resources_parse(
	const char *data, size_t length, struct oci_config **config, struct error *err)
{
	struct oci_config *parsed = config_new();

	return config_read(
		parsed, &oci_resources_table, &parsed->linux_.resources, data, length, config, err);
}

void oci_config_free(struct oci_config *config)
{
	if (!config)
		return;
	arena_free(&config->arena);
	free(config);
}

void oci_config_cleanup(struct oci_config **config)
{
	oci_config_free(*config);
	*config = NULL;
}

const char *oci_config_annotation(const struct oci_config *config, const char *key)
{
	for (size_t i = 0; i < config->annotations.length; i++) {
		if (strcmp(config->annotations.items[i].key, key) == 0)
			return config->annotations.items[i].value;
	}
	return NULL;
}

const struct oci_namespace *oci_config_namespace(
	const struct oci_config *config, enum oci_namespace_type type)
{
	const struct oci_linux *platform = &config->linux_;

	for (size_t i = 0; i < platform->namespaces_length; i++) {
		if (platform->namespaces[i].type == type)
			return &platform->namespaces[i];
	}
	return NULL;
}
