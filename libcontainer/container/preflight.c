/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether this kernel, with these rights, can do what a valid config.json asks for. Makes nothing.
 */
#include <errno.h>
#include <linux/capability.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "container/adapt.h"
#include "container/creation.h"
#include "linux/lsm.h"

static int preflight_time_range(const char *clock, int clock_id,
	const struct oci_time_offset *asked, struct timens_offset absolute, struct error *err)
{
	int64_t min, max;

	if (!asked->set || timens_range(-1, clock_id, &min, &max) < 0)
		return 0;
	if (absolute.seconds >= min && absolute.seconds <= max)
		return 0;
	return error_set(err, ERANGE,
		"linux.timeOffsets.%s.secs: %lld would put the clock outside of 0 to %lld s; with "
		"this "
		"machine's uptime the kernel takes %lld to %lld",
		clock, (long long)asked->secs, (long long)TIMENS_SECONDS_MAX,
		(long long)(min - (absolute.seconds - asked->secs)),
		(long long)(max - (absolute.seconds - asked->secs)));
}

static int preflight_time(const struct oci_config *config, struct error *err)
{
	const struct oci_namespace *time = oci_config_namespace(config, OCI_NAMESPACE_TIME);
	const struct oci_namespace *user = oci_config_namespace(config, OCI_NAMESPACE_USER);
	struct timens_offsets offsets;

	if (!time)
		return 0;
	if (!timens_supported())
		return error_set(err, ENOSYS,
			"linux.namespaces: this kernel has no time namespaces (CONFIG_TIME_NS)");
	if (time->path)
		return 0;
	if (!user && !caps_have(CAP_SYS_TIME) &&
		(config->linux_.time_offsets.monotonic.set ||
			config->linux_.time_offsets.boottime.set))
		return error_set(err, EPERM,
			"linux.timeOffsets: setting a clock needs CAP_SYS_TIME, or a user "
			"namespace");
	adapt_time_offsets(&config->linux_, &offsets);
	if (timens_nest(-1, &offsets) < 0)
		return error_set(
			err, ERANGE, "linux.timeOffsets: too far from this machine's clocks");
	if (preflight_time_range("monotonic", CLOCK_MONOTONIC,
		    &config->linux_.time_offsets.monotonic, offsets.monotonic, err) < 0)
		return -1;
	return preflight_time_range("boottime", CLOCK_BOOTTIME,
		&config->linux_.time_offsets.boottime, offsets.boottime, err);
}

/* Mounts made where others live would be theirs too, and nobody would take them away again. */
static int preflight_mount_namespace(const struct oci_config *config, struct error *err)
{
	const struct oci_linux *linux_ = &config->linux_;
	const struct oci_namespace *mount = oci_config_namespace(config, OCI_NAMESPACE_MOUNT);
	const char *what = NULL;

	if (mount && !mount->path)
		return 0;
	if (config->mounts_length)
		what = "mounts";
	else if (linux_->masked_paths.length)
		what = "linux.maskedPaths";
	else if (linux_->readonly_paths.length)
		what = "linux.readonlyPaths";
	else if (linux_->devices_length)
		what = "linux.devices";
	else if (config->root.readonly)
		what = "root.readonly";
	else if (linux_->rootfs_propagation)
		what = "linux.rootfsPropagation";
	if (!what)
		return 0;
	return error_set(err, EINVAL,
		"%s: needs a new mount namespace ({\"type\": \"mount\"} in linux.namespaces)",
		what);
}

static int preflight_rights(const struct oci_config *config, struct error *err)
{
	if (oci_config_namespace(config, OCI_NAMESPACE_USER) || caps_have(CAP_SYS_ADMIN))
		return 0;
	return error_set(err, EPERM,
		"linux.namespaces: without root (CAP_SYS_ADMIN) a container needs a user "
		"namespace");
}

static int preflight_labels(const struct oci_config *config, struct error *err)
{
	const char *profile = config->process.apparmor_profile;
	const char *label = config->process.selinux_label;

	if (profile && profile[0] && !text_equal(profile, "unconfined") && !lsm_apparmor_enabled())
		return error_set(err, EOPNOTSUPP,
			"process.apparmorProfile: '%s': AppArmor is not enabled on this machine",
			profile);
	if (label && label[0] && !lsm_selinux_enabled())
		return error_set(err, EOPNOTSUPP,
			"process.selinuxLabel: '%s': SELinux is not enabled on this machine",
			label);
	return 0;
}

/*
 * config.md, "capabilities": what can not be granted is warned of, and is no error. A capability is
 * in several sets as a rule: the first that has such a one speaks for all.
 */
static void preflight_capabilities(const struct oci_config *config)
{
	const struct oci_capabilities *asked = &config->process.capabilities;
	const struct oci_strings *sets[] = { &asked->bounding, &asked->permitted,
		&asked->inheritable, &asked->effective, &asked->ambient };
	bool own = !oci_config_namespace(config, OCI_NAMESPACE_USER);
	uint64_t granted = 0;
	bool warned = false;

	for (size_t i = 0; i < ARRAY_LENGTH(sets) && !warned; i++) {
		for (size_t j = 0; j < sets[i]->length; j++) {
			int cap = caps_from_name(sets[i]->items[j]);

			if (cap >= 0 && cap < 64 && granted >> cap & 1)
				continue;
			if (cap >= 0 && cap <= caps_last() && (!own || caps_have(cap))) {
				granted |= UINT64_C(1) << cap;
				continue;
			}
			log_warning("process.capabilities: %s cannot be granted here",
				sets[i]->items[j]);
			warned = true;
		}
	}
}

int preflight_check(const struct oci_config *config, struct error *err)
{
	if (preflight_rights(config, err) < 0 || preflight_mount_namespace(config, err) < 0)
		return -1;
	if (preflight_time(config, err) < 0 || preflight_labels(config, err) < 0)
		return -1;
	preflight_capabilities(config);
	return 0;
}
