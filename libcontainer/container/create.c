/* SPDX-License-Identifier: Apache-2.0 */
/* The recipe of `create`, from config.json to an init that waits for its start. */
#include "container/creation.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/log.h"
#include "container/adapt.h"
#include "container/directory.h"
#include "container/hooks.h"
#include "container/hooks_inside.h"
#include "container/net_devices.h"
#include "container/pod_clock.h"
#include "container/pod_sandbox.h"
#include "container/recipe.h"
#include "container/supervise.h"
#include "container/sync.h"
#include "linux/procfs.h"
#include "linux/socket.h"

void creation_reset(struct creation *creation)
{
	*creation = (struct creation){
		.directory = -1,
		.sandbox = -1,
		.tree = -1,
		.console_socket = -1,
		.console = -1,
		.start_socket = -1,
		.rootfs.fd = -1,
		.become = BECOME_NOTHING,
	};
	enter_reset(&creation->enter);
}

static void creation_close_sources(struct creation *creation)
{
	cleanup_fd(&creation->tree);
	for (size_t i = 0; creation->mount_sources && i < creation->config->mounts_length; i++)
		cleanup_fd(&creation->mount_sources[i]);
	free(move_pointer(creation->mount_sources));
}

void creation_close(struct creation *creation)
{
	creation_close_sources(creation);
	for (size_t i = 0; creation->mounts && i < creation->config->mounts_length; i++)
		mount_options_free(&creation->mounts[i].options);
	enter_close(&creation->enter);
	cleanup_fd(&creation->directory);
	cleanup_fd(&creation->sandbox);
	cleanup_fd(&creation->console_socket);
	cleanup_fd(&creation->console);
	cleanup_fd(&creation->start_socket);
	become_close(&creation->become);
	cgroup_plan_free(&creation->cgroup);
	cgroup_view_free(&creation->cgroup_view);
	filter_free(&creation->filter);
	oci_state_file_free(&creation->state);
	oci_config_free(creation->config);
	free(creation->config_json);
	free(creation->bundle);
}

static int create_compile_seccomp(void *context, struct error *err)
{
	struct creation *creation = context;

	return filter_compile(creation->filter, creation->runtime->root,
		&creation->config->linux_.seccomp, &creation->config->arena, err);
}

int create_make_directory(void *context, struct error *err)
{
	struct creation *creation = context;

	creation->directory = directory_create(creation->runtime, creation->id, err);
	return creation->directory < 0 ? -1 : 0;
}

void create_undo_directory(void *context)
{
	struct creation *creation = context;
	struct error err;

	if (creation->directory < 0)
		return;
	if (!creation->keeps_directory &&
		directory_remove(creation->runtime, creation->id, creation->directory, &err) < 0)
		log_warning("%s", err.text);
	cleanup_fd(&creation->directory);
}

static int create_find_pod_clock(void *context, struct error *err)
{
	struct creation *creation = context;
	const struct clock_request *clock = &creation->clock;
	int fd;

	if (clock->kind != CLOCK_KIND_POD)
		return 0;
	if (text_equal(clock->sandbox, creation->id))
		fd = pod_clock_make(creation->directory, clock, err);
	else
		fd = pod_clock_join(creation->sandbox, clock, err);
	create_unlock_sandbox(creation);
	creation->enter.plan.namespaces[OCI_NAMESPACE_TIME].fd = fd;
	return fd < 0 ? -1 : 0;
}

static int create_listen(struct creation *creation, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	/* Through the descriptor, because --root may be longer than a socket's path may be. */
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s",
		creation->directory, DIRECTORY_START_SOCKET);
	creation->start_socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (creation->start_socket < 0 ||
		bind(creation->start_socket, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		listen(creation->start_socket, 1) < 0)
		return error_errno(err, errno, "make the start socket");
	return 0;
}

static int create_open_sockets(void *context, struct error *err)
{
	struct creation *creation = context;

	if (creation->options->console_socket) {
		creation->console_socket =
			socket_connect(creation->options->console_socket, "--console-socket", err);
		if (creation->console_socket < 0)
			return -1;
	}
	creation->become.seccomp_agent =
		filter_connect_agent(&creation->config->linux_.seccomp, err);
	if (creation->become.seccomp_agent == -1)
		return -1;
	return creation->starts_itself ? 0 : create_listen(creation, err);
}

