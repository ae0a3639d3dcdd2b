/* SPDX-License-Identifier: Apache-2.0 */
/* Commands on a container that exists: kill, pause, resume, ps. */
#include <errno.h>
#include <signal.h>

#include "base/cleanup.h"
#include "container/status.h"
#include "linux/process.h"

/* containerd looks for "container not running": to it, that kill has not failed. */
static int kill_none(const char *id, struct error *err)
{
	return error_set(err, ESRCH, "container not running: '%s'", id);
}

static int kill_init(const char *id, int pidfd, int signal, struct error *err)
{
	int result = process_signal(pidfd, signal);

	if (result == -ESRCH)
		return kill_none(id, err);
	if (result < 0)
		return error_errno(err, -result, "send signal %d to container '%s'", signal, id);
	return 0;
}

int container_kill(const struct container_runtime *runtime, const char *id, int signal, bool all,
	struct error *err)
{
	cleanup_close int directory = -1, pidfd = -1;
	struct oci_state_file state;
	struct cgroup_plan cgroup;
	enum container_status status;
	int result;

	directory = status_open(runtime, id, false, &state, err);
	if (directory < 0)
		return -1;
	cgroup = status_cgroup(&state);
	/* Engines send --all after init has ended, for what it may have left behind. */
	if (status_of(&state, &status, &pidfd, err) < 0)
		result = error_prefix(err, "container '%s'", id);
	else if (all)
		result = cgroup_kill(&cgroup, signal, err);
	else if (status == CONTAINER_STOPPED || pidfd < 0)
		result = kill_none(id, err);
	else
		result = kill_init(id, pidfd, signal, err);
	/* A v1 freezer holds back even SIGKILL (cgroup-v1/freezer-subsystem.rst). */
	if (result == 0 && signal == SIGKILL && status == CONTAINER_PAUSED)
		result = cgroup_freeze(&cgroup, false, err);
	oci_state_file_free(&state);
	return result;
}

static int lifecycle_freeze(
	const struct container_runtime *runtime, const char *id, bool frozen, struct error *err)
{
	enum container_status wanted = frozen ? CONTAINER_RUNNING : CONTAINER_PAUSED;
	cleanup_close int directory = -1;
	struct oci_state_file state;
	struct cgroup_plan cgroup;
	enum container_status status;
	int result;

	directory = status_open(runtime, id, true, &state, err);
	if (directory < 0)
		return -1;
	cgroup = status_cgroup(&state);
	if (status_of(&state, &status, NULL, err) < 0)
		result = error_prefix(err, "container '%s'", id);
	else if (status == wanted || (frozen && status == CONTAINER_CREATED))
		result = cgroup_freeze(&cgroup, frozen, err);
	else
		result = error_set(err, EINVAL, "container '%s' is %s, not %s", id,
			container_status_name(status), container_status_name(wanted));
	oci_state_file_free(&state);
	return result;
}

int container_pause(const struct container_runtime *runtime, const char *id, struct error *err)
{
	return lifecycle_freeze(runtime, id, true, err);
}

int container_resume(const struct container_runtime *runtime, const char *id, struct error *err)
{
	return lifecycle_freeze(runtime, id, false, err);
}

int container_pids(const struct container_runtime *runtime, const char *id, pid_t **pids,
	size_t *count, struct error *err)
{
	cleanup_close int directory = -1;
	struct oci_state_file state;
	struct cgroup_plan cgroup;
	int result;

	directory = status_open(runtime, id, false, &state, err);
	if (directory < 0)
		return -1;
	cgroup = status_cgroup(&state);
	result = cgroup_pids(&cgroup, pids, count, err);
	oci_state_file_free(&state);
	return result;
}
