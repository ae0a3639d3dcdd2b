#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The config.json files that real engines wrote (tests/data/engines) run as they are, but for what
# was only there: the program, the sources of bind mounts, namespaces of other containers, hooks, and
# limits above the machine's own; and one text for timens_offsets that no kernel takes.

load common
load recorded
recorded=$BATS_TEST_DIRNAME/../data/engines

run_recorded()	# ENGINE
{
	local config

	recorded_setup
	for config in "$recorded/$1"/[0-9]*.json; do
		recorded_config "$config"
		recorded_owner
		run elsewhen run --bundle "$BUNDLE" "$ID"
		[ "$status" = 0 ] || { echo "$config: $output"; return 1; }
		contains "$output" ran
	done
	assert_no_leftovers
}

@test "podman 4.3" { run_recorded podman-4.3.1; }
@test "podman 5.8" { run_recorded podman-5.8.6; }
@test "docker 20.10" { run_recorded docker-20.10; }
@test "containerd 1.6, by CRI" { run_recorded cri-containerd1.6; }
@test "containerd 2.1, by CRI" { run_recorded cri-containerd2.1; }
@test "kubelet 1.20 with containerd 1.6" { run_recorded kubelet1.20-containerd1.6; }

# docker from 29.5 on puts {"type": "time"} into every spec, and no offsets.
time_in_spec()	# NAMESPACES_FILTER
{
	recorded_setup
	recorded_config "$recorded/docker-20.10/1.json"
	recorded_owner
	edit ".process.args = [\"sleep\", \"1000\"] | .linux.namespaces += [{type: \"time\"}] | $1"
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	differ "$(namespace_of "$(pid_of "$ID")" time)" "$(readlink /proc/self/ns/time)"
	equal "$(elsewhen exec "$ID" readlink /proc/self/ns/time)" "$(namespace_of "$(pid_of "$ID")" time)"
	equal "$(elsewhen exec "$ID" awk '{ print $1, $2, $3 }' /proc/self/timens_offsets)" $'monotonic 0 0\nboottime 0 0'
}

@test "docker 29.5: a bare time namespace in the spec" {
	time_in_spec .
	elsewhen delete --force "$ID"
}

@test "docker 29.5: a bare time namespace and --pid=host" {
	time_in_spec 'del(.linux.namespaces[] | select(.type == "pid"))'
	equal "$(namespace_of "$(pid_of "$ID")" pid)" "$(readlink /proc/self/ns/pid)"
	elsewhen kill "$ID" KILL
	wait_for has_status "$ID" stopped
	elsewhen delete "$ID"
}

@test "docker 29.5: a bare time namespace and --pid=container:X" {
	recorded_setup
	recorded_config "$recorded/docker-20.10/1.json"
	recorded_owner
	edit '.process.args = ["sleep", "1000"] | .linux.cgroupsPath += "-x"'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID-x"
	local pid
	pid=$(pid_of "$ID-x")
	time_in_spec "(.linux.namespaces[] | select(.type == \"pid\")).path = \"/proc/$pid/ns/pid\""
	equal "$(namespace_of "$(pid_of "$ID")" pid)" "$(namespace_of "$pid" pid)"
	[ -d "/proc/$pid" ]
	elsewhen kill "$ID" KILL
	wait_for has_status "$ID" stopped
	elsewhen delete "$ID"
	# The one whose PID namespace it was goes on.
	equal "$(status_of "$ID-x")" running
	elsewhen delete --force "$ID-x"
}

@test "exec: the process files that engines gave" {
	local file

	recorded_setup
	recorded_config "$recorded/podman-4.3.1/1.json"
	edit '.process.args = ["sleep", "100"]'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	for file in "$recorded"/*/exec-process-*.json; do
		jq --arg tag "$TAG" '.args = ["sh", "-c", "echo ran"] | .terminal = false | .env += [$tag]
			| .cwd = "/" | if (.oomScoreAdj // 0) < 0 then .oomScoreAdj = 0 else . end
			| .rlimits = []' "$file" >"$WORK/process.json"
		run elsewhen exec --process "$WORK/process.json" "$ID"
		[ "$status" = 0 ] || { echo "$file: $output"; return 1; }
		equal "$output" ran
	done
	elsewhen delete --force "$ID"
}
