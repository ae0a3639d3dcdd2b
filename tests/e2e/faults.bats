#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The runtime is killed with SIGKILL at one of its system calls, at each in turn; `delete --force` must
# then leave nothing, whatever had been made by then.
#
# FAULTS_STEP=1 tries every system call; the default tries some, and fits ./dev test.

load common

# Writes to $WORK/calls what the program calls by itself, its children not counted: in each line a system
# call's name, and which of its kind it is.
record_system_calls()	# ARGUMENT...
{
	env "$TAG" strace -o "$WORK/strace" "$ELSEWHEN" --root "$ROOT" "$@" >"$WORK/output" 2>&1 \
		</dev/null 3>&-
	sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$WORK/strace" | awk '{ print $1, ++seen[$1] }' >"$WORK/calls"
}

# kill_at NAME NUMBER ARGUMENT...: that system call is the last. Counts in TRIED and KILLED.
kill_at()
{
	local name=$1 number=$2 status=0

	shift 2
	(exec env "$TAG" strace -o /dev/null -e inject="$name:signal=SIGKILL:when=$number" \
		"$ELSEWHEN" --root "$ROOT" "$@" >"$WORK/output" 2>&1 </dev/null 3>&-) || status=$?
	TRIED=$((TRIED + 1))
	[ "$status" != 137 ] || KILLED=$((KILLED + 1))
}

# A run may make a few calls less than the one that was recorded, so the last ones may miss.
nearly_all_were_killed()
{
	if [ "$TRIED" -lt 20 ] || [ "$KILLED" -lt $((TRIED * 9 / 10)) ]; then
		echo "only $KILLED of $TRIED were killed"
		return 1
	fi
}

# Every FAULTS_STEPth line of $WORK/calls; the first differs from run to run, so that all are met.
chosen_calls()
{
	local step=${FAULTS_STEP-9}

	awk -v step="$step" -v first=$((RANDOM % step)) 'NR % step == first' "$WORK/calls"
}

nothing_is_left_after_delete()	# NAME NUMBER
{
	elsewhen delete --force "$ID" && assert_no_leftovers && return 0
	echo "killed at $1 number $2"
	return 1
}

kill_everywhere()	# ARGUMENT...: the command under test; the container's id is $ID
{
	local name number TRIED=0 KILLED=0

	record_system_calls "$@"
	elsewhen delete --force "$ID"
	while read -r name number; do
		kill_at "$name" "$number" "$@"
		nothing_is_left_after_delete "$name" "$number" || return 1
	done < <(chosen_calls)
	nearly_all_were_killed
}

@test "create killed at any system call: delete --force leaves nothing" {
	command -v strace >/dev/null || skip 'strace is not installed'
	make_bundle
	arguments sleep 100
	kill_everywhere create --bundle "$BUNDLE" "$ID"
}

@test "create in a user namespace killed at any system call: delete --force leaves nothing" {
	command -v strace >/dev/null || skip 'strace is not installed'
	make_bundle '.linux.namespaces += [{"type": "user"}]
		| .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]'
	arguments sleep 100
	kill_everywhere create --bundle "$BUNDLE" "$ID"
}

@test "create of a pod's sandbox killed at any system call: its pinned clock goes with it" {
	command -v strace >/dev/null || skip 'strace is not installed'
	[ -e /proc/self/ns/time ] || skip 'this kernel has no time namespaces (CONFIG_TIME_NS)'
	make_bundle 'del(.linux.timeOffsets)' \
		'.annotations = {"elsewhen.dev/clock": "pod", "elsewhen.dev/boottime": "+1d"}'
	arguments sleep 100
	kill_everywhere create --bundle "$BUNDLE" "$ID"
}

@test "run --detach killed at any system call: delete --force leaves nothing" {
	command -v strace >/dev/null || skip 'strace is not installed'
	make_bundle
	arguments sleep 100
	kill_everywhere run --detach --bundle "$BUNDLE" "$ID"
}

@test "delete killed at any system call: another one finishes its work" {
	command -v strace >/dev/null || skip 'strace is not installed'
	local name number TRIED=0 KILLED=0

	make_bundle
	arguments sleep 100
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	record_system_calls delete --force "$ID"
	while read -r name number; do
		quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
		kill_at "$name" "$number" delete --force "$ID"
		nothing_is_left_after_delete "$name" "$number"
	done < <(chosen_calls)
	nearly_all_were_killed
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

@test "start killed at any system call: the container runs, or another start runs it" {
	command -v strace >/dev/null || skip 'strace is not installed'
	local name number TRIED=0 KILLED=0

	make_bundle
	shell 'echo started >/mark; sleep 100'
	create_container
	record_system_calls start "$ID"
	elsewhen delete --force "$ID"
	while read -r name number; do
		rm -f "$ROOTFS/mark"
		create_container
		kill_at "$name" "$number" start "$ID"
		elsewhen start "$ID" >"$WORK/again" 2>&1 || contains "$(cat "$WORK/again")" running
		wait_for test -e "$ROOTFS/mark"
		nothing_is_left_after_delete "$name" "$number"
	done < <(chosen_calls)
	[ "$KILLED" -ge $((TRIED * 8 / 10)) ]
}
