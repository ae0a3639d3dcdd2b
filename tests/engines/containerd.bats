#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the files that are loaded set variables
# containerd, by its own client: ctr run --runc-binary.

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
	local id

	for id in $(ctr tasks list --quiet); do
		ctr tasks kill --signal KILL "$id" >/dev/null 2>&1 || true
		wait_for ctr tasks delete --force "$id" || true
	done
	for id in $(ctr containers list --quiet); do
		ctr containers delete "$id" || true
	done
	# shellcheck disable=SC2086 # a list of words
	nothing_in containers "$(engine_containers $elsewhen_roots)"
}

ctr_run()	# [OPTION...] ID [COMMAND...]
{
	local options=()

	while [[ $1 == -* ]]; do
		options+=("$1")
		shift
	done
	ctr run --runc-binary "$engine_runtime" ${options[@]+"${options[@]}"} "$containerd_image" "$@"
}

sleeper()	# ID [OPTION...]
{
	ctr_run --detach "${@:2}" "$1" sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done'
}

task_status()	# ID
{
	ctr tasks list | awk -v id="$1" '$1 == id { print $3 }'
}

has_task_status()	# ID STATUS
{
	[ "$(task_status "$1")" = "$2" ]
}

@test "ctr run: output and exit status" {
	equal "$(ctr_run --rm a echo hello)" hello
	run ctr_run --rm a sh -c 'exit 7'
	equal "$status" 7
}

@test "ctr run: the shim reads why it failed from the log" {
	run ctr_run --rm a nosuch
	[ "$status" != 0 ]
	contains "$output" "executable file not found"
	ctr containers delete a || true
}

@test "ctr run --detach, exec, kill, delete" {
	sleeper a
	equal "$(ctr tasks exec --exec-id e1 a echo inside)" inside
	run ctr tasks exec --exec-id e2 a sh -c 'exit 3'
	equal "$status" 3
	contains "$(ctr tasks ps a)" "$(ctr tasks list | awk '$1 == "a" { print $2 }')"
	ctr tasks kill --signal TERM a
	wait_for has_task_status a STOPPED
	run ctr tasks delete a
	contains "$output" 'exit code 9'
}

@test "ctr pause, resume, metrics" {
	sleeper a
	ctr tasks pause a
	equal "$(task_status a)" PAUSED
	ctr tasks resume a
	equal "$(task_status a)" RUNNING
	contains "$(ctr tasks metrics a)" memory
}

@test "ctr kill --all" {
	sleeper a
	ctr tasks exec --detach --exec-id e1 a sleep 1000
	ctr tasks kill --all --signal KILL a
	wait_for has_task_status a STOPPED
}

@test "ctr run: terminal, read-only, limits, mounts, environment, network of the host" {
	contains "$(script -q -c "ctr run --rm -t --runc-binary $engine_runtime $containerd_image a tty" /dev/null)" /dev/pts/0
	run ctr_run --rm --read-only a touch /x
	contains "$output" 'Read-only'
	mkdir -p /run/bound
	ctr_run --rm --mount=type=bind,src=/run/bound,dst=/bound,options=rbind:rw a touch /bound/file
	[ -e /run/bound/file ]
	equal "$(ctr_run --rm --env=A=b --cwd=/tmp a sh -c 'echo $A $PWD')" 'b /tmp'
	equal "$(ctr_run --rm --net-host a readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
	equal "$(ctr_run --rm --privileged a grep CapBnd /proc/self/status)" "$(grep CapBnd /proc/self/status)"
}

@test "ctr run --memory-limit, --cpus" {
	sleeper a --memory-limit=33554432 --cpus=0.5
	equal "$(cat /sys/fs/cgroup/memory/default/a/memory.limit_in_bytes || cat /sys/fs/cgroup/default/a/memory.max)" 33554432
	contains "$(cat /sys/fs/cgroup/cpu/default/a/cpu.cfs_quota_us || cat /sys/fs/cgroup/default/a/cpu.max)" 50000
}

@test "ctr run --seccomp, --uidmap" {
	equal "$(ctr_run --rm --seccomp a grep Seccomp: /proc/self/status)" $'Seccomp:\t2'
	run ctr_run --rm --uidmap=0:200000:65536 --gidmap=0:200000:65536 a sh -c 'id -u; awk "{ print \$2 }" /proc/self/uid_map'
	succeeded
	equal "$output" $'0\n200000'
}

@test "ctr run --annotation: clocks" {
	run ctr_run --rm --annotation=elsewhen.dev/boottime==0 a cat /proc/uptime
	succeeded
	within "$(seconds_of "$output")" 0 5
	sleeper a --annotation=elsewhen.dev/boottime=+2d
	within $(($(seconds_of "$(ctr tasks exec --exec-id e1 a cat /proc/uptime)") - $(host_uptime))) 172798 172805
}
