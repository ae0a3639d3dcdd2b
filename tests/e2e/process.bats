#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# config.md "Process": what the container's process is given, and what it is not.

load common

# in_container SCRIPT: runs it and leaves its output in $output.
in_container()
{
	shell "$1"
	run run_container
}

field()	# NAME: of the container's /proc/self/status, as printed to $output
{
	sed -n "s/^$1:[[:space:]]*//p" <<<"$output"
}

@test "args: every argument as it is, also empty ones and blanks" {
	make_bundle
	arguments sh -c 'for a; do echo "<$a>"; done' sh one 'two  blanks' '' $'new\nline' '*'
	run run_container
	succeeded
	equal "$output" $'<one>\n<two  blanks>\n<>\n<new\nline>\n<*>'
}

@test "args: the program is looked for in the PATH of the process's own env" {
	make_bundle '.process.env = ["PATH=/opt/tools"]'
	mkdir -p "$ROOTFS/opt/tools"
	ln -s /bin/busybox "$ROOTFS/opt/tools/echo"
	arguments echo found
	run run_container
	succeeded
	equal "$output" found
	arguments ls
	run run_container
	failed ls 'executable file not found in $PATH'
}

@test "env: exactly what is asked for" {
	make_bundle '.process.env = ["PATH=/bin", "ONE=1", "TWO=a b", "EMPTY="]'
	arguments env
	FROM_HOST=1 run run_container
	succeeded
	lacks "$output" FROM_HOST
	contains "$output" $'ONE=1\nTWO=a b\nEMPTY='
}

@test "cwd: is set, and made when it is missing" {
	make_bundle '.process.cwd = "/made/for/it"'
	arguments pwd
	run run_container
	succeeded
	equal "$output" /made/for/it
}

# CVE-2024-21626's class. Whatever descriptor it names: none of ours is the container's business.
@test "cwd: is not reached by a link of procfs, of a descriptor, a process or a root, nor by one behind a symlink" {
	local path fd

	make_bundle
	arguments pwd
	ln -s /proc/self/fd "$ROOTFS/fd"
	ln -s /fd/4/tmp "$ROOTFS/behind"
	for path in /proc/self/cwd /proc/self/root /proc/self/root/tmp /proc/1/cwd/etc /proc/thread-self/root /behind \
		/proc/self/../1/root /proc/self/task/1/cwd; do
		edit --arg path "$path" '.process.cwd = $path'
		run run_container
		failed process.cwd "$path"
	done
	for ((fd = 0; fd < 24; fd++)); do
		edit --arg path "/fd/$fd/../../.." '.process.cwd = $path'
		run run_container
		failed process.cwd "/fd/$fd"
	done
	# An ordinary symlink is none of these, also to a place in /proc.
	ln -s /proc/self/task "$ROOTFS/task"
	edit '.process.cwd = "/task"'
	run run_container
	succeeded
	equal "$output" /proc/1/task
}

@test "args: the runtime's own executable is no program of the container, a descriptor that was passed on is" {
	make_bundle
	ln -s /proc/self "$ROOTFS/self"
	for path in /proc/self/exe /self/exe /proc/1/exe /proc/self/../self/exe; do
		arguments "$path" --version
		run run_container
		failed 'process.args[0]' "$path" "the runtime's own executable"
	done
	edit '.process.env = ["PATH=/nowhere:/proc/self"]'
	arguments exe --version
	run run_container
	failed 'process.args[0]' "the runtime's own executable"
	# Which says so when it runs: busybox would look for an applet "3".
	arguments /proc/self/fd/3
	run bash -c 'env "$1" "$2" --root "$3" run --bundle "$4" --preserve-fds 1 "$5" 3<"$4/rootfs/bin/notify_ready"' - \
		"$TAG" "$ELSEWHEN" "$ROOT" "$BUNDLE" "$ID"
	contains "$output" 'NOTIFY_SOCKET is not set'
}

@test "cwd: a file is refused" {
	make_bundle '.process.cwd = "/etc/passwd"'
	arguments pwd
	run run_container
	failed process.cwd /etc/passwd
	assert_no_leftovers
}

