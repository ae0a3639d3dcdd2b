/* SPDX-License-Identifier: Apache-2.0 */
/* The document of `elsewhen features` (runtime-spec features.md, features-linux.md). */
#ifndef OCI_FEATURES_H
#define OCI_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The versions of the runtime-spec whose configs are read; a state and a new config have the later.
 */
#define OCI_VERSION_MIN "1.0.0"
#define OCI_VERSION_MAX "1.3.0"

/* What the layers above know of the machine; lists are NULL-terminated. */
struct oci_features {
	const char *version; /* of elsewhen */
	const char *commit;  /* or NULL */
	const char *const *mount_options, *const *capabilities;
	const char *const *seccomp_actions, *const *seccomp_operators, *const *seccomp_archs;
	const char *const *seccomp_known_flags, *const *seccomp_supported_flags;
	bool systemd; /* cgroups by it */
	bool time_namespace, seccomp, apparmor, selinux, idmap, net_devices;
	const char *const *annotations; /* key, value, key, value, NULL */
	const char *const *potentially_unsafe_config_annotations;
};

/* *json is malloc'd, the caller's. 0 or -ENOMEM. */
int oci_features_format(const struct oci_features *features, char **json, size_t *length);

#endif
