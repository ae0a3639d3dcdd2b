/* SPDX-License-Identifier: Apache-2.0 */
/* container/scope_properties: which annotations become properties of the scope, and which are refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "container/scope_properties.h"

/* The default settings file is not there. */
static const struct container_runtime runtime = { .config = "/nonexistent/elsewhen.json" };

/* `annotations` is the body of JSON. */
static struct oci_config *config_of(const char *annotations)
{
	cleanup_text struct text json = { 0 };
	struct oci_config *config = NULL;
	struct error err = { 0 };

	text_printf(&json, "{\"ociVersion\": \"1.3.0\", \"annotations\": {%s}}", annotations);
	if (oci_config_parse(json.data, json.length, &config, &err) < 0)
		fail_msg("%s", err.text);
	return config;
}

static void others_are_left_alone_and_the_order_is_kept(void **state)
{
	cleanup_oci_config struct oci_config *config = config_of(
		"\"a.b\": \"org.systemd.property.\", \"org.systemd.property.CollectMode\": "
		"\"'inactive'\", \"org.systemd.properties\": \"x\", "
		"\"org.systemd.property.TimeoutStopUSec\": \"uint64 123456789\"");
	struct systemd_unit unit = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(scope_properties_add(&runtime, config, &unit, &err), 0);
	assert_int_equal(unit.properties_length, 2);
	assert_string_equal(unit.properties[0].name, "CollectMode");
	assert_int_equal(unit.properties[0].type, SYSTEMD_STRING);
	assert_string_equal(unit.properties[0].text, "inactive");
	assert_string_equal(unit.properties[1].name, "TimeoutStopUSec");
	assert_int_equal(unit.properties[1].type, SYSTEMD_U64);
	assert_true(unit.properties[1].number == 123456789);
}

static void seconds_become_microseconds(void **state)
{
	static const struct {
		const char *value;
		uint64_t microseconds;
	} rows[] = {
		{ "5", 5000000 },
		{ "0", 0 },
		{ "7.5", 7500000 },
		{ "uint64 18446744073709", 18446744073709000000U },
		{ "int16 3", 3000000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		cleanup_text struct text json = { 0 };
		cleanup_oci_config struct oci_config *config = NULL;
		struct systemd_unit unit = { 0 };
		struct error err = { 0 };

		text_printf(
			&json, "\"org.systemd.property.TimeoutStopSec\": \"%s\"", rows[i].value);
		config = config_of(json.data);
		assert_int_equal(scope_properties_add(&runtime, config, &unit, &err), 0);
		assert_int_equal(unit.properties_length, 1);
		assert_string_equal(unit.properties[0].name, "TimeoutStopUSec");
		assert_int_equal(unit.properties[0].type, SYSTEMD_U64);
		assert_true(unit.properties[0].number == rows[i].microseconds);
	}
}

static void what_is_refused_is_named(void **state)
{
	static const struct {
		const char *name, *value, *part;
	} rows[] = {
		{ "", "true", "no name of a property" },
		{ "Ab", "true", "no name of a property" },
		{ "memoryMax", "uint64 5", "no name of a property" },
		{ "Memory.Max", "uint64 5", "no name of a property" },
		{ "Memory-Max", "uint64 5", "no name of a property" },
		{ "MemoryMax", "lots", "'lots' is no value" },
		{ "MemoryMax", "", "'' is no value" },
		{ "DeviceAllow", "[('/dev/null', 'rw')]", "is no value" },
		{ "TimeoutStopSec", "true", "no number of seconds" },
		{ "TimeoutStopSec", "-1", "no number of seconds" },
		{ "TimeoutStopSec", "-0.5", "no number of seconds" },
		{ "TimeoutStopSec", "uint64 18446744073710", "no number of seconds" },
		{ "Delegate", "false", "not to be set" },
		{ "DelegateControllers", "['cpu']", "not to be set" },
		{ "DelegateSubgroup", "'a'", "not to be set" },
		{ "PIDs", "[1]", "not to be set" },
		{ "PIDFDs", "[1]", "not to be set" },
		{ "Slice", "'a.slice'", "not to be set" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		cleanup_text struct text json = { 0 }, where = { 0 };
		cleanup_oci_config struct oci_config *config = NULL;
		struct systemd_unit unit = { 0 };
		struct error err = { 0 };

		text_printf(&where, "annotations." SCOPE_PROPERTY_PREFIX "%s: ", rows[i].name);
		text_printf(&json, "\"" SCOPE_PROPERTY_PREFIX "%s\": \"%s\"", rows[i].name,
			rows[i].value);
		config = config_of(json.data);
		assert_int_equal(scope_properties_add(&runtime, config, &unit, &err), -1);
		if (!text_starts_with(err.text, where.data) || !strstr(err.text, rows[i].part))
			fail_msg("'%s' does not begin with '%s' or has not '%s'", err.text,
				where.data, rows[i].part);
		assert_int_equal(unit.properties_length, 0);
	}
}

static void the_operator_may_forbid_them(void **state)
{
	const struct container_runtime strict = { .config = runtime.config,
		.honoured_annotations = "elsewhen.dev/" };
	cleanup_oci_config struct oci_config *config =
		config_of("\"org.systemd.property.MemoryMax\": \"uint64 5\"");
	struct systemd_unit unit = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(scope_properties_add(&strict, config, &unit, &err), -1);
	assert_int_equal(err.code, EPERM);
	assert_non_null(strstr(err.text, "org.systemd.property.MemoryMax: is not honoured"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_are_left_alone_and_the_order_is_kept),
		cmocka_unit_test(seconds_become_microseconds),
		cmocka_unit_test(what_is_refused_is_named),
		cmocka_unit_test(the_operator_may_forbid_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
