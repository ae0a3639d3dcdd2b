/* SPDX-License-Identifier: Apache-2.0 */
/* A config with every property: each value must be found in the member that is named after it. */
#include "test_config.h"

static struct oci_config *config;

static int read_complete(void **state)
{
	(void)state;
	config = test_config_read("config/complete.json");
	return 0;
}

static int free_complete(void **state)
{
	(void)state;
	oci_config_free(config);
	return 0;
}

/* The strings, joined by blanks. */
static void assert_strings(const struct oci_strings *strings, const char *expected)
{
	cleanup_text struct text joined = { 0 };

	assert_true(strings->set);
	text_add(&joined, "");
	for (size_t i = 0; i < strings->length; i++)
		text_printf(&joined, "%s%s", i > 0 ? " " : "", strings->items[i]);
	assert_string_equal(joined.data, expected);
	assert_null(strings->items[strings->length]);
}

static void assert_mapping(const struct oci_id_mappings *mappings, size_t index,
	uint32_t container_id, uint32_t host_id, uint32_t size)
{
	assert_true(index < mappings->length);
	assert_int_equal(mappings->items[index].container_id, container_id);
	assert_int_equal(mappings->items[index].host_id, host_id);
	assert_int_equal(mappings->items[index].size, size);
}

#define assert_optional(optional, expected)                  \
	do {                                                 \
		assert_true((optional).set);                 \
		assert_true((optional).value == (expected)); \
	} while (0)

static void top_is_read(void **state)
{
	(void)state;
	assert_string_equal(config->oci_version, "1.3.0");
	assert_true(config->root.set && config->root.readonly);
	assert_string_equal(config->root.path, "rootfs");
	assert_string_equal(config->hostname, "host");
	assert_string_equal(config->domainname, "domain");
	assert_string_equal(config->foreign_platform, "windows");
	assert_int_equal(config->annotations.length, 2);
	assert_string_equal(oci_config_annotation(config, "org.example.key"), "value");
	assert_string_equal(oci_config_annotation(config, "empty"), "");
	assert_null(oci_config_annotation(config, "org.example"));
}

static void mounts_are_read(void **state)
{
	const struct oci_mount *mounts = config->mounts;

	(void)state;
	assert_int_equal(config->mounts_length, 2);
	assert_string_equal(mounts[0].destination, "/proc");
	assert_string_equal(mounts[0].type, "proc");
	assert_string_equal(mounts[0].source, "proc");
	assert_false(mounts[0].options.set);
	assert_string_equal(mounts[1].destination, "/data");
	assert_null(mounts[1].type);
	assert_strings(&mounts[1].options, "rbind idmap");
	assert_mapping(&mounts[1].uid_mappings, 0, 1, 1001, 11);
	assert_mapping(&mounts[1].gid_mappings, 0, 2, 1002, 12);
}

static void process_is_read(void **state)
{
	const struct oci_process *process = &config->process;

	(void)state;
	assert_true(process->set && process->terminal && process->no_new_privileges);
	assert_true(process->console_size.set);
	assert_int_equal(process->console_size.height, 25);
	assert_int_equal(process->console_size.width, 80);
	assert_string_equal(process->cwd, "/home");
	assert_strings(&process->env, "PATH=/bin TERM=xterm");
	assert_strings(&process->args, "sh -c true");
	assert_string_equal(process->command_line, "cmd.exe");
	assert_string_equal(process->apparmor_profile, "profile");
	assert_string_equal(process->selinux_label, "label_t");
	assert_optional(process->oom_score_adj, -100);
	assert_string_equal(process->exec_cpu_affinity.initial, "0-1");
	assert_string_equal(process->exec_cpu_affinity.final, "2,3");
}

static void user_and_limits_are_read(void **state)
{
	const struct oci_user *user = &config->process.user;
	const struct oci_rlimit *rlimits = config->process.rlimits;

	(void)state;
	assert_int_equal(user->uid, 1000);
	assert_int_equal(user->gid, 1001);
	assert_optional(user->umask, 18);
	assert_int_equal(user->additional_gids_length, 2);
	assert_int_equal(user->additional_gids[0], 5);
	assert_int_equal(user->additional_gids[1], 6);
	assert_string_equal(user->username, "user");
	assert_int_equal(config->process.rlimits_length, 2);
	assert_string_equal(rlimits[0].type, "RLIMIT_NOFILE");
	assert_int_equal(rlimits[0].soft, 1024);
	assert_int_equal(rlimits[0].hard, 4096);
	assert_string_equal(rlimits[1].type, "RLIMIT_AS");
	assert_true(rlimits[1].hard == UINT64_MAX);
}

