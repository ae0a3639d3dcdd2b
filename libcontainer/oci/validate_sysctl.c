/* SPDX-License-Identifier: Apache-2.0 */
/* config-linux.md, "Sysctl": only what belongs to a namespace of the container may be set. */
#include <errno.h>
#include <string.h>

#include "oci/validate_rules.h"

/* A key, or with a dot at the end all keys that begin so, and the namespace that has it. */
static const struct {
	const char *key;
	enum oci_namespace_type type;
} sysctl_namespaces[] = {
	{ "fs.mqueue.", OCI_NAMESPACE_IPC },
	{ "kernel.auto_msgmni", OCI_NAMESPACE_IPC },
	{ "kernel.domainname", OCI_NAMESPACE_UTS },
	{ "kernel.msg_next_id", OCI_NAMESPACE_IPC },
	{ "kernel.msgmax", OCI_NAMESPACE_IPC },
	{ "kernel.msgmnb", OCI_NAMESPACE_IPC },
	{ "kernel.msgmni", OCI_NAMESPACE_IPC },
	{ "kernel.sem", OCI_NAMESPACE_IPC },
	{ "kernel.sem_next_id", OCI_NAMESPACE_IPC },
	{ "kernel.shm_next_id", OCI_NAMESPACE_IPC },
	{ "kernel.shm_rmid_forced", OCI_NAMESPACE_IPC },
	{ "kernel.shmall", OCI_NAMESPACE_IPC },
	{ "kernel.shmmax", OCI_NAMESPACE_IPC },
	{ "kernel.shmmni", OCI_NAMESPACE_IPC },
	{ "net.", OCI_NAMESPACE_NETWORK },
	{ "user.", OCI_NAMESPACE_USER },
};

/*
 * sysctl(8): the first separator of a key decides whether '.' or '/' is one; the other one stands
 * for a dot in a name ("net/ipv4/conf/eth0.1/forwarding").
 */
static char sysctl_separator(const char *key)
{
	size_t first = strcspn(key, "./");

	return key[first] == '/' ? '/' : '.';
}

/* Whether every component has a name: "", "." and ".." would lead elsewhere under /proc/sys. */
static bool sysctl_key_right(const char *key, char separator)
{
	for (;;) {
		const char *end = strchrnul(key, separator);
		size_t length = (size_t)(end - key);

		/* In either form the name would be "." or ".." when nothing else is in it. */
		if (strspn(key, "./") >= length)
			return false;
		if (*end == '\0')
			return true;
		key = end + 1;
	}
}

static bool sysctl_matches(const char *key, char separator, const char *pattern)
{
	for (; *pattern; key++, pattern++) {
		if (*key != (*pattern == '.' ? separator : *pattern))
			return false;
	}
	return *key == '\0' || pattern[-1] == '.';
}

static int validate_sysctl_key(const struct oci_config *config, const char *key, struct error *err)
{
	char separator = sysctl_separator(key);

	if (!sysctl_key_right(key, separator))
		return error_set(err, EINVAL, "linux.sysctl.%s: is not the name of a sysctl", key);
	if (sysctl_matches(key, separator, "kernel.hostname"))
		return error_set(
			err, EINVAL, "linux.sysctl.%s: is what the property hostname is for", key);
	for (size_t i = 0; i < ARRAY_LENGTH(sysctl_namespaces); i++) {
		if (!sysctl_matches(key, separator, sysctl_namespaces[i].key))
			continue;
		if (oci_config_namespace(config, sysctl_namespaces[i].type))
			return 0;
		return error_set(err, EINVAL,
			"linux.sysctl.%s: needs {\"type\": \"%s\"} in linux.namespaces, or it "
			"would "
			"change the host",
			key, oci_namespace_names[sysctl_namespaces[i].type]);
	}
	return error_set(err, EINVAL,
		"linux.sysctl.%s: belongs to no namespace, it would change the host", key);
}

int validate_sysctl(const struct oci_config *config, struct error *err)
{
	const struct oci_map *sysctl = &config->linux_.sysctl;

	for (size_t i = 0; i < sysctl->length; i++) {
		if (validate_sysctl_key(config, sysctl->items[i].key, err) < 0)
			return -1;
	}
	return 0;
}
