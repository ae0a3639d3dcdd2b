/* SPDX-License-Identifier: Apache-2.0 */
/* `start` of a created container, and `run`: create and start in one process. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "container/creation.h"
#include "container/directory.h"
#include "container/foreground.h"
#include "container/hooks.h"
#include "container/status.h"
#include "container/supervise.h"
#include "container/sync.h"
#include "linux/process.h"

#define START_PATIENCE_MS 10000
#define START_END_MS 2000

static int start_connect(int directory, const char *id, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cleanup_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return error_errno(err, errno, "make a socket");
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", directory,
		DIRECTORY_START_SOCKET);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return error_errno(err, errno, "reach the init of container '%s'", id);
	return move_fd(&fd);
}

/* Whoever is told that it failed finds a stopped container, not one that is still on its way out. */
static void start_await_end(pid_t init)
{
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, init, 0);

	if (pidfd >= 0)
		(void)process_wait_gone(pidfd, START_END_MS);
}

/*
 * The state says "running" before init is told: should we be killed in between, nobody will think
 * that a started process never was.
 */
static int start_tell_init(int directory, struct oci_state_file *state, struct error *err)
{
	cleanup_close int init = start_connect(directory, state->id, err);

	if (init < 0)
		return -1;
	state->status = OCI_STATUS_RUNNING;
	if (directory_save_state(directory, state, err) < 0 ||
		sync_send(init, SYNC_START, 0, err) < 0)
		return -1;
	(void)unlinkat(directory, DIRECTORY_START_SOCKET, 0);
	if (supervise_until_executed(init, state->pid, err) == 0)
		return 0;
	start_await_end(state->pid);
	return -1;
}

/* runtime.md, "Lifecycle" 9: a hook that fails stops the container; `delete` does the rest. */
static int start_poststart(int directory, const struct oci_state_file *state, struct error *err)
{
	cleanup_oci_config struct oci_config *config = NULL;
	cleanup_close int pidfd = -1;
	enum container_status status;
	struct error ignored;

	if (directory_load_config(directory, &config, err) == 0 &&
		hooks_run(&config->hooks.poststart, "poststart", state, OCI_STATUS_RUNNING,
			state->pid, err) == 0)
		return 0;
	if (status_of(state, &status, &pidfd, &ignored) == 0 && pidfd >= 0 &&
		process_signal(pidfd, SIGKILL) == 0)
		(void)process_wait_gone(pidfd, START_PATIENCE_MS);
	return -1;
}

/*
 * A start that was killed between writing "running" down and telling init left the socket behind,
 * and init still listening: the next start is for it. Killed later, it left a socket with nobody
 * behind it.
 */
static int start_if_possible(int directory, struct oci_state_file *state, struct error *err)
{
	enum container_status status;
	bool waits;

	if (status_of(state, &status, NULL, err) < 0)
		return error_prefix(err, "container '%s'", state->id);
	waits = status == CONTAINER_CREATED ||
		(status == CONTAINER_RUNNING &&
			faccessat(directory, DIRECTORY_START_SOCKET, F_OK, 0) == 0);

	if (waits && start_tell_init(directory, state, err) == 0)
		return 0;
	if (waits && err->code != ECONNREFUSED)
		return -1;
	return error_set(err, EINVAL, "container '%s' is %s; only a created one can be started",
		state->id, container_status_name(status));
}

int container_start(const struct container_runtime *runtime, const char *id, struct error *err)
{
	struct oci_state_file state;
	cleanup_close int directory = status_open(runtime, id, true, &state, err);
	int result;

	if (directory < 0)
		return -1;
	result = start_if_possible(directory, &state, err);
	if (result == 0)
		result = start_poststart(directory, &state, err);
	oci_state_file_free(&state);
	return result;
}

/*
 * Orphans of a container without a PID namespace of its own are ours to reap, as its init's parent.
 */
static int run_become_subreaper(const struct container_create_options *options, struct error *err)
{
	if (options->detach || options->no_subreaper)
		return 0;
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return error_errno(err, errno, "become a subreaper");
	return 0;
}

static int run_poststart(struct creation *creation, struct error *err)
{
	creation->hooks_ran = true;
	return hooks_run(&creation->config->hooks.poststart, "poststart", &creation->state,
		OCI_STATUS_RUNNING, creation->enter.init, err);
}

static int run_start(struct creation *creation, struct error *err)
{
	if (!creation->options->detach)
		foreground_hold_signals();
	if (creation_finish(creation, OCI_STATUS_RUNNING, err) < 0 ||
		supervise_until_executed(creation->enter.runtime_end, creation->enter.init, err) <
			0 ||
		run_poststart(creation, err) < 0) {
		creation_undo(creation);
		return -1;
	}
	return 0;
}

int container_run(const struct container_runtime *runtime, const char *id,
	const struct container_create_options *options, int *exit_status, struct error *err)
{
	struct creation creation;
	int result;

	*exit_status = 0;
	if (run_become_subreaper(options, err) < 0)
		return -1;
	creation_reset(&creation);
	creation.runtime = runtime;
	creation.options = options;
	creation.id = id;
	creation.starts_itself = true;
	result = creation_make(&creation, err);
	if (result == 0)
		result = run_start(&creation, err);
	if (result == 0 && !options->detach) {
		/* Other commands may act on it while it runs. */
		directory_unlock(creation.directory);
		result = foreground_wait(&creation.enter, creation.console, exit_status, err);
		if (result == 0 && !options->keep)
			result = creation_delete(&creation, err);
	}
	creation_close(&creation);
	return result;
}
