/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of create and restore that are about the container's cgroup. */
#include "container/creation.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "container/adapt.h"
#include "container/directory.h"
#include "container/scope_properties.h"

/* A cgroup in use says less than what it is a sign of: that the id is in use. */
static int create_explain_cgroup(const struct creation *creation, struct error *err)
{
	struct error unknown;
	cleanup_close int directory =
		directory_open(creation->runtime, creation->id, DIRECTORY_UNLOCKED, &unknown);

	if (directory >= 0)
		error_set(err, EEXIST, "container '%s' exists already", creation->id);
	return -1;
}

static enum cgroup_manager create_cgroup_manager(const struct container_runtime *runtime)
{
	switch (runtime->cgroups) {
	case CONTAINER_CGROUPS_DISABLED:
		return CGROUP_MANAGER_DISABLED;
	case CONTAINER_CGROUPS_BY_SYSTEMD:
		return runtime->rootless ? CGROUP_MANAGER_SYSTEMD_USER : CGROUP_MANAGER_SYSTEMD;
	case CONTAINER_CGROUPFS:
		break;
	}
	return CGROUP_MANAGER_CGROUPFS;
}

int create_plan_cgroup(void *context, struct error *err)
{
	struct creation *creation = context;

	if (cgroup_plan_make(create_cgroup_manager(creation->runtime),
		    creation->config->linux_.cgroups_path, creation->id, &creation->cgroup,
		    err) < 0)
		return create_explain_cgroup(creation, err);
	if (creation->cgroup.unit.name && scope_properties_add(creation->runtime, creation->config,
						  &creation->cgroup.unit, err) < 0)
		return -1;
	for (size_t i = 0; i < creation->config->mounts_length; i++) {
		const char *type = creation->mounts[i].type;

		if (type && text_starts_with(type, "cgroup"))
			return cgroup_view_make(&creation->cgroup, &creation->cgroup_view, err);
	}
	return 0;
}

int create_make_cgroup(void *context, struct error *err)
{
	struct creation *creation = context;

	if (cgroup_create(&creation->cgroup, creation->runtime->rootless, err) < 0)
		return -1;
	return cgroup_entry_open(&creation->cgroup, &creation->enter.cgroup, err);
}

void create_undo_cgroup(void *context)
{
	struct creation *creation = context;
	struct error err;

	if (cgroup_destroy(&creation->cgroup, &err) == 0)
		return;
	creation->keeps_directory = true;
	log_warning("%s; `delete --force %s` tries it again", err.text, creation->id);
	/* Without what turned out to be somebody else's. */
	create_fill_cgroup(creation);
	if (directory_save_state(creation->directory, &creation->state, &err) < 0)
		log_warning("%s", err.text);
}

int create_set_limits(void *context, struct error *err)
{
	struct creation *creation = context;
	struct cgroup_resources resources;

	adapt_resources(&creation->config->linux_, &creation->config->arena, &resources);
	/* The place of the one that create_settle_cgroup lets go. */
	if (creation->cgroup.placeholder && resources.pids_limit.value > 0)
		resources.pids_limit.value++;
	return cgroup_apply(&creation->cgroup, &resources, err);
}

int create_settle_cgroup(void *context, struct error *err)
{
	struct creation *creation = context;
	struct cgroup_resources resources, exact;

	if (!creation->cgroup.placeholder)
		return 0;
	cgroup_settle(&creation->cgroup);
	adapt_resources(&creation->config->linux_, &creation->config->arena, &resources);
	exact = (struct cgroup_resources){ .pids_limit = resources.pids_limit };
	return cgroup_apply(&creation->cgroup, &exact, err);
}
