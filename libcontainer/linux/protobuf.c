/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol Buffers' wire format: every field is a varint (number * 8 + type), then what the type says. */
#include "linux/protobuf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define VARINT_BYTES_MAX 10
#define TYPE_BITS 3
#define FIELD_NUMBER_MAX ((UINT32_C(1) << 29) - 1)

struct protobuf_reader protobuf_read(const void *data, size_t length)
{
	const uint8_t *bytes = data;

	/* An empty message may be no memory at all, and NULL takes no arithmetic. */
	return (struct protobuf_reader){ bytes, length > 0 ? bytes + length : bytes };
}

static size_t reader_left(const struct protobuf_reader *reader)
{
	return (size_t)(reader->end - reader->next);
}

/* Seven bits a byte, the lowest first; the top bit says that another byte follows. */
static int take_varint(struct protobuf_reader *reader, uint64_t *value)
{
	uint64_t result = 0;

	for (int i = 0; i < VARINT_BYTES_MAX && reader->next < reader->end; i++) {
		uint8_t byte = *reader->next++;

		if (i == VARINT_BYTES_MAX - 1 && byte > 1)
			return -EBADMSG;
		result |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (!(byte & 0x80)) {
			*value = result;
			return 0;
		}
	}
	return -EBADMSG;
}

static int take_fixed(struct protobuf_reader *reader, size_t size, uint64_t *value)
{
	if (reader_left(reader) < size)
		return -EBADMSG;
	*value = 0;
	for (size_t i = 0; i < size; i++)
		*value |= (uint64_t)*reader->next++ << (8 * i);
	return 0;
}

static int take_bytes(struct protobuf_reader *reader, struct protobuf_reader *bytes)
{
	uint64_t length;

	if (take_varint(reader, &length) < 0 || length > reader_left(reader))
		return -EBADMSG;
	*bytes = (struct protobuf_reader){ reader->next, reader->next + length };
	reader->next = bytes->end;
	return 0;
}

int protobuf_next(struct protobuf_reader *message, struct protobuf_field *field)
{
	struct protobuf_field taken = { 0 };
	uint64_t tag;
	int result;

	if (message->next == message->end)
		return 0;
	if (take_varint(message, &tag) < 0 || tag >> TYPE_BITS == 0 ||
		tag >> TYPE_BITS > FIELD_NUMBER_MAX)
		return -EBADMSG;
	taken.number = (uint32_t)(tag >> TYPE_BITS);
	switch (tag & ((1 << TYPE_BITS) - 1)) {
	case PROTOBUF_VARINT:
		taken.type = PROTOBUF_VARINT;
		result = take_varint(message, &taken.value);
		break;
	case PROTOBUF_FIXED64:
		taken.type = PROTOBUF_FIXED64;
		result = take_fixed(message, sizeof(uint64_t), &taken.value);
		break;
	case PROTOBUF_BYTES:
		taken.type = PROTOBUF_BYTES;
		result = take_bytes(message, &taken.bytes);
		break;
	case PROTOBUF_FIXED32:
		taken.type = PROTOBUF_FIXED32;
		result = take_fixed(message, sizeof(uint32_t), &taken.value);
		break;
	default:
		result = -EBADMSG;
		break;
	}
	if (result < 0)
		return result;
	*field = taken;
	return 1;
}

bool protobuf_is(const struct protobuf_field *field, uint32_t number, enum protobuf_type type)
{
	return field->number == number && field->type == type;
}

char *protobuf_string(const struct protobuf_field *field)
{
	size_t length = reader_left(&field->bytes);

	if (length == 0)
		return strdup("");
	if (memchr(field->bytes.next, '\0', length))
		return NULL;
	return strndup((const char *)field->bytes.next, length);
}

static void add_varint(struct text *message, uint64_t value)
{
	uint8_t bytes[VARINT_BYTES_MAX];
	size_t length = 0;

	for (; value > 0x7f; value >>= 7)
		bytes[length++] = (uint8_t)(0x80 | (value & 0x7f));
	bytes[length++] = (uint8_t)value;
	text_add_bytes(message, bytes, length);
}

static void add_tag(struct text *message, uint32_t number, enum protobuf_type type)
{
	add_varint(message, (uint64_t)number << TYPE_BITS | type);
}

void protobuf_add_varint(struct text *message, uint32_t number, uint64_t value)
{
	add_tag(message, number, PROTOBUF_VARINT);
	add_varint(message, value);
}

void protobuf_add_bytes(struct text *message, uint32_t number, const void *bytes, size_t length)
{
	add_tag(message, number, PROTOBUF_BYTES);
	add_varint(message, length);
	text_add_bytes(message, bytes, length);
}

void protobuf_add_string(struct text *message, uint32_t number, const char *string)
{
	protobuf_add_bytes(message, number, string, strlen(string));
}

void protobuf_add_message(struct text *message, uint32_t number, const struct text *inner)
{
	protobuf_add_bytes(message, number, inner->data, inner->length);
}
