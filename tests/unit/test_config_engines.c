/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What engines really send: every recorded config.json and exec process is read, with the values
 * that differ between engines; and the examples of the specification.
 */
#include "test_config.h"

#include <glob.h>
#include <stdio.h>

/* namespaces: "type" or "type=path", in the order of the document. */
static const struct recorded_config {
	const char *file, *oci_version, *program, *namespaces;
	size_t mounts, syscalls, prestart;
} configs[] = {
	{ "cri-containerd1.6/1-sandbox.json", "1.0.2-dev", "/pause", "pid ipc mount", 8, 0, 0 },
	{ "cri-containerd1.6/2-container.json", "1.0.2-dev", "/bin/sleep",
		"pid ipc=/proc/123/ns/ipc uts=/proc/123/ns/uts mount network=/proc/123/ns/net", 10,
		11, 0 },
	{ "cri-containerd1.6/3-sandbox.json", "1.0.2-dev", "/pause", "pid ipc mount", 8, 0, 0 },
	{ "cri-containerd1.6/4-container.json", "1.0.2-dev", "/bin/sleep",
		"pid ipc=/proc/526/ns/ipc uts=/proc/526/ns/uts mount network=/proc/526/ns/net", 10,
		11, 0 },
	{ "cri-containerd2.1/1-sandbox.json", "1.2.1", "/pause", "pid ipc mount", 7, 0, 0 },
	{ "cri-containerd2.1/2-container.json", "1.2.1", "/bin/sleep",
		"pid ipc=/proc/177/ns/ipc uts=/proc/177/ns/uts mount network=/proc/177/ns/net", 10,
		12, 0 },
	{ "cri-containerd2.1/3-sandbox.json", "1.2.1", "/pause", "pid ipc mount", 7, 0, 0 },
	{ "cri-containerd2.1/4-container.json", "1.2.1", "/bin/sleep",
		"pid ipc=/proc/589/ns/ipc uts=/proc/589/ns/uts mount network=/proc/589/ns/net", 10,
		12, 0 },
	{ "docker-20.10/1.json", "1.0.2-dev", "/bin/cat", "mount network uts pid ipc", 10, 12, 1 },
	{ "docker-20.10/2.json", "1.0.2-dev", "/sbin/docker-init", "mount network uts pid ipc", 13,
		11, 1 },
	{ "docker-20.10/3.json", "1.0.2-dev", "/bin/echo", "mount network uts", 10, 0, 1 },
	{ "docker-20.10/4.json", "1.0.2-dev", "/bin/sleep", "mount network uts pid ipc", 10, 12,
		1 },
	{ "kubelet1.20-containerd1.6/1-sandbox.json", "1.0.2-dev", "/pause", "pid ipc mount", 8, 11,
		0 },
	{ "kubelet1.20-containerd1.6/2-container.json", "1.0.2-dev", "/bin/sleep",
		"pid ipc=/proc/306/ns/ipc uts=/proc/306/ns/uts mount network=/proc/306/ns/net", 11,
		0, 0 },
	{ "kubelet1.20-containerd1.6/3-container.json", "1.0.2-dev", "/bin/sh",
		"pid ipc=/proc/306/ns/ipc uts=/proc/306/ns/uts mount network=/proc/306/ns/net", 11,
		0, 0 },
	{ "podman-4.3.1/1.json", "1.0.2-dev", "/bin/sh", "pid network ipc uts mount", 10, 22, 0 },
	{ "podman-4.3.1/2.json", "1.0.2-dev", "/bin/sh", "pid network ipc uts mount", 15, 22, 0 },
	{ "podman-4.3.1/3.json", "1.0.2-dev", "/bin/sh", "network mount", 10, 0, 0 },
	{ "podman-4.3.1/4.json", "1.0.2-dev", "/bin/sh", "pid network ipc uts mount user", 10, 22,
		0 },
	{ "podman-4.3.1/5.json", "1.0.2-dev", "/bin/sh", "pid network ipc uts mount", 10, 22, 0 },
	{ "podman-4.3.1/6.json", "1.0.2-dev", "/bin/sleep", "pid network ipc uts mount", 10, 22,
		0 },
	{ "podman-4.3.1/7.json", "1.0.2-dev", "/bin/sh",
		"pid network=/proc/414/ns/net ipc=/proc/414/ns/ipc uts=/proc/414/ns/uts mount", 10,
		22, 0 },
	{ "podman-5.8.6/1.json", "1.2.1", "/bin/sh", "pid network ipc uts mount", 10, 24, 0 },
	{ "podman-5.8.6/2.json", "1.2.1", "/bin/sh", "pid network ipc uts mount", 16, 24, 0 },
	{ "podman-5.8.6/3.json", "1.2.1", "/bin/sh", "network mount", 10, 0, 0 },
	{ "podman-5.8.6/4.json", "1.2.1", "/bin/sh", "pid network ipc uts mount user", 10, 24, 0 },
	{ "podman-5.8.6/5.json", "1.2.1", "/bin/sh", "pid network ipc uts mount", 10, 24, 0 },
	{ "podman-5.8.6/6.json", "1.2.1", "/bin/sleep", "pid network ipc uts mount", 10, 24, 0 },
	{ "podman-5.8.6/7.json", "1.2.1", "/bin/sh",
		"pid network=/proc/409/ns/net ipc=/proc/409/ns/ipc uts=/proc/409/ns/uts mount", 10,
		24, 0 },
};

