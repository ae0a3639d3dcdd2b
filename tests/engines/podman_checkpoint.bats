#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the files that are loaded set variables
# podman container checkpoint and restore, and the clocks of what is restored, as podman exec sees them.

load engine
load podman

setup_file()
{
	engine_require podman jq criu
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
