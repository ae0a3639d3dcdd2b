/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a plan's directories and finds the one that does a given job. */
#include "linux/cgroup_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

int cgroup_driver_find(int directory, const struct cgroup_driver **driver)
{
	struct statfs filesystem;

	*driver = NULL;
	if (fstatfs(directory, &filesystem) < 0)
		return -errno;
	if (filesystem.f_type == CGROUP2_SUPER_MAGIC)
		*driver = &cgroup_driver_v2;
	else if (filesystem.f_type == CGROUP_SUPER_MAGIC)
		*driver = &cgroup_driver_v1;
	return 0;
}

int cgroup_members_open(
	const struct cgroup_plan *plan, struct cgroup_members *members, struct error *err)
{
	*members = (struct cgroup_members){ 0 };
	if (plan->directories.length == 0)
		return 0;
	members->items = calloc(plan->directories.length, sizeof(members->items[0]));
	if (!members->items)
		return error_errno(err, ENOMEM, "cannot open the cgroup");
	for (size_t i = 0; i < plan->directories.length; i++) {
		const char *path = plan->directories.items[i];
		cleanup_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		const struct cgroup_driver *driver = NULL;
		int result;

		if (fd < 0 && errno == ENOENT)
			continue;
		result = fd < 0 ? -errno : cgroup_driver_find(fd, &driver);
		if (result < 0)
			return error_errno(err, -result, "cannot open the cgroup %s", path);
		if (driver)
			members->items[members->length++] = (struct cgroup_member){
				.driver = driver, .path = path, .fd = move_fd(&fd)
			};
	}
	return 0;
}

void cgroup_members_close(struct cgroup_members *members)
{
	for (size_t i = 0; i < members->length; i++)
		replace_fd(&members->items[i].fd, -1);
	free(members->items);
	*members = (struct cgroup_members){ 0 };
}

int cgroup_members_find(const struct cgroup_members *members, const char *controller,
	const struct cgroup_member **found, struct error *err)
{
	*found = NULL;
	for (size_t i = 0; i < members->length; i++) {
		const struct cgroup_member *member = &members->items[i];
		int result = member->driver->has_controller(member->fd, controller);

		if (result < 0)
			return error_errno(err, -result, "cannot look for the %s controller in %s",
				controller, member->path);
		if (result == 0)
			continue;
		*found = member;
		break;
	}
	return 0;
}

const struct cgroup_member *cgroup_members_v2(const struct cgroup_members *members)
{
	for (size_t i = 0; i < members->length; i++)
		if (members->items[i].driver->v2)
			return &members->items[i];
	return NULL;
}

int cgroup_members_freezer(const struct cgroup_members *members,
	const struct cgroup_member **freezer, struct error *err)
{
	int frozen = 0;

	*freezer = NULL;
	for (size_t i = 0; i < members->length; i++) {
		const struct cgroup_member *member = &members->items[i];
		int result = member->driver->is_frozen(member->fd);

		if (result == -ENOENT)
			continue;
		if (result < 0)
			return error_errno(
				err, -result, "cannot tell whether %s is frozen", member->path);
		*freezer = member;
		frozen = result;
		if (!member->driver->v2)
			break;
	}
	return frozen;
}

bool cgroup_is_privileged(void)
{
	static const char *const whole[] = { "0", "0", "4294967295" };
	char map[64], *next = NULL;

	if (geteuid() != 0)
		return false;
	/* Without user namespaces in the kernel there is no such file, and root is root. */
	if (io_read_small(AT_FDCWD, "/proc/self/uid_map", map, sizeof(map)) < 0)
		return true;
	for (size_t i = 0; i < ARRAY_LENGTH(whole); i++) {
		const char *field = strtok_r(i == 0 ? map : NULL, " \n", &next);

		if (!text_equal(field, whole[i]))
			return false;
	}
	return true;
}

bool cgroup_is_forbidden(int result)
{
	return result == -EACCES || result == -EPERM || result == -EROFS;
}
