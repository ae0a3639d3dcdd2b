/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc/PID/stat says of a process (proc_pid_stat(5)), whatever the process calls itself. */
#include "linux/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <elsewhen/timens.h>

#include "base/io.h"

#define STAT_SIZE 2048
#define STAT_STATE 3
#define STAT_PARENT 4
#define STAT_TIMES 14 /* utime, stime, cutime, cstime */
#define STAT_THREADS 20
#define STAT_START_TIME 22
#define STAT_NANOSECONDS INT64_C(1000000000)

/*
 * Points at a field (from the third on) of the process's stat, read into `buffer`. The name in the
 * second field may hold blanks and parentheses, so fields are counted from the last ')'. -errno.
 */
static int stat_field(pid_t pid, int number, char buffer[STAT_SIZE], const char **field)
{
	char path[32];
	const char *at;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	length = io_read_small(AT_FDCWD, path, buffer, STAT_SIZE);
	if (length == -ENOENT)
		return -ESRCH;
	if (length < 0)
		return (int)length;
	at = strrchr(buffer, ')');
	for (int i = 2; at && i < number; i++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	*field = at;
	return at ? 0 : -EPROTO;
}

/*
 * The offset of the caller's own boottime in nanoseconds: none without time namespaces. The file
 * tells that of its future children, which is the same for all but who has just unshared.
 */
static int stat_boottime_offset(int64_t *offset)
{
	struct timens_offsets offsets = { 0 };
	int result = timens_read_offsets(-1, 0, &offsets);

	*offset = 0;
	if (result < 0)
		return result == -ENOENT ? 0 : result;
	if (offsets.boottime_set)
		*offset =
			offsets.boottime.seconds * STAT_NANOSECONDS + offsets.boottime.nanoseconds;
	return 0;
}

int procfs_start_time(pid_t pid, unsigned long long *ticks)
{
	int64_t tick = STAT_NANOSECONDS / sysconf(_SC_CLK_TCK), offset, start;
	char buffer[STAT_SIZE];
	const char *field = NULL;
	uint64_t shown;
	int result = stat_field(pid, STAT_START_TIME, buffer, &field);

	if (result < 0)
		return result;
	shown = strtoull(field, NULL, 10);
	result = stat_boottime_offset(&offset);
	if (result < 0)
		return result;
	/* What started before the namespace's zero is negative, shown as 2^64 less that. */
	start = (int64_t)(shown * (uint64_t)tick - (uint64_t)offset);
	*ticks = offset == 0 ? shown : (uint64_t)(start < 0 ? 0 : start / tick);
	return 0;
}

pid_t procfs_parent(pid_t pid)
{
	char buffer[STAT_SIZE];
	const char *field = NULL;
	int result = stat_field(pid, STAT_PARENT, buffer, &field);

	return result < 0 ? result : (pid_t)strtol(field, NULL, 10);
}

uint64_t procfs_processor_time(pid_t pid)
{
	char buffer[STAT_SIZE], *at;
	const char *field = NULL;
	uint64_t ticks = 0;

	if (stat_field(pid, STAT_TIMES, buffer, &field) < 0)
		return 0;
	at = buffer + (field - buffer);
	for (int i = 0; i < 4; i++)
		ticks += strtoull(at, &at, 10);
	return ticks;
}

bool procfs_has_ended(pid_t pid)
{
	char buffer[STAT_SIZE];
	const char *state, *threads;
	int result = stat_field(pid, STAT_STATE, buffer, &state);

	if (result == -ESRCH)
		return true;
	/* The first thread may have ended alone. */
	if (result < 0 || (*state != 'Z' && *state != 'X'))
		return false;
	result = stat_field(pid, STAT_THREADS, buffer, &threads);
	if (result < 0)
		return result == -ESRCH;
	return strtol(threads, NULL, 10) <= 1;
}

bool procfs_same_start_time(unsigned long long a, unsigned long long b)
{
	return a > b ? a - b <= 1 : b - a <= 1;
}
