/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/systemd_limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/text.h"
#include "linux/cgroup_property.h"
#include "linux/systemd_devices.h"

#define MICROSECONDS 1000000ULL
/* systemd counts a processor's time in hundredths, which it would else round down. */
#define QUOTA_STEP 10000
#define DEFAULT_PERIOD 100000 /* of the kernel, in microseconds */

static void add(struct systemd_limits *limits, struct systemd_property property)
{
	size_t size = (limits->length + 1) * sizeof(limits->items[0]);
	struct systemd_property *grown = realloc(limits->items, size);

	if (!grown)
		fatal_out_of_memory();
	limits->items = grown;
	grown[limits->length++] = property;
}

static void add_number(struct systemd_limits *limits, const char *name, uint64_t number)
{
	add(limits, (struct systemd_property){ name, SYSTEMD_U64, .number = number });
}

/* Zero is what engines send for what nobody asked for; below it is no limit. */
static void add_limit(
	struct systemd_limits *limits, const char *name, const struct cgroup_value *value)
{
	if (value->set && value->value != 0)
		add_number(limits, name, value->value < 0 ? UINT64_MAX : (uint64_t)value->value);
}

/* memory.swap counts memory in; without a limit of it the cgroup's own file says more. */
static void add_swap(struct systemd_limits *limits, const struct cgroup_resources *resources)
{
	struct cgroup_value swap = resources->memory.swap;
	const struct cgroup_value *limit = &resources->memory.limit;

	if (!swap.set || swap.value == 0)
		return;
	if (swap.value < 0)
		add_number(limits, "MemorySwapMax", UINT64_MAX);
	else if (limit->set && limit->value > 0 && swap.value >= limit->value)
		add_number(limits, "MemorySwapMax", (uint64_t)(swap.value - limit->value));
}

static void add_quota(struct systemd_limits *limits, const struct cgroup_resources *resources)
{
	const struct cgroup_value *quota = &resources->cpu.quota, *period = &resources->cpu.period;
	uint64_t length = DEFAULT_PERIOD, share;

	if (period->set && period->value > 0) {
		length = (uint64_t)period->value;
		add_number(limits, "CPUQuotaPeriodUSec", length);
	}
	if (!quota->set || quota->value == 0)
		return;
	if (quota->value < 0 || (uint64_t)quota->value > UINT64_MAX / MICROSECONDS) {
		add_number(limits, "CPUQuotaPerSecUSec", UINT64_MAX);
		return;
	}
	share = (uint64_t)quota->value * MICROSECONDS / length;
	add_number(
		limits, "CPUQuotaPerSecUSec", (share + QUOTA_STEP - 1) / QUOTA_STEP * QUOTA_STEP);
}

/* "0-3,8" as bits, the first of them the lowest of the first byte. */
static int set_bits(const char *list, uint8_t *bits)
{
	while (*list) {
		size_t length = strcspn(list, ",");
		cleanup_free char *part = strndup(list, length);
		char *dash = part ? strchr(part, '-') : NULL;
		int first, last;

		if (!part)
			fatal_out_of_memory();
		if (dash)
			*dash = '\0';
		if (number_parse_int(part, 0, SYSTEMD_CPU_BYTES * 8 - 1, &first) < 0)
			return -EINVAL;
		last = first;
		if (dash && number_parse_int(dash + 1, first, SYSTEMD_CPU_BYTES * 8 - 1, &last) < 0)
			return -EINVAL;
		for (int i = first; i <= last; i++)
			bits[i / 8] |= (uint8_t)(1 << (i % 8));
		list += length + (list[length] == ',');
	}
	return 0;
}

static int add_bits(struct systemd_limits *limits, const char *name, const char *where,
	const char *list, uint8_t **bits, struct error *err)
{
	size_t length = SYSTEMD_CPU_BYTES;

	if (!list || !*list)
		return 0;
	*bits = calloc(1, SYSTEMD_CPU_BYTES);
	if (!*bits)
		fatal_out_of_memory();
	if (set_bits(list, *bits) < 0)
		return error_set(err, EINVAL,
			"linux.resources.cpu.%s: \"%s\" is no list of numbers such as 0-3,8", where,
			list);
	while (length > 1 && (*bits)[length - 1] == 0)
		length--;
	add(limits, (struct systemd_property){ name, SYSTEMD_BYTES, length, .bytes = *bits });
	return 0;
}

