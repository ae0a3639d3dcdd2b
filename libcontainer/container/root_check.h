/* SPDX-License-Identifier: Apache-2.0 */
/* --root: found once, by directories that nobody but root and the caller can change. */
#ifndef CONTAINER_ROOT_CHECK_H
#define CONTAINER_ROOT_CHECK_H

#include "base/error.h"

/*
 * Opens the absolute `path` as O_PATH | O_DIRECTORY. Refused, by the name of the component, is a
 * directory or a symlink on the way that belongs to neither root nor the caller, or that others may
 * write to: whoever owns one can put another directory in the place of ours. A sticky bit is enough
 * for the parents, and not for the directory itself. -1 with ENOENT in err->code when it, or a parent,
 * is missing; those above were right then.
 *
 * In a user namespace the owner of a directory may be nobody that is known there: the host's root
 * (/run in rootless podman) looks like any other user of the host. Such an owner is accepted above the
 * first component that belongs to root or the caller as the namespace knows them, since nothing can be
 * asked about it and the caller named the path; it is refused below that, and for the directory itself. A symlink
 * of root or the caller begins anew.
 */
int root_open(const char *path, struct error *err);

#endif
