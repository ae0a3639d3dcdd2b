/* SPDX-License-Identifier: Apache-2.0 */
/* The recipe of init: a process in new namespaces becomes the user's process. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "container/creation.h"
#include "container/hooks.h"
#include "container/recipe.h"
#include "container/state_json.h"
#include "container/sync.h"
#include "linux/attributes.h"
#include "linux/netlink.h"
#include "linux/signals.h"
#include "linux/procfs.h"

static int init_close_outside(void *context, struct error *err)
{
	struct creation *creation = context;

	(void)err;
	/* The lock on the container's directory is the runtime's: an inherited descriptor would
	 * hold it. */
	cleanup_fd(&creation->directory);
	cgroup_entry_close(&creation->enter.cgroup);
	return 0;
}

static int init_lead_session(void *context, struct error *err)
{
	struct creation *creation = context;

	if (setsid() < 0)
		return error_errno(err, errno, "setsid");
	if (creation->options->no_new_keyring)
		return 0;
	return attributes_new_session_keyring(creation->id, err);
}

static int init_set_names(void *context, struct error *err)
{
	const struct creation *creation = context;
	const char *hostname = creation->config->hostname;
	const char *domainname = creation->config->domainname;

	if (hostname && sethostname(hostname, strlen(hostname)) < 0)
		return error_errno(err, errno, "hostname: set '%s'", hostname);
	if (domainname && setdomainname(domainname, strlen(domainname)) < 0)
		return error_errno(err, errno, "domainname: set '%s'", domainname);
	return 0;
}

static int init_bring_lo_up(void *context, struct error *err)
{
	struct creation *creation = context;

	if (plan_source(&creation->enter.plan, OCI_NAMESPACE_NETWORK) != PLAN_NEW)
		return 0;
	return netlink_set_up("lo", err);
}

/* For hooks and devices from outside; and hooks and a seccomp agent are told the pid that it knows
 * us by. */
static bool init_needs_runtime(const struct oci_config *config)
{
	const struct oci_hooks *hooks = &config->hooks;

	return config->linux_.net_devices_length || filter_notifies(&config->linux_.seccomp) ||
	       hooks->prestart.length || hooks->create_runtime.length ||
	       hooks->create_container.length || hooks->start_container.length;
}

static int init_wait_for_hooks(void *context, struct error *err)
{
	struct creation *creation = context;
	int32_t pid;

	if (!init_needs_runtime(creation->config))
		return 0;
	if (sync_send(creation->enter.child_end, SYNC_HOOKS_PLEASE, 0, err) < 0 ||
		sync_expect(creation->enter.child_end, SYNC_HOOKS_DONE, &pid, err) < 0)
		return -1;
	creation->host_pid = pid;
	return 0;
}

/* runtime.md, "Lifecycle" 5: still with the host's paths, so that the hook's path is found. */
static int init_create_container_hooks(void *context, struct error *err)
{
	struct creation *creation = context;

	/* The runtime has run them (hooks_inside.h). */
	if (creation->enter.plan.prepares_outside)
		return 0;
	return hooks_run(&creation->config->hooks.create_container, "createContainer",
		&creation->state, OCI_STATUS_CREATING, creation->host_pid, err);
}

static int init_write_sysctls(void *context, struct error *err)
{
	struct creation *creation = context;
	const struct oci_map *sysctl = &creation->config->linux_.sysctl;

	for (size_t i = 0; i < sysctl->length; i++)
		if (procfs_write_sysctl(creation->become.procfd, sysctl->items[i].key,
			    sysctl->items[i].value, err) < 0)
			return -1;
	return 0;
}

static int init_open_procfs(void *context, struct error *err)
{
	struct creation *creation = context;
	const struct oci_process *process = &creation->config->process;

	/* Only who has something to write or to ask there. */
	if (!creation->config->linux_.sysctl.length && !process->apparmor_profile &&
		!process->selinux_label &&
		plan_source(&creation->enter.plan, OCI_NAMESPACE_USER) == PLAN_INHERIT)
		return 0;
	return become_open_procfs(&creation->become, err);
}

static int init_set_attributes(void *context, struct error *err)
{
	struct creation *creation = context;

	return become_set_attributes(&creation->become, err);
}

static int init_find_program(void *context, struct error *err)
{
	struct become *become = &((struct creation *)context)->become;

	if (become_enter_cwd(become, err) < 0 || become_fill_environment(become, err) < 0)
		return -1;
	return become_find_program(become, err);
}

/* A start that is killed before it has said the word is as if it had never come: the next may say
 * it. */
static int init_accept_start(struct creation *creation, struct error *err)
{
	int *starter = &creation->enter.child_end;
	struct sync_message message = { .type = SYNC_END };

	while (message.type == SYNC_END) {
		replace_fd(starter, accept4(creation->start_socket, NULL, NULL, SOCK_CLOEXEC));
		if (*starter < 0 && errno == EINTR)
			continue;
		if (*starter < 0)
			return error_errno(err, errno, "accept on the start socket");
		if (sync_receive(*starter, &message, NULL, err) < 0)
			return -1;
	}
	cleanup_fd(&creation->start_socket);
	if (message.type != SYNC_START)
		return error_set(err, EPROTO, "got '%s' instead of '%s'", sync_name(message.type),
			sync_name(SYNC_START));
	return 0;
}

/* From now on whom the process clones is seen by the others in there. */
static int init_enter_pid_namespace(void *context, struct error *err)
{
	struct creation *creation = context;

	return enter_join_pid(&creation->enter, err);
}

