/* SPDX-License-Identifier: Apache-2.0 */
/* AppArmor and SELinux: what the next execve of this thread becomes. */
#include "linux/lsm.h"
#include "linux/procfs.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int lsm_apparmor_enabled(void)
{
	char answer[8];
	ssize_t length = io_read_small(
		AT_FDCWD, "/sys/module/apparmor/parameters/enabled", answer, sizeof(answer));

	/* ENOENT: the module is not in this kernel. */
	if (length < 0)
		return length == -ENOENT || length == -ENOTDIR ? 0 : (int)length;
	return length > 0 && answer[0] == 'Y';
}

/*
 * Linux registers selinuxfs only when SELinux is on; unlike /sys/fs/selinux, this list is there in
 * every mount namespace that has a procfs. 1, 0 or -errno.
 */
static int lsm_lists_selinuxfs(int procfd)
{
	char filesystems[8192];
	ssize_t length = io_read_small(procfd, "filesystems", filesystems, sizeof(filesystems));

	if (length < 0)
		return (int)length;
	return strstr(filesystems, "\tselinuxfs\n") != NULL;
}

int lsm_selinux_enabled(void)
{
	cleanup_close int procfd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return procfd < 0 ? -errno : lsm_lists_selinuxfs(procfd);
}

/* One write(2): the kernel takes each for a whole value, and cuts it at a page. */
static int lsm_write(int fd, const char *text)
{
	size_t length = strlen(text);
	ssize_t written = write(fd, text, length);

	if (written < 0)
		return -errno;
	return (size_t)written == length ? 0 : -ENAMETOOLONG;
}

static int lsm_apparmor_off(const char *profile, struct error *err)
{
	if (text_equal(profile, "unconfined"))
		return 0;
	return error_set(err, EOPNOTSUPP,
		"process.apparmorProfile: '%s' cannot be set: AppArmor is not enabled here",
		profile);
}

int lsm_set_apparmor(int procfd, const char *profile, struct error *err)
{
	cleanup_text struct text command = { 0 };
	cleanup_close int fd = -1;
	int result;

	if (!profile || !*profile)
		return 0;
	/* Not attr/exec, which belongs to whichever LSM comes first. */
	fd = procfs_open_file(procfd, "thread-self/attr/apparmor/exec", O_WRONLY);
	if (fd == -ENOENT)
		return lsm_apparmor_off(profile, err);
	if (fd < 0)
		return error_errno(err, -fd,
			"process.apparmorProfile: open /proc/thread-self/attr/apparmor/exec");
	text_printf(&command, "exec %s", profile);
	result = lsm_write(fd, command.data);
	if (result == -EINVAL && lsm_apparmor_enabled() == 0)
		return lsm_apparmor_off(profile, err);
	if (result < 0)
		return error_errno(err, -result, "process.apparmorProfile: set '%s'%s", profile,
			result == -ENOENT ? " (it is not loaded)" : "");
	return 0;
}

int lsm_set_selinux(int procfd, const char *label, struct error *err)
{
	int result;

	if (!label || !*label)
		return 0;
	result = lsm_lists_selinuxfs(procfd);
	if (result < 0)
		return error_errno(err, -result, "process.selinuxLabel: read /proc/filesystems");
	if (result == 0) {
		if (text_equal(label, "unconfined"))
			return 0;
		return error_set(err, EOPNOTSUPP,
			"process.selinuxLabel: '%s' cannot be set: SELinux is not enabled here",
			label);
	}
	result = procfs_write(procfd, "thread-self/attr/exec", label);
	if (result < 0)
		return error_errno(err, -result, "process.selinuxLabel: set '%s'", label);
	return 0;
}