/* An idmapped mount needs the rights of the runtime, and so does a source that a user namespace can
 * not reach. */
static bool create_opens_source(const struct creation *creation, size_t i)
{
	if (creation->config->mounts[i].uid_mappings.length || creation->mounts[i].options.idmap)
		return true;
	return creation->opens_for_init && mount_is_bind(&creation->mounts[i]);
}

static int create_open_source(struct creation *creation, size_t i, struct error *err)
{
	const struct oci_mount *mount = &creation->config->mounts[i];
	struct mount_request *request = &creation->mounts[i];
	struct userns_maps maps = creation->enter.maps;
	cleanup_close int userns = -1;

	if (mount->uid_mappings.length)
		adapt_maps(&mount->uid_mappings, &mount->gid_mappings, &creation->config->arena,
			&maps);
	if (mount->uid_mappings.length || request->options.idmap) {
		userns = userns_open(&maps, err);
		if (userns < 0)
			return error_prefix(err, "%s", request->where);
		request->idmap_userns_fd = userns;
	}
	creation->mount_sources[i] = mount_open_bind(request, err);
	request->idmap_userns_fd = -1;
	return creation->mount_sources[i] < 0 ? -1 : 0;
}

static int create_open_sources(void *context, struct error *err)
{
	struct creation *creation = context;
	size_t length = creation->config->mounts_length;

	creation->mount_sources = malloc((length + 1) * sizeof(int));
	if (!creation->mount_sources)
		fatal_out_of_memory();
	for (size_t i = 0; i < length; i++)
		creation->mount_sources[i] = -1;
	for (size_t i = 0; i < length; i++)
		if (create_opens_source(creation, i) && create_open_source(creation, i, err) < 0)
			return -1;
	if (!creation->opens_for_init)
		return 0;
	creation->tree = rootfs_open(creation->state.rootfs, err);
	return creation->tree < 0 ? -1 : 0;
}

static void create_undo_sources(void *context)
{
	creation_close_sources(context);
}

static int create_spawn_init(void *context, struct error *err)
{
	struct creation *creation = context;
	const struct enter_work work = { init_prepare, init_become, creation };

	become_read_caller(&creation->become);
	/*
	 * Whose rights end at the user namespace may not look at a process of it that is not dumpable, and asks for
	 * its clocks before it starts. In a PID namespace of its own nobody is there but whom `exec` brings.
	 */
	creation->become.stays_dumpable =
		geteuid() != 0 && !creation->enter.plan.prepares_outside &&
		plan_source(&creation->enter.plan, OCI_NAMESPACE_USER) == PLAN_NEW;
	return enter_spawn(&creation->enter, &work, err);
}

void create_undo_init(void *context)
{
	struct creation *creation = context;

	enter_abort(&creation->enter);
	if (creation->hooks_ran)
		hooks_run_all(&creation->config->hooks.poststop, "poststop", &creation->state,
			OCI_STATUS_STOPPED, 0);
	creation->hooks_ran = false;
}

/* As soon as the pid is known it is in the state file: from there `delete --force` can kill it. */
int create_record_init(void *context, struct error *err)
{
	struct creation *creation = context;
	struct oci_state_file *state = &creation->state;
	unsigned long long start_time;
	int result;

	if (state->pid == creation->enter.init)
		return 0;
	result = procfs_start_time(creation->enter.init, &start_time);
	if (result < 0)
		return error_errno(err, -result, "read the start time of init (pid %d)",
			(int)creation->enter.init);
	state->pid = creation->enter.init;
	state->start_time = start_time;
	return directory_save_state(creation->directory, state, err);
}

