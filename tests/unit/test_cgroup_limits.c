/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_apply on real cgroups: what the kernel makes of it. */
#include "cgroup_alone.h"

static void open_null(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), zero = open("/dev/zero", O_RDONLY);

	CHECK(null >= 0);
	CHECK(zero < 0 && errno == EPERM);
	_exit(7);
}

static void open_zero(void)
{
	CHECK(open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 && errno == EPERM);
	CHECK(open("/dev/zero", O_RDONLY | O_CLOEXEC) >= 0);
	_exit(7);
}

static void check_devices(const void *argument)
{
	struct cgroup_device_rule rules[] = {
		{ false, 'a', -1, -1, "rwm" },
		{ true, 'c', 1, 3, "rw" },
	};
	struct cgroup_resources resources = {
		.devices_set = true,
		.devices = rules,
		.devices_length = 2,
	};
	struct cgroup_plan plan;

	(void)be_alone(*(const int *)argument);
	plan_and_create("/x", &plan);
	OK(cgroup_apply(&plan, &resources, &err));
	CHECK(WEXITSTATUS(status_of(spawn_in(&plan, open_null))) == 7);
	/* The second list takes the place of the first. */
	rules[1].minor = 5;
	OK(cgroup_apply(&plan, &resources, &err));
	CHECK(WEXITSTATUS(status_of(spawn_in(&plan, open_zero))) == 7);
	OK(cgroup_destroy(&plan, &err));
	cgroup_plan_free(&plan);
}

static bool holds(const struct cgroup_plan *plan, const char *file, const char *content)
{
	for (size_t i = 0; i < plan->directories.length; i++) {
		char path[512], got[64];

		snprintf(path, sizeof(path), "%s/%s", plan->directories.items[i], file);
		if (io_read_small(AT_FDCWD, path, got, sizeof(got)) < 0)
			continue;
		got[strcspn(got, "\n")] = '\0';
		if (strcmp(got, content) == 0)
			return true;
		dprintf(STDERR_FILENO, "%s has \"%s\", not \"%s\"\n", path, got, content);
	}
	return false;
}

static void expect(const struct cgroup_plan *plan, const char *file, const char *content)
{
	if (holds(plan, file, content))
		return;
	dprintf(STDERR_FILENO, "no directory has %s with \"%s\"\n", file, content);
	_exit(1);
}

#define MIB (INT64_C(1) << 20)

static void check_limits_v1(const void *argument)
{
	struct cgroup_resources resources = {
		.cpu = { .shares = { true, 512 }, .cpus = "0" },
		.memory = { .limit = { true, 64 * MIB }, .swap = { true, 64 * MIB } },
		.pids_limit = { true, 20 },
	};
	struct cgroup_plan plan;
	struct error err;

	(void)be_alone(*(const int *)argument);
	plan_and_create("/x", &plan);
	if (cgroup_apply(&plan, &resources, &err) < 0 && (err.code == ENOENT || err.code == ENODEV))
		SKIP_IN_CHILD(err.text);
	expect(&plan, "cpu.shares", "512");
	expect(&plan, "cpuset.cpus", "0");
	expect(&plan, "memory.limit_in_bytes", "67108864");
	expect(&plan, "memory.memsw.limit_in_bytes", "67108864");
	expect(&plan, "pids.max", "20");
	/* Up and down again: whichever of the two limits has to go first. */
	resources.memory.limit.value = resources.memory.swap.value = 128 * MIB;
	OK(cgroup_apply(&plan, &resources, &err));
	expect(&plan, "memory.limit_in_bytes", "134217728");
	resources.memory.limit.value = 32 * MIB;
	resources.memory.swap.value = 48 * MIB;
	OK(cgroup_apply(&plan, &resources, &err));
	expect(&plan, "memory.memsw.limit_in_bytes", "50331648");
	resources.memory.limit.value = -1;
	resources.memory.swap.set = false;
	resources.pids_limit.value = -1;
	OK(cgroup_apply(&plan, &resources, &err));
	expect(&plan, "pids.max", "max");
	resources.cpu.cpus = "9999";
	CHECK(cgroup_apply(&plan, &resources, &err) == -1);
	CHECK_TEXT(err, "linux.resources.cpu.cpus: cannot write \"9999\" to " MOUNT);
	CHECK_TEXT(err, "only what the parent cgroup has");
	OK(cgroup_destroy(&plan, &err));
	cgroup_plan_free(&plan);
}

/* This controller may be in v2 while others are in v1: each limit finds its hierarchy. */
static void check_hugepages(const void *argument)
{
	const struct cgroup_pair pages[] = { { "2MB", "4194304" } };
	struct cgroup_resources resources = {
		.pids_limit = { true, 20 },
		.hugepages = pages,
		.hugepages_length = 1,
	};
	struct cgroup_plan plan;
	struct error err;

	(void)be_alone(*(const int *)argument);
	plan_and_create("/a/x", &plan);
	if (cgroup_apply(&plan, &resources, &err) < 0 && (err.code == ENOENT || err.code == ENODEV))
		SKIP_IN_CHILD(err.text);
	expect(&plan, "pids.max", "20");
	CHECK(holds(&plan, "hugetlb.2MB.max", "4194304") ||
		holds(&plan, "hugetlb.2MB.limit_in_bytes", "4194304"));
	OK(cgroup_destroy(&plan, &err));
	cgroup_plan_free(&plan);
}

static void check_limits_v2(const void *argument)
{
	const struct cgroup_pair depth[] = { { "cgroup.max.depth", "3" } };
	const struct cgroup_pair file[] = { { "no.such", "3" } };
	struct cgroup_resources resources = { .unified = depth, .unified_length = 1 };
	struct cgroup_plan plan;
	struct error err;

	(void)be_alone(*(const int *)argument);
	plan_and_create("/x", &plan);
	OK(cgroup_apply(&plan, &resources, &err));
	expect(&plan, "cgroup.max.depth", "3");
	resources.unified = file;
	CHECK(cgroup_apply(&plan, &resources, &err) == -1);
	CHECK_TEXT(err, "linux.resources.unified.no.such: the no controller is in no mounted");
	OK(cgroup_destroy(&plan, &err));
	cgroup_plan_free(&plan);
}

REAL_TEST(devices, SEE_V1)
REAL_TEST(devices, SEE_V2)
REAL_TEST(limits_v1, SEE_V1)
REAL_TEST(limits_v1, SEE_HYBRID)
REAL_TEST(limits_v2, SEE_V2)
REAL_TEST(hugepages, SEE_HYBRID)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REAL(test_devices_SEE_V1),
		REAL(test_devices_SEE_V2),
		REAL(test_limits_v1_SEE_V1),
		REAL(test_limits_v1_SEE_HYBRID),
		REAL(test_limits_v2_SEE_V2),
		REAL(test_hugepages_SEE_HYBRID),
	};

	return cmocka_run_group_tests_name("cgroup_limits", tests, NULL, NULL);
}
