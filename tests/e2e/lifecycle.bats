#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Containers come, live, die and leave nothing (runtime.md, "Lifecycle" and "Operations").

load common

@test "run: exit status 0, output passed through, nothing left" {
	make_bundle
	arguments echo hello
	run elsewhen run --bundle "$BUNDLE" "$ID"
	succeeded
	equal "$output" hello
	assert_no_leftovers
}

@test "run: the container's exit status is the runtime's" {
	make_bundle
	shell 'exit 7'
	run elsewhen run --bundle "$BUNDLE" "$ID"
	equal "$status" 7
	assert_no_leftovers
}

@test "run: killed by SIGKILL is 137" {
	make_bundle
	arguments sleep 1000
	helper_elsewhen run --bundle "$BUNDLE" "$ID"
	wait_for has_status "$ID" running
	elsewhen kill "$ID" KILL
	wait "$HELPER" && status=0 || status=$?
	equal "$status" 137
	assert_no_leftovers
}

@test "run: stdin reaches the container" {
	make_bundle
	arguments cat
	run bash -c "printf 'one\ntwo' | env '$TAG' '$ELSEWHEN' --root '$ROOT' run --bundle '$BUNDLE' '$ID' 3>&-"
	succeeded
	equal "$output" $'one\ntwo'
}

@test "run: stdout and stderr stay apart" {
	make_bundle
	shell 'echo out; echo err >&2'
	elsewhen run --bundle "$BUNDLE" "$ID" >"$WORK/out" 2>"$WORK/err"
	equal "$(cat "$WORK/out")" out
	equal "$(cat "$WORK/err")" err
}

@test "run: the bundle is the current directory by default, and may be relative" {
	make_bundle
	arguments true
	cd "$BUNDLE"
	elsewhen run "$ID"
	cd "$WORK"
	elsewhen run --bundle b "$ID"
	elsewhen run --bundle=./b/ "$ID"
}

@test "run: a directory in the place of the id is the bundle" {
	make_bundle
	arguments echo from-bundle
	run elsewhen run "$BUNDLE"
	succeeded
	equal "$output" from-bundle
	assert_no_leftovers
}

@test "run --detach: comes back at once, pid file holds the container's pid" {
	make_bundle
	arguments sleep 1000
	quietly elsewhen run --detach --pid-file "$WORK/pid" --bundle "$BUNDLE" "$ID"
	equal "$(status_of "$ID")" running
	equal "$(cat "$WORK/pid")" "$(pid_of "$ID")"
	equal "$(tr '\0' ' ' <"/proc/$(cat "$WORK/pid")/cmdline")" 'sleep 1000 '
	elsewhen delete --force "$ID"
	assert_no_leftovers
}

@test "run --keep: the stopped container stays until delete" {
	make_bundle
	arguments true
	elsewhen run --keep --bundle "$BUNDLE" "$ID"
	equal "$(status_of "$ID")" stopped
	elsewhen delete "$ID"
	run elsewhen state "$ID"
	failed "$ID"
	assert_no_leftovers
}

@test "run: signals to the runtime are forwarded" {
	make_bundle
	shell 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done'
	helper_elsewhen run --bundle "$BUNDLE" "$ID"
	wait_for grep -q ready "$WORK/helper"
	kill -TERM "$HELPER"
	wait "$HELPER" && status=0 || status=$?
	equal "$status" 5
	assert_no_leftovers
}

@test "run: a program that is not there is one sentence, and nothing is left" {
	make_bundle
	arguments /no/such/program
	run elsewhen run --bundle "$BUNDLE" "$ID"
	failed /no/such/program 'no such file or directory'
	assert_no_leftovers
}

@test "run: a program that may not be executed is one sentence" {
	make_bundle
	echo data >"$ROOTFS/data"
	arguments /data
	run elsewhen run --bundle "$BUNDLE" "$ID"
	failed /data executable
	assert_no_leftovers
}

@test "create, start, kill, delete: created, running, stopped, gone" {
	make_bundle
	shell 'trap "exit 0" TERM; echo started >/mark; while :; do sleep 0.05; done'
	create_container
	equal "$(status_of "$ID")" created
	sleep 0.1
	[ ! -e "$ROOTFS/mark" ]
	elsewhen start "$ID"
	equal "$(status_of "$ID")" running
	wait_for test -e "$ROOTFS/mark"
	elsewhen kill "$ID" TERM
	wait_for has_status "$ID" stopped
	elsewhen delete "$ID"
	run elsewhen state "$ID"
	failed "$ID"
	assert_no_leftovers
}

