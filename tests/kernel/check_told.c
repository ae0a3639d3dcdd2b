/* SPDX-License-Identifier: Apache-2.0 */
/* What tells of the boot time beside the clock: it tells the shifted one. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "clocks.h"
#include "kit.h"
#include "namespace.h"

#define CENTISECOND 10000000 /* nanoseconds */

/* The rest of the line that begins with `key`, as a number; of one line when `key` is empty. */
static void told_read(const char *path, const char *key, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool found = false;

	EXPECT(file);
	while (!found && fgets(line, (int)size, file))
		found = strncmp(line, key, strlen(key)) == 0;
	EXPECT(found);
	fclose(file);
}

static int64_t told_uptime(void)
{
	unsigned long long seconds;
	unsigned int centiseconds;
	char line[256];

	told_read("/proc/uptime", "", line, sizeof(line));
	EXPECT(sscanf(line, "%llu.%2u", &seconds, &centiseconds) == 2);
	return (int64_t)seconds * 100 + centiseconds;
}

static void told_expect_uptime(void)
{
	for (int round = 0; round < CLOCKS_FEW_ROUNDS; round++) {
		int64_t below = clocks_read_syscall(CLOCK_BOOTTIME) / CENTISECOND;
		int64_t uptime = told_uptime();

		EXPECT_ORDER(below, uptime);
		EXPECT_ORDER(uptime, clocks_read_syscall(CLOCK_BOOTTIME) / CENTISECOND);
	}
}

/* sysinfo(2) counts a begun second as a whole one. */
static int64_t told_round_up(int64_t nanoseconds)
{
	return (nanoseconds + KIT_SECOND - 1) / KIT_SECOND;
}

static void told_expect_sysinfo(void)
{
	for (int round = 0; round < CLOCKS_FEW_ROUNDS; round++) {
		int64_t below = told_round_up(clocks_read_syscall(CLOCK_BOOTTIME));
		struct sysinfo info;

		EXPECT(syscall(SYS_sysinfo, &info) == 0);
		EXPECT_ORDER(below, info.uptime);
		EXPECT_ORDER(info.uptime, told_round_up(clocks_read_syscall(CLOCK_BOOTTIME)));
	}
}

static void told_agree(void *unused)
{
	(void)unused;
	told_expect_uptime();
	told_expect_sysinfo();
}

static void told_initial(int unused)
{
	(void)unused;
	told_agree(NULL);
}

static void told_agree_shifted(void *shift)
{
	const struct timens_offsets offsets = namespace_offsets(shift);

	namespace_make(&offsets);
	kit_child(told_agree, NULL);
}

static void told_inside(int unused)
{
	(void)unused;
	for (unsigned int i = 0; i < namespace_shifts_count; i++)
		kit_child(told_agree_shifted, (void *)&namespace_shifts[i]);
}

struct told {
	int64_t boot, start;
	pid_t pid;
};

/* btime of /proc/stat, and when a process started: field 22 of its stat, in ticks since boot. */
static void told_look(void *argument)
{
	struct told *told = argument;
	char path[64], line[1024], *field;

	told_read("/proc/stat", "btime ", line, sizeof(line));
	told->boot = strtoll(line + strlen("btime "), NULL, 10);
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)told->pid);
	told_read(path, "", line, sizeof(line));
	field = strrchr(line, ')');
	for (int i = 2; field && i < 22; i++)
		field = strchr(field + 1, ' ');
	EXPECT(field);
	told->start = strtoll(field, NULL, 10);
}

static void told_times(int unused)
{
	const int64_t seconds = 5000000;
	struct told *inside = kit_shared(), outside = { .pid = getpid() };

	(void)unused;
	inside->pid = getpid();
	told_look(&outside);
	namespace_unshare();
	EXPECT_EQUAL(namespace_write("boottime 5000000 0\n"), 19);
	kit_child(told_look, inside);
	EXPECT_EQUAL(inside->boot, outside.boot - seconds);
	EXPECT_EQUAL(inside->start, outside.start + seconds * sysconf(_SC_CLK_TCK));
}

const struct kit_check kit_told_checks[] = {
	{ "told-initial", "/proc/uptime and sysinfo agree with CLOCK_BOOTTIME", KIT_BY_SYSCALL, 0,
		told_initial, 0 },
	{ "told-inside", "in a time namespace they agree with the shifted one", KIT_BY_SYSCALL,
		KIT_TIMENS, told_inside, 0 },
	{ "told-times", "btime and the start times of processes are shifted, exactly",
		KIT_BY_SYSCALL, KIT_TIMENS, told_times, 0 },
	{ 0 },
};
