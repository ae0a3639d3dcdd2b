/* SPDX-License-Identifier: Apache-2.0 */
#include "container/become.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/path.h"
#include "container/adapt.h"
#include "container/passwd.h"
#include "linux/attributes.h"
#include "linux/procfs.h"

int become_open_procfs(struct become *become, struct error *err)
{
	become->procfd = procfs_open(err);
	return become->procfd < 0 ? -1 : 0;
}

/* What does not pass the stage's fork is the runtime's to set, on init. */
static int become_set_scheduler(struct become *become, struct error *err)
{
	struct attributes_scheduler scheduler;

	adapt_scheduler(&become->process->scheduler, &scheduler);
	if (become->prepares_outside && !attributes_scheduler_passes_fork(&scheduler))
		return 0;
	return attributes_set_scheduler(0, &scheduler, err);
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
	if (process->scheduler.set && become_set_scheduler(become, err) < 0)
		return -1;
	if (process->io_priority.set && attributes_set_io_priority(process->io_priority.class,
						(int)process->io_priority.priority.value, err) < 0)
		return -1;
	umask(process->user.umask.set ? process->user.umask.value : 0022);
	return 0;
}

/*
 * A link of procfs leads anywhere, also to a directory of the host that a descriptor of ours still has open
 * (CVE-2024-21626): none is followed. A WORKDIR that the image has never made is made, as by runc and crun.
 */
static int become_open_cwd(struct become *become, const char *cwd, struct error *err)
{
	int fd = path_open_in_root(become->rootfd, cwd, O_PATH | O_DIRECTORY);

	if (fd == -ENOENT && become->makes_cwd) {
		fd = path_mkdir_in_root(become->rootfd, cwd, 0755);
		if (fd < 0)
			return error_errno(err, -fd, "process.cwd: make '%s'", cwd);
	}
	if (fd == -ELOOP || fd == -EXDEV)
		return error_set(err, ELOOP,
			"process.cwd: '%s' leads through a link of procfs, or through too many "
			"links",
			cwd);
	return fd < 0 ? error_errno(err, -fd, "process.cwd: enter '%s'", cwd) : fd;
}

int become_enter_cwd(struct become *become, struct error *err)
{
	const char *cwd = become->process->cwd;
	cleanup_close int fd = become_open_cwd(become, cwd, err);
	char where[4096];

	if (fd < 0)
		return -1;
	if (fchdir(fd) < 0)
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

static char *become_copy_variable(const char *name)
{
	const char *value = getenv(name);
	char *copy = value ? strdup(value) : NULL;

	if (value && !copy)
		fatal_out_of_memory();
	return copy;
}

void become_read_caller(struct become *become)
{
	become->listen_fds = become_count_listen_fds();
	become->listen_names = become_copy_variable("LISTEN_FDNAMES");
	become->notify_socket = become_copy_variable("NOTIFY_SOCKET");
}

void become_close(struct become *become)
{
	cleanup_fd(&become->procfd);
	cleanup_fd(&become->seccomp_agent);
	free(move_pointer(become->listen_names));
	free(move_pointer(become->notify_socket));
}

/* They are meant for the pid that the process has in here: it is known when the process is there. */
static void become_pass_listen_fds(struct become *become)
{
	char number[16];

	if (become->listen_fds == 0)
		return;
	snprintf(number, sizeof(number), "%d", become->listen_fds);
	become_setenv(become, "LISTEN_FDS", number);
	if (become->listen_names)
		become_setenv(become, "LISTEN_FDNAMES", become->listen_names);
}

void become_name_listener(struct become *become)
{
	char pid[16];

	if (become->listen_fds == 0)
		return;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	become_setenv(become, "LISTEN_PID", pid);
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
int become_refuse_program(const char *program, const char *what, int code, struct error *err)
{
	const char *words = strerror(code);

	return error_set(err, code, "process.args[0]: '%s'%s: %c%s", program, what,
		tolower((unsigned char)words[0]), words + 1);
}

/* Also when it cannot be known: what is found is then compared all the same. */
static bool become_follows_magic_link(const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS };
	cleanup_close int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

	return fd < 0;
}

/* By a procfs of our own, for the container's may not be there, or may be anything. */
static int become_is_runtime(const char *path, struct error *err)
{
	cleanup_close int procfd = procfs_open(err);
	struct stat own, found;

	if (procfd < 0)
		return -1;
	if (fstatat(procfd, "self/exe", &own, 0) < 0 || stat(path, &found) < 0)
		return error_errno(
			err, errno, "process.args[0]: hold '%s' against our own executable", path);
	return own.st_dev == found.st_dev && own.st_ino == found.st_ino;
}

/*
 * /proc/self/exe is the runtime until execve, and no program of the container (CVE-2019-5736). One that the
 * container has a file of is another matter, and so is a descriptor that was passed on.
 */
static int become_take_program(struct become *become, char **path, struct error *err)
{
	int runtime = become_follows_magic_link(*path) ? become_is_runtime(*path, err) : 0;

	if (runtime < 0)
		return -1;
	if (runtime)
		return become_refuse_program(
			*path, " is the runtime's own executable", EACCES, err);
	become->executable = move_pointer(*path);
	return 0;
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
		text_add(&candidate, program);
		return become_take_program(become, &candidate.data, err);
	}
	if (!path)
		path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	for (const char *next; path; path = next) {
		const char *colon = strchrnul(path, ':');

		next = *colon ? colon + 1 : NULL;
		candidate.length = 0;
		text_add_bytes(&candidate, path, (size_t)(colon - path));
		text_printf(&candidate, "%s%s", candidate.length ? "/" : "./", program);
		if (become_is_executable(candidate.data))
			return become_take_program(become, &candidate.data, err);
	}
	/* Engines know this sentence, and make exit code 127 of it. */
	return error_set(err, ENOENT,
		"process.args[0]: '%s': executable file not found in $PATH of process.env",
		program);
}
