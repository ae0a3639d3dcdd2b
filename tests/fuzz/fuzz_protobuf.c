/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the protobuf reader: what it takes from any bytes, written again, is taken as the same. */
#include <stdlib.h>
#include <string.h>

#include "linux/protobuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool right)
{
	if (!right)
		abort();
}

static void check_again(const struct protobuf_field *field)
{
	cleanup_text struct text message = { 0 };
	size_t length = (size_t)(field->bytes.end - field->bytes.next);
	struct protobuf_reader reader;
	struct protobuf_field again;

	if (field->type == PROTOBUF_BYTES)
		protobuf_add_bytes(&message, field->number, field->bytes.next, length);
	else
		protobuf_add_varint(&message, field->number, field->value);
	reader = protobuf_read(message.data, message.length);
	require(protobuf_next(&reader, &again) == 1);
	require(again.number == field->number && again.value == field->value);
	require((size_t)(again.bytes.end - again.bytes.next) == length);
	require(length == 0 || memcmp(again.bytes.next, field->bytes.next, length) == 0);
	require(protobuf_next(&reader, &again) == 0);
}

/* Any bytes may be a message; a depth of two is enough to reach what messages in messages reach. */
static void check_message(struct protobuf_reader message, int depth)
{
	struct protobuf_field field;

	while (protobuf_next(&message, &field) > 0) {
		require(message.next <= message.end);
		require(field.number > 0 && field.number < UINT32_C(1) << 29);
		check_again(&field);
		if (field.type == PROTOBUF_BYTES) {
			free(protobuf_string(&field));
			if (depth > 0)
				check_message(field.bytes, depth - 1);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_message(protobuf_read(data, size), 2);
	return 0;
}
