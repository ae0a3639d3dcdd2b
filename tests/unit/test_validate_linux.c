/* SPDX-License-Identifier: Apache-2.0 */
/* oci/validate: config-linux.md but resources and seccomp. */
#include "validate_cases.h"

static void namespaces(void **state)
{
	static const struct validate_case cases[] = {
		{ "'namespaces': []", NULL },
		{ "'namespaces': [{'type': 'time'}, {'type': 'pid', 'path': '/proc/1/ns/pid'}]",
			NULL },
		{ "'namespaces': [{'type': 'time'}, {'type': 'pid'}, {'type': 'time'}]",
			"linux.namespaces[2].type: time is there already, as linux.namespaces[0]" },
		{ "'namespaces': [{'type': 'mount'}, {'type': 'mount', 'path': '/m'}]",
			"linux.namespaces[1].type: mount is there already" },
		{ "'namespaces': [{'type': 'pid', 'path': 'proc/1/ns/pid'}]",
			"linux.namespaces[0].path: 'proc/1/ns/pid' is not an absolute path" },
		{ "'namespaces': [{'type': 'pid', 'path': ''}]",
			"linux.namespaces[0].path: is empty" },
		{ "'namespaces': [{'type': 'clock'}]", "linux.namespaces[0].type: " },
		{ "'namespaces': [{}]", "linux.namespaces[0].type: " },
	};

	(void)state;
	VALIDATE_CASES(FRAME_LINUX, cases);
}

#define USER "'namespaces': [{'type': 'user'}], "
#define UIDS "'uidMappings': [{'containerID': 0, 'hostID': 1000, 'size': 10}]"
#define GIDS "'gidMappings': [{'containerID': 0, 'hostID': 1000, 'size': 10}]"

static void id_mappings(void **state)
{
	static const struct validate_case cases[] = {
		{ USER UIDS ", " GIDS, NULL },
		{ "'namespaces': [{'type': 'user'}]",
			"linux.uidMappings: at least one element is required with a new user" },
		{ USER UIDS, "linux.gidMappings: at least one element is required" },
		{ USER GIDS, "linux.uidMappings: at least one element is required" },
		{ UIDS, "linux.uidMappings: needs {\"type\": \"user\"}" },
		{ GIDS, "linux.gidMappings: needs {\"type\": \"user\"}" },
		{ "'namespaces': [{'type': 'user', 'path': '/u'}]", NULL },
		{ "'namespaces': [{'type': 'user', 'path': '/u'}], " UIDS, NULL },
		{ USER GIDS ", 'uidMappings': [{'containerID': 0, 'hostID': 0, 'size': 0}]",
			"linux.uidMappings[0].size: is 0" },
		{ USER GIDS
			", 'uidMappings': [{'containerID': 0, 'hostID': 0, 'size': 4294967295}]",
			NULL },
		{ USER GIDS
			", 'uidMappings': [{'containerID': 1, 'hostID': 0, 'size': 4294967295}]",
			"linux.uidMappings[0].containerID: 4294967295 ids from 1 on do not end" },
		{ USER GIDS
			", 'uidMappings': [{'containerID': 0, 'hostID': 4294967295, 'size': 1}]",
			"linux.uidMappings[0].hostID: 1 ids from 4294967295 on" },
		{ USER UIDS ", 'gidMappings': [{'containerID': 0, 'hostID': 0, 'size': 2},"
			    " {'containerID': 1, 'hostID': 7, 'size': 1}]",
			"linux.gidMappings[1].containerID: the range overlaps with that of [0]" },
		{ USER UIDS ", 'gidMappings': [{'containerID': 5, 'hostID': 5, 'size': 2},"
			    " {'containerID': 0, 'hostID': 4, 'size': 2}]",
			"linux.gidMappings[1].hostID: the range overlaps with that of [0]" },
		{ USER UIDS ", 'gidMappings': [{'containerID': 5, 'hostID': 5, 'size': 2},"
			    " {'containerID': 7, 'hostID': 7, 'size': 2}]",
			NULL },
	};

	(void)state;
	VALIDATE_CASES(FRAME_LINUX, cases);
}

