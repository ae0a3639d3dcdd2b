/* SPDX-License-Identifier: Apache-2.0 */
/* oci/validate: linux.resources and linux.seccomp. */
#include "validate_cases.h"

static void resources(void **state)
{
	static const struct validate_case cases[] = {
		{ "'pids': {'limit': -1}", NULL },
		{ "'pids': {'limit': -2}",
			"linux.resources.pids.limit: -2 is below 1, and not -1" },
		{ "'memory': {'limit': 1000, 'swap': 1000, 'reservation': -1, 'kernel': 0}", NULL },
		{ "'memory': {'limit': -1, 'swap': -1, 'swappiness': 100}", NULL },
		{ "'memory': {'limit': -5}", "linux.resources.memory.limit: -5 is below 1" },
		{ "'memory': {'kernelTCP': -5}",
			"linux.resources.memory.kernelTCP: -5 is below 1" },
		{ "'memory': {'limit': 1000, 'swap': 999}",
			"linux.resources.memory.swap: 999 is memory and swap together, and below" },
		{ "'memory': {'swap': 999}", "linux.resources.memory.swap: is memory and swap" },
		{ "'memory': {'swappiness': 101}",
			"linux.resources.memory.swappiness: 101 is outside of 0 to 100" },
		{ "'memory': {'swappiness': 18446744073709551615}",
			"linux.resources.memory.swappiness: " },
		{ "'cpu': {'shares': 2, 'quota': 50000, 'period': 100000, 'burst': 50000}", NULL },
		{ "'cpu': {'quota': -1, 'period': 0}", NULL },
		{ "'cpu': {'quota': 0, 'cpus': '', 'mems': '0', 'idle': 1}", NULL },
		{ "'cpu': {'quota': 999}", "linux.resources.cpu.quota: 999 is below 1000" },
		{ "'cpu': {'period': 999}",
			"linux.resources.cpu.period: 999 is outside of 1000 to 1000000" },
		{ "'cpu': {'period': 1000001}", "linux.resources.cpu.period: 1000001 is outside" },
		{ "'cpu': {'idle': 2}", "linux.resources.cpu.idle: 2 is outside of 0 to 1" },
		{ "'cpu': {'quota': 1000, 'burst': 1001}",
			"linux.resources.cpu.burst: 1001 is above the quota, 1000" },
		{ "'cpu': {'realtimeRuntime': 2, 'realtimePeriod': 1}",
			"linux.resources.cpu.realtimeRuntime: 2 is above realtimePeriod, 1" },
		{ "'cpu': {'cpus': '0-'}", "linux.resources.cpu.cpus: " },
		{ "'cpu': {'mems': 'a'}", "linux.resources.cpu.mems: " },
		{ "'network': {'classID': 5, 'priorities': [{'name': 'eth0', 'priority': 5}]}",
			NULL },
		{ "'network': {'priorities': [{'name': 'a b', 'priority': 5}]}",
			"linux.resources.network.priorities[0].name: 'a b' is no name" },
		{ "'rdma': {'mlx5_0': {'hcaHandles': 3}}", NULL },
		{ "'rdma': {'mlx5_0': {}}",
			"linux.resources.rdma.mlx5_0: hcaHandles or hcaObjects" },
		{ "'rdma': {'a b': {'hcaHandles': 3}}", "linux.resources.rdma: 'a b' is no name" },
		{ "'unified': {'memory.high': '1', 'io.max': ''}", NULL },
		{ "'unified': {'': '1'}", "linux.resources.unified: '' is no file of a cgroup" },
		{ "'unified': {'../x': '1'}", "linux.resources.unified: '../x' is no file" },
		{ "'unified': {'a/b': '1'}", "linux.resources.unified: 'a/b' is no file" },
		{ "'hugepageLimits': [{'pageSize': '2MB', 'limit': 5}]", NULL },
		{ "'hugepageLimits': [{'pageSize': '64kB', 'limit': 5}]",
			"linux.resources.hugepageLimits[0].pageSize: '64kB' is no page size" },
		{ "'hugepageLimits': [{'pageSize': '02MB', 'limit': 5}]",
			"linux.resources.hugepage" },
		{ "'hugepageLimits': [{'pageSize': '2', 'limit': 5}]", "linux.resources.hugepage" },
		{ "'hugepageLimits': [{'pageSize': '2MB/../x', 'limit': 5}]",
			"linux.resources.hugepageLimits[0].pageSize: '2MB/../x' is no page size" },
	};

	(void)state;
	VALIDATE_CASES(FRAME_RESOURCES, cases);
}

