/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real cgroups. Each test runs in a child that is alone in a cgroup of its own and sees that as the
 * root of every hierarchy (cgroup_namespaces(7)), so that nothing outside of it can be touched.
 */
#ifndef CGROUP_ALONE_H
#define CGROUP_ALONE_H

#include "in_child.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "linux/cgroup.h"
#include "linux/cgroup_driver.h"
#include "linux/cgroup_layout.h"

#define MOUNT "/sys/fs/cgroup"

/* Which of the machine's hierarchies the child sees. */
enum { SEE_V1 = 1, SEE_V2 = 2 };

/* The test's own cgroup in the machine's hierarchies: made before, removed after every test. */
static struct cgroup_plan own;

static inline int make_own(void **state)
{
	char name[64];
	struct error err = { 0 };

	(void)state;
	own = (struct cgroup_plan){ 0 };
	snprintf(name, sizeof(name), "/elsewhen-test-%d", (int)getpid());
	if (!cgroup_is_privileged() || cgroup_mode_detect() == CGROUP_MODE_NONE)
		return 0;
	assert_int_equal(cgroup_plan_make(CGROUP_MANAGER_CGROUPFS, name, NULL, &own, &err), 0);
	for (size_t i = 0; i < own.directories.length; i++)
		if (mkdir(own.directories.items[i], 0755) < 0) {
			printf("cgroups cannot be made: %s\n", strerror(errno));
			for (size_t j = 0; j < i; j++)
				rmdir(own.directories.items[j]);
			cgroup_plan_free(&own);
			return 0;
		}
	return 0;
}

static inline int remove_own(void **state)
{
	struct error err = { 0 };
	int result = cgroup_destroy(&own, &err);

	(void)state;
	if (result < 0)
		printf("%s\n", err.text);
	cgroup_plan_free(&own);
	return result;
}

static inline void write_in(const char *directory, const char *file, const char *text)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	CHECK(io_write_control(AT_FDCWD, path, text) == 0);
}

/* An empty v1 cpuset takes no process, also the test's own. */
static inline void enter_own(void)
{
	for (size_t i = 0; i < own.directories.length; i++) {
		const char *directory = own.directories.items[i];
		cleanup_close int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		const struct cgroup_driver *driver;
		struct error err = { 0 };

		CHECK(cgroup_driver_find(fd, &driver) == 0);
		if (driver == &cgroup_driver_v1)
			CHECK(cgroup_driver_v1.prepare(directory, fd, &err) == 0);
		write_in(directory, "cgroup.procs", "0");
	}
}

static inline void mount_hierarchy(const struct cgroup_hierarchy *hierarchy, bool alone)
{
	char target[256], options[512];

	if (hierarchy->v2) {
		snprintf(target, sizeof(target), "%s%s", MOUNT, alone ? "" : "/unified");
		CHECK(alone || mkdir(target, 0755) == 0);
		CHECK(mount("cgroup2", target, "cgroup2", 0, NULL) == 0);
		/* A v2 cgroup with processes of its own hands no controllers down. */
		snprintf(options, sizeof(options), "%s/test", target);
		CHECK(mkdir(options, 0755) == 0);
		write_in(options, "cgroup.procs", "0");
		return;
	}
	snprintf(target, sizeof(target), "%s/%s", MOUNT, hierarchy->controllers);
	snprintf(options, sizeof(options), "%s%s",
		strncmp(hierarchy->controllers, "name=", 5) == 0 ? "none," : "",
		hierarchy->controllers);
	CHECK(mkdir(target, 0755) == 0);
	CHECK(mount("cgroup", target, "cgroup", 0, options) == 0);
}

/* Returns how many hierarchies there are to see. */
static inline size_t be_alone(int see)
{
	cleanup_cgroup_layout struct cgroup_layout layout = { 0 };
	struct error err = { 0 };
	size_t seen = 0, v2 = 0;

	if (own.directories.length == 0)
		SKIP_IN_CHILD("cgroups cannot be made here (not root, or read-only)");
	CHECK(cgroup_layout_read(false, &layout, &err) == 0);
	CHECK(layout.length == own.directories.length);
	for (size_t i = 0; i < layout.length; i++) {
		v2 += layout.items[i].v2;
		seen += see & (layout.items[i].v2 ? SEE_V2 : SEE_V1) ? 1 : 0;
	}
	if ((see & SEE_V2 && v2 == 0) || (see & SEE_V1 && layout.length == v2))
		SKIP_IN_CHILD("this machine has no such cgroup hierarchies");
	enter_own();
	CHECK(unshare(CLONE_NEWCGROUP | CLONE_NEWNS) == 0);
	CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	CHECK(umount2(MOUNT, MNT_DETACH) == 0);
	if (see != SEE_V2)
		CHECK(mount("tmpfs", MOUNT, "tmpfs", 0, "mode=755") == 0);
	for (size_t i = 0; i < layout.length; i++)
		if (see & (layout.items[i].v2 ? SEE_V2 : SEE_V1))
			mount_hierarchy(&layout.items[i], see == SEE_V2);
	return seen;
}

#define OK(call)                                                                             \
	do {                                                                                 \
		struct error err = { 0 };                                                    \
		if ((call) < 0) {                                                            \
			dprintf(STDERR_FILENO, "%s:%d: %s\n", __FILE__, __LINE__, err.text); \
			_exit(1);                                                            \
		}                                                                            \
	} while (0)

static inline void plan_and_create(const char *path, struct cgroup_plan *plan)
{
	OK(cgroup_plan_make(CGROUP_MANAGER_CGROUPFS, path, "id", plan, &err));
	OK(cgroup_create(plan, false, &err));
}

/* A child in the cgroup, which goes on when it is in. */
static inline pid_t spawn_in(const struct cgroup_plan *plan, void (*work)(void))
{
	struct cgroup_entry entry;
	int ready[2];
	char byte;
	pid_t pid;

	OK(cgroup_entry_open(plan, &entry, &err));
	CHECK(pipe2(ready, O_CLOEXEC) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		OK(cgroup_entry_enter(&entry, true, &err));
		CHECK(write(ready[1], "", 1) == 1);
		work();
		_exit(0);
	}
	close(ready[1]);
	CHECK(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	cgroup_entry_close(&entry);
	return pid;
}

static inline void wait_for_ever(void)
{
	for (;;)
		pause();
}

static inline int status_of(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid);
	return status;
}

static inline bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static inline void check_gone(const struct cgroup_plan *plan)
{
	for (size_t i = 0; i < plan->directories.length; i++)
		CHECK(!exists(plan->directories.items[i]));
	for (size_t i = 0; i < plan->missing.length; i++)
		CHECK(!exists(plan->missing.items[i]));
}

/* test_CHECK_SEE: `check` in a child that sees `see`. */
#define REAL_TEST(check, see)                          \
	static void test_##check##_##see(void **state) \
	{                                              \
		static const int seen = see;           \
                                                       \
		(void)state;                           \
		in_child(check_##check, &seen);        \
	}
#define SEE_HYBRID (SEE_V1 | SEE_V2)
#define REAL(name) cmocka_unit_test_setup_teardown(name, make_own, remove_own)

#endif
