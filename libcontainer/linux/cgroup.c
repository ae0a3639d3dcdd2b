/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a planned cgroup, lets processes in, freezes it. */
#include "linux/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/io.h"
#include "linux/cgroup_driver.h"
#include "linux/cgroup_layout.h"
#include "linux/cgroup_pids.h"
#include "linux/process.h"

#define CGROUP_MODE 0755
/* How often others may remove a parent directory between our finding and our using it. */
#define MKDIR_TRIES 32
#define FREEZE_MILLISECONDS 10000

/* A file of a cgroup's name proves nothing, the filesystem does. */
static bool is_cgroup_filesystem(const struct statfs *filesystem)
{
	return filesystem->f_type == CGROUP2_SUPER_MAGIC ||
	       filesystem->f_type == CGROUP_SUPER_MAGIC;
}

static bool is_cgroup(const char *path)
{
	struct statfs filesystem;

	return statfs(path, &filesystem) == 0 && is_cgroup_filesystem(&filesystem);
}

/* -ENODEV: it is none. */
static int check_cgroup_fd(int fd)
{
	struct statfs filesystem;

	if (fstatfs(fd, &filesystem) < 0)
		return -errno;
	return is_cgroup_filesystem(&filesystem) ? 0 : -ENODEV;
}

/*
 * Makes the missing directories above `path`. What exists must be a cgroup: where a hierarchy is
 * not mounted any more, its mount point is a plain directory, and plain directories would be made
 * in it.
 */
