/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled seccomp filters, kept below --root: engines give every container the same profile, and
 * compiling it takes longer than all the rest of a start.
 *
 * A file holds the whole profile beside its program, and is used only when every byte of the
 * profile is the same; so no two profiles can be taken for each other. There is a fixed number of
 * files.
 */
#ifndef CONTAINER_FILTER_CACHE_H
#define CONTAINER_FILTER_CACHE_H

#include <stdbool.h>

#include "base/text.h"
#include "linux/seccomp.h"

/* In --root, where no container can have the name: ids do not begin with a dot. */
#define FILTER_CACHE_DIRECTORY ".filters"

/* Everything that decides what the program is, as bytes. */
void filter_cache_key(const struct seccomp_profile *profile, struct text *key);

/* The program is the caller's to free. False: not there, or not whole. */
bool filter_cache_find(const char *root, const struct text *key, struct seccomp_program *program);

/* Best effort: without it the next start compiles again. */
void filter_cache_keep(
	const char *root, const struct text *key, const struct seccomp_program *program);

#endif
