#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the files that are loaded set variables
# containerd by the container runtime interface: what a kubelet does with pods and their containers.

load engine
load containerd

setup_file()
{
	containerd_begin
}

teardown_file()
{
	containerd_end
}

engine_cleanup()
{
	cri_remove_pods
}

# The modes of namespaces in the interface.
readonly pod=0 container=1 node=2

# pod [FILTER...]: runs a sandbox; $SANDBOX is its id, $POD its config. Each jq filter changes the config.
pod()
{
	local filter

	POD=$(jq -n -c --argjson pid "$container" '{
		metadata: {name: "test", uid: "uid", namespace: "default", attempt: 0}, hostname: "podhost",
		log_directory: "/run/logs", linux: {cgroup_parent: "/pod-test",
		security_context: {namespace_options: {network: 0, pid: $pid, ipc: 0}}}}')
	for filter; do
		POD=$(jq -c "$filter" <<<"$POD")
	done
	SANDBOX=$(cri RunPodSandbox "{\"config\": $POD, \"runtime_handler\": \"elsewhen\"}" | jq -r .pod_sandbox_id)
	[ -n "$SANDBOX" ]
}

# user_pod [FILTER...]: the same with a user namespace
user_pod()
{
	local map='[{"host_id": 1000000, "container_id": 0, "length": 65536}]'

	pod ".linux.security_context.namespace_options.userns_options = {mode: $pod, uids: $map, gids: $map}" "$@"
}

# create NAME [FILTER...]: a container of the pod that sleeps until TERM, not started; $CONTAINER is its id.
create()
{
	local filter config

	config=$(jq -n -c --arg name "$1" --arg image "$containerd_image" --argjson pod "$POD" '{
		metadata: {name: $name, attempt: 0}, image: {image: $image}, log_path: ($name + ".log"),
		command: ["sh", "-c", "trap \"exit 9\" TERM; echo started; while :; do sleep 0.1; done"],
		annotations: $pod.annotations, linux: {resources: {cpu_shares: 512, memory_limit_in_bytes: 67108864},
		security_context: {namespace_options: $pod.linux.security_context.namespace_options}}}
		| del(.[] | nulls)')
	shift
	for filter; do
		config=$(jq -c "$filter" <<<"$config")
	done
	CONTAINER=$(cri CreateContainer "{\"pod_sandbox_id\": \"$SANDBOX\", \"config\": $config, \"sandbox_config\": $POD}" |
		jq -r .container_id)
	[ -n "$CONTAINER" ]
}

start()	# NAME [FILTER...]: and started
{
	create "$@" && cri StartContainer "{\"container_id\": \"$CONTAINER\"}" >/dev/null
}

run_in()	# CONTAINER COMMAND...: its output; its status is in the last line when it is not 0
{
	cri ExecSync "$(jq -n -c --arg id "$1" '{container_id: $id, cmd: $ARGS.positional, timeout: 20}' --args -- "${@:2}")" |
		jq -r '.stdout + (if .exit_code == 0 then "" else "\(.stderr)exit code \(.exit_code)" end)' | sed '${/^$/d}'
}

status_of_container()	# CONTAINER FIELD
{
	cri ContainerStatus "{\"container_id\": \"$1\"}" | jq -r ".status.$2"
}

exited()	# CONTAINER
{
	[ "$(status_of_container "$1" state)" = 2 ]
}

stop()	# CONTAINER SECONDS
{
	cri StopContainer "{\"container_id\": \"$1\", \"timeout\": $2}" >/dev/null
}

namespace_in()	# CONTAINER TYPE
{
	run_in "$1" readlink "/proc/self/ns/$2"
}

limit_of()	# CONTAINER V1_CONTROLLER V1_FILE V2_FILE
{
	cat "/sys/fs/cgroup/$2/pod-test/$1/$3" 2>/dev/null || cat "/sys/fs/cgroup/pod-test/$1/$4"
}

@test "CRI: a pod of two containers: exec, logs, update, stats, stop" {
	local one two

	pod
	start one
	one=$CONTAINER
	start two
	two=$CONTAINER
	equal "$(run_in "$one" echo inside)" inside
	equal "$(run_in "$two" hostname)" podhost
	equal "$(run_in "$one" sh -c 'exit 3')" 'exit code 3'
	contains "$(cat /run/logs/one.log)" started
	equal "$(namespace_in "$one" net)" "$(namespace_in "$two" net)"
	equal "$(namespace_in "$one" ipc)" "$(namespace_in "$two" ipc)"
	differ "$(namespace_in "$one" pid)" "$(namespace_in "$two" pid)"
	differ "$(namespace_in "$one" net)" "$(readlink /proc/self/ns/net)"
	equal "$(limit_of "$one" memory memory.limit_in_bytes memory.max)" 67108864
	cri UpdateContainerResources "{\"container_id\": \"$one\", \"linux\": {\"memory_limit_in_bytes\": 134217728,
		\"cpu_quota\": 50000, \"cpu_period\": 100000, \"cpu_shares\": 256}}"
	equal "$(limit_of "$one" memory memory.limit_in_bytes memory.max)" 134217728
	contains "$(limit_of "$one" cpu cpu.cfs_quota_us cpu.max)" 50000
	equal "$(limit_of "$two" memory memory.limit_in_bytes memory.max)" 67108864
	cri ContainerStats "{\"container_id\": \"$one\"}" | jq -e '.stats.memory.working_set_bytes.value > 0'
	stop "$one" 10
	equal "$(status_of_container "$one" exit_code)" 9
	stop "$two" 0
	equal "$(status_of_container "$two" exit_code)" 137
	cri RemoveContainer "{\"container_id\": \"$one\"}"
	cri StopPodSandbox "{\"pod_sandbox_id\": \"$SANDBOX\"}"
	cri RemovePodSandbox "{\"pod_sandbox_id\": \"$SANDBOX\"}"
}

