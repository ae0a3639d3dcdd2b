/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether this kernel, with these rights, can do what a valid config.json asks for. Makes nothing.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "container/adapt.h"
#include "container/creation.h"
#include "linux/lsm.h"

/* As the one who asked wrote it: for the specification's offsets their seconds. */
static void preflight_asked(const struct clock_wish *wish, char text[TIMENS_VALUE_SIZE])
{
	if (text_starts_with(wish->where, "linux."))
		snprintf(text, TIMENS_VALUE_SIZE, "%lld", (long long)wish->value.time.seconds);
	else if (timens_value_format(&wish->value, text) < 0)
		text[0] = '\0';
}

static int preflight_time_range(
	const struct clock_wish *wish, int clock_id, struct timens_offset own, struct error *err)
{
	char text[TIMENS_VALUE_SIZE];
	int64_t min, max, asked = wish->value.time.seconds;

	if (!wish->where || timens_range(-1, clock_id, &min, &max) < 0)
		return 0;
	preflight_asked(wish, text);
	if (wish->value.kind == TIMENS_VALUE_START)
		return asked <= TIMENS_SECONDS_MAX
			       ? 0
			       : error_set(err, ERANGE,
					 "%s: %s is beyond the %lld s that a clock can read",
					 wish->where, text, (long long)TIMENS_SECONDS_MAX);
	/* The kernel's bounds are absolute, what is asked for is relative to the runtime's clock. */
	if (asked >= min - own.seconds && asked <= max - own.seconds)
		return 0;
	return error_set(err, ERANGE,
		"%s%s: %s would put the clock outside of 0 to %lld s; with this machine's uptime "
		"the kernel takes %lld to %lld",
		wish->where, text_starts_with(wish->where, "linux.") ? ".secs" : "", text,
		(long long)TIMENS_SECONDS_MAX, (long long)(min - own.seconds),
		(long long)(max - own.seconds));
}

/* Start times in /proc/PID/stat are shown less the offset, and wrap for those who are older than the clock. */
static void preflight_warn_of_wrapping(
	const struct oci_config *config, const struct clock_request *clock)
{
	struct timens_offset offset = clock->boottime.value.time;
	struct timespec now;

	if (!clock->boottime.where || oci_config_namespace(config, OCI_NAMESPACE_PID) ||
		clock_gettime(CLOCK_BOOTTIME, &now) < 0)
		return;
	if (clock->boottime.value.kind == TIMENS_VALUE_START ? offset.seconds < now.tv_sec
							     : offset.seconds < 0)
		log_warning("%s: the boottime goes back and the PID namespace is the host's: start "
			    "times of older processes wrap around in the container",
			clock->boottime.where);
}

static int preflight_time(
	const struct oci_config *config, const struct clock_request *clock, struct error *err)
{
	const char *where = clock->monotonic.where ? clock->monotonic.where : clock->boottime.where;
	int supported = timens_supported(), may;
	struct timens_offsets own;

	if (clock->kind == CLOCK_KIND_HOST)
		return 0;
	if (supported < 0)
		return error_errno(err, -supported, "ask whether this kernel has time namespaces");
	if (!supported)
		return error_set(err, ENOSYS,
			"linux.namespaces: this kernel has no time namespaces (CONFIG_TIME_NS)");
	if (clock->kind == CLOCK_KIND_PATH)
		return 0;
	may = where ? caps_have(CAP_SYS_TIME, err) : 1;
	if (may < 0)
		return -1;
	if (!may && (clock->kind == CLOCK_KIND_POD ||
			    !oci_config_namespace(config, OCI_NAMESPACE_USER)))
		return error_set(err, EPERM,
			"%s: setting a clock needs CAP_SYS_TIME, or a user namespace", where);
	if (timens_own_offsets(-1, &own) < 0)
		return error_set(err, EIO, "read the offsets of the runtime's own time namespace");
	if (preflight_time_range(&clock->monotonic, CLOCK_MONOTONIC, own.monotonic, err) < 0 ||
		preflight_time_range(&clock->boottime, CLOCK_BOOTTIME, own.boottime, err) < 0)
		return -1;
	preflight_warn_of_wrapping(config, clock);
	return 0;
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
	int may = oci_config_namespace(config, OCI_NAMESPACE_USER) ? 1
								   : caps_have(CAP_SYS_ADMIN, err);

	if (may != 0)
		return may < 0 ? -1 : 0;
	return error_set(err, EPERM,
		"linux.namespaces: without root (CAP_SYS_ADMIN) a container needs a user "
		"namespace");
}

static int preflight_labels(const struct oci_config *config, struct error *err)
{
	const char *profile = config->process.apparmor_profile;
	const char *label = config->process.selinux_label;

	/* Where it cannot be known, setting it will say so. */
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
 * config.md, "capabilities": a capability that cannot be granted is a warning. It is in several sets as a
 * rule, and the first set speaks for all.
 */
static int preflight_capabilities(const struct oci_config *config, struct error *err)
{
	const struct oci_capabilities *asked = &config->process.capabilities;
	const struct oci_strings *sets[] = { &asked->bounding, &asked->permitted,
		&asked->inheritable, &asked->effective, &asked->ambient };
	bool own = !oci_config_namespace(config, OCI_NAMESPACE_USER);
	int last = caps_last(err);
	uint64_t granted = 0;
	bool warned = false;

	if (last < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LENGTH(sets) && !warned; i++) {
		for (size_t j = 0; j < sets[i]->length; j++) {
			int cap = caps_from_name(sets[i]->items[j]), has = 0;

			if (cap >= 0 && cap < 64 && granted >> cap & 1)
				continue;
			if (cap >= 0 && cap <= last)
				has = own ? caps_have(cap, err) : 1;
			if (has < 0)
				return -1;
			if (has) {
				granted |= UINT64_C(1) << cap;
				continue;
			}
			log_warning("process.capabilities: %s cannot be granted here",
				sets[i]->items[j]);
			warned = true;
		}
	}
	return 0;
}

int preflight_check(
	const struct oci_config *config, const struct clock_request *clock, struct error *err)
{
	if (preflight_rights(config, err) < 0 || preflight_mount_namespace(config, err) < 0)
		return -1;
	if (preflight_time(config, clock, err) < 0 || preflight_labels(config, err) < 0)
		return -1;
	return preflight_capabilities(config, err);
}
