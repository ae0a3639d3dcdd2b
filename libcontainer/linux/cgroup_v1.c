/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup v1 (Documentation/admin-guide/cgroup-v1): its cpusets, its controllers, its freezer. */
#include "linux/cgroup_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"

/* A file by which a v1 directory shows that it has the controller. */
static const struct {
	const char *controller, *file;
} controller_files[] = {
	{ "cpu", "cpu.shares" },
	{ "cpuset", "cpuset.cpus" },
	{ "memory", "memory.limit_in_bytes" },
	{ "blkio", "blkio.reset_stats" },
	{ "pids", "pids.max" },
	{ "devices", "devices.allow" },
	{ "freezer", "freezer.state" },
	{ "net_cls", "net_cls.classid" },
	{ "net_prio", "net_prio.ifpriomap" },
	{ "rdma", "rdma.max" },
};

/* "hugetlb.2MB" and the like: its files are named by page size, which differs by machine. */
static int has_hugetlb(int directory)
{
	cleanup_close int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!stream)
		return -errno;
	(void)move_fd(&fd);
	while ((errno = 0, entry = readdir(stream)))
		if (text_starts_with(entry->d_name, "hugetlb."))
			return 1;
	return -errno;
}

/* ENODEV: the cgroup is just being removed. */
static bool is_absent(int result)
{
	return result == -ENOENT || result == -ENODEV;
}

static int v1_has_controller(int directory, const char *controller)
{
	for (size_t i = 0; i < ARRAY_LENGTH(controller_files); i++) {
		if (strcmp(controller_files[i].controller, controller) != 0)
			continue;
		if (faccessat(directory, controller_files[i].file, F_OK, 0) == 0)
			return 1;
		return is_absent(-errno) ? 0 : -errno;
	}
	return strcmp(controller, "hugetlb") == 0 ? has_hugetlb(directory) : 0;
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \n")] == '\0';
}

static ssize_t read_in(const char *path, const char *file, char *buffer, size_t size)
{
	cleanup_text struct text full = { 0 };

	text_printf(&full, "%s/%s", path, file);
	return io_read_small(AT_FDCWD, full.data, buffer, size);
}

static int write_in(const char *path, const char *file, const char *value)
{
	cleanup_text struct text full = { 0 };

	text_printf(&full, "%s/%s", path, file);
	return io_write_control(AT_FDCWD, full.data, value);
}

/*
 * A v1 cpuset without CPUs or memory nodes takes no process. The nearest directory above that has
 * some lends them to all those between.
 */
static int inherit_cpuset(const char *path, int directory, const char *file, struct error *err)
{
	cleanup_free char *above = strdup(path);
	size_t length = strlen(path);
	char value[4096];
	ssize_t result = io_read_small(directory, file, value, sizeof(value));

	if (!above)
		return error_errno(err, ENOMEM, "cannot prepare %s", path);
	if (result == -ENOENT)
		return 0;
	while (result >= 0 && is_blank(value)) {
		char *slash = strrchr(above, '/');

		if (!slash)
			return error_set(err, ENOENT, "%s: no cpuset above %s has any", file, path);
		*slash = '\0';
		result = read_in(above, file, value, sizeof(value));
	}
	if (result < 0)
		return error_errno(err, (int)-result, "cannot read %s/%s", above, file);
	/* Putting back the cut slashes one by one leads down again. */
	while (strlen(above) < length) {
		above[strlen(above)] = '/';
		result = write_in(above, file, value);
		if (result < 0)
			return error_errno(err, (int)-result, "cannot fill %s/%s", above, file);
	}
	return 0;
}

static int v1_prepare(const char *path, int directory, struct error *err)
{
	if (inherit_cpuset(path, directory, "cpuset.cpus", err) < 0)
		return -1;
	return inherit_cpuset(path, directory, "cpuset.mems", err);
}

static int read_state(int directory, char *state, size_t size)
{
	ssize_t got = io_read_small(directory, "freezer.state", state, size);

	if (got < 0)
		return (int)got;
	state[strcspn(state, "\n")] = '\0';
	return 0;
}

/*
 * A process that forks at the wrong moment leaves the cgroup FREEZING for good; a short thaw lets
 * it get on.
 */
static int wait_frozen(int directory, int milliseconds)
{
	for (int waited = 0;; waited++) {
		char state[32];
		int result = read_state(directory, state, sizeof(state));

		if (result < 0)
			return result;
		if (strcmp(state, "FROZEN") == 0)
			return 0;
		if (waited >= milliseconds)
			return -ETIMEDOUT;
		if (waited % 50 == 49)
			result = io_write_control(directory, "freezer.state", "THAWED");
		(void)nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
		if (result == 0)
			result = io_write_control(directory, "freezer.state", "FROZEN");
		if (result < 0)
			return result;
	}
}

static int v1_freeze(int directory, bool frozen, int milliseconds)
{
	int result = io_write_control(directory, "freezer.state", frozen ? "FROZEN" : "THAWED");

	if (result < 0 || !frozen)
		return result;
	result = wait_frozen(directory, milliseconds);
	if (result < 0)
		(void)io_write_control(directory, "freezer.state", "THAWED");
	return result;
}

static int v1_is_frozen(int directory)
{
	char state[32];
	int result = read_state(directory, state, sizeof(state));

	if (result < 0)
		return is_absent(result) ? -ENOENT : result;
	return strcmp(state, "FROZEN") == 0;
}

const struct cgroup_driver cgroup_driver_v1 = {
	.prepare = v1_prepare,
	.has_controller = v1_has_controller,
	.freeze = v1_freeze,
	.is_frozen = v1_is_frozen,
};
