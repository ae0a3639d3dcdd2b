#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# elsewhen.dev/clock: pod. One time namespace for a pod's containers, kept by its sandbox. The containers
# are $ID.s (the sandbox), $ID.a, $ID.b; each has a config.json of its own over one rootfs.

load common

setup_file()
{
	export BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-280}
}

setup()
{
	common_setup
	[ -e /proc/self/ns/time ] || skip 'this kernel has no time namespaces (CONFIG_TIME_NS)'
	make_bundle '.linux.namespaces |= map(select(.type != "time"))' 'del(.linux.timeOffsets)'
	shell 'trap "exit 0" TERM; while :; do sleep 0.05; done'
	ANNOTATIONS='{"elsewhen.dev/clock": "pod", "elsewhen.dev/boottime": "+2d"}'
	# As an engine pins a pod's network: every container of the pod is given it by path.
	SHARED=$BATS_TEST_TMPDIR/ipc
	touch "$SHARED"
	unshare --ipc="$SHARED" true
}

# The sandbox goes first: what its deletion leaves would be found.
teardown()
{
	local status=0

	[ -z "${SHARED-}" ] || umount "$SHARED" || status=1
	[ -z "${WORK-}" ] || pod_leaves_nothing || status=1
	common_teardown && return "$status"
}

# The parents of the containers' cgroups are the pod's, as an engine makes them: removed here once they
# are empty.
pod_leaves_nothing()
{
	local name

	for name in s a b; do
		elsewhen delete --force "$ID.$name" || return 1
	done
	elsewhen delete --force "$ID" || return 1
	nothing_in 'cgroups of containers' "$(test_cgroups | while read -r directory; do
		find "$directory" -mindepth 1 -type d
	done)" || return 1
	remove_cgroups
	assert_no_leftovers
}

# pod_bundle NAME TYPE [JSON]: the bundle $WORK/pod.NAME of a sandbox or container, with the pod's annotations.
pod_bundle()
{
	local directory=$WORK/pod.$1

	mkdir -p "$directory"
	jq --arg cgroup "$CGROUP/$1" --arg rootfs "$ROOTFS" --arg type "$2" --arg sandbox "$ID.s" \
		--argjson more "${3-$ANNOTATIONS}" --arg shared "$SHARED" '
		(.linux.namespaces[] | select(.type == "ipc")).path = $shared |
		.linux.cgroupsPath = $cgroup | .root.path = $rootfs
		| .annotations += {"io.kubernetes.cri.container-type": $type,
			"io.kubernetes.cri.sandbox-id": $sandbox} + $more' \
		<"$BUNDLE/config.json" >"$directory/config.json"
}

pod_run()	# NAME TYPE [JSON]
{
	pod_bundle "$@"
	quietly elsewhen run --detach --bundle "$WORK/pod.$1" "$ID.$1"
}

clock_of()	# NAME: its time namespace
{
	namespace_of "$(pid_of "$ID.$1")" time
}

pins()
{
	grep -c -F " $ROOT/" /proc/self/mountinfo
}

@test "all containers of a pod, and what is exec'd in them, are in the sandbox's time namespace" {
	pod_run s sandbox
	pod_run a container
	pod_run b container
	differ "$(clock_of s)" "$(namespace_of self time)"
	equal "$(clock_of a)" "$(clock_of s)"
	equal "$(clock_of b)" "$(clock_of s)"
	equal "$(elsewhen exec "$ID.b" readlink /proc/self/ns/time)" "$(clock_of s)"
	equal "$(awk '{ print $1, $2, $3 }' "/proc/$(pid_of "$ID.a")/timens_offsets" | xargs)" \
		'monotonic 0 0 boottime 172800 0'
	equal "$(pins)" 1
}

@test "a container that comes again after a crash has the pod's clock still" {
	local before

	pod_run s sandbox
	pod_run a container
	before=$(clock_of a)
	elsewhen delete --force "$ID.a"
	pod_run a container
	equal "$(clock_of a)" "$before"
}