@test "create: an id that is in use is refused, and its container unharmed" {
	running_container
	local pid
	pid=$(pid_of "$ID")
	run elsewhen create --bundle "$BUNDLE" "$ID"
	failed "$ID"
	equal "$(status_of "$ID")" running
	equal "$(pid_of "$ID")" "$pid"
}

@test "create: changes of config.json after it do not count" {
	make_bundle
	shell 'echo first >/mark'
	create_container
	shell 'echo second >/mark'
	elsewhen start "$ID"
	wait_for has_status "$ID" stopped
	equal "$(cat "$ROOTFS/mark")" first
}

@test "create: no config.json, no bundle, no root filesystem" {
	make_bundle
	rm -r "$ROOTFS"
	run elsewhen create --bundle "$BUNDLE" "$ID"
	failed "$ROOTFS"
	rm "$BUNDLE/config.json"
	run elsewhen create --bundle "$BUNDLE" "$ID"
	failed config.json 'No such file or directory'
	run elsewhen create --bundle "$WORK/none" "$ID"
	failed "$WORK/none"
	assert_no_leftovers
}

@test "start: only a created container" {
	running_container
	run elsewhen start "$ID"
	failed "$ID" running
	elsewhen kill "$ID" KILL
	wait_for has_status "$ID" stopped
	run elsewhen start "$ID"
	failed "$ID" stopped
}

@test "kill: a stopped container is refused" {
	make_bundle
	arguments true
	elsewhen run --keep --bundle "$BUNDLE" "$ID"
	run elsewhen kill "$ID" TERM
	failed "container not running: '$ID'"
}

@test "kill: a created container dies" {
	make_bundle
	create_container
	elsewhen kill "$ID" KILL
	wait_for has_status "$ID" stopped
	elsewhen delete "$ID"
	create_container
	elsewhen kill "$ID" TERM
	wait_for has_status "$ID" stopped
	elsewhen delete "$ID"
	assert_no_leftovers
}

@test "kill: names and numbers mean the same" {
	make_bundle
	shell 'n=0; trap "n=\$((n + 1)); echo \$n >/count" USR1; touch /ready; while :; do sleep 0.02; done'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for test -e "$ROOTFS/ready"
	local name count=0
	for name in USR1 SIGUSR1 10; do
		elsewhen kill "$ID" "$name"
		count=$((count + 1))
		wait_for grep -q -x "$count" "$ROOTFS/count"
	done
	run elsewhen kill "$ID" SIGNOSUCH
	failed SIGNOSUCH
}

@test "kill --all: every process, also with the PID namespace of the host" {
	make_bundle 'del(.linux.namespaces[] | select(.type == "pid"))'
	shell 'sleep 1000 & sleep 1000 & : >/ready; wait'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for test -e "$ROOTFS/ready"
	equal "$(elsewhen ps --format json "$ID" | jq length)" 3
	elsewhen kill --all "$ID" KILL
	wait_for has_status "$ID" stopped
	wait_for lacks_processes
	elsewhen delete "$ID"
	assert_no_leftovers
}

lacks_processes()
{
	[ -z "$(tagged_processes)" ]
}

@test "delete: a running container needs --force" {
	running_container
	run elsewhen delete "$ID"
	failed "$ID" running
	equal "$(status_of "$ID")" running
	elsewhen delete --force "$ID"
	assert_no_leftovers
}

@test "delete --force: silent about what is not there, as often as one likes" {
	running_container
	for same in "$ID" "$ID" "$ID"; do
		run elsewhen delete --force "$same"
		succeeded
		equal "$output" ''
	done
	run elsewhen delete "$ID"
	failed "$ID"
}

@test "delete --force: children of the host's PID namespace go too" {
	make_bundle 'del(.linux.namespaces[] | select(.type == "pid"))'
	shell '(setsid sleep 1000 &) ; touch /ready; sleep 1000'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for test -e "$ROOTFS/ready"
	elsewhen delete --force "$ID"
	assert_no_leftovers
}

