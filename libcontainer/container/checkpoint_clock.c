/* SPDX-License-Identifier: Apache-2.0 */
#include "container/checkpoint_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "linux/clock_helper.h"
#include "linux/namespace.h"
#include "oci/clock_file.h"
#include "oci/clock_source.h"

#define CHECKPOINT_BOOT_ID "/proc/sys/kernel/random/boot_id"

static struct oci_time_offset checkpoint_reading(int64_t nanoseconds)
{
	struct timens_offset time = clock_offset_of(nanoseconds);

	return (struct oci_time_offset){ true, time.seconds, time.nanoseconds };
}

static struct oci_time_offset checkpoint_offset(bool set, struct timens_offset offset)
{
	return (struct oci_time_offset){ set, offset.seconds, offset.nanoseconds };
}

/* All in the container's own time namespace, which a kernel without any has nothing to join of. */
static int checkpoint_read_clock(
	pid_t pid, struct clock_instant *instant, struct timens_offsets *offsets, struct error *err)
{
	cleanup_clock_helper struct clock_helper helper = { 0 };
	cleanup_close int time_fd = -1;
	char path[64];

	if (timens_supported()) {
		snprintf(path, sizeof(path), "/proc/%d/ns/time", (int)pid);
		time_fd = namespace_open(path, CLONE_NEWTIME, "the container's clocks", err);
		if (time_fd < 0)
			return -1;
	}
	if (clock_helper_start(&helper, time_fd, err) < 0)
		return -1;
	if (time_fd >= 0 && clock_helper_read_offsets(&helper, offsets, err) < 0)
		return -1;
	return clock_helper_read_instant(&helper, instant, err);
}

int checkpoint_save_clock(const struct images *images, const struct oci_state_file *state,
	enum clock_policy policy, struct clock_instant *instant, struct error *err)
{
	struct timens_offsets offsets = { 0 };
	struct oci_clock_file file = { .id = state->id, .policy = policy };
	cleanup_free char *json = NULL;
	char boot_id[64];
	size_t length;
	ssize_t got;
	int result;

	if (checkpoint_read_clock(state->pid, instant, &offsets, err) < 0)
		return -1;
	got = io_read_small(AT_FDCWD, CHECKPOINT_BOOT_ID, boot_id, sizeof(boot_id));
	if (got <= 0)
		return error_errno(err, got < 0 ? (int)-got : EIO, "read " CHECKPOINT_BOOT_ID);
	boot_id[strcspn(boot_id, "\n")] = '\0';
	file.boot_id = boot_id;
	file.realtime = checkpoint_reading(instant->realtime);
	file.monotonic = checkpoint_reading(instant->monotonic);
	file.boottime = checkpoint_reading(instant->boottime);
	file.time_offsets.set = offsets.monotonic_set || offsets.boottime_set;
	file.time_offsets.monotonic = checkpoint_offset(offsets.monotonic_set, offsets.monotonic);
	file.time_offsets.boottime = checkpoint_offset(offsets.boottime_set, offsets.boottime);
	if (oci_clock_file_format(&file, &json, &length, err) < 0)
		return error_prefix(err, "the container's clocks");
	result = io_replace_file(images->directory, OCI_CLOCK_SOURCE_NAME, 0600, json, length);
	if (result < 0)
		return error_errno(
			err, -result, "write '%s/" OCI_CLOCK_SOURCE_NAME "'", images->path);
	return 0;
}

void checkpoint_forget_clock(const struct images *images)
{
	if (images->directory >= 0)
		(void)unlinkat(images->directory, OCI_CLOCK_SOURCE_NAME, 0);
}
