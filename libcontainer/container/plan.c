/* SPDX-License-Identifier: Apache-2.0 */
#include "container/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "linux/namespace.h"
#include "linux/userns.h"

const int plan_clone_flags[OCI_NAMESPACE_COUNT] = {
	[OCI_NAMESPACE_MOUNT] = CLONE_NEWNS,
	[OCI_NAMESPACE_PID] = CLONE_NEWPID,
	[OCI_NAMESPACE_NETWORK] = CLONE_NEWNET,
	[OCI_NAMESPACE_UTS] = CLONE_NEWUTS,
	[OCI_NAMESPACE_IPC] = CLONE_NEWIPC,
	[OCI_NAMESPACE_USER] = CLONE_NEWUSER,
	[OCI_NAMESPACE_CGROUP] = CLONE_NEWCGROUP,
	[OCI_NAMESPACE_TIME] = CLONE_NEWTIME,
};

static void plan_reset(struct plan *plan)
{
	*plan = (struct plan){ .shape = PLAN_DIRECT };
	for (int type = 0; type < OCI_NAMESPACE_COUNT; type++)
		plan->namespaces[type].fd = -1;
}

void plan_close(struct plan *plan)
{
	for (int type = 0; type < OCI_NAMESPACE_COUNT; type++)
		cleanup_fd(&plan->namespaces[type].fd);
}

static enum plan_shape plan_shape(const struct plan *plan)
{
	enum plan_source user = plan_source(plan, OCI_NAMESPACE_USER);
	enum plan_source time = plan_source(plan, OCI_NAMESPACE_TIME);
	bool any_path = false;

	for (int type = 0; type < OCI_NAMESPACE_COUNT; type++)
		any_path = any_path || plan->namespaces[type].source == PLAN_PATH;
	if (user != PLAN_INHERIT && (time == PLAN_NEW || any_path))
		return PLAN_STAGED;
	/*
	 * Whoever is in a user namespace may not be able to point "for children" back at its own.
	 */
	if ((time == PLAN_NEW || plan_source(plan, OCI_NAMESPACE_PID) == PLAN_PATH) &&
		userns_is_nested())
		return PLAN_STAGED;
	return PLAN_DIRECT;
}

static enum plan_source plan_time_source(const struct clock_request *clock)
{
	static const enum plan_source sources[] = {
		[CLOCK_KIND_HOST] = PLAN_INHERIT,
		[CLOCK_KIND_PRIVATE] = PLAN_NEW,
		[CLOCK_KIND_PATH] = PLAN_PATH,
		[CLOCK_KIND_POD] = PLAN_PATH,
	};

	return sources[clock->kind];
}

int plan_make(const struct oci_config *config, const struct clock_request *clock, struct plan *plan,
	struct error *err)
{
	const struct oci_linux *linux_ = &config->linux_;

	plan_reset(plan);
	for (size_t i = 0; i < linux_->namespaces_length; i++) {
		const struct oci_namespace *asked = &linux_->namespaces[i];
		struct plan_namespace *planned = &plan->namespaces[asked->type];
		char where[64];

		planned->source = asked->path ? PLAN_PATH : PLAN_NEW;
		if (!asked->path)
			continue;
		snprintf(where, sizeof(where), "linux.namespaces[%zu].path", i);
		planned->fd =
			namespace_open(asked->path, plan_clone_flags[asked->type], where, err);
		if (planned->fd < 0) {
			plan_close(plan);
			return -1;
		}
	}
	plan->namespaces[OCI_NAMESPACE_TIME].source = plan_time_source(clock);
	plan->shape = plan_shape(plan);
	return 0;
}

static bool plan_same_namespace(const char *a, const char *b)
{
	struct stat left, right;

	return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_ino == right.st_ino &&
	       left.st_dev == right.st_dev;
}

int plan_make_join(pid_t pid, struct plan *plan, struct error *err)
{
	plan_reset(plan);
	for (int type = 0; type < OCI_NAMESPACE_COUNT; type++) {
		const char *name = namespace_file_name(plan_clone_flags[type]);
		struct plan_namespace *planned = &plan->namespaces[type];
		char theirs[64], own[64];

		snprintf(theirs, sizeof(theirs), "/proc/%d/ns/%s", (int)pid, name);
		snprintf(own, sizeof(own), "/proc/self/ns/%s", name);
		/* A kernel without time or cgroup namespaces has no such file, and none to join. */
		if (plan_same_namespace(theirs, own) || !plan_same_namespace(own, own))
			continue;
		planned->source = PLAN_PATH;
		planned->fd = namespace_open(theirs, plan_clone_flags[type], "the container", err);
		if (planned->fd < 0) {
			plan_close(plan);
			return -1;
		}
	}
	plan->shape = plan_shape(plan);
	return 0;
}
