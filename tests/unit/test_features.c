/* SPDX-License-Identifier: Apache-2.0 */
/* oci/features: the document against the structure that features.md gives it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "oci/features.h"
#include "oci/json_reader.h"

/* The document as features-schema.json and features-linux.json type it. */
struct enabled {
	bool set;
	struct oci_bool enabled;
};
struct document {
	char *oci_version_min, *oci_version_max;
	struct oci_strings hooks, mount_options, unsafe_annotations;
	struct oci_map annotations;
	struct document_linux {
		bool set;
		struct oci_strings namespaces, capabilities;
		struct document_cgroup {
			struct oci_bool v1, v2, systemd, systemd_user, rdma;
		} cgroup;
		struct document_seccomp {
			struct oci_bool enabled;
			struct oci_strings actions, operators, archs, known_flags, supported_flags;
		} seccomp;
		struct enabled apparmor, selinux, intel_rdt, net_devices;
		struct document_mount_extensions {
			struct enabled idmap;
		} mount_extensions;
	} linux_;
};

/* Nothing may be in the document that the specification does not have. */
static int no_other(const char *name, struct error *err)
{
	return error_set(err, 1, "%s is not in features.md", name);
}

#define TABLE(rows) JSON_TABLE(rows), .unknown = no_other

static const struct json_property enabled_rows[] = {
	JSON_OPTIONAL_BOOL("enabled", struct enabled, enabled, .required = true),
};
static const struct json_table enabled_table = { TABLE(enabled_rows), .begins_with_set = true };

static const struct json_property cgroup_rows[] = {
	JSON_OPTIONAL_BOOL("v1", struct document_cgroup, v1),
	JSON_OPTIONAL_BOOL("v2", struct document_cgroup, v2),
	JSON_OPTIONAL_BOOL("systemd", struct document_cgroup, systemd),
	JSON_OPTIONAL_BOOL("systemdUser", struct document_cgroup, systemd_user),
	JSON_OPTIONAL_BOOL("rdma", struct document_cgroup, rdma),
};
static const struct json_table cgroup_table = { TABLE(cgroup_rows) };

static const struct json_property seccomp_rows[] = {
	JSON_OPTIONAL_BOOL("enabled", struct document_seccomp, enabled),
	JSON_STRINGS("actions", struct document_seccomp, actions),
	JSON_STRINGS("operators", struct document_seccomp, operators),
	JSON_STRINGS("archs", struct document_seccomp, archs),
	JSON_STRINGS("knownFlags", struct document_seccomp, known_flags),
	JSON_STRINGS("supportedFlags", struct document_seccomp, supported_flags),
};
static const struct json_table seccomp_table = { TABLE(seccomp_rows) };

static const struct json_property mount_extensions_rows[] = {
	JSON_OBJECT("idmap", struct document_mount_extensions, idmap, enabled_table),
};
static const struct json_table mount_extensions_table = { TABLE(mount_extensions_rows) };

static const struct json_property linux_rows[] = {
	JSON_STRINGS("namespaces", struct document_linux, namespaces),
	JSON_STRINGS("capabilities", struct document_linux, capabilities),
	JSON_OBJECT("cgroup", struct document_linux, cgroup, cgroup_table),
	JSON_OBJECT("seccomp", struct document_linux, seccomp, seccomp_table),
	JSON_OBJECT("apparmor", struct document_linux, apparmor, enabled_table),
	JSON_OBJECT("selinux", struct document_linux, selinux, enabled_table),
	JSON_OBJECT("intelRdt", struct document_linux, intel_rdt, enabled_table),
	JSON_OBJECT(
		"mountExtensions", struct document_linux, mount_extensions, mount_extensions_table),
	JSON_OBJECT("netDevices", struct document_linux, net_devices, enabled_table),
};
static const struct json_table linux_table = { TABLE(linux_rows), .begins_with_set = true };

static const struct json_property document_rows[] = {
	JSON_STRING("ociVersionMin", struct document, oci_version_min, .required = true),
	JSON_STRING("ociVersionMax", struct document, oci_version_max, .required = true),
	JSON_STRINGS("hooks", struct document, hooks),
	JSON_STRINGS("mountOptions", struct document, mount_options),
	JSON_OBJECT("linux", struct document, linux_, linux_table),
	JSON_MAP("annotations", struct document, annotations),
	JSON_STRINGS("potentiallyUnsafeConfigAnnotations", struct document, unsafe_annotations),
};
static const struct json_table document_table = { TABLE(document_rows) };

static void read_document(
	const struct oci_features *features, struct document *document, struct arena *arena)
{
	cleanup_free char *json = NULL;
	struct error err = { 0 };
	size_t length = 0;

	*document = (struct document){ 0 };
	assert_int_equal(oci_features_format(features, &json, &length), 0);
	assert_int_equal(strlen(json), length);
	if (json_read(json, length, &document_table, document, arena, NULL, &err) < 0)
		fail_msg("%s\nis not features.md: %s", json, err.text);
}

