/* SPDX-License-Identifier: Apache-2.0 */
/* linux/criu_image: clock images as CRIU writes them, broken ones, and the directories they lie in. */
#include "test_tree.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "linux/criu_image.h"
#include "linux/protobuf.h"

#define MAGIC "\x19\x43\x56\x54\x33\x44\x11\x43"

/* monotonic 1000.000000005, boottime 2000.999999999 */
static const char image[] = MAGIC "\x14\x00\x00\x00"
				  "\x0a\x05\x08\xe8\x07\x10\x05"
				  "\x12\x0b\x08\xd0\x0f\x10\xff\x93\xeb\xdc\x03\x18\x07";
#define IMAGE_LENGTH (sizeof(image) - 1)

static void add_clock(struct text *message, uint32_t number, uint64_t seconds, uint64_t nanoseconds)
{
	cleanup_text struct text clock = { 0 };

	protobuf_add_varint(&clock, 1, seconds);
	protobuf_add_varint(&clock, 2, nanoseconds);
	protobuf_add_message(message, number, &clock);
}

static void add_head(struct text *file, size_t length)
{
	uint8_t bytes[4] = { (uint8_t)length, (uint8_t)(length >> 8), 0, 0 };

	text_add_bytes(file, MAGIC, 8);
	text_add_bytes(file, bytes, sizeof(bytes));
}

static int parse_message(
	const struct text *message, struct clock_readings *clocks, struct error *err)
{
	cleanup_text struct text file = { 0 };

	add_head(&file, message->length);
	text_add_bytes(&file, message->data, message->length);
	return criu_image_parse_clocks(file.data, file.length, clocks, err);
}

static void assert_reading(struct timens_offset reading, int64_t seconds, uint32_t nanoseconds)
{
	assert_true(reading.seconds == seconds);
	assert_int_equal(reading.nanoseconds, nanoseconds);
}

static void an_image_of_criu(void **state)
{
	struct clock_readings clocks = { .realtime_set = true };
	struct error err = { 0 };

	(void)state;
	/* With a field 3 in boottime that no CRIU of today writes. */
	if (criu_image_parse_clocks(image, IMAGE_LENGTH, &clocks, &err) < 0)
		fail_msg("%s", err.text);
	assert_reading(clocks.monotonic, 1000, 5);
	assert_reading(clocks.boottime, 2000, 999999999);
	assert_false(clocks.realtime_set);
}

/* As CRIU 4.1 wrote it of a process 497 days after the start of its clocks. */
static void an_image_of_a_real_dump(void **state)
{
	static const char dumped[] = MAGIC "\x1a\x00\x00\x00"
					   "\x0a\x0b\x08\xa0\x99\xbd\x14\x10\xe8\xf1\xda\xb3\x03"
					   "\x12\x0b\x08\x84\x9a\xbd\x14\x10\xae\xf2\xda\xb3\x03";
	struct clock_readings clocks;
	struct error err = { 0 };

	(void)state;
	if (criu_image_parse_clocks(dumped, sizeof(dumped) - 1, &clocks, &err) < 0)
		fail_msg("%s", err.text);
	assert_reading(clocks.monotonic, 42945696, 913750248);
	assert_reading(clocks.boottime, 42945796, 913750318);
}

static void every_part_of_an_image_is_refused(void **state)
{
	(void)state;
	for (size_t length = 0; length < IMAGE_LENGTH; length++) {
		struct clock_readings clocks = { .monotonic = { 7, 7 } };
		cleanup_free char *copy = malloc(length + 1);
		struct error err = { 0 };

		assert_non_null(copy);
		memcpy(copy, image, length);
		copy = realloc(copy, length > 0 ? length : 1);
		assert_int_equal(criu_image_parse_clocks(copy, length, &clocks, &err), -1);
		assert_true(err.code == EBADMSG && *err.text);
		assert_reading(clocks.monotonic, 7, 7);
	}
}

