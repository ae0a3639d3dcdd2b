/* SPDX-License-Identifier: Apache-2.0 */
/* systemd: names of units, and limits as its properties; none of this needs a systemd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "linux/systemd_limits.h"
#include "linux/systemd_unit.h"

static void names_are_slice_prefix_and_name(void **state)
{
	static const struct {
		const char *path, *id;
		bool user;
		const char *name, *slice;
	} cases[] = {
		{ NULL, "a", false, "elsewhen-a.scope", "system.slice" },
		{ "", "a", true, "elsewhen-a.scope", "user.slice" },
		{ "machine.slice:libpod:12", "a", false, "libpod-12.scope", "machine.slice" },
		{ ":libpod:12", "a", false, "libpod-12.scope", "system.slice" },
		{ "a-b.slice::12", "a", false, "12.scope", "a-b.slice" },
		{ "-.slice:p:n", "a", false, "p-n.scope", "-.slice" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct systemd_unit unit;
		struct error err = { 0 };

		assert_int_equal(
			systemd_unit_parse(cases[i].path, cases[i].id, cases[i].user, &unit, &err),
			0);
		assert_string_equal(unit.name, cases[i].name);
		assert_string_equal(unit.slice, cases[i].slice);
		assert_int_equal(unit.user, cases[i].user);
		systemd_unit_free(&unit);
	}
}

static void other_forms_are_refused(void **state)
{
	static const struct {
		const char *path, *part;
	} cases[] = {
		{ "/a/b", "is not of the form slice:prefix:name" },
		{ "a.slice:b", "is not of the form slice:prefix:name" },
		{ "a.slice:b:c:d", "is not of the form slice:prefix:name" },
		{ "a.slice:b:", "names no unit" },
		{ "a.slice:b:c/d", "names no unit" },
		{ "a:b:c", "does not begin with a slice" },
		{ ".slice:b:c", "does not begin with a slice" },
		{ "a--b.slice:b:c", "does not begin with a slice" },
		{ "-a.slice:b:c", "does not begin with a slice" },
		{ "a-.slice:b:c", "does not begin with a slice" },
		{ "a/b.slice:b:c", "does not begin with a slice" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct systemd_unit unit;
		struct error err = { 0 };

		assert_int_equal(systemd_unit_parse(cases[i].path, "a", false, &unit, &err), -1);
		if (!strstr(err.text, cases[i].part))
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].part);
		systemd_unit_free(&unit);
	}
}

static const struct systemd_v1 none = { 0 }, all = { true, true, true };

static const struct systemd_property *find(const struct systemd_limits *limits, const char *name)
{
	for (size_t i = 0; i < limits->length; i++)
		if (strcmp(limits->items[i].name, name) == 0)
			return &limits->items[i];
	return NULL;
}

static void assert_number(const struct systemd_limits *limits, const char *name, uint64_t number)
{
	const struct systemd_property *property = find(limits, name);

	if (!property)
		fail_msg("%s is missing", name);
	assert_int_equal(property->type, SYSTEMD_U64);
	assert_int_equal(property->number, number);
}

static void limits_have_the_units_of_systemd(void **state)
{
	const struct cgroup_pair unified[] = { { "memory.high", "4096" }, { "memory.min", "max" },
		{ "io.max", "8:0 rbps=1" } };
	const struct cgroup_resources resources = {
		.cpu = { .shares = { true, 1024 },
			.quota = { true, 12345 },
			.period = { true, 50000 },
			.cpus = "0-2,9",
			.mems = "1" },
		.memory = { .limit = { true, 1 << 20 },
			.reservation = { true, 4096 },
			.swap = { true, 3 << 20 } },
		.pids_limit = { true, -1 },
		.block_io = { .weight = { true, 1000 } },
		.unified = unified,
		.unified_length = ARRAY_LENGTH(unified),
	};
	const struct systemd_property *bits;
	struct systemd_limits limits = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(systemd_limits_make(&resources, &none, &limits, &err), 0);
	assert_number(&limits, "MemoryMax", 1 << 20);
	assert_number(&limits, "MemoryLow", 4096);
	assert_number(&limits, "MemorySwapMax", 2 << 20);
	assert_number(&limits, "CPUWeight", 39);
	/* 12345 of 50000 us are 246.9 ms a second, and a hundredth is 10 ms. */
	assert_number(&limits, "CPUQuotaPerSecUSec", 250000);
	assert_number(&limits, "CPUQuotaPeriodUSec", 50000);
	assert_number(&limits, "TasksMax", UINT64_MAX);
	assert_number(&limits, "IOWeight", 10000);
	assert_number(&limits, "MemoryHigh", 4096);
	assert_number(&limits, "MemoryMin", UINT64_MAX);
	bits = find(&limits, "AllowedCPUs");
	assert_non_null(bits);
	assert_int_equal(bits->type, SYSTEMD_BYTES);
	assert_int_equal(bits->number, 2);
	assert_int_equal(bits->bytes[0], 0x07);
	assert_int_equal(bits->bytes[1], 0x02);
	bits = find(&limits, "AllowedMemoryNodes");
	assert_non_null(bits);
	assert_int_equal(bits->bytes[0], 0x02);
	systemd_limits_free(&limits);
	assert_int_equal(systemd_limits_make(&resources, &all, &limits, &err), 0);
	assert_number(&limits, "CPUShares", 1024);
	assert_null(find(&limits, "CPUWeight"));
	assert_number(&limits, "BlockIOWeight", 1000);
	assert_null(find(&limits, "IOWeight"));
	assert_null(find(&limits, "DevicePolicy"));
	systemd_limits_free(&limits);
}

