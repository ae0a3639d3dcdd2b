/* SPDX-License-Identifier: Apache-2.0 */
#include "container/become.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "container/adapt.h"
#include "container/passwd.h"
#include "linux/attributes.h"
#include "linux/caps.h"
#include "linux/lsm.h"
#include "linux/procfs.h"
#include "linux/signals.h"
#include "linux/socket.h"

int become_open_procfs(struct become *become, struct error *err)
{
	become->procfd = procfs_open(err);
	return become->procfd < 0 ? -1 : 0;
}

static int become_set_scheduler(const struct oci_scheduler *asked, struct error *err)
{
	struct attributes_scheduler scheduler = {
		.policy = asked->policy,
		.flags = (const char *const *)asked->flags.items,
		.flags_length = asked->flags.length,
		.nice = (int)asked->nice.value,
		.priority = (int)asked->priority.value,
		.runtime = asked->runtime.value,
		.deadline = asked->deadline.value,
		.period = asked->period.value,
	};

	return attributes_set_scheduler(&scheduler, err);
}

int become_set_attributes(struct become *become, struct error *err)
{
	const struct oci_process *process = become->process;
	const struct oci_linux *linux_ = become->linux_;

	if (linux_ && linux_->memory_policy.set &&
		attributes_set_memory_policy(linux_->memory_policy.mode,
			linux_->memory_policy.nodes,
			(const char *const *)linux_->memory_policy.flags.items,
			linux_->memory_policy.flags.length, err) < 0)
		return -1;
	if (linux_ && linux_->personality.set &&
		attributes_set_personality(linux_->personality.domain, err) < 0)
		return -1;
	if (process->scheduler.set && become_set_scheduler(&process->scheduler, err) < 0)
		return -1;
	if (process->io_priority.set && attributes_set_io_priority(process->io_priority.class,
						(int)process->io_priority.priority.value, err) < 0)
		return -1;
	umask(process->user.umask.set ? process->user.umask.value : 0022);
	return 0;
}

/* As runc and crun do for images whose WORKDIR was never made. */
static int become_make_cwd(struct become *become, const char *cwd, struct error *err)
{
	cleanup_close int made = path_mkdir_in_root(become->rootfd, cwd, 0755);

	if (made < 0)
		return error_errno(err, -made, "process.cwd: make '%s'", cwd);
	return 0;
}

int become_enter_cwd(struct become *become, struct error *err)
{
	const char *cwd = become->process->cwd;
	char where[4096];
	int result = chdir(cwd);

	if (result < 0 && errno == ENOENT && become->makes_cwd) {
		if (become_make_cwd(become, cwd, err) < 0)
			return -1;
		result = chdir(cwd);
	}
	if (result < 0)
		return error_errno(err, errno, "process.cwd: enter '%s'", cwd);
	/* The kernel says "(unreachable)" of a directory that is not below our root. */
	if (!getcwd(where, sizeof(where)) || where[0] != '/')
		return error_set(err, EPERM, "process.cwd: '%s' leads out of the container", cwd);
	return 0;
}

static const char *become_getenv(const struct become *become, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < become->environment.length; i++) {
		const char *entry = become->environment.items[i];

		if (strncmp(entry, name, length) == 0 && entry[length] == '=')
			return entry + length + 1;
	}
	return NULL;
}

static void become_setenv(struct become *become, const char *name, const char *value)
{
	cleanup_text struct text entry = { 0 };

	if (become_getenv(become, name))
		return;
	text_printf(&entry, "%s=%s", name, value);
	strv_add(&become->environment, entry.data);
}

/* sd_listen_fds(3): the first descriptors from 3 on, before those of --preserve-fds. */
static int become_count_listen_fds(void)
{
	const char *asked = getenv("LISTEN_FDS");
	int count;

	return asked && number_parse_int(asked, 0, 1024, &count) == 0 ? count : 0;
}

/* They are meant for the pid that the process has in here. */
static void become_pass_listen_fds(struct become *become)
{
	const char *names = getenv("LISTEN_FDNAMES");
	char pid[16];

	if (become_count_listen_fds() == 0)
		return;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	become_setenv(become, "LISTEN_FDS", getenv("LISTEN_FDS"));
	become_setenv(become, "LISTEN_PID", pid);
	if (names)
		become_setenv(become, "LISTEN_FDNAMES", names);
}

int become_fill_environment(struct become *become, struct error *err)
{
	const struct oci_strings *env = &become->process->env;

	(void)err;
	for (size_t i = 0; i < env->length; i++)
		strv_add(&become->environment, env->items[i]);
	if (!become_getenv(become, "HOME")) {
		cleanup_free char *home = passwd_home(become->rootfd, become->process->user.uid);

		become_setenv(become, "HOME", home);
	}
	become_pass_listen_fds(become);
	if (become->passes_notify_socket)
		become_setenv(become, "NOTIFY_SOCKET", BECOME_NOTIFY_SOCKET);
	return 0;
}

/* As root; whether the user may execute it too is execve's to say. */
static bool become_is_executable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/*
 * docker looks for the kernel's words as Go spells them, in lower case, and makes the exit codes 126
 * and 127 of them.
 */
static int become_refuse_program(const char *program, const char *what, int code, struct error *err)
{
	const char *words = strerror(code);

	return error_set(err, code, "process.args[0]: '%s'%s: %c%s", program, what,
		tolower((unsigned char)words[0]), words + 1);
}

