/* SPDX-License-Identifier: Apache-2.0 */
/* The engine, with a table of the test's own that has every kind. */
#include "test_config.h"

#include "oci/json_encoding.h"
#include "oci/json_reader.h"

enum colour { RED, GREEN };

struct part {
	bool set;
	char *name, *label;
	int64_t size;
};

struct sample {
	char *text;
	char letter;
	enum colour colour;
	bool flag;
	int number;
	int64_t i64;
	uint32_t u32;
	uint64_t u64;
	struct oci_bool maybe_flag;
	struct oci_i64 maybe_i64;
	struct oci_u32 maybe_u32, small;
	struct oci_u64 maybe_u64;
	struct oci_strings strings;
	uint32_t *ids;
	size_t ids_length;
	struct oci_map map;
	struct part part;
	struct part *parts, *named;
	size_t parts_length, named_length;
	char *elsewhere;
};

static const char *const colour_names[] = { "red", "green" };

static const struct json_property part_properties[] = {
	JSON_STRING("label", struct part, label, .required = true),
	JSON_I64("size", struct part, size, .min = -1, .max = 5),
};
static const struct json_table part_table = {
	JSON_TABLE(part_properties),
	.begins_with_set = true,
	.section = "parts.md",
};

static const struct json_property sample_properties[] = {
	JSON_STRING("text", struct sample, text),
	JSON_CHAR("letter", struct sample, letter),
	JSON_ENUM("colour", struct sample, colour, colour_names, 2),
	JSON_BOOL("flag", struct sample, flag),
	JSON_INT("number", struct sample, number),
	JSON_I64("i64", struct sample, i64),
	JSON_U32("u32", struct sample, u32),
	JSON_U64("u64", struct sample, u64),
	JSON_OPTIONAL_BOOL("maybeFlag", struct sample, maybe_flag),
	JSON_OPTIONAL_I64("maybeI64", struct sample, maybe_i64),
	JSON_OPTIONAL_U32("maybeU32", struct sample, maybe_u32),
	JSON_OPTIONAL_U32("small", struct sample, small, .min = 0, .max = 9),
	JSON_OPTIONAL_U64("maybeU64", struct sample, maybe_u64),
	JSON_STRINGS("strings", struct sample, strings),
	JSON_U32_LIST("ids", struct sample, ids, ids_length),
	JSON_MAP("map", struct sample, map),
	JSON_OBJECT("part", struct sample, part, part_table),
	JSON_OBJECTS("parts", struct sample, parts, parts_length, part_table),
	JSON_NAMED_OBJECTS("named", struct sample, named, named_length, part_table, struct part),
	JSON_STRING("elsewhere", struct sample, elsewhere, .platform = "mars"),
	JSON_FOREIGN("foreign", "venus"),
};

static int refuse_ghost(const char *name, struct error *err)
{
	if (strcmp(name, "ghost") == 0)
		return error_set(err, 1, "there are no ghosts");
	return 0;
}

static const struct json_table sample_table = {
	JSON_TABLE(sample_properties),
	.unknown = refuse_ghost,
};

struct reading {
	struct arena arena;
	struct sample sample;
	const char *platform;
	struct error err;
};

/* From memory of the exact size, so that ASan sees a read beyond it. */
static int read_bytes(struct reading *reading, const char *json, size_t length)
{
	cleanup_free char *exact = malloc(length ? length : 1);
	int result;

	assert_non_null(exact);
	memcpy(exact, json, length);
	*reading = (struct reading){ 0 };
	result = json_read(exact, length, &sample_table, &reading->sample, &reading->arena,
		&reading->platform, &reading->err);
	return result;
}

static void read_well(struct reading *reading, const char *json)
{
	if (read_bytes(reading, json, strlen(json)) < 0)
		fail_msg("%s: %s", json, reading->err.text);
}

static void refused_bytes(const char *json, size_t length, const char *sentence)
{
	struct reading reading;

	if (read_bytes(&reading, json, length) == 0)
		fail_msg("%s: was not refused", json);
	assert_string_equal(reading.err.text, sentence);
	assert_int_not_equal(reading.err.code, 0);
	arena_free(&reading.arena);
}

