/* SPDX-License-Identifier: Apache-2.0 */
/* The NUMA memory policy of a process (set_mempolicy(2)). */
#include "linux/attributes.h"
#include "linux/attributes_list.h"
#include "base/text.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * linux/mempolicy.h has the modes as enumerators, which #ifdef cannot see: so their numbers here.
 */
struct attributes_memory_name {
	const char *name;
	unsigned int number;
};

static const struct attributes_memory_name attributes_memory_modes[] = {
	{ "MPOL_DEFAULT", 0 }, { "MPOL_PREFERRED", 1 }, { "MPOL_BIND", 2 },
	{ "MPOL_INTERLEAVE", 3 }, { "MPOL_LOCAL", 4 },
	{ "MPOL_PREFERRED_MANY", 5 },      /* Linux 5.15 */
	{ "MPOL_WEIGHTED_INTERLEAVE", 6 }, /* Linux 6.9 */
};

static const struct attributes_memory_name attributes_memory_flags[] = {
	{ "MPOL_F_NUMA_BALANCING", 1U << 13 },
	{ "MPOL_F_RELATIVE_NODES", 1U << 14 },
	{ "MPOL_F_STATIC_NODES", 1U << 15 },
};

static const struct attributes_memory_name *attributes_memory_find(
	const struct attributes_memory_name *names, size_t length, const char *name)
{
	for (size_t i = 0; i < length; i++)
		if (text_equal(names[i].name, name))
			return &names[i];
	return NULL;
}

static int attributes_memory_mode(const char *mode, const char *const *flags, size_t flags_length,
	unsigned int *number, struct error *err)
{
	const struct attributes_memory_name *found = attributes_memory_find(
		attributes_memory_modes, ARRAY_LENGTH(attributes_memory_modes), mode);

	if (!found)
		return error_set(
			err, EINVAL, "linux.memoryPolicy.mode: '%s' is not a mode of Linux", mode);
	*number = found->number;
	for (size_t i = 0; i < flags_length; i++) {
		found = attributes_memory_find(
			attributes_memory_flags, ARRAY_LENGTH(attributes_memory_flags), flags[i]);
		if (!found)
			return error_set(err, EINVAL,
				"linux.memoryPolicy.flags[%zu]: '%s' is not a flag of Linux", i,
				flags[i]);
		*number |= found->number;
	}
	return 0;
}

int attributes_set_memory_policy(const char *mode, const char *nodes, const char *const *flags,
	size_t flags_length, struct error *err)
{
	bool has_nodes = nodes && *nodes;
	struct attributes_bits bits = { 0 };
	unsigned int number = 0;

	if (attributes_memory_mode(mode, flags, flags_length, &number, err) < 0)
		return -1;
	if (has_nodes && attributes_parse_list(nodes, "linux.memoryPolicy.nodes", &bits, err) < 0)
		return -1;
	/* The kernel reads one bit less than it is told, so: highest + 1 bits, and one. */
	if (syscall(SYS_set_mempolicy, number, has_nodes ? bits.words : NULL,
		    has_nodes ? bits.highest + 2 : 0) < 0)
		return error_errno(err, errno, "linux.memoryPolicy: set %s for nodes '%s'", mode,
			has_nodes ? nodes : "");
	return 0;
}
