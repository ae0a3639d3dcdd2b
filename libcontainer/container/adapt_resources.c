/* SPDX-License-Identifier: Apache-2.0 */
/* linux.resources, as linux/cgroup.h takes it. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "container/adapt.h"

static struct cgroup_value value_of_u64(const struct oci_u64 *asked)
{
	/* No file of a cgroup takes more than INT64_MAX; more than that is "no limit". */
	uint64_t value = asked->value > INT64_MAX ? INT64_MAX : asked->value;

	return (struct cgroup_value){ .set = asked->set, .value = (int64_t)value };
}

static struct cgroup_value value_of_i64(const struct oci_i64 *asked)
{
	return (struct cgroup_value){ .set = asked->set, .value = asked->value };
}

static struct cgroup_value value_of_u32(const struct oci_u32 *asked)
{
	return (struct cgroup_value){ .set = asked->set, .value = asked->value };
}

static struct cgroup_value value_of_bool(const struct oci_bool *asked)
{
	return (struct cgroup_value){ .set = asked->set, .value = asked->value };
}

static const struct cgroup_device_rule default_device_rules[] = {
	{ true, 'c', -1, -1, "m" },
	{ true, 'b', -1, -1, "m" },
	{ true, 'c', 1, 3, "rwm" },
	{ true, 'c', 1, 5, "rwm" },
	{ true, 'c', 1, 7, "rwm" },
	{ true, 'c', 1, 8, "rwm" },
	{ true, 'c', 1, 9, "rwm" },
	{ true, 'c', 5, 0, "rwm" },
	{ true, 'c', 5, 1, "rwm" },
	{ true, 'c', 5, 2, "rwm" },
	{ true, 'c', 136, -1, "rwm" },
};

static struct cgroup_device_rule rule_of_config(const struct oci_device_rule *asked)
{
	struct cgroup_device_rule rule = {
		.allow = asked->allow,
		.type = asked->type && asked->type[0] ? asked->type[0] : 'a',
		.major = asked->major.set ? asked->major.value : -1,
		.minor = asked->minor.set ? asked->minor.value : -1,
	};

	snprintf(rule.access, sizeof(rule.access), "%.3s",
		asked->access && asked->access[0] ? asked->access : "rwm");
	return rule;
}

static void adapt_device_rules(
	const struct oci_linux *linux_, struct arena *arena, struct cgroup_resources *resources)
{
	size_t asked = linux_->resources.devices_length;
	size_t defaults = ARRAY_LENGTH(default_device_rules);
	struct cgroup_device_rule *rules, *next;

	if (asked == 0)
		return;
	rules = next = arena_alloc(arena, (asked + defaults) * sizeof(*rules));
	for (size_t i = 0; i < asked; i++)
		*next++ = rule_of_config(&linux_->resources.devices[i]);
	memcpy(next, default_device_rules, sizeof(default_device_rules));
	next += defaults;
	resources->devices_set = true;
	resources->devices = rules;
	resources->devices_length = (size_t)(next - rules);
}

static struct cgroup_io_list adapt_throttle(
	const struct oci_throttle_devices *asked, struct arena *arena)
{
	struct cgroup_io_device *items = arena_alloc(arena, (asked->length + 1) * sizeof(*items));

	for (size_t i = 0; i < asked->length; i++)
		items[i] = (struct cgroup_io_device){
			.major = asked->items[i].major,
			.minor = asked->items[i].minor,
			.value = asked->items[i].rate.value,
		};
	return (struct cgroup_io_list){ items, asked->length };
}

static struct cgroup_io_list adapt_weights(const struct oci_resources *asked, struct arena *arena)
{
	size_t length = asked->block_io.weight_device_length;
	struct cgroup_io_device *items = arena_alloc(arena, (length + 1) * sizeof(*items));

	for (size_t i = 0; i < length; i++) {
		const struct oci_weight_device *device = &asked->block_io.weight_device[i];

		items[i] = (struct cgroup_io_device){
			.major = device->major,
			.minor = device->minor,
			.value = device->weight.value,
			.leaf_weight = device->leaf_weight.value,
		};
	}
	return (struct cgroup_io_list){ items, length };
}