@test "CRI: a probe that hangs is ended after its time, the container goes on" {
	pod
	start one
	run cri ExecSync "{\"container_id\": \"$CONTAINER\", \"cmd\": [\"sleep\", \"1000\"], \"timeout\": 1}"
	[ "$status" != 0 ]
	contains "$output" DEADLINE
	lacks "$(run_in "$CONTAINER" ps)" 'sleep 1000'
	equal "$(status_of_container "$CONTAINER" state)" 1
}

@test "CRI: a container that fails tells why" {
	pod
	create one '.command = ["nosuch"]'
	run cri StartContainer "{\"container_id\": \"$CONTAINER\"}"
	[ "$status" != 0 ]
	contains "$output" 'executable file not found'
	create two '.metadata.name = "two" | .command = ["sh", "-c", "exit 5"]'
	cri StartContainer "{\"container_id\": \"$CONTAINER\"}"
	wait_for exited "$CONTAINER"
	equal "$(status_of_container "$CONTAINER" exit_code)" 5
}

@test "CRI: a container that ended is made again in the same pod" {
	local first

	pod
	start one '.command = ["sh", "-c", "exit 1"]'
	first=$CONTAINER
	wait_for exited "$first"
	start one '.metadata.attempt = 1'
	equal "$(run_in "$CONTAINER" echo again)" again
	cri RemoveContainer "{\"container_id\": \"$first\"}"
	equal "$(run_in "$CONTAINER" echo again)" again
}

@test "CRI: out of memory is told" {
	pod
	start one '.command = ["tail", "/dev/zero"] | .linux.resources.memory_limit_in_bytes = 16777216'
	wait_for exited "$CONTAINER"
	equal "$(status_of_container "$CONTAINER" exit_code)" 137
	matches "$(status_of_container "$CONTAINER" reason)" 'OOMKilled|Error'
}

@test "CRI: hostNetwork, hostPID, hostIPC" {
	pod ".linux.security_context.namespace_options = {network: $node, pid: $node, ipc: $node} | del(.hostname)"
	start one
	equal "$(namespace_in "$CONTAINER" net)" "$(readlink /proc/self/ns/net)"
	equal "$(namespace_in "$CONTAINER" pid)" "$(readlink /proc/self/ns/pid)"
	equal "$(namespace_in "$CONTAINER" ipc)" "$(readlink /proc/self/ns/ipc)"
	stop "$CONTAINER" 10
	equal "$(status_of_container "$CONTAINER" exit_code)" 9
}

@test "CRI: shareProcessNamespace" {
	local one

	pod ".linux.security_context.namespace_options.pid = $pod"
	start one
	one=$CONTAINER
	start two
	equal "$(namespace_in "$one" pid)" "$(namespace_in "$CONTAINER" pid)"
	differ "$(namespace_in "$one" pid)" "$(readlink /proc/self/ns/pid)"
	stop "$one" 10
	equal "$(status_of_container "$one" exit_code)" 9
	equal "$(status_of_container "$CONTAINER" state)" 1
}

@test "CRI: a user namespace: root in there, nobody out here, with private clocks and with the pod's" {
	local clock one

	containerd --version | grep -q ' 1\.' && skip 'containerd 1 has no user namespaces by CRI'
	for clock in private pod; do
		user_pod ".annotations = {\"elsewhen.dev/clock\": \"$clock\", \"elsewhen.dev/boottime\": \"+2d\"}"
		start one
		one=$CONTAINER
		start two
		equal "$(run_in "$one" id -u)" 0
		equal "$(run_in "$one" awk '{ print $1, $2, $3 }' /proc/self/uid_map)" '0 1000000 65536'
		equal "$(run_in "$one" stat -c '%u:%g' /etc /proc/1)" $'0:0\n0:0'
		run_in "$one" touch /made
		equal "$(namespace_in "$one" user)" "$(namespace_in "$CONTAINER" user)"
		differ "$(namespace_in "$one" user)" "$(readlink /proc/self/ns/user)"
		clocks_differ_from_host "$one" 172800
		clocks_differ_from_host "$CONTAINER" 172800
		if [ "$clock" = pod ]; then
			equal "$(namespace_in "$one" time)" "$(namespace_in "$CONTAINER" time)"
		else
			differ "$(namespace_in "$one" time)" "$(namespace_in "$CONTAINER" time)"
		fi
		stop "$one" 10
		equal "$(status_of_container "$one" exit_code)" 9
		engine_cleanup
	done
}

