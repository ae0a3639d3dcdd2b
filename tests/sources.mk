# SPDX-License-Identifier: Apache-2.0
# Programs of the tests; each has one source file of the same name; rewritten by ./dev sources.
unit_tests = \
	tests/unit/test_base \
	tests/unit/test_caps \
	tests/unit/test_json_reader \
	tests/unit/test_netlink \
	tests/unit/test_options \
	tests/unit/test_seccomp \
	tests/unit/test_signals \
	tests/unit/test_terminal \
	tests/unit/test_terminal_relay \
	tests/unit/test_timens \
	tests/unit/test_validate \
	tests/unit/test_validate_linux
fuzz_targets = \
	tests/fuzz/fuzz_timens
test_tools = \
	tests/tools/clock_probe \
	tests/tools/notify_ready
bench_programs =
test_headers = \
	tests/unit/in_child.h \
	tests/unit/test_config.h \
	tests/unit/validate_cases.h
tests_fuzz_fuzz_timens_LDADD = $(fuzz_libs)
tests_tools_clock_probe_CFLAGS = $(tool_cflags)
tests_tools_clock_probe_LDADD =
tests_tools_clock_probe_LDFLAGS = -all-static
tests_tools_notify_ready_CFLAGS = $(tool_cflags)
tests_tools_notify_ready_LDADD =
tests_tools_notify_ready_LDFLAGS = -all-static
