/* SPDX-License-Identifier: Apache-2.0 */
/* Validation: the table of all rules with their sections, and the rules of the document's top. */
#include "oci/validate.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "oci/validate_rules.h"

#define CONTAINER_ID_SIZE_MAX 255
#define UTS_NAME_SIZE_MAX 64 /* __NEW_UTS_LEN of the kernel */

/* A number as Semantic Versioning has it: no leading zero. */
static bool version_number(const char **next, unsigned long *number)
{
	const char *digits = *next;

	*number = 0;
	for (; isdigit((unsigned char)**next); (*next)++) {
		if (*next - digits >= 9)
			return false;
		*number = *number * 10 + (unsigned long)(**next - '0');
	}
	return *next > digits && (*digits != '0' || *next == digits + 1);
}

/* The part after '-' or '+': dot-separated identifiers, none of them empty. */
static bool version_suffix(const char **next)
{
	bool empty = true;

	for (;; (*next)++) {
		bool dot = **next == '.';

		if (!dot && **next != '-' && !isalnum((unsigned char)**next))
			return !empty;
		if (dot && empty)
			return false;
		empty = dot;
	}
}

static bool version_parse(const char *text, unsigned long number[3])
{
	for (size_t i = 0; i < 3; i++) {
		if ((i > 0 && *text++ != '.') || !version_number(&text, &number[i]))
			return false;
	}
	if (*text == '-' && (text++, !version_suffix(&text)))
		return false;
	if (*text == '+' && (text++, !version_suffix(&text)))
		return false;
	return *text == '\0';
}

static int validate_oci_version(const struct oci_config *config, struct error *err)
{
	unsigned long number[3];

	if (validate_not_empty("ociVersion", config->oci_version, err) < 0)
		return -1;
	if (!version_parse(config->oci_version, number))
		return error_set(err, EINVAL,
			"ociVersion: '%s' is not a version of the form 1.2.3 (semver.org)",
			config->oci_version);
	if (number[0] != 1)
		return error_set(err, ENOTSUP,
			"ociVersion: '%s' is not supported, only the versions 1.x are",
			config->oci_version);
	return 0;
}

/* Sections of other platforms are not for us to look at, unless there is no other one. */
static int validate_platform(const struct oci_config *config, struct error *err)
{
	if (!config->foreign_platform || config->linux_.set)
		return 0;
	return error_set(err, ENOTSUP, "%s: is for another platform, and there is no linux section",
		config->foreign_platform);
}

static int validate_root(const struct oci_config *config, struct error *err)
{
	if (!config->root.set)
		return error_set(err, EINVAL, "root: is required on Linux");
	return validate_not_empty("root.path", config->root.path, err);
}

/* A name of the UTS namespace. Engines write "" for none. */
static int validate_uts_name(
	const struct oci_config *config, const char *where, const char *name, struct error *err)
{
	size_t length = name ? strlen(name) : 0;

	if (length == 0)
		return 0;
	if (length > UTS_NAME_SIZE_MAX)
		return error_set(err, EINVAL, "%s: has %zu bytes, more than the kernel's %d", where,
			length, UTS_NAME_SIZE_MAX);
	if (!oci_config_namespace(config, OCI_NAMESPACE_UTS))
		return error_set(err, EINVAL,
			"%s: needs {\"type\": \"uts\"} in linux.namespaces, or it would rename the "
			"host",
			where);
	return 0;
}

static int validate_hostname(const struct oci_config *config, struct error *err)
{
	return validate_uts_name(config, "hostname", config->hostname, err);
}

static int validate_domainname(const struct oci_config *config, struct error *err)
{
	return validate_uts_name(config, "domainname", config->domainname, err);
}

static int validate_hook(const char *where, const struct oci_hook *hook, struct error *err)
{
	char path[VALIDATE_WHERE_SIZE];

	snprintf(path, sizeof(path), "%s.path", where);
	if (validate_absolute(path, hook->path, err) < 0)
		return -1;
	if (hook->timeout.set && hook->timeout.value <= 0)
		return error_set(err, EINVAL, "%s.timeout: %lld is not above 0 seconds", where,
			(long long)hook->timeout.value);
	return 0;
}

static int validate_hooks(const struct oci_config *config, struct error *err)
{
	const struct {
		const char *name;
		const struct oci_hook_list *list;
	} kinds[] = {
		{ "prestart", &config->hooks.prestart },
		{ "createRuntime", &config->hooks.create_runtime },
		{ "createContainer", &config->hooks.create_container },
		{ "startContainer", &config->hooks.start_container },
		{ "poststart", &config->hooks.poststart },
		{ "poststop", &config->hooks.poststop },
	};
	char where[VALIDATE_WHERE_SIZE - sizeof(".path")];

	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		for (size_t j = 0; j < kinds[i].list->length; j++) {
			snprintf(where, sizeof(where), "hooks.%s[%zu]", kinds[i].name, j);
			if (validate_hook(where, &kinds[i].list->items[j], err) < 0)
				return -1;
		}
	}
	return 0;
}

