/* SPDX-License-Identifier: Apache-2.0 */
/* oci/validate: config.md, the container id, and the configs that engines really send. */
#include "validate_cases.h"

#include <dirent.h>
#include <fcntl.h>

#include "base/io.h"

static void versions(void **state)
{
	static const struct validate_case cases[] = {
		{ "1.0.0", NULL },
		{ "1.0.2-dev", NULL },
		{ "1.2.1", NULL },
		{ "1.3.0", NULL },
		{ "1.99.0-rc.1+build.7", NULL },
		{ "", "ociVersion: is empty" },
		{ "1", "ociVersion: '1' is not a version" },
		{ "1.0", "ociVersion: '1.0' is not a version" },
		{ "1.0.0.0", "ociVersion: '1.0.0.0' is not a version" },
		{ "1.0.x", "ociVersion: '1.0.x' is not a version" },
		{ "1.02.0", "ociVersion: '1.02.0' is not a version" },
		{ "1.0.0-", "ociVersion: '1.0.0-' is not a version" },
		{ "1.0.0-a..b", "ociVersion: '1.0.0-a..b' is not a version" },
		{ "1.0.99999999999999999999", "ociVersion: '1.0.99999999999999999999' is not" },
		{ "v1.0.0", "ociVersion: 'v1.0.0' is not a version" },
		{ "0.9.0", "ociVersion: '0.9.0' is not supported" },
		{ "2.0.0", "ociVersion: '2.0.0' is not supported, only the versions 1.x are" },
	};

	(void)state;
	VALIDATE_CASES("{'ociVersion': '%s', 'root': {'path': 'rootfs'}}", cases);
}

static void top(void **state)
{
	static const struct validate_case cases[] = {
		{ "{'root': {'path': 'rootfs'}}", "ociVersion: " },
		{ "{'ociVersion': '1.0.0'}", "root: is required" },
		{ "{'ociVersion': '1.0.0', 'root': {'path': ''}}", "root.path: is empty" },
		{ "{'ociVersion': '1.0.0', 'root': {}}", "root.path: " },
		{ "{'ociVersion': '1.0.0', 'root': {'path': '/x'}, 'windows': {}}",
			"windows: is for another platform" },
		{ "{'ociVersion': '1.0.0', 'root': {'path': '/x'}, 'windows': {}, 'linux': {}}",
			NULL },
		{ "{'ociVersion': '1.0.0', 'root': {'path': '/x'}, 'annotations': {'': 'x'}}",
			"annotations: a key is empty" },
		{ "{'ociVersion': '1.0.0', 'root': {'path': '/x'}, 'annotations': {'x': ''}}",
			NULL },
	};

	(void)state;
	VALIDATE_CASES("%s", cases);
}

#define NAME_64 "0123456789012345678901234567890123456789012345678901234567890123"

static void names_of_the_uts_namespace(void **state)
{
	static const struct validate_case cases[] = {
		{ "'hostname': 'h'", "hostname: needs {\"type\": \"uts\"}" },
		{ "'domainname': 'd'", "domainname: needs {\"type\": \"uts\"}" },
		{ "'hostname': '', 'domainname': ''", NULL },
		{ "'hostname': 'h', 'domainname': 'd', 'linux': {'namespaces': [{'type': 'uts'}]}",
			NULL },
		{ "'hostname': 'h', 'linux': {'namespaces': [{'type': 'uts', 'path': '/u'}]}",
			NULL },
		{ "'hostname': '" NAME_64 "', 'linux': {'namespaces': [{'type': 'uts'}]}", NULL },
		{ "'hostname': '" NAME_64 "x', 'linux': {'namespaces': [{'type': 'uts'}]}",
			"hostname: has 65 bytes, more than the kernel's 64" },
		{ "'domainname': '" NAME_64 "x', 'linux': {'namespaces': [{'type': 'uts'}]}",
			"domainname: has 65 bytes" },
	};

	(void)state;
	VALIDATE_CASES(FRAME_TOP, cases);
}

static void hooks(void **state)
{
	static const struct validate_case cases[] = {
		{ "'prestart': [{'path': '/bin/true', 'timeout': 1}]", NULL },
		{ "'prestart': [{'path': 'bin/true'}]",
			"hooks.prestart[0].path: 'bin/true' is not an absolute path" },
		{ "'createRuntime': [{'path': '/a'}, {'path': ''}]",
			"hooks.createRuntime[1].path: is empty" },
		{ "'createContainer': [{}]", "hooks.createContainer[0].path: " },
		{ "'startContainer': [{'path': '/a', 'timeout': 0}]",
			"hooks.startContainer[0].timeout: 0 is not above 0 seconds" },
		{ "'poststart': [{'path': '/a', 'timeout': -1}]",
			"hooks.poststart[0].timeout: -1 is not above" },
		{ "'poststop': [{'path': 'x'}]", "hooks.poststop[0].path: " },
	};

	(void)state;
	VALIDATE_CASES("{'ociVersion': '1.3.0', 'root': {'path': 'r'}, 'hooks': {%s}}", cases);
}

