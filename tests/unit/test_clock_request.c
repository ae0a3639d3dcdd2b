/* SPDX-License-Identifier: Apache-2.0 */
/* container/clock_request: who asks for a clock, who wins, and what the operator lets be asked. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "container/clock_request.h"
#include "oci/operator_settings.h"

/* A config with these namespaces, offsets and annotations, as the bodies of JSON. */
struct asked {
	const char *time, *offsets, *annotations;
	struct container_create_options options;
};

static struct oci_config *config_of(const struct asked *asked)
{
	cleanup_text struct text json = { 0 };
	struct oci_config *config = NULL;
	struct error err = { 0 };

	text_printf(&json,
		"{\"ociVersion\": \"1.3.0\", \"annotations\": {%s}, \"linux\": {\"namespaces\": "
		"[%s], "
		"\"timeOffsets\": {%s}}}",
		asked->annotations ? asked->annotations : "", asked->time ? asked->time : "",
		asked->offsets ? asked->offsets : "");
	if (oci_config_parse(json.data, json.length, &config, &err) < 0)
		fail_msg("%s", err.text);
	return config;
}

/* The default settings file is not there. */
static const struct container_runtime runtime = { .config = "/nonexistent/elsewhen.json" };

static enum clock_request_kind kind_of(const struct asked *asked)
{
	cleanup_oci_config struct oci_config *config = config_of(asked);
	struct clock_request request;
	struct error err = { 0 };

	if (clock_request_make(&runtime, config, "me", &asked->options, &request, &err) < 0)
		fail_msg("%s", err.text);
	return request.kind;
}

static void refused(const struct asked *asked, const char *part, const char *other)
{
	cleanup_oci_config struct oci_config *config = config_of(asked);
	struct clock_request request;
	struct error err = { 0 };

	assert_int_equal(
		clock_request_make(&runtime, config, "me", &asked->options, &request, &err), -1);
	if (!strstr(err.text, part) || (other && !strstr(err.text, other)))
		fail_msg("'%s' has not '%s' or not '%s'", err.text, part, other ? other : "");
}

#define TIME "{\"type\": \"time\"}"
#define TIME_AT "{\"type\": \"time\", \"path\": \"/proc/self/ns/time\"}"

static void test_config_alone_decides(void **state)
{
	(void)state;
	assert_int_equal(kind_of(&(struct asked){ 0 }), CLOCK_KIND_HOST);
	assert_int_equal(kind_of(&(struct asked){ .time = TIME }), CLOCK_KIND_PRIVATE);
	assert_int_equal(kind_of(&(struct asked){ .time = TIME_AT }), CLOCK_KIND_PATH);
}

static void test_a_value_brings_the_namespace(void **state)
{
	(void)state;
	assert_int_equal(kind_of(&(struct asked){ .options.boottime = "+1h" }), CLOCK_KIND_PRIVATE);
	assert_int_equal(
		kind_of(&(struct asked){ .annotations = "\"elsewhen.dev/monotonic\": \"=0\"" }),
		CLOCK_KIND_PRIVATE);
	assert_int_equal(
		kind_of(&(struct asked){ .annotations = "\"run.oci.timens_offset\": \"1 5 0\"" }),
		CLOCK_KIND_PRIVATE);
}

static void test_the_annotation_goes_before_the_namespace(void **state)
{
	(void)state;
	assert_int_equal(kind_of(&(struct asked){
				 .time = TIME, .annotations = "\"elsewhen.dev/clock\": \"host\"" }),
		CLOCK_KIND_HOST);
	assert_int_equal(
		kind_of(&(struct asked){ .annotations = "\"elsewhen.dev/clock\": \"private\"" }),
		CLOCK_KIND_PRIVATE);
	assert_int_equal(kind_of(&(struct asked){
				 .time = TIME, .annotations = "\"elsewhen.dev/clock\": \"pod\"" }),
		CLOCK_KIND_POD);
}

