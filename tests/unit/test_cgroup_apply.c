/* SPDX-License-Identifier: Apache-2.0 */
/* linux.resources, written to directories with the files of a cgroup that are no cgroups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/io.h"
#include "linux/cgroup.h"
#include "linux/cgroup_property.h"

/*
 * In the place of the C library's: what is a cgroup is told by its filesystem, and these directories are to be
 * taken for some. A v2 cgroup has cgroup.controllers, a v1 one has not.
 */
int fstatfs(int fd, struct statfs *filesystem)
{
	memset(filesystem, 0, sizeof(*filesystem));
	if (faccessat(fd, "cgroup.controllers", F_OK, 0) == 0)
		filesystem->f_type = CGROUP2_SUPER_MAGIC;
	else if (faccessat(fd, "cgroup.procs", F_OK, 0) == 0)
		filesystem->f_type = CGROUP_SUPER_MAGIC;
	return 0;
}

struct tree {
	char path[64];
	struct cgroup_plan plan;
};

static int setup(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	assert_non_null(tree);
	strcpy(tree->path, "/tmp/elsewhen-test_cgroup_apply-XXXXXX");
	assert_non_null(mkdtemp(tree->path));
	*state = tree;
	return 0;
}

static int remove_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	struct tree *tree = *state;

	nftw(tree->path, remove_file, 8, FTW_DEPTH | FTW_PHYS);
	cgroup_plan_free(&tree->plan);
	free(tree);
	return 0;
}

static void write_file(const struct tree *tree, const char *name, const char *content)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", tree->path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, content, strlen(content)), 0);
	close(fd);
}

/* A directory of the plan, with empty files of the given names (blank-separated). */
static void add_directory(struct tree *tree, const char *name, const char *files)
{
	char path[256], copy[1024], *next = NULL;

	snprintf(path, sizeof(path), "%s/%s", tree->path, name);
	assert_int_equal(mkdir(path, 0700), 0);
	strv_add(&tree->plan.directories, path);
	snprintf(copy, sizeof(copy), "cgroup.procs %s", files);
	for (char *file = strtok_r(copy, " ", &next); file; file = strtok_r(NULL, " ", &next)) {
		snprintf(path, sizeof(path), "%s/%s", name, file);
		write_file(tree, path, "");
	}
}

#define V2_FILES                                                                                 \
	"cgroup.controllers cgroup.subtree_control cpu.weight cpu.max cpu.max.burst cpu.idle "   \
	"cpuset.cpus cpuset.mems memory.max memory.low memory.swap.max memory.current pids.max " \
	"io.weight io.max rdma.max hugetlb.2MB.max hugetlb.2MB.rsvd.max memory.high"

static void add_v2(struct tree *tree)
{
	add_directory(tree, "v2", V2_FILES);
	write_file(tree, "v2/cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma\n");
}

static void add_v1(struct tree *tree)
{
	add_directory(tree, "cpu,cpuacct",
		"cpu.shares cpu.cfs_quota_us cpu.cfs_period_us cpu.rt_runtime_us cpu.rt_period_us");
	add_directory(tree, "cpuset", "cpuset.cpus cpuset.mems");
	add_directory(tree, "memory",
		"memory.limit_in_bytes memory.memsw.limit_in_bytes memory.soft_limit_in_bytes "
		"memory.swappiness memory.oom_control memory.usage_in_bytes "
		"memory.kmem.tcp.limit_in_bytes memory.use_hierarchy");
	add_directory(tree, "pids", "pids.max");
	add_directory(tree, "blkio",
		"blkio.reset_stats blkio.bfq.weight blkio.bfq.weight_device "
		"blkio.throttle.read_bps_device blkio.throttle.write_iops_device");
	add_directory(tree, "net", "net_cls.classid net_prio.ifpriomap");
	add_directory(tree, "systemd", "");
}

static void expect(const struct tree *tree, const char *name, const char *content)
{
	char path[256], got[256];

	snprintf(path, sizeof(path), "%s/%s", tree->path, name);
	assert_true(io_read_small(AT_FDCWD, path, got, sizeof(got)) >= 0);
	assert_string_equal(got, content);
}

