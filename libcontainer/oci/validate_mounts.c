/* SPDX-License-Identifier: Apache-2.0 */
/* config.md, "Mounts". */
#include <errno.h>
#include <stdio.h>

#include "linux/mount_options.h"
#include "oci/validate_rules.h"

/* What a mount needs beside its options, once those are known. */
static int validate_mount_kind(const char *where, const struct oci_mount *mount,
	const struct mount_options *options, struct error *err)
{
	bool bind = options->bind || options->bind_recursive || text_equal(mount->type, "bind");
	bool changes_only = options->remount || options->propagation != 0;

	if (bind && !options->remount && (!mount->source || !*mount->source))
		return error_set(err, EINVAL, "%s.source: is required for a bind mount", where);
	if (!bind && !changes_only && (!mount->type || !*mount->type))
		return error_set(
			err, EINVAL, "%s.type: is required for what is not a bind mount", where);
	return 0;
}

static int validate_mount_mappings(
	const char *where, const struct oci_mount *mount, struct error *err)
{
	bool uids = mount->uid_mappings.length > 0, gids = mount->gid_mappings.length > 0;
	char list[VALIDATE_WHERE_SIZE];

	if (uids != gids)
		return error_set(err, EINVAL, "%s.%s: is required beside %s", where,
			uids ? "gidMappings" : "uidMappings", uids ? "uidMappings" : "gidMappings");
	snprintf(list, sizeof(list), "%s.uidMappings", where);
	if (validate_mapping_list(list, &mount->uid_mappings, err) < 0)
		return -1;
	snprintf(list, sizeof(list), "%s.gidMappings", where);
	return validate_mapping_list(list, &mount->gid_mappings, err);
}

static int validate_mount(size_t index, const struct oci_mount *mount, struct error *err)
{
	char where[VALIDATE_WHERE_SIZE - sizeof(".gidMappings")];
	struct mount_options options = { 0 };
	struct error cause;
	int result;

	snprintf(where, sizeof(where), "mounts[%zu]", index);
	/* A relative destination is taken from "/", as in the versions that allowed it. */
	if (!mount->destination || !*mount->destination)
		return error_set(err, EINVAL, "%s.destination: is empty", where);
	for (size_t i = 0; i < mount->options.length; i++) {
		if (!*mount->options.items[i])
			return error_set(err, EINVAL, "%s.options[%zu]: is empty", where, i);
	}
	if (mount_options_parse(mount->options.items, mount->options.length, &options, &cause) < 0)
		return error_set(err, cause.code, "%s.%s", where, cause.text);
	result = validate_mount_kind(where, mount, &options, err);
	mount_options_free(&options);
	return result < 0 ? -1 : validate_mount_mappings(where, mount, err);
}

int validate_mounts(const struct oci_config *config, struct error *err)
{
	for (size_t i = 0; i < config->mounts_length; i++) {
		if (validate_mount(i, &config->mounts[i], err) < 0)
			return -1;
	}
	return 0;
}