static int init_take_limits(void *context, struct error *err)
{
	struct creation *creation = context;

	if (sync_send(creation->enter.child_end, SYNC_LIMITS_PLEASE, 0, err) < 0)
		return -1;
	return sync_expect(creation->enter.child_end, SYNC_LIMITS_DONE, NULL, err);
}

static int init_become_user(void *context, struct error *err)
{
	struct creation *creation = context;
	struct become *become = &creation->become;

	become->seccomp = filter_program(creation->filter);
	enter_kept_fds(&creation->enter, become->kept);
	become->kept[ENTER_KEPT_FDS] = creation->start_socket;
	return become_user(become, err);
}

static int init_keep_session(void *context, struct error *err)
{
	struct creation *creation = context;

	return become_lead_session(&creation->become, err);
}

/* `pid`: of init, as the runtime sees it. */
static int init_expect(struct creation *creation, enum sync_type type, struct error *err)
{
	int32_t pid;

	if (sync_expect(creation->enter.child_end, type, &pid, err) < 0)
		return -1;
	creation->host_pid = pid;
	return 0;
}

static int init_wait_for_start(void *context, struct error *err)
{
	struct creation *creation = context;
	int *runtime = &creation->enter.child_end;

	/*
	 * A created container can be told to end: nobody else is in it yet to hear of it. It can before the
	 * runtime knows that it is ready, because the signal may follow create at once.
	 */
	if (!creation->starts_itself)
		signals_end_this_process();
	if (sync_send(*runtime, SYNC_READY, 0, err) < 0)
		return -1;
	if (creation->starts_itself)
		return init_expect(creation, SYNC_START, err);
	if (init_expect(creation, SYNC_CREATED, err) < 0)
		return -1;
	/* From now on whoever starts us hears our errors; create has gone home. */
	cleanup_fd(runtime);
	return init_accept_start(creation, err);
}

static int init_settle(void *context, struct error *err)
{
	struct creation *creation = context;

	if (creation->become.seccomp_agent >= 0)
		creation->become.seccomp_agent_message = state_json_for_agent(&creation->state,
			OCI_STATUS_CREATED, creation->host_pid,
			creation->config->linux_.seccomp.listener_metadata);
	return become_settle(&creation->become, creation->enter.child_end, err);
}

/*
 * runtime.md, "Lifecycle" 8: in the container, by the container's paths. They are programs of the image, so they
 * have what its process has: the user, the capabilities, noNewPrivileges, the filter, the limits.
 */
static int init_start_container_hooks(void *context, struct error *err)
{
	struct creation *creation = context;

	return hooks_run(&creation->config->hooks.start_container, "startContainer",
		&creation->state, OCI_STATUS_CREATED, creation->host_pid, err);
}

static int init_become_program(void *context, struct error *err)
{
	struct creation *creation = context;

	return become_program(&creation->become, creation->enter.child_end, err);
}

/*
 * With the host's paths and all rights; where other processes are in the PID namespace already, by the stage,
 * whom they do not see.
 */
static const struct recipe_step init_prepare_steps[] = {
	{ "close what is the runtime's", init_close_outside, NULL },
	{ "lead a session", init_lead_session, NULL },
	{ "set hostname and domainname", init_set_names, NULL },
	{ "bring the loopback interface up", init_bring_lo_up, NULL },
	/* A detached procfs of our own, before any path of the rootfs could stand in for it. */
	{ "open a private procfs", init_open_procfs, NULL },
	{ "attach the rootfs", init_attach_rootfs, NULL },
	{ "mount what config.json lists", init_mount_all, NULL },
	{ "make the devices", init_make_devices, NULL },
	{ "open the terminal", init_open_terminal, NULL },
	{ "let the runtime run its hooks", init_wait_for_hooks, NULL },
	{ "run the createContainer hooks", init_create_container_hooks, NULL },
	{ "pivot into the rootfs", init_pivot, NULL },
	{ "write the sysctls", init_write_sysctls, NULL },
	{ "mask paths", init_mask_paths, NULL },
	{ "set the process's attributes", init_set_attributes, NULL },
	{ "find the program", init_find_program, NULL },
	{ "enter the PID namespace", init_enter_pid_namespace, NULL },
	{ "take the limits", init_take_limits, NULL },
	/* Before anybody can be in the container who could take them over (`exec` into a created one). */
	{ "become the user", init_become_user, NULL },
	{ NULL, NULL, NULL },
};

/* With nothing but what the user's process will have. */
static const struct recipe_step init_become_steps[] = {
	{ "lead a session with the terminal", init_keep_session, NULL },
	{ "wait for the start", init_wait_for_start, NULL },
	{ "install the seccomp filter", init_settle, NULL },
	{ "run the startContainer hooks", init_start_container_hooks, NULL },
	{ "become the user's program", init_become_program, NULL },
	{ NULL, NULL, NULL },
};

int init_prepare(void *context, struct error *err)
{
	struct creation *creation = context;
	struct become *become = &creation->become;

	become->process = &creation->config->process;
	become->linux_ = &creation->config->linux_;
	become->preserve_fds = creation->options->preserve_fds;
	become->makes_cwd = true;
	become->keeps_groups = creation->enter.keeps_groups;
	become->prepares_outside = creation->enter.plan.prepares_outside;
	log_close();
	return recipe_run(init_prepare_steps, creation, err);
}

void init_become(void *context)
{
	struct creation *creation = context;
	struct error err = { 0 };

	if (recipe_run(init_become_steps, creation, &err) < 0)
		sync_send_error(creation->enter.child_end, &err);
	_exit(1);
}
