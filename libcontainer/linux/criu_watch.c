/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/criu_watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "linux/procfs.h"

#define WATCH_SECOND INT64_C(1000000000)
#define WATCH_INTERVAL WATCH_SECOND
#define WATCH_DEPTH_MAX 64
#define WATCH_LIST_SIZE 65536

static int64_t watch_now(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * WATCH_SECOND + now.tv_nsec;
}

/*
 * CRIU's helpers are its children, and what it restores is a child of ours. A container's processes that it dumps
 * are neither: what they do is no progress.
 */
static uint64_t watch_time_of_children(pid_t pid, int depth)
{
	cleanup_free char *list = NULL;
	uint64_t ticks = 0;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	if (depth > WATCH_DEPTH_MAX || io_read_file(AT_FDCWD, path, &list, WATCH_LIST_SIZE) < 0)
		return 0;
	for (char *at = list, *end; *at; at = end) {
		long child = strtol(at, &end, 10);

		if (end == at)
			break;
		ticks += procfs_processor_time((pid_t)child) +
			 watch_time_of_children((pid_t)child, depth + 1);
	}
	return ticks;
}

static void watch_measure_images(int directory, struct criu_progress *progress)
{
	int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	struct stat st;

	while (entries && (entry = readdir(entries))) {
		if (fstatat(directory, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		progress->images++;
		progress->images_bytes += (uint64_t)st.st_size + (uint64_t)st.st_blocks;
	}
}

static void watch_measure(const struct criu_watch *watch, struct criu_progress *progress)
{
	struct stat st;

	*progress = (struct criu_progress){
		.processor_time = watch_time_of_children(watch->pid ? watch->pid : getpid(), 0),
	};
	if (watch->pid)
		progress->processor_time += procfs_processor_time(watch->pid);
	if (watch->log && fstatat(watch->work, watch->log, &st, AT_SYMLINK_NOFOLLOW) == 0)
		progress->log_bytes = (uint64_t)st.st_size;
	if (watch->images >= 0)
		watch_measure_images(watch->images, progress);
}

void criu_watch_reset(struct criu_watch *watch)
{
	if (watch->timeout <= 0)
		return;
	watch->changed = watch->looked = watch_now();
}

bool criu_watch_stands_still(struct criu_watch *watch)
{
	struct criu_progress progress;
	int64_t now = watch_now();

	if (watch->timeout <= 0 || now - watch->looked < WATCH_INTERVAL)
		return false;
	watch->looked = now;
	watch_measure(watch, &progress);
	if (memcmp(&progress, &watch->last, sizeof(progress)) != 0) {
		watch->last = progress;
		watch->changed = now;
		return false;
	}
	return now - watch->changed >= watch->timeout * WATCH_SECOND;
}
