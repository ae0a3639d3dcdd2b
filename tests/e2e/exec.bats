#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# exec: one more process in all the namespaces of a container, with what its options ask for.

load common

field()	# NAME: of a /proc/PID/status in $output
{
	sed -n "s/^$1:[[:space:]]*//p" <<<"$output"
}

@test "exit status, stdin, stdout and stderr" {
	running_container
	run elsewhen exec "$ID" sh -c 'exit 9'
	equal "$status" 9
	equal "$(echo through | elsewhen exec "$ID" cat)" through
	elsewhen exec "$ID" sh -c 'echo out; echo err >&2' >"$WORK/out" 2>"$WORK/err"
	equal "$(cat "$WORK/out")" out
	equal "$(cat "$WORK/err")" err
}

@test "killed by a signal is 128 and its number" {
	running_container
	run elsewhen exec "$ID" sh -c 'kill -KILL $$'
	equal "$status" 137
}

@test "every namespace is the container's" {
	running_container
	local pid type
	pid=$(pid_of "$ID")
	run elsewhen exec "$ID" sh -c 'for t in cgroup ipc mnt net pid time uts user; do readlink /proc/self/ns/$t; done'
	succeeded
	equal "$output" "$(for type in cgroup ipc mnt net pid time uts user; do namespace_of "$pid" "$type"; done)"
}

@test "the clocks are the container's" {
	running_container '.linux.namespaces |= (. + [{type: "time"}] | unique_by(.type))
		| .linux.timeOffsets = {boottime: {secs: 5000000, nanosecs: 0}}'
	run elsewhen exec "$ID" cut -d . -f 1 /proc/uptime
	succeeded
	[ "$output" -ge 5000000 ]
}

@test "the cgroups are the container's" {
	running_container 'del(.linux.namespaces[] | select(.type == "cgroup"))'
	run elsewhen exec "$ID" cat /proc/self/cgroup
	succeeded
	equal "$(sort <<<"$output")" "$(sort "/proc/$(pid_of "$ID")/cgroup")"
}

@test "env, cwd and capabilities are those of config.json by default" {
	running_container '.process.env += ["FROM_CONFIG=yes"] | .process.cwd = "/tmp"'
	run elsewhen exec "$ID" sh -c 'echo $FROM_CONFIG; pwd'
	equal "$output" $'yes\n/tmp'
	run elsewhen exec "$ID" cat /proc/self/status
	local mine=$output
	output=$(cat "/proc/$(pid_of "$ID")/status")
	local theirs
	theirs=$(field CapBnd)
	output=$mine
	equal "$(field CapBnd)" "$theirs"
	equal "$(field NoNewPrivs)" 1
}

@test "--env and --cwd" {
	running_container
	run elsewhen exec --env ONE=1 -e TWO=2 --cwd=/usr "$ID" sh -c 'echo $ONE $TWO; pwd'
	succeeded
	equal "$output" $'1 2\n/usr'
}

@test "--cwd and the program: no link of procfs" {
	local fd path

	running_container
	for path in /proc/self/cwd /proc/self/root/etc /proc/1/root; do
		run elsewhen exec --cwd "$path" "$ID" pwd
		failed process.cwd "$path"
	done
	for ((fd = 0; fd < 24; fd++)); do
		run elsewhen exec --cwd "/proc/self/fd/$fd" "$ID" pwd
		failed process.cwd "/proc/self/fd/$fd"
	done
	# Who looks the program up is not in the PID namespace: "self" is nobody in there.
	run elsewhen exec "$ID" /proc/self/exe --version
	failed 'process.args[0]' /proc/self/exe
}

@test "--cwd: a missing one is refused, not made" {
	running_container
	run elsewhen exec --cwd=/no/where "$ID" pwd
	failed process.cwd /no/where 'No such file or directory'
	[ ! -e "$ROOTFS/no" ]
}

@test "a missing program is said in the words that engines look for" {
	running_container
	run elsewhen exec "$ID" nosuch
	failed nosuch 'executable file not found in $PATH'
	run elsewhen exec "$ID" /nosuch
	failed /nosuch 'no such file or directory'
}

@test "--user and --additional-gids" {
	running_container
	run elsewhen exec --user 12:34 --additional-gids 56 -g 78 "$ID" cat /proc/self/status
	succeeded
	equal "$(field Uid | xargs)" '12 12 12 12'
	equal "$(field Gid | xargs)" '34 34 34 34'
	equal "$(field Groups | xargs)" '56 78'
	run elsewhen exec --user 12 "$ID" id -g
	equal "$output" 0
}

