/* SPDX-License-Identifier: Apache-2.0 */
/* Names of capabilities, and the change of user and capability sets before execve. */
#include "linux/caps.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#define CAPS_NAME_SIZE 40
#define CAPS_HIGHEST 63 /* of a mask */

int caps_from_name(const char *name)
{
	char lower[CAPS_NAME_SIZE];
	size_t length = strlen(name);
	cap_value_t cap;

	if (length >= sizeof(lower) || !text_starts_with(name, "CAP_"))
		return -1;
	/* libcap takes either case, and a name with something behind it. */
	if (strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") != length)
		return -1;
	for (size_t i = 0; i <= length; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	return cap_from_name(lower, &cap) == 0 ? cap : -1;
}

const char *caps_name(int cap)
{
	static char names[CAPS_HIGHEST + 1][CAPS_NAME_SIZE];
	char *lower;

	if (cap < 0 || cap > CAPS_HIGHEST)
		return NULL;
	if (*names[cap])
		return names[cap];
	lower = cap_to_name(cap);
	/* libcap gives the number of a capability that is younger than itself: that is no name. */
	if (lower && text_starts_with(lower, "cap_"))
		for (size_t i = 0; i < CAPS_NAME_SIZE - 1 && lower[i]; i++)
			names[cap][i] = (char)toupper((unsigned char)lower[i]);
	cap_free(lower);
	return *names[cap] ? names[cap] : NULL;
}

static const char *caps_printable(int cap)
{
	const char *name = caps_name(cap);

	return name ? name : "a capability that libcap has no name for";
}

/* 1: in the bounding set, 0: not, -1: EINVAL past the kernel's last capability, or what went wrong. */
static int caps_bounding_has(int cap)
{
	return prctl(PR_CAPBSET_READ, (unsigned long)cap, 0, 0, 0);
}

int caps_last(struct error *err)
{
	int cap = 0;

	while (cap <= CAPS_HIGHEST && caps_bounding_has(cap) >= 0)
		cap++;
	if (cap <= CAPS_HIGHEST && errno != EINVAL)
		return error_errno(err, errno, "ask the kernel for its highest capability");
	return cap - 1;
}

/* capget(2) and capset(2) as masks: the sets are compared and cut as a whole, never bit by bit. */
static int caps_read(struct caps_sets *sets)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (capget(&header, data) < 0)
		return -1;
	sets->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	sets->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	sets->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	return 0;
}

static int caps_write(const struct caps_sets *sets)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted = (uint32_t)(sets->permitted >> (32 * i));
		data[i].effective = (uint32_t)(sets->effective >> (32 * i));
		data[i].inheritable = (uint32_t)(sets->inheritable >> (32 * i));
	}
	return capset(&header, data);
}

int caps_have(int cap, struct error *err)
{
	struct caps_sets now = { 0 };

	if (cap < 0 || cap > CAPS_HIGHEST)
		return 0;
	if (caps_read(&now) < 0)
		return error_errno(err, errno, "read the capabilities of the runtime");
	return now.effective >> cap & 1;
}

/*
 * Up to the first that the kernel does not know (EINVAL): a last one that was asked for before could be
 * wrong, and leave the others in the set.
 */
static int caps_drop_bounding(uint64_t keep, bool may_drop, struct error *err)
{
	for (int cap = 0; cap <= CAPS_HIGHEST; cap++) {
		int there = 1;

		if (keep >> cap & 1)
			continue;
		/* Reading costs what dropping costs: only who may not drop has to look. */
		if (!may_drop)
			there = caps_bounding_has(cap);
		if (there == 0 ||
			(there > 0 && prctl(PR_CAPBSET_DROP, (unsigned long)cap, 0, 0, 0) == 0))
			continue;
		if (errno == EINVAL)
			break;
		return error_errno(err, errno, "process.capabilities.bounding: drop %s%s",
			caps_printable(cap), may_drop ? "" : " without CAP_SETPCAP");
	}
	return 0;
}

static bool caps_groups_equal(const struct caps_identity *identity)
{
	int length = getgroups(0, NULL);
	bool equal = false;
	gid_t *now;

	if (length < 0 || (size_t)length != identity->groups_length)
		return false;
	now = calloc((size_t)length + 1, sizeof(*now));
	if (!now)
		return false;
	if (getgroups(length, now) == length)
		equal = length == 0 ||
			memcmp(now, identity->groups, (size_t)length * sizeof(*now)) == 0;
	free(now);
	return equal;
}