static void devices_are_told_where_systemd_writes_them(void **state)
{
	const struct cgroup_device_rule rules[] = {
		{ false, 'a', -1, -1, "rwm" },
		{ true, 'c', 1, 3, "rwm" },
		{ true, 'c', 136, -1, "rw" },
		{ true, 'b', -1, -1, "m" },
		{ true, 'c', -1, 7, "r" },
		{ true, 'b', 8, 0, "r" },
	};
	static const char *const pairs[] = { "/dev/char/1:3", "rwm", "char-136", "rw", "block-*",
		"m", "/dev/block/8:0", "r" };
	struct cgroup_resources resources = {
		.devices_set = true, .devices = rules, .devices_length = ARRAY_LENGTH(rules)
	};
	struct systemd_limits limits = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(systemd_limits_make(&resources, &all, &limits, &err), 0);
	assert_int_equal(limits.length, 3);
	assert_string_equal(limits.items[0].name, "DeviceAllow");
	assert_null(limits.items[0].strings);
	assert_string_equal(limits.items[1].name, "DeviceAllow");
	assert_int_equal(limits.devices.length, ARRAY_LENGTH(pairs));
	for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++)
		assert_string_equal(limits.items[1].strings[i], pairs[i]);
	assert_null(limits.items[1].strings[ARRAY_LENGTH(pairs)]);
	assert_string_equal(limits.items[2].name, "DevicePolicy");
	assert_string_equal(limits.items[2].text, "strict");
	systemd_limits_free(&limits);
	/* All but some: systemd cannot say that. */
	resources.devices = &rules[1];
	resources.devices_length = 1;
	assert_int_equal(systemd_limits_make(&resources, &all, &limits, &err), 0);
	assert_int_equal(limits.length, 2);
	assert_string_equal(limits.items[1].text, "auto");
	systemd_limits_free(&limits);
	assert_int_equal(systemd_limits_make(&resources, &none, &limits, &err), 0);
	assert_int_equal(limits.length, 0);
	systemd_limits_free(&limits);
}

static void what_nobody_has_set_is_left_out(void **state)
{
	const struct cgroup_resources resources = { .memory = { .limit = { true, 0 },
							    .swap = { true, 5 } } };
	struct systemd_limits limits = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(systemd_limits_make(&resources, &none, &limits, &err), 0);
	assert_int_equal(limits.length, 0);
	systemd_limits_free(&limits);
}

static void bad_lists_of_processors_are_refused(void **state)
{
	static const char *const lists[] = { "a", "3-1", "0-", "-1", "0-99999", "1,,2" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
		const struct cgroup_resources resources = { .cpu.cpus = lists[i] };
		struct systemd_limits limits = { 0 };
		struct error err = { 0 };

		assert_int_equal(systemd_limits_make(&resources, &none, &limits, &err), -1);
		assert_non_null(strstr(err.text, "linux.resources.cpu.cpus"));
		systemd_limits_free(&limits);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_slice_prefix_and_name),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(limits_have_the_units_of_systemd),
		cmocka_unit_test(devices_are_told_where_systemd_writes_them),
		cmocka_unit_test(what_nobody_has_set_is_left_out),
		cmocka_unit_test(bad_lists_of_processors_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
