/* SPDX-License-Identifier: Apache-2.0 */
/* The recipe of `exec`: a process more, in a container that is there. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path.h"
#include "container/adapt.h"
#include "container/become.h"
#include "container/console.h"
#include "container/directory.h"
#include "container/exec_process.h"
#include "container/filter.h"
#include "container/foreground.h"
#include "container/pid_file.h"
#include "container/recipe.h"
#include "container/state_json.h"
#include "container/status.h"
#include "container/supervise.h"
#include "container/sync.h"
#include "linux/attributes.h"
#include "linux/process.h"
#include "linux/socket.h"
#include "linux/terminal.h"

struct execution {
	const struct container_runtime *runtime;
	const struct container_exec_options *options;
	const char *id;
	int directory;
	int container_pidfd; /* of its init */
	struct oci_state_file state;
	struct oci_config *config;         /* the container's own */
	struct oci_config *process_config; /* only its process is set */
	const struct oci_process *process;
	struct strv cgroup_directories;
	struct filter *filter; /* NULL: no seccomp */
	struct enter enter;
	struct become become;
	int console_socket, console;
	bool pid_file_written;
};

static int exec_find_container(void *context, struct error *err)
{
	struct execution *execution = context;
	enum container_status status;

	execution->directory =
		status_open(execution->runtime, execution->id, false, &execution->state, err);
	if (execution->directory < 0)
		return -1;
	if (status_of(&execution->state, &status, &execution->container_pidfd, err) < 0)
		return error_prefix(err, "container '%s'", execution->id);
	if (status != CONTAINER_RUNNING && status != CONTAINER_CREATED)
		return error_set(err, EINVAL, "container '%s' is %s; exec needs a running one",
			execution->id, container_status_name(status));
	return directory_load_config(execution->directory, &execution->config, err);
}

static int exec_read_process(void *context, struct error *err)
{
	struct execution *execution = context;

	execution->enter.keeps_groups = become_is_to_keep_groups(execution->config);
	execution->process_config = exec_process_make(execution->config, execution->options, err);
	if (!execution->process_config)
		return -1;
	execution->process = &execution->process_config->process;
	if (execution->process->terminal && execution->options->detach &&
		!execution->options->console_socket)
		return error_set(err, EINVAL, "--tty with --detach needs --console-socket");
	if (!execution->process->terminal && execution->options->console_socket)
		return error_set(err, EINVAL, "--console-socket: the process has no terminal");
	return 0;
}

static int exec_compile_seccomp(void *context, struct error *err)
{
	struct execution *execution = context;

	return filter_compile(execution->filter, execution->runtime->root,
		&execution->config->linux_.seccomp, &execution->config->arena, err);
}

static int exec_plan_processes(void *context, struct error *err)
{
	struct execution *execution = context;

	/* The host's own procfs, pinned before there is any other: "self" in it is us, wherever we
	 * are. */
	execution->become.procfd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (execution->become.procfd < 0)
		return error_errno(err, errno, "open /proc");
	if (filter_new(&execution->config->linux_.seccomp, &execution->filter, err) < 0)
		return -1;
	if (plan_make_join(execution->state.pid, &execution->enter.plan, err) < 0)
		return -1;
	/* Had init ended before, its pid and those namespaces could be another process's by now. */
	if (process_wait_gone(execution->container_pidfd, 0) != -ETIMEDOUT)
		return error_set(err, ESRCH, "container '%s' is stopped; exec needs a running one",
			execution->id);
	return 0;
}

/* --cgroup: below the container's own, in each hierarchy that has such a directory. */
static int exec_find_cgroup(void *context, struct error *err)
{
	struct execution *execution = context;
	const char *below = execution->options->cgroup;
	struct cgroup_plan plan = status_cgroup(&execution->state);

	for (size_t i = 0; below && i < plan.directories.length; i++) {
		cleanup_text struct text path = { 0 };

		text_printf(&path, "%s/%s", plan.directories.items[i], below);
		if (access(path.data, F_OK) == 0)
			strv_add(&execution->cgroup_directories, path.data);
		else if (errno != ENOENT)
			return error_errno(err, errno, "--cgroup: look for '%s'", path.data);
	}
	if (below && (strstr(below, "..") || execution->cgroup_directories.length == 0))
		return error_set(err, ENOENT, "--cgroup: container '%s' has no cgroup '%s'",
			execution->id, below);
	if (below)
		plan.directories = execution->cgroup_directories;
	return cgroup_entry_open(&plan, &execution->enter.cgroup, err);
}