static void assert_list(const struct oci_strings *list, const char *const *wanted)
{
	size_t i = 0;

	assert_true(list->set);
	for (; wanted[i]; i++) {
		assert_true(i < list->length);
		assert_string_equal(list->items[i], wanted[i]);
	}
	assert_int_equal(list->length, i);
}

static const char *const options[] = { "bind", "ro", NULL };
static const char *const capabilities[] = { "CAP_CHOWN", NULL };
static const char *const actions[] = { "SCMP_ACT_ALLOW", NULL };
static const char *const operators[] = { "SCMP_CMP_EQ", NULL };
static const char *const archs[] = { "SCMP_ARCH_AARCH64", NULL };
static const char *const flags[] = { "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC", NULL };
static const char *const supported[] = { "SECCOMP_FILTER_FLAG_LOG", NULL };
static const char *const annotations[] = { "x.y/key", "value", NULL };
static const char *const unsafe[] = { "elsewhen.dev/", NULL };

static void all_of_it(void **state)
{
	static const char *const namespaces[] = { "mount", "pid", "network", "uts", "ipc", "user",
		"cgroup", "time", NULL };
	static const char *const hooks[] = { "prestart", "createRuntime", "createContainer",
		"startContainer", "poststart", "poststop", NULL };
	const struct oci_features features = {
		.version = "1.2.3",
		.commit = "abc",
		.mount_options = options,
		.capabilities = capabilities,
		.seccomp_actions = actions,
		.seccomp_operators = operators,
		.seccomp_archs = archs,
		.seccomp_known_flags = flags,
		.seccomp_supported_flags = supported,
		.systemd = true,
		.time_namespace = true,
		.seccomp = true,
		.apparmor = true,
		.selinux = true,
		.idmap = true,
		.net_devices = true,
		.annotations = annotations,
		.potentially_unsafe_config_annotations = unsafe,
	};
	struct arena arena = { 0 };
	struct document document;

	(void)state;
	read_document(&features, &document, &arena);
	assert_string_equal(document.oci_version_min, "1.0.0");
	assert_string_equal(document.oci_version_max, "1.3.0");
	assert_list(&document.hooks, hooks);
	assert_list(&document.mount_options, options);
	assert_list(&document.unsafe_annotations, unsafe);
	assert_list(&document.linux_.namespaces, namespaces);
	assert_list(&document.linux_.capabilities, capabilities);
	assert_true(document.linux_.cgroup.v1.value && document.linux_.cgroup.v2.value);
	assert_true(document.linux_.cgroup.rdma.value);
	assert_true(document.linux_.cgroup.systemd.set && document.linux_.cgroup.systemd.value);
	assert_true(document.linux_.cgroup.systemd_user.value);
	assert_true(document.linux_.seccomp.enabled.value);
	assert_list(&document.linux_.seccomp.actions, actions);
	assert_list(&document.linux_.seccomp.operators, operators);
	assert_list(&document.linux_.seccomp.archs, archs);
	assert_list(&document.linux_.seccomp.known_flags, flags);
	assert_list(&document.linux_.seccomp.supported_flags, supported);
	assert_true(document.linux_.apparmor.enabled.value);
	assert_true(document.linux_.selinux.enabled.value);
	assert_true(document.linux_.net_devices.enabled.value);
	assert_true(document.linux_.mount_extensions.idmap.enabled.value);
	assert_true(document.linux_.net_devices.enabled.value);
	assert_true(document.linux_.intel_rdt.set && !document.linux_.intel_rdt.enabled.value);
	assert_int_equal(document.annotations.length, 3);
	assert_string_equal(document.annotations.items[0].key, "elsewhen.dev/version");
	assert_string_equal(document.annotations.items[0].value, "1.2.3");
	assert_string_equal(document.annotations.items[2].key, "x.y/key");
	arena_free(&arena);
}

static void as_little_as_there_can_be(void **state)
{
	static const char *const namespaces[] = { "mount", "pid", "network", "uts", "ipc", "user",
		"cgroup", NULL };
	const struct oci_features features = { 0 };
	struct arena arena = { 0 };
	struct document document;

	(void)state;
	read_document(&features, &document, &arena);
	assert_list(&document.linux_.namespaces, namespaces);
	assert_true(document.linux_.seccomp.enabled.set);
	assert_false(document.linux_.seccomp.enabled.value);
	assert_false(document.linux_.seccomp.actions.set);
	assert_false(document.linux_.apparmor.enabled.value);
	assert_int_equal(document.annotations.length, 0);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it),
		cmocka_unit_test(as_little_as_there_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
