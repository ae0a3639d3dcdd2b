/* SPDX-License-Identifier: Apache-2.0 */
/* Collects writes to control files and does them, in as many passes as get any further. */
#include "linux/cgroup_batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fatal.h"
#include "base/io.h"
#include "linux/cgroup_layout.h"

struct cgroup_write *cgroup_batch_add(struct cgroup_batch *batch,
	const struct cgroup_member *member, const char *property, const char *file,
	const char *value)
{
	size_t size = (batch->length + 1) * sizeof(batch->items[0]);
	struct cgroup_write *grown = realloc(batch->items, size);

	if (!grown)
		fatal_out_of_memory();
	batch->items = grown;
	grown[batch->length] = (struct cgroup_write){ .member = member,
		.property = cgroup_copy_text(property),
		.file = cgroup_copy_text(file),
		.value = cgroup_copy_text(value),
		.result = -EINPROGRESS };
	return &grown[batch->length++];
}

void cgroup_batch_free(struct cgroup_batch *batch)
{
	for (size_t i = 0; i < batch->length; i++) {
		free(batch->items[i].property);
		free(batch->items[i].file);
		free(batch->items[i].value);
	}
	free(batch->items);
	*batch = (struct cgroup_batch){ 0 };
}

/* What the kernel's one word for it means here. */
static const char *explain(const struct cgroup_write *write)
{
	if (write->result == -ENOENT && write->hint)
		return write->hint;
	if (write->result == -ENOENT)
		return "this kernel has no such control";
	if (write->result == -EBUSY && strstr(write->file, "memory"))
		return "the processes in it use more than that";
	if (write->result == -EINVAL && strcmp(write->file, "memory.limit_in_bytes") == 0)
		return "more than the limit of memory and swap together: set memory.swap, too";
	if (write->result == -EINVAL && strcmp(write->file, "memory.memsw.limit_in_bytes") == 0)
		return "less than the limit of memory, which it includes";
	if (strstr(write->file, "cpuset") && write->result != -EACCES)
		return "only what the parent cgroup has can be given, and only what is online";
	return NULL;
}

static int report(const struct cgroup_write *write, struct error *err)
{
	const char *why = explain(write);

	return error_errno(err, -write->result,
		"linux.resources.%s: cannot write \"%.200s\" to %s/%s%s%s%s", write->property,
		write->value, write->member->path, write->file, why ? " (" : "", why ? why : "",
		why ? ")" : "");
}

static bool write_one(struct cgroup_write *write)
{
	write->result = io_write_control(write->member->fd, write->file, write->value);
	if (write->may_be_absent && (write->result == -ENOENT || write->result == -EOPNOTSUPP))
		write->result = 0;
	return write->result == 0;
}

/* A control that this kernel has not got is found out before another one is written. */
static int check_files(struct cgroup_batch *batch, struct error *err)
{
	for (size_t i = 0; i < batch->length; i++) {
		struct cgroup_write *write = &batch->items[i];

		if (!write->may_be_absent &&
			faccessat(write->member->fd, write->file, F_OK, 0) < 0 && errno == ENOENT) {
			write->result = -ENOENT;
			return report(write, err);
		}
	}
	return 0;
}

int cgroup_batch_run(struct cgroup_batch *batch, struct error *err)
{
	const struct cgroup_write *failed;
	bool progress;

	if (check_files(batch, err) < 0)
		return -1;
	do {
		progress = false;
		failed = NULL;
		for (size_t i = 0; i < batch->length; i++) {
			struct cgroup_write *write = &batch->items[i];

			if (write->result == 0)
				continue;
			if (write_one(write))
				progress = true;
			else if (!failed)
				failed = write;
		}
	} while (failed && progress);
	return failed ? report(failed, err) : 0;
}

