/* SPDX-License-Identifier: Apache-2.0 */
#include "container/hooks_inside.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "container/hooks.h"
#include "linux/child.h"
#include "linux/namespace.h"

/* The mount namespace last: the paths of /proc are the host's until then. */
static const enum oci_namespace_type hooks_order[] = {
	OCI_NAMESPACE_NETWORK,
	OCI_NAMESPACE_UTS,
	OCI_NAMESPACE_IPC,
	OCI_NAMESPACE_CGROUP,
	OCI_NAMESPACE_USER,
	OCI_NAMESPACE_MOUNT,
};

static int hooks_join(
	const struct creation *creation, enum oci_namespace_type type, struct error *err)
{
	pid_t stage = enter_first_process(&creation->enter);
	cleanup_close int fd = -1;
	char path[64];
	int result;

	if (plan_source(&creation->enter.plan, type) == PLAN_INHERIT)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)stage,
		namespace_file_name(plan_clone_flags[type]));
	fd = namespace_open(path, plan_clone_flags[type], "hooks.createContainer", err);
	if (fd < 0)
		return -1;
	result = namespace_join(fd, plan_clone_flags[type]);
	return result < 0
		       ? error_errno(err, -result, "hooks.createContainer: join the %s namespace",
				 oci_namespace_names[type])
		       : 0;
}

static int hooks_work(void *context, struct error *err)
{
	struct creation *creation = context;

	for (size_t i = 0; i < ARRAY_LENGTH(hooks_order); i++)
		if (hooks_join(creation, hooks_order[i], err) < 0)
			return -1;
	return hooks_run(&creation->config->hooks.create_container, "createContainer",
		&creation->state, OCI_STATUS_CREATING, enter_first_process(&creation->enter), err);
}

int hooks_run_inside(struct creation *creation, struct error *err)
{
	if (creation->config->hooks.create_container.length == 0)
		return 0;
	return child_run("runs the createContainer hooks", hooks_work, creation, err);
}