/* `update` is about what the container has, too: a limit of memory may be there already. */
static void resources_alone(void **state)
{
	static const char json[] = "{\"memory\": {\"swap\": 999}, \"cpu\": {\"quota\": 1000}}";
	static const char wrong[] = "{\"memory\": {\"swap\": 999, \"limit\": 1000}}";
	static const char *const unread[] = { "", "[]", "{\"memory\": 5}", "{} {}",
		"{\"cpu\": {\"shares\": -1}}" };
	cleanup_oci_config struct oci_config *config = NULL, *other = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(oci_resources_parse(json, strlen(json), &config, &err), 0);
	assert_true(config->linux_.resources.set);
	assert_int_equal(config->linux_.resources.memory.swap.value, 999);
	assert_int_equal(oci_resources_validate(config, &err), 0);
	assert_int_equal(oci_resources_parse(wrong, strlen(wrong), &other, &err), 0);
	assert_int_equal(oci_resources_validate(other, &err), -1);
	assert_non_null(strstr(err.text, "linux.resources.memory.swap: 999 is memory and swap"));
	for (size_t i = 0; i < ARRAY_LENGTH(unread); i++) {
		struct oci_config *none = NULL;

		assert_int_equal(
			oci_resources_parse(unread[i], strlen(unread[i]), &none, &err), -1);
		assert_null(none);
	}
}

static void resources_of_devices(void **state)
{
	static const struct validate_case cases[] = {
		{ "'devices': [{'allow': false}, {'allow': true, 'type': 'c', 'major': -1,"
		  " 'minor': 5, 'access': 'rwm'}]",
			NULL },
		{ "'devices': [{'allow': true, 'type': 'x'}]",
			"linux.resources.devices[0].type: 'x' is not one of a, b, c" },
		{ "'devices': [{'allow': true, 'type': ''}]", "linux.resources.devices[0].type: " },
		{ "'devices': [{'allow': true, 'access': 'rwx'}]",
			"linux.resources.devices[0].access: 'rwx' is not made of r, w, m" },
		{ "'devices': [{'allow': true, 'access': ''}]",
			"linux.resources.devices[0].access: " },
		{ "'devices': [{'allow': true, 'access': 'rrww'}]",
			"linux.resources.devices[0].access: " },
		{ "'devices': [{'allow': true}, {'allow': true, 'minor': -2}]",
			"linux.resources.devices[1].minor: -2 is no device number" },
		{ "'blockIO': {'weight': 10, 'leafWeight': 1000}", NULL },
		{ "'blockIO': {'weight': 0}", NULL },
		{ "'blockIO': {'weight': 9}",
			"linux.resources.blockIO.weight: 9 is outside of 10 to" },
		{ "'blockIO': {'leafWeight': 1001}",
			"linux.resources.blockIO.leafWeight: 1001 is" },
		{ "'blockIO': {'weightDevice': [{'major': 8, 'minor': 0, 'weight': 500}]}", NULL },
		{ "'blockIO': {'weightDevice': [{'major': 8, 'minor': 0}]}",
			"linux.resources.blockIO.weightDevice[0]: weight or leafWeight is "
			"required" },
		{ "'blockIO': {'weightDevice': [{'major': 8, 'minor': 0, 'weight': 5}]}",
			"linux.resources.blockIO.weightDevice[0].weight: 5 is outside of 10 to "
			"1000" },
		{ "'blockIO': {'weightDevice': [{'major': -8, 'minor': 0, 'weight': 50}]}",
			"linux.resources.blockIO.weightDevice[0]: -8:0 is no device number" },
		{ "'blockIO': {'throttleReadBpsDevice': [{'major': 8, 'minor': 0, 'rate': 0}]}",
			NULL },
		{ "'blockIO': {'throttleWriteBpsDevice': [{'major': 8, 'minor': -1, 'rate': 1}]}",
			"linux.resources.blockIO.throttleWriteBpsDevice[0]: 8:-1 is no device" },
		{ "'blockIO': {'throttleReadIOPSDevice': [{'major': 8, 'minor': 0}]}",
			"linux.resources.blockIO.throttleReadIOPSDevice[0].rate: " },
	};

	(void)state;
	VALIDATE_CASES(FRAME_RESOURCES, cases);
}

