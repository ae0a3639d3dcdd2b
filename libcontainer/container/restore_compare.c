/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The restored container's mounts, held against those that create makes of the same config.json. Who has CAP_SYS_ADMIN
 * may have changed them all: then there is nothing to hold them against.
 */
#include "container/restore_check.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "container/outside.h"

/* What can be said of a mount point by config.json. */
static const char *compare_property(const struct oci_config *config, const char *point)
{
	const struct oci_linux *linux_ = &config->linux_;

	if (text_equal(point, "/"))
		return "root";
	for (size_t i = 0; i < linux_->masked_paths.length; i++)
		if (text_equal(linux_->masked_paths.items[i], point))
			return "linux.maskedPaths";
	for (size_t i = 0; i < linux_->readonly_paths.length; i++)
		if (text_equal(linux_->readonly_paths.items[i], point))
			return "linux.readonlyPaths";
	return "mounts";
}

static int compare_differs(const struct restored *of, const char *point, struct error *err,
	const char *how, const char *detail)
{
	return error_set(err, EPERM, "%s: '%.300s' of the checkpoint %s%s%.100s%s",
		compare_property(of->creation->config, point), point, how, detail ? " (" : "",
		detail ? detail : "", detail ? ")" : "");
}

/* Whether a mount point is one of the config's bind mounts, or below one. */
static bool compare_is_bind(const struct restored *of, const char *point)
{
	const struct oci_config *config = of->creation->config;
	size_t longest = 0;
	bool bind = false;

	for (size_t i = 0; i < config->mounts_length; i++) {
		const char *destination = config->mounts[i].destination;
		size_t length = strlen(destination);

		while (length > 1 && destination[length - 1] == '/')
			length--;
		if (length < longest || strncmp(point, destination, length) != 0 ||
			(point[length] != '\0' && point[length] != '/'))
			continue;
		longest = length;
		bind = outside_is_bind(&config->mounts[i]);
	}
	return bind;
}

