/* SPDX-License-Identifier: Apache-2.0 */
#include "container/images.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/path.h"
#include "oci/descriptors_file.h"

#define IMAGES_PARENTS_MAX 64

void images_reset(struct images *images)
{
	*images = (struct images){ .directory = -1, .work = -1 };
}

void images_close(struct images *images)
{
	cleanup_fd(&images->directory);
	cleanup_fd(&images->work);
	free(images->path);
	free(images->work_path);
	images_reset(images);
}

static int images_open_directory(const char *path, const char *where, struct error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? error_errno(err, errno, "%s: open '%s'", where, path) : fd;
}

static char *images_absolute(const char *path)
{
	cleanup_free char *cwd = NULL;
	struct text absolute = { 0 };

	if (path[0] != '/')
		cwd = getcwd(NULL, 0);
	text_printf(&absolute, "%s%s%s", cwd ? cwd : "", cwd ? "/" : "", path);
	return absolute.data;
}

static int images_make_directory(const char *path, const char *where, bool *made, struct error *err)
{
	*made = mkdir(path, 0700) == 0;
	if (!*made && errno != EEXIST)
		return error_errno(err, errno, "%s: make '%s'", where, path);
	return images_open_directory(path, where, err);
}

int images_make(struct images *images, const char *path, const char *work_path, struct error *err)
{
	bool ignored;

	images->path = images_absolute(path ? path : "checkpoint");
	images->work_path = images_absolute(work_path ? work_path : images->path);
	images->directory = images_make_directory(images->path, "--image-path", &images->made, err);
	if (images->directory < 0)
		return -1;
	images->work = images_make_directory(images->work_path, "--work-path", &ignored, err);
	return images->work < 0 ? -1 : 0;
}

/* "../NAME", and nothing that leads further. */
static bool images_is_beside(const char *target)
{
	return text_starts_with(target, "../") && target[3] != '\0' && !strchr(target + 3, '/') &&
	       !text_equal(target + 3, "..") && !text_equal(target + 3, ".");
}

static int images_check(int directory, const char *path, int depth, struct error *err);

static int images_check_parent(int directory, const char *path, int depth, struct error *err)
{
	cleanup_close int parent = -1;
	char target[NAME_MAX + 4];
	ssize_t length = readlinkat(directory, "parent", target, sizeof(target) - 1);

	if (length < 0)
		return error_errno(err, errno, "--image-path: read the link '%s/parent'", path);
	target[length] = '\0';
	if (!images_is_beside(target))
		return error_set(err, EPERM,
			"--image-path: '%s/parent' leads to '%s', which is not beside it", path,
			target);
	parent = openat(directory, target, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (parent < 0)
		return error_errno(err, errno, "--image-path: open '%s/%s'", path, target);
	if (depth >= IMAGES_PARENTS_MAX)
		return error_set(err, ELOOP, "--image-path: '%s' has too many parents", path);
	return images_check(parent, target, depth + 1, err);
}

static int images_check_entry(
	int directory, const char *path, const char *name, int depth, struct error *err)
{
	struct stat st;

	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, errno, "--image-path: '%s/%s'", path, name);
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		return 0;
	if (S_ISLNK(st.st_mode) && text_equal(name, "parent"))
		return images_check_parent(directory, path, depth, err);
	/* The socket of `criu lazy-pages` is put there while we are at it, never by an archive. */
	if (S_ISSOCK(st.st_mode) && text_equal(name, "lazy-pages.socket"))
		return 0;
	return error_set(err, EPERM,
		"--image-path: '%s/%s' is neither a file nor a directory, and no checkpoint has "
		"such",
		path, name);
}

static int images_check(int directory, const char *path, int depth, struct error *err)
{
	cleanup_dir DIR *entries = NULL;
	struct dirent *entry;
	int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (copy >= 0)
		entries = fdopendir(copy);
	if (!entries)
		return error_errno(err, errno, "--image-path: read '%s'", path);
	while ((entry = readdir(entries))) {
		if (text_equal(entry->d_name, ".") || text_equal(entry->d_name, ".."))
			continue;
		if (images_check_entry(directory, path, entry->d_name, depth, err) < 0)
			return -1;
	}
	return 0;
}