const struct cgroup_member *cgroup_require(const struct cgroup_members *members,
	const char *property, const char *controller, struct error *err)
{
	const struct cgroup_member *v2 = cgroup_members_v2(members);
	const struct cgroup_member *member;

	if (cgroup_members_find(members, controller, &member, err) < 0)
		return error_prefix(err, "linux.resources.%s", property), NULL;
	if (member)
		return member;
	if (v2 && cgroup_v2_enable(v2->path, controller, err) < 0)
		return error_prefix(err, "linux.resources.%s", property), NULL;
	if (v2 && v2->driver->has_controller(v2->fd, controller) > 0)
		return v2;
	error_set(err, ENODEV,
		"linux.resources.%s: the %s controller is in no mounted cgroup hierarchy", property,
		controller);
	return NULL;
}

/* The first of a version's files that exists; else the first, whose absence is then reported. */
static const struct cgroup_target *choose_target(
	const struct cgroup_property *property, const struct cgroup_member *member)
{
	const struct cgroup_target *first = member->driver->v2 ? &property->v2 : &property->v1;
	const struct cgroup_target *other =
		member->driver->v2 ? &property->v2_else : &property->v1_else;

	if (other->file && faccessat(member->fd, first->file, F_OK, 0) < 0 &&
		faccessat(member->fd, other->file, F_OK, 0) == 0)
		return other;
	return first;
}

static int collect_property(const struct cgroup_members *members,
	const struct cgroup_property *property, const struct cgroup_resources *resources,
	struct cgroup_batch *batch, struct error *err)
{
	const struct cgroup_value *value = cgroup_property_value(property, resources);
	bool is_default = property->default_below_one && value->value < 1;
	bool is_optional = is_default || property->deprecated;
	const struct cgroup_member *member;
	const struct cgroup_target *target;
	struct cgroup_request request = { .resources = resources, .value = value->value };
	char text[CGROUP_VALUE_SIZE];
	struct cgroup_write *write;
	int result;

	if (!value->set || (property->zero_is_unset && value->value == 0))
		return 0;
	if (cgroup_members_find(members, property->controller, &member, err) < 0)
		return error_prefix(err, "linux.resources.%s", property->name);
	if (!member && !is_default)
		member = cgroup_require(members, property->name, property->controller, err);
	if (!member)
		return is_default ? 0 : -1;
	target = choose_target(property, member);
	if (!target->file && is_optional)
		return 0;
	if (!target->file)
		return error_set(err, ENOTSUP, "linux.resources.%s: cgroup v%d has no such control",
			property->name, member->driver->v2 ? 2 : 1);
	request.directory = member->fd;
	result = target->convert(&request, text, err);
	if (result < 0)
		return error_prefix(err, "linux.resources.%s", property->name);
	if (result == CGROUP_CONVERT_SKIP)
		return 0;
	write = cgroup_batch_add(batch, member, property->name, target->file, text);
	write->may_be_absent = is_optional;
	write->hint = property->hint;
	return 0;
}

static int collect_cpuset(const struct cgroup_members *members, const char *property,
	const char *file, const char *value, struct cgroup_batch *batch, struct error *err)
{
	const struct cgroup_member *member;

	if (!value || !*value)
		return 0;
	member = cgroup_require(members, property, "cpuset", err);
	if (!member)
		return -1;
	cgroup_batch_add(batch, member, property, file, value);
	return 0;
}

int cgroup_batch_collect(const struct cgroup_members *members,
	const struct cgroup_resources *resources, struct cgroup_batch *batch, struct error *err)
{
	struct cgroup_resources derived = *resources;

	/* v1 refuses a memory limit above that of memory with swap: no limit needs none there. */
	if (derived.memory.limit.set && derived.memory.limit.value < 0 && !derived.memory.swap.set)
		derived.memory.swap = (struct cgroup_value){ .set = true, .value = -1 };
	for (size_t i = 0; i < cgroup_properties_length; i++)
		if (collect_property(members, &cgroup_properties[i], &derived, batch, err) < 0)
			return -1;
	if (collect_cpuset(members, "cpu.cpus", "cpuset.cpus", derived.cpu.cpus, batch, err) < 0 ||
		collect_cpuset(members, "cpu.mems", "cpuset.mems", derived.cpu.mems, batch, err) <
			0)
		return -1;
	return cgroup_batch_collect_lists(members, resources, batch, err);
}
