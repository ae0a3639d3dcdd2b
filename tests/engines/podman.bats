#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the files that are loaded set variables
# podman, root, unchanged, with elsewhen as its runtime.

load engine
load podman

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
	nothing_in containers "$(engine_containers /run/elsewhen)"
}

@test "info: the runtime and its version" {
	run podman info --format '{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Version}}'
	succeeded
	contains "$output" 'elsewhen elsewhen version'
}

@test "run: output, standard input, exit status" {
	equal "$(podman_run busybox echo hello)" hello
	equal "$(echo text | podman_run --interactive busybox cat)" text
	run podman_run busybox sh -c 'exit 7'
	equal "$status" 7
	run podman_run busybox sh -c 'sh -c "kill -9 \$\$"; exit $?'
	equal "$status" 137
}

@test "run: a program that is not there is 127, one that can not be run 126, with our sentence" {
	run -127 podman_run busybox nosuch
	contains "$output" "process.args[0]: 'nosuch': executable file not found in \$PATH"
	run podman_run busybox /etc/passwd
	equal "$status" 126
	contains "$output" "permission denied"
}

@test "run --detach, logs, exec, top, stop, start, rm" {
	podman_sleeper a
	wait_for bash -c 'podman logs a | grep -q started'
	equal "$(podman exec a echo inside)" inside
	equal "$(podman exec --user 1000 --env A=b --workdir /tmp a sh -c 'echo $(id -u) $A $PWD')" '1000 b /tmp'
	run podman exec a sh -c 'exit 3'
	equal "$status" 3
	equal "$(podman exec --detach a touch /tmp/detached | wc -l)" 1
	wait_for podman exec a test -e /tmp/detached
	run -127 podman exec a nosuch
	contains "$(podman top a args)" 'trap'
	podman stop --time 10 a
	equal "$(podman inspect --format '{{.State.ExitCode}}' a)" 9
	podman start a
	equal "$(podman_status a)" running
	podman restart --time 10 a
	equal "$(podman_status a)" running
	podman rm --force a
}

@test "stop: what does not end is killed" {
	podman run --detach --pull never --network none --name a busybox sleep 1000
	podman stop --time 1 a
	equal "$(podman inspect --format '{{.State.ExitCode}}' a)" 137
}

@test "kill: by name and by number" {
	podman_sleeper a
	wait_for bash -c 'podman logs a | grep -q started'
	podman kill --signal TERM a
	equal "$(podman wait a)" 9
	podman start a
	podman kill --signal 9 a
	equal "$(podman wait a)" 137
}

@test "pause, unpause" {
	podman_sleeper a
	podman pause a
	equal "$(podman_status a)" paused
	run podman exec a true
	[ "$status" != 0 ]
	podman unpause a
	podman exec a true
	podman stop --time 10 a
}

@test "stats" {
	podman_sleeper a
	run podman stats --no-stream --format '{{.Name}} {{.PIDs}} {{.MemUsage}}' a
	succeeded
	matches "$output" '^a [1-9][0-9]* [1-9]'
}

@test "update: CPU, memory, processes, as the container sees them" {
	podman_sleeper a
	podman update --cpus 0.5 --memory 64m --memory-swap 64m a
	run podman exec a sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null ||
		cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max'
	contains "$output" 67108864
	contains "$output" 50000
}

@test "--memory, --cpus, --cpu-shares, --pids-limit" {
	run podman_run --memory 32m --cpus 0.25 --cpu-shares 512 --pids-limit 20 busybox sh -c '
		cd /sys/fs/cgroup
		[ ! -e memory.max ] || exec cat memory.max cpu.max pids.max
		cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.shares pids/pids.max'
	succeeded
	equal "${lines[0]}" 33554432
	contains "${lines[1]}" 25000
	equal "${lines[-1]}" 20
	run podman_run --pids-limit 4 busybox sh -c 'for i in 1 2 3 4 5 6; do sleep 1 & done'
	contains "$output" "can't fork"
}

@test "--memory: who needs more is killed by the kernel" {
	run podman_run --memory 16m --memory-swap 16m busybox sh -c 'tail /dev/zero'
	equal "$status" 137
}

@test "--tty, of run and of exec" {
	run podman_run --tty busybox sh -c 'tty; stty size'
	succeeded
	contains "$output" /dev/pts/0
	podman_sleeper a
	run podman exec --tty a tty
	succeeded
	contains "$output" /dev/pts/
}

@test "--init: an init of podman's is process 1" {
	run podman_run --init busybox cat /proc/1/cmdline
	contains "$output" init
}

@test "--read-only, and what stays writable" {
	run podman_run --read-only busybox touch /x
	[ "$status" != 0 ]
	contains "$output" 'Read-only file system'
	podman_run --read-only --tmpfs /data busybox touch /data/x /tmp/x
}