static int caps_set_groups(const struct caps_identity *identity, struct error *err)
{
	int failure;

	if (identity->keep_groups || setgroups(identity->groups_length, identity->groups) == 0)
		return 0;
	failure = errno;
	/* Who may not change the groups may still have the right ones. */
	if (failure == EPERM && caps_groups_equal(identity))
		return 0;
	return error_errno(err, failure, "process.user.additionalGids: set %zu groups%s",
		identity->groups_length,
		failure == EINVAL ? " (one has no mapping in the user namespace)" : "");
}

static int caps_change_user(const struct caps_identity *identity, struct error *err)
{
	static const char unmapped[] = " (it has no mapping in the user namespace)";

	if (caps_set_groups(identity, err) < 0)
		return -1;
	if (setresgid(identity->gid, identity->gid, identity->gid) < 0)
		return error_errno(err, errno, "process.user.gid: become %u%s", identity->gid,
			errno == EINVAL ? unmapped : "");
	/* Leaving uid 0 would empty the permitted set; execve ends this again. */
	if (identity->uid != 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return error_errno(err, errno, "process.user.uid: keep capabilities");
	if (setresuid(identity->uid, identity->uid, identity->uid) < 0)
		return error_errno(err, errno, "process.user.uid: become %u%s", identity->uid,
			errno == EINVAL ? unmapped : "");
	return 0;
}

static int caps_raise_ambient(uint64_t ambient, struct error *err)
{
	if (cap_reset_ambient() < 0)
		return error_errno(err, errno, "process.capabilities.ambient: clear");
	for (int cap = 0; cap <= CAPS_HIGHEST; cap++)
		if ((ambient >> cap & 1) && cap_set_ambient(cap, CAP_SET) < 0)
			return error_errno(err, errno, "process.capabilities.ambient: raise %s",
				caps_printable(cap));
	return 0;
}

/* What the caller lacks is left out, and so is what the kernel never raises: ambient capabilities
 * that are not permitted and inheritable as well. */
static void caps_cut(struct caps_sets *sets, const struct caps_sets *now)
{
	sets->permitted &= now->permitted;
	sets->effective &= now->permitted;
	sets->inheritable &= now->permitted | now->inheritable;
	sets->ambient &= sets->permitted & sets->inheritable;
}

static int caps_write_refused(const struct caps_sets *sets, int code, struct error *err)
{
	const char *why = "";

	if (sets->effective & ~sets->permitted)
		why = " (effective has capabilities that permitted lacks)";
	else if (sets->inheritable & ~sets->bounding)
		why = " (inheritable has capabilities that bounding lacks)";
	return error_errno(err, code, "process.capabilities: set%s", why);
}

int caps_become(const struct caps_identity *identity, struct error *err)
{
	struct caps_sets sets = identity->sets, now;

	if (caps_read(&now) < 0)
		return error_errno(err, errno, "read the capabilities of the runtime");
	caps_cut(&sets, &now);
	/* First: it needs CAP_SETPCAP in the effective set, which the change of user empties. */
	if (caps_drop_bounding(sets.bounding, now.effective >> CAP_SETPCAP & 1, err) < 0)
		return -1;
	if (caps_change_user(identity, err) < 0)
		return -1;
	sets.permitted |= identity->until_settled & now.permitted;
	sets.effective |= identity->until_settled & now.permitted;
	if (caps_write(&sets) < 0)
		return caps_write_refused(&sets, errno, err);
	return caps_raise_ambient(sets.ambient, err);
}

int caps_keep(uint64_t mask, struct error *err)
{
	struct caps_sets now;

	if (caps_read(&now) < 0)
		return error_errno(err, errno, "read the capabilities of the process");
	now.permitted &= mask;
	now.effective &= mask;
	now.inheritable = 0;
	if (caps_write(&now) < 0)
		return error_errno(err, errno, "give up capabilities");
	return 0;
}

int caps_settle(const struct caps_identity *identity, struct error *err)
{
	struct caps_sets now, sets = identity->sets;

	if (caps_read(&now) < 0)
		return error_errno(err, errno, "read the capabilities of the process");
	now.permitted &= ~(identity->until_settled & ~sets.permitted);
	now.effective &= ~(identity->until_settled & ~sets.effective);
	if (caps_write(&now) < 0)
		return error_errno(err, errno, "process.capabilities: set");
	return 0;
}