@test "user: uid, gid and additional groups, no others" {
	make_bundle '.process.user = {uid: 1234, gid: 5678, additionalGids: [42, 43]}'
	in_container 'id -u; id -g; cat /proc/self/status'
	succeeded
	equal "${lines[0]} ${lines[1]}" '1234 5678'
	equal "$(field Uid | xargs)" '1234 1234 1234 1234'
	equal "$(field Gid | xargs)" '5678 5678 5678 5678'
	equal "$(field Groups | xargs)" '42 43'
}

@test "user: without additional groups there are none of the caller's" {
	make_bundle '.process.user = {uid: 0, gid: 0}'
	arguments cat /proc/self/status
	run setpriv --groups 77,88 env "$TAG" "$ELSEWHEN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	succeeded
	equal "$(field Groups | xargs)" ''
}

@test "user: umask" {
	make_bundle '.process.user.umask = 63'
	in_container umask
	succeeded
	equal "$output" 0077
}

@test "user: the default umask is 0022, whatever the caller's" {
	make_bundle
	shell umask
	umask 0
	run run_container
	succeeded
	equal "$output" 0022
}

@test "rlimits: soft and hard, lower than the host's" {
	make_bundle '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200},
		{type: "RLIMIT_CORE", soft: 0, hard: 0}]'
	arguments cat /proc/self/limits
	run run_container
	succeeded
	matches "$output" 'Max open files +100 +200 '
	matches "$output" 'Max core file size +0 +0 '
}

@test "rlimits: higher than one may is an error that names the limit" {
	make_bundle '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 4611686018427387904, hard: 4611686018427387904}]'
	arguments true
	run run_container
	failed process.rlimits RLIMIT_NOFILE
	assert_no_leftovers
}

@test "capabilities: exactly those listed" {
	make_bundle '.process.capabilities = {bounding: ["CAP_KILL", "CAP_CHOWN"],
		effective: ["CAP_KILL"], permitted: ["CAP_KILL", "CAP_CHOWN"]}'
	arguments cat /proc/self/status
	run run_container
	succeeded
	equal "$(field CapBnd)" 0000000000000021
	# execve of root gives what the bounding set has.
	equal "$(field CapPrm)" 0000000000000021
	equal "$(field CapInh)" 0000000000000000
	equal "$(field CapAmb)" 0000000000000000
}

@test "capabilities: an ordinary user keeps the ambient ones alone" {
	make_bundle '.process.user = {uid: 1000, gid: 1000} | .process.capabilities =
		(["bounding", "effective", "permitted", "inheritable", "ambient"]
		| map({key: ., value: ["CAP_NET_BIND_SERVICE"]}) | from_entries)'
	arguments cat /proc/self/status
	run run_container
	succeeded
	local set
	for set in CapBnd CapEff CapPrm CapInh CapAmb; do
		equal "$(field $set)" 0000000000000400
	done
}

@test "groups: those of the caller stay when the annotation of podman's keep-groups says so" {
	make_bundle '.process.user.additionalGids = [5]'
	arguments id -G
	equal "$(setpriv --groups 77,78 env "$TAG" "$ELSEWHEN" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3>&-)" '0 5'
	edit '.annotations["run.oci.keep_original_groups"] = "1"'
	equal "$(setpriv --groups 77,78 env "$TAG" "$ELSEWHEN" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3>&-)" '0 77 78'
	arguments sleep 1000
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	equal "$(setpriv --groups 77 env "$TAG" "$ELSEWHEN" --root "$ROOT" exec "$ID" id -G 3>&-)" '0 77'
	elsewhen delete --force "$ID"
}

@test "capabilities: one that cannot be granted is warned of, once, and no error" {
	make_bundle '.process.capabilities |= map_values(. + ["CAP_OF_TOMORROW"])'
	arguments true
	run run_container
	succeeded
	equal "$output" 'elsewhen: warning: process.capabilities: CAP_OF_TOMORROW cannot be granted here'
}

@test "capabilities: absent means none" {
	make_bundle 'del(.process.capabilities)'
	arguments cat /proc/self/status
	run run_container
	succeeded
	local set
	for set in CapBnd CapEff CapPrm CapInh CapAmb; do
		equal "$(field $set)" 0000000000000000
	done
}

@test "noNewPrivileges: true and false" {
	make_bundle '.process.noNewPrivileges = true'
	arguments cat /proc/self/status
	run run_container
	equal "$(field NoNewPrivs)" 1
	edit '.process.noNewPrivileges = false | del(.linux.seccomp)'
	run run_container
	equal "$(field NoNewPrivs)" 0
}