static void ids_that_are_not_mapped(void **state)
{
	static const struct validate_case cases[] = {
		{ "'uid': 9, 'gid': 9", NULL },
		{ "'uid': 10, 'gid': 0",
			"process.user.uid: 10 is in no element of linux.uidMappings" },
		{ "'uid': 0, 'gid': 10",
			"process.user.gid: 10 is in no element of linux.gidMappings" },
	};

	(void)state;
	VALIDATE_CASES("{'ociVersion': '1.3.0', 'root': {'path': 'r'},"
		       " 'process': {'cwd': '/', 'args': ['sh'], 'user': {%s}},"
		       " 'linux': {" USER UIDS ", " GIDS "}}",
		cases);
}

static void mapping_lines(void **state)
{
	cleanup_text struct text json = { 0 };
	cleanup_text struct text more = { 0 };
	const char *frame =
		"{\"ociVersion\": \"1.3.0\", \"root\": {\"path\": \"r\"}, \"linux\": "
		"{\"namespaces\": [{\"type\": \"user\"}], \"gidMappings\": "
		"[{\"containerID\": 0, \"hostID\": 0, \"size\": 1}], \"uidMappings\": [";

	(void)state;
	text_add(&json, frame);
	for (unsigned int i = 0; i < 340; i++)
		text_printf(&json, "%s{\"containerID\": %u, \"hostID\": %u, \"size\": 1}",
			i ? ", " : "", i, i);
	text_add(&more, json.data);
	text_add(&json, "]}}");
	validate_config(json.data, NULL);
	text_add(&more, ", {\"containerID\": 340, \"hostID\": 340, \"size\": 1}]}}");
	validate_config(
		more.data, "linux.uidMappings: has 341 elements, more than the kernel's 340");
}

#define TIME "'namespaces': [{'type': 'time'}], "

static void time_offsets(void **state)
{
	static const struct validate_case cases[] = {
		{ TIME "'timeOffsets': {'monotonic': {'secs': -5, 'nanosecs': 999999999}}", NULL },
		{ TIME "'timeOffsets': {'boottime': {'secs': 4611686018}}", NULL },
		{ TIME "'timeOffsets': {}", NULL },
		{ "'timeOffsets': {}", NULL },
		{ TIME "'timeOffsets': {'monotonic': {'nanosecs': 1000000000}}",
			"linux.timeOffsets.monotonic.nanosecs: 1000000000 is above 999999999" },
		{ TIME "'timeOffsets': {'boottime': {'nanosecs': 4294967295}}",
			"linux.timeOffsets.boottime.nanosecs: 4294967295 is above 999999999" },
		{ TIME "'timeOffsets': {'boottime': {'nanosecs': -1}}",
			"linux.timeOffsets.boottime.nanosecs: " },
		{ TIME "'timeOffsets': {'boottime': {'secs': 4611686019}}",
			"linux.timeOffsets.boottime.secs: 4611686019 is outside of -4611686018 to "
			"4611686018" },
		{ TIME "'timeOffsets': {'monotonic': {'secs': -4611686019}}",
			"linux.timeOffsets.monotonic.secs: -4611686019 is outside" },
		{ TIME "'timeOffsets': {'monotonic': {'secs': -9223372036854775808}}",
			"linux.timeOffsets.monotonic.secs: -9223372036854775808 is outside" },
		{ "'timeOffsets': {'monotonic': {'secs': 1}}",
			"linux.timeOffsets: needs {\"type\": \"time\"} in linux.namespaces" },
		{ "'namespaces': [{'type': 'time', 'path': '/t'}],"
		  " 'timeOffsets': {'monotonic': {'secs': 1}}",
			"linux.timeOffsets: the offsets of the existing time namespace '/t' are "
			"frozen" },
		{ "'namespaces': [{'type': 'time', 'path': '/t'}]", NULL },
	};

	(void)state;
	VALIDATE_CASES(FRAME_LINUX, cases);
}

