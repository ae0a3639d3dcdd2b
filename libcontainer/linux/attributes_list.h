/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of CPUs and memory nodes as cpuset(7) writes them, as the bit masks that system calls take.
 */
#ifndef LINUX_ATTRIBUTES_LIST_H
#define LINUX_ATTRIBUTES_LIST_H

#include <stddef.h>

#include "base/error.h"

/* More than any Linux can be built for: CONFIG_NR_CPUS ends at 8192, MAX_NUMNODES at 1024. */
#define ATTRIBUTES_BITS_MAX 8192
#define ATTRIBUTES_WORD_BITS (8 * sizeof(unsigned long))

struct attributes_bits {
	unsigned long words[ATTRIBUTES_BITS_MAX / ATTRIBUTES_WORD_BITS];
	size_t highest; /* the largest number in the list */
};

/* Reads "0-1,4" (blanks around numbers are ignored). `where` is the property, for the error. */
int attributes_parse_list(
	const char *list, const char *where, struct attributes_bits *bits, struct error *err);

#endif