int become_find_program(struct become *become, struct error *err)
{
	const char *program = become->process->args.items[0];
	const char *path = become_getenv(become, "PATH");
	cleanup_text struct text candidate = { 0 };

	if (strchr(program, '/')) {
		struct stat st;

		if (stat(program, &st) < 0)
			return become_refuse_program(program, "", errno, err);
		if (!become_is_executable(program))
			return become_refuse_program(
				program, " is not an executable file", EACCES, err);
		become->executable = strdup(program);
		return become->executable ? 0 : error_set(err, ENOMEM, "out of memory");
	}
	if (!path)
		path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	for (const char *next; path; path = next) {
		const char *colon = strchrnul(path, ':');

		next = *colon ? colon + 1 : NULL;
		candidate.length = 0;
		text_add_bytes(&candidate, path, (size_t)(colon - path));
		text_printf(&candidate, "%s%s", candidate.length ? "/" : "./", program);
		if (become_is_executable(candidate.data)) {
			become->executable = move_pointer(candidate.data);
			return 0;
		}
	}
	/* Engines know this sentence, and make exit code 127 of it. */
	return error_set(err, ENOENT,
		"process.args[0]: '%s': executable file not found in $PATH of process.env",
		program);
}

/*
 * config-linux.md "Seccomp": the listener goes to the agent, together with the container's state.
 */
static int become_hand_over_listener(struct become *become, int listener, struct error *err)
{
	int result = socket_send(become->seccomp_agent, become->seccomp_agent_message,
		strlen(become->seccomp_agent_message), listener);

	if (result < 0)
		return error_errno(
			err, -result, "linux.seccomp.listenerPath: send the listener to the agent");
	return 0;
}

static int become_install_seccomp(struct become *become, struct error *err)
{
	cleanup_close int listener = -1;
	int result;

	if (!become->seccomp)
		return 0;
	result = seccomp_install(become->seccomp, err);
	if (result < 0)
		return -1;
	if (!become->seccomp->notifies)
		return 0;
	listener = result;
	return become_hand_over_listener(become, listener, err);
}

/* user_namespaces(7): without a privileged writer of gid_map, setgroups(2) is denied for good. */
static bool become_groups_are_fixed(int procfd)
{
	cleanup_close int fd = -1;
	char word[8] = "";

	if (procfd < 0)
		return false;
	fd = procfs_open_file(procfd, "self/setgroups", O_RDONLY);
	return fd >= 0 && read(fd, word, sizeof(word) - 1) > 0 && text_starts_with(word, "deny");
}

bool become_is_to_keep_groups(const struct oci_config *config)
{
	return text_equal(oci_config_annotation(config, BECOME_KEEP_GROUPS), "1");
}

static int become_user(struct become *become, struct error *err)
{
	const struct oci_user *user = &become->process->user;
	struct caps_identity identity = {
		.uid = user->uid,
		.gid = user->gid,
		.groups = user->additional_gids,
		.groups_length = user->additional_gids_length,
		.keep_groups = become->groups_are_fixed || become->keeps_groups,
	};

	/* With keeps_groups the config's own are not asked for, as to crun. */
	if (become->keeps_groups)
		identity.groups_length = 0;
	if (identity.keep_groups && identity.groups_length > 0)
		return error_set(err, EPERM,
			"process.user.additionalGids: setgroups is denied in this user namespace");
	adapt_capabilities(&become->process->capabilities, &identity.sets);
	return caps_become(&identity, err);
}

static int become_give_up_rights(struct become *become, struct error *err)
{
	bool no_new_privileges = become->process->no_new_privileges;

	if (no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_errno(err, errno, "process.noNewPrivileges");
	/* Without noNewPrivileges a filter needs CAP_SYS_ADMIN, so it comes before the change of
	 * user. */
	if (!no_new_privileges && become_install_seccomp(become, err) < 0)
		return -1;
	if (become_user(become, err) < 0)
		return -1;
	return no_new_privileges ? become_install_seccomp(become, err) : 0;
}

/* The user owns what its process was given as stdin, stdout and stderr, so that it can open them
 * again. */
static void become_own_stdio(const struct oci_user *user)
{
	for (int fd = 0; fd <= 2; fd++) {
		struct stat st;

		if (fstat(fd, &st) < 0 || st.st_uid == user->uid)
			continue;
		/* /dev/null belongs to everybody. */
		if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
			continue;
		if (fchown(fd, user->uid, (gid_t)-1) < 0)
			continue; /* in another user namespace, or on a read-only mount: no matter */
	}
}

/*
 * Marked close-on-exec is not enough: execve looks its path up before, and for one like
 * /proc/self/fd/N/../../bin/sh a directory of the host leads out of here (CVE-2024-21626).
 */
static int become_close_descriptors(struct become *become, struct error *err)
{
	const int keep[2] = { become->sync_fd, become->seccomp_agent };
	int first = 3 + become->preserve_fds + become_count_listen_fds();

	cleanup_fd(&become->procfd);
	cleanup_fd(&become->rootfd);
	/*
	 * Those below were inherited without close-on-exec; a descriptor of our own always has it.
	 */
	for (int fd = 3; fd < first; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags >= 0 && (flags & FD_CLOEXEC) && fd != keep[0] && fd != keep[1])
			close(fd);
	}
	return attributes_close_from(first, keep, err);
}

int become_user_process(struct become *become, struct error *err)
{
	const struct oci_process *process = become->process;

	if (process->apparmor_profile &&
		lsm_set_apparmor(become->procfd, process->apparmor_profile, err) < 0)
		return -1;
	if (process->selinux_label &&
		lsm_set_selinux(become->procfd, process->selinux_label, err) < 0)
		return -1;
	become->groups_are_fixed = become_groups_are_fixed(become->procfd);
	if (become_close_descriptors(become, err) < 0)
		return -1;
	become_own_stdio(&process->user);
	signals_reset();
	if (become_give_up_rights(become, err) < 0)
		return -1;
	execve(become->executable, process->args.items, become->environment.items);
	return become_refuse_program(become->executable, " can not be executed", errno, err);
}