@test "the clock outlives the sandbox's process, until the sandbox is deleted" {
	local before

	pod_run s sandbox
	before=$(clock_of s)
	elsewhen kill "$ID.s" KILL
	wait_for has_status "$ID.s" stopped
	pod_run a container
	equal "$(clock_of a)" "$before"
	elsewhen delete "$ID.s"
	equal "$(pins)" 0
	equal "$(clock_of a)" "$before"
}

@test "a container that comes when its sandbox is gone: one sentence, nothing left" {
	pod_run s sandbox
	elsewhen delete --force "$ID.s"
	pod_bundle a container
	run elsewhen create --bundle "$WORK/pod.a" "$ID.a"
	failed annotations.elsewhen.dev/clock "its sandbox '$ID.s' does not exist (any more)"
	assert_no_leftovers
}

@test "a sandbox that was not asked: the first container makes the pod's clock, in the sandbox's keeping" {
	pod_run s sandbox '{}'
	pod_run a container
	pod_run b container
	equal "$(clock_of s)" "$(namespace_of self time)"
	differ "$(clock_of a)" "$(namespace_of self time)"
	equal "$(clock_of b)" "$(clock_of a)"
	elsewhen delete --force "$ID.s"
	equal "$(pins)" 0
}

@test "a sandbox that asks for no value: the first container makes the pod's clock" {
	pod_run s sandbox '{"elsewhen.dev/clock": "pod"}'
	equal "$(clock_of s)" "$(namespace_of self time)"
	equal "$(pins)" 0
	pod_run a container '{"elsewhen.dev/clock": "pod"}'
	pod_run b container '{"elsewhen.dev/clock": "pod"}'
	differ "$(clock_of a)" "$(namespace_of self time)"
	equal "$(clock_of b)" "$(clock_of a)"
	equal "$(awk '{ print $1, $2, $3 }' "/proc/$(pid_of "$ID.a")/timens_offsets" | xargs)" 'monotonic 0 0 boottime 0 0'
	equal "$(pins)" 1
}

@test "CRI-O and podman: io.kubernetes.cri-o.SandboxID; a container that names no sandbox is one" {
	pod_run s sandbox '{"elsewhen.dev/clock": "pod", "elsewhen.dev/monotonic": "+1h"}'
	edit --arg sandbox "$ID.s" --arg shared "$SHARED" \
		'.annotations = {"elsewhen.dev/clock": "pod", "io.kubernetes.cri-o.SandboxID": $sandbox}
		| (.linux.namespaces[] | select(.type == "ipc")).path = $shared'
	edit --arg cgroup "$CGROUP/$ID" '.linux.cgroupsPath = $cgroup'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	equal "$(namespace_of "$(pid_of "$ID")" time)" "$(clock_of s)"
	elsewhen delete --force "$ID"
	edit '.annotations = {"elsewhen.dev/clock": "pod"}'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	differ "$(namespace_of "$(pid_of "$ID")" time)" "$(clock_of s)"
	equal "$(pins)" 2
	elsewhen delete --force "$ID"
}

@test "a container that asks for another time than its pod has: both are named" {
	pod_run s sandbox
	pod_bundle a container '{"elsewhen.dev/clock": "pod", "elsewhen.dev/boottime": "+3d"}'
	run elsewhen create --bundle "$WORK/pod.a" "$ID.a"
	failed 'annotations.elsewhen.dev/boottime: +3d, but the clock of the pod' "'$ID.s'" 'was made with +2d'
	pod_bundle a container '{"elsewhen.dev/clock": "pod", "elsewhen.dev/monotonic": "+1s"}'
	run elsewhen create --bundle "$WORK/pod.a" "$ID.a"
	failed 'annotations.elsewhen.dev/monotonic: +1s' 'was made with no such value'
	pod_run a container '{"elsewhen.dev/clock": "pod", "elsewhen.dev/boottime": "+48h"}'
	equal "$(clock_of a)" "$(clock_of s)"
	pod_run b container '{"elsewhen.dev/clock": "pod"}'
	equal "$(clock_of b)" "$(clock_of s)"
}

@test "a start in a pod: the same for all, from when the sandbox was made" {
	ANNOTATIONS='{"elsewhen.dev/clock": "pod", "elsewhen.dev/boottime": "=0"}'
	pod_run s sandbox
	pod_run a container
	equal "$(clock_of a)" "$(clock_of s)"
	[ "$(elsewhen exec "$ID.a" cut -d . -f 1 /proc/uptime)" -lt 60 ]
}