static void capabilities_and_scheduling_are_read(void **state)
{
	const struct oci_process *process = &config->process;
	const struct oci_scheduler *scheduler = &process->scheduler;

	(void)state;
	assert_true(process->capabilities.set);
	assert_strings(&process->capabilities.bounding, "CAP_KILL CAP_CHOWN");
	assert_strings(&process->capabilities.permitted, "CAP_FOWNER");
	assert_strings(&process->capabilities.effective, "CAP_SETUID");
	assert_strings(&process->capabilities.inheritable, "CAP_SETGID");
	assert_strings(&process->capabilities.ambient, "");
	assert_true(scheduler->set);
	assert_string_equal(scheduler->policy, "SCHED_DEADLINE");
	assert_optional(scheduler->nice, -20);
	assert_optional(scheduler->priority, 7);
	assert_strings(&scheduler->flags, "SCHED_FLAG_RECLAIM");
	assert_optional(scheduler->runtime, 101);
	assert_optional(scheduler->deadline, 102);
	assert_optional(scheduler->period, 103);
	assert_true(process->io_priority.set);
	assert_string_equal(process->io_priority.class, "IOPRIO_CLASS_IDLE");
	assert_optional(process->io_priority.priority, 4);
}

static void assert_hooks(const struct oci_hook_list *list, size_t length, const char *first)
{
	assert_int_equal(list->length, length);
	assert_string_equal(list->items[0].path, first);
}

static void hooks_are_read(void **state)
{
	const struct oci_hook *hook = config->hooks.prestart.items;

	(void)state;
	assert_hooks(&config->hooks.prestart, 1, "/1");
	assert_hooks(&config->hooks.create_runtime, 2, "/2");
	assert_hooks(&config->hooks.create_container, 1, "/3");
	assert_hooks(&config->hooks.start_container, 1, "/4");
	assert_hooks(&config->hooks.poststart, 1, "/5");
	assert_hooks(&config->hooks.poststop, 1, "/6");
	assert_strings(&hook->args, "a b");
	assert_strings(&hook->env, "E=1");
	assert_optional(hook->timeout, 30);
	assert_false(config->hooks.poststop.items[0].timeout.set);
}

static void namespaces_and_mappings_are_read(void **state)
{
	const struct oci_linux *platform = &config->linux_;

	(void)state;
	assert_true(platform->set);
	assert_int_equal(platform->namespaces_length, OCI_NAMESPACE_COUNT);
	for (size_t i = 0; i < OCI_NAMESPACE_COUNT; i++) {
		const struct oci_namespace *namespace =
			oci_config_namespace(config, (enum oci_namespace_type)i);

		assert_non_null(namespace);
		assert_int_equal(namespace->type, i);
		if (i != OCI_NAMESPACE_NETWORK)
			assert_null(namespace->path);
	}
	assert_string_equal(
		oci_config_namespace(config, OCI_NAMESPACE_NETWORK)->path, "/run/netns/blue");
	assert_mapping(&platform->uid_mappings, 0, 0, 100000, 65536);
	assert_mapping(&platform->gid_mappings, 0, 0, 200000, UINT32_MAX);
	assert_mapping(&platform->gid_mappings, 1, 1, 2, 3);
}

static void time_offsets_are_read(void **state)
{
	const struct oci_time_offsets *offsets = &config->linux_.time_offsets;

	(void)state;
	assert_true(offsets->set && offsets->monotonic.set && offsets->boottime.set);
	assert_true(offsets->monotonic.secs == INT64_MIN);
	assert_int_equal(offsets->monotonic.nanosecs, 999999999);
	assert_true(offsets->boottime.secs == INT64_MAX);
	assert_int_equal(offsets->boottime.nanosecs, UINT32_MAX);
}

