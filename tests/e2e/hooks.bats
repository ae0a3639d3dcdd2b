#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# config.md "POSIX-platform Hooks": when each of the six runs, where, with what on stdin.

# shellcheck disable=SC2153 # HELPER is set by helper_elsewhen
load common

# A hook that notes its name in $WORK/shared/log, and keeps the state that it reads.
make_hooks()
{
	mkdir -p "$WORK/shared"
	chmod 0777 "$WORK/shared"
	cat >"$WORK/hook" <<-'END'
		#!/bin/sh
		# hook DIRECTORY NAME
		cat >"$1/$2.state"
		echo "$2" >>"$1/log"
		readlink /proc/self/ns/mnt >"$1/$2.mnt"
	END
	chmod +x "$WORK/hook"
	cp "$WORK/hook" "$ROOTFS/hook"
	edit --arg work "$WORK" '.mounts += [{destination: "/shared", type: "bind", source: "\($work)/shared",
		options: ["bind"]}]
		| .hooks = (["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"]
		| map({key: ., value: [if . == "startContainer"
			then {path: "/hook", args: ["hook", "/shared", .], env: ["PATH=/bin"]}
			else {path: "\($work)/hook", args: ["hook", "\($work)/shared", .], env: ["PATH=/usr/bin:/bin"]}
			end]}) | from_entries)'
}

log()
{
	xargs <"$WORK/shared/log"
}

# one_hook NAME SCRIPT [JQ_FILTER]: a single hook, run by /bin/sh of the host.
one_hook()
{
	edit --arg name "$1" --arg script "$2" '.hooks = {($name): [{path: "/bin/sh",
		args: ["sh", "-c", $script], env: ["PATH=/usr/bin:/bin"]}]}'
	[ $# -lt 3 ] || edit "$3"
}

@test "all six run in order, each at its time" {
	make_bundle
	make_hooks
	shell 'echo process >>/shared/log; until [ -e /shared/poststart.mnt ]; do sleep 0.02; done'
	create_container
	equal "$(log)" 'prestart createRuntime createContainer'
	quietly elsewhen start "$ID"
	wait_for has_status "$ID" stopped
	# poststart and the process itself race, as they may.
	equal "$(log | xargs -n 1 | sed -n '4p')" startContainer
	equal "$(log | xargs -n 1 | sed -n '5,6p' | sort | xargs)" 'poststart process'
	elsewhen delete "$ID"
	equal "$(log | xargs -n 1 | tail -n 1)" poststop
	equal "$(wc -l <"$WORK/shared/log")" 7
	assert_no_leftovers
}

@test "each reads the state on stdin: id, pid, bundle, annotations and its own status" {
	make_bundle '.annotations = {"org.example": "kept"}'
	make_hooks
	arguments sleep 0.2
	elsewhen run --bundle "$BUNDLE" "$ID"
	local name status
	while read -r name status; do
		jq -e --arg id "$ID" --arg bundle "$BUNDLE" --arg status "$status" \
			'.id == $id and .bundle == $bundle and .annotations["org.example"] == "kept"
			and .status == $status and (.ociVersion | type == "string")' \
			"$WORK/shared/$name.state" || { cat "$WORK/shared/$name.state"; return 1; }
	done <<-'END'
		prestart creating
		createRuntime creating
		createContainer creating
		startContainer created
		poststart running
		poststop stopped
	END
	jq -e '.pid > 1' "$WORK/shared/createRuntime.state"
}

@test "runtime hooks run in the host's mount namespace, container hooks in the container's" {
	make_bundle
	make_hooks
	arguments readlink /proc/self/ns/mnt
	run run_container
	succeeded
	local name
	for name in prestart createRuntime poststart poststop; do
		equal "$(cat "$WORK/shared/$name.mnt")" "$(readlink /proc/self/ns/mnt)"
	done
	for name in createContainer startContainer; do
		equal "$(cat "$WORK/shared/$name.mnt")" "$output"
	done
}

