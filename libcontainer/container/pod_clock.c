/* SPDX-License-Identifier: Apache-2.0 */
#include "container/pod_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "container/directory.h"
#include "linux/child.h"
#include "linux/namespace.h"

#ifndef NSFS_MAGIC
#define NSFS_MAGIC 0x6e736673
#endif

#define WHERE "annotations." CLOCK_ANNOTATION

static char *pod_clock_text(struct arena *arena, const struct clock_wish *wish)
{
	char text[TIMENS_VALUE_SIZE];

	if (timens_value_format(&wish->value, text) < 0)
		text[0] = '\0';
	return arena_printf(arena, "%s", text);
}

void pod_clock_record(struct oci_state_file *sandbox, const struct clock_request *request)
{
	const struct clock_request *asked = request->asked ? request->asked : request;

	sandbox->pod_clock.set = true;
	sandbox->pod_clock.monotonic = pod_clock_text(&sandbox->arena, &asked->monotonic);
	sandbox->pod_clock.boottime = pod_clock_text(&sandbox->arena, &asked->boottime);
}

/* In a child of ours: the namespace is made "for children" of a process that ends, and lives by the mount. */
static int pod_clock_mount(const char *path, const struct clock_request *request, struct error *err)
{
	const struct timens_values values = clock_request_values(request);
	struct timens_offsets own, offsets;
	int result = timens_own_offsets(-1, &own);

	if (result == 0)
		result = timens_unshare();
	if (result < 0)
		return error_errno(err, -result, WHERE ": make the pod's time namespace");
	result = timens_values_resolve(&values, &own, &offsets);
	if (result == 0)
		result = timens_write_offsets(-1, 0, &offsets);
	if (result < 0)
		return error_errno(err, -result, "%s: write it to the kernel",
			request->monotonic.where  ? request->monotonic.where
			: request->boottime.where ? request->boottime.where
						  : WHERE);
	if (mount("/proc/self/ns/time_for_children", path, NULL, MS_BIND, NULL) < 0)
		return error_errno(err, errno, WHERE ": keep the pod's time namespace");
	return 0;
}

struct pod_clock_work {
	const char *path;
	const struct clock_request *request;
};

static int pod_clock_work(void *context, struct error *err)
{
	const struct pod_clock_work *work = context;

	return pod_clock_mount(work->path, work->request, err);
}

/* An fd of the namespace; -1 with ENOENT when none is mounted yet. */
static int pod_clock_open(int directory, struct error *err)
{
	cleanup_close int fd =
		openat(directory, DIRECTORY_CLOCK, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct statfs fs;
	char path[64];

	if (fd < 0)
		return error_errno(err, errno, WHERE ": open the pod's clock");
	if (fstatfs(fd, &fs) < 0)
		return error_errno(err, errno, WHERE ": look at the pod's clock");
	/* The file alone: whoever was about to mount the namespace on it was killed. */
	if (fs.f_type != NSFS_MAGIC)
		return error_set(err, ENOENT, WHERE ": the pod has no clock yet");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return namespace_open(path, CLONE_NEWTIME, WHERE, err);
}

int pod_clock_make(int directory, const struct clock_request *request, struct error *err)
{
	cleanup_close int file = openat(
		directory, DIRECTORY_CLOCK, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	char path[64];

	if (file < 0)
		return error_errno(err, errno, WHERE ": make the file of the pod's clock");
	/* Through the descriptor: nobody can have put something else in the file's place. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (child_run("makes the pod's clock", pod_clock_work,
		    &(struct pod_clock_work){ path, request }, err) < 0)
		return -1;
	return pod_clock_open(directory, err);
}

/* The same annotations reach a sandbox and its containers; what differs would be without effect. */
static int pod_clock_compare(const struct clock_wish *wish, const char *made_with,
	const char *sandbox, struct error *err)
{
	struct timens_value made = { 0 };
	char text[TIMENS_VALUE_SIZE];

	if (!wish->where)
		return 0;
	if (*made_with && timens_value_parse(made_with, &made) < 0)
		return error_set(
			err, EINVAL, WHERE ": the state of sandbox '%s' is damaged", sandbox);
	if (timens_value_equal(&wish->value, &made))
		return 0;
	if (timens_value_format(&wish->value, text) < 0)
		text[0] = '\0';
	return error_set(err, EINVAL,
		"%s: %s, but the clock of the pod (sandbox '%s') was made with %s", wish->where,
		text, sandbox, *made_with ? made_with : "no such value");
}

static int pod_clock_join_locked(int directory, const struct clock_request *request,
	struct oci_state_file *sandbox, struct error *err)
{
	int fd;

	if (sandbox->pod_clock.set) {
		fd = pod_clock_open(directory, err);
		if (fd < 0 && err->code != ENOENT)
			return -1;
		if (fd >= 0) {
			if (pod_clock_compare(&request->monotonic, sandbox->pod_clock.monotonic,
				    request->sandbox, err) == 0 &&
				pod_clock_compare(&request->boottime, sandbox->pod_clock.boottime,
					request->sandbox, err) == 0)
				return fd;
			close(fd);
			return -1;
		}
	}
	pod_clock_record(sandbox, request);
	if (directory_save_state(directory, sandbox, err) < 0)
		return -1;
	return pod_clock_make(directory, request, err);
}

int pod_clock_join(int sandbox, const struct clock_request *request, struct error *err)
{
	struct oci_state_file state;
	int fd;

	if (directory_load_state(sandbox, &state, err) < 0)
		return error_prefix(err, WHERE ": the pod's sandbox");
	fd = pod_clock_join_locked(sandbox, request, &state, err);
	oci_state_file_free(&state);
	return fd;
}