@test "oomScoreAdj: raised for the container, unchanged for others" {
	local mine
	mine=$(cat /proc/self/oom_score_adj)
	make_bundle '.process.oomScoreAdj = 777'
	arguments cat /proc/self/oom_score_adj
	run run_container
	succeeded
	equal "$output" 777
	equal "$(cat /proc/self/oom_score_adj)" "$mine"
}

@test "ioPriority and scheduler" {
	make_bundle '.process.scheduler = {policy: "SCHED_BATCH", nice: 5}'
	arguments cat /proc/self/stat
	run run_container
	succeeded
	equal "$(cut -d ' ' -f 19,41 <<<"$output")" '5 3'
	edit 'del(.process.scheduler) | .process.ioPriority = {class: "IOPRIO_CLASS_IDLE", priority: 0}'
	arguments sh -c 'ionice -p $$'
	run run_container
	succeeded
	contains "$output" idle
}

@test "seccomp: errno of a rule, of the default, and arguments" {
	make_bundle '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 38},
		{names: ["symlink", "symlinkat", "no_such_system_call"], action: "SCMP_ACT_ERRNO"}]}'
	in_container 'mkdir /tmp/x; ln -s a /tmp/b; grep Seccomp: /proc/self/status'
	contains "$output" 'Function not implemented'
	contains "$output" 'Operation not permitted'
	equal "$(field Seccomp)" 2
}

@test "seccomp: kill of a system call ends the process by SIGSYS" {
	make_bundle '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_KILL_PROCESS"}]}'
	in_container 'mkdir /tmp/x; echo "status $?"'
	contains "$output" 'status 159'
}

@test "seccomp: an unknown action is refused with its place" {
	make_bundle '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mkdir"], action: "SCMP_ACT_EXPLODE"}]}'
	arguments true
	run run_container
	failed 'linux.seccomp.syscalls[0].action' SCMP_ACT_EXPLODE
	assert_no_leftovers
}

@test "no file descriptor of the runtime or of its caller reaches the process" {
	make_bundle
	shell 'ls /proc/self/fd | wc -l; ls -l /proc/self/fd'
	exec 7</etc/passwd 9<"$WORK"
	run run_container
	exec 7<&- 9<&-
	# 0, 1, 2, and the directory that ls itself has open
	equal "${lines[0]}" 4
}

@test "--preserve-fds: those, and no more" {
	make_bundle
	shell 'cat <&3; cat <&4; [ -e /proc/self/fd/5 ] || echo closed'
	echo three >"$WORK/three"
	echo four >"$WORK/four"
	run env "$TAG" bash -c "exec '$ELSEWHEN' --root '$ROOT' run --preserve-fds 2 --bundle '$BUNDLE' '$ID' \
		3<'$WORK/three' 4<'$WORK/four' 5<'$WORK/four'"
	succeeded
	equal "$output" $'three\nfour\nclosed'
}

@test "LISTEN_FDS: sockets are passed on with a LISTEN_PID that is right" {
	make_bundle
	shell 'echo "$LISTEN_FDS $LISTEN_PID $$"; cat <&3'
	echo activated >"$WORK/three"
	run env "$TAG" bash -c "export LISTEN_FDS=1 LISTEN_PID=\$\$
		exec '$ELSEWHEN' --root '$ROOT' run --bundle '$BUNDLE' '$ID' 3<'$WORK/three'"
	succeeded
	equal "$output" $'1 1 1\nactivated'
}

# sd_listen_fds(3). What an ancestor was given means nothing here, as for runc.
@test "LISTEN_FDS: counts only if LISTEN_PID is the caller's own" {
	local pid

	make_bundle
	shell 'echo "${LISTEN_FDS-none} ${LISTEN_PID-none} ${LISTEN_FDNAMES-none}"; (cat <&3) 2>/dev/null || echo closed'
	echo secret >"$WORK/three"
	for pid in LISTEN_PID=1 LISTEN_PID=\$PPID LISTEN_PID= LISTEN_PID=x NO=1; do
		run env "$TAG" bash -c "export LISTEN_FDS=1 LISTEN_FDNAMES=a $pid
			exec '$ELSEWHEN' --root '$ROOT' run --bundle '$BUNDLE' '$ID' 3<'$WORK/three'"
		succeeded
		equal "$output" $'none none none\nclosed'
	done
}

