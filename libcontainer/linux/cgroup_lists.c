/* SPDX-License-Identifier: Apache-2.0 */
/* The properties of linux.resources that are lists: one write for each item. */
#include "linux/cgroup_batch.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "linux/cgroup_layout.h"

#define NAME_SIZE 256
#define LINE_SIZE 96

/* Everything that a list's functions need. */
struct collector {
	const struct cgroup_members *members;
	const struct cgroup_resources *resources;
	struct cgroup_batch *batch;
};

static const struct throttle {
	const char *name, *v1_file, *v2_key;
	size_t offset;
} throttles[] = {
	{ "throttleReadBpsDevice", "blkio.throttle.read_bps_device", "rbps",
		offsetof(struct cgroup_resources, block_io.read_bps) },
	{ "throttleWriteBpsDevice", "blkio.throttle.write_bps_device", "wbps",
		offsetof(struct cgroup_resources, block_io.write_bps) },
	{ "throttleReadIOPSDevice", "blkio.throttle.read_iops_device", "riops",
		offsetof(struct cgroup_resources, block_io.read_iops) },
	{ "throttleWriteIOPSDevice", "blkio.throttle.write_iops_device", "wiops",
		offsetof(struct cgroup_resources, block_io.write_iops) },
};

/* 0 lifts the limit in v1; v2 has a word for that. */
static void add_throttle(const struct collector *collector, const struct cgroup_member *member,
	const struct throttle *throttle, const char *name, const struct cgroup_io_device *device)
{
	char line[LINE_SIZE];
	int length = snprintf(
		line, sizeof(line), "%" PRId64 ":%" PRId64 " ", device->major, device->minor);

	if (!member->driver->v2) {
		(void)snprintf(
			line + length, sizeof(line) - (size_t)length, "%" PRIu64, device->value);
		cgroup_batch_add(collector->batch, member, name, throttle->v1_file, line);
		return;
	}
	if (device->value > 0)
		(void)snprintf(line + length, sizeof(line) - (size_t)length, "%s=%" PRIu64,
			throttle->v2_key, device->value);
	else
		(void)snprintf(
			line + length, sizeof(line) - (size_t)length, "%s=max", throttle->v2_key);
	cgroup_batch_add(collector->batch, member, name, "io.max", line);
}

static int collect_throttles(const struct collector *collector, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LENGTH(throttles); i++) {
		const struct throttle *throttle = &throttles[i];
		const struct cgroup_io_list *list =
			(const void *)((const char *)collector->resources + throttle->offset);

		for (size_t j = 0; j < list->length; j++) {
			const struct cgroup_member *member;
			char name[NAME_SIZE];

			(void)snprintf(name, sizeof(name), "blockIO.%s[%zu]", throttle->name, j);
			member = cgroup_require(collector->members, name, "blkio", err);
			if (!member)
				return -1;
			add_throttle(collector, member, throttle, name, &list->items[j]);
		}
	}
	return 0;
}

/* The weights of a device are written where the weights of all are, and to v1's files beside. */
static const struct weight_file {
	bool v2, leaf, convert;
	const char *file;
} weight_files[] = {
	{ .v2 = true, .file = "io.bfq.weight" },
	{ .v2 = true, .file = "io.weight", .convert = true },
	{ .file = "blkio.weight_device" },
	{ .file = "blkio.bfq.weight_device" },
	{ .leaf = true, .file = "blkio.leaf_weight_device" },
};

static const struct weight_file *find_weight_file(const struct cgroup_member *member, bool leaf)
{
	for (size_t i = 0; i < ARRAY_LENGTH(weight_files); i++) {
		const struct weight_file *file = &weight_files[i];

		if (file->v2 == member->driver->v2 && file->leaf == leaf &&
			faccessat(member->fd, file->file, F_OK, 0) == 0)
			return file;
	}
	return NULL;
}

static int add_weight(const struct collector *collector, size_t index, bool leaf, uint64_t weight,
	struct error *err)
{
	const struct cgroup_io_device *device =
		&collector->resources->block_io.weight_device.items[index];
	const struct cgroup_member *member;
	const struct weight_file *file;
	char name[NAME_SIZE], line[LINE_SIZE];

	if (weight == 0)
		return 0;
	(void)snprintf(name, sizeof(name), "blockIO.weightDevice[%zu].%s", index,
		leaf ? "leafWeight" : "weight");
	member = cgroup_require(collector->members, name, "blkio", err);
	if (!member)
		return -1;
	file = find_weight_file(member, leaf);
	if (!file)
		return error_set(err, ENOTSUP,
			"linux.resources.%s: this kernel has no weights of single devices in %s",
			name, member->path);
	if (file->convert)
		weight = cgroup_convert_io_weight(weight > INT64_MAX ? INT64_MAX : (int64_t)weight);
	(void)snprintf(line, sizeof(line), "%" PRId64 ":%" PRId64 " %" PRIu64, device->major,
		device->minor, weight);
	cgroup_batch_add(collector->batch, member, name, file->file, line);
	return 0;
}