static void apply(const struct tree *tree, const struct cgroup_resources *resources)
{
	struct error err = { 0 };

	if (cgroup_apply(&tree->plan, resources, &err) < 0)
		fail_msg("%s", err.text);
}

static void refuse(const struct tree *tree, const struct cgroup_resources *resources, int code,
	const char *part)
{
	struct error err = { 0 };

	assert_int_equal(cgroup_apply(&tree->plan, resources, &err), -1);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, part))
		fail_msg("\"%s\" does not say \"%s\"", err.text, part);
}

#define SET(number)                            \
	{                                      \
		.set = true, .value = (number) \
	}

static void test_conversions(void **state)
{
	(void)state;
	assert_int_equal(cgroup_convert_shares(2), 1);
	assert_int_equal(cgroup_convert_shares(1024), 39);
	assert_int_equal(cgroup_convert_shares(262144), 10000);
	assert_int_equal(cgroup_convert_shares(1), 1);
	assert_int_equal(cgroup_convert_shares(INT64_MAX), 10000);
	assert_int_equal(cgroup_convert_shares(-5), 1);
	assert_int_equal(cgroup_convert_io_weight(10), 1);
	assert_int_equal(cgroup_convert_io_weight(500), 4950);
	assert_int_equal(cgroup_convert_io_weight(1000), 10000);
	assert_int_equal(cgroup_convert_io_weight(0), 1);
}

static const struct cgroup_io_device disk_bps[] = { { 8, 0, 1048576, 0 } };
static const struct cgroup_io_device disk_iops[] = { { 8, 16, 100, 0 } };
static const struct cgroup_io_device disk_weight[] = { { 8, 0, 500, 0 } };

static void test_v2(void **state)
{
	static const struct cgroup_pair hugepages[] = { { "2MB", "4194304" } };
	static const struct cgroup_pair rdma[] = { { "mlx5_0", "hca_handle=3" } };
	static const struct cgroup_pair unified[] = { { "memory.high", "max" } };
	const struct cgroup_resources resources = {
		.cpu = { .shares = SET(1024),
			.quota = SET(50000),
			.period = SET(100000),
			.burst = SET(1000),
			.idle = SET(1),
			.cpus = "0-1",
			.mems = "0" },
		.memory = { .limit = SET(1000), .swap = SET(3000), .reservation = SET(500) },
		.pids_limit = SET(0),
		.block_io = { .weight = SET(1000),
			.weight_device = { disk_weight, 1 },
			.read_bps = { disk_bps, 1 } },
		.hugepages = hugepages,
		.hugepages_length = 1,
		.rdma = rdma,
		.rdma_length = 1,
		.unified = unified,
		.unified_length = 1,
	};
	struct tree *tree = *state;

	add_v2(tree);
	apply(tree, &resources);
	expect(tree, "v2/cpu.weight", "39");
	expect(tree, "v2/cpu.max", "50000 100000");
	expect(tree, "v2/cpu.max.burst", "1000");
	expect(tree, "v2/cpu.idle", "1");
	expect(tree, "v2/cpuset.cpus", "0-1");
	expect(tree, "v2/cpuset.mems", "0");
	expect(tree, "v2/memory.max", "1000");
	expect(tree, "v2/memory.swap.max", "2000");
	expect(tree, "v2/memory.low", "500");
	expect(tree, "v2/memory.high", "max");
	expect(tree, "v2/pids.max", "max");
	/* "10000" for all, then "8:0 4950" for the disk: a control file keeps neither. */
	expect(tree, "v2/io.weight", "8:0 4950");
	expect(tree, "v2/io.max", "8:0 rbps=1048576");
	expect(tree, "v2/hugetlb.2MB.max", "4194304");
	expect(tree, "v2/hugetlb.2MB.rsvd.max", "4194304");
	expect(tree, "v2/rdma.max", "mlx5_0 hca_handle=3");
}

