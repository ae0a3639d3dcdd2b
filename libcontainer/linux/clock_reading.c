/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/clock_reading.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

const struct clock_entry clock_table[CLOCK_TABLE_LENGTH] = {
	{ CLOCK_REALTIME, "realtime", CLOCK_SHIFT_NONE },
	{ CLOCK_REALTIME_COARSE, "realtime_coarse", CLOCK_SHIFT_NONE },
	{ CLOCK_TAI, "tai", CLOCK_SHIFT_NONE },
	{ CLOCK_MONOTONIC, "monotonic", CLOCK_SHIFT_MONOTONIC },
	{ CLOCK_MONOTONIC_COARSE, "monotonic_coarse", CLOCK_SHIFT_MONOTONIC },
	{ CLOCK_MONOTONIC_RAW, "monotonic_raw", CLOCK_SHIFT_MONOTONIC },
	{ CLOCK_BOOTTIME, "boottime", CLOCK_SHIFT_BOOTTIME },
};

/* The system call whose result has 64 bits also where the first of its kind had 32. */
#ifdef SYS_clock_gettime64
#define CLOCK_SYSCALL SYS_clock_gettime64
#else
#define CLOCK_SYSCALL SYS_clock_gettime
#endif

/* The kernel's struct __kernel_timespec. */
struct clock_kernel_time {
	int64_t seconds, nanoseconds;
};

#define CLOCK_STAT_LIMIT (16 << 20) /* /proc/stat has a number for every interrupt line */
#define CLOCK_INSTANT_ROUNDS 64

static int clock_read_syscall(clockid_t id, int64_t *nanoseconds)
{
	struct clock_kernel_time now;

	if (syscall(CLOCK_SYSCALL, id, &now) < 0)
		return -errno;
	*nanoseconds = now.seconds * CLOCK_SECOND + now.nanoseconds;
	return 0;
}

static int clock_read_vdso(clockid_t id, int64_t *nanoseconds)
{
	struct timespec now;

	if (clock_gettime(id, &now) < 0)
		return -errno;
	*nanoseconds = now.tv_sec * CLOCK_SECOND + now.tv_nsec;
	return 0;
}

int clock_read_sandwich(clockid_t id, struct clock_sandwich *sandwich)
{
	int result = clock_read_syscall(id, &sandwich->below);

	if (result == 0)
		result = clock_read_vdso(id, &sandwich->vdso);
	if (result == 0)
		result = clock_read_syscall(id, &sandwich->above);
	return result;
}

/* "12345.67 ..." */
static int clock_read_uptime(int64_t *nanoseconds)
{
	char text[128], *end;
	unsigned long long seconds, hundredths;
	ssize_t length = io_read_small(AT_FDCWD, "/proc/uptime", text, sizeof(text));

	if (length < 0)
		return (int)length;
	seconds = strtoull(text, &end, 10);
	if (end == text || *end != '.')
		return -EPROTO;
	hundredths = strtoull(end + 1, NULL, 10);
	*nanoseconds = (int64_t)seconds * CLOCK_SECOND + (int64_t)hundredths * (CLOCK_SECOND / 100);
	return 0;
}

static int clock_read_btime(int64_t *seconds)
{
	static const char name[] = "\nbtime ";
	cleanup_free char *text = NULL;
	ssize_t length = io_read_file(AT_FDCWD, "/proc/stat", &text, CLOCK_STAT_LIMIT);
	const char *line;

	if (length < 0)
		return (int)length;
	line = strstr(text, name);
	if (!line)
		return -EPROTO;
	*seconds = strtoll(line + strlen(name), NULL, 10);
	return 0;
}

int clock_read_proc(struct clock_proc *proc)
{
	int result = clock_read_uptime(&proc->uptime);

	return result < 0 ? result : clock_read_btime(&proc->btime);
}

/* By system call, so that what is written down does not depend on the vDSO. */
static int clock_try_instant(struct clock_instant *instant)
{
	int64_t begin = 0, end = 0;
	int result = clock_read_syscall(CLOCK_MONOTONIC, &begin);

	if (result == 0)
		result = clock_read_syscall(CLOCK_REALTIME, &instant->realtime);
	if (result == 0)
		result = clock_read_syscall(CLOCK_MONOTONIC, &instant->monotonic);
	if (result == 0)
		result = clock_read_syscall(CLOCK_BOOTTIME, &instant->boottime);
	if (result == 0)
		result = clock_read_syscall(CLOCK_MONOTONIC, &end);
	if (result == 0)
		instant->width = end - begin;
	return result;
}

int clock_read_instant(struct clock_instant *instant)
{
	for (int round = 0; round < CLOCK_INSTANT_ROUNDS; round++) {
		struct clock_instant attempt = { 0 };
		int result = clock_try_instant(&attempt);

		if (result < 0)
			return result;
		if (round == 0 || attempt.width < instant->width)
			*instant = attempt;
	}
	return 0;
}

int64_t clock_offset_nanoseconds(struct timens_offset offset)
{
	return offset.seconds * CLOCK_SECOND + offset.nanoseconds;
}

struct timens_offset clock_offset_of(int64_t nanoseconds)
{
	int64_t seconds = nanoseconds / CLOCK_SECOND, rest = nanoseconds % CLOCK_SECOND;

	if (rest < 0) {
		seconds--;
		rest += CLOCK_SECOND;
	}
	return (struct timens_offset){ seconds, (uint32_t)rest };
}

void clock_offset_format(int64_t nanoseconds, char text[TIMENS_VALUE_SIZE])
{
	const struct timens_value value = { TIMENS_VALUE_OFFSET, clock_offset_of(nanoseconds) };

	if (timens_value_format(&value, text) < 0)
		text[0] = '\0';
}