@test "several hooks of a kind run in the order of the list" {
	make_bundle
	edit --arg work "$WORK" '.hooks.createRuntime = ["a", "b", "c"
		| {path: "/bin/sh", args: ["sh", "-c", "echo \(.) >>\($work)/order"]}]'
	arguments true
	elsewhen run --bundle "$BUNDLE" "$ID"
	equal "$(xargs <"$WORK/order")" 'a b c'
}

@test "args and env: exactly what is listed" {
	make_bundle
	edit --arg work "$WORK" '.hooks.createRuntime = [{path: "/bin/sh",
		args: ["other-name", "-c", "echo $0 $1; env"], env: ["ONLY=this"]}]'
	edit --arg work "$WORK" '.hooks.createRuntime[0].args[2] |= "(\(.)) >\($work)/seen"
		| .hooks.createRuntime[0].args += ["zero", "one"]'
	arguments true
	FROM_HOST=1 elsewhen run --bundle "$BUNDLE" "$ID"
	equal "$(head -n 1 "$WORK/seen")" 'zero one'
	contains "$(cat "$WORK/seen")" ONLY=this
	lacks "$(cat "$WORK/seen")" FROM_HOST
}

@test "a failing prestart or create hook ends the container and undoes everything" {
	local name
	make_bundle
	shell 'echo ran >/mark'
	for name in prestart createRuntime createContainer; do
		one_hook "$name" 'echo its own words >&2; exit 3'
		run elsewhen run --bundle "$BUNDLE" "$ID"
		[ "$status" -ne 0 ]
		contains "$output" "hooks.${name}[0]"
		contains "$output" 3
		[ ! -e "$ROOTFS/mark" ]
		assert_no_leftovers
	done
}

@test "a failing startContainer hook: the process never runs, and nothing is left" {
	make_bundle
	shell 'echo ran >/mark'
	edit '.hooks.startContainer = [{path: "/bin/false"}]'
	run elsewhen run --bundle "$BUNDLE" "$ID"
	[ "$status" -ne 0 ]
	contains "$output" 'hooks.startContainer[0]'
	[ ! -e "$ROOTFS/mark" ]
	assert_no_leftovers
}

@test "a failing poststart hook stops the container, and poststop runs" {
	make_bundle
	arguments sleep 1000
	edit --arg work "$WORK" '.hooks = {poststart: [{path: "/bin/false"}], poststop: [{path: "/bin/sh",
		args: ["sh", "-c", "echo stop >>\($work)/stops"], env: ["PATH=/usr/bin:/bin"]}]}'
	run elsewhen run --detach --bundle "$BUNDLE" "$ID"
	failed 'hooks.poststart[0]'
	equal "$(cat "$WORK/stops")" stop
	assert_no_leftovers
	create_container
	run elsewhen start "$ID"
	failed 'hooks.poststart[0]'
	equal "$(status_of "$ID")" stopped
	elsewhen delete "$ID"
	equal "$(wc -l <"$WORK/stops")" 2
	assert_no_leftovers
}

@test "a failing poststop hook is warned of, and the container is deleted all the same" {
	make_bundle
	one_hook poststop 'exit 4'
	arguments true
	run elsewhen run --bundle "$BUNDLE" "$ID"
	succeeded
	contains "$output" 'hooks.poststop[0]'
	assert_no_leftovers
}

@test "poststop runs for delete --force of a running container, once" {
	make_bundle
	one_hook poststop "echo stop >>$WORK/stops"
	arguments sleep 1000
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	elsewhen delete --force "$ID"
	elsewhen delete --force "$ID"
	equal "$(cat "$WORK/stops")" stop
}

