#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# --systemd-cgroup where systemd has its own hierarchy and the controllers have theirs (cgroup v1).

load common

setup()
{
	common_setup
	[ -d /run/systemd/system ] || skip 'systemd is not process 1'
	[ -d /sys/fs/cgroup/memory ] || skip 'there is no cgroup v1'
	UNIT=test-$ID.scope
	make_bundle ".linux.cgroupsPath = \"system.slice:test:$ID\""
	arguments sleep 1000
}

teardown()
{
	common_teardown || return 1
	[ -d /sys/fs/cgroup/memory ] && [ -d /run/systemd/system ] || return 0
	equal "$(systemctl show --property=LoadState --value "$UNIT")" not-found || {
		systemctl stop "$UNIT"
		return 1
	}
	nothing_in 'cgroups of the scope' "$(find /sys/fs/cgroup -name "$UNIT")"
}

elsewhen()
{
	env "$TAG" "$ELSEWHEN" --root "$ROOT" --systemd-cgroup "$@" 3>&-
}

start()
{
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
}

# The line of v2 in /proc/PID/cgroup is always there, and says nothing where v2 is not mounted.
without_v2()
{
	[ -d /sys/fs/cgroup/unified ] && echo '^$' || echo '^0::/$'
}

devices()
{
	sort "/sys/fs/cgroup/devices/system.slice/$UNIT/devices.list"
}

limit()	# CONTROLLER FILE
{
	cat "/sys/fs/cgroup/$1/system.slice/$UNIT/$2"
}

@test "systemd, v1: a scope, which the container is in in every hierarchy" {
	start
	equal "$(systemctl show --property=ActiveState --value "$UNIT")" active
	# systemd's own hierarchy, those that it knows, those that it does not, and v2 where it is mounted beside them.
	equal "$(grep -v "/system.slice/$UNIT\$" "/proc/$(pid_of "$ID")/cgroup" | grep -v "$(without_v2)")" ''
	quietly elsewhen exec --detach --pid-file "$WORK/pid" "$ID" sleep 1000
	equal "$(cut -d : -f 2- "/proc/$(cat "$WORK/pid")/cgroup")" "$(cut -d : -f 2- "/proc/$(pid_of "$ID")/cgroup")"
	quietly elsewhen pause "$ID"
	equal "$(status_of "$ID")" paused
	quietly elsewhen resume "$ID"
	equal "$(elsewhen ps --format json "$ID" | jq length)" 2
	quietly elsewhen delete --force "$ID"
}

@test "systemd, v1: limits are in the controllers' cgroups, and a reload keeps them" {
	edit '.linux.resources.memory.limit = 67108864 | .linux.resources.pids.limit = 60
		| .linux.resources.cpu = {shares: 512, quota: 50000, period: 100000}'
	start
	for reloaded in no yes; do
		equal "$(limit memory memory.limit_in_bytes)" 67108864
		equal "$(limit pids pids.max)" 60
		equal "$(limit cpu cpu.shares)" 512
		equal "$(limit cpu cpu.cfs_quota_us)" 50000
		[ "$reloaded" = yes ] || systemctl daemon-reload
	done
	quietly elsewhen update --memory 32m "$ID"
	equal "$(limit memory memory.limit_in_bytes)" 33554432
	systemctl daemon-reload
	equal "$(limit memory memory.limit_in_bytes)" 33554432
}

@test "systemd, v1: what devices the container may use stays so when systemd writes its settings again" {
	edit '.linux.resources.devices = [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 10, minor: 229, access: "rw"},
		{allow: true, type: "b", major: 7, access: "r"}]'
	start
	devices >"$WORK/devices"
	grep -q -x 'c 10:229 rw' "$WORK/devices"
	grep -q -x 'b 7:\* r' "$WORK/devices"
	systemctl daemon-reload
	# The first of these after a reload writes all that systemd knows of the unit.
	quietly elsewhen update --memory 32m "$ID"
	equal "$(devices)" "$(cat "$WORK/devices")"
	systemctl set-property --runtime "$UNIT" TasksMax=70
	equal "$(devices)" "$(cat "$WORK/devices")"
	equal "$(systemctl show --property=NeedDaemonReload --value "$UNIT")" no
}

@test "systemd, v1: who stops the unit stops the container; run to the end leaves nothing" {
	start
	systemctl stop "$UNIT"
	wait_for has_status "$ID" stopped
	quietly elsewhen delete "$ID"
	arguments sh -c 'exit 7'
	run elsewhen run --bundle "$BUNDLE" "$ID"
	equal "$status" 7
}
