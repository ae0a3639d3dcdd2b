/* SPDX-License-Identifier: Apache-2.0 */
#include "container/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/io.h"
#include "base/text.h"
#include "container/root_check.h"
#include "oci/validate.h"

#define DIRECTORY_STATE "state.json"
#define DIRECTORY_CONFIG "config.json"
/* An older elsewhen put the annotations in, which could come to a multiple of a config's size. */
#define DIRECTORY_STATE_MAX (8 * OCI_CONFIG_SIZE_MAX)
/* So often may a `delete --force` of the same id come between making the directory and its lock. */
#define DIRECTORY_TRIES 16
#define DIRECTORY_PATIENCE_MS 10000

/*
 * Makes --root and what leads to it, as `mkdir -p` does; others may look at no container of ours.
 */
static int directory_make_root(const char *root, struct error *err)
{
	cleanup_free char *path = strdup(root);

	if (!path)
		fatal_out_of_memory();
	for (char *slash = path + 1; slash; *slash++ = '/') {
		slash = strchr(slash, '/');
		if (slash)
			*slash = '\0';
		if (mkdir(path, slash ? 0755 : 0700) < 0 && errno != EEXIST)
			return error_errno(err, errno, "--root: make '%s'", path);
		if (!slash)
			break;
	}
	return 0;
}

static int directory_open_in(int root, const char *id, struct error *err)
{
	int fd = openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT)
		return error_set(err, ENOENT, "container '%s' does not exist", id);
	return error_errno(err, errno, "open the directory of container '%s'", id);
}

static int directory_wait_for_lock(int directory, struct error *err)
{
	while (flock(directory, LOCK_EX) < 0)
		if (errno != EINTR)
			return error_errno(err, errno, "lock the container's directory");
	return 0;
}

static int directory_lock_soon(int directory, const char *id, struct error *err)
{
	struct timespec pause = { .tv_nsec = 5000000 };

	for (int waited = 0; waited < DIRECTORY_PATIENCE_MS; waited += 5) {
		int locked = directory_try_lock(directory, err);

		if (locked != 0)
			return locked < 0 ? -1 : 0;
		nanosleep(&pause, NULL);
	}
	return error_set(err, ETIMEDOUT,
		"another command has held the lock of container '%s' for %d s", id,
		DIRECTORY_PATIENCE_MS / 1000);
}

/* 1, 0 or -1. */
static int directory_is_still_there(int directory, struct error *err)
{
	struct stat st;

	if (fstat(directory, &st) < 0)
		return error_errno(err, errno, "look at the container's directory");
	return st.st_nlink > 0;
}

/* -1 with ENOENT: a `delete --force` was quicker than we were to lock it. */
static int directory_make(int root, const char *id, struct error *err)
{
	cleanup_close int directory = -1;
	int there = -1;

	if (mkdirat(root, id, 0700) < 0) {
		if (errno == EEXIST)
			return error_set(err, EEXIST, "container '%s' exists already", id);
		return error_errno(err, errno, "make the directory of container '%s'", id);
	}
	directory = directory_open_in(root, id, err);
	if (directory >= 0 && directory_wait_for_lock(directory, err) == 0)
		there = directory_is_still_there(directory, err);
	if (there < 0) {
		if (err->code != ENOENT)
			unlinkat(root, id, AT_REMOVEDIR);
		return -1;
	}
	if (there == 0)
		return error_set(err, ENOENT, "container '%s' was deleted", id);
	return move_fd(&directory);
}

int directory_create(const struct container_runtime *runtime, const char *id, struct error *err)
{
	cleanup_close int root = -1, directory = -1;

	if (oci_container_id_validate(id, err) < 0)
		return -1;
	root = root_open(runtime->root, err);
	/* The parents that exist have been checked; only below them is anything made. */
	if (root < 0 && err->code == ENOENT && directory_make_root(runtime->root, err) == 0)
		root = root_open(runtime->root, err);
	if (root < 0)
		return -1;
	for (int tries = 0; directory < 0 && tries < DIRECTORY_TRIES; tries++) {
		directory = directory_make(root, id, err);
		if (directory < 0 && err->code != ENOENT)
			return -1;
	}
	return move_fd(&directory);
}

int directory_open(const struct container_runtime *runtime, const char *id,
	enum directory_lock lock, struct error *err)
{
	cleanup_close int root = -1, directory = -1;
	int there;

