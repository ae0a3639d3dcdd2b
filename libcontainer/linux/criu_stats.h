/* SPDX-License-Identifier: Apache-2.0 */
/* What CRIU counted and timed during a dump: the file stats-dump in its working directory. */
#ifndef LINUX_CRIU_STATS_H
#define LINUX_CRIU_STATS_H

#include <stddef.h>
#include <stdint.h>

struct criu_stats {
	uint64_t freezing_us, frozen_us;
	uint64_t pages_scanned, pages_skipped, pages_written;
};

/* 0 or -errno; -EBADMSG for what is no such file. */
int criu_stats_read(int directory, struct criu_stats *stats);
int criu_stats_parse(const void *bytes, size_t length, struct criu_stats *stats);

#endif