@test "delete --force: after kill -9 of the runtime nothing stays" {
	make_bundle
	arguments sleep 1000
	local delay
	for delay in 0 0.001 0.002 0.004 0.006 0.01 0.02 0.05; do
		helper_elsewhen run --bundle "$BUNDLE" "$ID"
		sleep "$delay"
		kill -KILL "$HELPER"
		wait "$HELPER" || true
		run elsewhen delete --force "$ID"
		succeeded
		assert_no_leftovers
	done
}

@test "pause and resume: the process stands still, then goes on" {
	make_bundle
	shell 'n=0; while :; do n=$((n + 1)); echo $n >/count; sleep 0.01; done'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for test -s "$ROOTFS/count"
	elsewhen pause "$ID"
	equal "$(status_of "$ID")" paused
	local before
	before=$(cat "$ROOTFS/count")
	sleep 0.2
	equal "$(cat "$ROOTFS/count")" "$before"
	run elsewhen exec "$ID" true
	failed paused
	elsewhen resume "$ID"
	equal "$(status_of "$ID")" running
	wait_for bash -c "[ \"\$(cat $ROOTFS/count)\" != '$before' ]"
	run elsewhen resume "$ID"
	failed "$ID"
}

@test "delete --force: a paused container" {
	running_container
	elsewhen pause "$ID"
	elsewhen delete --force "$ID"
	assert_no_leftovers
}

@test "state: the properties of runtime.md" {
	running_container '.annotations = {"org.example.key": "a \"quoted\" value"}'
	elsewhen state "$ID" >"$WORK/state"
	jq -e --arg id "$ID" --arg bundle "$BUNDLE" '.id == $id and .bundle == $bundle and .status == "running"
		and (.pid | type == "number" and . > 1) and (.ociVersion | startswith("1."))
		and .annotations["org.example.key"] == "a \"quoted\" value"' "$WORK/state"
	[ -d "/proc/$(jq .pid "$WORK/state")" ]
}

@test "state: a stopped container has no pid" {
	make_bundle
	arguments true
	elsewhen run --keep --bundle "$BUNDLE" "$ID"
	equal "$(elsewhen state "$ID" | jq -r '.status, (.pid // 0)' | xargs)" 'stopped 0'
}

@test "list: table, JSON and ids, sorted" {
	make_bundle
	arguments sleep 1000
	local name
	for name in c a b; do
		edit --arg path "$CGROUP/$name" '.linux.cgroupsPath = $path'
		quietly elsewhen run --detach --bundle "$BUNDLE" "$ID-$name"
	done
	equal "$(elsewhen list --quiet | xargs)" "$ID-a $ID-b $ID-c"
	equal "$(elsewhen list --format json | jq -r '.[].id' | xargs)" "$ID-a $ID-b $ID-c"
	equal "$(elsewhen list -f json | jq -r '.[].status' | sort -u)" running
	run elsewhen list
	succeeded
	matches "${lines[0]}" '^ID +PID +STATUS +CLOCK +BUNDLE'
	matches "${lines[2]}" "^$ID-b +$(pid_of "$ID-b") +running +[^ ]+ +$BUNDLE"
	equal "${#lines[@]}" 4
}

@test "ps: table and JSON name every process" {
	make_bundle
	shell 'sleep 1000 & sleep 1000 & : >/ready; wait'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for test -e "$ROOTFS/ready"
	local pid
	pid=$(pid_of "$ID")
	equal "$(elsewhen ps -f json "$ID" | jq length)" 3
	elsewhen ps --format=json "$ID" | jq -e --argjson pid "$pid" 'index($pid) != null'
	run elsewhen ps "$ID"
	succeeded
	matches "${lines[0]}" '^ *PID'
	equal "${#lines[@]}" 4
}

@test "an id that is in use is named as such, also when the cgroup is in use with it" {
	running_container
	run elsewhen create --bundle "$BUNDLE" "$ID"
	failed "container '$ID' exists already"
	edit 'del(.linux.cgroupsPath)'
	run elsewhen create --bundle "$BUNDLE" "$ID"
	failed "container '$ID' exists already"
	equal "$(status_of "$ID")" running
}

@test "two runs in a row may have the same id" {
	make_bundle
	arguments echo again
	equal "$(run_container)" again
	equal "$(run_container)" again
	assert_no_leftovers
}