@test "--cap adds a capability" {
	running_container
	run elsewhen exec "$ID" cat /proc/self/status
	local before
	before=$(field CapBnd)
	run elsewhen exec --cap CAP_NET_RAW "$ID" cat /proc/self/status
	succeeded
	equal "$((16#$(field CapBnd)))" $((16#$before | 1 << 13))
}

@test "--no-new-privs" {
	running_container '.process.noNewPrivileges = false | del(.linux.seccomp)'
	run elsewhen exec "$ID" grep NoNewPrivs /proc/self/status
	equal "$(field NoNewPrivs)" 0
	run elsewhen exec --no-new-privs "$ID" grep NoNewPrivs /proc/self/status
	equal "$(field NoNewPrivs)" 1
}

@test "--process: everything from a file" {
	running_container
	jq '.process | .args = ["sh", "-c", "id -u; echo $FROM_FILE; pwd"] | .env = ["PATH=/bin", "FROM_FILE=yes"]
		| .user = {uid: 99, gid: 99} | .cwd = "/var"' "$BUNDLE/config.json" >"$WORK/process.json"
	run elsewhen exec --process "$WORK/process.json" "$ID"
	succeeded
	equal "$output" $'99\nyes\n/var'
	echo '{"args": ["true"], "cwd": 5}' >"$WORK/process.json"
	run elsewhen exec -p "$WORK/process.json" "$ID"
	failed cwd
}

@test "--detach and --pid-file" {
	running_container
	quietly elsewhen exec --detach --pid-file "$WORK/pid" "$ID" sleep 1000
	local pid
	pid=$(cat "$WORK/pid")
	equal "$(tr '\0' ' ' <"/proc/$pid/cmdline")" 'sleep 1000 '
	elsewhen ps -f json "$ID" | jq -e --argjson pid "$pid" 'index($pid) != null'
	elsewhen delete --force "$ID"
	assert_no_leftovers
}

@test "--tty in the foreground" {
	running_container
	run script -q -e -c "env '$TAG' '$ELSEWHEN' --root '$ROOT' exec --tty '$ID' sh -c 'test -t 0 && test -t 1 && echo a terminal'" \
		/dev/null </dev/null 3>&-
	succeeded
	contains "$output" 'a terminal'
}

@test "--tty with a console socket" {
	running_container
	helper python3 "$BATS_TEST_DIRNAME/console_receive.py" "$WORK/console"
	wait_for test -S "$WORK/console"
	quietly elsewhen exec --tty --detach --console-socket "$WORK/console" "$ID" \
		sh -c 'test -t 0 && echo from the terminal'
	wait_for grep -q 'from the terminal' "$WORK/helper"
}

@test "--preserve-fds" {
	running_container
	echo three >"$WORK/three"
	run env "$TAG" bash -c "exec '$ELSEWHEN' --root '$ROOT' exec --preserve-fds=1 '$ID' \
		sh -c 'cat <&3; [ -e /proc/self/fd/4 ] || echo closed' 3<'$WORK/three' 4<'$WORK/three'"
	succeeded
	equal "$output" $'three\nclosed'
}

@test "no file descriptor of the runtime reaches the process" {
	running_container
	exec 7</etc/passwd
	run elsewhen exec "$ID" sh -c 'ls /proc/self/fd | wc -l'
	exec 7<&-
	equal "$output" 4
}

@test "options after the id are the program's" {
	running_container
	run elsewhen exec "$ID" echo --tty -e
	succeeded
	equal "$output" '--tty -e'
	run elsewhen exec -- "$ID" echo hello
	equal "$output" hello
}

@test "a program that is not there is one sentence" {
	running_container
	run elsewhen exec "$ID" /no/such/program
	failed /no/such/program 'no such file or directory'
	equal "$(status_of "$ID")" running
}

@test "not in a stopped container, nor in one that is not there" {
	make_bundle
	arguments true
	elsewhen run --keep --bundle "$BUNDLE" "$ID"
	run elsewhen exec "$ID" true
	failed "$ID" stopped
	run elsewhen exec "$ID-none" true
	failed "$ID-none"
}

@test "the container's seccomp filter holds for exec too" {
	running_container '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 38}]}'
	run elsewhen exec "$ID" mkdir /tmp/x
	[ "$status" -ne 0 ]
	contains "$output" 'Function not implemented'
}

@test "a container with a user namespace" {
	make_bundle '.linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}]
		| .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 1000}]'
	chown -R 100000:100000 "$ROOTFS"
	arguments sleep 1000
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	run elsewhen exec "$ID" sh -c 'id -u; cat /proc/self/uid_map; touch /tmp/made'
	succeeded
	equal "${lines[0]}" 0
	equal "$(stat -c %u "$ROOTFS/tmp/made")" 100000
}

@test "execCPUAffinity: the final processors are the process's" {
	running_container
	jq -n --arg tag "$TAG" '{args: ["grep", "Cpus_allowed_list", "/proc/self/status"], cwd: "/",
		env: ["PATH=/bin", $tag], user: {uid: 0, gid: 0},
		execCPUAffinity: {initial: "0", final: "0"}}' >"$WORK/process.json"
	run elsewhen exec --process "$WORK/process.json" "$ID"
	succeeded
	matches "$output" $'^Cpus_allowed_list:[ \t]*0$'
	elsewhen delete --force "$ID"
}

@test "hostile: no descriptor of ours or of the caller leads the program's path out" {
	running_container
	cp "$(command -v busybox)" "$WORK/busybox"
	local fd
	for fd in 3 4 5 6 7 8 9 10 11 12; do
		run elsewhen exec "$ID" "/proc/self/fd/$fd/../../../../../../..$WORK/busybox" echo out 9</etc
		failed 'process.args[0]'
	done
}

@test "a program that fails in execve leaves no pid file" {
	running_container
	printf '#!/no/such/interpreter\n' >"$ROOTFS/script"
	chmod 0755 "$ROOTFS/script"
	run elsewhen exec --detach --pid-file "$WORK/pid" "$ID" /script
	failed /script 'no such file or directory'
	[ ! -e "$WORK/pid" ]
	elsewhen delete --force "$ID"
}