static void command(void **state)
{
	static const struct validate_case cases[] = {
		{ "'cwd': '/', 'args': ['sh', '']", NULL },
		{ "'args': ['sh']", "process.cwd: " },
		{ "'cwd': '', 'args': ['sh']", "process.cwd: is empty" },
		{ "'cwd': 'home', 'args': ['sh']", "process.cwd: 'home' is not an absolute path" },
		{ "'cwd': '/'", "process.args: at least one argument is required" },
		{ "'cwd': '/', 'args': []", "process.args: at least one" },
		{ "'cwd': '/', 'args': ['']", "process.args[0]: is empty" },
	};

	(void)state;
	VALIDATE_CASES("{'ociVersion': '1.3.0', 'root': {'path': 'r'}, 'process': {%s}}", cases);
}

static void process(void **state)
{
	static const struct validate_case cases[] = {
		{ "'env': ['A=', 'B', 'C=d=e']", NULL },
		{ "'env': ['A=b', '=c']", "process.env[1]: '=c' has no name" },
		{ "'env': ['']", "process.env[0]: '' has no name" },
		{ "'user': {'uid': 4294967294, 'gid': 0}", NULL },
		{ "'user': {'uid': 4294967295, 'gid': 0}",
			"process.user.uid: 4294967295 is no id" },
		{ "'user': {'uid': 0, 'gid': 4294967295}",
			"process.user.gid: 4294967295 is no id" },
		{ "'user': {'uid': 0, 'gid': 0, 'additionalGids': [1, 4294967295]}",
			"process.user.additionalGids[1]: 4294967295 is no id" },
		{ "'user': {'uid': 0, 'gid': 0, 'umask': 511}", NULL },
		{ "'user': {'uid': 0, 'gid': 0, 'umask': 512}",
			"process.user.umask: 512 is above 511 (0777)" },
		{ "'capabilities': {'bounding': ['CAP_KILL', 'CAP_FROM_THE_FUTURE']}", NULL },
		{ "'capabilities': {'bounding': ['CAP_KILL', 'KILL']}",
			"process.capabilities.bounding[1]: 'KILL' is no capability" },
		{ "'capabilities': {'effective': ['CAP_']}",
			"process.capabilities.effective[0]: " },
		{ "'capabilities': {'inheritable': ['cap_kill']}",
			"process.capabilities.inheritable[0]: " },
		{ "'capabilities': {'permitted': ['CAP_KILL ']}",
			"process.capabilities.permitted[0]: " },
		{ "'capabilities': {'ambient': ['']}", "process.capabilities.ambient[0]: " },
		{ "'rlimits': [{'type': 'RLIMIT_NOFILE', 'soft': 5, 'hard': 5}]", NULL },
		{ "'rlimits': [{'type': 'RLIMIT_CORE', 'soft': 0, 'hard': 18446744073709551615}]",
			NULL },
		{ "'rlimits': [{'type': 'RLIMIT_NOFILE', 'soft': 6, 'hard': 5}]",
			"process.rlimits[0].soft: 6 is above the hard limit 5 of RLIMIT_NOFILE" },
		{ "'rlimits': [{'type': 'RLIMIT_FOO', 'soft': 5, 'hard': 5}]",
			"process.rlimits[0].type: 'RLIMIT_FOO' is no limit" },
		{ "'rlimits': [{'type': 'RLIMIT_CPU', 'soft': 5, 'hard': 5},"
		  " {'type': 'RLIMIT_CPU', 'soft': 5, 'hard': 5}]",
			"process.rlimits[1].type: RLIMIT_CPU is there twice" },
		{ "'oomScoreAdj': -1000", NULL },
		{ "'oomScoreAdj': 1000", NULL },
		{ "'oomScoreAdj': 1001", "process.oomScoreAdj: 1001 is outside of -1000 to 1000" },
		{ "'oomScoreAdj': -1001", "process.oomScoreAdj: -1001 is outside" },
		{ "'ioPriority': {'class': 'IOPRIO_CLASS_BE', 'priority': 7}", NULL },
		{ "'ioPriority': {'class': 'IOPRIO_CLASS_BE', 'priority': 8}",
			"process.ioPriority.priority: 8 is outside of 0 to 7" },
		{ "'ioPriority': {'class': 'BE'}", "process.ioPriority.class: 'BE' is no class" },
		{ "'execCPUAffinity': {'initial': '0-1,4', 'final': ''}", NULL },
		{ "'execCPUAffinity': {'initial': '1-0'}", "process.execCPUAffinity.initial: " },
		{ "'execCPUAffinity': {'final': 'x'}", "process.execCPUAffinity.final: " },
		{ "'consoleSize': {'height': 0, 'width': 0}", NULL },
	};

	(void)state;
	VALIDATE_CASES(FRAME_PROCESS, cases);
}