static int validate_annotations(const struct oci_config *config, struct error *err)
{
	for (size_t i = 0; i < config->annotations.length; i++) {
		if (!*config->annotations.items[i].key)
			return error_set(err, EINVAL, "annotations: a key is empty");
	}
	return 0;
}

struct validate_rule {
	const char *section;
	int (*check)(const struct oci_config *config, struct error *err);
};

static int validate_by_rules(const struct oci_config *config, const struct validate_rule *rules,
	size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (rules[i].check(config, err) == 0)
			continue;
		log_debug("the config does not follow %s", rules[i].section);
		return -1;
	}
	return 0;
}

/* In the order of the specification; what a rule takes for granted is checked above it. */
static const struct validate_rule resources_rules[] = {
	{ "config-linux.md, Allowed Device list", validate_device_rules },
	{ "config-linux.md, Control groups", validate_resource_ranges },
	{ "config-linux.md, Memory", validate_memory },
	{ "config-linux.md, CPU", validate_cpu },
	{ "config-linux.md, Block IO", validate_block_io },
	{ "config-linux.md, Huge page limits", validate_hugepage_limits },
	{ "config-linux.md, Network", validate_network },
	{ "config-linux.md, RDMA", validate_rdma },
	{ "config-linux.md, Unified", validate_unified },
};

int oci_resources_validate(const struct oci_config *config, struct error *err)
{
	return validate_by_rules(config, resources_rules, ARRAY_LENGTH(resources_rules), err);
}

/* Likewise. */
static const struct validate_rule validate_rules[] = {
	{ "config.md, Specification version", validate_oci_version },
	{ "config.md, Platform-specific configuration", validate_platform },
	{ "config.md, Root", validate_root },
	{ "config-linux.md, Namespaces", validate_namespaces },
	{ "config.md, Mounts", validate_mounts },
	{ "config.md, Process", validate_process },
	{ "config.md, Hostname", validate_hostname },
	{ "config.md, Domainname", validate_domainname },
	{ "config.md, POSIX-platform Hooks", validate_hooks },
	{ "config.md, Annotations", validate_annotations },
	{ "config-linux.md, User namespace mappings", validate_id_mappings },
	{ "config-linux.md, Offset for Time Namespace", validate_time_offsets },
	{ "config-linux.md, Devices", validate_devices },
	{ "config-linux.md, Network Devices", validate_net_devices },
	{ "config-linux.md, Cgroups Path", validate_cgroups_path },
	{ "config-linux.md, Control groups", oci_resources_validate },
	{ "config-linux.md, Memory", validate_memory_swap },
	{ "config-linux.md, IntelRdt", validate_intel_rdt },
	{ "config-linux.md, Memory policy", validate_memory_policy },
	{ "config-linux.md, Sysctl", validate_sysctl },
	{ "config-linux.md, Seccomp", validate_seccomp },
	{ "config-linux.md, Rootfs Mount Propagation", validate_rootfs_propagation },
	{ "config-linux.md, Masked Paths", validate_masked_paths },
	{ "config-linux.md, Readonly Paths", validate_readonly_paths },
	{ "config-linux.md, Personality", validate_personality },
};

int oci_config_validate(const struct oci_config *config, struct error *err)
{
	return validate_by_rules(config, validate_rules, ARRAY_LENGTH(validate_rules), err);
}

int oci_container_id_validate(const char *id, struct error *err)
{
	size_t length = strlen(id);

	if (length == 0)
		return error_set(err, EINVAL, "container id: is empty");
	if (length > CONTAINER_ID_SIZE_MAX)
		return error_set(err, EINVAL, "container id: has %zu bytes, more than %d", length,
			CONTAINER_ID_SIZE_MAX);
	if (*id == '.')
		return error_set(err, EINVAL, "container id: '%s' begins with a dot", id);
	for (size_t i = 0; i < length; i++) {
		if (!isascii((unsigned char)id[i]) ||
			(!isalnum((unsigned char)id[i]) && !strchr("_+.-", id[i])))
			return error_set(err, EINVAL,
				"container id: byte %zu of '%s' is not a letter, a digit or one of "
				"_ + . -",
				i + 1, id);
	}
	return 0;
}