@test "ten containers at once" {
	make_bundle 'del(.linux.cgroupsPath)'
	arguments true
	local number pids=() pid
	for number in 0 1 2 3 4 5 6 7 8 9; do
		elsewhen run --bundle "$BUNDLE" "elsewhen-test-$$-$number" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	assert_no_leftovers
}

@test "the bundle of a container may be gone when it is deleted" {
	running_container
	rm "$BUNDLE/config.json"
	elsewhen delete --force "$ID"
	assert_no_leftovers
}

@test "a paused container that was not started is resumed, then started" {
	make_bundle
	arguments sleep 1000
	create_container
	elsewhen pause "$ID"
	has_status "$ID" paused
	run elsewhen start "$ID"
	failed "container '$ID' is paused"
	elsewhen resume "$ID"
	has_status "$ID" created
	elsewhen start "$ID"
	has_status "$ID" running
	elsewhen delete --force "$ID"
	assert_no_leftovers
}

@test "a run that ends deletes its own container, not the next one of the same id" {
	make_bundle
	arguments sleep 1000
	for _ in 1 2 3 4 5 6 7 8; do
		helper_elsewhen run --bundle "$BUNDLE" "$ID"
		wait_for has_status "$ID" running
		elsewhen delete --force "$ID"
		quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
		wait "$HELPER" || true
		has_status "$ID" running
		elsewhen delete --force "$ID"
	done
	assert_no_leftovers
}

@test "run: a program that fails in execve leaves no pid file" {
	make_bundle
	printf '#!/no/such/interpreter\n' >"$ROOTFS/script"
	chmod 0755 "$ROOTFS/script"
	arguments /script
	run elsewhen run --detach --pid-file "$WORK/pid" --bundle "$BUNDLE" "$ID"
	failed /script 'no such file or directory'
	[ ! -e "$WORK/pid" ]
	assert_no_leftovers
}

# killed_at_execve COMMAND...: whoever executes /bin/true is killed right before it does.
killed_at_execve()
{
	env "$TAG" "$UNDER_STRACE" strace -f -o /dev/null -P /bin/true -e inject=execve:signal=KILL "$@" 3>&-
}

@test "an init that is killed between the word to start and execve: run fails" {
	command -v strace >/dev/null || skip 'strace is not installed'
	make_bundle
	arguments true
	run killed_at_execve "$ELSEWHEN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	equal "$status" 1
	contains "$output" 'elsewhen: the container'"'"'s process was killed before it became the program'
	assert_no_leftovers
}

@test "an exec'd process that is killed between the word to start and execve: exec fails" {
	command -v strace >/dev/null || skip 'strace is not installed'
	running_container
	run killed_at_execve "$ELSEWHEN" --root "$ROOT" exec --detach "$ID" true
	equal "$status" 1
	contains "$output" 'elsewhen: the container'"'"'s process was killed before it became the program'
}

# Its parent, which has not waited for it yet, is this test.
@test "a created container whose init is killed between the word to start and execve: start fails" {
	command -v strace >/dev/null || skip 'strace is not installed'
	make_bundle
	arguments true
	run env "$TAG" "$UNDER_STRACE" python3 - "$ELSEWHEN" "$ROOT" "$BUNDLE" "$ID" "$WORK" <<-'END'
		import ctypes, json, subprocess, sys, time
		program, root, bundle, name, work = sys.argv[1:]
		PR_SET_CHILD_SUBREAPER = 36
		assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
		elsewhen = [program, "--root", root]
		quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
		subprocess.run(elsewhen + ["create", "--bundle", bundle, name], check=True, **quiet)
		pid = json.loads(subprocess.check_output(elsewhen + ["state", name]))["pid"]
		tracer = subprocess.Popen(["strace", "-o", work + "/strace", "-e", "inject=execve:signal=KILL",
			"-p", str(pid)], stderr=subprocess.PIPE)
		assert b"attached" in tracer.stderr.readline()
		sys.exit(subprocess.run(elsewhen + ["start", name], **quiet).returncode)
	END
	equal "$status" 1
	contains "$output" 'elsewhen: the container'"'"'s process was killed before it became the program'
	equal "$(status_of "$ID")" stopped
	elsewhen delete "$ID"
}