static void devices(void **state)
{
	static const struct validate_case cases[] = {
		{ "{'path': '/dev/x', 'type': 'c', 'major': 1, 'minor': 3, 'fileMode': 438}",
			NULL },
		{ "{'path': '/dev/x', 'type': 'c', 'major': 1, 'minor': 3, 'fileMode': 8612}",
			NULL },
		{ "{'path': '/dev/x', 'type': 'u', 'major': 4095, 'minor': 1048575}", NULL },
		{ "{'path': '/dev/x', 'type': 'p'}", NULL },
		{ "{'path': 'dev/x', 'type': 'p'}",
			"linux.devices[0].path: 'dev/x' is not an absolute path" },
		{ "{'path': '', 'type': 'p'}", "linux.devices[0].path: is empty" },
		{ "{'path': '/dev/x', 'type': 'x'}", "linux.devices[0].type: " },
		{ "{'path': '/dev/x', 'type': ''}", "linux.devices[0].type: " },
		{ "{'path': '/dev/x', 'type': 'b', 'minor': 3}",
			"linux.devices[0].major: is required for a device node" },
		{ "{'path': '/dev/x', 'type': 'b', 'major': 3}",
			"linux.devices[0].minor: is required" },
		{ "{'path': '/dev/x', 'type': 'b', 'major': -1, 'minor': 0}",
			"linux.devices[0].major: -1 is outside of 0 to 4095" },
		{ "{'path': '/dev/x', 'type': 'b', 'major': 4096, 'minor': 0}",
			"linux.devices[0].major: 4096 is outside" },
		{ "{'path': '/dev/x', 'type': 'b', 'major': 1, 'minor': 1048576}",
			"linux.devices[0].minor: 1048576 is outside of 0 to 1048575" },
		{ "{'path': '/dev/x', 'type': 'p', 'fileMode': 65536}",
			"linux.devices[0].fileMode: 65536 (0200000) has more than permission "
			"bits" },
		{ "{'path': '/dev/x', 'type': 'c', 'major': 1, 'minor': 3},"
		  " {'path': '/dev/x', 'type': 'u', 'major': 1, 'minor': 3}",
			NULL },
		{ "{'path': '/dev/x', 'type': 'c', 'major': 1, 'minor': 3}, {'path': '/a', 'type': "
		  "'p'},"
		  " {'path': '/dev/x', 'type': 'c', 'major': 1, 'minor': 5}",
			"linux.devices[2].path: '/dev/x' is another device already, "
			"linux.devices[0]" },
	};

	(void)state;
	VALIDATE_CASES("{'ociVersion': '1.3.0', 'root': {'path': 'r'}, 'linux': {'devices': [%s]}}",
		cases);
}

#define NETWORK "'namespaces': [{'type': 'network'}], "

static void net_devices(void **state)
{
	static const struct validate_case cases[] = {
		{ NETWORK "'netDevices': {'eth0': {'name': 'ctr0'}, 'eth1': {}}", NULL },
		{ NETWORK "'netDevices': {'abcdefghijklmno': {}}", NULL },
		{ "'netDevices': {}", NULL },
		{ "'netDevices': {'eth0': {}}", "linux.netDevices: needs {\"type\": \"network\"}" },
		{ NETWORK "'netDevices': {'abcdefghijklmnop': {}}",
			"linux.netDevices: 'abcdefghijklmnop' is no name for a network interface" },
		{ NETWORK "'netDevices': {'': {}}", "linux.netDevices: is empty" },
		{ NETWORK "'netDevices': {'eth0': {'name': 'a/b'}}",
			"linux.netDevices.eth0.name: 'a/b' is no name" },
		{ NETWORK "'netDevices': {'eth0': {'name': '..'}}",
			"linux.netDevices.eth0.name: '..'" },
		{ NETWORK "'netDevices': {'eth0': {'name': 'a b'}}",
			"linux.netDevices.eth0.name: " },
		{ NETWORK "'netDevices': {'a': {'name': 'eth%d'}, 'b': {'name': 'eth%d'}}", NULL },
		{ NETWORK "'netDevices': {'eth0': {'name': 'eth1'}, 'eth1': {}}",
			"linux.netDevices: two devices would have the name 'eth1'" },
	};

	(void)state;
	VALIDATE_CASES(FRAME_LINUX, cases);
}