struct refusal {
	const char *json, *sentence;
};

static void refuse_all(const struct refusal *refusals, size_t length)
{
	for (size_t i = 0; i < length; i++)
		refused_bytes(refusals[i].json, strlen(refusals[i].json), refusals[i].sentence);
}

static void scalars_are_stored(void **state)
{
	struct reading reading;
	const struct sample *sample = &reading.sample;

	(void)state;
	read_well(&reading, "{\"text\":\"a\\u00e9\\ud83d\\ude00\\\"\",\"letter\":\"c\","
			    "\"colour\":\"green\",\"flag\":true,\"number\":-2147483648,"
			    "\"i64\":-9223372036854775808,\"u32\":4294967295,"
			    "\"u64\":18446744073709551615}");
	assert_string_equal(sample->text, "a\xc3\xa9\xf0\x9f\x98\x80\"");
	assert_int_equal(sample->letter, 'c');
	assert_int_equal(sample->colour, GREEN);
	assert_true(sample->flag);
	assert_int_equal(sample->number, INT32_MIN);
	assert_true(sample->i64 == INT64_MIN);
	assert_int_equal(sample->u32, UINT32_MAX);
	assert_true(sample->u64 == UINT64_MAX);
	assert_null(reading.platform);
	arena_free(&reading.arena);
}

static void optional_values_tell_zero_from_absent(void **state)
{
	struct reading reading;
	const struct sample *sample = &reading.sample;

	(void)state;
	read_well(&reading, "{\"maybeFlag\":false,\"maybeI64\":0,\"maybeU32\":-0}");
	assert_true(sample->maybe_flag.set && !sample->maybe_flag.value);
	assert_true(sample->maybe_i64.set && sample->maybe_i64.value == 0);
	assert_true(sample->maybe_u32.set && sample->maybe_u32.value == 0);
	assert_false(sample->maybe_u64.set);
	assert_false(sample->small.set);
	arena_free(&reading.arena);
}

static void lists_and_maps_are_stored(void **state)
{
	struct reading reading;
	const struct sample *sample = &reading.sample;

	(void)state;
	read_well(&reading, "{\"strings\":[\"a\",\"\",\"c\"],\"ids\":[3,1,2],"
			    "\"map\":{\"k\":\"v\",\"\":\"empty\",\"l\":\"\"}}");
	assert_true(sample->strings.set);
	assert_int_equal(sample->strings.length, 3);
	assert_string_equal(sample->strings.items[0], "a");
	assert_string_equal(sample->strings.items[1], "");
	assert_string_equal(sample->strings.items[2], "c");
	assert_null(sample->strings.items[3]);
	assert_int_equal(sample->ids_length, 3);
	assert_int_equal(sample->ids[0], 3);
	assert_int_equal(sample->ids[2], 2);
	assert_int_equal(sample->map.length, 3);
	assert_string_equal(sample->map.items[0].key, "k");
	assert_string_equal(sample->map.items[0].value, "v");
	assert_string_equal(sample->map.items[1].key, "");
	assert_string_equal(sample->map.items[2].value, "");
	arena_free(&reading.arena);
}

static void objects_are_stored(void **state)
{
	struct reading reading;
	const struct sample *sample = &reading.sample;

	(void)state;
	read_well(&reading, "{\"part\":{\"label\":\"p\",\"size\":-1},"
			    "\"parts\":[{\"label\":\"q\"},{\"size\":5,\"label\":\"r\"}],"
			    "\"named\":{\"n\":{\"label\":\"s\"},\"m\":{\"label\":\"t\"}}}");
	assert_true(sample->part.set);
	assert_string_equal(sample->part.label, "p");
	assert_true(sample->part.size == -1);
	assert_int_equal(sample->parts_length, 2);
	assert_string_equal(sample->parts[0].label, "q");
	assert_true(sample->parts[1].set && sample->parts[1].size == 5);
	assert_int_equal(sample->named_length, 2);
	assert_string_equal(sample->named[0].name, "n");
	assert_string_equal(sample->named[1].name, "m");
	assert_string_equal(sample->named[1].label, "t");
	arena_free(&reading.arena);
}

