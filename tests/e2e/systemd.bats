#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# --systemd-cgroup on a machine whose process 1 is systemd: the container's cgroup is a scope, and ends with it.

load common

setup()
{
	common_setup
	[ -d /run/systemd/system ] || skip 'systemd is not process 1'
	UNIT=test-$ID.scope
}

teardown()
{
	common_teardown || return 1
	[ -d /run/systemd/system ] || return 0
	equal "$(unit_property LoadState)" not-found || {
		systemctl stop "$UNIT"
		return 1
	}
}

elsewhen()
{
	env "$TAG" "$ELSEWHEN" --root "$ROOT" --systemd-cgroup "$@" 3>&-
}

unit_property()	# NAME
{
	systemctl show --property="$1" --value "$UNIT"
}

scope_bundle()	# [FILTER...]
{
	make_bundle ".linux.cgroupsPath = \"system.slice:test:$ID\"" "$@"
}

# Quicker to look at than a shell that sleeps in turns: an emulated machine counts every process.
scope_running()	# [FILTER...]
{
	scope_bundle "$@"
	arguments sleep 1000
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
}

cgroup_of()	# PID
{
	sed -n 's/^0:://p' "/proc/$1/cgroup"
}

is_v1()
{
	[ ! -e /sys/fs/cgroup/cgroup.controllers ]
}

# On v1 of those files that are the same there.
limit()	# FILE
{
	local hierarchy=

	case $(is_v1 && echo "$1") in
	cgroup.*) hierarchy=/systemd ;;
	pids.*) hierarchy=/pids ;;
	esac
	cat "/sys/fs/cgroup$hierarchy/system.slice/$UNIT/$1"
}

@test "systemd: a scope in its slice, delegated and without limits of its own" {
	scope_running
	equal "$(cgroup_of "$(pid_of "$ID")")" "/system.slice/$UNIT"
	equal "$(unit_property ActiveState)" active
	equal "$(unit_property Slice)" system.slice
	equal "$(unit_property Delegate)" yes
	equal "$(unit_property TasksMax)" infinity
	# The process that it was made around is gone.
	equal "$(limit cgroup.procs)" "$(pid_of "$ID")"
	quietly elsewhen delete --force "$ID"
	nothing_in 'cgroups of the scope' "$(find /sys/fs/cgroup -name "$UNIT")"
}

@test "systemd: run to the end gives the status and leaves no unit" {
	scope_bundle
	arguments sh -c 'cat /proc/self/cgroup; exit 7'
	run run_container
	equal "$status" 7
	contains "$output" 0::/
	equal "$(unit_property LoadState)" not-found
}

@test "systemd: exec is in the scope, and so is who is paused" {
	scope_running
	quietly elsewhen exec "$ID" true
	quietly elsewhen exec --detach --pid-file "$WORK/pid" "$ID" sleep 1000
	equal "$(cgroup_of "$(cat "$WORK/pid")")" "/system.slice/$UNIT"
	quietly elsewhen pause "$ID"
	equal "$(status_of "$ID")" paused
	quietly elsewhen resume "$ID"
	equal "$(status_of "$ID")" running
}

@test "systemd: limits are in the cgroup and in the unit, so that a reload keeps them" {
	! is_v1 || skip 'v1 has other files: systemd_v1.bats'
	scope_running '.linux.resources.memory = { limit: 67108864, reservation: 33554432 }' \
		'.linux.resources.cpu = { shares: 512, quota: 50000, period: 100000 }' \
		'.linux.resources.pids.limit = 60'
	equal "$(limit memory.max)" 67108864
	equal "$(limit memory.low)" 33554432
	equal "$(limit cpu.weight)" 20
	equal "$(limit cpu.max)" '50000 100000'
	equal "$(limit pids.max)" 60
	equal "$(unit_property MemoryMax)" 67108864
	equal "$(unit_property MemoryLow)" 33554432
	equal "$(unit_property CPUWeight)" 20
	equal "$(unit_property CPUQuotaPerSecUSec)" 500ms
	equal "$(unit_property TasksMax)" 60
	systemctl daemon-reload
	equal "$(limit memory.max)" 67108864
	equal "$(limit pids.max)" 60
	quietly elsewhen update --memory 32m --pids-limit 50 "$ID"
	equal "$(limit memory.max)" 33554432
	equal "$(unit_property MemoryMax)" 33554432
	systemctl daemon-reload
	equal "$(limit pids.max)" 50
	equal "$(unit_property TasksMax)" 50
}

