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

static int plan_shape(const struct plan *plan, enum plan_shape *shape, struct error *err)
{
	enum plan_source user = plan_source(plan, OCI_NAMESPACE_USER);
	enum plan_source time = plan_source(plan, OCI_NAMESPACE_TIME);
	bool any_path = false;
	int nested = time == PLAN_NEW ? userns_is_nested(err) : 0;

	for (int type = 0; type < OCI_NAMESPACE_COUNT; type++)
		any_path = any_path || plan->namespaces[type].source == PLAN_PATH;
	if (nested < 0)
		return -1;
	*shape = PLAN_DIRECT;
	if (user != PLAN_INHERIT && (time == PLAN_NEW || any_path))
		*shape = PLAN_STAGED;
	/* In a user namespace the runtime may not be able to point "for children" back at its own. */
	if (nested || plan_source(plan, OCI_NAMESPACE_PID) == PLAN_PATH)
		*shape = PLAN_STAGED;
	return 0;
}

/* Closes the plan when it cannot be decided. */
static int plan_decide_processes(struct plan *plan, struct error *err)
{
	plan->prepares_outside = plan_source(plan, OCI_NAMESPACE_PID) == PLAN_PATH;
	if (plan_shape(plan, &plan->shape, err) == 0)
		return 0;
	plan_close(plan);
	return -1;
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
	return plan_decide_processes(plan, err);
}

/* 1: theirs is another namespace than ours; 0: the same, or one that this kernel does not have; -1. */
static int plan_differs(pid_t pid, const char *name, struct error *err)
{
	struct stat theirs, own;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	if (stat(path, &own) < 0)
		return errno == ENOENT ? 0 : error_errno(err, errno, "look at '%s'", path);
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, name);
	if (stat(path, &theirs) < 0)
		return error_errno(err, errno, "look at the container's namespace '%s'", path);
	return theirs.st_ino != own.st_ino || theirs.st_dev != own.st_dev;
}

/* The namespace that `pid` is in, when it is not ours. */
static int plan_join_namespace(
	pid_t pid, int clone_flag, struct plan_namespace *planned, struct error *err)
{
	const char *name = namespace_file_name(clone_flag);
	int differs = plan_differs(pid, name, err);
	char path[64];

	if (differs <= 0)
		return differs;
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, name);
	planned->source = PLAN_PATH;
	planned->fd = namespace_open(path, clone_flag, "the container", err);
	return planned->fd < 0 ? -1 : 0;
}

int plan_make_join(pid_t pid, struct plan *plan, struct error *err)
{
	plan_reset(plan);
	for (int type = 0; type < OCI_NAMESPACE_COUNT; type++) {
		if (plan_join_namespace(pid, plan_clone_flags[type], &plan->namespaces[type], err) <
			0) {
			plan_close(plan);
			return -1;
		}
	}
	return plan_decide_processes(plan, err);
}
