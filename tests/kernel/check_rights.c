/* SPDX-License-Identifier: Apache-2.0 */
/* Who may make, shift and join a time namespace. */
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "kit.h"
#include "namespace.h"

static void rights_drop(int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	EXPECT(syscall(SYS_capget, &header, data) == 0);
	data[0].effective &= ~(1u << capability);
	EXPECT(syscall(SYS_capset, &header, data) == 0);
}

static void rights_to_make(int unused)
{
	(void)unused;
	rights_drop(CAP_SYS_ADMIN);
	EXPECT_EQUAL(timens_unshare(), -EPERM);
}

static void rights_to_shift(int unused)
{
	struct timens_offsets seen;

	(void)unused;
	namespace_unshare();
	rights_drop(CAP_SYS_TIME);
	EXPECT_EQUAL(namespace_write("monotonic 1 0\n"), -EPERM);
	EXPECT_EQUAL(timens_read_offsets(-1, 0, &seen), 0);
	EXPECT_EQUAL(seen.monotonic.seconds, 0);
}

/* Whose rights count is decided when the file is opened. */
static void rights_at_open(int unused)
{
	int fd;

	(void)unused;
	namespace_unshare();
	fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	EXPECT(fd >= 0);
	rights_drop(CAP_SYS_TIME);
	EXPECT_EQUAL(write(fd, "monotonic 1 0\n", 14), 14);
	close(fd);
}

static void rights_to_join(int unused)
{
	int fd;

	(void)unused;
	namespace_unshare();
	fd = namespace_open("time_for_children");
	rights_drop(CAP_SYS_ADMIN);
	EXPECT_EQUAL(timens_join(fd), -EPERM);
	close(fd);
}

static void rights_unshare_user(int flags)
{
	if (unshare(flags) == 0)
		return;
	if (errno == EPERM || errno == ENOSPC || errno == EACCES)
		kit_skip("no user namespace can be made here (%s)", strerror(errno));
	kit_fail("unshare of a user namespace: %s", strerror(errno));
}

/* No id is mapped: rights do not need one. */
static void rights_in_user_namespace(int unused)
{
	(void)unused;
	rights_unshare_user(CLONE_NEWUSER | CLONE_NEWTIME);
	EXPECT_EQUAL(namespace_write("monotonic 1 0\nboottime 2 0\n"), 27);
}

static void rights_of_older(int unused)
{
	int fd;

	(void)unused;
	namespace_unshare();
	fd = namespace_open("time_for_children");
	rights_unshare_user(CLONE_NEWUSER);
	EXPECT_EQUAL(namespace_write("monotonic 1 0\n"), -EPERM);
	EXPECT_EQUAL(timens_join(fd), -EPERM);
	close(fd);
}

const struct kit_check kit_rights_checks[] = {
	{ "rights-make", "CAP_SYS_ADMIN is needed to make a namespace (EPERM)", KIT_BY_SYSCALL,
		KIT_TIMENS, rights_to_make, 0 },
	{ "rights-shift", "CAP_SYS_TIME is needed to shift it (EPERM)", KIT_BY_SYSCALL, KIT_TIMENS,
		rights_to_shift, 0 },
	{ "rights-open", "the rights of who opened the offsets file count", KIT_BY_SYSCALL,
		KIT_TIMENS, rights_at_open, 0 },
	{ "rights-join", "CAP_SYS_ADMIN is needed to join it (EPERM)", KIT_BY_SYSCALL, KIT_TIMENS,
		rights_to_join, 0 },
	{ "rights-user-namespace", "a new user namespace has every right over its time namespace",
		KIT_BY_SYSCALL, KIT_TIMENS, rights_in_user_namespace, 0 },
	{ "rights-older", "a user namespace has no right over an older time namespace (EPERM)",
		KIT_BY_SYSCALL, KIT_TIMENS, rights_of_older, 0 },
	{ 0 },
};
