#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Images of a checkpoint that were changed so that what is restored from them is weaker than config.json makes it.
# shellcheck disable=SC2030,SC2031,SC2034 # each test is a subshell of its own; what is read may be for one of two clocks

load common
load checkpoint

# guarded_checkpoint [FILTER...]: of a container that has something of everything that can be taken away.
guarded_checkpoint()
{
	mkdir -p "$WORK/data"
	echo from outside >"$WORK/data/file"
	ticking_container '.process.noNewPrivileges = true | .root.readonly = true
		| .process.user.additionalGids = [7, 8]
		| .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 1000, hard: 1000}]
		| .process.oomScoreAdj = 300
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["swapon"], action: "SCMP_ACT_ERRNO"}]}
		| .mounts += [{destination: "/data", type: "bind", source: "'"$WORK"'/data", options: ["bind", "ro", "nosuid"]}]' "$@"
	checkpoint
	elsewhen delete "$ID"
	mv "$IMAGES" "$WORK/good"
	TICKS=$(wc -l <"$WORK/output")
}

# weakened WORD... -- EDIT [ARGUMENT...]: a restore of images that were edited so is refused with these words, nothing
# of it is left, and none of it ran.
weakened()
{
	local words=()

	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	shift
	echo "weakened: $*"
	rm -rf "$IMAGES"
	cp -a "$WORK/good" "$IMAGES"
	python3 "$BATS_TEST_DIRNAME/criu_image.py" "$IMAGES" "$@" || return 1
	run restore
	failed "${words[@]}" || return 1
	assert_no_leftovers || return 1
	[ ! -e "$ROOT/$ID" ] || return 1
	equal "$(grep -c '^[0-9]' "$WORK/output")" "$(head -n "$TICKS" "$WORK/output" | grep -c '^[0-9]')"
}

good()
{
	rm -rf "$IMAGES"
	cp -a "$WORK/good" "$IMAGES"
	restore
	ticks_on
	elsewhen delete --force "$ID"
}

@test "the images as they are: restored" {
	guarded_checkpoint
	good
}

@test "mounts: a mask, a read-only path, flags, a part, a limit, one more" {
	guarded_checkpoint
	weakened linux.maskedPaths /proc/timer_list 'is not mounted over' -- drop-mount /proc/timer_list
	weakened linux.maskedPaths /sys/firmware -- drop-mount /sys/firmware
	weakened linux.readonlyPaths /proc/sys 'is not mounted over' -- drop-mount /proc/sys
	weakened linux.readonlyPaths /proc/sys 'without (ro)' -- clear-flags /proc/sys 1
	weakened mounts /data 'without (ro)' -- clear-flags /data 1
	weakened mounts /data 'without (nosuid)' -- clear-flags /data 2
	weakened mounts /dev/shm 'without (noexec)' -- clear-flags /dev/shm 8
	weakened mounts /sys 'without (ro)' -- clear-flags /sys 1
	weakened mounts /dev/shm 'without (size=' -- mount-options /dev/shm mode=1777
	weakened mounts /data -- drop-mount /data
	weakened '/tmp' 'config.json does not say (proc)' -- copy-mount /proc /tmp
	weakened '/tmp' 'config.json does not say (tmpfs)' -- copy-mount /dev/shm /tmp
	weakened linux.readonlyPaths /proc/sys -- mount-root /proc/sys /
	good
}

@test "processes: groups, capabilities, ids, limits, no_new_privs, seccomp" {
	guarded_checkpoint
	weakened process.user.additionalGids 'group 999' -- groups 7 8 999
	weakened process.user.additionalGids 'not in all' -- groups 7
	weakened process.capabilities CAP_SYS_ADMIN -- capability 21
	weakened process.user.uid -- user 1
	weakened process.rlimits RLIMIT_NOFILE -- limit 7 100000
	weakened process.oomScoreAdj -- oom 100
	weakened linux.seccomp 'has no filter' -- no-seccomp
	weakened linux.seccomp 'not the one that config.json makes' -- open-seccomp
	weakened linux.seccomp 'not the one that config.json makes' -- more-seccomp
	good
}

@test "seccomp filters of another libseccomp are for the operator to allow" {
	guarded_checkpoint
	edit '.linux.seccomp.syscalls[0].names += ["swapoff"]'
	cp -a "$WORK/good" "$IMAGES"
	run restore
	failed linux.seccomp --allow-other-seccomp
	assert_no_leftovers
	restore --allow-other-seccomp
	ticks_on
	elsewhen delete --force "$ID"
	# Engines have no such option: there it is for the operator's settings to say.
	echo '{"allowOtherSeccomp": true}' >"$WORK/elsewhen.json"
	piped --config "$WORK/elsewhen.json" restore --detach --bundle "$BUNDLE" --image-path "$IMAGES" "$ID"
	ticks_on
}

@test "what a process may have changed by itself is restored" {
	guarded_checkpoint '.process.capabilities |= map_values(. + ["CAP_SETUID", "CAP_SETGID", "CAP_SYS_ADMIN"])
		| .root.readonly = false'
	for edit in 'groups 7' 'limit 7 100' 'oom 900' 'user 1' 'drop-mount /proc/timer_list' 'copy-mount /dev/shm /tmp'; do
		echo "$edit"
		rm -rf "$IMAGES"
		cp -a "$WORK/good" "$IMAGES"
		# shellcheck disable=SC2086 # words
		python3 "$BATS_TEST_DIRNAME/criu_image.py" "$IMAGES" $edit || return 1
		restore || return 1
		ticks_on || return 1
		elsewhen delete --force "$ID" || return 1
	done
}

