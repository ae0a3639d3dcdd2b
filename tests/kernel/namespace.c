/* SPDX-License-Identifier: Apache-2.0 */
#include "namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/capability.h>

#include "kit.h"
#include "linux/vdso.h"

/* The inode that the kernel gives to the namespace it boots with, on every machine. */
#define NAMESPACE_INITIAL_INODE 0xEFFFFFFAu

const struct namespace_shift namespace_shifts[] = {
	{ .name = "forwards", .offsets = { true, true, { 1000000, 0 }, { 2000000, 0 } } },
	{ .name = "by nanoseconds alone", .offsets = { true, true, { 0, 999999999 }, { 0, 1 } } },
	{ .name = "by seconds and nanoseconds",
		.offsets = { true, true, { 86399, 123456789 }, { 42940799, 987654321 } } },
	{ .name = "backwards", .backwards = true },
};
const unsigned int namespace_shifts_count = KIT_COUNT(namespace_shifts);

/*
 * To just above zero: all whole seconds of the clock and one nanosecond. The clocks that share an
 * offset are slightly apart, and none of them is to read less than zero.
 */
static struct timens_offset namespace_backwards(int clock, int other)
{
	int64_t first = vdso_read_clock_by_syscall(clock);
	int64_t second = vdso_read_clock_by_syscall(other);

	return (struct timens_offset){ -(first < second ? first : second) / KIT_SECOND - 1,
		TIMENS_NANOSECONDS_MAX };
}

struct timens_offsets namespace_offsets(const struct namespace_shift *shift)
{
	if (!shift->backwards)
		return shift->offsets;
	return (struct timens_offsets){ true, true,
		namespace_backwards(CLOCK_MONOTONIC_COARSE, CLOCK_MONOTONIC_RAW),
		namespace_backwards(CLOCK_BOOTTIME, CLOCK_BOOTTIME) };
}

static int64_t namespace_nanoseconds(struct timens_offset offset)
{
	return offset.seconds * KIT_SECOND + offset.nanoseconds;
}

int64_t namespace_shift_of(const struct timens_offsets *offsets, int clock)
{
	switch (clock) {
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
		return namespace_nanoseconds(offsets->monotonic);
	case CLOCK_BOOTTIME:
		return namespace_nanoseconds(offsets->boottime);
	default:
		return 0;
	}
}

int namespace_try(void)
{
	if (geteuid() != 0 && unshare(CLONE_NEWUSER) < 0)
		return errno;
	return -timens_unshare();
}

void namespace_unshare(void)
{
	EXPECT_EQUAL(namespace_try(), 0);
}

void namespace_make(const struct timens_offsets *offsets)
{
	namespace_unshare();
	EXPECT_EQUAL(timens_write_offsets(-1, 0, offsets), 0);
}

void namespace_enter(const struct timens_offsets *offsets)
{
	int fd;

	namespace_make(offsets);
	fd = namespace_open("time_for_children");
	EXPECT_EQUAL(timens_join(fd), 0);
	close(fd);
}

ssize_t namespace_write(const char *text)
{
	int fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	ssize_t result;

	EXPECT(fd >= 0);
	result = write(fd, text, strlen(text));
	if (result < 0)
		result = -errno;
	close(fd);
	return result;
}

int namespace_open(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	EXPECT(fd >= 0);
	return fd;
}

ino_t namespace_inode(const char *name)
{
	int fd = namespace_open(name);
	struct stat st;

	EXPECT(fstat(fd, &st) == 0);
	close(fd);
	return st.st_ino;
}

bool namespace_is_initial(void)
{
	struct stat st;

	/* A kernel that has no time namespaces has the machine's clocks alone. */
	return stat("/proc/self/ns/time", &st) < 0 || st.st_ino == NAMESPACE_INITIAL_INODE;
}

bool namespace_has_rights(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	const uint32_t wanted = 1u << CAP_SYS_ADMIN | 1u << CAP_SYS_TIME;
	struct stat st;

	/* 0xEFFFFFFD is the machine's user namespace. */
	if (stat("/proc/self/ns/user", &st) == 0 && st.st_ino != 0xEFFFFFFDu)
		return false;
	return syscall(SYS_capget, &header, data) == 0 && (data[0].effective & wanted) == wanted;
}
