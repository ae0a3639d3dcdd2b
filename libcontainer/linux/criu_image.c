/* SPDX-License-Identifier: Apache-2.0 */
/* CRIU's clock image: two magic numbers, a length, and one message of Protocol Buffers. */
#include "linux/criu_image.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/text.h"
#include "linux/protobuf.h"

/* All numbers before the message are 32 bits, little endian. */
#define IMAGE_MAGIC_COMMON 0x54564319
#define IMAGE_MAGIC_TIMENS 0x43114433
#define IMAGE_HEAD_SIZE 12

/* A message of two clocks is 40 bytes long; a later CRIU may say more. */
#define IMAGE_SIZE_MAX 4096

#define IMAGE_PREFIX "timens-"
#define IMAGE_SUFFIX ".img"

enum { FIELD_MONOTONIC = 1, FIELD_BOOTTIME = 2 };
enum { FIELD_SECONDS = 1, FIELD_NANOSECONDS = 2 };

/* A number of the message that must be there once, and not above a maximum. */
static int take_number(const struct protobuf_field *field, const char *clock, const char *name,
	uint64_t max, bool *seen, uint64_t *value, struct error *err)
{
	if (*seen)
		return error_set(err, EBADMSG, "%s has two %s", clock, name);
	if (field->type != PROTOBUF_VARINT)
		return error_set(err, EBADMSG, "the %s of %s are no integer", name, clock);
	if (field->value > max)
		return error_set(err, ERANGE, "%s: %" PRIu64 " %s are above %" PRIu64, clock,
			field->value, name, max);
	*seen = true;
	*value = field->value;
	return 0;
}

static int parse_clock(struct protobuf_reader message, const char *clock,
	struct timens_offset *reading, struct error *err)
{
	uint64_t seconds = 0, nanoseconds = 0;
	bool seconds_seen = false, nanoseconds_seen = false;
	struct protobuf_field field;
	int taken;

	while ((taken = protobuf_next(&message, &field)) > 0) {
		int result = 0;

		if (field.number == FIELD_SECONDS)
			result = take_number(&field, clock, "seconds", TIMENS_SECONDS_MAX,
				&seconds_seen, &seconds, err);
		else if (field.number == FIELD_NANOSECONDS)
			result = take_number(&field, clock, "nanoseconds", TIMENS_NANOSECONDS_MAX,
				&nanoseconds_seen, &nanoseconds, err);
		if (result < 0)
			return -1;
	}
	if (taken < 0)
		return error_set(err, EBADMSG, "%s is malformed", clock);
	if (!seconds_seen || !nanoseconds_seen)
		return error_set(err, EBADMSG, "%s has no %s", clock,
			seconds_seen ? "nanoseconds" : "seconds");
	*reading = (struct timens_offset){ (int64_t)seconds, (uint32_t)nanoseconds };
	return 0;
}

static int parse_message(
	struct protobuf_reader message, struct clock_readings *clocks, struct error *err)
{
	static const char *const names[] = { "monotonic", "boottime" };
	struct timens_offset *const readings[] = { &clocks->monotonic, &clocks->boottime };
	bool seen[] = { false, false };
	struct protobuf_field field;
	int taken;

	while ((taken = protobuf_next(&message, &field)) > 0) {
		size_t i = field.number - FIELD_MONOTONIC;

		if (field.number > FIELD_BOOTTIME)
			continue;
		if (seen[i])
			return error_set(err, EBADMSG, "%s is there twice", names[i]);
		if (field.type != PROTOBUF_BYTES)
			return error_set(err, EBADMSG, "%s is no message", names[i]);
		seen[i] = true;
		if (parse_clock(field.bytes, names[i], readings[i], err) < 0)
			return -1;
	}
	if (taken < 0)
		return error_set(err, EBADMSG, "its message is malformed");
	if (!seen[0] || !seen[1])
		return error_set(err, EBADMSG, "%s is not in it", names[seen[0] ? 1 : 0]);
	return 0;
}

static uint32_t little_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

int criu_image_parse_clocks(
	const void *data, size_t length, struct clock_readings *clocks, struct error *err)
{
	const uint8_t *bytes = data;
	struct clock_readings read = { 0 };
	size_t message;

	if (length < IMAGE_HEAD_SIZE)
		return error_set(
			err, EBADMSG, "%zu bytes are too few for a clock image of CRIU", length);
	if (little_endian(bytes) != IMAGE_MAGIC_COMMON ||
		little_endian(bytes + 4) != IMAGE_MAGIC_TIMENS)
		return error_set(err, EBADMSG,
			"it begins with %08" PRIx32 " %08" PRIx32
			", a clock image of CRIU with %08x %08x",
			little_endian(bytes), little_endian(bytes + 4), IMAGE_MAGIC_COMMON,
			IMAGE_MAGIC_TIMENS);
	message = little_endian(bytes + 8);
	if (message != length - IMAGE_HEAD_SIZE)
		return error_set(err, EBADMSG,
			"its message has %zu bytes, not the %zu that it says",
			length - IMAGE_HEAD_SIZE, message);
	if (parse_message(protobuf_read(bytes + IMAGE_HEAD_SIZE, message), &read, err) < 0)
		return -1;
	*clocks = read;
	return 0;
}

static bool is_clock_image(const char *name)
{
	size_t digits;

	if (!text_starts_with(name, IMAGE_PREFIX))
		return false;
	name += strlen(IMAGE_PREFIX);
	digits = strspn(name, "0123456789");
	return digits > 0 && text_equal(name + digits, IMAGE_SUFFIX);
}

/* The one name in the directory that is a clock image's. */
static int find_image(int directory, char name[NAME_MAX + 1], struct error *err)
{
	/* A description of its own, since reading moves the offset. */
	cleanup_close int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!entries)
		return error_errno(err, errno, "cannot read the directory");
	move_fd(&fd);
	name[0] = '\0';
	while (errno = 0, (entry = readdir(entries)) != NULL) {
		if (!is_clock_image(entry->d_name))
			continue;
		if (*name)
			return error_set(err, EEXIST,
				"both %s and %s are in it, and which one the container's clocks "
				"are "
				"cannot be told",
				name, entry->d_name);
		memcpy(name, entry->d_name, strlen(entry->d_name) + 1);
	}
	if (errno != 0)
		return error_errno(err, errno, "cannot read the directory");
	if (!*name)
		return error_set(err, ENOENT,
			"no clock image of CRIU (" IMAGE_PREFIX "N" IMAGE_SUFFIX ") is in it");
	return 0;
}

int criu_image_read_clocks(int directory, struct clock_readings *clocks, struct error *err)
{
	cleanup_free char *data = NULL;
	char name[NAME_MAX + 1];
	ssize_t length;

	if (find_image(directory, name, err) < 0)
		return -1;
	length = path_read_in_root(directory, name, &data, IMAGE_SIZE_MAX);
	if (length < 0)
		return error_errno(err, (int)-length, "cannot read %s", name);
	if (criu_image_parse_clocks(data, (size_t)length, clocks, err) < 0)
		return error_prefix(err, "%s", name);
	return 0;
}