static void scheduler(void **state)
{
	static const struct validate_case cases[] = {
		{ "'policy': 'SCHED_OTHER', 'nice': -20", NULL },
		{ "'policy': 'SCHED_BATCH', 'nice': 19, 'flags': ['SCHED_FLAG_RESET_ON_FORK']",
			NULL },
		{ "'policy': 'SCHED_IDLE', 'nice': 0, 'priority': 0", NULL },
		{ "'policy': 'SCHED_FIFO', 'priority': 1", NULL },
		{ "'policy': 'SCHED_RR', 'priority': 99", NULL },
		{ "'policy': 'SCHED_DEADLINE', 'runtime': 1000000, 'deadline': 2000000", NULL },
		{ "'policy': 'SCHED_DEADLINE', 'runtime': 1, 'deadline': 2, 'period': 3", NULL },
		{ "'policy': ''", "process.scheduler.policy: is empty" },
		{ "'policy': 'OTHER'", "process.scheduler.policy: 'OTHER' is no policy" },
		{ "'policy': 'SCHED_ISO'", "process.scheduler.policy: SCHED_ISO is a name that" },
		{ "'policy': 'SCHED_OTHER', 'nice': 20",
			"process.scheduler.nice: 20 is outside of -20 to 19 for SCHED_OTHER" },
		{ "'policy': 'SCHED_OTHER', 'priority': 5",
			"process.scheduler.priority: does not go with SCHED_OTHER" },
		{ "'policy': 'SCHED_IDLE', 'nice': 1",
			"process.scheduler.nice: does not go with SCHED_IDLE" },
		{ "'policy': 'SCHED_FIFO'",
			"process.scheduler.priority: is required with SCHED_FIFO" },
		{ "'policy': 'SCHED_FIFO', 'priority': 0",
			"process.scheduler.priority: 0 is outside of 1 to 99" },
		{ "'policy': 'SCHED_FIFO', 'priority': 100", "process.scheduler.priority: 100 is" },
		{ "'policy': 'SCHED_FIFO', 'priority': 1, 'nice': 1",
			"process.scheduler.nice: does not go with SCHED_FIFO" },
		{ "'policy': 'SCHED_RR', 'priority': 1, 'runtime': 1",
			"process.scheduler.runtime: does not go with SCHED_RR" },
		{ "'policy': 'SCHED_DEADLINE'", "process.scheduler.runtime: is required" },
		{ "'policy': 'SCHED_DEADLINE', 'runtime': 3, 'deadline': 2",
			"process.scheduler: SCHED_DEADLINE needs runtime <= deadline <= period" },
		{ "'policy': 'SCHED_DEADLINE', 'runtime': 1, 'deadline': 2, 'period': 1",
			"process.scheduler: SCHED_DEADLINE needs" },
		{ "'policy': 'SCHED_OTHER', 'flags': ['SCHED_FLAG_LOG']",
			"process.scheduler.flags[0]: 'SCHED_FLAG_LOG' is not one of" },
	};

	(void)state;
	VALIDATE_CASES("{'ociVersion': '1.3.0', 'root': {'path': 'r'},"
		       " 'process': {'cwd': '/', 'args': ['sh'], 'scheduler': {%s}}}",
		cases);
}

