/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that are large on purpose: read or refused, in time that grows with their length. The
 * limit is generous for a slow machine under a sanitizer; what is quadratic misses it by far.
 */
#include "test_config.h"

#include <time.h>

#define SECONDS_MAX 20.0

static double seconds_of_cpu(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static int parse(const struct text *json, struct oci_config **config, struct error *err)
{
	double start = seconds_of_cpu();
	int result = oci_config_parse(json->data, json->length, config, err);

	assert_true(seconds_of_cpu() - start < SECONDS_MAX);
	return result;
}

static void parse_well(const struct text *json, struct oci_config **config)
{
	struct error err = { 0 };

	if (parse(json, config, &err) < 0)
		fail_msg("%s", err.text);
}

static void add_times(struct text *text, const char *part, size_t times)
{
	for (size_t i = 0; i < times; i++)
		text_add(text, part);
}

static void add_bytes(struct text *text, char byte, size_t times)
{
	char chunk[4096];

	memset(chunk, byte, sizeof(chunk));
	for (; times > sizeof(chunk); times -= sizeof(chunk))
		text_add_bytes(text, chunk, sizeof(chunk));
	text_add_bytes(text, chunk, times);
}

static void five_million_brackets_are_refused(void **state)
{
	static const struct {
		const char *head, *part, *sentence;
	} documents[] = {
		{ "", "[", "expected an object, found an array" },
		{ "{\"x\":", "[", "nested deeper than 128 levels" },
		{ "", "{\"x\":", "nested deeper than 128 levels" },
		{ "{\"annotations\":", "[", "expected an object, found an array" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(documents); i++) {
		cleanup_text struct text json = { 0 };
		struct oci_config *config = NULL;
		struct error err = { 0 };

		text_add(&json, documents[i].head);
		add_times(&json, documents[i].part, 5000000);
		assert_int_equal(parse(&json, &config, &err), -1);
		assert_null(config);
		assert_non_null(strstr(err.text, documents[i].sentence));
	}
}

static void a_string_of_50_megabytes_is_read(void **state)
{
	static const size_t length = 50000000;
	cleanup_text struct text json = { 0 };
	cleanup_oci_config struct oci_config *config = NULL;

	(void)state;
	text_add(&json, "{\"ociVersion\":\"1.3.0\",\"hostname\":\"");
	add_bytes(&json, 'h', length);
	text_add(&json, "\"}");
	parse_well(&json, &config);
	assert_int_equal(strlen(config->hostname), length);
}

static void more_than_the_limit_is_refused(void **state)
{
	cleanup_text struct text json = { 0 };
	struct oci_config *config = NULL;
	struct error err = { 0 };

	(void)state;
	add_bytes(&json, ' ', OCI_CONFIG_SIZE_MAX + 1);
	assert_int_equal(parse(&json, &config, &err), -1);
	assert_string_equal(err.text, "67108865 bytes are more than the 67108864 that are read");
}

static void env_entries_are_read_in_linear_time(void **state)
{
	static const size_t entries = 200000;
	cleanup_text struct text json = { 0 };
	cleanup_oci_config struct oci_config *config = NULL;
	const struct oci_strings *env;

	(void)state;
	text_add(&json, "{\"ociVersion\":\"1.3.0\",\"process\":{\"cwd\":\"/\",\"env\":[");
	for (size_t i = 0; i < entries; i++)
		text_printf(&json, "%s\"NAME%zu=value\"", i > 0 ? "," : "", i);
	text_add(&json, "]}}");
	parse_well(&json, &config);
	env = &config->process.env;
	assert_int_equal(env->length, entries);
	assert_string_equal(env->items[0], "NAME0=value");
	assert_string_equal(env->items[entries - 1], "NAME199999=value");
	assert_null(env->items[entries]);
}

/* 200,000 names in an object, the last of them `last`. */
static void add_names(struct text *json, const char *head, const char *last)
{
	text_add(json, head);
	for (size_t i = 0; i < 199999; i++)
		text_printf(json, "\"name-%zu\":\"\",", i);
	text_printf(json, "\"%s\":\"\"}}", last);
}

static void a_name_given_twice_is_found_among_many(void **state)
{
	static const char *const heads[] = { "{\"ociVersion\":\"1.3.0\",\"annotations\":{",
		"{\"ociVersion\":\"1.3.0\",\"x\":{" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(heads); i++) {
		cleanup_text struct text unique = { 0 }, twice = { 0 };
		cleanup_oci_config struct oci_config *config = NULL;
		struct oci_config *none = NULL;
		struct error err = { 0 };

		add_names(&unique, heads[i], "last");
		parse_well(&unique, &config);
		add_names(&twice, heads[i], "name-77777");
		assert_int_equal(parse(&twice, &none, &err), -1);
		assert_non_null(strstr(err.text, ".name-77777: given twice"));
	}
}

static void many_small_objects_are_read(void **state)
{
	static const size_t mounts = 100000;
	cleanup_text struct text json = { 0 };
	cleanup_oci_config struct oci_config *config = NULL;

	(void)state;
	text_add(&json, "{\"ociVersion\":\"1.3.0\",\"mounts\":[{\"destination\":\"/first\"}");
	add_times(&json, ",{\"x\":[{},{\"y\":1,\"z\":2}],\"destination\":\"/m\"}", mounts - 1);
	text_add(&json, "]}");
	parse_well(&json, &config);
	assert_int_equal(config->mounts_length, mounts);
	assert_string_equal(config->mounts[0].destination, "/first");
	assert_string_equal(config->mounts[mounts - 1].destination, "/m");
}

static void a_number_of_a_million_digits_is_refused(void **state)
{
	cleanup_text struct text json = { 0 };
	struct oci_config *config = NULL;
	struct error err = { 0 };

	(void)state;
	text_add(&json, "{\"linux\":{\"timeOffsets\":{\"boottime\":{\"secs\":1");
	add_times(&json, "0", 1000000);
	text_add(&json, "}}}}");
	assert_int_equal(parse(&json, &config, &err), -1);
	assert_true(text_starts_with(err.text, "linux.timeOffsets.boottime.secs: 1000"));
	assert_non_null(strstr(err.text, "0... is not between"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(five_million_brackets_are_refused),
		cmocka_unit_test(a_string_of_50_megabytes_is_read),
		cmocka_unit_test(more_than_the_limit_is_refused),
		cmocka_unit_test(env_entries_are_read_in_linear_time),
		cmocka_unit_test(a_name_given_twice_is_found_among_many),
		cmocka_unit_test(many_small_objects_are_read),
		cmocka_unit_test(a_number_of_a_million_digits_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