static void test_v2_unlimited(void **state)
{
	const struct cgroup_resources resources = {
		.cpu = { .quota = SET(-1) },
		.memory = { .limit = SET(-1) },
		.pids_limit = SET(-1),
	};
	struct tree *tree = *state;

	add_v2(tree);
	apply(tree, &resources);
	expect(tree, "v2/cpu.max", "max");
	expect(tree, "v2/memory.max", "max");
	expect(tree, "v2/memory.swap.max", "max");
	expect(tree, "v2/pids.max", "max");
}

static void test_v2_period_keeps_quota(void **state)
{
	const struct cgroup_resources resources = { .cpu = { .period = SET(20000) } };
	struct tree *tree = *state;

	add_v2(tree);
	write_file(tree, "v2/cpu.max", "7000 10000\n");
	apply(tree, &resources);
	expect(tree, "v2/cpu.max", "7000 20000\n");
}

static void test_v2_bfq_weight(void **state)
{
	const struct cgroup_resources resources = { .block_io = { .weight = SET(500) } };
	struct tree *tree = *state;

	add_v2(tree);
	write_file(tree, "v2/io.bfq.weight", "");
	apply(tree, &resources);
	expect(tree, "v2/io.bfq.weight", "500");
	expect(tree, "v2/io.weight", "");
}

static void test_v2_throttle_lifted(void **state)
{
	static const struct cgroup_io_device none[] = { { 8, 0, 0, 0 } };
	const struct cgroup_resources resources = { .block_io = { .write_iops = { none, 1 } } };
	struct tree *tree = *state;

	add_v2(tree);
	apply(tree, &resources);
	expect(tree, "v2/io.max", "8:0 wiops=max");
}

static void test_v1(void **state)
{
	static const struct cgroup_pair priorities[] = { { "eth0", "5" } };
	const struct cgroup_resources resources = {
		.cpu = { .shares = SET(512),
			.quota = SET(50000),
			.period = SET(100000),
			.realtime_runtime = SET(950),
			.realtime_period = SET(1000),
			.cpus = "0",
			.mems = "0" },
		.memory = { .limit = SET(1000),
			.swap = SET(3000),
			.reservation = SET(500),
			.swappiness = SET(0),
			.disable_oom_killer = SET(1),
			.kernel = SET(9),
			.kernel_tcp = SET(77),
			.use_hierarchy = SET(1) },
		.pids_limit = SET(32),
		.block_io = { .weight = SET(500),
			.weight_device = { disk_weight, 1 },
			.read_bps = { disk_bps, 1 },
			.write_iops = { disk_iops, 1 } },
		.net_class_id = SET(1048577),
		.net_priorities = priorities,
		.net_priorities_length = 1,
	};
	struct tree *tree = *state;

	add_v1(tree);
	apply(tree, &resources);
	expect(tree, "cpu,cpuacct/cpu.shares", "512");
	expect(tree, "cpu,cpuacct/cpu.cfs_quota_us", "50000");
	expect(tree, "cpu,cpuacct/cpu.cfs_period_us", "100000");
	expect(tree, "cpu,cpuacct/cpu.rt_runtime_us", "950");
	expect(tree, "cpu,cpuacct/cpu.rt_period_us", "1000");
	expect(tree, "cpuset/cpuset.cpus", "0");
	expect(tree, "memory/memory.limit_in_bytes", "1000");
	expect(tree, "memory/memory.memsw.limit_in_bytes", "3000");
	expect(tree, "memory/memory.soft_limit_in_bytes", "500");
	expect(tree, "memory/memory.swappiness", "0");
	expect(tree, "memory/memory.oom_control", "1");
	expect(tree, "memory/memory.kmem.tcp.limit_in_bytes", "77");
	expect(tree, "memory/memory.use_hierarchy", "1");
	expect(tree, "pids/pids.max", "32");
	expect(tree, "blkio/blkio.bfq.weight", "500");
	expect(tree, "blkio/blkio.bfq.weight_device", "8:0 500");
	expect(tree, "blkio/blkio.throttle.read_bps_device", "8:0 1048576");
	expect(tree, "blkio/blkio.throttle.write_iops_device", "8:16 100");
	expect(tree, "net/net_cls.classid", "1048577");
	expect(tree, "net/net_prio.ifpriomap", "eth0 5");
}

