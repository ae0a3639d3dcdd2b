/* SPDX-License-Identifier: Apache-2.0 */
/* Linux time namespaces. Knows libc and its own header alone: it is also installed as a library. */
#include <elsewhen/timens.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

#define NANOSECONDS_PER_SECOND (TIMENS_NANOSECONDS_MAX + 1)

/* Longer than "/proc/-2147483648/ns/time_for_children" and than any offsets file of two lines. */
#define TIMENS_PATH_SIZE 64
#define TIMENS_FILE_SIZE 256

/* A stretch of text that is parsed from the front. */
struct span {
	const char *next, *end;
};

/* "/proc/PID/name", or "PID/name" below a procfs that the caller has open. */
static int timens_path(char path[TIMENS_PATH_SIZE], int procfd, pid_t pid, const char *name)
{
	const char *proc = procfd < 0 ? "/proc/" : "";
	int length;

	if (pid == 0)
		length = snprintf(path, TIMENS_PATH_SIZE, "%sself/%s", proc, name);
	else
		length = snprintf(path, TIMENS_PATH_SIZE, "%s%d/%s", proc, (int)pid, name);
	return length > 0 && length < TIMENS_PATH_SIZE ? 0 : -ENAMETOOLONG;
}

static int timens_open(int procfd, pid_t pid, const char *name, int flags)
{
	char path[TIMENS_PATH_SIZE];
	int result = timens_path(path, procfd, pid, name);
	int fd;

	if (result < 0)
		return result;
	fd = openat(procfd < 0 ? AT_FDCWD : procfd, path, flags | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

int timens_supported(void)
{
	if (access("/proc/self/ns/time", F_OK) == 0)
		return 1;
	return errno == ENOENT ? 0 : -errno;
}

int timens_unshare(void)
{
	return unshare(CLONE_NEWTIME) < 0 ? -errno : 0;
}

static int timens_format_line(
	char *buffer, size_t size, const char *clock, const struct timens_offset *offset)
{
	return snprintf(buffer, size, "%s %lld %lu\n", clock, (long long)offset->seconds,
		(unsigned long)offset->nanoseconds);
}

/* The length of the text, 0 when nothing is set, or -EINVAL. */
static ssize_t timens_format(char text[TIMENS_FILE_SIZE], const struct timens_offsets *offsets)
{
	const struct {
		const char *clock;
		bool set;
		const struct timens_offset *offset;
	} lines[] = {
		{ "monotonic", offsets->monotonic_set, &offsets->monotonic },
		{ "boottime", offsets->boottime_set, &offsets->boottime },
	};
	size_t length = 0;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!lines[i].set)
			continue;
		if (lines[i].offset->nanoseconds > TIMENS_NANOSECONDS_MAX)
			return -EINVAL;
		length += (size_t)timens_format_line(
			text + length, TIMENS_FILE_SIZE - length, lines[i].clock, lines[i].offset);
	}
	return (ssize_t)length;
}

/* The kernel takes each write(2) for itself, so a rest must never be written by a second one. */
static int timens_write_once(int fd, const char *text, size_t length)
{
	ssize_t written;

	do
		written = write(fd, text, length);
	while (written < 0 && errno == EINTR);
	if (written < 0)
		return -errno;
	return (size_t)written == length ? 0 : -EIO;
}

int timens_open_offsets(int procfd, pid_t pid)
{
	return timens_open(procfd, pid, "timens_offsets", O_WRONLY);
}

int timens_write_offsets_fd(int fd, const struct timens_offsets *offsets)
{
	char text[TIMENS_FILE_SIZE];
	ssize_t length = timens_format(text, offsets);

	return length <= 0 ? (int)length : timens_write_once(fd, text, (size_t)length);
}