static void adapt_pairs(
	const struct oci_resources *asked, struct arena *arena, struct cgroup_resources *resources)
{
	size_t most = asked->hugepage_limits_length + asked->network.priorities_length +
		      asked->rdma_length + asked->unified.length;
	struct cgroup_pair *pair = arena_alloc(arena, (most + 1) * sizeof(*pair));

	resources->hugepages = pair;
	resources->hugepages_length = asked->hugepage_limits_length;
	for (size_t i = 0; i < asked->hugepage_limits_length; i++)
		*pair++ = (struct cgroup_pair){
			asked->hugepage_limits[i].page_size,
			arena_printf(
				arena, "%llu", (unsigned long long)asked->hugepage_limits[i].limit),
		};
	resources->net_priorities = pair;
	resources->net_priorities_length = asked->network.priorities_length;
	for (size_t i = 0; i < asked->network.priorities_length; i++)
		*pair++ = (struct cgroup_pair){
			asked->network.priorities[i].name,
			arena_printf(arena, "%u", asked->network.priorities[i].priority),
		};
	resources->rdma = pair;
	resources->rdma_length = asked->rdma_length;
	for (size_t i = 0; i < asked->rdma_length; i++) {
		const struct oci_rdma *rdma = &asked->rdma[i];
		char *handles = rdma->hca_handles.set ? arena_printf(arena, "hca_handle=%u",
								rdma->hca_handles.value)
						      : "hca_handle=max";
		char *objects = rdma->hca_objects.set ? arena_printf(arena, "hca_object=%u",
								rdma->hca_objects.value)
						      : "hca_object=max";

		*pair++ = (struct cgroup_pair){ rdma->name,
			arena_printf(arena, "%s %s", handles, objects) };
	}
	resources->unified = pair;
	resources->unified_length = asked->unified.length;
	for (size_t i = 0; i < asked->unified.length; i++)
		*pair++ = (struct cgroup_pair){ asked->unified.items[i].key,
			asked->unified.items[i].value };
}

void adapt_resources(
	const struct oci_linux *linux_, struct arena *arena, struct cgroup_resources *resources)
{
	const struct oci_resources *asked = &linux_->resources;

	*resources = (struct cgroup_resources){
		.cpu = {
			.shares = value_of_u64(&asked->cpu.shares),
			.quota = value_of_i64(&asked->cpu.quota),
			.period = value_of_u64(&asked->cpu.period),
			.burst = value_of_u64(&asked->cpu.burst),
			.realtime_runtime = value_of_i64(&asked->cpu.realtime_runtime),
			.realtime_period = value_of_u64(&asked->cpu.realtime_period),
			.idle = value_of_i64(&asked->cpu.idle),
			.cpus = asked->cpu.cpus,
			.mems = asked->cpu.mems,
		},
		.memory = {
			.limit = value_of_i64(&asked->memory.limit),
			.reservation = value_of_i64(&asked->memory.reservation),
			.swap = value_of_i64(&asked->memory.swap),
			.kernel = value_of_i64(&asked->memory.kernel),
			.kernel_tcp = value_of_i64(&asked->memory.kernel_tcp),
			.swappiness = value_of_u64(&asked->memory.swappiness),
			.disable_oom_killer = value_of_bool(&asked->memory.disable_oom_killer),
			.use_hierarchy = value_of_bool(&asked->memory.use_hierarchy),
			.check_before_update = value_of_bool(&asked->memory.check_before_update),
		},
		.pids_limit = value_of_i64(&asked->pids.limit),
		.block_io = {
			.weight = value_of_u32(&asked->block_io.weight),
			.leaf_weight = value_of_u32(&asked->block_io.leaf_weight),
			.weight_device = adapt_weights(asked, arena),
			.read_bps = adapt_throttle(&asked->block_io.throttle_read_bps_device, arena),
			.write_bps = adapt_throttle(&asked->block_io.throttle_write_bps_device, arena),
			.read_iops = adapt_throttle(&asked->block_io.throttle_read_iops_device, arena),
			.write_iops = adapt_throttle(&asked->block_io.throttle_write_iops_device, arena),
		},
		.net_class_id = value_of_u32(&asked->network.class_id),
	};
	adapt_pairs(asked, arena, resources);
	adapt_device_rules(linux_, arena, resources);
}
