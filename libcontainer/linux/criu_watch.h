/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether CRIU gets anywhere. It is at work as long as its log grows, its images do, or its processes use
 * processor time; when none of it changes for a time, it waits for something that will not come.
 */
#ifndef LINUX_CRIU_WATCH_H
#define LINUX_CRIU_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct criu_progress {
	uint64_t log_bytes, images_bytes, images, processor_time;
};

struct criu_watch {
	int timeout; /* seconds; 0: it may stand still without end */
	/* Directories of ours, and the log's name in `work`; -1 and NULL: it writes none. */
	int images, work;
	const char *log;
	pid_t pid; /* CRIU's, when what it has restored runs and is to be left out; else 0 */

	struct criu_progress last;
	int64_t changed, looked; /* nanoseconds of the monotonic clock */
};

/* It was heard of. */
void criu_watch_reset(struct criu_watch *watch);

/* To be called again and again. Whether it has stood still for the time. */
bool criu_watch_stands_still(struct criu_watch *watch);

#endif