static int make_parents(const char *path)
{
	cleanup_free char *above = strdup(path);
	size_t parent;

	if (!above)
		return -ENOMEM;
	if (*above != '/')
		return -EINVAL;
	*strrchr(above, '/') = '\0';
	parent = strlen(above);
	while (!is_cgroup(above)) {
		char *slash = strrchr(above, '/');

		if (access(above, F_OK) == 0 || !slash)
			return -ENODEV;
		*slash = '\0';
	}
	while (strlen(above) < parent) {
		above[strlen(above)] = '/';
		if (mkdir(above, CGROUP_MODE) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

/* ENODEV is what the kernel says below a directory, and of one, that is just being removed. */
static bool is_vanished(int result)
{
	return result == -ENOENT || result == -ENODEV;
}

/* 0, -EEXIST when it was there, or another -errno. */
static int make_directory(const char *path)
{
	int result = 0;

	for (int tries = 0; tries < MKDIR_TRIES; tries++) {
		if (mkdir(path, CGROUP_MODE) == 0)
			return 0;
		if (!is_vanished(-errno))
			return -errno;
		result = make_parents(path);
		if (result < 0 && !is_vanished(result))
			return result;
	}
	return result < 0 ? result : -ENOENT;
}

/* An empty cgroup that was there already may be left frozen, and the container would never run. */
static int take_over(
	const char *path, int directory, const struct cgroup_driver *driver, struct error *err)
{
	int result;

	if (cgroup_check_empty(directory, path, err) < 0)
		return -1;
	result = driver->is_frozen(directory);
	if (result == 1)
		result = driver->freeze(directory, false, 0);
	else if (result == -ENOENT)
		result = 0;
	return result == 0 ? 0 : error_errno(err, -result, "cannot thaw the old cgroup %s", path);
}

static int prepare_directory(const char *path, bool existed, struct error *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct cgroup_driver *driver = NULL;
	int result;

	result = fd < 0 ? -errno : cgroup_driver_find(fd, &driver);
	if (result < 0)
		return error_errno(err, -result, "cannot open the cgroup %s", path);
	if (!driver)
		return error_set(err, ENODEV, "%s is not in a cgroup hierarchy", path);
	if (existed && take_over(path, fd, driver, err) < 0)
		return -1;
	return driver->prepare(path, fd, err);
}

static int create_directory(const struct cgroup_plan *plan, const char *path, bool rootless,
	bool *made, struct error *err)
{
	int result = make_directory(path);

	*made = result == 0;
	if (rootless && cgroup_is_forbidden(result))
		return 0;
	if (result < 0 && result != -EEXIST)
		return error_errno(err, -result, "cannot make the cgroup %s", path);
	return prepare_directory(path, result == -EEXIST && !plan->unit.name, err);
}

/*
 * Only rmdir, which spares whatever has got processes or children of somebody else meanwhile. What was made
 * and is still there stays in the plan, for cgroup_destroy.
 */
static void remove_made(struct cgroup_plan *plan, const bool *made)
{
	struct strv kept = { 0 };

	for (size_t i = plan->directories.length; i-- > 0;) {
		const char *path = plan->directories.items[i];

		if (made[i] && rmdir(path) < 0 && errno != ENOENT)
			strv_add(&kept, path);
	}
	strv_free(&plan->directories);
	plan->directories = kept;
	for (size_t i = plan->missing.length; i-- > 0;)
		(void)rmdir(plan->missing.items[i]);
}

static pid_t spawn_placeholder(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent)
		(void)pause();
	_exit(0);
}

/* A scope is made of processes that are there already, and ends with the last of them. */
static int start_unit(struct cgroup_plan *plan, struct error *err)
{
	plan->placeholder = spawn_placeholder();
	if (plan->placeholder < 0) {
		plan->placeholder = 0;
		return error_errno(err, errno, "cannot fork");
	}
	if (systemd_unit_start(&plan->unit, plan->placeholder, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->directories.length; i++)
		if (is_cgroup(plan->directories.items[i]))
			return 0;
	return error_set(err, ENOENT, "systemd has put %s elsewhere than at %s", plan->unit.name,
		plan->directories.length ? plan->directories.items[0] : "any cgroup");
}

void cgroup_settle(struct cgroup_plan *plan)
{
	if (plan->placeholder <= 0)
		return;
	(void)kill(plan->placeholder, SIGKILL);
	(void)process_reap(plan->placeholder);
	plan->placeholder = 0;
}

static int give_up(struct cgroup_plan *plan, const bool *made)
{
	struct error ignored;

	remove_made(plan, made);
	cgroup_settle(plan);
	if (plan->unit.name)
		(void)systemd_unit_stop(&plan->unit, &ignored);
	systemd_unit_free(&plan->unit);
	return -1;
}

int cgroup_create(struct cgroup_plan *plan, bool rootless, struct error *err)
{
	cleanup_free bool *made = calloc(plan->directories.length + 1, sizeof(*made));

	if (!made)
		return error_errno(err, ENOMEM, "cannot make the cgroup");
	if (plan->unit.name && start_unit(plan, err) < 0)
		return give_up(plan, made);
	for (size_t i = 0; i < plan->directories.length; i++) {
		if (create_directory(plan, plan->directories.items[i], rootless, &made[i], err) < 0)
			return give_up(plan, made);
	}
	return 0;
}

static int open_tasks(const char *path)
{
	cleanup_text struct text file = { 0 };
	int fd;

	text_printf(&file, "%s/tasks", path);
	fd = open(file.data, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static int entry_check(int fd, const char *path, struct error *err)
{
	int result = check_cgroup_fd(fd);

	if (result == -ENODEV)
		return error_set(err, ENODEV, "%s is not in a cgroup hierarchy", path);
	return result < 0 ? error_errno(err, -result, "cannot look at the cgroup %s", path) : 0;
}

/* v1 has a file "tasks" and v2 has not, so that one open(2) finds out and does what is needed. */
static int entry_add(const char *path, struct cgroup_entry *entry, struct error *err)
{
	int fd = open_tasks(path);

	if (fd >= 0 && entry->tasks_length == ARRAY_LENGTH(entry->tasks)) {
		replace_fd(&fd, -1);
		return error_set(err, E2BIG, "%s: more than %zu cgroup v1 hierarchies", path,
			ARRAY_LENGTH(entry->tasks));
	}
	if (fd >= 0) {
		entry->tasks[entry->tasks_length++] = fd;
		return entry_check(fd, path, err);
	}
	if (fd != -ENOENT)
		return error_errno(err, -fd, "cannot open %s/tasks", path);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* A directory that cgroup_create had to skip. */
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return error_errno(err, errno, "cannot open the cgroup %s", path);
	replace_fd(&entry->v2_directory, fd);
	return entry_check(fd, path, err);
}

int cgroup_entry_open(const struct cgroup_plan *plan, struct cgroup_entry *entry, struct error *err)
{
	*entry = (struct cgroup_entry){ .v2_directory = -1,
		.user_unit = plan->unit.name && plan->unit.user };
	for (size_t i = 0; i < plan->directories.length; i++) {
		if (entry_add(plan->directories.items[i], entry, err) < 0) {
			cgroup_entry_close(entry);
			return -1;
		}
	}
	return 0;
}

/* The kernel wants the right to write to all that is above both cgroups (cgroups(7), delegation). */
static int explain_entry(const struct cgroup_entry *entry, int result, struct error *err)
{
	if (entry->user_unit && result == -EACCES)
		return error_errno(err, EACCES,
			"--systemd-cgroup: cannot enter the container's cgroup from outside of the "
			"user's manager (try systemd-run --user --scope)");
	return error_errno(err, -result, "cannot enter the container's cgroup (v2)");
}

int cgroup_entry_enter(const struct cgroup_entry *entry, bool v2_too, struct error *err)
{
	for (size_t i = 0; i < entry->tasks_length; i++) {
		ssize_t written;

		do
			written = write(entry->tasks[i], "0", 1);
		while (written < 0 && errno == EINTR);
		if (written != 1)
			return error_errno(err, written < 0 ? errno : EIO,
				"cannot enter the container's cgroup (v1)");
	}
	if (v2_too && entry->v2_directory >= 0) {
		int result = io_write_control(entry->v2_directory, "cgroup.procs", "0");

		if (result < 0)
			return explain_entry(entry, result, err);
	}
	return 0;
}

void cgroup_entry_close(struct cgroup_entry *entry)
{
	for (size_t i = 0; i < entry->tasks_length; i++)
		replace_fd(&entry->tasks[i], -1);
	entry->tasks_length = 0;
	replace_fd(&entry->v2_directory, -1);
}

int cgroup_freeze(const struct cgroup_plan *plan, bool frozen, struct error *err)
{
	cleanup_cgroup_members struct cgroup_members members = { 0 };
	const struct cgroup_member *freezer;
	int result;

	if (cgroup_members_open(plan, &members, err) < 0 ||
		cgroup_members_freezer(&members, &freezer, err) < 0)
		return -1;
	if (!freezer)
		return error_set(err, ENOTSUP, "the container's cgroup has no freezer");
	result = freezer->driver->freeze(freezer->fd, frozen, FREEZE_MILLISECONDS);
	if (result < 0)
		return error_errno(err, -result, "cannot %s the cgroup %s",
			frozen ? "freeze" : "thaw", freezer->path);
	return 0;
}

/* 1, 0 or -1; *found is false where none of the plan's directories has a freezer. */
static int is_frozen_by(const struct cgroup_plan *plan, bool *found, struct error *err)
{
	cleanup_cgroup_members struct cgroup_members members = { 0 };
	const struct cgroup_member *freezer = NULL;
	int frozen = -1;

	if (cgroup_members_open(plan, &members, err) == 0)
		frozen = cgroup_members_freezer(&members, &freezer, err);
	*found = freezer != NULL;
	return frozen;
}

int cgroup_is_frozen(const struct cgroup_plan *plan, struct error *err)
{
	bool found = false;

	/* Each command asks: of v1's dozen hierarchies the one of that name is opened alone, as a rule. */
	for (size_t i = 0; i < plan->directories.length; i++) {
		const struct cgroup_plan one = { .directories = {
							 &plan->directories.items[i], 1 } };
		int frozen;

		if (!strstr(plan->directories.items[i], "/freezer/"))
			continue;
		frozen = is_frozen_by(&one, &found, err);
		if (frozen < 0 || found)
			return frozen;
	}
	return is_frozen_by(plan, &found, err);
}

int cgroup_freezer(const struct cgroup_plan *plan, char **path, struct error *err)
{
	cleanup_cgroup_members struct cgroup_members members = { 0 };
	const struct cgroup_member *freezer;

	*path = NULL;
	if (cgroup_members_open(plan, &members, err) < 0 ||
		cgroup_members_freezer(&members, &freezer, err) < 0)
		return -1;
	if (!freezer)
		return 0;
	*path = strdup(freezer->path);
	if (!*path)
		fatal_out_of_memory();
	return 0;
}

enum cgroup_mode cgroup_mode_detect(void)
{
	cleanup_cgroup_layout struct cgroup_layout layout = { 0 };
	struct error ignored;
	bool v1 = false, v2 = false;

	if (cgroup_layout_read(false, &layout, &ignored) < 0)
		return CGROUP_MODE_NONE;
	for (size_t i = 0; i < layout.length; i++) {
		v1 |= !layout.items[i].v2;
		v2 |= layout.items[i].v2;
	}
	if (v1)
		return v2 ? CGROUP_MODE_HYBRID : CGROUP_MODE_V1;
	return v2 ? CGROUP_MODE_V2 : CGROUP_MODE_NONE;
}