@test "--user, --group-add, --umask, --workdir, --hostname, --env, --ulimit" {
	equal "$(podman_run --user 1000:1001 --group-add 7 busybox sh -c 'id -u; id -g; id -G')" $'1000\n1001\n1001 7'
	equal "$(podman_run --user user busybox id -un)" user
	equal "$(podman_run --umask 0077 --workdir /tmp --hostname h --env A=b busybox \
		sh -c 'umask; pwd; hostname; echo $A')" $'0077\n/tmp\nh\nb'
	equal "$(podman_run --ulimit nofile=123:456 --ulimit nproc=100:200 busybox sh -c 'ulimit -n; ulimit -Hn')" $'123\n456'
}

@test "--cap-drop, --cap-add, --security-opt no-new-privileges" {
	equal "$(podman_run --cap-drop all busybox grep -c -E '^Cap.*0{16}' /proc/self/status)" 5
	equal "$(podman_run --cap-drop all --cap-add net_admin busybox grep CapEff /proc/self/status)" \
		$'CapEff:\t0000000000001000'
	equal "$(podman_run --security-opt no-new-privileges busybox grep NoNewPrivs /proc/self/status)" \
		$'NoNewPrivs:\t1'
	equal "$(podman_run --privileged busybox sh -c 'ls -d /dev/fuse; grep Seccomp: /proc/self/status')" \
		$'/dev/fuse\nSeccomp:\t0'
}

@test "--security-opt seccomp: the default, none, one of ours" {
	equal "$(podman_run busybox grep Seccomp: /proc/self/status)" $'Seccomp:\t2'
	equal "$(podman_run --security-opt seccomp=unconfined busybox grep Seccomp: /proc/self/status)" $'Seccomp:\t0'
	echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"],
		"action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}' >/run/seccomp.json
	run podman_run --security-opt seccomp=/run/seccomp.json busybox mkdir /x
	contains "$output" 'supported'
}

@test "volumes: named, bound, read-only, tmpfs" {
	podman volume create data
	podman_run --volume data:/data busybox sh -c 'echo kept >/data/file'
	equal "$(podman_run --volume data:/data:ro busybox cat /data/file)" kept
	run podman_run --volume data:/data:ro busybox touch /data/other
	contains "$output" 'Read-only'
	mkdir -p /run/bound
	podman_run --volume /run/bound:/bound busybox touch /bound/file
	[ -e /run/bound/file ]
	contains "$(podman_run --mount type=tmpfs,destination=/t,tmpfs-size=1m busybox df /t)" tmpfs
	podman volume rm data
}

@test "network none has a loopback alone" {
	equal "$(podman_run --cap-add net_raw busybox sh -c 'ls /sys/class/net; ping -c 1 127.0.0.1 >/dev/null && echo up')" $'lo\nup'
}

@test "network bridge by netavark: an address, a way to the host, a published port" {
	equal "$(podman run --rm --pull never busybox sh -c 'ip -4 -o address show eth0 | grep -c 10.88')" 1
	podman run --rm --pull never --cap-add net_raw busybox ping -c 1 -w 5 10.88.0.1
	podman run --detach --pull never --name web --publish 18080:80 busybox \
		sh -c 'echo page >/index.html; httpd -f -p 80 -h /'
	wait_for wget -q -O /run/page http://127.0.0.1:18080/index.html
	equal "$(cat /run/page)" page
	podman rm --force --time 0 web
}

@test "network: containers of one network find each other by name" {
	podman network create mine
	podman run --detach --pull never --network mine --name one busybox sleep 100
	podman run --rm --pull never --network mine --cap-add net_raw busybox ping -c 1 -w 5 one
	podman rm --force --time 0 one
	podman network rm mine
}

@test "healthcheck" {
	podman_sleeper a --health-cmd 'test -e /tmp/well' --health-interval disable --health-retries 1
	run podman healthcheck run a
	equal "$status" 1
	podman exec a touch /tmp/well
	podman healthcheck run a
	equal "$(podman inspect --format '{{.State.Health.Status}}' a)" healthy
}

@test "pods: network, IPC and names are shared; --share pid, too" {
	podman pod create --name p --network none --share net,ipc,uts,pid --hostname podhost
	podman run --detach --pull never --pod p --name one busybox sleep 1234
	equal "$(podman run --rm --pull never --pod p busybox hostname)" podhost
	contains "$(podman run --rm --pull never --pod p busybox ps)" 'sleep 1234'
	equal "$(podman exec one readlink /proc/self/ns/net)" \
		"$(podman run --rm --pull never --pod p busybox readlink /proc/self/ns/net)"
	podman pod pause p
	equal "$(podman_status one)" paused
	podman pod unpause p
	podman pod stop --time 0 p
	podman pod rm p
}