static int exec_connect_sockets(void *context, struct error *err)
{
	struct execution *execution = context;

	execution->become.seccomp_agent =
		filter_connect_agent(&execution->config->linux_.seccomp, err);
	if (execution->become.seccomp_agent == -1)
		return -1;
	if (!execution->options->console_socket)
		return 0;
	execution->console_socket =
		socket_connect(execution->options->console_socket, "--console-socket", err);
	return execution->console_socket < 0 ? -1 : 0;
}

static int exec_open_terminal(void *context, struct error *err)
{
	struct execution *execution = context;
	cleanup_close int dev = -1, slave = -1;

	if (!execution->process->terminal)
		return 0;
	dev = path_open_in_root(execution->become.rootfd, "dev", O_PATH | O_DIRECTORY);
	slave = console_open(execution->process, dev, execution->console_socket,
		execution->enter.child_end, err);
	return slave < 0 ? -1 : terminal_become(slave, execution->process->user.uid, err);
}

static int exec_enter_root(void *context, struct error *err)
{
	struct execution *execution = context;

	if (attributes_new_session_keyring(execution->id, err) < 0)
		return -1;
	execution->become.rootfd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (execution->become.rootfd < 0)
		return error_errno(err, errno, "open the container's root");
	return 0;
}

static int exec_set_attributes(void *context, struct error *err)
{
	struct execution *execution = context;
	const char *final = execution->process->exec_cpu_affinity.final;

	if (final && attributes_set_cpu_affinity(final, "process.execCPUAffinity.final", err) < 0)
		return -1;
	return become_set_attributes(&execution->become, err);
}

static int exec_find_program(void *context, struct error *err)
{
	struct become *become = &((struct execution *)context)->become;

	if (become_enter_cwd(become, err) < 0 || become_fill_environment(become, err) < 0)
		return -1;
	return become_find_program(become, err);
}

/* From now on whom the process clones is seen by the others in there. */
static int exec_enter_pid_namespace(void *context, struct error *err)
{
	struct execution *execution = context;

	return enter_join_pid(&execution->enter, err);
}

static int exec_take_limits(void *context, struct error *err)
{
	struct execution *execution = context;

	if (sync_send(execution->enter.child_end, SYNC_LIMITS_PLEASE, 0, err) < 0)
		return -1;
	return sync_expect(execution->enter.child_end, SYNC_LIMITS_DONE, NULL, err);
}

static int exec_become_user(void *context, struct error *err)
{
	struct execution *execution = context;
	struct become *become = &execution->become;

	become->seccomp = filter_program(execution->filter);
	if (become->seccomp_agent >= 0)
		become->seccomp_agent_message = state_json_for_agent(&execution->state,
			OCI_STATUS_RUNNING, execution->state.pid,
			execution->config->linux_.seccomp.listener_metadata);
	enter_kept_fds(&execution->enter, become->kept);
	return become_user(become, err);
}

static int exec_lead_session(void *context, struct error *err)
{
	struct execution *execution = context;

	return become_lead_session(&execution->become, err);
}

static int exec_wait_for_start(void *context, struct error *err)
{
	struct execution *execution = context;

	if (sync_send(execution->enter.child_end, SYNC_READY, 0, err) < 0)
		return -1;
	return sync_expect(execution->enter.child_end, SYNC_START, NULL, err);
}

static int exec_become_program(void *context, struct error *err)
{
	struct execution *execution = context;

	if (become_settle(&execution->become, execution->enter.child_end, err) < 0)
		return -1;
	return become_program(&execution->become, execution->enter.child_end, err);
}

/* In the container's namespaces but for that of PIDs: nobody in there sees who does this. */
static const struct recipe_step exec_prepare_steps[] = {
	{ "enter the container's root", exec_enter_root, NULL },
	{ "open the terminal", exec_open_terminal, NULL },
	{ "set the process's attributes", exec_set_attributes, NULL },
	{ "find the program", exec_find_program, NULL },
	{ "enter the PID namespace", exec_enter_pid_namespace, NULL },
	{ "take the limits", exec_take_limits, NULL },
	{ "become the user", exec_become_user, NULL },
	{ NULL, NULL, NULL },
};

/* In the new process, which has nothing of the host. */
static const struct recipe_step exec_become_steps[] = {
	{ "lead a session", exec_lead_session, NULL },
	{ "wait for the start", exec_wait_for_start, NULL },
	{ "become the user's program", exec_become_program, NULL },
	{ NULL, NULL, NULL },
};