static void mounts(void **state)
{
	static const struct validate_case cases[] = {
		{ "'destination': '/proc', 'type': 'proc', 'source': 'proc'", NULL },
		{ "'destination': 'proc', 'type': 'proc'", NULL },
		{ "'destination': '/a', 'source': '/b', 'options': ['rbind', 'rro', 'rslave']",
			NULL },
		{ "'destination': '/a', 'type': 'bind', 'source': 'b'", NULL },
		{ "'destination': '/a', 'options': ['rshared']", NULL },
		{ "'destination': '/a', 'options': ['remount', 'ro']", NULL },
		{ "'type': 'proc'", "mounts[0].destination: " },
		{ "'destination': '', 'type': 'proc'", "mounts[0].destination: is empty" },
		{ "'destination': '/a'", "mounts[0].type: is required" },
		{ "'destination': '/a', 'type': ''", "mounts[0].type: is required" },
		{ "'destination': '/a', 'type': 'bind'",
			"mounts[0].source: is required for a bind" },
		{ "'destination': '/a', 'options': ['bind']", "mounts[0].source: is required" },
		{ "'destination': '/a', 'source': '', 'options': ['rbind']",
			"mounts[0].source: is required" },
		{ "'destination': '/a', 'type': 'tmpfs', 'options': ['ro', '']",
			"mounts[0].options[1]: is empty" },
		{ "'destination': '/a', 'type': 'tmpfs', 'options': ['=x']",
			"mounts[0].options[0]: " },
		{ "'destination': '/a', 'type': 'bind', 'source': '/b',"
		  " 'uidMappings': [{'containerID': 0, 'hostID': 5, 'size': 1}]",
			"mounts[0].gidMappings: is required beside uidMappings" },
		{ "'destination': '/a', 'type': 'bind', 'source': '/b',"
		  " 'gidMappings': [{'containerID': 0, 'hostID': 5, 'size': 1}]",
			"mounts[0].uidMappings: is required beside gidMappings" },
		{ "'destination': '/a', 'type': 'bind', 'source': '/b',"
		  " 'uidMappings': [{'containerID': 0, 'hostID': 5, 'size': 1}],"
		  " 'gidMappings': [{'containerID': 0, 'hostID': 5, 'size': 0}]",
			"mounts[0].gidMappings[0].size: is 0" },
	};

	(void)state;
	VALIDATE_CASES(FRAME_MOUNT, cases);
}

static void container_ids(void **state)
{
	static const char *const right[] = { "a", "0", "_", "+", "-", "a.b", "A-b_c+d.9", "a.." };
	static const char *const wrong[] = { "", ".", "..", ".a", "a/b", "/", "a b", "a\n",
		"\xc3\xa4", "a:b", "a\x7f", "../../etc" };
	char longest[257];
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(right); i++)
		assert_int_equal(oci_container_id_validate(right[i], &err), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
		err = (struct error){ 0 };
		assert_int_equal(oci_container_id_validate(wrong[i], &err), -1);
		assert_true(text_starts_with(err.text, "container id: "));
	}
	memset(longest, 'a', sizeof(longest));
	longest[256] = '\0';
	assert_int_equal(oci_container_id_validate(longest, &err), -1);
	longest[255] = '\0';
	assert_int_equal(oci_container_id_validate(longest, &err), 0);
}

static size_t validate_recorded(int data, const char *engine)
{
	cleanup_dir DIR *directory =
		fdopendir(openat(data, engine, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	const struct dirent *entry;
	size_t count = 0;

	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		bool exec = text_starts_with(entry->d_name, "exec-process-");
		cleanup_oci_config struct oci_config *config = NULL;
		cleanup_free char *json = NULL;
		struct error err = { 0 };
		ssize_t length;
		int result;

		if (!exec && (entry->d_name[0] < '1' || entry->d_name[0] > '9'))
			continue;
		length = io_read_file(dirfd(directory), entry->d_name, &json, OCI_CONFIG_SIZE_MAX);
		assert_true(length > 0);
		result = exec ? oci_process_parse(json, (size_t)length, &config, &err)
			      : oci_config_parse(json, (size_t)length, &config, &err);
		if (result == 0)
			result = exec ? oci_process_validate(&config->process, &err)
				      : oci_config_validate(config, &err);
		if (result < 0)
			fail_msg("%s/%s: %s", engine, entry->d_name, err.text);
		count++;
	}
	return count;
}

static void what_engines_send_is_right(void **state)
{
	static const char *const engines[] = { "cri-containerd1.6", "cri-containerd2.1",
		"docker-20.10", "kubelet1.20-containerd1.6", "podman-4.3.1", "podman-5.8.6" };
	const char *path = getenv("ELSEWHEN_TEST_DATA");
	cleanup_close int data = open(path ? path : "tests/data", O_PATH | O_CLOEXEC);
	cleanup_close int recorded = openat(data, "engines", O_PATH | O_CLOEXEC);
	size_t count = 0;

	(void)state;
	if (recorded < 0)
		fail_msg("engines: not in $ELSEWHEN_TEST_DATA, nor in tests/data");
	for (size_t i = 0; i < ARRAY_LENGTH(engines); i++)
		count += validate_recorded(recorded, engines[i]);
	assert_true(count >= 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),
		cmocka_unit_test(top),
		cmocka_unit_test(names_of_the_uts_namespace),
		cmocka_unit_test(hooks),
		cmocka_unit_test(command),
		cmocka_unit_test(process),
		cmocka_unit_test(scheduler),
		cmocka_unit_test(mounts),
		cmocka_unit_test(container_ids),
		cmocka_unit_test(what_engines_send_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
