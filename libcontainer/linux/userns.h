/* SPDX-License-Identifier: Apache-2.0 */
/* Id mappings of a user namespace (user_namespaces(7)). */
#ifndef LINUX_USERNS_H
#define LINUX_USERNS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct userns_mapping {
	uint32_t inside, outside, length;
};

struct userns_maps {
	const struct userns_mapping *uids, *gids;
	size_t uids_length, gids_length;
};

/*
 * Writes uid_map and gid_map of `pid`, from outside. With CAP_SETUID/CAP_SETGID by itself; else a
 * map of only the caller's own id by itself (setgroups "deny"), and anything larger by
 * newuidmap/newgidmap, whose own message is in the error. An ordinary user's `pid` has to be
 * dumpable, or its files in /proc belong to root.
 */
int userns_write_maps(pid_t pid, const struct userns_maps *maps, struct error *err);

/* A user namespace that exists only for its mappings (idmapped mounts). fd or -1. */
int userns_open(const struct userns_maps *maps, struct error *err);

/*
 * 1: the caller itself is in a user namespace that is not the initial one; 0: it is not, or there are none in
 * this kernel (ENOENT); -1: the kernel does not say.
 */
int userns_is_nested(struct error *err);

#endif