static void empty_lists_differ_from_absent_ones(void **state)
{
	struct reading reading;

	(void)state;
	read_well(&reading, "{\"strings\":[]}");
	assert_true(reading.sample.strings.set);
	assert_int_equal(reading.sample.strings.length, 0);
	assert_null(reading.sample.strings.items[0]);
	arena_free(&reading.arena);
	read_well(&reading, " {} \n");
	assert_false(reading.sample.strings.set);
	assert_null(reading.sample.strings.items);
	arena_free(&reading.arena);
}

static void null_is_absent(void **state)
{
	struct reading reading;

	(void)state;
	read_well(&reading, "{\"text\":null,\"flag\":null,\"u32\":null,\"maybeU64\":null,"
			    "\"strings\":null,\"ids\":null,\"map\":null,\"part\":null,"
			    "\"parts\":null,\"named\":null,\"foreign\":null,\"other\":null}");
	assert_null(reading.sample.text);
	assert_false(reading.sample.maybe_u64.set);
	assert_false(reading.sample.strings.set);
	assert_false(reading.sample.part.set);
	assert_null(reading.platform);
	arena_free(&reading.arena);
}

static void unknown_properties_are_ignored(void **state)
{
	struct reading reading;

	(void)state;
	read_well(&reading, "{\"x\":1.5e300,\"text\":\"t\",\"y\":{\"text\":3,\"z\":[{},[],{\"a\":"
			    "[true,null,\"s\"]}]},\"part\":{\"more\":{\"label\":1},\"label\":"
			    "\"l\"},\"u32\":7}");
	assert_string_equal(reading.sample.text, "t");
	assert_string_equal(reading.sample.part.label, "l");
	assert_int_equal(reading.sample.u32, 7);
	arena_free(&reading.arena);
}

static void other_platforms_are_named(void **state)
{
	struct reading reading;

	(void)state;
	read_well(&reading, "{\"foreign\":{\"text\":[1]},\"elsewhere\":\"e\"}");
	assert_string_equal(reading.platform, "venus");
	assert_string_equal(reading.sample.elsewhere, "e");
	arena_free(&reading.arena);
	read_well(&reading, "{\"elsewhere\":\"e\",\"foreign\":0}");
	assert_string_equal(reading.platform, "mars");
	arena_free(&reading.arena);
}

static void wrong_types_are_refused(void **state)
{
	static const struct refusal refusals[] = {
		{ "{\"text\":1}", "text: expected a string, found a number" },
		{ "{\"text\":[]}", "text: expected a string, found an array" },
		{ "{\"letter\":true}", "letter: expected a string, found a boolean" },
		{ "{\"flag\":\"true\"}", "flag: expected a boolean, found a string" },
		{ "{\"flag\":1}", "flag: expected a boolean, found a number" },
		{ "{\"u32\":\"0\"}", "u32: expected a number, found a string" },
		{ "{\"maybeI64\":{}}", "maybeI64: expected a number, found an object" },
		{ "{\"strings\":\"a\"}", "strings: expected an array, found a string" },
		{ "{\"strings\":{}}", "strings: expected an array, found an object" },
		{ "{\"strings\":[\"a\",2]}", "strings[1]: expected a string, found a number" },
		{ "{\"strings\":[null]}", "strings[0]: expected a string, found null" },
		{ "{\"strings\":[[\"a\"]]}", "strings[0]: expected a string, found an array" },
		{ "{\"ids\":[1,2,\"3\"]}", "ids[2]: expected a number, found a string" },
		{ "{\"map\":[]}", "map: expected an object, found an array" },
		{ "{\"map\":{\"k\":1}}", "map.k: expected a string, found a number" },
		{ "{\"map\":{\"k\":null}}", "map.k: expected a string, found null" },
		{ "{\"part\":[]}", "part: expected an object, found an array" },
		{ "{\"parts\":{}}", "parts: expected an array, found an object" },
		{ "{\"parts\":[{\"label\":\"\"},3]}",
			"parts[1]: expected an object, found a number" },
		{ "{\"parts\":[null]}", "parts[0]: expected an object, found null" },
		{ "{\"named\":{\"a\":\"b\"}}", "named.a: expected an object, found a string" },
	};

	(void)state;
	refuse_all(refusals, ARRAY_LENGTH(refusals));
}

