/* SPDX-License-Identifier: Apache-2.0 */
/* `clocks --save`: the clocks of a container at one instant, for another one to go on with. */
#include <elsewhen/container.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"
#include "container/clocks.h"
#include "linux/clock_policy.h"
#include "oci/clock_file.h"

#define SNAPSHOT_BOOT_ID "/proc/sys/kernel/random/boot_id"
#define SNAPSHOT_POLICY "elsewhen.dev/restore-clock"

static struct oci_time_offset snapshot_time(struct timens_offset time)
{
	return (struct oci_time_offset){
		.set = true, .secs = time.seconds, .nanosecs = time.nanoseconds
	};
}

/* What the container's config says of how its clocks go on; nothing is a word, too. */
static int snapshot_find_policy(
	const struct oci_state_file *state, enum clock_policy *policy, struct error *err)
{
	*policy = CLOCK_POLICY_UNSET;
	for (size_t i = 0; i < state->annotations.length; i++)
		if (text_equal(state->annotations.items[i].key, SNAPSHOT_POLICY) &&
			clock_policy_parse(state->annotations.items[i].value, policy, err) < 0)
			return error_prefix(err, "annotations." SNAPSHOT_POLICY);
	return 0;
}

static int snapshot_read_boot_id(char *boot_id, size_t size, struct error *err)
{
	ssize_t length = io_read_small(AT_FDCWD, SNAPSHOT_BOOT_ID, boot_id, size);

	if (length < 0)
		return error_errno(err, (int)-length, "read " SNAPSHOT_BOOT_ID);
	boot_id[strcspn(boot_id, "\n")] = '\0';
	return 0;
}

static int snapshot_make(
	struct clocks_target *target, char **json, size_t *length, struct error *err)
{
	struct oci_clock_file file = { .id = target->state.id };
	struct clock_instant instant;
	struct timens_offsets offsets;
	char boot_id[64];

	if (snapshot_find_policy(&target->state, &file.policy, err) < 0 ||
		snapshot_read_boot_id(boot_id, sizeof(boot_id), err) < 0 ||
		clock_helper_read_offsets(&target->helper, &offsets, err) < 0 ||
		clock_helper_read_instant(&target->helper, &instant, err) < 0)
		return -1;
	file.boot_id = boot_id;
	file.realtime = snapshot_time(clock_offset_of(instant.realtime));
	file.monotonic = snapshot_time(clock_offset_of(instant.monotonic));
	file.boottime = snapshot_time(clock_offset_of(instant.boottime));
	file.time_offsets.set = true;
	file.time_offsets.monotonic = snapshot_time(offsets.monotonic);
	file.time_offsets.boottime = snapshot_time(offsets.boottime);
	return oci_clock_file_format(&file, json, length, err);
}

/* -1 with EINVAL: a device or a FIFO, also by a link, which a file of ours is not to take the place of. */
static int snapshot_check(int directory, const char *name)
{
	struct stat st;

	if (fstatat(directory, name, &st, 0) < 0)
		return errno == ENOENT ? 0 : -1;
	errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	return S_ISREG(st.st_mode) ? 0 : -1;
}

/* Splits the path at its last slash; the directory is opened for its own fsync. */
static int snapshot_write(const char *file, const char *json, size_t length, struct error *err)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	cleanup_text struct text parent = { 0 };
	cleanup_close int directory = -1;
	int result;

	if (slash)
		text_add_bytes(&parent, file, (size_t)(name - file));
	directory = open(slash ? parent.data : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return error_errno(err, errno, "--save: open the directory of '%s'", file);
	if (!*name)
		return error_set(err, EISDIR, "--save: '%s' is a directory", file);
	if (snapshot_check(directory, name) < 0)
		return error_file(err, errno, "--save: write '%s'", file);
	result = io_replace_file(directory, name, 0600, json, length);
	return result < 0 ? error_errno(err, -result, "--save: write '%s'", file) : 0;
}

int container_clocks_save(const struct container_runtime *runtime, const char *id, const char *file,
	struct error *err)
{
	cleanup_free char *json = NULL;
	struct clocks_target target;
	size_t length;
	int result;

	if (clocks_open(runtime, id, &target, err) < 0)
		return -1;
	result = snapshot_make(&target, &json, &length, err);
	clocks_close(&target);
	if (result < 0)
		return error_prefix(err, "save the clocks of container '%s'", id);
	if (file)
		return snapshot_write(file, json, length, err);
	result = io_write_all(STDOUT_FILENO, json, length);
	return result < 0 ? error_errno(err, -result, "--save: write to standard output") : 0;
}