@test "systemd: annotations set properties of the scope; what is none is refused, and nothing is made" {
	scope_running '.annotations = {"org.systemd.property.TimeoutStopSec": "7.5", "org.systemd.property.MemoryHigh": "uint64 50000000",
		"org.systemd.property.Description": "'"'"'of the test'"'"'", "org.systemd.property.Documentation": "['"'"'man:true'"'"']",
		"org.systemd.property.SendSIGHUP": "true"}'
	equal "$(unit_property TimeoutStopUSec)" 7.500000s
	equal "$(unit_property MemoryHigh)" 50000000
	is_v1 || equal "$(limit memory.high)" 49999872
	equal "$(unit_property Description)" 'of the test'
	equal "$(unit_property Documentation)" 'man:true'
	equal "$(unit_property SendSIGHUP)" yes
	quietly elsewhen delete --force "$ID"
	for wrong in 'MemoryHigh: lots' 'Slice: '"'"'a.slice'"'"'' 'x: true' 'TimeoutStopSec: true'; do
		edit --arg key "org.systemd.property.${wrong%%:*}" --arg value "${wrong#*: }" '.annotations = {($key): $value}'
		run run_container
		failed "annotations.org.systemd.property.${wrong%%:*}: " || return 1
	done
	# systemd's own words, of what it does not know.
	edit '.annotations = {"org.systemd.property.NoSuchThing": "true"}'
	run run_container
	failed NoSuchThing
	# Without --systemd-cgroup nobody reads them.
	edit 'del(.linux.cgroupsPath)'
	quietly env "$TAG" "$ELSEWHEN" --root "$ROOT" run --bundle "$BUNDLE" --detach "$ID"
	quietly env "$TAG" "$ELSEWHEN" --root "$ROOT" delete --force "$ID"
}

@test "systemd: a limit of one process is enough for one" {
	scope_running '.linux.resources.pids.limit = 1'
	equal "$(limit pids.max)" 1
	equal "$(limit cgroup.procs)" "$(pid_of "$ID")"
}

@test "systemd: who stops the unit stops the container" {
	scope_running
	systemctl stop "$UNIT"
	wait_for has_status "$ID" stopped
	quietly elsewhen delete "$ID"
}

@test "systemd: a container of that name that was killed is in nobody's way" {
	scope_running
	kill -KILL "$(pid_of "$ID")"
	wait_for has_status "$ID" stopped
	quietly elsewhen delete "$ID"
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	equal "$(cgroup_of "$(pid_of "$ID")")" "/system.slice/$UNIT"
}

@test "systemd: a create that was killed is undone by delete, the unit too" {
	local delay

	scope_bundle
	arguments sleep 1000
	for delay in 0 0.02 0.04 0.08 0.15 0.3; do
		helper_elsewhen --systemd-cgroup create --bundle "$BUNDLE" "$ID"
		sleep "$delay"
		kill -KILL "$HELPER" 2>/dev/null || true
		wait "$HELPER" || true
		quietly elsewhen delete --force "$ID"
		equal "$(unit_property LoadState)" not-found
	done
}

@test "systemd: a unit of that name with processes in it is refused" {
	scope_bundle
	arguments true
	systemd-run --quiet --scope --unit="$UNIT" sleep 1000 >/dev/null 2>&1 3>&- &
	wait_for systemctl is-active "$UNIT"
	run run_container
	failed 'has processes in it'
	systemctl stop "$UNIT"
}

@test "systemd: slices in slices, and a name by default" {
	scope_bundle '.linux.cgroupsPath = "elsewhentest-inner.slice:test:'"$ID"'"'
	arguments sleep 1000
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	equal "$(cgroup_of "$(pid_of "$ID")")" \
		"/elsewhentest.slice/elsewhentest-inner.slice/$UNIT"
	quietly elsewhen delete --force "$ID"
	edit 'del(.linux.cgroupsPath)'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	equal "$(cgroup_of "$(pid_of "$ID")")" "/system.slice/elsewhen-$ID.scope"
}

@test "systemd: what is no slice:prefix:name is refused, and nothing is made" {
	scope_bundle '.linux.cgroupsPath = "/a/b"'
	run run_container
	failed 'linux.cgroupsPath: "/a/b" is not of the form slice:prefix:name'
}
