#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the files that are loaded set variables
# podman container checkpoint and restore, and the clocks of what is restored, as podman exec sees them.

load engine
load podman
load docs

setup()
{
	command -v criu >/dev/null || skip 'there is no CRIU'
	criu check >/dev/null 2>&1 || skip 'CRIU does not work with this kernel'
}

setup_file()
{
	engine_require podman jq
	podman_configure
	podman_import podman
}

# Whatever a test has left is removed, and then elsewhen has no container any more.
engine_cleanup()
{
	podman pod rm --all --force --time 0 >/dev/null 2>&1 || true
	podman rm --all --force --time 0 --volumes >/dev/null 2>&1 || true
	rm -f /run/*.tar.zst
	nothing_in containers "$(engine_containers /run/elsewhen)"
}

# A container with an uptime of its own, which it says ten times a second.
counter()	# NAME [OPTION...]
{
	local name=$1

	shift
	podman run --detach --pull never --name "$name" "$@" busybox \
		sh -c 'while :; do cut -d " " -f 1 /proc/uptime; sleep 0.1; done'
	wait_for logged "$name" 3
}

logged()	# NAME LINES
{
	[ "$(podman logs "$1" | wc -l)" -ge "$2" ]
}

# Runs on: it says more than it has said.
counts_on()	# NAME
{
	wait_for logged "$1" $(($(podman logs "$1" | wc -l) + 3))
}

uptime_in()	# NAME: in hundredths, as a process of exec sees it
{
	podman exec "$1" cut -d ' ' -f 1 /proc/uptime | tr -d .
}

# No number of those that a container says is less than the one before.
never_stepped_back()	# NAME
{
	podman logs "$1" | awk '$1 < last { print last, "then", $1; bad = 1 } { last = $1 } END { exit bad }'
}

@test "checkpoint and restore in place: the clock goes on" {
	local before after

	counter a --network none --annotation elsewhen.dev/boottime=+497d
	before=$(uptime_in a)
	podman container checkpoint a
	equal "$(podman_status a)" exited
	sleep 3
	podman container restore a
	equal "$(podman_status a)" running
	counts_on a
	after=$(uptime_in a)
	within "$after" "$before" $((before + 6000))
	never_stepped_back a
	contains "$(podman exec a clock_probe --rounds 200)" 'boottime.ns'
}

@test "export and import: another container, whose clock goes on" {
	local before

	counter a --network none --annotation elsewhen.dev/boottime=+497d --annotation elsewhen.dev/monotonic=+36h
	podman exec a touch /tmp/kept
	before=$(uptime_in a)
	podman container checkpoint --export /run/a.tar.zst a
	podman rm a
	podman container restore --import /run/a.tar.zst
	counts_on a
	within "$(uptime_in a)" "$before" $((before + 6000))
	never_stepped_back a
	podman exec a test -e /tmp/kept
	podman container restore --import /run/a.tar.zst --name b
	counts_on b
	within "$(uptime_in b)" "$before" $((before + 6000))
	differ "$(podman exec a readlink /proc/self/ns/time)" "$(podman exec b readlink /proc/self/ns/time)"
	# And once more, of what was restored.
	before=$(uptime_in b)
	podman container checkpoint --export /run/b.tar.zst b
	podman rm b
	podman container restore --import /run/b.tar.zst
	counts_on b
	within "$(uptime_in b)" "$before" $((before + 6000))
}

@test "a container that was in the host's clocks has one of its own, which exec joins" {
	local before

	counter a --network none
	equal "$(podman exec a readlink /proc/self/ns/time)" "$(readlink /proc/self/ns/time)"
	before=$(uptime_in a)
	podman container checkpoint --export /run/a.tar.zst a
	podman rm a
	sleep 2
	podman container restore --import /run/a.tar.zst
	counts_on a
	differ "$(podman exec a readlink /proc/self/ns/time)" "$(readlink /proc/self/ns/time)"
	[ "$(uptime_in a)" -ge "$before" ]
	# The two seconds are not counted.
	[ "$(uptime_in a)" -lt $(($(tr -d . </proc/uptime | cut -d ' ' -f 1) - 200)) ]
}

@test "--leave-running, --print-stats, and a policy by annotation: both clocks count the time in between" {
	local before

	counter a --network none --annotation elsewhen.dev/restore-clock=wallclock
	run podman container checkpoint --leave-running --print-stats --export /run/a.tar.zst a
	succeeded
	[ "$(jq '.container_statistics[0].criu_statistics.frozen_time' <<<"$output")" -gt 0 ]
	counts_on a
	before=$(uptime_in a)
	sleep 2
	podman container restore --import /run/a.tar.zst --name b
	counts_on b
	[ "$(uptime_in b)" -ge $((before + 200)) ]
	podman exec b clock_probe --rounds 200
}

@test "restore --pod: containers of a pod have one clock again" {
	local before pod

	podman pod create --name p --network none --share net,ipc,uts
	for name in one two; do
		counter $name --pod p --annotation elsewhen.dev/clock=pod --annotation elsewhen.dev/boottime=+30d
	done
	equal "$(podman exec one readlink /proc/self/ns/time)" "$(podman exec two readlink /proc/self/ns/time)"
	podman container checkpoint --export /run/one.tar.zst one
	before=$(uptime_in two)
	podman container checkpoint --export /run/two.tar.zst two
	podman pod rm --force --time 0 p
	pod=$(podman pod create --name q --network none --share net,ipc,uts)
	# podman 4.3 knows it by its id alone here.
	podman container restore --import /run/one.tar.zst --pod "$pod"
	podman container restore --import /run/two.tar.zst --pod "$pod"
	counts_on one
	counts_on two
	equal "$(podman exec one readlink /proc/self/ns/time)" "$(podman exec two readlink /proc/self/ns/time)"
	differ "$(podman exec one readlink /proc/self/ns/time)" "$(readlink /proc/self/ns/time)"
	within "$(uptime_in one)" "$before" $((before + 12000))
	never_stepped_back one
	never_stepped_back two
	equal "$(podman inspect --format '{{.Pod}}' one)" "$pod"
	# The clock that the pod has now is also that of a container which starts anew in it.
	podman restart --time 0 one
	equal "$(podman exec one readlink /proc/self/ns/time)" "$(podman exec two readlink /proc/self/ns/time)"
}

@test "a terminal goes on" {
	podman run --detach --tty --interactive --pull never --network none --name a busybox \
		sh -c 'while :; do echo tick; sleep 0.1; done'
	wait_for logged a 3
	podman container checkpoint a
	podman container restore a
	counts_on a
	contains "$(podman exec --tty a tty)" /dev/pts/
}

@test "docs/checkpoints.md" {
	docs_run checkpoints 10
}