static const struct recorded_process {
	const char *file, *args;
	size_t env;
} processes[] = {
	{ "cri-containerd1.6/exec-process-1.json", "cat /proc/uptime", 2 },
	{ "cri-containerd1.6/exec-process-2.json", "cat /proc/self/timens_offsets", 2 },
	{ "cri-containerd1.6/exec-process-3.json", "readlink /proc/self/ns/time", 2 },
	{ "cri-containerd1.6/exec-process-4.json", "false", 2 },
	{ "cri-containerd1.6/exec-process-5.json", "cat /proc/uptime", 2 },
	{ "cri-containerd1.6/exec-process-6.json", "cat /proc/self/timens_offsets", 2 },
	{ "cri-containerd1.6/exec-process-7.json", "readlink /proc/self/ns/time", 2 },
	{ "cri-containerd1.6/exec-process-8.json", "false", 2 },
	{ "cri-containerd2.1/exec-process-1.json", "cat /proc/uptime", 2 },
	{ "cri-containerd2.1/exec-process-2.json", "cat /proc/self/timens_offsets", 2 },
	{ "cri-containerd2.1/exec-process-3.json", "readlink /proc/self/ns/time", 2 },
	{ "cri-containerd2.1/exec-process-4.json", "false", 2 },
	{ "cri-containerd2.1/exec-process-5.json", "cat /proc/uptime", 2 },
	{ "cri-containerd2.1/exec-process-6.json", "cat /proc/self/timens_offsets", 2 },
	{ "cri-containerd2.1/exec-process-7.json", "readlink /proc/self/ns/time", 2 },
	{ "cri-containerd2.1/exec-process-8.json", "false", 2 },
	{ "docker-20.10/exec-process-1.json", "/bin/cat /proc/uptime", 2 },
	{ "kubelet1.20-containerd1.6/exec-process-1.json", "cat /proc/uptime", 2 },
	{ "kubelet1.20-containerd1.6/exec-process-2.json", "cat /proc/self/timens_offsets", 2 },
	{ "kubelet1.20-containerd1.6/exec-process-3.json", "cat /proc/uptime", 2 },
	{ "podman-4.3.1/exec-process-1.json", "cat /proc/uptime", 4 },
	{ "podman-4.3.1/exec-process-2.json", "echo hi", 4 },
	{ "podman-5.8.6/exec-process-1.json", "cat /proc/uptime", 3 },
	{ "podman-5.8.6/exec-process-2.json", "echo hi", 4 },
};

static struct oci_config *read_engine_config(const char *file)
{
	cleanup_text struct text path = { 0 };

	text_printf(&path, "engines/%s", file);
	return test_config_read(path.data);
}

static void assert_namespaces(const struct oci_config *config, const char *expected)
{
	cleanup_text struct text found = { 0 };

	for (size_t i = 0; i < config->linux_.namespaces_length; i++) {
		const struct oci_namespace *namespace = &config->linux_.namespaces[i];

		text_printf(&found, "%s%s%s%s", i > 0 ? " " : "",
			oci_namespace_names[namespace->type], namespace->path ? "=" : "",
			namespace->path ? namespace->path : "");
	}
	assert_string_equal(found.data, expected);
}

static void every_recorded_config_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(configs); i++) {
		const struct recorded_config *recorded = &configs[i];
		cleanup_oci_config struct oci_config *config = read_engine_config(recorded->file);

		assert_string_equal(config->oci_version, recorded->oci_version);
		assert_string_equal(config->process.args.items[0], recorded->program);
		assert_namespaces(config, recorded->namespaces);
		assert_int_equal(config->mounts_length, recorded->mounts);
		assert_int_equal(config->linux_.seccomp.syscalls_length, recorded->syscalls);
		assert_int_equal(config->hooks.prestart.length, recorded->prestart);
		assert_null(config->foreign_platform);
		assert_non_null(config->linux_.cgroups_path);
	}
}

static void every_recorded_process_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(processes); i++) {
		cleanup_text struct text path = { 0 }, args = { 0 };
		cleanup_free char *data = NULL;
		cleanup_oci_config struct oci_config *config = NULL;
		struct error err = { 0 };
		size_t length;

		text_printf(&path, "engines/%s", processes[i].file);
		length = test_data_read(path.data, &data);
		if (oci_process_parse(data, length, &config, &err) < 0)
			fail_msg("%s: %s", path.data, err.text);
		for (size_t k = 0; k < config->process.args.length; k++)
			text_printf(&args, "%s%s", k > 0 ? " " : "", config->process.args.items[k]);
		assert_string_equal(args.data, processes[i].args);
		assert_int_equal(config->process.env.length, processes[i].env);
		assert_string_equal(config->process.cwd, "/");
		assert_true(config->process.capabilities.set);
	}
}