static void numbers_are_exact_integers(void **state)
{
	static const struct refusal refusals[] = {
		{ "{\"i64\":1.5}", "i64: 1.5 is not an integer" },
		{ "{\"i64\":5.0}", "i64: 5.0 is not an integer" },
		{ "{\"u32\":1e3}", "u32: 1e3 is not an integer" },
		{ "{\"u32\":1E+3}", "u32: 1E+3 is not an integer" },
		{ "{\"u32\":-1}", "u32: -1 is not between 0 and 4294967295" },
		{ "{\"u32\":4294967296}", "u32: 4294967296 is not between 0 and 4294967295" },
		{ "{\"ids\":[4294967296]}", "ids[0]: 4294967296 is not between 0 and 4294967295" },
		{ "{\"number\":2147483648}",
			"number: 2147483648 is not between -2147483648 and 2147483647" },
		{ "{\"i64\":9223372036854775808}", "i64: 9223372036854775808 is not between "
						   "-9223372036854775808 and "
						   "9223372036854775807" },
		{ "{\"i64\":-9223372036854775809}", "i64: -9223372036854775809 is not between "
						    "-9223372036854775808 and "
						    "9223372036854775807" },
		{ "{\"u64\":18446744073709551616}", "u64: 18446744073709551616 is not between 0 "
						    "and 18446744073709551615" },
		{ "{\"small\":10}", "small: 10 is not between 0 and 9" },
		{ "{\"part\":{\"size\":-2}}", "part.size: -2 is not between -1 and 5" },
		{ "{\"part\":{\"size\":6}}", "part.size: 6 is not between -1 and 5" },
		{ "{\"u64\":123456789012345678901234567890123456789012345678901234567890123456789}",
			"u64: 123456789012345678901234567890123456789012345678901234567890... is "
			"not between 0 and 18446744073709551615" },
	};

	(void)state;
	refuse_all(refusals, ARRAY_LENGTH(refusals));
}

static void names_of_values_are_known(void **state)
{
	static const struct refusal refusals[] = {
		{ "{\"colour\":\"blue\"}", "colour: \"blue\" is not one of red, green" },
		{ "{\"colour\":\"re\"}", "colour: \"re\" is not one of red, green" },
		{ "{\"colour\":\"\\u001b[31m\\u009b\\n\"}",
			"colour: \"?[31m???\" is not one of red, green" },
		{ "{\"letter\":\"\"}", "letter: \"\" is not a single character" },
		{ "{\"letter\":\"cc\"}", "letter: \"cc\" is not a single character" },
		{ "{\"letter\":\"\xc3\xa9\"}", "letter: \"\xc3\xa9\" is not a single character" },
	};

	(void)state;
	refuse_all(refusals, ARRAY_LENGTH(refusals));
}

static void required_properties_are_missed(void **state)
{
	static const struct refusal refusals[] = {
		{ "{\"part\":{}}", "part.label: is required (parts.md)" },
		{ "{\"part\":{\"label\":null}}", "part.label: is required (parts.md)" },
		{ "{\"parts\":[{\"label\":\"a\"},{\"size\":1}]}",
			"parts[1].label: is required (parts.md)" },
		{ "{\"named\":{\"n\":{}}}", "named.n.label: is required (parts.md)" },
	};

	(void)state;
	refuse_all(refusals, ARRAY_LENGTH(refusals));
}

