/* SPDX-License-Identifier: Apache-2.0 */
/* `features`: what this build on this kernel can do, gathered from the mechanisms. */
#include <errno.h>
#include <stdlib.h>

#include <elsewhen/container.h>
#include <elsewhen/timens.h>

#include "base/error.h"
#include "base/text.h"
#include "container/become.h"
#include "container/check_kernel.h"
#include "container/clock_request.h"
#include "container/scope_properties.h"
#include "linux/caps.h"
#include "linux/lsm.h"
#include "linux/mount_options.h"
#include "linux/seccomp.h"
#include "linux/systemd_bus.h"
#include "oci/features.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

#define UNSAFE_MAX 16

/* What changes a container for whoever may write its annotations; a dot at the end stands for all that begin so. */
static void features_list_unsafe(const char *unsafe[UNSAFE_MAX])
{
	size_t length = 0;

	for (const char *const *name = clock_annotations; *name && length < UNSAFE_MAX - 3; name++)
		unsafe[length++] = *name;
	unsafe[length++] = BECOME_KEEP_GROUPS;
	unsafe[length++] = SCOPE_PROPERTY_PREFIX;
	unsafe[length] = NULL;
}

int container_features(char **json, size_t *length, struct error *err)
{
	const char *capabilities[65] = { NULL };
	const char *flags[16] = { NULL };
	const char *unsafe[UNSAFE_MAX];
	const char *annotations[CHECK_KERNEL_ANNOTATIONS * 2 + 1];
	int time_namespace = timens_supported();
	int apparmor = lsm_apparmor_enabled(), selinux = lsm_selinux_enabled();
	int last = caps_last(err);
	size_t known = 0;
	struct oci_features features = {
		.version = PACKAGE_VERSION,
		.mount_options = mount_options_names(),
		.capabilities = capabilities,
		.seccomp_actions = seccomp_action_names(),
		.seccomp_operators = seccomp_operator_names(),
		.seccomp_archs = seccomp_architecture_names(),
		.seccomp_known_flags = seccomp_flag_names(),
		.seccomp_supported_flags = flags,
		.systemd = systemd_bus_is_built(),
		.time_namespace = time_namespace == 1,
		.seccomp = true,
		.apparmor = apparmor == 1,
		.selinux = selinux == 1,
		.idmap = true,
#ifndef WITHOUT_LIBMNL
		.net_devices = true,
#endif
		.annotations = annotations,
		.potentially_unsafe_config_annotations = unsafe,
	};

	features_list_unsafe(unsafe);
	check_kernel_annotations(features.time_namespace, annotations);
	if (last < 0)
		return -1;
	if (time_namespace < 0 || apparmor < 0 || selinux < 0)
		return error_errno(err,
			-(time_namespace < 0   ? time_namespace
				: apparmor < 0 ? apparmor
					       : selinux),
			"ask the kernel for time namespaces, AppArmor and SELinux");
	for (int cap = 0; cap <= last; cap++)
		capabilities[cap] = caps_name(cap);
	for (const char *const *flag = seccomp_flag_names(); *flag; flag++) {
		int supported = seccomp_flag_supported(*flag, err);

		if (supported < 0)
			return -1;
		if (supported && known + 1 < ARRAY_LENGTH(flags))
			flags[known++] = *flag;
	}
	if (oci_features_format(&features, json, length) < 0)
		return error_set(err, ENOMEM, "format the features");
	return 0;
}