@test "namespaces of the host and of another container" {
	equal "$(podman_run --pid host busybox readlink /proc/self/ns/pid)" "$(readlink /proc/self/ns/pid)"
	equal "$(podman_run --ipc host --uts host busybox sh -c 'readlink /proc/self/ns/ipc; readlink /proc/self/ns/uts')" \
		"$(readlink /proc/self/ns/ipc /proc/self/ns/uts)"
	podman_sleeper a
	contains "$(podman_run --pid container:a busybox ps)" 'trap'
	equal "$(podman run --rm --pull never --network container:a busybox readlink /proc/self/ns/net)" \
		"$(podman exec a readlink /proc/self/ns/net)"
	equal "$(podman_run --cgroupns host busybox readlink /proc/self/ns/cgroup)" "$(readlink /proc/self/ns/cgroup)"
}

@test "user namespaces: --uidmap, and files that belong to its root" {
	equal "$(podman_run --uidmap 0:200000:1000 --gidmap 0:200000:1000 busybox sh -c 'cat /proc/self/uid_map | tr -s " "')" \
		' 0 200000 1000'
	equal "$(podman_run --uidmap 0:200000:1001 --gidmap 0:200000:1001 --user 1000 busybox sh -c 'id -u; stat -c %u /bin')" \
		$'1000\n0'
}

@test "kube play: a pod" {
	cat >/run/pod.yaml <<-END
		apiVersion: v1
		kind: Pod
		metadata:
		  name: played
		  annotations:
		    elsewhen.dev/test: there
		spec:
		  restartPolicy: Never
		  containers:
		  - name: one
		    image: $podman_image
		    command: [sleep, "1000"]
		  - name: two
		    image: $podman_image
		    command: [sleep, "1000"]
	END
	podman kube play --network none /run/pod.yaml
	equal "$(podman exec played-one readlink /proc/self/ns/net)" "$(podman exec played-two readlink /proc/self/ns/net)"
	equal "$(elsewhen_state played-one | jq -r '.annotations["elsewhen.dev/test"]')" there
	podman kube down /run/pod.yaml
}

elsewhen_state()	# NAME
{
	"$ELSEWHEN" state "$(podman inspect --format '{{.Id}}' "$1")"
}

@test "kube play: a deployment" {
	cat >/run/deployment.yaml <<-END
		apiVersion: apps/v1
		kind: Deployment
		metadata:
		  name: deployed
		spec:
		  replicas: 1
		  selector:
		    matchLabels: {app: deployed}
		  template:
		    metadata:
		      labels: {app: deployed}
		      annotations:
		        elsewhen.dev/test: there
		    spec:
		      containers:
		      - name: one
		        image: $podman_image
		        command: [sleep, "1000"]
	END
	podman kube play --network none /run/deployment.yaml
	equal "$(podman ps --filter name=deployed --format '{{.Names}}' | grep -c one)" 1
	podman kube down /run/deployment.yaml
}

@test "state and list tell the engine's containers" {
	podman_sleeper a
	equal "$(elsewhen_state a | jq -r .status)" running
	contains "$("$ELSEWHEN" list --quiet)" "$(podman inspect --format '{{.Id}}' a)"
}

# --- clocks: annotations are all that an engine can pass

@test "clocks: an uptime that starts at 0" {
	run podman --runtime elsewhen run --rm --pull never --network none --annotation elsewhen.dev/boottime==0 \
		busybox cat /proc/uptime
	succeeded
	within "$(seconds_of "$output")" 0 5
}

@test "clocks: an offset, and exec has the same" {
	podman_sleeper a --annotation elsewhen.dev/boottime=+497d --annotation elsewhen.dev/monotonic=+36h
	within $(($(seconds_of "$(podman exec a cat /proc/uptime)") - $(host_uptime))) $((497 * 86400 - 2)) $((497 * 86400 + 5))
}

@test "clocks: a pod has one" {
	podman pod create --name p --network none --share net,ipc,uts
	podman run --detach --pull never --pod p --annotation elsewhen.dev/clock=pod \
		--annotation elsewhen.dev/boottime==0 --name one busybox sleep 1000
	podman run --detach --pull never --pod p --annotation elsewhen.dev/clock=pod \
		--annotation elsewhen.dev/boottime==0 --name two busybox sleep 1000
	equal "$(podman exec one readlink /proc/self/ns/time)" "$(podman exec two readlink /proc/self/ns/time)"
	differ "$(podman exec one readlink /proc/self/ns/time)" "$(readlink /proc/self/ns/time)"
}

@test "clocks: a played pod has those of its annotations" {
	cat >/run/pod.yaml <<-END
		apiVersion: v1
		kind: Pod
		metadata:
		  name: played
		  annotations:
		    elsewhen.dev/clock: pod
		    elsewhen.dev/boottime: "+2d"
		spec:
		  containers:
		  - name: one
		    image: $podman_image
		    command: [sleep, "1000"]
		  - name: two
		    image: $podman_image
		    command: [sleep, "1000"]
	END
	podman kube play --network none /run/pod.yaml
	within $(($(seconds_of "$(podman exec played-one cat /proc/uptime)") - $(host_uptime))) 172798 172805
	equal "$(podman exec played-one readlink /proc/self/ns/time)" "$(podman exec played-two readlink /proc/self/ns/time)"
	podman kube down /run/pod.yaml
}