static void names_come_once(void **state)
{
	static const struct refusal refusals[] = {
		{ "{\"u32\":1,\"u32\":1}", "u32: given twice" },
		{ "{\"u32\":null,\"text\":\"\",\"u32\":null}", "u32: given twice" },
		{ "{\"u32\":1,\"\\u00753\\u0032\":1}", "u32: given twice" },
		{ "{\"x\":1,\"y\":2,\"x\":3}", "x: given twice" },
		{ "{\"part\":{\"label\":\"\",\"label\":\"\"}}", "part.label: given twice" },
		{ "{\"map\":{\"a\":\"\",\"b\":\"\",\"a\":\"\"}}", "map.a: given twice" },
		{ "{\"map\":{\"\":\"\",\"\":\"\"}}", "map.: given twice" },
		{ "{\"named\":{\"n\":{\"label\":\"\"},\"n\":{\"label\":\"\"}}}",
			"named.n: given twice" },
		{ "{\"x\":[{\"y\":{}},{\"y\":{\"z\":1,\"zz\":2,\"z\":1}}]}",
			"x[1].y.z: given twice" },
		{ "{\"foreign\":{\"a\":1,\"a\":1}}", "foreign.a: given twice" },
	};
	struct reading reading;

	(void)state;
	refuse_all(refusals, ARRAY_LENGTH(refusals));
	/* The same name in different objects is nothing special. */
	read_well(&reading, "{\"x\":{\"x\":{\"x\":1},\"y\":{\"x\":1}},\"y\":{\"x\":1},\"text\":"
			    "\"x\",\"part\":{\"label\":\"text\",\"text\":1}}");
	assert_string_equal(reading.sample.text, "x");
	arena_free(&reading.arena);
}

static void the_hook_refuses_unknown_names(void **state)
{
	static const struct refusal refusals[] = {
		{ "{\"ghost\":null}", "ghost: there are no ghosts" },
		{ "{\"text\":\"\",\"ghost\":{}}", "ghost: there are no ghosts" },
	};
	struct reading reading;

	(void)state;
	refuse_all(refusals, ARRAY_LENGTH(refusals));
	read_well(&reading, "{\"part\":{\"label\":\"l\",\"ghost\":1}}");
	assert_string_equal(reading.sample.part.label, "l");
	arena_free(&reading.arena);
}

static void hostile_text_is_refused(void **state)
{
	static const struct refusal refusals[] = {
		{ "{\"text\":\"a\\u0000b\"}", "text: the string contains a NUL character" },
		{ "{\"x\":[1,\"\\u0000\"]}", "x[1]: the string contains a NUL character" },
		{ "{\"map\":{\"k\":\"\\u0000\"}}", "map.k: the string contains a NUL character" },
		{ "{\"a\\u0000b\":1}", "the name of a property contains a NUL character" },
		{ "{\"map\":{\"a\\u0000\":\"\"}}",
			"map: the name of a property contains a NUL character" },
		{ "{\"map\":{\"a\\nb\":\"\"}}",
			"map: the name of a property contains a control character" },
		{ "{\"x\":[{\"\\u001b\":1}]}",
			"x[0]: the name of a property contains a control character" },
		{ "{\"x\":{\"\\u007f\":1}}",
			"x: the name of a property contains a control character" },
		{ "{\"x\":{\"\\u0085\":1}}",
			"x: the name of a property contains a control character" },
	};
	struct reading reading;

	(void)state;
	refuse_all(refusals, ARRAY_LENGTH(refusals));
	read_well(&reading, "{\"text\":\"\\n\\t\\u0001\",\"map\":{\"\xc2\xa0\":\"\"}}");
	assert_string_equal(reading.sample.text, "\n\t\x01");
	arena_free(&reading.arena);
}

