# SPDX-License-Identifier: Apache-2.0
# Programs of the tests; each but the kit and faults has one source file of the same name; rewritten by ./dev sources.
unit_tests = \
	tests/unit/test_attributes \
	tests/unit/test_attributes_sched \
	tests/unit/test_base \
	tests/unit/test_caps \
	tests/unit/test_cgroup \
	tests/unit/test_cgroup_apply \
	tests/unit/test_cgroup_devices \
	tests/unit/test_cgroup_layout \
	tests/unit/test_cgroup_limits \
	tests/unit/test_cgroup_mount \
	tests/unit/test_clock_file \
	tests/unit/test_clock_policy \
	tests/unit/test_clock_reading \
	tests/unit/test_clock_request \
	tests/unit/test_clock_source \
	tests/unit/test_clock_text \
	tests/unit/test_config \
	tests/unit/test_config_complete \
	tests/unit/test_config_coverage \
	tests/unit/test_config_engines \
	tests/unit/test_config_large \
	tests/unit/test_criu \
	tests/unit/test_criu_image \
	tests/unit/test_criu_image_seccomp \
	tests/unit/test_fatal \
	tests/unit/test_features \
	tests/unit/test_filter_cache \
	tests/unit/test_json_reader \
	tests/unit/test_json_writer \
	tests/unit/test_lsm \
	tests/unit/test_mount_options \
	tests/unit/test_mount_table \
	tests/unit/test_net_devices \
	tests/unit/test_netlink \
	tests/unit/test_netlink_address \
	tests/unit/test_options \
	tests/unit/test_output \
	tests/unit/test_path \
	tests/unit/test_plan \
	tests/unit/test_printable \
	tests/unit/test_process_rights \
	tests/unit/test_procfs \
	tests/unit/test_protobuf \
	tests/unit/test_recipe \
	tests/unit/test_rootfs \
	tests/unit/test_rootfs_device \
	tests/unit/test_rootfs_mount \
	tests/unit/test_scope_properties \
	tests/unit/test_seccomp \
	tests/unit/test_self_exe \
	tests/unit/test_signals \
	tests/unit/test_spec_template \
	tests/unit/test_state_file \
	tests/unit/test_sync \
	tests/unit/test_systemd \
	tests/unit/test_systemd_value \
	tests/unit/test_terminal \
	tests/unit/test_terminal_relay \
	tests/unit/test_timens \
	tests/unit/test_timens_kernel \
	tests/unit/test_timens_value \
	tests/unit/test_userns \
	tests/unit/test_validate \
	tests/unit/test_validate_linux \
	tests/unit/test_validate_resources \
	tests/unit/test_vdso
fuzz_targets = \
	tests/fuzz/fuzz_clock_file \
	tests/fuzz/fuzz_config \
	tests/fuzz/fuzz_criu_image \
	tests/fuzz/fuzz_criu_image_seccomp \
	tests/fuzz/fuzz_criu_response \
	tests/fuzz/fuzz_criu_stats \
	tests/fuzz/fuzz_descriptors \
	tests/fuzz/fuzz_mount_options \
	tests/fuzz/fuzz_operator_settings \
	tests/fuzz/fuzz_path \
	tests/fuzz/fuzz_protobuf \
	tests/fuzz/fuzz_state_file \
	tests/fuzz/fuzz_systemd_value \
	tests/fuzz/fuzz_timens \
	tests/fuzz/fuzz_timens_value
test_tools = \
	tests/tools/clock_probe \
	tests/tools/host_hunter \
	tests/tools/memory_log \
	tests/tools/notify_ready \
	tests/tools/timer_log
attack_programs = \
	tests/attacks/abstract_connect \
	tests/attacks/exe_writer \
	tests/attacks/hunter \
	tests/attacks/input_pusher \
	tests/attacks/swapper
bench_programs = \
	tests/bench/floor \
	tests/bench/peak
test_headers = \
	tests/unit/cgroup_alone.h \
	tests/unit/in_child.h \
	tests/unit/netlink_experiment.h \
	tests/unit/test_config.h \
	tests/unit/test_rootfs.h \
	tests/unit/test_tree.h \
	tests/unit/validate_cases.h
kernel_kit_sources = \
	tests/kernel/check_exec.c \
	tests/kernel/check_frozen.c \
	tests/kernel/check_initial.c \
	tests/kernel/check_join.c \
	tests/kernel/check_mapping.c \
	tests/kernel/check_member.c \
	tests/kernel/check_offsets.c \
	tests/kernel/check_page.c \
	tests/kernel/check_rights.c \
	tests/kernel/check_thread.c \
	tests/kernel/check_timer.c \
	tests/kernel/check_told.c \
	tests/kernel/clocks.c \
	tests/kernel/clocks.h \
	tests/kernel/cost.c \
	tests/kernel/cost.h \
	tests/kernel/exec.c \
	tests/kernel/guest.c \
	tests/kernel/guest.h \
	tests/kernel/kit.h \
	tests/kernel/main.c \
	tests/kernel/namespace.c \
	tests/kernel/namespace.h \
	tests/kernel/report.c \
	tests/kernel/report.h \
	tests/kernel/run.c \
	tests/kernel/run.h \
	tests/kernel/vdso_others.c \
	tests/kernel/vdso_others.h
faults_sources = \
	tests/faults/fault.c \
	tests/faults/fault.h \
	tests/faults/main.c \
	tests/faults/regs.c \
	tests/faults/regs.h \
	tests/faults/tracer.c \
	tests/faults/tracer.h
tests_fuzz_fuzz_clock_file_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_config_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_criu_image_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_criu_image_seccomp_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_criu_response_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_criu_stats_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_descriptors_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_mount_options_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_operator_settings_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_path_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_protobuf_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_state_file_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_systemd_value_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_timens_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_timens_value_LDADD = $(fuzz_libs)
tests_tools_clock_probe_CFLAGS = $(tool_cflags)
tests_tools_clock_probe_LDADD =
tests_tools_clock_probe_LDFLAGS = -all-static
tests_tools_host_hunter_CFLAGS = $(tool_cflags)
tests_tools_host_hunter_LDADD =
tests_tools_host_hunter_LDFLAGS = -all-static
tests_tools_memory_log_CFLAGS = $(tool_cflags)
tests_tools_memory_log_LDADD =
tests_tools_memory_log_LDFLAGS = -all-static
tests_tools_notify_ready_CFLAGS = $(tool_cflags)
tests_tools_notify_ready_LDADD =
tests_tools_notify_ready_LDFLAGS = -all-static
tests_tools_timer_log_CFLAGS = $(tool_cflags)
tests_tools_timer_log_LDADD =
tests_tools_timer_log_LDFLAGS = -all-static
tests_attacks_abstract_connect_CFLAGS = $(tool_cflags)
tests_attacks_abstract_connect_LDADD =
tests_attacks_abstract_connect_LDFLAGS = -all-static
tests_attacks_exe_writer_CFLAGS = $(tool_cflags)
tests_attacks_exe_writer_LDADD =
tests_attacks_exe_writer_LDFLAGS = -all-static
tests_attacks_hunter_CFLAGS = $(tool_cflags)
tests_attacks_hunter_LDADD =
tests_attacks_hunter_LDFLAGS = -all-static
tests_attacks_input_pusher_CFLAGS = $(tool_cflags)
tests_attacks_input_pusher_LDADD =
tests_attacks_input_pusher_LDFLAGS = -all-static
tests_attacks_swapper_CFLAGS = $(tool_cflags)
tests_attacks_swapper_LDADD =
tests_attacks_swapper_LDFLAGS = -all-static
