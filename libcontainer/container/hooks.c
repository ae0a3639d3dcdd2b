/* SPDX-License-Identifier: Apache-2.0 */
#include "container/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "container/state_json.h"
#include "linux/attributes.h"
#include "linux/process.h"
#include "linux/signals.h"

/* A memory file, not a pipe: a hook that never reads its stdin must not stop us. */
static int hooks_open_stdin(const char *json, struct error *err)
{
	cleanup_close int fd = memfd_create("state.json", MFD_CLOEXEC);
	int result;

	if (fd < 0)
		return error_errno(err, errno, "make the hook's stdin");
	result = io_write_all(fd, json, strlen(json));
	if (result < 0)
		return error_errno(err, -result, "fill the hook's stdin");
	if (lseek(fd, 0, SEEK_SET) < 0)
		return error_errno(err, errno, "rewind the hook's stdin");
	return move_fd(&fd);
}

static _Noreturn void hooks_exec(const struct oci_hook *hook, int stdin_fd, pid_t parent)
{
	char *default_args[] = { hook->path, NULL };
	char *no_environment[] = { NULL };
	char *const *args = hook->args.length ? hook->args.items : default_args;
	char *const *env = hook->env.length ? hook->env.items : no_environment;
	struct error err;

	signals_reset();
	/* Nobody would wait for it any more, nor end it after its timeout. */
	if (process_end_with_parent(parent) < 0)
		_exit(126);
	/* A group of its own, so that a timeout ends its children too. */
	setpgid(0, 0);
	if (dup2(stdin_fd, STDIN_FILENO) >= 0 && attributes_close_on_exec_from(3, &err) == 0)
		execve(hook->path, args, env);
	/* The status that shells give for "not found" and "not executable". */
	_exit(errno == ENOENT ? 127 : 126);
}

static int hooks_wait(const struct oci_hook *hook, pid_t pid, int pidfd, struct error *err)
{
	int timeout_ms = -1, status;

	if (hook->timeout.set)
		timeout_ms = hook->timeout.value > INT32_MAX / 1000
				     ? INT32_MAX
				     : (int)hook->timeout.value * 1000;
	if (process_wait_gone(pidfd, timeout_ms) == -ETIMEDOUT) {
		kill(-pid, SIGKILL);
		kill(pid, SIGKILL);
		process_reap(pid);
		return error_set(err, ETIMEDOUT, "'%s' did not end within its timeout of %lld s",
			hook->path, (long long)hook->timeout.value);
	}
	status = process_reap(pid);
	if (status == 0)
		return 0;
	if (status < 0)
		return error_errno(err, -status, "wait for '%s'", hook->path);
	if (status == 126 || status == 127)
		return error_set(err, ENOEXEC, "'%s' could not be executed (exit status %d)",
			hook->path, status);
	if (status > 128)
		return error_set(
			err, EINTR, "'%s' was killed by signal %d", hook->path, status - 128);
	return error_set(err, ECANCELED, "'%s' ended with exit status %d", hook->path, status);
}

static int hooks_run_one(const struct oci_hook *hook, const char *json, struct error *err)
{
	cleanup_close int stdin_fd = hooks_open_stdin(json, err);
	cleanup_close int pidfd = -1;
	pid_t parent = getpid(), pid;
	bool ignored;

	if (stdin_fd < 0)
		return -1;
	pid = process_clone(0, -1, &ignored, &pidfd);
	if (pid == 0)
		hooks_exec(hook, stdin_fd, parent);
	if (pid < 0)
		return error_errno(err, -pid, "fork for '%s'", hook->path);
	return hooks_wait(hook, pid, pidfd, err);
}

int hooks_run(const struct oci_hook_list *hooks, const char *name,
	const struct oci_state_file *state, enum oci_status status, pid_t pid, struct error *err)
{
	cleanup_free char *json = NULL;

	if (hooks->length == 0)
		return 0;
	json = state_json(state, status, pid);
	for (size_t i = 0; i < hooks->length; i++) {
		log_debug("hooks.%s[%zu]: '%s'", name, i, hooks->items[i].path);
		if (hooks_run_one(&hooks->items[i], json, err) < 0)
			return error_prefix(err, "hooks.%s[%zu]", name, i);
	}
	return 0;
}

void hooks_run_all(const struct oci_hook_list *hooks, const char *name,
	const struct oci_state_file *state, enum oci_status status, pid_t pid)
{
	cleanup_free char *json = NULL;
	struct error err;

	if (hooks->length == 0)
		return;
	json = state_json(state, status, pid);
	for (size_t i = 0; i < hooks->length; i++)
		if (hooks_run_one(&hooks->items[i], json, &err) < 0)
			log_warning("hooks.%s[%zu]: %s", name, i, err.text);
}