/* Each property goes where its controller is. */
static void test_hybrid(void **state)
{
	static const struct cgroup_pair hugepages[] = { { "64KB", "65536" } };
	const struct cgroup_resources resources = {
		.cpu = { .shares = SET(512) },
		.hugepages = hugepages,
		.hugepages_length = 1,
	};
	struct tree *tree = *state;

	add_v1(tree);
	add_directory(tree, "unified", "cgroup.controllers hugetlb.64KB.max");
	write_file(tree, "unified/cgroup.controllers", "hugetlb\n");
	apply(tree, &resources);
	expect(tree, "cpu,cpuacct/cpu.shares", "512");
	expect(tree, "unified/hugetlb.64KB.max", "65536");
}

/* What engines send for properties that nobody has set needs no controller at all. */
static void test_zeros(void **state)
{
	const struct cgroup_resources resources = {
		.cpu = { .shares = SET(0),
			.quota = SET(0),
			.period = SET(0),
			.burst = SET(0),
			.idle = SET(0),
			.realtime_runtime = SET(0),
			.realtime_period = SET(0),
			.cpus = "",
			.mems = "" },
		.memory = { .limit = SET(0),
			.swap = SET(0),
			.reservation = SET(0),
			.kernel = SET(0),
			.kernel_tcp = SET(0),
			.disable_oom_killer = SET(0) },
		.pids_limit = SET(0),
		.block_io = { .weight = SET(0), .leaf_weight = SET(0) },
		.net_class_id = SET(0),
	};
	struct tree *tree = *state;

	add_directory(tree, "systemd", "");
	apply(tree, &resources);
	assert_int_equal(tree->plan.directories.length, 1);
}

static void test_refusals(void **state)
{
	static const struct cgroup_pair slash[] = { { "../memory.max", "1" } };
	static const struct cgroup_pair high[] = { { "memory.high", "1" } };
	static const struct cgroup_pair pages[] = { { "3MB", "1" } };
	struct tree *tree = *state;

	add_v2(tree);
	refuse(tree, &(struct cgroup_resources){ .memory = { .swappiness = SET(60) } }, ENOTSUP,
		"linux.resources.memory.swappiness: cgroup v2 has no such control");
	refuse(tree, &(struct cgroup_resources){ .memory = { .swap = SET(60) } }, EINVAL,
		"linux.resources.memory.swap: ");
	refuse(tree, &(struct cgroup_resources){ .memory = { .swap = SET(60), .limit = SET(61) } },
		EINVAL, "linux.resources.memory.swap: 60 is below memory.limit");
	refuse(tree, &(struct cgroup_resources){ .memory = { .use_hierarchy = SET(0) } }, ENOTSUP,
		"linux.resources.memory.useHierarchy: ");
	refuse(tree, &(struct cgroup_resources){ .net_class_id = SET(1) }, ENODEV,
		"linux.resources.network.classID: the net_cls controller");
	refuse(tree, &(struct cgroup_resources){ .unified = slash, .unified_length = 1 }, EINVAL,
		"linux.resources.unified.../memory.max: not the name");
	refuse(tree, &(struct cgroup_resources){ .hugepages = pages, .hugepages_length = 1 },
		ENOENT, "linux.resources.hugepageLimits[0]: ");
	write_file(tree, "v2/memory.current", "5000\n");
	refuse(tree,
		&(struct cgroup_resources){
			.memory = { .limit = SET(4999), .check_before_update = SET(1) } },
		EBUSY, "below the 5000 bytes in use");
	/* Nothing of a request is written when a part of it is impossible. */
	expect(tree, "v2/memory.max", "");
	strv_free(&tree->plan.directories);
	add_v1(tree);
	refuse(tree, &(struct cgroup_resources){ .unified = high, .unified_length = 1 }, ENODEV,
		"linux.resources.unified.memory.high: needs cgroup v2");
	refuse(tree, &(struct cgroup_resources){ .hugepages = pages, .hugepages_length = 1 },
		ENODEV, "the hugetlb controller");
	refuse(tree, &(struct cgroup_resources){ .block_io = { .leaf_weight = SET(10) } }, ENOENT,
		"Linux 5.0");
}

