/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities and the change of user, in the one order that works (capabilities(7), libcap). */
#ifndef LINUX_CAPS_H
#define LINUX_CAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* Bit N is capability N. */
struct caps_sets {
	uint64_t bounding, permitted, effective, inheritable, ambient;
};

/* The number behind "CAP_SYS_TIME" (any case is not: exact), or -1 when neither libcap nor the
 * kernel has it. */
int caps_from_name(const char *name);
const char *caps_name(int cap); /* "CAP_SYS_TIME", or NULL where libcap has none; static storage */
int caps_last(struct error *err); /* the running kernel's last capability, or -1 */

struct caps_identity {
	uid_t uid;
	gid_t gid;
	const gid_t *groups; /* supplementary */
	size_t groups_length;
	bool keep_groups; /* setgroups is denied in this user namespace: leave them as they are */
	struct caps_sets sets;
	/* What the process needs beyond the sets, permitted and effective, up to caps_settle. */
	uint64_t until_settled;
};

/*
 * Drops the bounding set, becomes the user (setgroups, setresgid, setresuid with PR_SET_KEEPCAPS),
 * then sets the other sets and ambient. What the caller does not have cannot be given: a capability
 * in the sets that is not in the caller's permitted set is left out with no error (rootless), as
 * crun and runc do; so is an ambient one that is not also permitted and inheritable. Effective
 * beyond permitted, or inheritable beyond bounding, is an error.
 */
int caps_become(const struct caps_identity *identity, struct error *err);

/* Leaves the caller these alone, permitted and effective, of those that it has. */
int caps_keep(uint64_t mask, struct error *err);

/* Gives back what is in until_settled alone: afterwards the sets are as asked for. */
int caps_settle(const struct caps_identity *identity, struct error *err);

/* Whether the caller has `cap` in its effective set: 1, 0, or -1 where the kernel does not say. */
int caps_have(int cap, struct error *err);

#endif
