/* SPDX-License-Identifier: Apache-2.0 */
/* oci/validate: config-linux.md. */
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
		cmocka_unit_test(namespaces),
		cmocka_unit_test(id_mappings),
		cmocka_unit_test(ids_that_are_not_mapped),
		cmocka_unit_test(mapping_lines),
		cmocka_unit_test(time_offsets),
		cmocka_unit_test(devices),
		cmocka_unit_test(net_devices),
		cmocka_unit_test(paths_and_names),
		cmocka_unit_test(sysctls),
		cmocka_unit_test(resources),
		cmocka_unit_test(resources_of_devices),
		cmocka_unit_test(seccomp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