@test "timeout: a hook that takes longer is killed, with its children" {
	make_bundle
	one_hook createRuntime "sleep 60 & echo \$! >$WORK/child; sleep 60" '.hooks.createRuntime[0].timeout = 1'
	local begin=$SECONDS
	# Not by `run`, which would wait for whoever holds its pipe.
	elsewhen run --bundle "$BUNDLE" "$ID" >"$WORK/output" 2>&1 && return 1
	[ $((SECONDS - begin)) -lt 10 ]
	contains "$(cat "$WORK/output")" 'hooks.createRuntime[0]'
	contains "$(cat "$WORK/output")" timeout
	assert_no_leftovers
	local child
	child=$(cat "$WORK/child")
	HELPERS+=("$child")
	wait_for process_is_gone "$child"
}

process_is_gone()
{
	! kill -0 "$1" 2>/dev/null
}

@test "a hook that is not there is named with its place" {
	make_bundle '.hooks.createRuntime = [{path: "/no/such/hook"}]'
	run elsewhen run --bundle "$BUNDLE" "$ID"
	failed 'hooks.createRuntime[0]' /no/such/hook
	assert_no_leftovers
}

@test "a hook that does not read its stdin does no harm" {
	make_bundle '.annotations = {"big": ("x" * 200000)}'
	one_hook createRuntime 'exec <&-; exit 0'
	arguments true
	elsewhen run --bundle "$BUNDLE" "$ID"
}

@test "hooks see the host's clock, startContainer the container's" {
	make_bundle '.linux.namespaces |= (. + [{type: "time"}] | unique_by(.type))
		| .linux.timeOffsets = {boottime: {secs: 5000000, nanosecs: 0}}'
	make_hooks
	printf '#!/bin/sh\ncut -d " " -f 1 /proc/uptime >"$1/$2.uptime"\n' >"$WORK/hook"
	cp "$WORK/hook" "$ROOTFS/hook"
	arguments sleep 0.2
	elsewhen run --bundle "$BUNDLE" "$ID"
	local name host
	host=$(cut -d . -f 1 /proc/uptime)
	for name in prestart createRuntime poststart poststop; do
		[ "$(cut -d . -f 1 "$WORK/shared/$name.uptime")" -le "$host" ]
	done
	[ "$(cut -d . -f 1 "$WORK/shared/startContainer.uptime")" -ge 5000000 ]
}

@test "delete --force ends a start whose startContainer hook does not end" {
	make_bundle '.hooks.startContainer = [{path: "/bin/sleep", args: ["sleep", "1000"]}]'
	arguments true
	create_container
	helper_elsewhen start "$ID"
	wait_for has_status "$ID" running
	elsewhen delete --force "$ID"
	assert_no_leftovers
}

# The image's own hook says what it may do, and the process after it.
rights_of_hook_and_process()	# FILTER...
{
	make_bundle "$@"
	mkdir -p "$WORK/shared"
	chmod 0777 "$WORK/shared"
	cat >"$ROOTFS/hook" <<-'END'
		#!/bin/sh
		grep -E '^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp):' /proc/self/status >/shared/"$1"
		ulimit -n >>/shared/"$1"
	END
	chmod 0755 "$ROOTFS/hook"
	edit --arg work "$WORK" '.mounts += [{destination: "/shared", type: "bind", source: "\($work)/shared",
		options: ["bind"]}]
		| .hooks = {startContainer: [{path: "/hook", args: ["hook", "of-hook"], env: ["PATH=/bin"]}]}
		| .process.args = ["/hook", "of-process"]
		| .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}]'
	run_container
	cat "$WORK/shared/of-hook"
	diff "$WORK/shared/of-hook" "$WORK/shared/of-process"
}

@test "startContainer hooks have the rights of the process: user, noNewPrivileges, seccomp" {
	run rights_of_hook_and_process '.process.user = {uid: 1000, gid: 1001, additionalGids: [1002]}
		| .process.capabilities = {}
		| .process.noNewPrivileges = true
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["reboot"],
			action: "SCMP_ACT_ERRNO"}]}'
	succeeded
	matches "$output" $'Uid:\t1000\t1000\t1000\t1000'
	matches "$output" $'CapPrm:\t0000000000000000'
	matches "$output" $'CapBnd:\t0000000000000000'
	matches "$output" $'NoNewPrivs:\t1'
	matches "$output" $'Seccomp:\t2'
}

