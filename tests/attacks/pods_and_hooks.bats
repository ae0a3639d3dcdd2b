#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2317 # each test is a subshell that sets the variables that it reads
# Attacks by what an image and its user say: hooks that are the image's own programs, annotations about a pod's clock.

load attacks

# --- hooks

# What a process may: everything that is inherited by execve and that the kernel tells of it.
RIGHTS='grep -E "^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp|Seccomp_filters|Umask):" /proc/self/status
	for limit in c f n s v; do ulimit -$limit; done; cat /proc/self/oom_score_adj /proc/self/attr/current 2>/dev/null
	readlink /proc/self/ns/*; cut -d: -f3 /proc/self/cgroup'

@test "startContainer hooks have what the process has, and no more" {
	local class='startContainer hooks of an image'

	make_bundle '.process.user = {uid: 1000, gid: 1001, additionalGids: [1002], umask: 63}
		| .process.noNewPrivileges = true | .process.oomScoreAdj = 100
		| .process.capabilities = {bounding: ["CAP_KILL"], effective: [], permitted: [], inheritable: [], ambient: []}
		| .process.rlimits = [{type: "RLIMIT_NOFILE", hard: 99, soft: 88}]
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["acct"], action: "SCMP_ACT_ERRNO"}]}'
	printf '#!/bin/sh\nexec >"$1" 2>&1\n%s\n' "$RIGHTS" >"$ROOTFS/bin/rights"
	chmod 0755 "$ROOTFS/bin/rights"
	edit '.hooks = {startContainer: [{path: "/bin/rights", args: ["rights", "/tmp/hook"],
		env: ["PATH=/bin:/usr/bin"]}]}'
	arguments rights /tmp/process
	run_quietly
	succeeded
	diff "$ROOTFS/tmp/hook" "$ROOTFS/tmp/process"
	grep -q '^Uid:.1000.1000' "$ROOTFS/tmp/hook"
	grep -q '^NoNewPrivs:.1' "$ROOTFS/tmp/hook"
	grep -q '^Seccomp:.2' "$ROOTFS/tmp/hook"
	grep -q '^CapEff:.0000000000000000' "$ROOTFS/tmp/hook"
	held "$class"
	# The same script as a hook of the operator's.
	edit --arg path "$ROOTFS/bin/rights" --arg output "$WORK/operator" \
		'.hooks = {createContainer: [{path: $path, args: ["rights", $output], env: ["PATH=/bin:/usr/bin"]}]}'
	run_quietly
	run ! diff -q "$WORK/operator" "$ROOTFS/tmp/process"
	works "$class" 'a createContainer hook, which is the operator'"'"'s'
}

# --- a pod's clock

pod_bundle()	# NAME SANDBOX [FILTER]
{
	mkdir -p "$WORK/pod.$1"
	jq --arg cgroup "$CGROUP/$1" --arg rootfs "$ROOTFS" --arg sandbox "$2" '.linux.cgroupsPath = $cgroup
		| .root.path = $rootfs | .annotations = {"elsewhen.dev/clock": "pod", "io.kubernetes.cri.sandbox-id": $sandbox,
			"io.kubernetes.cri.container-type": "container"} | '"${3-.}" <"$BUNDLE/config.json" >"$WORK/pod.$1/config.json"
}

# pod_create NAME [COMMAND...]: by that command, if any. It ends within twenty seconds; its status is in $status, what
# it said in $output.
pod_create()
{
	status=0
	timeout --kill-after=1 20 env "$TAG" "${@:2}" "$ELSEWHEN" --root "$ROOT" create --bundle "$WORK/pod.$1" "$ID.$1" \
		>"$WORK/output.$1" 2>&1 </dev/null 3>&- || status=$?
	output=$(cat "$WORK/output.$1")
}

pod_begin()
{
	[ -e /proc/self/ns/time ] || skip 'this kernel has no time namespaces (CONFIG_TIME_NS)'
	make_bundle '.linux.namespaces |= map(select(.type != "time"))' 'del(.linux.timeOffsets)'
	shell 'trap "exit 0" TERM; while :; do sleep 0.05; done'
}

pod_end()
{
	local name

	for name in "$@"; do
		elsewhen delete --force "$ID.$name"
	done
	remove_cgroups
}

@test "pod clocks: two containers that name each other as sandbox wait for nobody" {
	local class='pod clocks: each other as sandbox' round name pids

	pod_begin
	command -v strace >/dev/null || skip 'strace is missing'
	for ((round = 0; round < 3; round++)); do
		pids=()
		for name in a b; do
			pod_bundle "$name" "$ID.$([ "$name" = a ] && echo b || echo a)" '.annotations["elsewhen.dev/boottime"] = "+1d"'
			# Each has its own lock for a while before it asks for the other's.
			(pod_create "$name" strace -q -o /dev/null -e trace=flock -e inject=flock:delay_exit=400000:when=1
			echo "$status" >"$WORK/status.$name") &
			pids+=($!)
		done
		wait "${pids[@]}"
		for name in a b; do
			# 124 and 137 are timeout's.
			run grep -x -e 124 -e 137 "$WORK/status.$name"
			[ "$status" != 0 ] || { echo "$name waited for ever"; return 1; }
		done
		pod_end a b
	done
	held "$class"
	# Two flock(1)s in that order do.
	touch "$WORK/one" "$WORK/two"
	(cd "$WORK" && flock one sh -c 'sleep 0.3; timeout 2 flock two true; echo $? >first') &
	pids=($!)
	(cd "$WORK" && flock two sh -c 'sleep 0.3; timeout 2 flock one true; echo $? >second') &
	# Not for all: where tests have a limit, bats has a process in the background, too.
	wait "${pids[@]}" $!
	contains "$(cat "$WORK/first" "$WORK/second")" 124
	works "$class" 'two flock(1) that are nested'
}

@test "pod clocks: a container that shares nothing with a sandbox does not make or join its clock" {
	local class='pod clocks: a stranger' pid

	pod_begin
	pod_bundle s "$ID.s" '.annotations = {"io.kubernetes.cri.container-type": "sandbox",
		"io.kubernetes.cri.sandbox-id": .annotations["io.kubernetes.cri.sandbox-id"]}'
	pod_create s
	equal "$status" 0
	pid=$(pid_of "$ID.s")
	pod_bundle a "$ID.s" '.annotations["elsewhen.dev/boottime"] = "+9d"'
	pod_create a
	[ "$status" != 0 ] || { echo 'a stranger made the clock'; pod_end a s; return 1; }
	contains "$output" "$ID.s"
	[ ! -e "$ROOT/$ID.a" ]
	# One that shares its network namespace, as engines do, makes it; a stranger does not join that either.
	pod_bundle b "$ID.s" '.annotations["elsewhen.dev/boottime"] = "+2d" | (.linux.namespaces[]
		| select(.type == "network")).path = "/proc/'"$pid"'/ns/net" | del(.linux.sysctl)'
	pod_create b
	equal "$status" 0 || { echo "$output"; pod_end s; return 1; }
	pod_bundle a "$ID.s"
	pod_create a
	[ "$status" != 0 ] || { echo 'a stranger joined the clock'; pod_end a b s; return 1; }
	held "$class"
	works "$class" 'a container in the network namespace of its sandbox'
	pod_end b s
}
