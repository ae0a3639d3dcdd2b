/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/criu_stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "linux/protobuf.h"

#define STATS_FILE "stats-dump"
#define STATS_MAX 65536

/* Two magic numbers (a service file; statistics), then a length and a message: { 1: dump }. */
#define STATS_MAGIC_SERVICE 0x55105940
#define STATS_MAGIC 0x57093306
#define STATS_HEADER (3 * sizeof(uint32_t))

static int stats_parse_dump(struct protobuf_reader reader, struct criu_stats *stats)
{
	uint64_t *const members[] = {
		[1] = &stats->freezing_us,
		[2] = &stats->frozen_us,
		[5] = &stats->pages_scanned,
		[6] = &stats->pages_skipped,
		[7] = &stats->pages_written,
	};
	struct protobuf_field field;
	int result;

	while ((result = protobuf_next(&reader, &field)) > 0)
		if (field.type == PROTOBUF_VARINT && field.number < ARRAY_LENGTH(members) &&
			members[field.number])
			*members[field.number] = field.value;
	return result;
}

int criu_stats_parse(const void *bytes, size_t length, struct criu_stats *stats)
{
	struct protobuf_reader reader;
	struct protobuf_field field;
	uint32_t header[3];
	int result;

	*stats = (struct criu_stats){ 0 };
	if (length < STATS_HEADER)
		return -EBADMSG;
	memcpy(header, bytes, STATS_HEADER);
	if (header[0] != STATS_MAGIC_SERVICE || header[1] != STATS_MAGIC ||
		header[2] != length - STATS_HEADER)
		return -EBADMSG;
	reader = protobuf_read((const char *)bytes + STATS_HEADER, header[2]);
	while ((result = protobuf_next(&reader, &field)) > 0) {
		if (protobuf_is(&field, 1, PROTOBUF_BYTES))
			result = stats_parse_dump(field.bytes, stats);
		if (result < 0)
			return result;
	}
	return result;
}

int criu_stats_read(int directory, struct criu_stats *stats)
{
	cleanup_free char *bytes = NULL;
	ssize_t length = io_read_file(directory, STATS_FILE, &bytes, STATS_MAX);

	*stats = (struct criu_stats){ 0 };
	return length < 0 ? (int)length : criu_stats_parse(bytes, (size_t)length, stats);
}