static void devices_are_read(void **state)
{
	const struct oci_linux *platform = &config->linux_;
	const struct oci_device *fuse = &platform->devices[0], *pipe = &platform->devices[1];

	(void)state;
	assert_int_equal(platform->devices_length, 2);
	assert_int_equal(fuse->type, 'c');
	assert_string_equal(fuse->path, "/dev/fuse");
	assert_optional(fuse->major, 10);
	assert_optional(fuse->minor, 229);
	assert_optional(fuse->file_mode, 0666);
	assert_optional(fuse->uid, 3);
	assert_optional(fuse->gid, 4);
	assert_int_equal(pipe->type, 'p');
	assert_false(pipe->major.set || pipe->minor.set || pipe->uid.set);
	assert_int_equal(platform->net_devices_length, 2);
	assert_string_equal(platform->net_devices[0].name, "eth0");
	assert_string_equal(platform->net_devices[0].container_name, "eth1");
	assert_string_equal(platform->net_devices[1].name, "ens4");
	assert_null(platform->net_devices[1].container_name);
}

static void memory_and_cpu_are_read(void **state)
{
	const struct oci_memory *memory = &config->linux_.resources.memory;
	const struct oci_cpu *cpu = &config->linux_.resources.cpu;

	(void)state;
	assert_optional(memory->limit, 1);
	assert_optional(memory->reservation, 2);
	assert_optional(memory->swap, -1);
	assert_optional(memory->kernel, 4);
	assert_optional(memory->kernel_tcp, 5);
	assert_optional(memory->swappiness, 6);
	assert_optional(memory->disable_oom_killer, true);
	assert_optional(memory->use_hierarchy, false);
	assert_optional(memory->check_before_update, true);
	assert_optional(cpu->shares, 11);
	assert_optional(cpu->quota, -12);
	assert_optional(cpu->burst, 13);
	assert_optional(cpu->period, 14);
	assert_optional(cpu->realtime_runtime, 15);
	assert_optional(cpu->realtime_period, 16);
	assert_string_equal(cpu->cpus, "0-3");
	assert_string_equal(cpu->mems, "0");
	assert_optional(cpu->idle, 1);
}

static void assert_throttle(
	const struct oci_throttle_devices *devices, int64_t major, int64_t minor, uint64_t rate)
{
	assert_int_equal(devices->length, 1);
	assert_int_equal(devices->items[0].major, major);
	assert_int_equal(devices->items[0].minor, minor);
	assert_optional(devices->items[0].rate, rate);
}

static void block_io_is_read(void **state)
{
	const struct oci_block_io *block_io = &config->linux_.resources.block_io;
	const struct oci_weight_device *device = block_io->weight_device;

	(void)state;
	assert_optional(block_io->weight, 100);
	assert_optional(block_io->leaf_weight, 101);
	assert_int_equal(block_io->weight_device_length, 1);
	assert_int_equal(device->major, 8);
	assert_int_equal(device->minor, 0);
	assert_optional(device->weight, 200);
	assert_optional(device->leaf_weight, UINT16_MAX);
	assert_throttle(&block_io->throttle_read_bps_device, 1, 11, 111);
	assert_throttle(&block_io->throttle_write_bps_device, 2, 22, 222);
	assert_throttle(&block_io->throttle_read_iops_device, 3, 33, 333);
	assert_throttle(&block_io->throttle_write_iops_device, 4, 44, 444);
}

static void other_resources_are_read(void **state)
{
	const struct oci_resources *resources = &config->linux_.resources;

	(void)state;
	assert_true(resources->set);
	assert_int_equal(resources->devices_length, 2);
	assert_false(resources->devices[0].allow);
	assert_null(resources->devices[0].type);
	assert_string_equal(resources->devices[0].access, "rwm");
	assert_true(resources->devices[1].allow);
	assert_string_equal(resources->devices[1].type, "c");
	assert_optional(resources->devices[1].major, 10);
	assert_optional(resources->devices[1].minor, -1);
	assert_int_equal(resources->hugepage_limits_length, 1);
	assert_string_equal(resources->hugepage_limits[0].page_size, "2MB");
	assert_int_equal(resources->hugepage_limits[0].limit, 209715200);
	assert_optional(resources->network.class_id, 1048577);
	assert_int_equal(resources->network.priorities_length, 1);
	assert_string_equal(resources->network.priorities[0].name, "eth0");
	assert_int_equal(resources->network.priorities[0].priority, 500);
	assert_optional(resources->pids.limit, 32771);
	assert_int_equal(resources->rdma_length, 2);
	assert_string_equal(resources->rdma[0].name, "mlx5_1");
	assert_optional(resources->rdma[0].hca_handles, 3);
	assert_optional(resources->rdma[0].hca_objects, 10000);
	assert_string_equal(resources->rdma[1].name, "rxe3");
	assert_int_equal(resources->unified.length, 2);
	assert_string_equal(resources->unified.items[0].key, "memory.high");
	assert_string_equal(resources->unified.items[1].value, "1073741824");
}

