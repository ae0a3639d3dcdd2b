/* SPDX-License-Identifier: Apache-2.0 */
/* The option strings of a mount ("rbind", "nosuid", "rro", "size=64m"), as the flags the kernel
 * takes. */
#ifndef LINUX_MOUNT_OPTIONS_H
#define LINUX_MOUNT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

struct mount_options {
	uint64_t attr_set, attr_clear; /* MOUNT_ATTR_* of this mount (mount_setattr(2)) */
	uint64_t recursive_set,
		recursive_clear; /* the same for the whole tree: "rro", "rnosuid" ... */
	uint64_t propagation;    /* MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE or 0 */
	bool propagation_recursive;
	bool bind, bind_recursive;   /* "rbind" sets both */
	bool idmap, idmap_recursive; /* and so does "ridmap" */
	bool remount, tmpcopyup;
	/* Parameters of the filesystem, "ro", "size=64m" or "sync": for fsconfig(2), in their
	 * order. */
	struct strv parameters;
};

/*
 * Parses the options of one mount. Contradictions: the later one wins, as in mount(8). "ro" counts
 * both for the mount and, when it is a new filesystem, for the superblock. On failure the sentence
 * names the option; nothing is to be freed then.
 */
int mount_options_parse(
	char *const *options, size_t count, struct mount_options *parsed, struct error *err);
void mount_options_free(struct mount_options *options);

/* Every option name that mount_options_parse knows by itself, sorted, NULL-terminated (for
 * `features`). */
const char *const *mount_options_names(void);

#endif
