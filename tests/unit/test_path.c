/* SPDX-License-Identifier: Apache-2.0 */
/* base/path: a hostile tree, looked up by openat2 and by the walk, must lead nowhere outside. */
#include "test_tree.h"

#include <limits.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/text.h"

static struct test_tree tree;
static int rootfd = -1;

static int setup(void **state)
{
	(void)state;
	test_tree_make(&tree);
	test_tree_directory(&tree, "a");
	test_tree_directory(&tree, "a/b");
	test_tree_directory(&tree, "a/b/c");
	test_tree_file(&tree, "a/b/c/file", "inside");
	test_tree_link(&tree, "/a/b", "absolute");
	test_tree_link(&tree, "a/b", "relative");
	test_tree_link(&tree, "../../../../../a", "up");
	test_tree_link(&tree, "c/file", "a/b/to_file");
	test_tree_link(&tree, tree.outside, "outside");
	test_tree_link(&tree, "../outside", "outside_up");
	test_tree_link(&tree, "loop_b", "loop_a");
	test_tree_link(&tree, "loop_a", "loop_b");
	test_tree_link(&tree, "/made/by/link", "dangling");
	test_tree_link(&tree, "../../elsewhere/new", "dangling_up");
	test_tree_link(&tree, ".", "a/here");
	rootfd = open(tree.rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(rootfd >= 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	path_without_openat2 = false;
	cleanup_fd(&rootfd);
	test_tree_remove(&tree);
	return 0;
}

/* Is it `name` of the rootfs that fd is? */
static void assert_is(int fd, const char *name)
{
	struct stat found, expected;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &found), 0);
	assert_int_equal(fstatat(rootfd, name, &expected, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(found.st_dev, expected.st_dev);
	assert_int_equal(found.st_ino, expected.st_ino);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static const struct {
	const char *path;
	int flags;
	const char *is; /* or NULL: */
	int code;
} lookups[] = {
	{ "", O_PATH, ".", 0 },
	{ "/", O_PATH | O_DIRECTORY, ".", 0 },
	{ "///", O_PATH, ".", 0 },
	{ "..", O_PATH, ".", 0 },
	{ "/../../..", O_RDONLY | O_DIRECTORY, ".", 0 },
	{ "a", O_PATH, "a", 0 },
	{ "//a//b/./c/", O_PATH, "a/b/c", 0 },
	{ "a/b/c/..", O_PATH, "a/b", 0 },
	{ "a/../../../a/b", O_PATH, "a/b", 0 },
	{ "a/b/c/file", O_RDONLY, "a/b/c/file", 0 },
	{ "absolute", O_PATH, "a/b", 0 },
	{ "absolute", O_PATH | O_NOFOLLOW, "absolute", 0 },
	{ "absolute/", O_PATH | O_NOFOLLOW, "a/b", 0 },
	{ "absolute", O_RDONLY | O_NOFOLLOW, NULL, -ELOOP },
	{ "absolute", O_PATH | O_NOFOLLOW | O_DIRECTORY, NULL, -ENOTDIR },
	{ "relative/c/file", O_RDONLY, "a/b/c/file", 0 },
	{ "up/b/to_file", O_RDONLY, "a/b/c/file", 0 },
	{ "a/here/here/here/b", O_PATH, "a/b", 0 },
	{ "a/b/to_file", O_PATH, "a/b/c/file", 0 },
	{ "a/b/to_file/", O_PATH, NULL, -ENOTDIR },
	{ "a/b/c/file/x", O_PATH, NULL, -ENOTDIR },
	{ "a/b/c/file/..", O_PATH, NULL, -ENOTDIR },
	{ "a/b/c/file", O_PATH | O_DIRECTORY, NULL, -ENOTDIR },
	{ "outside", O_PATH, NULL, -ENOENT },
	{ "outside_up", O_PATH, NULL, -ENOENT },
	{ "dangling", O_PATH, NULL, -ENOENT },
	{ "loop_a", O_PATH, NULL, -ELOOP },
	{ "missing", O_PATH, NULL, -ENOENT },
	{ "missing/..", O_PATH, NULL, -ENOENT },
	{ "a", O_RDONLY | O_CREAT, NULL, -EINVAL },
};

static void test_lookups(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LENGTH(lookups); i++) {
		cleanup_close int fd = -1;
		size_t at = i / 2;

		path_without_openat2 = i % 2;
		fd = path_open_in_root(rootfd, lookups[at].path, lookups[at].flags);
		if ((fd >= 0) != (lookups[at].is != NULL))
			print_message("'%s' (walk: %d): %d\n", lookups[at].path,
				path_without_openat2, fd);
		if (lookups[at].is)
			assert_is(fd, lookups[at].is);
		else
			assert_int_equal(fd, lookups[at].code);
	}
}

static void test_too_long(void **state)
{
	char path[PATH_MAX + 8], name[NAME_MAX + 3];

	(void)state;
	memset(path, '/', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (int walk = 0; walk < 2; walk++) {
		path_without_openat2 = walk;
		assert_int_equal(path_open_in_root(rootfd, path, O_PATH), -ENAMETOOLONG);
		assert_int_equal(path_open_in_root(rootfd, name, O_PATH), -ENAMETOOLONG);
		assert_int_equal(path_mkdir_in_root(rootfd, name, 0755), -ENAMETOOLONG);
	}
}

/* 40 links are followed, 41 are not; and a path may be as long and as deep as the kernel's. */
static void test_limits(void **state)
{
	char name[16], target[16], path[PATH_MAX];
	size_t length = 0;

	(void)state;
	for (int i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		snprintf(target, sizeof(target), i == 1 ? "a" : "l%d", i - 1);
		test_tree_link(&tree, target, name);
	}
	while (length + 3 < sizeof(path))
		length += (size_t)snprintf(path + length, sizeof(path) - length, "a/../");
	path[sizeof(path) - 2] = '\0';
	path[strlen(path) - strlen(path) % 5] = '\0';
	for (int walk = 0; walk < 2; walk++) {
		cleanup_close int fd = -1, deep = -1;

		path_without_openat2 = walk;
		fd = path_open_in_root(rootfd, "l40", O_PATH);
		assert_is(fd, "a");
		assert_int_equal(path_open_in_root(rootfd, "l41", O_PATH), -ELOOP);
		deep = path_open_in_root(rootfd, path, O_PATH);
		assert_is(deep, ".");
	}
}

static void test_magic_links(void **state)
{
	static const char *const magic[] = { "self/exe", "self/cwd", "self/root/etc", "self/fd/0",
		"self/ns/mnt", "thread-self/exe" };
	cleanup_close int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_true(proc >= 0);
	for (int walk = 0; walk < 2; walk++) {
		cleanup_close int ordinary = -1;

		path_without_openat2 = walk;
		for (size_t i = 0; i < ARRAY_LENGTH(magic); i++) {
			int fd = path_open_in_root(proc, magic[i], O_PATH);

			assert_true(fd == -ELOOP || fd == -EXDEV);
		}
		ordinary = path_open_in_root(proc, "mounts", O_RDONLY);
		assert_true(ordinary >= 0);
	}
}

static void test_mkdir(void **state)
{
	(void)state;
	for (int walk = 0; walk < 2; walk++) {
		cleanup_close int plain = -1, through = -1, dangling = -1, up = -1, again = -1;
		char path[64];
		struct stat st;

		path_without_openat2 = walk;
		snprintf(path, sizeof(path), "new%d/x//y/", walk);
		plain = path_mkdir_in_root(rootfd, path, 0750);
		snprintf(path, sizeof(path), "new%d/x/y", walk);
		assert_is(plain, path);
		assert_int_equal(fstat(plain, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0750);
		again = path_mkdir_in_root(rootfd, path, 0700);
		assert_is(again, path);

		snprintf(path, sizeof(path), "absolute/new%d", walk);
		through = path_mkdir_in_root(rootfd, path, 0755);
		snprintf(path, sizeof(path), "a/b/new%d", walk);
		assert_is(through, path);

		dangling = path_mkdir_in_root(rootfd, "dangling/sub", 0755);
		assert_is(dangling, "made/by/link/sub");
		up = path_mkdir_in_root(rootfd, "dangling_up", 0755);
		assert_is(up, "elsewhere/new");

		assert_int_equal(path_mkdir_in_root(rootfd, "a/b/c/file", 0755), -ENOTDIR);
		assert_int_equal(path_mkdir_in_root(rootfd, "a/b/c/file/x", 0755), -ENOTDIR);
		assert_int_equal(path_mkdir_in_root(rootfd, "loop_a/x", 0755), -ELOOP);
	}
}

static void test_mkfile(void **state)
{
	(void)state;
	for (int walk = 0; walk < 2; walk++) {
		cleanup_close int plain = -1, there = -1, dangling = -1, directory = -1;
		char path[64];
		struct stat st;

		path_without_openat2 = walk;
		snprintf(path, sizeof(path), "files%d/sub/file", walk);
		plain = path_mkfile_in_root(rootfd, path, 0640);
		assert_is(plain, path);
		assert_int_equal(fstat(plain, &st), 0);
		assert_true(S_ISREG(st.st_mode) && st.st_size == 0);
		assert_int_equal(st.st_mode & 07777, 0640);

		there = path_mkfile_in_root(rootfd, "relative/to_file", 0600);
		assert_is(there, "a/b/c/file");
		assert_int_equal(fstat(there, &st), 0);
		assert_int_equal(st.st_size, strlen("inside"));

		dangling = path_mkfile_in_root(rootfd, "dangling_up", 0600);
		assert_is(dangling, "elsewhere/new");
		directory = path_mkfile_in_root(rootfd, "a/b", 0600);
		assert_is(directory, "a/b");
		assert_int_equal(path_mkfile_in_root(rootfd, "missing/", 0600), -EISDIR);
	}
}

static void test_parent(void **state)
{
	const char *name = NULL;
	cleanup_close int top = path_open_parent_in_root(rootfd, "x", false, &name);
	cleanup_close int made = -1, found = -1;

	(void)state;
	assert_is(top, ".");
	assert_string_equal(name, "x");
	found = path_open_parent_in_root(rootfd, "/absolute/c/file", false, &name);
	assert_is(found, "a/b/c");
	assert_string_equal(name, "file");
	assert_int_equal(path_open_parent_in_root(rootfd, "no/such/x", false, &name), -ENOENT);
	made = path_open_parent_in_root(rootfd, "/no/such/x", true, &name);
	assert_is(made, "no/such");
	assert_int_equal(path_open_parent_in_root(rootfd, "a/", true, &name), -EINVAL);
	assert_int_equal(path_open_parent_in_root(rootfd, "a/..", true, &name), -EINVAL);
	assert_int_equal(path_open_parent_in_root(rootfd, ".", true, &name), -EINVAL);
	assert_int_equal(path_open_parent_in_root(rootfd, "", true, &name), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lookups, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
		cmocka_unit_test(test_magic_links),
		cmocka_unit_test_setup_teardown(test_mkdir, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mkfile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parent, setup, teardown),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