int images_open(struct images *images, const char *path, const char *work_path, struct error *err)
{
	bool ignored;

	images->path = images_absolute(path ? path : "checkpoint");
	images->work_path = images_absolute(work_path ? work_path : images->path);
	images->directory = images_open_directory(images->path, "--image-path", err);
	if (images->directory < 0)
		return -1;
	if (faccessat(images->directory, "inventory.img", F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, errno,
			"--image-path: '%s' holds no checkpoint: inventory.img", images->path);
	if (images_check(images->directory, images->path, 0, err) < 0)
		return -1;
	images->work = images_make_directory(images->work_path, "--work-path", &ignored, err);
	return images->work < 0 ? -1 : 0;
}

/* What "../NAME" is relative to: the directory, or when that is not there yet, *parent is cut to "NAME". */
static int images_open_beside(const char *path, const char **parent)
{
	cleanup_free char *absolute = images_absolute(path ? path : "checkpoint");
	int directory = open(absolute, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *end = absolute + strlen(absolute);

	if (directory >= 0 || errno != ENOENT)
		return directory;
	while (end > absolute && end[-1] == '/')
		*--end = '\0';
	end = strrchr(absolute, '/');
	if (!end)
		return -1;
	end[1] = '\0';
	*parent += strlen("../");
	return open(absolute, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int images_check_new_parent(const char *path, const char *parent, struct error *err)
{
	cleanup_close int from = -1, directory = -1;
	const char *name = parent;

	if (!images_is_beside(parent))
		return error_set(err, EINVAL,
			"--parent-path: '%s' is not '../NAME', a directory beside that of "
			"--image-path, "
			"and a restore follows no other",
			parent);
	from = images_open_beside(path, &name);
	if (from >= 0)
		directory = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (directory < 0)
		return error_errno(err, errno, "--parent-path: open '%s'", parent);
	if (faccessat(directory, "inventory.img", F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, errno,
			"--parent-path: '%s' holds no checkpoint: inventory.img", parent);
	return 0;
}

int images_save_descriptors(
	const struct images *images, const struct strv *descriptors, struct error *err)
{
	cleanup_text struct text json = { 0 };
	int result;

	oci_descriptors_format(descriptors, &json);
	result = io_replace_file(
		images->directory, OCI_DESCRIPTORS_NAME, 0600, json.data, json.length);
	return result < 0 ? error_errno(err, -result, "write '%s/" OCI_DESCRIPTORS_NAME "'",
				    images->path)
			  : 0;
}

void images_forget_descriptors(const struct images *images)
{
	if (images->directory >= 0)
		(void)unlinkat(images->directory, OCI_DESCRIPTORS_NAME, 0);
}

int images_open_to_search(const struct images *images, mode_t *mode, struct error *err)
{
	struct stat st;

	if (fstat(images->directory, &st) < 0)
		return error_errno(err, errno, "--image-path: '%s'", images->path);
	*mode = st.st_mode & 07777;
	if (fchmod(images->directory, *mode | S_IXUSR | S_IXGRP | S_IXOTH) < 0)
		return error_errno(err, errno,
			"--image-path: '%s': let the user namespace search it", images->path);
	return 0;
}

void images_restrict(const struct images *images, mode_t mode)
{
	(void)fchmod(images->directory, mode);
}

uint64_t images_count_bytes(const struct images *images)
{
	int copy = openat(images->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	uint64_t bytes = 0;

	while (entries && (entry = readdir(entries))) {
		size_t length = strlen(entry->d_name);
		struct stat st;

		if (length > 4 && text_equal(entry->d_name + length - 4, ".img") &&
			fstatat(images->directory, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			bytes += (uint64_t)st.st_size;
	}
	return bytes;
}

int images_load_descriptors(
	const struct images *images, struct strv *descriptors, struct error *err)
{
	cleanup_free char *json = NULL;
	ssize_t length = path_read_in_root(
		images->directory, OCI_DESCRIPTORS_NAME, &json, OCI_DESCRIPTORS_SIZE_MAX);

	if (length == -ENOENT)
		return 0;
	if (length < 0)
		return error_file(
			err, (int)-length, "read '%s/" OCI_DESCRIPTORS_NAME "'", images->path);
	if (oci_descriptors_parse(json, (size_t)length, descriptors, err) < 0)
		return error_prefix(err, OCI_DESCRIPTORS_NAME);
	return 0;
}