static void encoding_is_strict(void **state)
{
	static const struct refusal refusals[] = {
		{ "{\"x\":\"\xff\"}", "line 1, byte 7: 0xff does not begin valid UTF-8" },
		{ "{\"x\":\"\x80\"}", "line 1, byte 7: 0x80 does not begin valid UTF-8" },
		{ "{\n\"x\":\"\xc0\x80\"}", "line 2, byte 6: 0xc0 does not begin valid UTF-8" },
		{ "{\"x\":\"\xc3\"}", "line 1, byte 7: 0xc3 does not begin valid UTF-8" },
		{ "{\"x\":\"\xe0\x80\x80\"}", "line 1, byte 7: 0xe0 does not begin valid UTF-8" },
		{ "{\"x\":\"\xed\xa0\x80\"}", "line 1, byte 7: 0xed does not begin valid UTF-8" },
		{ "{\"x\":\"\xf0\x8f\xbf\xbf\"}",
			"line 1, byte 7: 0xf0 does not begin valid UTF-8" },
		{ "{\"x\":\"\xf4\x90\x80\x80\"}",
			"line 1, byte 7: 0xf4 does not begin valid UTF-8" },
		{ "{\"\xff\":1}", "line 1, byte 3: 0xff does not begin valid UTF-8" },
		{ "{\"x\":\"\xe2\x82", "line 1, byte 7: 0xe2 does not begin valid UTF-8" },
		{ "{\"x\":\"\\ud83d\"}",
			"line 1, byte 7: a \\u escape is half of a surrogate pair" },
		{ "{\"x\":\"\\ude00\"}",
			"line 1, byte 7: a \\u escape is half of a surrogate pair" },
		{ "{\"x\":\"\\ud83d\\ud83d\"}",
			"line 1, byte 7: a \\u escape is half of a surrogate pair" },
		{ "{\"x\":\"\\\\\\uD83Dx\"}",
			"line 1, byte 9: a \\u escape is half of a surrogate pair" },
		{ "{\"x\":\"\x01\"}", "line 1, byte 7: control character 0x01 in the document" },
		{ "{\f}", "line 1, byte 2: control character 0x0c in the document" },
	};
	struct reading reading;

	(void)state;
	refuse_all(refusals, ARRAY_LENGTH(refusals));
	refused_bytes(
		"{\"x\":\"\0\"}", 9, "line 1, byte 7: control character 0x00 in the document");
	refused_bytes("{}\0", 3, "line 1, byte 3: control character 0x00 in the document");
	read_well(&reading, "{\"text\":\"\\\\ud83d\xe2\x82\xac\xf4\x8f\xbf\xbf\xee\x80\x80\"}");
	assert_string_equal(reading.sample.text, "\\ud83d\xe2\x82\xac\xf4\x8f\xbf\xbf\xee\x80\x80");
	arena_free(&reading.arena);
}

static void syntax_is_strict(void **state)
{
	static const struct refusal refusals[] = {
		{ "", "the document is empty" },
		{ " \n\t ", "the document is empty" },
		{ "null", "expected an object, found null" },
		{ "[]", "expected an object, found an array" },
		{ "3", "expected an object, found a number" },
		{ "\"text\"", "expected an object, found a string" },
		{ "true", "expected an object, found a boolean" },
		{ "{", "line 1, byte 1: the document ends too early" },
		{ "{\"x\":[1,\n2", "line 2, byte 1: the document ends too early" },
		{ "{} {}", "line 1, byte 4: more bytes after the end of the document" },
		{ "{}\n}", "line 2, byte 1: more bytes after the end of the document" },
		{ "{} // end", "line 1, byte 4: more bytes after the end of the document" },
		{ "{ /* c */}", "line 1, byte 3: a comment, which JSON does not have" },
		{ "{\n // c\n}", "line 2, byte 2: a comment, which JSON does not have" },
		{ "{,}", "line 1, byte 2: the name of a property must be a string" },
		{ "{\"u32\":1,}", "line 1, byte 10: the name of a property must be a string" },
		{ "{u32:1}", "line 1, byte 2: a character that begins no JSON value" },
		{ "{\"x\":[1,]}", "line 1, byte 9: unallowed token at this point in JSON text" },
		{ "{\"x\":[1 2]}", "line 1, byte 9: expected ',' or ']' behind the element" },
		{ "{\"x\":01}", "line 1, byte 6: expected ',' or '}' behind the value" },
		{ "{\"x\":tru}", "line 1, byte 8: a word that is not true, false or null" },
		{ "{\"x\":NaN}", "line 1, byte 6: a character that begins no JSON value" },
		{ "{\"x\":+1}", "line 1, byte 6: a character that begins no JSON value" },
		{ "{\"x\":'a'}", "line 1, byte 6: a character that begins no JSON value" },
		{ "{\"x\":\"\t\"}", "line 1, byte 6: a string contains a control character" },
		{ "\xef\xbb\xbf{}", "line 1, byte 1: a character that begins no JSON value" },
	};

	(void)state;
	refuse_all(refusals, ARRAY_LENGTH(refusals));
}