static void seccomp_is_read(void **state)
{
	const struct oci_seccomp *seccomp = &config->linux_.seccomp;
	const struct oci_seccomp_rule *rule = seccomp->syscalls;

	(void)state;
	assert_true(seccomp->set);
	assert_string_equal(seccomp->default_action, "SCMP_ACT_ALLOW");
	assert_optional(seccomp->default_errno_ret, 38);
	assert_strings(&seccomp->architectures, "SCMP_ARCH_AARCH64 SCMP_ARCH_ARM");
	assert_strings(&seccomp->flags, "SECCOMP_FILTER_FLAG_LOG");
	assert_string_equal(seccomp->listener_path, "/run/listener");
	assert_string_equal(seccomp->listener_metadata, "metadata");
	assert_int_equal(seccomp->syscalls_length, 1);
	assert_strings(&rule->names, "getcwd chmod");
	assert_string_equal(rule->action, "SCMP_ACT_ERRNO");
	assert_optional(rule->errno_ret, 1);
	assert_int_equal(rule->args_length, 2);
	assert_int_equal(rule->args[0].index, 2);
	assert_true(rule->args[0].value == UINT64_MAX);
	assert_int_equal(rule->args[0].value_two, 9);
	assert_string_equal(rule->args[0].op, "SCMP_CMP_MASKED_EQ");
	assert_string_equal(rule->args[1].op, "SCMP_CMP_NE");
}

static void the_rest_of_linux_is_read(void **state)
{
	const struct oci_linux *platform = &config->linux_;

	(void)state;
	assert_string_equal(platform->cgroups_path, "/group");
	assert_true(platform->intel_rdt.set);
	assert_string_equal(platform->intel_rdt.clos_id, "guaranteed");
	assert_strings(&platform->intel_rdt.schemata, "L3:0=7f0");
	assert_string_equal(platform->intel_rdt.l3_cache_schema, "L3:1=f");
	assert_string_equal(platform->intel_rdt.mem_bw_schema, "MB:0=20");
	assert_optional(platform->intel_rdt.enable_monitoring, true);
	assert_true(platform->memory_policy.set);
	assert_string_equal(platform->memory_policy.mode, "MPOL_BIND");
	assert_string_equal(platform->memory_policy.nodes, "0-1");
	assert_strings(&platform->memory_policy.flags, "MPOL_F_STATIC_NODES");
	assert_int_equal(platform->sysctl.length, 1);
	assert_string_equal(platform->sysctl.items[0].key, "net.ipv4.ip_forward");
	assert_string_equal(platform->rootfs_propagation, "slave");
	assert_strings(&platform->masked_paths, "/proc/kcore /proc/keys");
	assert_strings(&platform->readonly_paths, "/proc/sys");
	assert_string_equal(platform->mount_label, "mount_t");
	assert_true(platform->personality.set);
	assert_string_equal(platform->personality.domain, "LINUX32");
	assert_strings(&platform->personality.flags, "FLAG");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(top_is_read),
		cmocka_unit_test(mounts_are_read),
		cmocka_unit_test(process_is_read),
		cmocka_unit_test(user_and_limits_are_read),
		cmocka_unit_test(capabilities_and_scheduling_are_read),
		cmocka_unit_test(hooks_are_read),
		cmocka_unit_test(namespaces_and_mappings_are_read),
		cmocka_unit_test(time_offsets_are_read),
		cmocka_unit_test(devices_are_read),
		cmocka_unit_test(memory_and_cpu_are_read),
		cmocka_unit_test(block_io_is_read),
		cmocka_unit_test(other_resources_are_read),
		cmocka_unit_test(seccomp_is_read),
		cmocka_unit_test(the_rest_of_linux_is_read),
	};

	return cmocka_run_group_tests(tests, read_complete, free_complete);
}