static void paths_and_names(void **state)
{
	static const struct validate_case cases[] = {
		{ "'cgroupsPath': '/a/b..c/...'", NULL },
		{ "'cgroupsPath': 'system.slice:x:y'", NULL },
		{ "'cgroupsPath': '/a/../b'", "linux.cgroupsPath: '/a/../b' has a '..' in it" },
		{ "'cgroupsPath': '..'", "linux.cgroupsPath: '..' has" },
		{ "'cgroupsPath': 'a//..'", "linux.cgroupsPath: 'a//..' has" },
		{ "'rootfsPropagation': 'private'", NULL },
		{ "'rootfsPropagation': 'rslave'", NULL },
		{ "'rootfsPropagation': 'unbindable'", NULL },
		{ "'rootfsPropagation': 'Private'",
			"linux.rootfsPropagation: 'Private' is not one of" },
		{ "'maskedPaths': ['/a'], 'readonlyPaths': ['/b']", NULL },
		{ "'maskedPaths': ['/a', 'b']",
			"linux.maskedPaths[1]: 'b' is not an absolute path" },
		{ "'readonlyPaths': ['']", "linux.readonlyPaths[0]: is empty" },
		{ "'personality': {'domain': 'LINUX32'}", NULL },
		{ "'personality': {'domain': 'BSD'}",
			"linux.personality.domain: 'BSD' is not one of" },
		{ "'personality': {'domain': 'LINUX', 'flags': ['X']}",
			"linux.personality.flags: 'X' is unknown" },
		{ "'intelRdt': {}", NULL },
		{ "'intelRdt': {'enableMonitoring': false}", NULL },
		{ "'intelRdt': {'enableMonitoring': true}",
			"linux.intelRdt.enableMonitoring: resctrl is not supported" },
		{ "'intelRdt': {'closID': 'x'}", "linux.intelRdt.closID: " },
		{ "'intelRdt': {'schemata': ['x']}", "linux.intelRdt.schemata: " },
		{ "'memoryPolicy': {'mode': 'MPOL_BIND', 'nodes': '0-1',"
		  " 'flags': ['MPOL_F_STATIC_NODES']}",
			NULL },
		{ "'memoryPolicy': {'mode': 'MPOL_LOCAL'}", NULL },
		{ "'memoryPolicy': {'mode': 'MPOL_PREFERRED'}", NULL },
		{ "'memoryPolicy': {}", "linux.memoryPolicy.mode: " },
		{ "'memoryPolicy': {'mode': 'BIND'}",
			"linux.memoryPolicy.mode: 'BIND' is not one of" },
		{ "'memoryPolicy': {'mode': 'MPOL_BIND'}",
			"linux.memoryPolicy.nodes: is required with MPOL_BIND" },
		{ "'memoryPolicy': {'mode': 'MPOL_LOCAL', 'nodes': '0'}",
			"linux.memoryPolicy.nodes: does not go with MPOL_LOCAL" },
		{ "'memoryPolicy': {'mode': 'MPOL_BIND', 'nodes': 'x'}",
			"linux.memoryPolicy.nodes: " },
		{ "'memoryPolicy': {'mode': 'MPOL_BIND', 'nodes': '0', 'flags': ['X']}",
			"linux.memoryPolicy.flags[0]: 'X' is not one of" },
	};

	(void)state;
	VALIDATE_CASES(FRAME_LINUX, cases);
}