	if (oci_container_id_validate(id, err) < 0)
		return -1;
	root = root_open(runtime->root, err);
	if (root < 0 && err->code == ENOENT)
		return error_set(err, ENOENT, "container '%s' does not exist", id);
	if (root < 0)
		return -1;
	directory = directory_open_in(root, id, err);
	if (directory < 0)
		return -1;
	if (lock == DIRECTORY_UNLOCKED)
		return move_fd(&directory);
	if (lock == DIRECTORY_LOCKED_SOON && directory_lock_soon(directory, id, err) < 0)
		return -1;
	/* Who has it already gets it again. */
	there = directory_lock_again(directory, err);
	if (there == 0)
		return error_set(err, ENOENT, "container '%s' does not exist", id);
	return there < 0 ? -1 : move_fd(&directory);
}

void directory_unlock(int directory)
{
	(void)flock(directory, LOCK_UN);
}

int directory_lock_again(int directory, struct error *err)
{
	if (directory_wait_for_lock(directory, err) < 0)
		return -1;
	return directory_is_still_there(directory, err);
}

int directory_try_lock(int directory, struct error *err)
{
	int result;

	do
		result = flock(directory, LOCK_EX | LOCK_NB);
	while (result < 0 && errno == EINTR);
	if (result == 0)
		return 1;
	if (errno == EWOULDBLOCK)
		return 0;
	return error_errno(err, errno, "lock the container's directory");
}

int directory_save_state(int directory, const struct oci_state_file *state, struct error *err)
{
	cleanup_free char *json = NULL;
	size_t length;
	int result;

	if (oci_state_file_format(state, &json, &length) < 0)
		return error_set(err, ENOMEM, "format the state of container '%s'", state->id);
	result = io_replace_file(directory, DIRECTORY_STATE, 0600, json, length);
	if (result < 0)
		return error_errno(err, -result, "write the state of container '%s'", state->id);
	return 0;
}

int directory_load_state(int directory, struct oci_state_file *state, struct error *err)
{
	cleanup_free char *json = NULL;
	ssize_t length = io_read_file(directory, DIRECTORY_STATE, &json, DIRECTORY_STATE_MAX);

	if (length < 0)
		return error_errno(err, (int)-length, "read the container's " DIRECTORY_STATE);
	if (oci_state_file_parse(json, (size_t)length, state, err) < 0)
		return error_prefix(err, DIRECTORY_STATE);
	return 0;
}

int directory_load_annotations(int directory, struct oci_state_file *state, struct error *err)
{
	cleanup_oci_config struct oci_config *config = NULL;

	if (!state->annotations_in_config)
		return 0;
	if (directory_load_config(directory, &config, err) < 0)
		return -1;
	oci_state_file_copy_annotations(state, &config->annotations);
	return 0;
}

int directory_save_config(int directory, const char *json, size_t length, struct error *err)
{
	int result = io_replace_file(directory, DIRECTORY_CONFIG, 0600, json, length);

	if (result < 0)
		return error_errno(err, -result, "keep a copy of config.json");
	return 0;
}

int directory_load_config(int directory, struct oci_config **config, struct error *err)
{
	cleanup_free char *json = NULL;
	ssize_t length = io_read_file(directory, DIRECTORY_CONFIG, &json, OCI_CONFIG_SIZE_MAX);

	if (length < 0)
		return error_errno(err, (int)-length, "read the copy of config.json");
	return oci_config_parse(json, (size_t)length, config, err);
}

/* As often as it was mounted. Detached, for another mount namespace may still have a copy. */
static void directory_unmount_clock(int directory)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/" DIRECTORY_CLOCK, directory);
	while (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		continue;
}

int directory_remove(
	const struct container_runtime *runtime, const char *id, int directory, struct error *err)
{
	static const char *const files[] = {
		DIRECTORY_START_SOCKET,
		DIRECTORY_CLOCK,
		DIRECTORY_CONFIG,
		"." DIRECTORY_CONFIG ".new",
		"." DIRECTORY_STATE ".new",
		DIRECTORY_STATE,
	};
	cleanup_close int root = root_open(runtime->root, err);

	if (root < 0)
		return -1;
	directory_unmount_clock(directory);
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
		if (unlinkat(directory, files[i], 0) < 0 && errno != ENOENT)
			return error_errno(
				err, errno, "remove '%s' of container '%s'", files[i], id);
	if (unlinkat(root, id, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return error_errno(err, errno, "remove the directory of container '%s'", id);
	return 0;
}
