/* SPDX-License-Identifier: Apache-2.0 */
/* What the config reader refuses, with its sentence, and the functions of config.h. */
#include "test_config.h"

struct refusal {
	const char *members, *sentence; /* members: of a config beside its ociVersion */
};

static void refuse_all(const struct refusal *refusals, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		cleanup_oci_config struct oci_config *config = NULL;
		cleanup_text struct text json = { 0 };
		struct error err = { 0 };

		text_printf(&json, "{\"ociVersion\":\"1.3.0\",%s}", refusals[i].members);
		if (oci_config_parse(json.data, json.length, &config, &err) == 0)
			fail_msg("%s: was not refused", json.data);
		assert_null(config);
		assert_string_equal(err.text, refusals[i].sentence);
	}
}

static struct oci_config *parse(const char *json)
{
	struct oci_config *config = NULL;
	struct error err = { 0 };

	if (oci_config_parse(json, strlen(json), &config, &err) < 0)
		fail_msg("%s: %s", json, err.text);
	return config;
}

static void clocks_that_do_not_exist_are_refused(void **state)
{
	static const struct refusal refusals[] = {
		{ "\"linux\":{\"timeOffsets\":{\"foo\":{}}}",
			"linux.timeOffsets.foo: unknown clock; Linux has offsets for "
			"\"monotonic\" and \"boottime\" alone" },
		{ "\"linux\":{\"timeOffsets\":{\"monotonic\":{\"secs\":1},\"Boottime\":null}}",
			"linux.timeOffsets.Boottime: unknown clock; Linux has offsets for "
			"\"monotonic\" and \"boottime\" alone" },
		{ "\"linux\":{\"timeOffsets\":{\"realtime\":{\"secs\":1}}}",
			"linux.timeOffsets.realtime: Linux has no namespace for CLOCK_REALTIME; a "
			"program sees another wall clock through libfaketime" },
		{ "\"linux\":{\"timeOffsets\":{\"tai\":{}}}",
			"linux.timeOffsets.tai: Linux has no namespace for CLOCK_TAI; a program "
			"sees another wall clock through libfaketime" },
	};

	(void)state;
	refuse_all(refusals, ARRAY_LENGTH(refusals));
}

#define OFFSETS(members) "\"linux\":{\"timeOffsets\":{" members "}}"

static void offsets_are_whole_numbers(void **state)
{
	static const struct refusal refusals[] = {
		{ OFFSETS("\"monotonic\":{\"secs\":5.0}"),
			"linux.timeOffsets.monotonic.secs: 5.0 is not an integer" },
		{ OFFSETS("\"monotonic\":{\"secs\":1e3}"),
			"linux.timeOffsets.monotonic.secs: 1e3 is not an integer" },
		{ OFFSETS("\"boottime\":{\"secs\":\"1\"}"),
			"linux.timeOffsets.boottime.secs: expected a number, found a string" },
		{ OFFSETS("\"boottime\":{\"secs\":9223372036854775808}"),
			"linux.timeOffsets.boottime.secs: 9223372036854775808 is not between "
			"-9223372036854775808 and 9223372036854775807" },
		{ OFFSETS("\"boottime\":{\"nanosecs\":-1}"),
			"linux.timeOffsets.boottime.nanosecs: -1 is not between 0 and "
			"4294967295" },
		{ OFFSETS("\"boottime\":3"),
			"linux.timeOffsets.boottime: expected an object, found a number" },
		{ OFFSETS("\"boottime\":{},\"boottime\":{}"),
			"linux.timeOffsets.boottime: given twice" },
		{ OFFSETS("\"boottime\":{\"secs\":1,\"secs\":1}"),
			"linux.timeOffsets.boottime.secs: given twice" },
		{ OFFSETS("\"monotonic\\n\":{}"),
			"linux.timeOffsets: the name of a property contains a control character" },
		{ OFFSETS("\"monotonic\\u0000\":{}"),
			"linux.timeOffsets: the name of a property contains a NUL character" },
		{ "\"linux\":{\"timeOffsets\":[]}",
			"linux.timeOffsets: expected an object, found an array" },
	};

	(void)state;
	refuse_all(refusals, ARRAY_LENGTH(refusals));
}