int timens_write_offsets(int procfd, pid_t pid, const struct timens_offsets *offsets)
{
	int fd = timens_open_offsets(procfd, pid);
	int result;

	if (fd < 0)
		return fd;
	result = timens_write_offsets_fd(fd, offsets);
	close(fd);
	return result;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The next run of characters that are neither blank nor a newline; empty at the end of the line. */
static struct span span_take_word(struct span *line)
{
	struct span word;

	while (line->next < line->end && is_blank(*line->next))
		line->next++;
	word.next = line->next;
	while (line->next < line->end && !is_blank(*line->next))
		line->next++;
	word.end = line->next;
	return word;
}

static struct span span_take_line(struct span *text)
{
	struct span line = { text->next, text->end };
	const char *newline = memchr(text->next, '\n', (size_t)(text->end - text->next));

	if (newline)
		line.end = newline;
	text->next = newline ? newline + 1 : text->end;
	return line;
}

static bool span_equal(struct span word, const char *text)
{
	size_t length = (size_t)(word.end - word.next);

	return strlen(text) == length && memcmp(word.next, text, length) == 0;
}

/* Decimal, the whole word. Counts downwards, since INT64_MIN has no positive counterpart. */
static int span_parse_i64(struct span word, int64_t *value)
{
	bool negative = word.next < word.end && *word.next == '-';
	int64_t result = 0;

	word.next += negative;
	if (word.next == word.end)
		return -EINVAL;
	for (; word.next < word.end; word.next++) {
		if (!is_digit(*word.next))
			return -EINVAL;
		if (__builtin_mul_overflow(result, 10, &result) ||
			__builtin_sub_overflow(result, *word.next - '0', &result))
			return -ERANGE;
	}
	if (!negative && __builtin_sub_overflow((int64_t)0, result, &result))
		return -ERANGE;
	*value = result;
	return 0;
}

static int timens_parse_values(struct span line, struct timens_offset *offset)
{
	int64_t seconds = 0, nanoseconds = 0;
	int result = span_parse_i64(span_take_word(&line), &seconds);

	if (result == 0)
		result = span_parse_i64(span_take_word(&line), &nanoseconds);
	if (result < 0)
		return result;
	if (nanoseconds < 0 || nanoseconds > TIMENS_NANOSECONDS_MAX)
		return -EINVAL;
	if (span_take_word(&line).next != line.end)
		return -EINVAL;
	*offset = (struct timens_offset){ seconds, (uint32_t)nanoseconds };
	return 0;
}

static int timens_parse_line(struct span line, struct timens_offsets *offsets)
{
	struct span clock = span_take_word(&line);
	struct timens_offset *offset;
	bool *set;

	if (clock.next == clock.end)
		return 0;
	if (span_equal(clock, "monotonic") || span_equal(clock, "1")) {
		set = &offsets->monotonic_set;
		offset = &offsets->monotonic;
	} else if (span_equal(clock, "boottime") || span_equal(clock, "7")) {
		set = &offsets->boottime_set;
		offset = &offsets->boottime;
	} else {
		return -EINVAL;
	}
	if (*set)
		return -EINVAL;
	*set = true;
	return timens_parse_values(line, offset);
}

int timens_parse_offsets(const char *text, size_t length, struct timens_offsets *offsets)
{
	struct span rest = { text, text + length };
	struct timens_offsets parsed = { 0 };

	while (rest.next < rest.end) {
		int result = timens_parse_line(span_take_line(&rest), &parsed);

		if (result < 0)
			return result;
	}
	*offsets = parsed;
	return 0;
}

/* The whole of a small file; -EIO when it is larger than a file of offsets can be. */
static ssize_t timens_read_all(int fd, char text[TIMENS_FILE_SIZE])
{
	size_t used = 0;

	while (used < TIMENS_FILE_SIZE) {
		ssize_t got = read(fd, text + used, TIMENS_FILE_SIZE - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return (ssize_t)used;
		used += (size_t)got;
	}
	return -EIO;
}

int timens_read_offsets(int procfd, pid_t pid, struct timens_offsets *offsets)
{
	char text[TIMENS_FILE_SIZE];
	struct timens_offsets parsed;
	int fd = timens_open(procfd, pid, "timens_offsets", O_RDONLY);
	ssize_t length;
	int result;

	if (fd < 0)
		return fd;
	length = timens_read_all(fd, text);
	close(fd);
	if (length < 0)
		return (int)length;
	result = timens_parse_offsets(text, (size_t)length, &parsed);
	if (result < 0)
		return result;
	if (!parsed.monotonic_set || !parsed.boottime_set)
		return -EIO;
	*offsets = parsed;
	return 0;
}

int timens_offset_add(struct timens_offset a, struct timens_offset b, struct timens_offset *sum)
{
	struct timens_offset result;

	if (a.nanoseconds > TIMENS_NANOSECONDS_MAX || b.nanoseconds > TIMENS_NANOSECONDS_MAX)
		return -EINVAL;
	result.nanoseconds = a.nanoseconds + b.nanoseconds;
	if (__builtin_add_overflow(a.seconds, b.seconds, &result.seconds))
		return -EOVERFLOW;
	if (result.nanoseconds >= NANOSECONDS_PER_SECOND) {
		result.nanoseconds -= NANOSECONDS_PER_SECOND;
		if (__builtin_add_overflow(result.seconds, 1, &result.seconds))
			return -EOVERFLOW;
	}
	*sum = result;
	return 0;
}

int timens_own_offsets(int procfd, struct timens_offsets *own)
{
	int result = timens_read_offsets(procfd, 0, own);

	if (result == -ENOENT && !timens_supported()) {
		*own = (struct timens_offsets){ .monotonic_set = true, .boottime_set = true };
		return 0;
	}
	return result;
}

int timens_nest(int procfd, struct timens_offsets *offsets)
{
	struct timens_offsets own, nested = *offsets;
	int result = timens_own_offsets(procfd, &own);

	if (result == 0 && offsets->monotonic_set)
		result = timens_offset_add(offsets->monotonic, own.monotonic, &nested.monotonic);
	if (result == 0 && offsets->boottime_set)
		result = timens_offset_add(offsets->boottime, own.boottime, &nested.boottime);
	if (result == 0)
		*offsets = nested;
	return result;
}

/* -a in floor form: -(1.5 s) is { -2, 500000000 }. */
static struct timens_offset timens_offset_negate(struct timens_offset a)
{
	if (a.nanoseconds == 0)
		return (struct timens_offset){ -a.seconds, 0 };
	return (struct timens_offset){ -a.seconds - 1, NANOSECONDS_PER_SECOND - a.nanoseconds };
}

int timens_range(int procfd, int clock_id, int64_t *min_seconds, int64_t *max_seconds)
{
	struct timens_offsets own;
	struct timens_offset initial;
	struct timespec now;
	int result;

	if (clock_id != CLOCK_MONOTONIC && clock_id != CLOCK_BOOTTIME)
		return -EINVAL;
	result = timens_own_offsets(procfd, &own);
	if (result < 0)
		return result;
	if (clock_gettime(clock_id, &now) < 0)
		return -errno;
	initial = timens_offset_negate(clock_id == CLOCK_MONOTONIC ? own.monotonic : own.boottime);
	result = timens_offset_add(
		(struct timens_offset){ now.tv_sec, (uint32_t)now.tv_nsec }, initial, &initial);
	if (result < 0)
		return result;
	/* The kernel compares the seconds of the sum, rounded down, with both bounds. */
	*min_seconds = -initial.seconds;
	*max_seconds = TIMENS_SECONDS_MAX - initial.seconds;
	return 0;
}

int timens_join(int fd)
{
	return setns(fd, CLONE_NEWTIME) < 0 ? -errno : 0;
}

int timens_inode(int procfd, pid_t pid, ino_t *inode)
{
	char path[TIMENS_PATH_SIZE];
	int result = timens_path(path, procfd, pid, "ns/time");
	struct stat st;

	if (result < 0)
		return result;
	if (fstatat(procfd < 0 ? AT_FDCWD : procfd, path, &st, 0) < 0)
		return -errno;
	*inode = st.st_ino;
	return 0;
}