static int collect_weights(const struct collector *collector, struct error *err)
{
	const struct cgroup_io_list *list = &collector->resources->block_io.weight_device;

	for (size_t i = 0; i < list->length; i++)
		if (add_weight(collector, i, false, list->items[i].value, err) < 0 ||
			add_weight(collector, i, true, list->items[i].leaf_weight, err) < 0)
			return -1;
	return 0;
}

/* Reserved pages are limited too where the kernel (5.7) can: mmap then fails instead of SIGBUS. */
static int collect_hugepages(const struct collector *collector, struct error *err)
{
	for (size_t i = 0; i < collector->resources->hugepages_length; i++) {
		const struct cgroup_pair *limit = &collector->resources->hugepages[i];
		const struct cgroup_member *member;
		const char *suffix;
		char name[NAME_SIZE], file[NAME_SIZE];
		struct cgroup_write *reserved;

		(void)snprintf(name, sizeof(name), "hugepageLimits[%zu]", i);
		if (strchr(limit->name, '/') || strlen(limit->name) > 32)
			return error_set(
				err, EINVAL, "linux.resources.%s.pageSize: not a page size", name);
		member = cgroup_require(collector->members, name, "hugetlb", err);
		if (!member)
			return -1;
		suffix = member->driver->v2 ? "max" : "limit_in_bytes";
		(void)snprintf(file, sizeof(file), "hugetlb.%s.%s", limit->name, suffix);
		cgroup_batch_add(collector->batch, member, name, file, limit->value)->hint =
			"this machine has no huge pages of that size";
		(void)snprintf(file, sizeof(file), "hugetlb.%s.rsvd.%s", limit->name, suffix);
		reserved = cgroup_batch_add(collector->batch, member, name, file, limit->value);
		reserved->may_be_absent = true;
	}
	return 0;
}

/* Lists of "name value" lines for one file, the same in every version that has it. */
static int collect_pairs(const struct collector *collector, const char *property,
	const char *controller, const char *file, const struct cgroup_pair *pairs, size_t length,
	struct error *err)
{
	for (size_t i = 0; i < length; i++) {
		cleanup_text struct text name = { 0 }, line = { 0 };
		const struct cgroup_member *member;

		text_printf(&name, "%s.%.200s", property, pairs[i].name);
		text_printf(&line, "%s %s", pairs[i].name, pairs[i].value);
		member = cgroup_require(collector->members, name.data, controller, err);
		if (!member)
			return -1;
		cgroup_batch_add(collector->batch, member, name.data, file, line.data);
	}
	return 0;
}

/* Files such as io.max take one line a write, and a value may have several. */
static void add_lines(const struct collector *collector, const struct cgroup_member *member,
	const char *property, const struct cgroup_pair *pair)
{
	cleanup_free char *copy = cgroup_copy_text(pair->value);
	char *next = NULL;

	for (char *line = strtok_r(copy, "\n", &next); line; line = strtok_r(NULL, "\n", &next))
		cgroup_batch_add(collector->batch, member, property, pair->name, line);
}

/* The controller of a v2 file is the first word of its name; cgroup.* are there without one. */
static int require_controller_of(
	const struct cgroup_member *v2, const char *file, struct error *err)
{
	char controller[32];

	(void)snprintf(controller, sizeof(controller), "%.*s", (int)strcspn(file, "."), file);
	if (strcmp(controller, "cgroup") == 0 || faccessat(v2->fd, file, F_OK, 0) == 0)
		return 0;
	return cgroup_v2_enable(v2->path, controller, err);
}

static int collect_unified(const struct collector *collector, struct error *err)
{
	const struct cgroup_member *v2 = cgroup_members_v2(collector->members);

	for (size_t i = 0; i < collector->resources->unified_length; i++) {
		const struct cgroup_pair *pair = &collector->resources->unified[i];
		cleanup_text struct text name = { 0 };

		text_printf(&name, "unified.%.200s", pair->name);
		if (!*pair->name || strchr(pair->name, '/') || *pair->name == '.')
			return error_set(err, EINVAL,
				"linux.resources.%s: not the name of a cgroup v2 file", name.data);
		if (!v2)
			return error_set(err, ENODEV,
				"linux.resources.%s: needs cgroup v2, which is not mounted",
				name.data);
		if (require_controller_of(v2, pair->name, err) < 0)
			return error_prefix(err, "linux.resources.%s", name.data);
		add_lines(collector, v2, name.data, pair);
	}
	return 0;
}

int cgroup_batch_collect_lists(const struct cgroup_members *members,
	const struct cgroup_resources *resources, struct cgroup_batch *batch, struct error *err)
{
	struct collector collector = { members, resources, batch };

	if (collect_throttles(&collector, err) < 0 || collect_weights(&collector, err) < 0 ||
		collect_hugepages(&collector, err) < 0)
		return -1;
	if (collect_pairs(&collector, "network.priorities", "net_prio", "net_prio.ifpriomap",
		    resources->net_priorities, resources->net_priorities_length, err) < 0)
		return -1;
	if (collect_pairs(&collector, "rdma", "rdma", "rdma.max", resources->rdma,
		    resources->rdma_length, err) < 0)
		return -1;
	return collect_unified(&collector, err);
}
