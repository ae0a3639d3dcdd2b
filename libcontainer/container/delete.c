/* SPDX-License-Identifier: Apache-2.0 */
/* `delete`: undoes a container from its state file alone, however far its making had come. */
#include <errno.h>
#include <signal.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "container/creation.h"
#include "container/directory.h"
#include "container/hooks.h"
#include "container/status.h"
#include "linux/process.h"

#define DELETE_PATIENCE_MS 10000

static int delete_signal(const struct oci_state_file *state, int pidfd, struct error *err)
{
	struct cgroup_plan cgroup = status_cgroup(state);
	int result = process_signal(pidfd, SIGKILL);

	if (result < 0 && result != -ESRCH)
		return error_errno(err, -result, "kill init (pid %d)", (int)state->pid);
	/* Nothing dies while it is frozen on cgroup v1. */
	result = cgroup_is_frozen(&cgroup, err);
	return result > 0 ? cgroup_freeze(&cgroup, false, err) : result;
}

/* Init first: with a PID namespace of its own the kernel then ends all the others. */
static int delete_kill(const struct oci_state_file *state, int pidfd, struct error *err)
{
	int result;

	if (pidfd < 0)
		return 0;
	if (delete_signal(state, pidfd, err) < 0)
		return -1;
	result = process_wait_gone(pidfd, DELETE_PATIENCE_MS);
	if (result == -ETIMEDOUT)
		return error_set(err, ETIMEDOUT, "init (pid %d) does not end after SIGKILL",
			(int)state->pid);
	return result < 0 ? error_errno(err, -result, "wait for init (pid %d)", (int)state->pid)
			  : 0;
}

/* A copy of config.json that is damaged has no hooks; one that cannot be read now may have some. */
static int delete_poststop(int directory, struct oci_state_file *state, struct error *err)
{
	cleanup_oci_config struct oci_config *config = NULL;

	if (directory_load_config(directory, &config, err) == 0) {
		if (state->annotations_in_config)
			state->annotations = config->annotations;
		hooks_run_all(&config->hooks.poststop, "poststop", state, OCI_STATUS_STOPPED, 0);
		return 0;
	}
	if (err->code != EINVAL && err->code != ENOENT)
		return -1;
	log_warning("hooks.poststop: %s", err->text);
	return 0;
}

static int delete_undo(const struct container_runtime *runtime, const char *id, int directory,
	struct oci_state_file *state, int pidfd, struct error *err)
{
	struct cgroup_plan cgroup = status_cgroup(state);

	if (delete_kill(state, pidfd, err) < 0 || cgroup_destroy(&cgroup, err) < 0 ||
		delete_poststop(directory, state, err) < 0)
		return error_prefix(err, "delete container '%s'", id);
	return directory_remove(runtime, id, directory, err);
}

static int delete_locked(const struct container_runtime *runtime, const char *id, int directory,
	bool force, struct error *err)
{
	cleanup_close int pidfd = -1;
	struct oci_state_file state;
	enum container_status status;
	int result;

	if (directory_load_state(directory, &state, err) < 0) {
		/* Nothing was made yet. A file that is there and cannot be read tells nothing. */
		if (err->code == ENOENT)
			return directory_remove(runtime, id, directory, err);
		return error_prefix(err, "delete container '%s'", id);
	}
	/* "creating" under our lock: its create is gone. */
	if (status_of(&state, &status, &pidfd, err) < 0)
		result = error_prefix(err, "delete container '%s'", id);
	else if (!force && status != CONTAINER_STOPPED && status != CONTAINER_CREATING)
		result = error_set(err, EBUSY,
			"container '%s' is %s; stop it first, or delete it with --force", id,
			container_status_name(status));
	else
		result = delete_undo(runtime, id, directory, &state, pidfd, err);
	oci_state_file_free(&state);
	return result;
}

int creation_delete(struct creation *creation, struct error *err)
{
	int there = directory_lock_again(creation->directory, err);

	if (there <= 0)
		return there;
	return delete_locked(creation->runtime, creation->id, creation->directory, true, err);
}

/*
 * A create that is at work holds the lock, or a start with a hook that does not end. Killing init
 * makes them fail and let go, a create after it has undone what it made; its state file may not
 * name the init yet, so it is asked again until the lock comes free.
 */
static int delete_interrupt_creation(int directory, struct error *err)
{
	struct timespec pause = { .tv_nsec = 5000000 };

	for (int waited = 0; waited < DELETE_PATIENCE_MS; waited += 5) {
		cleanup_close int pidfd = -1;
		struct oci_state_file state;
		enum container_status status;
		int locked = directory_try_lock(directory, err);

		if (locked != 0)
			return locked < 0 ? -1 : 0;
		if (directory_load_state(directory, &state, err) == 0) {
			if (status_of(&state, &status, &pidfd, err) == 0 && pidfd >= 0)
				(void)delete_signal(&state, pidfd, err);
			oci_state_file_free(&state);
		}
		nanosleep(&pause, NULL);
	}
	return error_set(err, ETIMEDOUT, "another command holds the container's lock");
}

int container_delete(
	const struct container_runtime *runtime, const char *id, bool force, struct error *err)
{
	cleanup_close int directory = -1;

	directory = directory_open(runtime, id, DIRECTORY_UNLOCKED, err);
	if (directory >= 0 && force && delete_interrupt_creation(directory, err) < 0)
		return error_prefix(err, "delete container '%s'", id);
	if (directory >= 0) {
		/* A second time, locked: the one we waited for may have removed it, or it is a new
		 * one. */
		cleanup_close int locked = -1;

		cleanup_fd(&directory);
		locked = directory_open(runtime, id, DIRECTORY_LOCKED, err);
		if (locked >= 0)
			return delete_locked(runtime, id, locked, force, err);
	}
	return force && err->code == ENOENT ? 0 : -1;
}
