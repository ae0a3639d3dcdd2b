#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Single faults that were once not seen. All faults at all system calls are in tests/faults.

load common

setup()
{
	FAULTS=$(dirname "$TOOLS")/faults/faults
	common_setup
	[ -x "$FAULTS" ] || skip 'tests/faults/faults is not built'
}

# Like bats' run: $status and $output are the command's.
fault_at()	# WHAT NUMBER ARGUMENT...
{
	local what=$1 number=$2

	shift 2
	run env "$TAG" "$FAULTS" "$what" 0 "$number" "$WORK/hit" "$ELSEWHEN" --root "$ROOT" "$@" 3>&-
}

# The numbers of all calls of this name, as they would be in the command that follows.
numbers_of()	# NAME ARGUMENT...
{
	local name=$1

	shift
	env "$TAG" "$FAULTS" record "$WORK/calls" "$ELSEWHEN" --root "$ROOT" "$@" >"$WORK/output" 2>&1 </dev/null 3>&-
	awk -v name="$name" '$1 == "0" && $3 == name { print $2 }' "$WORK/calls"
}

@test "a cgroup whose rmdir fails is an error of delete, and can be tried again" {
	local errno number numbers

	running_container
	numbers=$(numbers_of rmdir delete --force "$ID")
	[ -n "$numbers" ]
	for number in $numbers; do
		for errno in EPERM EIO EROFS; do
			quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
			fault_at "$errno" "$number" delete --force "$ID"
			equal "$(cat "$WORK/hit")" rmdir
			# Of a directory of the container's own a second rmdir is tried at once.
			[ "$status" = 0 ] || failed "delete container '$ID'" 'cannot remove the cgroup'
			[ "$status" != 0 ] || assert_no_leftovers
			elsewhen delete --force "$ID"
			assert_no_leftovers
		done
	done
}

@test "a create that fails and cannot remove its cgroup leaves what delete --force needs" {
	local place

	[ -d /sys/fs/cgroup/pids ] || skip 'no hierarchy of cgroup v1'
	place=/sys/fs/cgroup/pids$CGROUP/$ID
	make_bundle ".hooks.createRuntime = [{path: \"/bin/sh\",
		args: [\"sh\", \"-c\", \"mount --bind $place $place; exit 1\"]}]"
	run elsewhen create --bundle "$BUNDLE" "$ID"
	equal "$status" 1
	contains "$output" 'exit status 1'
	contains "$output" "cannot remove the cgroup $place"
	run elsewhen delete --force "$ID"
	failed "delete container '$ID'" "cannot remove the cgroup $place"
	umount "$place"
	elsewhen delete --force "$ID"
	assert_no_leftovers
}

@test "what cannot be known of a container keeps delete --force from forgetting it" {
	local name number numbers

	running_container
	quietly env "$TAG" "$FAULTS" record "$WORK/calls" "$ELSEWHEN" --root "$ROOT" delete --force "$ID" 3>&-
	numbers=$(awk '$1 == "0" && $3 ~ /^(openat|newfstatat|fstat|read|pidfd_open|poll|ppoll)$/ && $2 > 80 { print $2 }' \
		"$WORK/calls")
	[ -n "$numbers" ]
	for number in $numbers; do
		quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
		fault_at EMFILE "$number" delete --force "$ID"
		[ "$status" = 0 ] || failed "Too many open files"
		[ "$status" != 0 ] || assert_no_leftovers
		elsewhen delete --force "$ID"
		assert_no_leftovers
	done
}

@test "a stage that is slow after its clone does not let init speak first" {
	command -v strace >/dev/null || skip 'strace is not installed'
	running_container '.linux.namespaces += [{"type": "user"}]
		| .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]'
	run timeout -s KILL 20 env "$TAG" strace -f -o "$WORK/strace" \
		-e inject=clone,clone3:delay_exit=300000 \
		"$ELSEWHEN" --root "$ROOT" exec "$ID" sh -c 'exit 3' 3>&-
	equal "$status" 3
	elsewhen delete --force "$ID"
}