@test "NOTIFY_SOCKET: READY=1 of the container arrives at the host" {
	make_bundle
	arguments /bin/notify_ready
	helper python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print(s.recv(4096))' "$WORK/notify"
	wait_for test -S "$WORK/notify"
	run env "$TAG" NOTIFY_SOCKET="$WORK/notify" "$ELSEWHEN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	succeeded
	wait_for grep -q READY=1 "$WORK/helper"
}

@test "terminal: a controlling terminal with its size, raw on our side" {
	make_bundle '.process.terminal = true | .process.consoleSize = {height: 33, width: 111}'
	arguments sh -c 'tty; stty size; echo line'
	run script -q -e -c "env '$TAG' '$ELSEWHEN' --root '$ROOT' run --bundle '$BUNDLE' '$ID'" /dev/null </dev/null 3>&-
	succeeded
	contains "$output" /dev/
	contains "$output" '33 111'
	contains "$output" line
	assert_no_leftovers
}

@test "terminal: --console-socket is sent the master" {
	make_bundle '.process.terminal = true'
	shell 'test -t 0 && test -t 1 && echo from the terminal'
	helper python3 "$BATS_TEST_DIRNAME/console_receive.py" "$WORK/console"
	wait_for test -S "$WORK/console"
	quietly elsewhen create --bundle "$BUNDLE" --console-socket "$WORK/console" "$ID"
	quietly elsewhen start "$ID"
	wait_for grep -q 'from the terminal' "$WORK/helper"
	wait_for has_status "$ID" stopped
	elsewhen delete "$ID"
	assert_no_leftovers
}

@test "terminal: create without a console socket is refused" {
	make_bundle '.process.terminal = true'
	run elsewhen create --bundle "$BUNDLE" "$ID"
	failed console-socket
	assert_no_leftovers
}

@test "hostname and domainname" {
	make_bundle '.hostname = "far-away" | .domainname = "example.org"'
	in_container 'hostname; cat /proc/sys/kernel/domainname'
	succeeded
	equal "$output" $'far-away\nexample.org'
}

@test "sysctl: written in the container's namespaces only" {
	local mine
	mine=$(cat /proc/sys/kernel/shm_rmid_forced)
	make_bundle '.linux.sysctl = {"kernel.shm_rmid_forced": "1", "kernel.msgmax": "12345"}'
	in_container 'cat /proc/sys/kernel/shm_rmid_forced /proc/sys/kernel/msgmax'
	succeeded
	equal "$output" $'1\n12345'
	equal "$(cat /proc/sys/kernel/shm_rmid_forced)" "$mine"
}

@test "the loopback interface of a new network namespace is up" {
	make_bundle
	in_container 'ip -o link show'
	contains "$output" 'lo: <LOOPBACK,UP,LOWER_UP>'
	equal "${#lines[@]}" 1
}

@test "the runtime itself is not to be found by the container's processes" {
	make_bundle
	in_container 'for p in /proc/[0-9]*; do readlink $p/exe; done | sort -u'
	succeeded
	equal "$output" /bin/busybox
}

@test "signals: what the caller ignores or blocks stays outside" {
	make_bundle '.hooks.createRuntime = [{path: "/bin/true"}]'
	shell 'cat /proc/self/status; exit 3'
	run env "$TAG" python3 -c 'import os, signal, sys
for number in signal.SIGCHLD, signal.SIGPIPE, signal.SIGTERM:
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGCHLD})
os.execv(sys.argv[1], sys.argv[1:])' "$ELSEWHEN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	equal "$status" 3
	equal "$(field SigIgn)" 0000000000000000
	equal "$(field SigBlk)" 0000000000000000
	assert_no_leftovers
}

@test "nobody reads the log: the container is made all the same" {
	make_bundle
	arguments true
	# A pipe whose reader is gone, as standard error.
	run env "$TAG" python3 -c 'import os, signal, sys
reader, writer = os.pipe()
os.close(reader)
os.dup2(writer, 2)
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$ELSEWHEN" --root "$ROOT" --debug run --bundle "$BUNDLE" "$ID"
	succeeded
	assert_no_leftovers
}
