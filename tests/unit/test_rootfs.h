/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that all tests of rootfs share; all of them run in a child with namespaces of its own. */
#ifndef TEST_ROOTFS_H
#define TEST_ROOTFS_H

#include "test_tree.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "linux/rootfs.h"

#define OPTIONS(...) ((char *[]){ __VA_ARGS__, NULL })

static inline void attach(struct rootfs *rootfs, const char *path)
{
	struct error err = { 0 };
	int tree = rootfs_open(path, &err);

	*rootfs = (struct rootfs){ .fd = -1 };
	CHECK_TEXT(err, "");
	CHECK(tree >= 0);
	if (rootfs_attach(rootfs, tree, path, 0, &err) < 0) {
		dprintf(STDERR_FILENO, "%s\n", err.text);
		_exit(1);
	}
}

/* One mount as config.json has it. */
static inline int mount_one(struct rootfs *rootfs, const char *type, const char *source,
	const char *destination, char *const *options, struct error *err)
{
	struct mount_request request = {
		.type = type,
		.source = source,
		.destination = destination,
		.idmap_userns_fd = -1,
		.where = "mounts[3]",
	};
	size_t count = 0;
	int result;

	while (options && options[count])
		count++;
	CHECK(mount_options_parse(options, count, &request.options, err) == 0);
	result = rootfs_mount(rootfs, &request, -1, err);
	mount_options_free(&request.options);
	return result;
}

static inline void must_mount(struct rootfs *rootfs, const char *type, const char *source,
	const char *destination, char *const *options)
{
	struct error err;

	if (mount_one(rootfs, type, source, destination, options, &err) == 0)
		return;
	dprintf(STDERR_FILENO, "%s\n", err.text);
	_exit(1);
}

#define must_refuse(rootfs, type, source, destination, options, sentence)                  \
	do {                                                                               \
		struct error err_ = { 0 };                                                 \
		CHECK(mount_one(rootfs, type, source, destination, options, &err_) == -1); \
		CHECK_TEXT(err_, sentence);                                                \
	} while (0)

static inline void must_pivot(struct rootfs *rootfs, bool no_pivot)
{
	struct error err;

	if (rootfs_pivot(rootfs, no_pivot, &err) == 0)
		return;
	dprintf(STDERR_FILENO, "%s\n", err.text);
	_exit(1);
}

/* Creating a file there gives `code`, 0 for success. */
static inline void check_write(const char *path, int code)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	CHECK((fd < 0 ? errno : 0) == code);
}

#endif
