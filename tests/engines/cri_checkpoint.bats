#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the files that are loaded set variables
# A pod's container, checkpointed and restored by the container runtime interface, which containerd has from 2.1 on:
# its clock goes on, in the pod that it was in and in another one.

load engine
load containerd

setup_file()
{
	containerd --version | grep -q ' 2\.' || skip 'there is no containerd 2'
	criu check >/dev/null 2>&1 || skip 'there is no CRIU that works with this kernel'
	containerd_begin
	name_by_digest
	mkdir /run/layout
	tar -C /run/layout -xf /run/image.tar
	engine_start /run/registry.log /usr/bin/python3 "$BATS_TEST_DIRNAME/registry.py" /run/layout
	echo "$DAEMON" >/run/registry.pid
}

# As an image that was pulled is named too: by that name a checkpoint tells what it is based on.
name_by_digest()
{
	local digest

	digest=$(ctr --namespace k8s.io images list | awk -v name="$containerd_image" '$1 == name { print $3 }')
	ctr --namespace k8s.io images tag "$containerd_image" "${containerd_image%:*}@$digest" >/dev/null
}

teardown_file()
{
	[ -e /run/registry.pid ] || return 0
	engine_stop "$(cat /run/registry.pid)" /run/registry.log
	containerd_end
}

engine_cleanup()
{
	rm -f /run/checkpoint.tar /run/other.tar /run/logs/*.log
	cri_remove_pods
}

# sandbox NAME [VALUE]: a pod with one clock, which reads VALUE; $SANDBOX is its id, $POD its config
sandbox()
{
	POD=$(jq -n -c --arg name "$1" --arg value "${2-}" '{
		metadata: {name: $name, uid: ("uid-" + $name), namespace: "default", attempt: 0}, hostname: "podhost",
		log_directory: "/run/logs", linux: {cgroup_parent: "/pod-test",
		security_context: {namespace_options: {network: 0, pid: 1, ipc: 0}}},
		annotations: ({"elsewhen.dev/clock": "pod"} + if $value == "" then {} else
			{"elsewhen.dev/boottime": $value, "elsewhen.dev/monotonic": $value} end)}')
	SANDBOX=$(cri RunPodSandbox "{\"config\": $POD, \"runtime_handler\": \"elsewhen\"}" | jq -r .pod_sandbox_id)
	[ -n "$SANDBOX" ]
}

# start NAME IMAGE: a container of the pod that tells its uptime; $CONTAINER is its id, $BEGUN the time before
start()
{
	local config

	config=$(jq -n -c --arg name "$1" --arg image "$2" --argjson pod "$POD" '{
		metadata: {name: $name, attempt: 0}, image: {image: $image}, log_path: ($name + ".log"),
		command: ["sh", "-c", "while :; do cut -d \" \" -f 1 /proc/uptime; sleep 0.1; done"],
		annotations: $pod.annotations,
		linux: {security_context: {namespace_options: $pod.linux.security_context.namespace_options}}}')
	BEGUN=$(date -u +%Y-%m-%dT%H:%M:%S.%N)
	CONTAINER=$(cri CreateContainer "{\"pod_sandbox_id\": \"$SANDBOX\", \"config\": $config, \"sandbox_config\": $POD}" |
		jq -r .container_id)
	[ -n "$CONTAINER" ] && cri StartContainer "{\"container_id\": \"$CONTAINER\"}" >/dev/null
}

in_container()	# COMMAND...
{
	cri ExecSync "$(jq -n -c --arg id "$CONTAINER" '{container_id: $id, cmd: $ARGS.positional, timeout: 20}' --args -- "$@")" |
		jq -r .stdout
}

# In hundredths of a second.
uptime_inside()
{
	in_container cut -d ' ' -f 1 /proc/uptime | tr -d .
}

checkpoint()	# [FILE]
{
	cri CheckpointContainer "{\"container_id\": \"$CONTAINER\", \"location\": \"${1-/run/checkpoint.tar}\", \"timeout\": 60}" >/dev/null
}

remove_pod()
{
	cri StopPodSandbox "{\"pod_sandbox_id\": \"$SANDBOX\"}" >/dev/null
	cri RemovePodSandbox "{\"pod_sandbox_id\": \"$SANDBOX\"}" >/dev/null
}

# What elsewhen tells of a clock of the container's.
told()	# FILTER
{
	"$engine_runtime" --root /run/containerd/runc/k8s.io clocks --format json "$CONTAINER" | jq -r "$1"
}

# What a restored container says is never less than what was saved, nor than what it has said before. What its log has of the
# time before the restore may be later than the dump: containerd copies the log of a container that runs on.
never_stepped_back()	# [NAME [FILE]]
{
	local saved

	saved=$(tar -xOf "${2-/run/checkpoint.tar}" checkpoint/clock.json | jq '.boottime.secs + .boottime.nanosecs / 1e9 - 0.01')
	[ -n "$saved" ] || return 1
	awk -v since="$BEGUN" -v last="$saved" '$1 < since { next }
		$4 < last { print last, "then", $4; bad = 1 }
		{ last = $4; n++ }
		END { exit bad || n < 3 }' "/run/logs/${1-counter}.log"
}

@test "a container, restored into a new pod that is ahead: it has the clock of that pod, which is not behind" {
	local before

	sandbox one =497d
	start counter "$containerd_image"
	before=$(uptime_inside)
	checkpoint
	remove_pod
	sandbox two =500d
	start counter /run/checkpoint.tar
	ascending 4294080000 "$before" 4320000000 "$(uptime_inside)"
	equal "$(told .clock)" pod
	equal "$(told '.clocks | all(.agree and .matches)')" true
	wait_for never_stepped_back
}

@test "a pod of two, restored into a new one: one clock, which goes on from where the old one was" {
	local before clock

	sandbox one =497d
	start counter "$containerd_image"
	checkpoint
	start other "$containerd_image"
	before=$(uptime_inside)
	checkpoint /run/other.tar
	remove_pod
	# A pod for what was saved asks for no value.
	sandbox two
	start counter /run/checkpoint.tar
	clock=$(in_container readlink /proc/self/ns/time)
	wait_for never_stepped_back
	# The second was saved later: it waits for the clock, when need be.
	start other /run/other.tar
	equal "$(in_container readlink /proc/self/ns/time)" "$clock"
	ascending 4294080000 "$before" "$(uptime_inside)" 4294095000
	equal "$(told .clock)" pod
	equal "$(told '.clocks | all(.agree and .matches)')" true
	wait_for never_stepped_back other /run/other.tar
}

@test "a container, restored into the pod that it was in" {
	local before

	sandbox one =497d
	start counter "$containerd_image"
	before=$(uptime_inside)
	checkpoint
	cri StopContainer "{\"container_id\": \"$CONTAINER\", \"timeout\": 0}" >/dev/null
	cri RemoveContainer "{\"container_id\": \"$CONTAINER\"}" >/dev/null
	start counter /run/checkpoint.tar
	ascending "$before" "$(uptime_inside)"
	wait_for never_stepped_back
}

@test "a pod that is behind what was checkpointed: refused, and why" {
	sandbox one =497d
	start counter "$containerd_image"
	checkpoint
	remove_pod
	sandbox two =0
	run start counter /run/checkpoint.tar
	[ "$status" != 0 ]
	contains "$output" 'behind'
}
