/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The features document: what could be honoured here, as features.md and features-linux.md name it.
 */
#include "oci/features.h"

#include <errno.h>
#include <string.h>

#include "oci/config.h"
#include "oci/json.h"

static const char *const features_hooks[] = { "prestart", "createRuntime", "createContainer",
	"startContainer", "poststart", "poststop", NULL };

static void features_write_namespaces(
	struct json_writer *writer, const struct oci_features *features)
{
	json_open_array(writer, "namespaces");
	for (size_t i = 0; i < OCI_NAMESPACE_COUNT; i++) {
		if (i != OCI_NAMESPACE_TIME || features->time_namespace)
			json_string(writer, NULL, oci_namespace_names[i]);
	}
	json_close_array(writer);
}

static void features_write_cgroup(struct json_writer *writer, const struct oci_features *features)
{
	json_open_object(writer, "cgroup");
	json_bool(writer, "v1", true);
	json_bool(writer, "v2", true);
	json_bool(writer, "systemd", features->systemd);
	json_bool(writer, "systemdUser", features->systemd);
	json_bool(writer, "rdma", true);
	json_close_object(writer);
}

static void features_write_seccomp(struct json_writer *writer, const struct oci_features *features)
{
	json_open_object(writer, "seccomp");
	json_bool(writer, "enabled", features->seccomp);
	if (features->seccomp) {
		json_strings(writer, "actions", features->seccomp_actions);
		json_strings(writer, "operators", features->seccomp_operators);
		json_strings(writer, "archs", features->seccomp_archs);
		json_strings(writer, "knownFlags", features->seccomp_known_flags);
		json_strings(writer, "supportedFlags", features->seccomp_supported_flags);
	}
	json_close_object(writer);
}

static void features_write_enabled(struct json_writer *writer, const char *key, bool enabled)
{
	json_open_object(writer, key);
	json_bool(writer, "enabled", enabled);
	json_close_object(writer);
}

static void features_write_linux(struct json_writer *writer, const struct oci_features *features)
{
	json_open_object(writer, "linux");
	features_write_namespaces(writer, features);
	json_strings(writer, "capabilities", features->capabilities);
	features_write_cgroup(writer, features);
	features_write_seccomp(writer, features);
	features_write_enabled(writer, "apparmor", features->apparmor);
	features_write_enabled(writer, "selinux", features->selinux);
	features_write_enabled(writer, "intelRdt", false);
	json_open_object(writer, "mountExtensions");
	features_write_enabled(writer, "idmap", features->idmap);
	json_close_object(writer);
	features_write_enabled(writer, "netDevices", features->net_devices);
	json_close_object(writer);
}

static void features_write_annotations(
	struct json_writer *writer, const struct oci_features *features)
{
	const char *const *pair = features->annotations;

	json_open_object(writer, "annotations");
	if (features->version)
		json_string(writer, "elsewhen.dev/version", features->version);
	if (features->commit)
		json_string(writer, "elsewhen.dev/commit", features->commit);
	for (; pair && pair[0] && pair[1]; pair += 2)
		json_string(writer, pair[0], pair[1]);
	json_close_object(writer);
}

int oci_features_format(const struct oci_features *features, char **json, size_t *length)
{
	cleanup_json_writer struct json_writer *writer = json_writer_new(true);

	json_open_object(writer, NULL);
	json_string(writer, "ociVersionMin", OCI_VERSION_MIN);
	json_string(writer, "ociVersionMax", OCI_VERSION_MAX);
	json_strings(writer, "hooks", features_hooks);
	json_strings(writer, "mountOptions", features->mount_options);
	features_write_linux(writer, features);
	features_write_annotations(writer, features);
	json_strings(writer, "potentiallyUnsafeConfigAnnotations",
		features->potentially_unsafe_config_annotations);
	json_close_object(writer);
	*json = strdup(json_text(writer, length));
	return *json ? 0 : -ENOMEM;
}
