/* SPDX-License-Identifier: Apache-2.0 */
/* The writes that linux.resources comes down to: collected first, then done. */
#ifndef LINUX_CGROUP_BATCH_H
#define LINUX_CGROUP_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "linux/cgroup_driver.h"
#include "linux/cgroup_property.h"

struct cgroup_write {
	const struct cgroup_member *member;
	char *property, *file, *value;
	bool may_be_absent; /* the value is what a kernel without the file does anyway */
	const char *hint;   /* NULL or static */
	int result;         /* 0: done; else the last -errno */
};

struct cgroup_batch {
	struct cgroup_write *items;
	size_t length;
};

/* Takes copies. The new write is the caller's to refine. */
struct cgroup_write *cgroup_batch_add(struct cgroup_batch *batch,
	const struct cgroup_member *member, const char *property, const char *file,
	const char *value);
void cgroup_batch_free(struct cgroup_batch *batch);
#define cleanup_cgroup_batch __attribute__((cleanup(cgroup_batch_free)))

/*
 * Writes in order. Some limits bound each other (memory and memory with swap, quota and burst), and
 * which must go first depends on what is there: what fails is tried again after the others.
 */
int cgroup_batch_run(struct cgroup_batch *batch, struct error *err);

/* Everything but devices. A property that no mounted hierarchy can honour is an error. */
int cgroup_batch_collect(const struct cgroup_members *members,
	const struct cgroup_resources *resources, struct cgroup_batch *batch, struct error *err);
/* Its part with lists: blockIO by device, hugepages, network priorities, rdma, unified. */
int cgroup_batch_collect_lists(const struct cgroup_members *members,
	const struct cgroup_resources *resources, struct cgroup_batch *batch, struct error *err);

/*
 * The directory that has `controller`, after another attempt at enabling it in v2; NULL with the
 * error set, which begins with `property`.
 */
const struct cgroup_member *cgroup_require(const struct cgroup_members *members,
	const char *property, const char *controller, struct error *err);

#endif
