#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The examples of the manual page, run as they stand there.

load common

manual=$BATS_TEST_DIRNAME/../../man/elsewhen.8

setup()
{
	common_setup
	[ -e /proc/self/ns/time ] || skip 'this kernel has no time namespaces (CONFIG_TIME_NS)'
	make_bundle
	shell 'trap "exit 0" TERM; while :; do sleep 0.05; done'
	mv "$BUNDLE" "$WORK/service"
	cd "$WORK" || return 1
}

teardown()
{
	local id

	[ -z "${WORK-}" ] || for id in sandbox container; do
		elsewhen delete --force $id
	done
	cd / && common_teardown
}

# example_commands SUBSECTION: what stands behind "# " in its displays; lines that are carried on with a
# backslash or an open quote follow with blanks before them.
example_commands()
{
	awk -v title=".Ss $1" '
		$0 == title { inside = 1; next }
		/^\.S[sh] / { inside = 0 }
		inside && /^\.Bd/ { display = 1; next }
		/^\.Ed/ { display = 0 }
		inside && display { sub(/^# /, ""); sub(/\\e$/, "\\"); print }' "$manual"
}

# run_example SUBSECTION: as a shell would take it, with the program under test; ends at what fails.
# A program named elsewhen stands for the function, which another shell does not know.
run_example()
{
	example_commands "$1" >example
	[ -s example ] || { echo "the manual has no example '$1'"; return 1; }
	mkdir -p bin
	printf '#!/bin/sh\nexec env %s "%s" --root "%s" "$@"\n' "$TAG" "$ELSEWHEN" "$ROOT" >bin/elsewhen
	chmod +x bin/elsewhen
	PATH=$PWD/bin:$PATH bash -e example >output 2>&1 </dev/null 3>&- || { cat output; return 1; }
}

@test "a service at 497 days of uptime" {
	run_example 'A service at 497 days of uptime'
	contains "$(cat output)" 'up 497 days'
}

@test "a container whose uptime starts at 0" {
	run_example 'A container whose uptime starts at 0'
	[ "$(cut -d . -f 1 output)" -lt 60 ]
}

@test "hide the host's uptime" {
	run_example "Hide the host's uptime"
	matches "$(cat output)" 'boottime +1d 00:00'
}

@test "continue after a reboot" {
	run_example 'Continue after a reboot'
	[ "$(elsewhen exec after cut -d . -f 1 /proc/uptime)" -ge $((36 * 3600)) ]
}

@test "a pod with one clock" {
	edit_service
	run_example 'A pod with one clock'
	equal "$(namespace_of "$(pid_of container)" time)" "$(namespace_of "$(pid_of sandbox)" time)"
	equal "$(grep -c 'pod' output)" 2
}

# Two containers over one bundle must not be in one cgroup.
edit_service()
{
	jq 'del(.linux.cgroupsPath)' service/config.json >service/config.new
	mv service/config.new service/config.json
}
