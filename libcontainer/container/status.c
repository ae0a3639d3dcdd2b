/* SPDX-License-Identifier: Apache-2.0 */
#include "container/status.h"

#include <errno.h>

#include "base/cleanup.h"
#include "container/directory.h"
#include "linux/process.h"

const char *container_status_name(enum container_status status)
{
	static const char *const names[] = {
		[CONTAINER_CREATING] = "creating",
		[CONTAINER_CREATED] = "created",
		[CONTAINER_RUNNING] = "running",
		[CONTAINER_PAUSED] = "paused",
		[CONTAINER_STOPPED] = "stopped",
	};

	return names[status];
}

struct cgroup_plan status_cgroup(const struct oci_state_file *state)
{
	return (struct cgroup_plan){
		.directories = { state->cgroup_directories.items,
			state->cgroup_directories.length },
		.missing = { state->cgroup_missing.items, state->cgroup_missing.length },
		.unit = { .name = state->systemd_unit, .user = state->systemd_user },
	};
}

static int status_of_living(
	const struct oci_state_file *state, enum container_status *status, struct error *err)
{
	struct cgroup_plan cgroup = status_cgroup(state);
	int frozen = 0;

	*status = CONTAINER_CREATING;
	if (state->status == OCI_STATUS_CREATING)
		return 0;
	frozen = cgroup_is_frozen(&cgroup, err);
	if (frozen < 0)
		return -1;
	*status = state->status == OCI_STATUS_CREATED ? CONTAINER_CREATED : CONTAINER_RUNNING;
	/* A created one too: a start would wait for it with the lock that resume needs. */
	if (frozen == 1)
		*status = CONTAINER_PAUSED;
	return 0;
}

int status_of(const struct oci_state_file *state, enum container_status *status, int *pidfd,
	struct error *err)
{
	cleanup_close int fd = -1;
	int gone;

	if (pidfd)
		*pidfd = -1;
	*status = CONTAINER_CREATING;
	/* No pid yet: create is at work, or was killed at it; only its lock tells which. */
	if (state->pid == 0)
		return 0;
	fd = process_open(state->pid, state->start_time);
	gone = fd < 0 ? fd : process_wait_gone(fd, 0);
	*status = CONTAINER_STOPPED;
	if (gone == 0 || gone == -ESRCH)
		return 0;
	if (gone != -ETIMEDOUT)
		return error_errno(
			err, -gone, "cannot tell whether init (pid %d) lives", (int)state->pid);
	if (status_of_living(state, status, err) < 0)
		return -1;
	if (pidfd)
		*pidfd = move_fd(&fd);
	return 0;
}

int status_open(const struct container_runtime *runtime, const char *id, bool locked,
	struct oci_state_file *state, struct error *err)
{
	cleanup_close int directory =
		directory_open(runtime, id, locked ? DIRECTORY_LOCKED : DIRECTORY_UNLOCKED, err);

	if (directory < 0)
		return -1;
	if (directory_load_state(directory, state, err) == 0) {
		if (directory_load_annotations(directory, state, err) == 0)
			return move_fd(&directory);
		oci_state_file_free(state);
		return error_prefix(err, "container '%s'", id);
	}
	if (err->code == ENOENT)
		return error_set(err, ENOENT,
			"container '%s' was never finished; `delete --force` removes it", id);
	return error_prefix(err, "container '%s'", id);
}
