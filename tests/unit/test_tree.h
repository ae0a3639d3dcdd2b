/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A throw-away tree for tests of paths and mounts: a rootfs, and beside it what must stay as it is.
 */
#ifndef TEST_TREE_H
#define TEST_TREE_H

#include "in_child.h"

#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/io.h"

struct test_tree {
	char top[64], rootfs[80], outside[80];
};

static inline void test_tree_make(struct test_tree *tree)
{
	const char *base = getenv("TMPDIR");

	umask(022);
	snprintf(tree->top, sizeof(tree->top), "%.40s/elsewhen-XXXXXX", base ? base : "/tmp");
	assert_non_null(mkdtemp(tree->top));
	assert_int_equal(chmod(tree->top, 0755), 0);
	snprintf(tree->rootfs, sizeof(tree->rootfs), "%s/rootfs", tree->top);
	snprintf(tree->outside, sizeof(tree->outside), "%s/outside", tree->top);
	assert_int_equal(mkdir(tree->rootfs, 0755), 0);
	assert_int_equal(mkdir(tree->outside, 0755), 0);
}

static inline int test_tree_remove_entry(
	const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Removes it, and proves that nothing was ever made outside of the rootfs. */
static inline void test_tree_remove(struct test_tree *tree)
{
	int untouched = rmdir(tree->outside);

	nftw(tree->top, test_tree_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	assert_int_equal(untouched, 0);
}

/* A file with content, below the rootfs. */
static inline void test_tree_file(const struct test_tree *tree, const char *name, const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", tree->rootfs, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, text, strlen(text)), 0);
	close(fd);
}

static inline void test_tree_directory(const struct test_tree *tree, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", tree->rootfs, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static inline void test_tree_link(
	const struct test_tree *tree, const char *target, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", tree->rootfs, name);
	assert_int_equal(symlink(target, path), 0);
}

/* In a child: a mount namespace of its own, with a user namespace that makes it root there. */
static inline void test_tree_enter_user_namespace(void)
{
	unsigned int uid = geteuid(), gid = getegid();
	char map[64];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		SKIP_IN_CHILD("user namespaces are not to be had here");
	CHECK(io_write_control(AT_FDCWD, "/proc/self/setgroups", "deny") == 0);
	snprintf(map, sizeof(map), "0 %u 1", uid);
	CHECK(io_write_control(AT_FDCWD, "/proc/self/uid_map", map) == 0);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	CHECK(io_write_control(AT_FDCWD, "/proc/self/gid_map", map) == 0);
}

/* In a child: a mount namespace as root of the initial user namespace. */
static inline void test_tree_enter_as_root(void)
{
	if (geteuid() != 0)
		SKIP_IN_CHILD("needs root");
	CHECK(unshare(CLONE_NEWNS) == 0);
}

/* In a child: the rest of it runs as pid 1 of a new PID namespace. */
static inline void test_tree_enter_pid_namespace(void)
{
	int status;
	pid_t pid;

	CHECK(unshare(CLONE_NEWPID) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		return;
	CHECK(waitpid(pid, &status, 0) == pid);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

#endif
