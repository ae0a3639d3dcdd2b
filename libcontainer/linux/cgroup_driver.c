/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a plan's directories and finds the one that does a given job. */
#include "linux/cgroup_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

const struct cgroup_driver *cgroup_driver_of(int directory)
{
	/* Every v2 cgroup has cgroup.controllers, no v1 one does; both have cgroup.procs. */
	if (faccessat(directory, "cgroup.controllers", F_OK, 0) == 0)
		return &cgroup_driver_v2;
	if (faccessat(directory, "cgroup.procs", F_OK, 0) == 0)
		return &cgroup_driver_v1;
	return NULL;
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
		const struct cgroup_driver *driver;

		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0)
			return error_errno(err, errno, "cannot open the cgroup %s", path);
		driver = cgroup_driver_of(fd);
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

const struct cgroup_member *cgroup_members_find(
	const struct cgroup_members *members, const char *controller)
{
	for (size_t i = 0; i < members->length; i++) {
		const struct cgroup_member *member = &members->items[i];

		if (member->driver->has_controller(member->fd, controller))
			return member;
	}
	return NULL;
}

const struct cgroup_member *cgroup_members_v2(const struct cgroup_members *members)
{
	for (size_t i = 0; i < members->length; i++)
		if (members->items[i].driver->v2)
			return &members->items[i];
	return NULL;
}

const struct cgroup_member *cgroup_members_freezer(const struct cgroup_members *members)
{
	const struct cgroup_member *v2 = NULL;

	for (size_t i = 0; i < members->length; i++) {
		const struct cgroup_member *member = &members->items[i];

		if (member->driver->is_frozen(member->fd) < 0)
			continue;
		if (!member->driver->v2)
			return member;
		v2 = member;
	}
	return v2;
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
