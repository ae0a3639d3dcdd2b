/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes CRIU's statistics, which lie beside images from anywhere: all or nothing is taken. */
#include <stdlib.h>
#include <string.h>

#include "linux/criu_stats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct criu_stats stats, again;

	if (criu_stats_parse(data, size, &stats) < 0)
		return 0;
	if (criu_stats_parse(data, size, &again) < 0 || memcmp(&stats, &again, sizeof(stats)) != 0)
		abort();
	return 0;
}