static void other_files_are_refused(void **state)
{
	char other[IMAGE_LENGTH];
	struct clock_readings clocks;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		memcpy(other, image, IMAGE_LENGTH);
		other[i] ^= 0x10;
		assert_int_equal(criu_image_parse_clocks(other, IMAGE_LENGTH, &clocks, &err), -1);
	}
	memcpy(other, image, IMAGE_LENGTH);
	other[4] = 0;
	assert_int_equal(criu_image_parse_clocks(other, IMAGE_LENGTH, &clocks, &err), -1);
	assert_string_equal(err.text,
		"it begins with 54564319 43114400, a clock image of CRIU with "
		"54564319 43114433");
}

static void clocks_of_all_sizes(void **state)
{
	static const uint64_t seconds[] = { 0, 1, 127, 128, 16384, UINT32_MAX,
		(uint64_t)TIMENS_SECONDS_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(seconds); i++) {
		cleanup_text struct text message = { 0 };
		struct clock_readings clocks;
		struct error err = { 0 };

		/* The order of fields is free. */
		add_clock(&message, 2, seconds[i], 999999999);
		add_clock(&message, 1, 0, 0);
		protobuf_add_string(&message, 3, "of a CRIU to come");
		assert_int_equal(parse_message(&message, &clocks, &err), 0);
		assert_reading(clocks.boottime, (int64_t)seconds[i], 999999999);
		assert_reading(clocks.monotonic, 0, 0);
	}
}

#define BYTES(literal) (literal), sizeof(literal) - 1
#define ZERO_CLOCK "\x04\x08\x00\x10\x00"

static const struct {
	const char *message;
	size_t length;
	const char *sentence;
} refused[] = {
	{ BYTES(""), "monotonic is not in it" },
	{ BYTES("\x0a" ZERO_CLOCK), "boottime is not in it" },
	{ BYTES("\x12" ZERO_CLOCK), "monotonic is not in it" },
	{ BYTES("\x0a" ZERO_CLOCK "\x0a" ZERO_CLOCK "\x12" ZERO_CLOCK),
		"monotonic is there twice" },
	{ BYTES("\x08\x00\x12" ZERO_CLOCK), "monotonic is no message" },
	{ BYTES("\x0a" ZERO_CLOCK "\x10\x05"), "boottime is no message" },
	{ BYTES("\x0a\x00\x12" ZERO_CLOCK), "monotonic has no seconds" },
	{ BYTES("\x0a\x02\x10\x00\x12" ZERO_CLOCK), "monotonic has no seconds" },
	{ BYTES("\x0a\x02\x08\x00\x12" ZERO_CLOCK), "monotonic has no nanoseconds" },
	{ BYTES("\x0a\x06\x08\x00\x10\x00\x08\x00"), "monotonic has two seconds" },
	{ BYTES("\x0a\x06\x08\x00\x10\x00\x10\x00"), "monotonic has two nanoseconds" },
	{ BYTES("\x0a\x02\x0a\x00"), "the seconds of monotonic are no integer" },
	{ BYTES("\x0a\x05\x15\x00\x00\x00\x00"), "the nanoseconds of monotonic are no integer" },
	{ BYTES("\x12\x06\x08\x83\xfd\x82\x97\x11"),
		"boottime: 4611686019 seconds are above 4611686018" },
	{ BYTES("\x12\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
		"boottime: 18446744073709551615 seconds are above 4611686018" },
	{ BYTES("\x12\x06\x10\x80\x94\xeb\xdc\x03"),
		"boottime: 1000000000 nanoseconds are above 999999999" },
	{ BYTES("\x0a\x01\x08\x12" ZERO_CLOCK), "monotonic is malformed" },
	{ BYTES("\x0a" ZERO_CLOCK "\x12" ZERO_CLOCK "\x80"), "its message is malformed" },
	{ BYTES("\x0a\x40\x08\x00"), "its message is malformed" },
};

static void broken_messages_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		struct clock_readings clocks = { .monotonic = { 7, 7 } };
		cleanup_text struct text message = { 0 };
		struct error err = { 0 };

		text_add_bytes(&message, refused[i].message, refused[i].length);
		assert_int_equal(parse_message(&message, &clocks, &err), -1);
		assert_string_equal(err.text, refused[i].sentence);
		assert_reading(clocks.monotonic, 7, 7);
	}
}

