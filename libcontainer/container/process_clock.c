/* SPDX-License-Identifier: Apache-2.0 */
#include "container/process_clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "linux/clock_reading.h"

#define OWN_PROCESS 0

/* "time:[4026532567]" of /proc/PID/ns/`file`; false when it can not be read. */
static bool process_clock_link(pid_t pid, const char *file, char *link, size_t size)
{
	char path[64];
	ssize_t length;

	if (pid == OWN_PROCESS)
		snprintf(path, sizeof(path), "/proc/self/ns/%s", file);
	else
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, file);
	length = readlink(path, link, size);
	if (length < 0 || (size_t)length >= size)
		return false;
	link[length] = '\0';
	return true;
}

void process_clock_own_name(char name[PROCESS_CLOCK_NAME_SIZE])
{
	if (!process_clock_link(OWN_PROCESS, "time", name, PROCESS_CLOCK_NAME_SIZE))
		name[0] = '\0';
}

int process_clock_relative(const struct timens_offsets *absolute,
	struct container_process_clock *clock, struct error *err)
{
	struct timens_offsets own;
	int result = timens_own_offsets(-1, &own);

	if (result < 0)
		return error_errno(err, -result, "read /proc/self/timens_offsets");
	clock->monotonic = clock_offset_nanoseconds(absolute->monotonic) -
			   clock_offset_nanoseconds(own.monotonic);
	clock->boottime = clock_offset_nanoseconds(absolute->boottime) -
			  clock_offset_nanoseconds(own.boottime);
	clock->offsets_known = true;
	return 0;
}

/*
 * /proc/PID/timens_offsets tells the namespace of the process's future children: its own as well, but
 * for one that has called unshare(2).
 */
static bool process_clock_read_offsets(pid_t pid, const char *name, struct timens_offsets *offsets)
{
	char children[PROCESS_CLOCK_NAME_SIZE];

	return process_clock_link(pid, "time_for_children", children, sizeof(children)) &&
	       strcmp(children, name) == 0 && timens_read_offsets(-1, pid, offsets) == 0;
}

void container_process_clock(pid_t pid, struct container_process_clock *clock)
{
	char own[PROCESS_CLOCK_NAME_SIZE];
	struct timens_offsets offsets;
	struct error ignored;

	*clock = (struct container_process_clock){ 0 };
	if (!timens_supported()) {
		clock->host = true;
		clock->offsets_known = true;
		return;
	}
	if (!process_clock_link(pid, "time", clock->name, sizeof(clock->name))) {
		clock->name[0] = '\0';
		return;
	}
	process_clock_own_name(own);
	clock->host = strcmp(own, clock->name) == 0;
	if (clock->host)
		clock->offsets_known = true;
	else if (process_clock_read_offsets(pid, clock->name, &offsets))
		(void)process_clock_relative(&offsets, clock, &ignored);
}

int64_t process_clock_uptime(const struct container_process_clock *clock)
{
	struct timespec now;

	if (!clock->offsets_known || clock_gettime(CLOCK_BOOTTIME, &now) < 0)
		return -1;
	return now.tv_sec * CLOCK_SECOND + now.tv_nsec + clock->boottime;
}