@test "CRI: user, capabilities, read-only, environment, mounts, privileged, no_new_privs" {
	mkdir -p /run/bound
	pod '.linux.security_context.privileged = true'
	start one '.linux.security_context += {run_as_user: {value: 1000}, readonly_rootfs: true, no_new_privs: true,
		capabilities: {drop_capabilities: ["ALL"]}} | .envs = [{key: "A", value: "b"}] | .working_dir = "/tmp"'
	equal "$(run_in "$CONTAINER" sh -c 'id -u; echo $A $PWD')" $'1000\nb /tmp'
	contains "$(run_in "$CONTAINER" touch /tmp/x)" 'Read-only'
	equal "$(run_in "$CONTAINER" grep -E 'CapEff|NoNewPrivs' /proc/self/status)" $'CapEff:\t0000000000000000\nNoNewPrivs:\t1'
	start two '.linux.security_context.privileged = true
		| .mounts = [{container_path: "/bound", host_path: "/run/bound"}]'
	run_in "$CONTAINER" touch /bound/file
	[ -e /run/bound/file ]
	equal "$(run_in "$CONTAINER" grep CapBnd /proc/self/status)" "$(grep CapBnd /proc/self/status)"
}

@test "CRI: annotations reach sandbox and containers" {
	pod '.annotations = {"elsewhen.dev/test": "there", "other.dev/test": "not"}'
	start one
	equal "$("$ELSEWHEN" --root /run/containerd/runc/k8s.io state "$CONTAINER" | jq -c '.annotations |
		[.["elsewhen.dev/test"], .["other.dev/test"], .["io.kubernetes.cri.container-type"]]')" \
		'["there",null,"container"]'
	equal "$("$ELSEWHEN" --root /run/containerd/runc/k8s.io state "$SANDBOX" |
		jq -r '.annotations["elsewhen.dev/test"]')" there
}

# --- clocks

clocks_differ_from_host()	# CONTAINER SECONDS
{
	within $(($(seconds_of "$(run_in "$1" cat /proc/uptime)") - $(host_uptime))) $(($2 - 2)) $(($2 + 5))
}

@test "CRI: private clocks: each container has its own" {
	local one

	pod '.annotations = {"elsewhen.dev/boottime": "+2d", "elsewhen.dev/monotonic": "+36h"}'
	start one
	one=$CONTAINER
	start two
	clocks_differ_from_host "$one" 172800
	clocks_differ_from_host "$CONTAINER" 172800
	differ "$(namespace_in "$one" time)" "$(namespace_in "$CONTAINER" time)"
}

@test "CRI: a pod's clock: one namespace for all its containers, exec and restarts too" {
	local one clock

	pod '.annotations = {"elsewhen.dev/clock": "pod", "elsewhen.dev/boottime": "=0"}'
	start one
	one=$CONTAINER
	clock=$(namespace_in "$one" time)
	differ "$clock" "$(readlink /proc/self/ns/time)"
	within "$(seconds_of "$(run_in "$one" cat /proc/uptime)")" 0 15
	start two
	equal "$(namespace_in "$CONTAINER" time)" "$clock"
	stop "$one" 0
	cri RemoveContainer "{\"container_id\": \"$one\"}"
	start one '.metadata.attempt = 1'
	equal "$(namespace_in "$CONTAINER" time)" "$clock"
}

@test "CRI: a pod's clock with hostNetwork, shareProcessNamespace, hostPID" {
	local options one

	for options in "{network: $node, pid: $container}" "{network: $pod, pid: $pod}" "{network: $pod, pid: $node}"; do
		pod ".annotations = {\"elsewhen.dev/clock\": \"pod\", \"elsewhen.dev/boottime\": \"+2d\"}
			| .linux.security_context.namespace_options = $options | del(.hostname)"
		start one
		one=$CONTAINER
		start two
		clocks_differ_from_host "$one" 172800 || return 1
		equal "$(namespace_in "$one" time)" "$(namespace_in "$CONTAINER" time)" || return 1
		engine_cleanup || return 1
	done
}

@test "CRI: a container that comes when the sandbox is gone gets no clock and leaves nothing" {
	pod '.annotations = {"elsewhen.dev/clock": "pod", "elsewhen.dev/boottime": "=0"}'
	create one
	cri StopPodSandbox "{\"pod_sandbox_id\": \"$SANDBOX\"}"
	run cri StartContainer "{\"container_id\": \"$CONTAINER\"}"
	[ "$status" != 0 ]
}

@test "CRI: an annotation that is wrong is told" {
	run pod '.annotations = {"elsewhen.dev/boottime": "soon"}'
	[ "$status" != 0 ]
	contains "$output" 'elsewhen.dev/boottime'
}