/* The images of one dump, in a directory of its own for each test. */
static struct test_tree tree;
static int directory = -1;

static int setup(void **state)
{
	(void)state;
	test_tree_make(&tree);
	directory = open(tree.rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(directory >= 0);
	test_tree_file(&tree, "inventory.img", "");
	test_tree_file(&tree, "timens-.img", "");
	test_tree_file(&tree, "timens-1.img.old", "");
	test_tree_file(&tree, "timens-1x.img", "");
	test_tree_file(&tree, "utsns-1.img", "");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cleanup_fd(&directory);
	test_tree_remove(&tree);
	return 0;
}

static void add_image(const char *name, const char *data, size_t length)
{
	cleanup_close int fd =
		openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, data, length), 0);
}

static void assert_refused(int code, const char *sentence)
{
	struct clock_readings clocks;
	struct error err = { 0 };

	assert_int_equal(criu_image_read_clocks(directory, &clocks, &err), -1);
	assert_string_equal(err.text, sentence);
	assert_int_equal(err.code, code);
}

static void a_directory_of_a_dump(void **state)
{
	struct clock_readings clocks;
	struct error err = { 0 };

	(void)state;
	add_image("timens-11.img", image, IMAGE_LENGTH);
	for (int i = 0; i < 2; i++) {
		if (criu_image_read_clocks(directory, &clocks, &err) < 0)
			fail_msg("%s", err.text);
		assert_reading(clocks.boottime, 2000, 999999999);
	}
}

static void a_directory_of_something_else(void **state)
{
	(void)state;
	assert_refused(ENOENT, "no clock image of CRIU (timens-N.img) is in it");
}

static void a_directory_of_two_dumps(void **state)
{
	struct clock_readings clocks;
	struct error err = { 0 };

	(void)state;
	add_image("timens-0.img", image, IMAGE_LENGTH);
	add_image("timens-12.img", image, IMAGE_LENGTH);
	assert_int_equal(criu_image_read_clocks(directory, &clocks, &err), -1);
	assert_int_equal(err.code, EEXIST);
	assert_non_null(strstr(err.text, "timens-0.img"));
	assert_non_null(strstr(err.text, "timens-12.img"));
}

static void hostile_directories(void **state)
{
	char large[8192] = { 0 };

	(void)state;
	assert_int_equal(symlinkat("/etc/hostname", directory, "timens-0.img"), 0);
	assert_refused(ELOOP, "cannot read timens-0.img: Too many levels of symbolic links");
	assert_int_equal(unlinkat(directory, "timens-0.img", 0), 0);

	assert_int_equal(mkfifoat(directory, "timens-0.img", 0644), 0);
	assert_refused(EINVAL, "cannot read timens-0.img: Invalid argument");
	assert_int_equal(unlinkat(directory, "timens-0.img", 0), 0);

	assert_int_equal(mkdirat(directory, "timens-0.img", 0755), 0);
	assert_refused(EINVAL, "cannot read timens-0.img: Invalid argument");
	assert_int_equal(unlinkat(directory, "timens-0.img", AT_REMOVEDIR), 0);

	add_image("timens-0.img", large, sizeof(large));
	assert_refused(EFBIG, "cannot read timens-0.img: File too large");
	assert_int_equal(unlinkat(directory, "timens-0.img", 0), 0);

	add_image("timens-0.img", image, IMAGE_LENGTH - 1);
	assert_refused(EBADMSG, "timens-0.img: its message has 19 bytes, not the 20 that it says");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_image_of_criu),
		cmocka_unit_test(an_image_of_a_real_dump),
		cmocka_unit_test(every_part_of_an_image_is_refused),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(clocks_of_all_sizes),
		cmocka_unit_test(broken_messages_are_refused),
		cmocka_unit_test_setup_teardown(a_directory_of_a_dump, setup, teardown),
		cmocka_unit_test_setup_teardown(a_directory_of_something_else, setup, teardown),
		cmocka_unit_test_setup_teardown(a_directory_of_two_dumps, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_directories, setup, teardown),
	};

	return cmocka_run_group_tests_name("criu_image", tests, NULL, NULL);
}