/* `levels` objects and arrays, the outermost object among them. */
static int read_nested(struct reading *reading, size_t levels)
{
	cleanup_text struct text json = { 0 };

	text_add(&json, "{\"x\":");
	for (size_t i = 1; i < levels; i++)
		text_add(&json, "[");
	for (size_t i = 1; i < levels; i++)
		text_add(&json, "]");
	text_add(&json, "}");
	return read_bytes(reading, json.data, json.length);
}

static void depth_is_limited(void **state)
{
	struct reading reading;

	(void)state;
	assert_int_equal(read_nested(&reading, JSON_DEPTH_MAX), 0);
	assert_int_equal(read_nested(&reading, JSON_DEPTH_MAX + 1), -1);
	assert_true(text_starts_with(reading.err.text, "x[0][0]"));
	assert_non_null(strstr(reading.err.text, "..."));
	assert_non_null(strstr(reading.err.text, "]: nested deeper than 128 levels"));
}

static void long_names_leave_room_for_the_reason(void **state)
{
	cleanup_text struct text json = { 0 };
	struct reading reading;

	(void)state;
	text_add(&json, "{\"x\":");
	for (size_t i = 0; i < 20; i++) {
		text_add(&json, "{\"");
		for (size_t k = 0; k < 1000; k++)
			text_add(&json, "\xe2\x82\xac");
		text_add(&json, "\":");
	}
	text_add(&json, "\"\\u0000\"");
	assert_int_equal(read_bytes(&reading, json.data, json.length), -1);
	assert_true(text_starts_with(reading.err.text, "x.\xe2\x82\xac"));
	assert_non_null(strstr(reading.err.text, ": the string contains a NUL character"));
	assert_int_equal(
		json_check_encoding(reading.err.text, strlen(reading.err.text), &reading.err), 0);
}

static void every_beginning_of_a_document_is_refused(void **state)
{
	static const char json[] = "{\"text\":\"\\ud83d\\ude00\xc3\xa9\",\"parts\":[{\"label\":"
				   "\"a\",\"size\":-1}],\"map\":{\"k\":\"v\"},\"x\":[true,null]}";
	struct reading reading;

	(void)state;
	read_well(&reading, json);
	arena_free(&reading.arena);
	for (size_t length = 0; length < sizeof(json) - 1; length++) {
		assert_int_equal(read_bytes(&reading, json, length), -1);
		assert_true(strlen(reading.err.text) > 0);
		arena_free(&reading.arena);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_are_stored),
		cmocka_unit_test(optional_values_tell_zero_from_absent),
		cmocka_unit_test(lists_and_maps_are_stored),
		cmocka_unit_test(objects_are_stored),
		cmocka_unit_test(empty_lists_differ_from_absent_ones),
		cmocka_unit_test(null_is_absent),
		cmocka_unit_test(unknown_properties_are_ignored),
		cmocka_unit_test(other_platforms_are_named),
		cmocka_unit_test(wrong_types_are_refused),
		cmocka_unit_test(numbers_are_exact_integers),
		cmocka_unit_test(names_of_values_are_known),
		cmocka_unit_test(required_properties_are_missed),
		cmocka_unit_test(names_come_once),
		cmocka_unit_test(the_hook_refuses_unknown_names),
		cmocka_unit_test(hostile_text_is_refused),
		cmocka_unit_test(encoding_is_strict),
		cmocka_unit_test(syntax_is_strict),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(long_names_leave_room_for_the_reason),
		cmocka_unit_test(every_beginning_of_a_document_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