/* runtime.md, "Lifecycle" 3 and 4, in this order. */
int creation_run_hooks(struct creation *creation, struct error *err)
{
	const struct oci_hooks *hooks = &creation->config->hooks;
	pid_t pid = enter_first_process(&creation->enter);

	/* First: hooks and sysctls find the devices in their place. */
	if (net_devices_move(creation->config, pid, err) < 0)
		return -1;
	creation->hooks_ran = true;
	if (hooks_run(&hooks->prestart, "prestart", &creation->state, OCI_STATUS_CREATING, pid,
		    err) < 0)
		return -1;
	return hooks_run(&hooks->create_runtime, "createRuntime", &creation->state,
		OCI_STATUS_CREATING, pid, err);
}

static int create_run_hooks(void *context, struct error *err)
{
	struct creation *creation = context;

	if (creation_run_hooks(creation, err) < 0)
		return -1;
	if (creation->enter.plan.prepares_outside && hooks_run_inside(creation, err) < 0)
		return -1;
	return sync_send(creation->enter.runtime_end, SYNC_HOOKS_DONE,
		enter_first_process(&creation->enter), err);
}

static int create_serve_init(void *context, struct error *err)
{
	struct creation *creation = context;
	const struct supervisor supervisor = {
		.enter = &creation->enter,
		.process = &creation->config->process,
		.console = &creation->console,
		.record = create_record_init,
		.describe = create_describe_init,
		.run_hooks = create_run_hooks,
		.context = creation,
	};

	return supervise_until_ready(&supervisor, err);
}

static const struct recipe_step create_steps[] = {
	/* Nothing is made before the last of these. */
	{ "read config.json", create_read_config, NULL },
	{ "decide on the clock", create_decide_clock, NULL },
	{ "find its pod", create_find_sandbox, NULL },
	{ "check it against this machine", create_check_machine, NULL },
	{ "leave its clock to the pod", create_leave_clock, NULL },
	{ "plan the processes", create_plan_processes, NULL },
	{ "plan the mounts", create_plan_mounts, NULL },
	{ "plan the cgroup", create_plan_cgroup, NULL },
	{ "lock the pod's sandbox", create_lock_sandbox, create_unlock_sandbox },
	/* The directory is the lock on the id; what is in it is the intent that delete undoes. */
	{ "make the container's directory", create_make_directory, create_undo_directory },
	{ "write the intent", create_write_intent, NULL },
	{ "find the pod's clock", create_find_pod_clock, NULL },
	{ "make the cgroup", create_make_cgroup, create_undo_cgroup },
	/* While nobody is in it: a list of devices is not written at once. */
	{ "set the cgroup's limits", create_set_limits, NULL },
	{ "open the sockets", create_open_sockets, NULL },
	{ "open the sources of mounts", create_open_sources, create_undo_sources },
	{ "make the container's processes", create_spawn_init, create_undo_init },
	/* While init is at work on its filesystem. */
	{ "compile the seccomp filter", create_compile_seccomp, NULL },
	{ "serve init until it is ready", create_serve_init, NULL },
	{ "leave the cgroup to init", create_settle_cgroup, NULL },
	{ NULL, NULL, NULL },
};

int creation_make(struct creation *creation, struct error *err)
{
	return recipe_run(create_steps, creation, err);
}

void creation_undo(struct creation *creation)
{
	if (creation->pid_file_written)
		unlink(creation->options->pid_file);
	create_undo_init(creation);
	create_undo_cgroup(creation);
	create_undo_directory(creation);
}

int creation_finish(struct creation *creation, enum oci_status status, struct error *err)
{
	if (creation_record(creation, status, err) < 0)
		return -1;
	return sync_send(creation->enter.runtime_end,
		status == OCI_STATUS_CREATED ? SYNC_CREATED : SYNC_START, creation->enter.init,
		err);
}

int container_create(const struct container_runtime *runtime, const char *id,
	const struct container_create_options *options, struct error *err)
{
	struct creation creation;
	int result;

	creation_reset(&creation);
	creation.runtime = runtime;
	creation.options = options;
	creation.id = id;
	result = creation_make(&creation, err);
	if (result == 0) {
		result = creation_finish(&creation, OCI_STATUS_CREATED, err);
		if (result < 0)
			creation_undo(&creation);
	}
	creation_close(&creation);
	return result;
}