/* Their content depends on the namespaces of who mounts them, which are not the container's here. */
static enum oci_namespace_type compare_namespace_of(const char *type)
{
	static const struct {
		const char *type;
		enum oci_namespace_type namespace;
	} types[] = {
		{ "proc", OCI_NAMESPACE_PID },
		{ "sysfs", OCI_NAMESPACE_NETWORK },
		{ "mqueue", OCI_NAMESPACE_IPC },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		if (text_equal(types[i].type, type))
			return types[i].namespace;
	return OCI_NAMESPACE_COUNT;
}

/* Which filesystem, and which part of it. */
static int compare_source(const struct restored *of, const struct mount_entry *wanted,
	const struct mount_entry *has, struct error *err)
{
	bool cgroup = text_starts_with(wanted->type, "cgroup");
	enum oci_namespace_type namespace = compare_namespace_of(wanted->type);
	bool new = namespace != OCI_NAMESPACE_COUNT && !compare_is_bind(of, wanted->point);
	bool host = mount_table_has_device(&of->host, wanted->device);

	if (!text_equal(wanted->type, has->type))
		return compare_differs(of, wanted->point, err, "is of another type", has->type);
	/* How much of a hierarchy is seen depends on the cgroup namespace. */
	if (cgroup)
		return 0;
	if (!text_equal(wanted->root, has->root))
		return compare_differs(
			of, wanted->point, err, "is another part of its filesystem", has->root);
	if (host && !new && !text_equal(wanted->device, has->device))
		return compare_differs(
			of, wanted->point, err, "is another filesystem", has->device);
	if (new &&plan_source(&of->creation->enter.plan, namespace) != PLAN_NEW)
		return 0;
	if ((new || !host) && mount_table_has_device(&of->host, has->device))
		return compare_differs(of, wanted->point, err, "is the host's", has->device);
	return 0;
}

static int compare_options(const struct restored *of, const struct mount_entry *wanted,
	const struct mount_entry *has, struct error *err)
{
	static const char *const flags[] = { "ro", "nosuid", "nodev", "noexec", "nosymfollow" };

	for (size_t i = 0; i < ARRAY_LENGTH(flags); i++)
		if (mount_table_has_option(wanted->options, flags[i]) &&
			!mount_table_has_option(has->options, flags[i]))
			return compare_differs(
				of, wanted->point, err, "is mounted without", flags[i]);
	if (mount_table_has_option(wanted->super, "ro") &&
		!mount_table_has_option(has->super, "ro") &&
		!mount_table_has_option(has->options, "ro"))
		return compare_differs(of, wanted->point, err, "is mounted without", "ro");
	return 0;
}

/* Limits of a filesystem that is the container's own: "size=65536k", "hidepid=2". */
static int compare_limits(const struct restored *of, const struct mount_entry *wanted,
	const struct mount_entry *has, struct error *err)
{
	static const char *const limits[] = { "size=", "nr_inodes=", "hidepid=", "subset=" };

	for (const char *at = wanted->super; at; at = strchr(at, ',')) {
		char option[128];
		size_t length;

		at += *at == ',';
		length = strcspn(at, ",");
		if (length >= sizeof(option))
			continue;
		memcpy(option, at, length);
		option[length] = '\0';
		for (size_t i = 0; i < ARRAY_LENGTH(limits); i++)
			if (text_starts_with(option, limits[i]) &&
				!mount_table_has_option(has->super, option))
				return compare_differs(
					of, wanted->point, err, "is mounted without", option);
	}
	return 0;
}

static bool compare_host_shares(const struct restored *of, int group)
{
	for (size_t i = 0; i < of->host.length; i++)
		if (group && of->host.items[i].shared == group)
			return true;
	return false;
}

/* What is mounted in the container must not appear on the host, nor the reverse, unless it was asked for. */
static int compare_propagation(const struct restored *of, const struct mount_entry *wanted,
	const struct mount_entry *has, struct error *err)
{
	if (!wanted->shared && compare_host_shares(of, has->shared))
		return compare_differs(
			of, wanted->point, err, "propagates mounts to the host", NULL);
	if (!wanted->shared && !wanted->master && compare_host_shares(of, has->master))
		return compare_differs(of, wanted->point, err, "receives mounts of the host", NULL);
	return 0;
}

/* A mount that lies below something that covers it protects nothing. */
static int compare_parent(const struct restored *of, const struct mount_entry *wanted,
	const struct mount_entry *has, struct error *err)
{
	const struct mount_entry *parent = mount_table_by_id(&of->mounts, has->parent);

	if (!parent || text_equal(parent->point, has->point) ||
		mount_table_top(&of->mounts, parent->point) == parent)
		return 0;
	return compare_differs(of, wanted->point, err, "is covered", NULL);
}

static int compare_one(const struct restored *of, const struct mount_table *expected,
	const struct mount_entry *wanted, struct error *err)
{
	const struct mount_entry *has = mount_table_top(&of->mounts, wanted->point);

	/* Only the uppermost counts. */
	if (mount_table_top(expected, wanted->point) != wanted)
		return 0;
	if (!has)
		return compare_differs(of, wanted->point, err, "is not mounted over", NULL);
	if (compare_source(of, wanted, has, err) < 0 || compare_options(of, wanted, has, err) < 0 ||
		compare_limits(of, wanted, has, err) < 0 ||
		compare_propagation(of, wanted, has, err) < 0)
		return -1;
	return compare_parent(of, wanted, has, err);
}

/* Hooks may mount what they like, and CRIU was told of what it is to find outside. */
static bool compare_may_be_more(const struct restored *of, const struct mount_entry *entry)
{
	const struct oci_config *config = of->creation->config;
	const struct criu_pairs *named = &of->criu->mounts;

	if (config->hooks.prestart.length + config->hooks.create_runtime.length +
			config->hooks.create_container.length >
		0)
		return true;
	if (config->process.terminal && text_equal(entry->point, "/dev/console") &&
		text_equal(entry->type, "devpts"))
		return true;
	for (size_t i = 0; i < named->length; i++)
		if (text_equal(named->items[i].key, entry->point))
			return true;
	return false;
}

static int compare_extra(const struct restored *of, const struct mount_table *expected,
	const struct mount_entry *entry, struct error *err)
{
	if (mount_table_count(&of->mounts, entry->point) <=
			mount_table_count(expected, entry->point) ||
		compare_may_be_more(of, entry))
		return 0;
	return compare_differs(of, entry->point, err,
		"is mounted over, which config.json does not say", entry->type);
}

int restore_check_mounts(
	const struct restored *of, const struct mount_table *expected, struct error *err)
{
	if (restored_may(of, CAP_SYS_ADMIN))
		return 0;
	for (size_t i = 0; i < expected->length; i++)
		if (compare_one(of, expected, &expected->items[i], err) < 0)
			return -1;
	for (size_t i = 0; i < of->mounts.length; i++)
		if (compare_extra(of, expected, &of->mounts.items[i], err) < 0)
			return -1;
	return 0;
}