#define ALLOW "'defaultAction': 'SCMP_ACT_ALLOW'"

static void seccomp(void **state)
{
	static const struct validate_case cases[] = {
		{ ALLOW, NULL },
		{ "'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 38,"
		  " 'architectures': ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'],"
		  " 'flags': ['SECCOMP_FILTER_FLAG_LOG'], 'syscalls': [{'names': ['read', "
		  "'no_such'],"
		  " 'action': 'SCMP_ACT_ALLOW', 'args': [{'index': 5, 'value': 1,"
		  " 'op': 'SCMP_CMP_EQ'}]}]",
			NULL },
		{ "'syscalls': []", "linux.seccomp.defaultAction: " },
		{ "'defaultAction': 'ALLOW'",
			"linux.seccomp.defaultAction: 'ALLOW' is not one of" },
		{ "'defaultAction': 'SCMP_ACT_NOTIFY'",
			"linux.seccomp.defaultAction: SCMP_ACT_NOTIFY" },
		{ ALLOW ", 'defaultErrnoRet': 1",
			"linux.seccomp.defaultErrnoRet: does not go with SCMP_ACT_ALLOW" },
		{ "'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 4096",
			"linux.seccomp.defaultErrnoRet: 4096 is above 4095" },
		{ "'defaultAction': 'SCMP_ACT_TRACE', 'defaultErrnoRet': 65535", NULL },
		{ ALLOW ", 'architectures': ['SCMP_ARCH_VAX']",
			"linux.seccomp.architectures[0]: 'SCMP_ARCH_VAX' is not one of" },
		{ ALLOW ", 'flags': ['LOG']", "linux.seccomp.flags[0]: 'LOG' is not one of" },
		{ ALLOW ", 'syscalls': [{'names': [], 'action': 'SCMP_ACT_KILL'}]",
			"linux.seccomp.syscalls[0].names: at least one is required" },
		{ ALLOW ", 'syscalls': [{'names': ['a', ''], 'action': 'SCMP_ACT_KILL'}]",
			"linux.seccomp.syscalls[0].names[1]: is empty" },
		{ ALLOW ", 'syscalls': [{'names': ['a'], 'action': 'KILL'}]",
			"linux.seccomp.syscalls[0].action: 'KILL' is not one of" },
		{ ALLOW ", 'syscalls': [{'names': ['a'], 'action': 'SCMP_ACT_KILL', 'errnoRet': "
			"1}]",
			"linux.seccomp.syscalls[0].errnoRet: does not go with SCMP_ACT_KILL" },
		{ ALLOW ", 'syscalls': [{'names': ['a'], 'action': 'SCMP_ACT_KILL', 'args':"
			" [{'index': 6, 'value': 1, 'op': 'SCMP_CMP_EQ'}]}]",
			"linux.seccomp.syscalls[0].args[0].index: 6 is above 5" },
		{ ALLOW ", 'syscalls': [{'names': ['a'], 'action': 'SCMP_ACT_KILL', 'args':"
			" [{'index': 0, 'value': 1, 'op': 'EQ'}]}]",
			"linux.seccomp.syscalls[0].args[0].op: 'EQ' is not one of" },
		{ ALLOW ", 'syscalls': [{'names': ['a'], 'action': 'SCMP_ACT_NOTIFY'}]",
			"linux.seccomp.syscalls[0].action: SCMP_ACT_NOTIFY needs" },
		{ ALLOW ", 'listenerPath': '/s', 'listenerMetadata': 'm',"
			" 'syscalls': [{'names': ['a'], 'action': 'SCMP_ACT_NOTIFY'}]",
			NULL },
		{ ALLOW ", 'listenerMetadata': 'm'",
			"linux.seccomp.listenerMetadata: needs linux.seccomp.listenerPath" },
	};

	(void)state;
	VALIDATE_CASES(FRAME_SECCOMP, cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resources),
		cmocka_unit_test(resources_alone),
		cmocka_unit_test(resources_of_devices),
		cmocka_unit_test(seccomp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