@test "startContainer hooks have the rights of the process: capabilities, and a filter without noNewPrivileges" {
	run rights_of_hook_and_process '.process.user = {uid: 1000, gid: 1000}
		| .process.noNewPrivileges = false
		| .process.capabilities = (["bounding", "permitted", "effective", "inheritable", "ambient"]
			| map({key: ., value: ["CAP_KILL"]}) | from_entries)
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["reboot"],
			action: "SCMP_ACT_ERRNO"}]}'
	succeeded
	matches "$output" $'CapEff:\t0000000000000020'
	matches "$output" $'NoNewPrivs:\t0'
	matches "$output" $'Seccomp:\t2'
}

# accept4 is refused: such a filter can be installed only after the wait for the start.
@test "startContainer hooks have the rights of the process: a filter that is too strict for the runtime" {
	run rights_of_hook_and_process '.process.noNewPrivileges = false
		| .process.capabilities = {bounding: ["CAP_KILL"], permitted: ["CAP_KILL"], effective: ["CAP_KILL"]}
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["accept4"],
			action: "SCMP_ACT_KILL_PROCESS"}]}'
	succeeded
	matches "$output" $'CapPrm:\t0000000000000020'
	matches "$output" $'Seccomp:\t2'
}

# --- the runtime is killed

# By a lock that it holds: its pid is another in the container.
hook_is_at_work()
{
	! flock --nonblock "$WORK/hook.lock" true
}

hook_has_ended()
{
	flock --nonblock "$WORK/hook.lock" true
}

killed_in_hook()	# NAME COMMAND...: the runtime is killed while the hook of that name is at work
{
	local name=$1

	shift
	touch "$WORK/hook.lock"
	edit --arg work "$WORK" --arg name "$name" '.hooks = {($name): [{path: "/bin/sh", args: ["sh", "-c",
		"exec flock --no-fork \($work)/hook.lock sleep 100"], env: ["PATH=/usr/bin:/bin"]}]}'
	helper_elsewhen "$@"
	wait_for hook_is_at_work
	kill -KILL "$HELPER"
	wait_for hook_has_ended
}

@test "a hook ends when the runtime that waits for it is killed" {
	local name

	make_bundle
	for name in prestart createRuntime createContainer; do
		killed_in_hook "$name" create --bundle "$BUNDLE" "$ID"
		elsewhen delete --force "$ID"
		assert_no_leftovers
	done
	# With a stage, whose child runs the last of them.
	edit 'del(.hooks) | .linux.namespaces += [{"type": "user"}]
		| .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
		| .linux.gidMappings = .linux.uidMappings'
	killed_in_hook createContainer create --bundle "$BUNDLE" "$ID"
	elsewhen delete --force "$ID"
	assert_no_leftovers
	edit 'del(.hooks)'
	arguments sleep 100
	killed_in_hook poststart run --detach --bundle "$BUNDLE" "$ID"
	elsewhen delete --force "$ID"
}

@test "a poststop hook ends when the delete that waits for it is killed" {
	running_container
	elsewhen kill "$ID" KILL
	wait_for has_status "$ID" stopped
	touch "$WORK/hook.lock"
	# The container has its own copy.
	edit --arg work "$WORK" '.hooks = {poststop: [{path: "/bin/sh", args: ["sh", "-c",
		"exec flock --no-fork \($work)/hook.lock sleep 100"], env: ["PATH=/usr/bin:/bin"]}]}'
	cp "$BUNDLE/config.json" "$ROOT/$ID/config.json"
	helper_elsewhen delete "$ID"
	wait_for hook_is_at_work
	kill -KILL "$HELPER"
	wait_for hook_has_ended
	jq 'del(.hooks)' <"$BUNDLE/config.json" >"$ROOT/$ID/config.json"
	elsewhen delete --force "$ID"
}
