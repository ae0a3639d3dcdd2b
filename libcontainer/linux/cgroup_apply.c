/* SPDX-License-Identifier: Apache-2.0 */
/* Applies linux.resources to a container's cgroup. */
#include "linux/cgroup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/io.h"
#include "linux/cgroup_batch.h"
#include "linux/cgroup_devices.h"

/* memory.checkBeforeUpdate: a limit below what is used would call the OOM killer. */
static int check_memory(const struct cgroup_members *members,
	const struct cgroup_resources *resources, struct error *err)
{
	const struct cgroup_value *limit = &resources->memory.limit;
	const struct cgroup_value *check = &resources->memory.check_before_update;
	const struct cgroup_member *member;
	char text[32];
	uint64_t usage;
	ssize_t got;

	if (!check->set || !check->value || !limit->set || limit->value <= 0)
		return 0;
	member = cgroup_require(members, "memory.limit", "memory", err);
	if (!member)
		return -1;
	got = io_read_small(member->fd,
		member->driver->v2 ? "memory.current" : "memory.usage_in_bytes", text,
		sizeof(text));
	if (got < 0)
		return error_errno(err, (int)-got,
			"linux.resources.memory.checkBeforeUpdate: cannot read the usage of %s",
			member->path);
	text[strcspn(text, "\n")] = '\0';
	if (number_parse_u64(text, &usage) == 0 && usage > (uint64_t)limit->value)
		return error_set(err, EBUSY,
			"linux.resources.memory.limit: %" PRId64 " is below the %" PRIu64
			" bytes in use, and checkBeforeUpdate is set",
			limit->value, usage);
	return 0;
}

static int find_v1(const struct cgroup_members *members, const char *controller, bool *is_v1,
	struct error *err)
{
	const struct cgroup_member *member;

	if (cgroup_members_find(members, controller, &member, err) < 0)
		return -1;
	*is_v1 = member && !member->driver->v2;
	return 0;
}

static int tell_systemd(const struct cgroup_plan *plan, const struct cgroup_members *members,
	const struct cgroup_resources *resources, struct error *err)
{
	struct systemd_v1 v1;

	if (!plan->unit.name)
		return 0;
	if (find_v1(members, "blkio", &v1.blkio, err) < 0 ||
		find_v1(members, "cpu", &v1.cpu, err) < 0 ||
		find_v1(members, "devices", &v1.devices, err) < 0)
		return -1;
	return systemd_unit_limit(&plan->unit, resources, &v1, err);
}

int cgroup_apply(
	const struct cgroup_plan *plan, const struct cgroup_resources *resources, struct error *err)
{
	cleanup_cgroup_members struct cgroup_members members = { 0 };
	cleanup_cgroup_batch struct cgroup_batch batch = { 0 };

	if (plan->directories.length == 0)
		return 0;
	if (cgroup_members_open(plan, &members, err) < 0)
		return -1;
	if (check_memory(&members, resources, err) < 0)
		return -1;
	/* All is known to be possible before anything is changed. */
	if (cgroup_batch_collect(&members, resources, &batch, err) < 0)
		return -1;
	/* Before our own writes, which are exact where systemd rounds. */
	if (tell_systemd(plan, &members, resources, err) < 0)
		return -1;
	if (cgroup_devices_apply(&members, resources, err) < 0)
		return -1;
	return cgroup_batch_run(&batch, err);
}