static size_t count_files(const char *pattern)
{
	cleanup_text struct text path = { 0 };
	glob_t found = { 0 };
	size_t count;

	text_printf(&path, "%s/%s", test_data_directory(), pattern);
	assert_int_equal(glob(path.data, 0, NULL, &found), 0);
	count = found.gl_pathc;
	globfree(&found);
	return count;
}

static void no_recorded_file_is_forgotten(void **state)
{
	(void)state;
	assert_int_equal(count_files("engines/*/[0-9]*.json"), ARRAY_LENGTH(configs));
	assert_int_equal(count_files("engines/*/exec-process-*.json"), ARRAY_LENGTH(processes));
}

static void docker_sends_zero_for_unlimited(void **state)
{
	cleanup_oci_config struct oci_config *config = read_engine_config("docker-20.10/2.json");
	const struct oci_resources *resources = &config->linux_.resources;

	(void)state;
	assert_true(resources->cpu.shares.set && resources->cpu.shares.value == 0);
	assert_true(resources->block_io.weight.set && resources->block_io.weight.value == 0);
	assert_int_equal(resources->cpu.quota.value, 50000);
	assert_int_equal(resources->memory.limit.value, 67108864);
	assert_int_equal(resources->memory.swap.value, 134217728);
	assert_int_equal(resources->pids.limit.value, 50);
	assert_int_equal(resources->devices_length, 8);
	assert_false(resources->devices[0].allow);
	assert_null(resources->devices[0].type);
	assert_string_equal(config->process.rlimits[0].type, "RLIMIT_NOFILE");
	assert_int_equal(config->process.rlimits[0].hard, 512);
	assert_int_equal(config->process.user.uid, 1000);
}

static void podman_sends_umask_and_mappings(void **state)
{
	cleanup_oci_config struct oci_config *limits = read_engine_config("podman-5.8.6/2.json");
	cleanup_oci_config struct oci_config *userns = read_engine_config("podman-5.8.6/4.json");

	(void)state;
	assert_true(limits->process.user.umask.set);
	assert_int_equal(limits->process.user.umask.value, 022);
	assert_int_equal(limits->process.rlimits_length, 2);
	assert_int_equal(userns->linux_.uid_mappings.length, 1);
	assert_int_equal(userns->linux_.uid_mappings.items[0].host_id, 100000);
	assert_int_equal(userns->linux_.uid_mappings.items[0].size, 65536);
}

static void containerd_names_the_sandbox(void **state)
{
	cleanup_oci_config struct oci_config *config =
		read_engine_config("cri-containerd2.1/2-container.json");

	(void)state;
	assert_string_equal(
		oci_config_annotation(config, "io.kubernetes.cri.container-type"), "container");
	assert_string_equal(oci_config_annotation(config, "io.kubernetes.cri.sandbox-id"),
		"aec48f9be490c6d4e12e536e141df1f95939cd9b368c1fadc5449616b08d5291");
}

static void good_examples_of_the_specification_are_read(void **state)
{
	static const char *const files[] = { "minimal", "minimal-for-start", "spec-example",
		"linux-netdevice", "linux-rdma" };

	(void)state;
	assert_int_equal(count_files("spec/good/*.json"), ARRAY_LENGTH(files));
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		cleanup_text struct text path = { 0 };
		cleanup_oci_config struct oci_config *config = NULL;

		text_printf(&path, "spec/good/%s.json", files[i]);
		config = test_config_read(path.data);
		assert_true(config->root.set);
	}
}

/* linux-hugepage.json is bad by the form of a page size, which validation checks. */
static void bad_examples_of_the_specification_are_refused(void **state)
{
	static const struct {
		const char *file, *sentence;
	} bad[] = {
		{ "spec/bad/invalid-json.json",
			"line 1, byte 2: the name of a property must be a string" },
		{ "spec/bad/linux-netdevice.json",
			"linux.netDevices.eth0.name: expected a string, found a number" },
		{ "spec/bad/linux-rdma.json",
			"linux.resources.rdma.mlx5_1.hcaHandles: expected a number, found a "
			"string" },
	};

	(void)state;
	assert_int_equal(count_files("spec/bad/*.json"), ARRAY_LENGTH(bad) + 1);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		cleanup_free char *data = NULL;
		size_t length = test_data_read(bad[i].file, &data);
		struct oci_config *config = NULL;
		struct error err = { 0 };

		assert_int_equal(oci_config_parse(data, length, &config, &err), -1);
		assert_string_equal(err.text, bad[i].sentence);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_recorded_config_is_read),
		cmocka_unit_test(every_recorded_process_is_read),
		cmocka_unit_test(no_recorded_file_is_forgotten),
		cmocka_unit_test(docker_sends_zero_for_unlimited),
		cmocka_unit_test(podman_sends_umask_and_mappings),
		cmocka_unit_test(containerd_names_the_sandbox),
		cmocka_unit_test(good_examples_of_the_specification_are_read),
		cmocka_unit_test(bad_examples_of_the_specification_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
