/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire format of Protocol Buffers, as much as CRIU's images and its RPC need: fields in, fields
 * out. What a field's number means is the caller's. Groups, which no message of CRIU has, are refused.
 */
#ifndef LINUX_PROTOBUF_H
#define LINUX_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum protobuf_type {
	PROTOBUF_VARINT = 0,  /* integers, bools, enums */
	PROTOBUF_FIXED64 = 1, /* eight bytes, little endian */
	PROTOBUF_BYTES = 2,   /* strings, bytes, messages, packed lists */
	PROTOBUF_FIXED32 = 5, /* four bytes, little endian */
};

/* What is left of a message; it borrows the bytes. */
struct protobuf_reader {
	const uint8_t *next, *end;
};

struct protobuf_field {
	uint32_t number; /* 1 .. 2^29 - 1 */
	enum protobuf_type type;
	uint64_t value;               /* of all types but PROTOBUF_BYTES */
	struct protobuf_reader bytes; /* of PROTOBUF_BYTES: a message is read on from here */
};

struct protobuf_reader protobuf_read(const void *data, size_t length);

/*
 * Takes the next field. 1, 0 at the end of the message, or -EBADMSG for what is no message: cut
 * off, a length beyond the end, a varint beyond 64 bits, a group, the number 0. Fields come in any
 * order and any number; one that is not known is skipped by taking the next.
 */
int protobuf_next(struct protobuf_reader *message, struct protobuf_field *field);

/* Whether it is this field of this type; another type under a known number is for the caller to refuse. */
bool protobuf_is(const struct protobuf_field *field, uint32_t number, enum protobuf_type type);

/* A copy with a NUL behind it, malloc'd; NULL when the bytes have a NUL in them or memory is short. */
char *protobuf_string(const struct protobuf_field *field);

/*
 * Append a field to a message in the making. A bool is 0 or 1; a negative int32 or int64 is given
 * as its 64-bit two's complement, as the format wants it.
 */
void protobuf_add_varint(struct text *message, uint32_t number, uint64_t value);
void protobuf_add_bytes(struct text *message, uint32_t number, const void *bytes, size_t length);
void protobuf_add_string(struct text *message, uint32_t number, const char *string);
void protobuf_add_message(struct text *message, uint32_t number, const struct text *inner);

#endif