static void wrong_types_have_their_path(void **state)
{
	static const struct refusal refusals[] = {
		{ "\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":\"0\"}}",
			"process.user.uid: expected a number, found a string" },
		{ "\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":-1}}",
			"process.user.uid: -1 is not between 0 and 4294967295" },
		{ "\"process\":[]", "process: expected an object, found an array" },
		{ "\"process\":{\"args\":\"sh\"}",
			"process.args: expected an array, found a string" },
		{ "\"mounts\":[{\"destination\":\"/\"},{\"destination\":\"/a\",\"options\":["
		  "\"ro\",\"bind\",1]}]",
			"mounts[1].options[2]: expected a string, found a number" },
		{ "\"root\":{\"path\":\"r\",\"readonly\":\"yes\"}",
			"root.readonly: expected a boolean, found a string" },
		{ "\"hooks\":{\"poststop\":[{\"path\":\"/p\",\"timeout\":1.5}]}",
			"hooks.poststop[0].timeout: 1.5 is not an integer" },
		{ "\"linux\":{\"namespaces\":[{\"type\":\"clock\"}]}",
			"linux.namespaces[0].type: \"clock\" is not one of mount, pid, network, "
			"uts, ipc, user, cgroup, time" },
		{ "\"linux\":{\"devices\":[{\"type\":\"char\"}]}",
			"linux.devices[0].type: \"char\" is not a single character" },
		{ "\"linux\":{\"resources\":{\"blockIO\":{\"weight\":65536}}}",
			"linux.resources.blockIO.weight: 65536 is not between 0 and 65535" },
		{ "\"annotations\":{\"a\":{\"b\":1}}",
			"annotations.a: expected a string, found an object" },
		{ "\"linux\":{\"sysctl\":{\"net.x\":1}}",
			"linux.sysctl.net.x: expected a string, found a number" },
	};

	(void)state;
	refuse_all(refusals, ARRAY_LENGTH(refusals));
}

static void required_properties_have_their_section(void **state)
{
	static const struct refusal refusals[] = {
		{ "\"root\":{}", "root.path: is required (config.md, \"Root\")" },
		{ "\"process\":{\"args\":[]}",
			"process.cwd: is required (config.md, \"Process\")" },
		{ "\"mounts\":[{\"destination\":\"/\"},{}]",
			"mounts[1].destination: is required (config.md, \"Mounts\")" },
		{ "\"hooks\":{\"prestart\":[{}]}",
			"hooks.prestart[0].path: is required (config.md, \"POSIX-platform "
			"Hooks\")" },
		{ "\"linux\":{\"namespaces\":[{\"path\":\"/\"}]}",
			"linux.namespaces[0].type: is required (config-linux.md, "
			"\"Namespaces\")" },
		{ "\"linux\":{\"uidMappings\":[{\"containerID\":0,\"hostID\":0}]}",
			"linux.uidMappings[0].size: is required (config-linux.md, \"User "
			"namespace mappings\")" },
		{ "\"linux\":{\"seccomp\":{\"syscalls\":[]}}",
			"linux.seccomp.defaultAction: is required (config-linux.md, "
			"\"Seccomp\")" },
	};

	(void)state;
	refuse_all(refusals, ARRAY_LENGTH(refusals));
}

static void the_version_is_required(void **state)
{
	struct oci_config *config = NULL;
	struct error err;

	(void)state;
	assert_int_equal(oci_config_parse("{}", 2, &config, &err), -1);
	assert_string_equal(
		err.text, "ociVersion: is required (config.md, \"Specification version\")");
	assert_null(config);
}

static void null_sections_are_absent(void **state)
{
	cleanup_oci_config struct oci_config *config =
		parse("{\"ociVersion\":\"1.0.2\",\"process\":null,\"mounts\":null,\"hooks\":null,"
		      "\"annotations\":null,\"linux\":{\"maskedPaths\":null,\"seccomp\":null,"
		      "\"timeOffsets\":null,\"resources\":{\"memory\":null,\"devices\":null}},"
		      "\"windows\":null}");

	(void)state;
	assert_false(config->process.set);
	assert_int_equal(config->mounts_length, 0);
	assert_true(config->linux_.set);
	assert_false(config->linux_.masked_paths.set);
	assert_false(config->linux_.seccomp.set);
	assert_false(config->linux_.time_offsets.set);
	assert_true(config->linux_.resources.set);
	assert_null(config->foreign_platform);
}

