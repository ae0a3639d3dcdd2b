/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp filters that CRIU will install, held against the one that they are to have. */
#ifndef LINUX_CRIU_IMAGE_SECCOMP_H
#define LINUX_CRIU_IMAGE_SECCOMP_H

#include <stddef.h>

#include "base/error.h"
#include "linux/seccomp.h"

/*
 * The kernel shows a filter to nobody but the tracer of its process, which is CRIU: so they are looked at in the image.
 * Each is installed on top of another or on none; whatever is on top of all, `wanted` is at or below it, byte for byte,
 * as the *depth-th at most, from 1. A process with as many filters has it.
 */
int criu_image_check_seccomp(int directory, const struct seccomp_program *wanted,
	unsigned int *depth, struct error *err);

/* The same of the content of such a file. */
int criu_image_parse_seccomp(const void *data, size_t length, const struct seccomp_program *wanted,
	unsigned int *depth, struct error *err);

#endif
