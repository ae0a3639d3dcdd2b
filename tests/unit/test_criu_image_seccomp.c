/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "linux/criu_image_seccomp.h"
#include "linux/protobuf.h"

#define NONE UINT64_MAX

static const struct seccomp_program wanted = { .instructions = "wanted!!", .size = 8 };

static void add_filter(
	struct text *message, const char *instructions, uint64_t below, uint64_t flags)
{
	struct text filter = { 0 };

	protobuf_add_bytes(&filter, 1, instructions, 8);
	if (below != NONE)
		protobuf_add_varint(&filter, 2, below);
	if (flags)
		protobuf_add_varint(&filter, 3, flags);
	protobuf_add_message(message, 1, &filter);
	text_free(&filter);
}

static int parse(struct text *message, unsigned int *depth, struct error *err)
{
	uint32_t head[3] = { 0x54564319, 0x64413049, (uint32_t)message->length };
	struct text image = { 0 };
	int result;

	text_add_bytes(&image, head, sizeof(head));
	text_add_bytes(&image, message->data, message->length);
	result = criu_image_parse_seccomp(image.data, image.length, &wanted, depth, err);
	text_free(&image);
	text_free(message);
	return result;
}

static void test_the_wanted_filter_is_at_the_bottom_or_above(void **state)
{
	struct text message = { 0 };
	struct error err;
	unsigned int depth;

	(void)state;
	add_filter(&message, "wanted!!", NONE, 0);
	add_filter(&message, "another!", 0, 0);
	add_filter(&message, "another!", 1, 0);
	assert_int_equal(parse(&message, &depth, &err), 0);
	assert_int_equal(depth, 1);
	/* On top of one that the runtime itself had. */
	message = (struct text){ 0 };
	add_filter(&message, "runtime!", NONE, 0);
	add_filter(&message, "wanted!!", 0, 0);
	assert_int_equal(parse(&message, &depth, &err), 0);
	assert_int_equal(depth, 2);
}

static void test_a_filter_without_the_wanted_one_is_refused(void **state)
{
	struct text message = { 0 };
	struct error err;
	unsigned int depth;

	(void)state;
	add_filter(&message, "wanted!!", NONE, 0);
	add_filter(&message, "another!", NONE, 0);
	assert_int_equal(parse(&message, &depth, &err), -1);
	assert_int_equal(err.code, EPERM);
	message = (struct text){ 0 };
	add_filter(&message, "wanted!?", NONE, 0);
	assert_int_equal(parse(&message, &depth, &err), -1);
	assert_int_equal(err.code, EPERM);
	/* SECCOMP_FILTER_FLAG_SPEC_ALLOW, which was not asked for. */
	message = (struct text){ 0 };
	add_filter(&message, "wanted!!", NONE, 4);
	assert_int_equal(parse(&message, &depth, &err), -1);
	assert_int_equal(err.code, EPERM);
}

static void test_what_is_no_such_image_is_refused(void **state)
{
	struct text message = { 0 };
	struct error err;
	unsigned int depth;

	(void)state;
	/* On top of itself, and of one that comes later. */
	add_filter(&message, "wanted!!", 0, 0);
	assert_int_equal(parse(&message, &depth, &err), -1);
	assert_int_equal(err.code, EBADMSG);
	message = (struct text){ 0 };
	add_filter(&message, "wanted!!", 1, 0);
	add_filter(&message, "wanted!!", NONE, 0);
	assert_int_equal(parse(&message, &depth, &err), -1);
	assert_int_equal(err.code, EBADMSG);
	message = (struct text){ 0 };
	protobuf_add_varint(&message, 1, 7);
	assert_int_equal(parse(&message, &depth, &err), -1);
	assert_int_equal(criu_image_parse_seccomp("short", 5, &wanted, &depth, &err), -1);
	assert_int_equal(err.code, EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_wanted_filter_is_at_the_bottom_or_above),
		cmocka_unit_test(test_a_filter_without_the_wanted_one_is_refused),
		cmocka_unit_test(test_what_is_no_such_image_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