static void add_unified(struct systemd_limits *limits, const struct cgroup_pair *pair)
{
	static const struct {
		const char *file, *property;
	} known[] = {
		{ "cpu.weight", "CPUWeight" },
		{ "memory.high", "MemoryHigh" },
		{ "memory.low", "MemoryLow" },
		{ "memory.max", "MemoryMax" },
		{ "memory.min", "MemoryMin" },
		{ "memory.swap.max", "MemorySwapMax" },
		{ "pids.max", "TasksMax" },
	};
	uint64_t number = UINT64_MAX;

	for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
		if (strcmp(pair->name, known[i].file) != 0)
			continue;
		if (strcmp(pair->value, "max") == 0 || number_parse_u64(pair->value, &number) == 0)
			add_number(limits, known[i].property, number);
	}
}

/* BlockIOWeight keeps the order of weights only: what systemd itself writes for BFQ on v1 ends at 181. */
static void add_weights(struct systemd_limits *limits, const struct cgroup_resources *resources,
	const struct systemd_v1 *v1)
{
	const struct cgroup_value *shares = &resources->cpu.shares;
	const struct cgroup_value *weight = &resources->block_io.weight;

	if (shares->set && shares->value != 0)
		add_number(limits, v1->cpu ? "CPUShares" : "CPUWeight",
			v1->cpu ? (uint64_t)shares->value : cgroup_convert_shares(shares->value));
	if (weight->set && weight->value != 0)
		add_number(limits, v1->blkio ? "BlockIOWeight" : "IOWeight",
			v1->blkio ? (uint64_t)weight->value
				  : cgroup_convert_io_weight(weight->value));
}

/* An empty list forgets what was allowed before; the policy comes last, else the unit seems to need a reload. */
static int add_devices(
	struct systemd_limits *limits, const struct cgroup_resources *resources, struct error *err)
{
	bool strict;

	if (!resources->devices_set)
		return 0;
	if (systemd_devices_list(resources->devices, resources->devices_length, &limits->devices,
		    &strict, err) < 0)
		return -1;
	add(limits, (struct systemd_property){ "DeviceAllow", SYSTEMD_PAIRS, .strings = NULL });
	if (limits->devices.length > 0)
		add(limits, (struct systemd_property){ "DeviceAllow", SYSTEMD_PAIRS,
				    .strings = limits->devices.items });
	add(limits, (struct systemd_property){
			    "DevicePolicy", SYSTEMD_STRING, .text = strict ? "strict" : "auto" });
	return 0;
}

int systemd_limits_make(const struct cgroup_resources *resources, const struct systemd_v1 *v1,
	struct systemd_limits *limits, struct error *err)
{
	add_limit(limits, "MemoryMax", &resources->memory.limit);
	add_limit(limits, "MemoryLow", &resources->memory.reservation);
	add_swap(limits, resources);
	add_weights(limits, resources, v1);
	add_quota(limits, resources);
	if (resources->pids_limit.set)
		add_number(limits, "TasksMax",
			resources->pids_limit.value <= 0 ? UINT64_MAX
							 : (uint64_t)resources->pids_limit.value);
	for (size_t i = 0; i < resources->unified_length; i++)
		add_unified(limits, &resources->unified[i]);
	if (v1->devices && add_devices(limits, resources, err) < 0)
		return -1;
	if (add_bits(limits, "AllowedCPUs", "cpus", resources->cpu.cpus, &limits->cpus, err) < 0)
		return -1;
	return add_bits(
		limits, "AllowedMemoryNodes", "mems", resources->cpu.mems, &limits->mems, err);
}

void systemd_limits_free(struct systemd_limits *limits)
{
	free(limits->items);
	free(limits->cpus);
	free(limits->mems);
	strv_free(&limits->devices);
	*limits = (struct systemd_limits){ 0 };
}
