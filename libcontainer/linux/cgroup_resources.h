/* SPDX-License-Identifier: Apache-2.0 */
/* Limits in the units of cgroup v1, as the OCI runtime-spec gives them; the v2 part converts. */
#ifndef LINUX_CGROUP_RESOURCES_H
#define LINUX_CGROUP_RESOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cgroup_device_rule {
	bool allow;
	char type;            /* 'a', 'b' or 'c' */
	int64_t major, minor; /* -1: any */
	char access[4];       /* of "rwm" */
};

struct cgroup_io_device {
	int64_t major, minor;
	uint64_t value;       /* weight 10..1000, bytes/s or operations/s */
	uint64_t leaf_weight; /* only for weights; 0: not set */
};

struct cgroup_io_list {
	const struct cgroup_io_device *items;
	size_t length;
};

/* `set` bits beside values: zero is a value. Strings are not owned. */
struct cgroup_value {
	bool set;
	int64_t value; /* -1: unlimited, where the file knows it */
};

struct cgroup_pair {
	const char *name, *value;
};

struct cgroup_resources {
	struct {
		struct cgroup_value shares, quota, period, burst, realtime_runtime, realtime_period,
			idle;
		const char *cpus, *mems;
	} cpu;
	struct {
		struct cgroup_value limit, reservation, swap, kernel, kernel_tcp, swappiness,
			disable_oom_killer, use_hierarchy, check_before_update;
	} memory;
	struct cgroup_value pids_limit;
	struct {
		struct cgroup_value weight, leaf_weight;
		struct cgroup_io_list weight_device, read_bps, write_bps, read_iops, write_iops;
	} block_io;
	const struct cgroup_pair *hugepages; /* { "2MB", "1073741824" } */
	size_t hugepages_length;
	struct cgroup_value net_class_id;
	const struct cgroup_pair *net_priorities; /* { "eth0", "5" } */
	size_t net_priorities_length;
	const struct cgroup_pair *rdma; /* { "mlx5_0", "hca_handle=3 hca_object=100" } */
	size_t rdma_length;
	const struct cgroup_pair
		*unified; /* file name and content; only where there is a v2 tree */
	size_t unified_length;
	/* The complete list; empty and !devices_set leaves the devices controller alone. */
	bool devices_set;
	const struct cgroup_device_rule *devices;
	size_t devices_length;
};

#endif