static void sysctls(void **state)
{
	static const struct validate_case cases[] = {
		{ NETWORK "'sysctl': {'net.ipv4.ip_forward': '1', 'net/ipv4/conf/e.1/x': '0'}",
			NULL },
		{ "'namespaces': [{'type': 'ipc', 'path': '/i'}], 'sysctl': {'kernel.shmmax': '1',"
		  " 'kernel/msgmax': '1', 'fs.mqueue.msg_max': '5', 'kernel.sem': '1 2 3 4'}",
			NULL },
		{ "'namespaces': [{'type': 'uts'}], 'sysctl': {'kernel.domainname': 'd'}", NULL },
		{ "'sysctl': {'net.ipv4.ip_forward': '1'}",
			"linux.sysctl.net.ipv4.ip_forward: needs {\"type\": \"network\"} in" },
		{ "'sysctl': {'net/ipv4/ip_forward': '1'}",
			"linux.sysctl.net/ipv4/ip_forward: needs {\"type\": \"network\"} in" },
		{ NETWORK "'sysctl': {'kernel.shmmax': '1'}",
			"linux.sysctl.kernel.shmmax: needs {\"type\": \"ipc\"}" },
		{ NETWORK "'sysctl': {'fs/mqueue/msg_max': '1'}",
			"linux.sysctl.fs/mqueue/msg_max: needs {\"type\": \"ipc\"}" },
		{ NETWORK "'sysctl': {'kernel.domainname': '1'}",
			"linux.sysctl.kernel.domainname: needs {\"type\": \"uts\"}" },
		{ NETWORK "'sysctl': {'user.max_user_namespaces': '1'}",
			"linux.sysctl.user.max_user_namespaces: needs {\"type\": \"user\"}" },
		{ "'namespaces': [{'type': 'uts'}], 'sysctl': {'kernel.hostname': 'h'}",
			"linux.sysctl.kernel.hostname: is what the property hostname is for" },
		{ NETWORK "'sysctl': {'vm.swappiness': '1'}",
			"linux.sysctl.vm.swappiness: belongs to no namespace" },
		{ NETWORK "'sysctl': {'kernel.core_pattern': '|/x'}",
			"linux.sysctl.kernel.core_pattern: belongs to no namespace" },
		{ NETWORK "'sysctl': {'network': '1'}", "linux.sysctl.network: belongs to no" },
		{ NETWORK "'sysctl': {'': '1'}", "linux.sysctl.: is not the name of a sysctl" },
		{ NETWORK "'sysctl': {'net.': '1'}", "linux.sysctl.net.: is not the name" },
		{ NETWORK "'sysctl': {'net/../kernel/core_pattern': '|/x'}",
			"linux.sysctl.net/../kernel/core_pattern: is not the name of a sysctl" },
		{ NETWORK "'sysctl': {'net./../../kernel/core_pattern': '|/x'}",
			"linux.sysctl.net./../../kernel/core_pattern: is not the name" },
		{ NETWORK "'sysctl': {'net..ipv4': '1'}",
			"linux.sysctl.net..ipv4: is not the name" },
		{ NETWORK "'sysctl': {'/net/x': '1'}", "linux.sysctl./net/x: is not the name" },
	};

	(void)state;
	VALIDATE_CASES(FRAME_LINUX, cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(namespaces),
		cmocka_unit_test(id_mappings),
		cmocka_unit_test(ids_that_are_not_mapped),
		cmocka_unit_test(mapping_lines),
		cmocka_unit_test(time_offsets),
		cmocka_unit_test(devices),
		cmocka_unit_test(net_devices),
		cmocka_unit_test(paths_and_names),
		cmocka_unit_test(sysctls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