@test "with a user namespace of the container's own" {
	# A message queue belongs to the IPC namespace, which is not the user namespace's.
	edit '.linux.namespaces += [{"type": "user"}] | .mounts |= map(select(.type != "mqueue"))
		| .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
		| .linux.gidMappings = .linux.uidMappings'
	chown -R 100000:100000 "$ROOTFS"
	pod_run s sandbox
	pod_run a container
	equal "$(clock_of a)" "$(clock_of s)"
	equal "$(elsewhen exec "$ID.a" readlink /proc/self/ns/time)" "$(clock_of s)"
}

@test "pod and a time namespace by path, and a sandbox's name that is none: refused" {
	pod_bundle s sandbox
	edit '.linux.namespaces += [{"type": "time", "path": "/proc/self/ns/time"}]'
	pod_bundle a container
	run elsewhen create --bundle "$WORK/pod.a" "$ID.a"
	failed annotations.elsewhen.dev/clock "the time namespace '/proc/self/ns/time'"
	edit '.linux.namespaces |= map(select(.type != "time"))
		| .annotations = {"elsewhen.dev/clock": "pod", "io.kubernetes.cri.sandbox-id": "../../etc"}'
	run elsewhen create --bundle "$BUNDLE" "$ID"
	failed annotations.elsewhen.dev/clock ../../etc
}

# --- who belongs to a pod

# Everybody can write an annotation; only who was given a namespace of the pod is of it.
@test "a container that shares no namespace with the sandbox gets no clock of it, and makes none for it" {
	pod_run s sandbox '{}'
	pod_bundle a container
	jq '(.linux.namespaces[] | select(.type == "ipc")) |= del(.path)' <"$WORK/pod.a/config.json" >"$WORK/own"
	mv "$WORK/own" "$WORK/pod.a/config.json"
	run elsewhen create --bundle "$WORK/pod.a" "$ID.a"
	failed annotations.elsewhen.dev/clock 'no network, IPC or PID namespace by path' "sandbox '$ID.s'"
	equal "$(pins)" 0
	# One that it shares with all of the host is none of the pod's.
	jq '(.linux.namespaces[] | select(.type == "ipc")).path = "/proc/self/ns/ipc"' \
		<"$WORK/pod.a/config.json" >"$WORK/own"
	mv "$WORK/own" "$WORK/pod.a/config.json"
	run elsewhen create --bundle "$WORK/pod.a" "$ID.a"
	failed annotations.elsewhen.dev/clock 'no network, IPC or PID namespace by path'
	pod_run b container
	equal "$(pins)" 1
}

@test "a container without a namespace of the pod has its clock when the operator names the sandbox" {
	pod_run s sandbox
	pod_bundle a container
	jq '(.linux.namespaces[] | select(.type == "ipc")) |= del(.path)' <"$WORK/pod.a/config.json" >"$WORK/own"
	mv "$WORK/own" "$WORK/pod.a/config.json"
	jq -n --arg id "$ID.other" '{podClocks: [$id]}' >"$WORK/settings.json"
	run elsewhen --config "$WORK/settings.json" create --bundle "$WORK/pod.a" "$ID.a"
	failed 'podClocks in' "sandbox '$ID.s'"
	jq -n --arg id "$ID.s" '{podClocks: [$id]}' >"$WORK/settings.json"
	quietly elsewhen --config "$WORK/settings.json" run --detach --bundle "$WORK/pod.a" "$ID.a"
	equal "$(clock_of a)" "$(clock_of s)"
}

@test "a network or a PID namespace of the sandbox's process is as good" {
	local pid type

	pod_run s sandbox
	pid=$(pid_of "$ID.s")
	for type in network:net pid:pid; do
		pod_bundle a container
		jq --arg type "${type%:*}" --arg path "/proc/$pid/ns/${type#*:}" '
			(.linux.namespaces[] | select(.type == "ipc")) |= del(.path)
			| (.linux.namespaces[] | select(.type == $type)).path = $path' \
			<"$WORK/pod.a/config.json" >"$WORK/own"
		mv "$WORK/own" "$WORK/pod.a/config.json"
		quietly elsewhen run --detach --bundle "$WORK/pod.a" "$ID.a"
		equal "$(clock_of a)" "$(clock_of s)"
		elsewhen delete --force "$ID.a"
	done
}

