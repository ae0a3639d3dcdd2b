#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the files that are loaded set variables
# docker, unchanged, with elsewhen as the daemon's default runtime.

load engine
load docker

setup_file()
{
	docker_begin
}

teardown_file()
{
	docker_end
}

engine_cleanup()
{
	docker ps --all --quiet | xargs -r docker rm --force --volumes >/dev/null 2>&1 || true
	nothing_in containers "$(engine_containers /run/docker/runtime-elsewhen/moby /run/docker/runtime-runc/moby)"
}

@test "info: the runtime is the default, and its version is read" {
	equal "$(docker info --format '{{.DefaultRuntime}}')" elsewhen
	contains "$(docker version)" elsewhen
}

@test "run: output, standard input, exit status" {
	equal "$(docker_run busybox echo hello)" hello
	equal "$(docker_run --runtime elsewhen busybox echo named)" named
	equal "$(echo text | docker_run --interactive busybox cat)" text
	run docker_run busybox sh -c 'exit 7'
	equal "$status" 7
}

@test "run: a program that is not there is 127, one that can not be run 126, with our sentence" {
	run -127 docker_run busybox nosuch
	contains "$output" "process.args[0]: 'nosuch': executable file not found in \$PATH"
	run -126 docker_run busybox /etc/passwd
	contains "$output" 'permission denied'
}

@test "run --detach, logs, exec, top, stop, start, restart" {
	docker_sleeper a1
	equal "$(docker exec a1 echo inside)" inside
	equal "$(docker exec --user 1000 --env A=b --workdir /tmp a1 sh -c 'echo $(id -u) $A $PWD')" '1000 b /tmp'
	run docker exec a1 sh -c 'exit 3'
	equal "$status" 3
	run docker exec a1 nosuch
	[ "$status" != 0 ]
	contains "$output" 'executable file not found'
	docker exec --detach a1 touch /tmp/detached
	wait_for docker exec a1 test -e /tmp/detached
	contains "$(docker top a1)" trap
	docker stop --time 10 a1
	equal "$(docker_exit_code a1)" 9
	docker start a1
	equal "$(docker_status a1)" running
	docker restart --time 10 a1
	equal "$(docker_status a1)" running
}

@test "stop: what does not end is killed" {
	docker run --detach --pull never --network none --name a1 busybox sleep 1000
	docker stop --time 1 a1
	equal "$(docker_exit_code a1)" 137
}

@test "kill, pause, unpause, stats, update" {
	docker_sleeper a1 --memory 64m
	docker pause a1
	equal "$(docker_status a1)" paused
	docker unpause a1
	matches "$(docker stats --no-stream --format '{{.PIDs}} {{.MemUsage}}' a1)" '^[1-9][0-9]* [1-9]'
	docker update --memory 128m --memory-swap 128m --cpus 0.5 --pids-limit 50 a1
	run docker exec a1 sh -c 'cd /sys/fs/cgroup
		[ ! -e memory.max ] || exec cat memory.max cpu.max pids.max
		cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us pids/pids.max'
	equal "${lines[0]}" 134217728
	contains "${lines[1]}" 50000
	equal "${lines[2]}" 50
	docker kill --signal TERM a1
	equal "$(docker wait a1)" 9
}

@test "--tty, --init, --read-only, --user, --cap-drop, --ulimit" {
	contains "$(docker_run --tty busybox tty)" /dev/pts/0
	contains "$(docker_run --init busybox cat /proc/1/cmdline | tr '\0' ' ')" init
	run docker_run --read-only busybox touch /x
	contains "$output" 'Read-only file system'
	equal "$(docker_run --user 1000:1001 busybox sh -c 'id -u; id -g')" $'1000\n1001'
	equal "$(docker_run --cap-drop all busybox grep CapEff /proc/self/status)" $'CapEff:\t0000000000000000'
	equal "$(docker_run --ulimit nofile=123:456 busybox sh -c 'ulimit -n; ulimit -Hn')" $'123\n456'
}

@test "seccomp: the default, none, one of ours" {
	equal "$(docker_run busybox grep Seccomp: /proc/self/status)" $'Seccomp:\t2'
	equal "$(docker_run --security-opt seccomp=unconfined busybox grep Seccomp: /proc/self/status)" $'Seccomp:\t0'
	echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"],
		"action": "SCMP_ACT_ERRNO"}]}' >/run/seccomp.json
	run docker_run --security-opt seccomp=/run/seccomp.json busybox mkdir /x
	contains "$output" 'not permitted'
}

@test "--privileged" {
	run docker_run --privileged busybox sh -c 'mount -t tmpfs t /tmp && grep Seccomp: /proc/self/status && ls -d /dev/fuse'
	succeeded
	equal "$output" $'Seccomp:\t0\n/dev/fuse'
}

@test "volumes and networks" {
	docker volume create data
	docker_run --volume data:/data busybox sh -c 'echo kept >/data/file'
	equal "$(docker_run --volume data:/data:ro busybox cat /data/file)" kept
	docker volume rm data
	equal "$(docker_run busybox ls /sys/class/net)" lo
	docker run --rm --pull never busybox ping -c 1 -w 5 10.66.0.1
	docker network create --subnet 10.67.0.0/16 mine
	docker run --rm --pull never --network mine busybox ping -c 1 -w 5 10.67.0.1
	docker network rm mine
	equal "$(docker run --rm --pull never --network host busybox readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
}

@test "--pid host, --pid container:X, --ipc container:X" {
	equal "$(docker_run --pid host busybox readlink /proc/self/ns/pid)" "$(readlink /proc/self/ns/pid)"
	docker_sleeper a1 --ipc shareable
	contains "$(docker_run --pid container:a1 busybox ps)" trap
	equal "$(docker_run --pid container:a1 busybox readlink /proc/self/ns/pid)" "$(docker exec a1 readlink /proc/self/ns/pid)"
	equal "$(docker_run --ipc container:a1 busybox readlink /proc/self/ns/ipc)" "$(docker exec a1 readlink /proc/self/ns/ipc)"
	docker run --detach --pull never --network none --pid host --name a2 busybox sh -c 'trap "exit 9" TERM; echo started; while :; do sleep 0.1; done'
	wait_for docker_started a2
	docker stop --time 10 a2
	equal "$(docker_exit_code a2)" 9
}

@test "out of memory is told" {
	docker run --pull never --network none --memory 16m --memory-swap 16m --name a1 busybox tail /dev/zero || true
	equal "$(docker_exit_code a1)" 137
	equal "$(docker inspect --format '{{.State.OOMKilled}}' a1)" true
}

@test "healthcheck" {
	docker_sleeper a1 --health-cmd 'test -e /tmp/well' --health-interval 0.2s --health-retries 1
	docker exec a1 touch /tmp/well
	well()
	{
		[ "$(docker inspect --format '{{.State.Health.Status}}' a1)" = healthy ]
	}
	wait_for well
}
