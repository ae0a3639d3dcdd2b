/* SPDX-License-Identifier: Apache-2.0 */
/* oci/spec_template: both templates are complete, are valid, and say what they should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "oci/config.h"
#include "oci/features.h"
#include "oci/spec_template.h"
#include "oci/validate.h"

static struct oci_config *template_read(bool rootless)
{
	cleanup_free char *json = NULL;
	struct oci_config *config = NULL;
	struct error err = { 0 };
	size_t length = 0;

	assert_int_equal(oci_spec_template(rootless, &json, &length), 0);
	assert_int_equal(strlen(json), length);
	assert_int_equal(json[length - 1], '\n');
	if (oci_config_parse(json, length, &config, &err) < 0 ||
		oci_config_validate(config, &err) < 0)
		fail_msg("%s", err.text);
	return config;
}

static const struct oci_mount *template_mount(
	const struct oci_config *config, const char *destination)
{
	for (size_t i = 0; i < config->mounts_length; i++) {
		if (text_equal(config->mounts[i].destination, destination))
			return &config->mounts[i];
	}
	return NULL;
}

static bool mount_has(const struct oci_mount *mount, const char *option)
{
	for (size_t i = 0; i < mount->options.length; i++) {
		if (text_equal(mount->options.items[i], option))
			return true;
	}
	return false;
}

static void assert_common(const struct oci_config *config)
{
	static const char *const destinations[] = { "/proc", "/dev", "/dev/pts", "/dev/shm",
		"/dev/mqueue", "/sys", "/sys/fs/cgroup" };

	assert_string_equal(config->oci_version, OCI_VERSION_MAX);
	assert_string_equal(config->root.path, "rootfs");
	assert_true(config->root.readonly);
	assert_string_equal(config->hostname, "elsewhen");
	assert_true(config->process.terminal);
	assert_true(config->process.no_new_privileges);
	assert_string_equal(config->process.cwd, "/");
	assert_string_equal(config->process.args.items[0], "sh");
	assert_int_equal(config->process.args.length, 1);
	assert_true(text_starts_with(config->process.env.items[0], "PATH=/"));
	assert_string_equal(config->process.env.items[1], "TERM=xterm");
	assert_int_equal(config->process.capabilities.bounding.length, 3);
	assert_string_equal(config->process.rlimits[0].type, "RLIMIT_NOFILE");
	assert_int_equal(config->process.rlimits[0].soft, 1024);
	assert_int_equal(config->mounts_length, ARRAY_LENGTH(destinations));
	for (size_t i = 0; i < ARRAY_LENGTH(destinations); i++)
		assert_string_equal(config->mounts[i].destination, destinations[i]);
	/* Zeros there would be in the way of --monotonic and --boottime. */
	assert_false(config->linux_.time_offsets.set);
	assert_true(config->linux_.masked_paths.length > 0);
	assert_true(config->linux_.readonly_paths.length > 0);
}

static void assert_namespaces(
	const struct oci_config *config, const enum oci_namespace_type *types, size_t count)
{
	assert_int_equal(config->linux_.namespaces_length, count);
	for (size_t i = 0; i < count; i++) {
		const struct oci_namespace *ns = oci_config_namespace(config, types[i]);

		assert_non_null(ns);
		assert_null(ns->path);
	}
}

static void for_root(void **state)
{
	static const enum oci_namespace_type types[] = { OCI_NAMESPACE_PID, OCI_NAMESPACE_NETWORK,
		OCI_NAMESPACE_IPC, OCI_NAMESPACE_UTS, OCI_NAMESPACE_MOUNT, OCI_NAMESPACE_CGROUP,
		OCI_NAMESPACE_TIME };
	cleanup_oci_config struct oci_config *config = template_read(false);

	(void)state;
	assert_common(config);
	assert_namespaces(config, types, ARRAY_LENGTH(types));
	assert_true(mount_has(template_mount(config, "/dev/pts"), "gid=5"));
	assert_string_equal(template_mount(config, "/sys")->type, "sysfs");
	assert_int_equal(config->linux_.resources.devices_length, 1);
	assert_false(config->linux_.resources.devices[0].allow);
	assert_int_equal(config->linux_.uid_mappings.length, 0);
}

static void for_a_user(void **state)
{
	static const enum oci_namespace_type types[] = { OCI_NAMESPACE_PID, OCI_NAMESPACE_IPC,
		OCI_NAMESPACE_UTS, OCI_NAMESPACE_MOUNT, OCI_NAMESPACE_CGROUP, OCI_NAMESPACE_TIME,
		OCI_NAMESPACE_USER };
	cleanup_oci_config struct oci_config *config = template_read(true);
	const struct oci_mount *sys = template_mount(config, "/sys");

	(void)state;
	assert_common(config);
	assert_namespaces(config, types, ARRAY_LENGTH(types));
	assert_false(mount_has(template_mount(config, "/dev/pts"), "gid=5"));
	assert_string_equal(sys->source, "/sys");
	assert_true(mount_has(sys, "rbind"));
	assert_true(mount_has(sys, "ro"));
	assert_false(config->linux_.resources.set);
	assert_int_equal(config->linux_.uid_mappings.length, 1);
	assert_int_equal(config->linux_.uid_mappings.items[0].host_id, geteuid());
	assert_int_equal(config->linux_.uid_mappings.items[0].container_id, 0);
	assert_int_equal(config->linux_.gid_mappings.items[0].host_id, getegid());
	assert_int_equal(config->linux_.gid_mappings.items[0].size, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(for_root),
		cmocka_unit_test(for_a_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