@test "two containers that name each other as their sandbox do not wait for each other" {
	local name try status=0

	for name in a b; do
		pod_bundle "$name" container
	done
	jq --arg id "$ID.b" '.annotations["io.kubernetes.cri.sandbox-id"] = $id' <"$WORK/pod.a/config.json" >"$WORK/own"
	mv "$WORK/own" "$WORK/pod.a/config.json"
	jq --arg id "$ID.a" '.annotations["io.kubernetes.cri.sandbox-id"] = $id' <"$WORK/pod.b/config.json" >"$WORK/own"
	mv "$WORK/own" "$WORK/pod.b/config.json"
	for ((try = 0; try < 20; try++)); do
		for name in a b; do
			timeout --kill-after=1 25 env "$TAG" "$ELSEWHEN" --root "$ROOT" run --detach \
				--bundle "$WORK/pod.$name" "$ID.$name" >"$WORK/said.$name" 2>&1 </dev/null 3>&- &
		done
		wait -n || status=$?
		[ "$status" -lt 124 ]
		wait -n || status=$?
		[ "$status" -lt 124 ]
		matches "$(cat "$WORK/said.a")" '^(elsewhen: .*)?$'
		matches "$(cat "$WORK/said.b")" '^(elsewhen: .*)?$'
		elsewhen delete --force "$ID.a"
		elsewhen delete --force "$ID.b"
	done
}

@test "a sandbox whose lock another command holds: an end to the wait, and a sentence that says for what" {
	pod_run s sandbox
	pod_bundle a container
	helper flock --no-fork "$ROOT/$ID.s" sleep 60
	wait_for eval "! flock -n '$ROOT/$ID.s' true"
	run timeout 30 env "$TAG" "$ELSEWHEN" --root "$ROOT" create --bundle "$WORK/pod.a" "$ID.a"
	failed annotations.elsewhen.dev/clock "has held the lock of container '$ID.s' for 10 s"
	end_helpers
}

# --- at random

pod_create()	# NAME
{
	(exec env "$TAG" "$ELSEWHEN" --root "$ROOT" run --detach --bundle "$WORK/pod.$1" "$ID.$1" </dev/null 3>&-)
}

pod_create_and_kill()	# NAME: the runtime is killed after some milliseconds
{
	(exec env "$TAG" "$ELSEWHEN" --root "$ROOT" run --detach --bundle "$WORK/pod.$1" "$ID.$1" \
		</dev/null 3>&-) &
	sleep "0.0$((RANDOM % 3))$((RANDOM % 10))"
	kill -KILL $! 2>/dev/null || true
	wait $! 2>/dev/null || true
}

# What may fail then (the sandbox is gone, the id is in use) fails with a sentence of ours; what was killed
# says nothing.
pod_act_at_random()	# NAME
{
	local said=$WORK/said.$1

	case $((RANDOM % 5)) in
	0 | 1) pod_create "$1" ;;
	2) pod_create_and_kill "$1" ;;
	3) elsewhen exec "$ID.$1" true ;;
	4) elsewhen delete --force "$ID.$1" ;;
	esac >"$said" 2>&1 || [ ! -s "$said" ] || matches "$(cat "$said")" '^elsewhen: '
}

@test "random pods, created, exec'd, deleted and killed in any order, leave no pin behind" {
	local pod racer pods=${RANDOM_PODS-200}

	pod_bundle s sandbox
	pod_bundle a container
	pod_bundle b container
	for ((pod = 0; pod < pods; pod++)); do
		pod_act_at_random s
		# Two at once: containers race with each other and with their sandbox's deletion.
		pod_act_at_random a &
		racer=$!
		pod_act_at_random s
		wait $racer
		pod_act_at_random b
		((pod % 10)) || pod_leaves_nothing
	done
	pod_leaves_nothing
}
