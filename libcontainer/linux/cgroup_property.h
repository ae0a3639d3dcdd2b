/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of linux.resources: which file each is written to in v1 and in v2, and how. */
#ifndef LINUX_CGROUP_PROPERTY_H
#define LINUX_CGROUP_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "linux/cgroup_resources.h"

struct cgroup_request {
	const struct cgroup_resources *resources;
	int64_t value;
	int directory; /* that the file is in */
};

#define CGROUP_VALUE_SIZE 64

enum { CGROUP_CONVERT_SKIP = 1 }; /* beside 0 and -1: there is nothing to write */
typedef int cgroup_convert(
	const struct cgroup_request *request, char value[CGROUP_VALUE_SIZE], struct error *err);

/* A file of one of the two cgroup versions; NULL: this version has no such control. */
struct cgroup_target {
	const char *file;
	cgroup_convert *convert;
};

struct cgroup_property {
	const char *name; /* below linux.resources */
	size_t offset;    /* of its struct cgroup_value in struct cgroup_resources */
	const char *controller;
	struct cgroup_target v1, v2;
	struct cgroup_target v1_else, v2_else; /* where the first file does not exist */
	/* Engines send zeros for what nobody has asked for. */
	bool zero_is_unset;
	/* A value below 1 is what a kernel without the control does anyway. */
	bool default_below_one;
	/* Newer kernels have dropped it, and what it did is part of another limit. */
	bool deprecated;
	/* For people, when the kernel has no such file. */
	const char *hint;
};
extern const struct cgroup_property cgroup_properties[];
extern const size_t cgroup_properties_length;

const struct cgroup_value *cgroup_property_value(
	const struct cgroup_property *property, const struct cgroup_resources *resources);

/* From the units of v1 to those of v2. */
uint64_t cgroup_convert_shares(int64_t shares);    /* 2..262144 to 1..10000 */
uint64_t cgroup_convert_io_weight(int64_t weight); /* 10..1000 to 1..10000 */

#endif