static void one_clock_may_stay(void **state)
{
	cleanup_oci_config struct oci_config *config =
		parse("{\"ociVersion\":\"1.3.0\",\"linux\":{\"timeOffsets\":{\"boottime\":"
		      "{\"secs\":-5}}}}");
	const struct oci_time_offsets *offsets = &config->linux_.time_offsets;

	(void)state;
	assert_true(offsets->set);
	assert_false(offsets->monotonic.set);
	assert_true(offsets->boottime.set);
	assert_true(offsets->boottime.secs == -5);
	assert_int_equal(offsets->boottime.nanosecs, 0);
}

static void other_platforms_are_named(void **state)
{
	static const char *const sections[] = { "windows", "solaris", "vm", "zos", "freebsd" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(sections); i++) {
		cleanup_text struct text json = { 0 };
		cleanup_oci_config struct oci_config *config = NULL;

		text_printf(
			&json, "{\"ociVersion\":\"1.3.0\",\"%s\":{\"linux\":[1]}}", sections[i]);
		config = parse(json.data);
		assert_string_equal(config->foreign_platform, sections[i]);
	}
}

static void a_process_is_read_alone(void **state)
{
	static const char json[] = "{\"cwd\":\"/\",\"args\":[\"ps\"],\"user\":{\"uid\":3}}";
	cleanup_oci_config struct oci_config *config = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(oci_process_parse(json, strlen(json), &config, &err), 0);
	assert_true(config->process.set);
	assert_string_equal(config->process.args.items[0], "ps");
	assert_int_equal(config->process.user.uid, 3);
	assert_null(config->oci_version);
	assert_false(config->linux_.set);
}

static void a_process_is_refused_like_a_config(void **state)
{
	static const struct {
		const char *json, *sentence;
	} refusals[] = {
		{ "{}", "cwd: is required (config.md, \"Process\")" },
		{ "{\"cwd\":\"/\",\"cwd\":\"/\"}", "cwd: given twice" },
		{ "{\"cwd\":\"/\",\"user\":{\"gid\":true}}",
			"user.gid: expected a number, found a boolean" },
		{ "null", "expected an object, found null" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(refusals); i++) {
		struct oci_config *config = NULL;
		struct error err = { 0 };

		assert_int_equal(oci_process_parse(
					 refusals[i].json, strlen(refusals[i].json), &config, &err),
			-1);
		assert_null(config);
		assert_string_equal(err.text, refusals[i].sentence);
	}
}

static void absent_things_are_not_found(void **state)
{
	cleanup_oci_config struct oci_config *config =
		parse("{\"ociVersion\":\"1.3.0\",\"linux\":{\"namespaces\":[{\"type\":\"pid\"}]}}");

	(void)state;
	assert_null(oci_config_annotation(config, ""));
	assert_null(oci_config_namespace(config, OCI_NAMESPACE_TIME));
	assert_non_null(oci_config_namespace(config, OCI_NAMESPACE_PID));
	for (size_t i = 0; i < OCI_NAMESPACE_COUNT; i++)
		assert_non_null(oci_namespace_names[i]);
	oci_config_free(NULL);
	oci_config_cleanup(&(struct oci_config *){ NULL });
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_that_do_not_exist_are_refused),
		cmocka_unit_test(offsets_are_whole_numbers),
		cmocka_unit_test(wrong_types_have_their_path),
		cmocka_unit_test(required_properties_have_their_section),
		cmocka_unit_test(the_version_is_required),
		cmocka_unit_test(null_sections_are_absent),
		cmocka_unit_test(one_clock_may_stay),
		cmocka_unit_test(other_platforms_are_named),
		cmocka_unit_test(a_process_is_read_alone),
		cmocka_unit_test(a_process_is_refused_like_a_config),
		cmocka_unit_test(absent_things_are_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
