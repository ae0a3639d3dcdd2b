/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/criu_image_seccomp.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "linux/protobuf.h"

#define SECCOMP_IMAGE "seccomp.img"
#define SECCOMP_IMAGE_MAX ((size_t)64 * 1024 * 1024)
#define SECCOMP_IMAGE_HEAD 12 /* two magic numbers and the length of the one message */
#define SECCOMP_IMAGE_MAGIC 0x64413049
#define SECCOMP_FILTERS_MAX 65536

struct image_filter {
	unsigned int depth; /* how many are below it, and itself */
	unsigned int
		wanted; /* the depth at which the wanted one is, at or below it; 0: it is not */
	bool covered;   /* another is on top of it */
};

struct image_filters {
	struct image_filter *items;
	size_t length;
};

/* { 1: instructions, 2: the number of the one below it, 3: flags } */
struct image_entry {
	struct protobuf_reader instructions;
	uint64_t below, flags;
	bool has_below;
};

static int seccomp_image_parse_entry(struct protobuf_reader message, struct image_entry *entry)
{
	struct protobuf_field field;
	int result;

	*entry = (struct image_entry){ 0 };
	while ((result = protobuf_next(&message, &field)) > 0) {
		if (protobuf_is(&field, 1, PROTOBUF_BYTES))
			entry->instructions = field.bytes;
		else if (protobuf_is(&field, 2, PROTOBUF_VARINT)) {
			entry->below = field.value;
			entry->has_below = true;
		} else if (protobuf_is(&field, 3, PROTOBUF_VARINT))
			entry->flags = field.value;
		else
			return -EBADMSG;
	}
	return result;
}

/* Without the kernel's protection from speculation a filter is weaker. */
static bool seccomp_image_is_wanted(
	const struct image_entry *entry, const struct seccomp_program *wanted)
{
	size_t size = (size_t)(entry->instructions.end - entry->instructions.next);

	if (entry->flags & SECCOMP_FILTER_FLAG_SPEC_ALLOW & ~wanted->flags)
		return false;
	return size > 0 && size == wanted->size &&
	       memcmp(entry->instructions.next, wanted->instructions, size) == 0;
}

static int seccomp_image_add(struct image_filters *filters, const struct image_entry *entry,
	const struct seccomp_program *wanted)
{
	struct image_filter filter = { .depth = 1 };
	struct image_filter *grown;

	if (filters->length >= SECCOMP_FILTERS_MAX)
		return -EBADMSG;
	if (entry->has_below) {
		if (entry->below >= filters->length)
			return -EBADMSG;
		filters->items[entry->below].covered = true;
		filter.depth = filters->items[entry->below].depth + 1;
		filter.wanted = filters->items[entry->below].wanted;
	}
	if (!filter.wanted && seccomp_image_is_wanted(entry, wanted))
		filter.wanted = filter.depth;
	grown = realloc(filters->items, (filters->length + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	filters->items = grown;
	filters->items[filters->length++] = filter;
	return 0;
}

static int seccomp_image_parse(struct protobuf_reader message, const struct seccomp_program *wanted,
	struct image_filters *filters)
{
	struct protobuf_field field;
	struct image_entry entry;
	int result;

	while ((result = protobuf_next(&message, &field)) > 0) {
		if (!protobuf_is(&field, 1, PROTOBUF_BYTES))
			return -EBADMSG;
		result = seccomp_image_parse_entry(field.bytes, &entry);
		if (result == 0)
			result = seccomp_image_add(filters, &entry, wanted);
		if (result < 0)
			return result;
	}
	return result;
}

static int seccomp_image_judge(
	const struct image_filters *filters, unsigned int *depth, struct error *err)
{
	*depth = 0;
	for (size_t i = 0; i < filters->length; i++) {
		const struct image_filter *filter = &filters->items[i];

		if (!filter->covered && !filter->wanted)
			return error_set(err, EPERM,
				"linux.seccomp: the filter of the checkpoint (number %zu) is not "
				"the one that "
				"config.json makes here",
				i);
		if (filter->wanted > *depth)
			*depth = filter->wanted;
	}
	return 0;
}

static uint32_t seccomp_image_number(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

int criu_image_parse_seccomp(const void *data, size_t length, const struct seccomp_program *wanted,
	unsigned int *depth, struct error *err)
{
	struct image_filters filters = { 0 };
	const uint8_t *bytes = data;
	int result = -EBADMSG;

	if (length >= SECCOMP_IMAGE_HEAD &&
		seccomp_image_number(bytes + 4) == SECCOMP_IMAGE_MAGIC &&
		seccomp_image_number(bytes + 8) == length - SECCOMP_IMAGE_HEAD)
		result = seccomp_image_parse(
			protobuf_read(bytes + SECCOMP_IMAGE_HEAD, length - SECCOMP_IMAGE_HEAD),
			wanted, &filters);
	if (result < 0)
		error_errno(err, -result, "linux.seccomp: " SECCOMP_IMAGE " of the checkpoint");
	else
		result = seccomp_image_judge(&filters, depth, err);
	free(filters.items);
	return result < 0 ? -1 : 0;
}

int criu_image_check_seccomp(
	int directory, const struct seccomp_program *wanted, unsigned int *depth, struct error *err)
{
	cleanup_free char *data = NULL;
	ssize_t length = path_read_in_root(directory, SECCOMP_IMAGE, &data, SECCOMP_IMAGE_MAX);

	*depth = 0;
	/* That no process has a filter then is seen by its mode. */
	if (length == -ENOENT)
		return 0;
	if (length < 0)
		return error_errno(
			err, (int)-length, "linux.seccomp: " SECCOMP_IMAGE " of the checkpoint");
	return criu_image_parse_seccomp(data, (size_t)length, wanted, depth, err);
}