static int exec_prepare(void *context, struct error *err)
{
	struct execution *execution = context;

	execution->become.process = execution->process;
	execution->become.linux_ = &execution->config->linux_;
	execution->become.keeps_groups = execution->enter.keeps_groups;
	execution->become.preserve_fds = execution->options->preserve_fds;
	execution->become.prepares_outside = execution->enter.plan.prepares_outside;
	log_close();
	return recipe_run(exec_prepare_steps, execution, err);
}

static void exec_become(void *context)
{
	struct execution *execution = context;
	struct error err = { 0 };

	if (recipe_run(exec_become_steps, execution, &err) < 0)
		sync_send_error(execution->enter.child_end, &err);
	_exit(1);
}

static int exec_spawn(void *context, struct error *err)
{
	struct execution *execution = context;
	const char *initial = execution->process->exec_cpu_affinity.initial;
	const struct enter_work work = { exec_prepare, exec_become, execution };

	/* For us and by inheritance for the process, until it is in the container's cgroup. */
	if (initial &&
		attributes_set_cpu_affinity(initial, "process.execCPUAffinity.initial", err) < 0)
		return -1;
	become_read_caller(&execution->become);
	return enter_spawn(&execution->enter, &work, err);
}

static void exec_undo_spawn(void *context)
{
	struct execution *execution = context;

	enter_abort(&execution->enter);
}

static int exec_serve(void *context, struct error *err)
{
	struct execution *execution = context;
	const struct supervisor supervisor = {
		.enter = &execution->enter,
		.process = execution->process,
		.console = &execution->console,
	};

	return supervise_until_ready(&supervisor, err);
}

static int exec_write_pid_file(void *context, struct error *err)
{
	struct execution *execution = context;

	if (pid_file_write(execution->options->pid_file, execution->enter.init, err) < 0)
		return -1;
	execution->pid_file_written = execution->options->pid_file != NULL;
	return 0;
}

static void exec_undo_pid_file(void *context)
{
	struct execution *execution = context;

	/* Not what was refused for being something else. */
	if (execution->pid_file_written)
		unlink(execution->options->pid_file);
}

static int exec_start(void *context, struct error *err)
{
	struct execution *execution = context;

	if (!execution->options->detach)
		foreground_hold_signals();
	if (sync_send(execution->enter.runtime_end, SYNC_START, 0, err) < 0)
		return -1;
	return supervise_until_executed(execution->enter.runtime_end, execution->enter.init, err);
}

static const struct recipe_step exec_steps[] = {
	{ "find the container", exec_find_container, NULL },
	{ "read the process", exec_read_process, NULL },
	{ "plan the processes", exec_plan_processes, NULL },
	{ "find the cgroup", exec_find_cgroup, NULL },
	{ "connect to the sockets", exec_connect_sockets, NULL },
	{ "make the process", exec_spawn, exec_undo_spawn },
	{ "compile the seccomp filter", exec_compile_seccomp, NULL },
	{ "serve it until it is ready", exec_serve, NULL },
	{ "write the pid file", exec_write_pid_file, exec_undo_pid_file },
	{ "start it", exec_start, NULL },
	{ NULL, NULL, NULL },
};

static void exec_close(struct execution *execution)
{
	enter_close(&execution->enter);
	cleanup_fd(&execution->directory);
	cleanup_fd(&execution->container_pidfd);
	become_close(&execution->become);
	cleanup_fd(&execution->console_socket);
	cleanup_fd(&execution->console);
	filter_free(&execution->filter);
	strv_free(&execution->cgroup_directories);
	oci_state_file_free(&execution->state);
	oci_config_free(execution->config);
	oci_config_free(execution->process_config);
}

int container_exec(const struct container_runtime *runtime, const char *id,
	const struct container_exec_options *options, int *exit_status, struct error *err)
{
	struct execution execution = {
		.runtime = runtime,
		.options = options,
		.id = id,
		.directory = -1,
		.container_pidfd = -1,
		.become = BECOME_NOTHING,
		.console_socket = -1,
		.console = -1,
	};
	int result;

	*exit_status = 0;
	enter_reset(&execution.enter);
	result = recipe_run(exec_steps, &execution, err);
	if (result == 0 && !options->detach)
		result = foreground_wait(&execution.enter, execution.console, exit_status, err);
	exec_close(&execution);
	return result;
}