/* v2 limits swap alone: what memory has already tells how much of the sum is left for it. */
static void test_v2_swap_beside_what_is_there(void **state)
{
	const struct cgroup_resources resources = { .memory = { .swap = SET(5000) } };
	struct tree *tree = *state;

	add_v2(tree);
	write_file(tree, "v2/memory.max", "max\n");
	refuse(tree, &resources, EINVAL,
		"linux.resources.memory.swap: memory.limit is needed beside it");
	write_file(tree, "v2/memory.max", "3000\n");
	apply(tree, &resources);
	expect(tree, "v2/memory.swap.max", "2000");
	write_file(tree, "v2/memory.max", "5001\n");
	refuse(tree, &resources, EINVAL, "5000 is below memory.limit, 5001, which it includes");
}

/* Engines repeat all device rules with every change of another limit. */
static void test_v1_devices_in_force(void **state)
{
	static const struct cgroup_device_rule rules[] = {
		{ false, 'a', -1, -1, "rwm" },
		{ true, 'c', 1, 3, "rw" },
		{ true, 'b', -1, -1, "m" },
		{ true, 'c', 1, 3, "m" },
	};
	const struct cgroup_resources resources = {
		.devices_set = true,
		.devices = rules,
		.devices_length = ARRAY_LENGTH(rules),
	};
	static const char *const others[] = { "", "a *:* rwm\n", "c 1:3 rwm\n",
		"b *:* m\nc 1:3 rw\n", "b *:* m\nc 1:3 rwm\nc 1:5 r\n", "b *:* m\nc 1:33 rwm\n" };
	struct tree *tree = *state;

	add_directory(tree, "devices", "devices.allow devices.deny");
	write_file(tree, "devices/devices.list", "b *:* m\nc 1:3 rwm\n");
	apply(tree, &resources);
	expect(tree, "devices/devices.deny", "");
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
		write_file(tree, "devices/devices.list", others[i]);
		write_file(tree, "devices/devices.deny", "");
		apply(tree, &resources);
		expect(tree, "devices/devices.deny", "a");
	}
}

/* Controllers are handed down by every directory above, as far as there are cgroups. */
static void test_v2_subtree_control(void **state)
{
	const struct cgroup_resources resources = { .pids_limit = SET(5) };
	struct tree *tree = *state;

	add_directory(tree, "top", "cgroup.controllers cgroup.subtree_control");
	write_file(tree, "top/cgroup.controllers", "memory pids\n");
	add_directory(tree, "top/a", "cgroup.controllers cgroup.subtree_control");
	strv_free(&tree->plan.directories);
	add_directory(tree, "top/a/b", "cgroup.controllers pids.max");
	/* These files enable nothing, so it ends with an error; but all has been asked for. */
	refuse(tree, &resources, ENODEV, "linux.resources.pids.limit: the pids controller");
	expect(tree, "top/cgroup.subtree_control", "+pids");
	expect(tree, "top/a/cgroup.subtree_control", "+pids");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conversions),
		TEST(test_v2),
		TEST(test_v2_unlimited),
		TEST(test_v2_period_keeps_quota),
		TEST(test_v2_bfq_weight),
		TEST(test_v2_throttle_lifted),
		TEST(test_v1),
		TEST(test_hybrid),
		TEST(test_zeros),
		TEST(test_refusals),
		TEST(test_v2_swap_beside_what_is_there),
		TEST(test_v1_devices_in_force),
		TEST(test_v2_subtree_control),
	};

	return cmocka_run_group_tests_name("cgroup_apply", tests, NULL, NULL);
}
