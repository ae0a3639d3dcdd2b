/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup v2 (Documentation/admin-guide/cgroup-v2): handing controllers down, and its freezer. */
#include "linux/cgroup_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"

#define CONTROLLERS_SIZE 512

const char *cgroup_v2_controller_name(const char *controller)
{
	return strcmp(controller, "blkio") == 0 ? "io" : controller;
}

/* Whether `word`, of `length` bytes, is in a list such as "cpu memory pids\n". */
static bool has_word(const char *list, const char *word, size_t length)
{
	while (*(list += strspn(list, " \n"))) {
		size_t item = strcspn(list, " \n");

		if (item == length && memcmp(list, word, length) == 0)
			return true;
		list += item;
	}
	return false;
}

/* Whether every word of `wanted` is in `list`. */
static bool has_all(const char *list, const char *wanted)
{
	while (*(wanted += strspn(wanted, " \n"))) {
		size_t length = strcspn(wanted, " \n");

		if (!has_word(list, wanted, length))
			return false;
		wanted += length;
	}
	return true;
}

/* ENODEV: the cgroup is just being removed. */
static bool is_absent(ssize_t result)
{
	return result == -ENOENT || result == -ENODEV;
}

static int v2_has_controller(int directory, const char *controller)
{
	const char *name = cgroup_v2_controller_name(controller);
	char list[CONTROLLERS_SIZE];
	ssize_t result = io_read_small(directory, "cgroup.controllers", list, sizeof(list));

	if (result < 0)
		return is_absent(result) ? 0 : (int)result;
	return has_word(list, name, strlen(name));
}

static ssize_t read_controllers(const char *path, char *list)
{
	cleanup_text struct text file = { 0 };

	text_printf(&file, "%s/cgroup.controllers", path);
	return io_read_small(AT_FDCWD, file.data, list, CONTROLLERS_SIZE);
}

/* One write enables all or none, so what one controller refuses must not stop the others. */
static int enable_in(const char *path, const char *wanted)
{
	cleanup_text struct text file = { 0 }, all = { 0 };
	int result = 0;

	text_printf(&file, "%s/cgroup.subtree_control", path);
	while (*(wanted += strspn(wanted, " \n"))) {
		size_t length = strcspn(wanted, " \n");

		text_add(&all, all.length ? " +" : "+");
		text_add_bytes(&all, wanted, length);
		wanted += length;
	}
	if (!all.data)
		return 0;
	if (io_write_control(AT_FDCWD, file.data, all.data) == 0)
		return 0;
	for (char *next = NULL, *word = strtok_r(all.data, " ", &next); word;
		word = strtok_r(NULL, " ", &next)) {
		int one = io_write_control(AT_FDCWD, file.data, word);

		if (one < 0)
			result = one;
	}
	return result;
}

static const char *enable_hint(int result)
{
	if (result == -EBUSY)
		return " (processes live in that cgroup itself: move them to one below it)";
	if (result == -EACCES || result == -EPERM)
		return " (it is not delegated to this user)";
	return "";
}

/*
 * Goes up from `above`, cutting it at each slash, to the topmost directory of the hierarchy; leaves
 * in `offered` which controllers that has, and cuts `above` there.
 */
static int find_top(char *above, char *offered)
{
	char list[CONTROLLERS_SIZE];
	size_t top = strlen(above);
	ssize_t got = read_controllers(above, offered);

	if (got < 0)
		return (int)got;
	for (char *slash; (slash = strrchr(above, '/')); top = strlen(above)) {
		*slash = '\0';
		got = read_controllers(above, list);
		if (got < 0)
			break;
		memcpy(offered, list, (size_t)got + 1);
	}
	while (strlen(above) < top)
		above[strlen(above)] = '/';
	return 0;
}

/*
 * From the topmost directory down to the parent of the one that ends at `length`; stops where a
 * controller that is `required` is refused.
 */
static int enable_down(char *above, size_t length, const char *wanted, bool required)
{
	for (; strlen(above) < length; above[strlen(above)] = '/') {
		int result = enable_in(above, wanted);

		if (required && result < 0)
			return result;
	}
	return 0;
}

int cgroup_v2_enable(const char *path, const char *controller, struct error *err)
{
	cleanup_free char *above = strdup(path);
	char own[CONTROLLERS_SIZE], offered[CONTROLLERS_SIZE];
	const char *wanted = offered;
	int result;

	if (!above)
		return error_errno(err, ENOMEM, "cannot prepare %s", path);
	result = find_top(above, offered);
	if (result < 0 || read_controllers(path, own) < 0)
		return error_set(err, ENODEV, "cannot read %s/cgroup.controllers", path);
	if (controller)
		wanted = cgroup_v2_controller_name(controller);
	if (!has_all(offered, wanted))
		return error_set(err, ENODEV, "the %s controller is in no mounted cgroup hierarchy",
			controller);
	if (has_all(own, wanted))
		return 0;
	result = enable_down(above, strlen(path), wanted, controller != NULL);
	if (result < 0)
		return error_errno(err, -result, "cannot enable %s in %s/cgroup.subtree_control%s",
			wanted, above, enable_hint(result));
	return 0;
}

static int v2_prepare(const char *path, int directory, struct error *err)
{
	(void)directory;
	return cgroup_v2_enable(path, NULL, err);
}

static int64_t now_milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* cgroup.events raises POLLPRI at every change. */
static int wait_frozen(int directory, int milliseconds)
{
	cleanup_close int fd = openat(directory, "cgroup.events", O_RDONLY | O_CLOEXEC);
	int64_t deadline = now_milliseconds() + milliseconds;

	if (fd < 0)
		return -errno;
	for (;;) {
		struct pollfd change = { .fd = fd, .events = POLLPRI };
		int64_t left = deadline - now_milliseconds();
		char events[256];
		ssize_t got = pread(fd, events, sizeof(events) - 1, 0);

		if (got < 0)
			return -errno;
		events[got] = '\0';
		if (strstr(events, "frozen 1"))
			return 0;
		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&change, 1, (int)left) < 0 && errno != EINTR)
			return -errno;
	}
}

static int v2_freeze(int directory, bool frozen, int milliseconds)
{
	int result = io_write_control(directory, "cgroup.freeze", frozen ? "1" : "0");

	if (result < 0 || !frozen)
		return result;
	result = wait_frozen(directory, milliseconds);
	if (result < 0)
		(void)io_write_control(directory, "cgroup.freeze", "0");
	return result;
}

static int v2_is_frozen(int directory)
{
	char events[256];
	ssize_t result = io_read_small(directory, "cgroup.events", events, sizeof(events));

	if (result < 0)
		return is_absent(result) ? -ENOENT : (int)result;
	/* Linux before 5.2. */
	if (!strstr(events, "frozen "))
		return -ENOENT;
	return strstr(events, "frozen 1") != NULL;
}

const struct cgroup_driver cgroup_driver_v2 = {
	.v2 = true,
	.prepare = v2_prepare,
	.has_controller = v2_has_controller,
	.freeze = v2_freeze,
	.is_frozen = v2_is_frozen,
};