static void test_two_for_one_clock_are_both_named(void **state)
{
	(void)state;
	refused(&(struct asked){ .time = TIME,
			.offsets = "\"boottime\": {\"secs\": 1}",
			.options.boottime = "+1s" },
		"linux.timeOffsets.boottime", "--boottime");
	refused(&(struct asked){ .annotations = "\"elsewhen.dev/monotonic\": \"+1s\", "
						"\"run.oci.timens_offset\": \"monotonic 1 0\"" },
		"annotations.elsewhen.dev/monotonic", "annotations.run.oci.timens_offset");
	refused(&(struct asked){ .annotations = "\"elsewhen.dev/monotonic\": \"+1s\"",
			.options.monotonic = "+1s" },
		"--monotonic", "annotations.elsewhen.dev/monotonic");
}

static void test_what_cannot_be_shifted(void **state)
{
	(void)state;
	refused(&(struct asked){ .time = TIME_AT, .options.boottime = "+1s" }, "--boottime",
		"frozen");
	refused(&(struct asked){ .annotations = "\"elsewhen.dev/clock\": \"host\"",
			.options.boottime = "+1s" },
		"--boottime", "host's clock");
	refused(&(struct asked){ .time = TIME_AT,
			.annotations = "\"elsewhen.dev/clock\": \"pod\"" },
		"elsewhen.dev/clock", "/proc/self/ns/time");
	refused(&(struct asked){ .options.clock_policy = "suspend" }, "--policy", "--clock-from");
}

static const char *sandbox_of(const char *annotations)
{
	static char sandbox[64];
	const struct asked asked = { .annotations = annotations };
	cleanup_oci_config struct oci_config *config = config_of(&asked);
	struct clock_request request;
	struct error err = { 0 };

	if (clock_request_make(&runtime, config, "me", &asked.options, &request, &err) < 0)
		fail_msg("%s", err.text);
	snprintf(sandbox, sizeof(sandbox), "%s", request.sandbox);
	return sandbox;
}

static void test_the_sandbox_as_engines_name_it(void **state)
{
	(void)state;
	assert_string_equal(sandbox_of("\"elsewhen.dev/clock\": \"pod\", "
				       "\"io.kubernetes.cri.sandbox-id\": \"s1\""),
		"s1");
	assert_string_equal(sandbox_of("\"elsewhen.dev/clock\": \"pod\", "
				       "\"io.kubernetes.cri-o.SandboxID\": \"s2\""),
		"s2");
	assert_string_equal(sandbox_of("\"elsewhen.dev/clock\": \"pod\""), "me");
}

static void test_settings_are_strict(void **state)
{
	static const char *const bad[] = { "", "[]", "{\"honoredAnnotations\": []}",
		"{\"honouredAnnotations\": \"x\"}", "{\"honouredAnnotations\": [1]}",
		"{\"honouredAnnotations\": []} x" };
	static const char good[] = "{\"honouredAnnotations\": [\"a\", \"b\"]}";
	struct oci_operator_settings settings;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(
			oci_operator_settings_parse(bad[i], strlen(bad[i]), &settings, &err), -1);
	assert_int_equal(oci_operator_settings_parse(good, strlen(good), &settings, &err), 0);
	assert_true(settings.honoured_annotations.set);
	assert_int_equal(settings.honoured_annotations.length, 2);
	oci_operator_settings_free(&settings);
	assert_int_equal(oci_operator_settings_parse("{}", 2, &settings, &err), 0);
	assert_false(settings.honoured_annotations.set);
	oci_operator_settings_free(&settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config_alone_decides),
		cmocka_unit_test(test_a_value_brings_the_namespace),
		cmocka_unit_test(test_the_annotation_goes_before_the_namespace),
		cmocka_unit_test(test_two_for_one_clock_are_both_named),
		cmocka_unit_test(test_what_cannot_be_shifted),
		cmocka_unit_test(test_the_sandbox_as_engines_name_it),
		cmocka_unit_test(test_settings_are_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