@test "a descriptor of the host" {
	make_bundle
	shell 'exec 9</etc/group; trap "exit 0" TERM; i=0; while :; do i=$((i + 1)); echo $i; sleep 0.05; done'
	run_detached
	wait_for grep -q -x 3 "$WORK/output"
	checkpoint
	elsewhen delete "$ID"
	# CRIU puts it in the place of the one that was dumped, as it does with 0, 1 and 2.
	printf '#!/bin/bash\nexec criu "$@" --inherit-fd "fd[50]:etc/group" 50</etc/passwd\n' >"$WORK/inherits"
	chmod 0755 "$WORK/inherits"
	run restore --criu "$WORK/inherits"
	failed 'holds something of the host (fd/9' /etc/passwd
	assert_no_leftovers
	restore
	ticks_on
}

# in_front COMMAND...: a run or restore, which waits for its container, so that nobody else has to: a number that a process
# of the PID namespace has had is free again.
in_front()
{
	piped "$@" --bundle "$BUNDLE" "$ID" &
	FRONT=$!
	wait_for has_status "$ID" running
	ticks_on
}

# hunted_checkpoint CAPABILITY...: of a container in the PID namespace of another, HUNTER, which hunts for the file
# $WORK/marker.
hunted_checkpoint()
{
	: >"$WORK/marker"
	HUNTER=${ID}h
	make_bundle
	edit '.process.capabilities |= map_values(. + $ARGS.positional) | .process.args = ["host_hunter", "'"$WORK"'/marker"]
		| .linux.cgroupsPath += "h"' --args -- "$@"
	mv "$BUNDLE" "$WORK/hunter"
	env "$TAG" "$ELSEWHEN" --root "$ROOT" run --detach --bundle "$WORK/hunter" "$HUNTER" </dev/null >"$WORK/found" 2>&1 3>&- 8>&-
	make_bundle '.linux.namespaces |= map(if .type == "pid" then .path = "/proc/'"$(pid_of "$HUNTER")"'/ns/pid" else . end)'
	shell 'trap "exit 0" TERM; i=0; while :; do i=$((i + 1)); echo $i; sleep 0.05; done'
	in_front run
	checkpoint
	wait "$FRONT" || true
	FOUND=$(wc -l <"$WORK/found")
}

# Since there were $FOUND lines; and the hunter is alive.
found_nothing()
{
	wait_for eval "tail -n +$((FOUND + 1)) '$WORK/found' | grep -q hunts"
	equal "$(tail -n "+$((FOUND + 1))" "$WORK/found" | grep -v '^hunts')" ''
}

@test "a shared PID namespace: nobody in it sees anything of the host during a restore" {
	local round

	hunted_checkpoint
	for round in 1 2 3 4 5 6 7 8 9 10; do
		in_front restore --image-path "$IMAGES" || return 1
		elsewhen kill "$ID" KILL
		wait "$FRONT" || true
	done
	found_nothing
	elsewhen delete --force "$HUNTER"
}

@test "a shared PID namespace with somebody in it who may trace CRIU" {
	hunted_checkpoint CAP_SYS_PTRACE
	run restore
	failed linux.namespaces 'PID namespace' CAP_SYS_PTRACE
	found_nothing
	elsewhen delete --force "$HUNTER"
}

@test "a cgroup that is not the container's" {
	local directory

	ticking_container
	checkpoint
	elsewhen delete "$ID"
	for directory in /sys/fs/cgroup/{unified,pids,freezer,.}; do
		[ -e "$directory/cgroup.procs" ] || continue
		echo "$directory"
		mkdir -p "$directory$CGROUP/other"
		run env CRIU_BETWEEN=move:pre-resume CRIU_BETWEEN_LOG="$WORK/notifications" \
			CRIU_BETWEEN_TO="$directory$CGROUP/other/cgroup.procs" "$ELSEWHEN" --root "$ROOT" \
			restore --detach --bundle "$BUNDLE" --image-path "$IMAGES" --criu "$BATS_TEST_DIRNAME/criu_between.py" "$ID"
		[ "$status" != 0 ] || return 1
		grep -q "linux.cgroupsPath: process [0-9]* of the checkpoint is not in '$directory$CGROUP/$ID'" <<<"$output" || return 1
		rmdir "$directory$CGROUP/other" "$directory$CGROUP" || return 1
	done
	restore
	ticks_on
}

@test "mounts that come from the host afterwards" {
	mkdir "$WORK/data"
	mount -t tmpfs none "$WORK/data"
	mount --make-shared "$WORK/data"
	ticking_container '.mounts += [{destination: "/data", type: "bind", source: "'"$WORK"'/data", options: ["bind", "rslave"]}]'
	checkpoint
	elsewhen delete "$ID"
	restore
	grep ' /data ' "/proc/$(pid_of "$ID")/mountinfo"
	elsewhen delete --force "$ID"
	edit '.mounts[-1].options = ["bind", "rprivate"]'
	run restore
	umount "$WORK/data"
	failed mounts /data 'receives mounts of the host'
	assert_no_leftovers
}
