/* SPDX-License-Identifier: Apache-2.0 */
/* config-linux.md, "Namespaces" and "User namespace mappings". */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "oci/validate_rules.h"

/* UID_GID_MAP_MAX_EXTENTS of the kernel (user_namespaces(7)). */
#define MAPPING_LINES_MAX 340

int validate_namespaces(const struct oci_config *config, struct error *err)
{
	const struct oci_linux *linux_ = &config->linux_;
	size_t seen[OCI_NAMESPACE_COUNT] = { 0 };

	for (size_t i = 0; i < linux_->namespaces_length; i++) {
		const struct oci_namespace *ns = &linux_->namespaces[i];
		char where[VALIDATE_WHERE_SIZE];

		if (seen[ns->type] > 0)
			return error_set(err, EINVAL,
				"linux.namespaces[%zu].type: %s is there already, as "
				"linux.namespaces[%zu]",
				i, oci_namespace_names[ns->type], seen[ns->type] - 1);
		seen[ns->type] = i + 1;
		snprintf(where, sizeof(where), "linux.namespaces[%zu].path", i);
		if (ns->path && validate_absolute(where, ns->path, err) < 0)
			return -1;
	}
	return 0;
}

/* The kernel wants the end of a range below 2^32 - 1, which is not an id. */
static int validate_mapping_range(
	const char *where, const char *side, uint32_t first, uint32_t size, struct error *err)
{
	if ((uint64_t)first + size > UINT32_MAX)
		return error_set(err, ERANGE,
			"%s.%s: %" PRIu32 " ids from %" PRIu32 " on do not end before %" PRIu32,
			where, side, size, first, UINT32_MAX);
	return 0;
}

static bool ranges_overlap(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
	return a < (uint64_t)b + b_size && b < (uint64_t)a + a_size;
}

static int validate_mapping_overlap(
	const char *where, const struct oci_id_mappings *mappings, size_t last, struct error *err)
{
	const struct oci_id_mapping *b = &mappings->items[last];

	for (size_t i = 0; i < last; i++) {
		const struct oci_id_mapping *a = &mappings->items[i];
		const char *side = NULL;

		if (ranges_overlap(a->container_id, a->size, b->container_id, b->size))
			side = "containerID";
		else if (ranges_overlap(a->host_id, a->size, b->host_id, b->size))
			side = "hostID";
		if (side)
			return error_set(err, EINVAL,
				"%s[%zu].%s: the range overlaps with that of [%zu]", where, last,
				side, i);
	}
	return 0;
}

int validate_mapping_list(
	const char *where, const struct oci_id_mappings *mappings, struct error *err)
{
	char element[VALIDATE_WHERE_SIZE];

	if (mappings->length > MAPPING_LINES_MAX)
		return error_set(err, EINVAL, "%s: has %zu elements, more than the kernel's %d",
			where, mappings->length, MAPPING_LINES_MAX);
	for (size_t i = 0; i < mappings->length; i++) {
		const struct oci_id_mapping *mapping = &mappings->items[i];

		snprintf(element, sizeof(element), "%s[%zu]", where, i);
		if (mapping->size == 0)
			return error_set(err, EINVAL, "%s.size: is 0", element);
		if (validate_mapping_range(element, "containerID", mapping->container_id,
			    mapping->size, err) < 0 ||
			validate_mapping_range(
				element, "hostID", mapping->host_id, mapping->size, err) < 0 ||
			validate_mapping_overlap(where, mappings, i, err) < 0)
			return -1;
	}
	return 0;
}

static int validate_mapped(const char *where, uint32_t id, const char *list,
	const struct oci_id_mappings *mappings, struct error *err)
{
	for (size_t i = 0; i < mappings->length; i++) {
		if (id >= mappings->items[i].container_id &&
			id - mappings->items[i].container_id < mappings->items[i].size)
			return 0;
	}
	return error_set(err, EINVAL, "%s: %" PRIu32 " is in no element of %s", where, id, list);
}

/* A new user namespace without a mapping has no id that a process could have. */
static int validate_new_mappings(const struct oci_config *config, struct error *err)
{
	const struct oci_id_mappings *uids = &config->linux_.uid_mappings;
	const struct oci_id_mappings *gids = &config->linux_.gid_mappings;
	const struct oci_user *user = &config->process.user;

	if (uids->length == 0 || gids->length == 0)
		return error_set(err, EINVAL,
			"linux.%s: at least one element is required with a new user namespace",
			uids->length == 0 ? "uidMappings" : "gidMappings");
	if (!config->process.set)
		return 0;
	if (validate_mapped("process.user.uid", user->uid, "linux.uidMappings", uids, err) < 0)
		return -1;
	return validate_mapped("process.user.gid", user->gid, "linux.gidMappings", gids, err);
}

int validate_id_mappings(const struct oci_config *config, struct error *err)
{
	const struct oci_namespace *user = oci_config_namespace(config, OCI_NAMESPACE_USER);
	const struct oci_id_mappings *uids = &config->linux_.uid_mappings;
	const struct oci_id_mappings *gids = &config->linux_.gid_mappings;

	if (!user && (uids->length > 0 || gids->length > 0))
		return error_set(err, EINVAL,
			"linux.%s: needs {\"type\": \"user\"} in linux.namespaces",
			uids->length > 0 ? "uidMappings" : "gidMappings");
	if (validate_mapping_list("linux.uidMappings", uids, err) < 0 ||
		validate_mapping_list("linux.gidMappings", gids, err) < 0)
		return -1;
	/* Engines give mappings for an existing namespace too, which has its own: those stay. */
	return user && !user->path ? validate_new_mappings(config, err) : 0;
}
