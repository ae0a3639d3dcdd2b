#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# config-linux.md "Namespaces": new, by path, inherited. The time namespace has matrix.bats besides.

load common

# The OCI name of a type, and the kernel's in /proc/PID/ns, differ for two of them.
kernel_name()
{
	case $1 in
	network) echo net ;;
	mount) echo mnt ;;
	*) echo "$1" ;;
	esac
}

# A process in a new namespace of one type, to be joined; its pid is in $HELPER.
namespace_helper()	# TYPE
{
	local option
	option=$(kernel_name "$1")

	[ "$option" != mnt ] || option=mount
	helper unshare "--$option" --fork --kill-child sh -c 'exec sleep 1000'
	wait_for other_namespace "$HELPER" "$(kernel_name "$1")"
}

# unshare's child is the one that is in a PID or time namespace.
child_of()
{
	cat "/proc/$1/task/$1/children"
}

other_namespace()	# PID TYPE
{
	local child
	child=$(child_of "$1")

	[ -n "$child" ] && [ "$(namespace_of "${child% }" "$2")" != "$(namespace_of self "$2")" ]
}

# Every namespace of the container but these is the host's; these are not.
only_these_differ()	# PID KERNEL_NAME...
{
	local pid=$1 type

	shift
	for type in cgroup ipc mnt net pid time user uts; do
		if [[ " $* " == *" $type "* ]]; then
			differ "$(namespace_of "$pid" "$type")" "$(namespace_of self "$type")" || return 1
		else
			equal "$(namespace_of "$pid" "$type")" "$(namespace_of self "$type")" || return 1
		fi
	done
}

new_namespace()	# TYPE: a container with that one and its mount namespace alone
{
	make_bundle ".linux.namespaces = ([{type: \"mount\"}, {type: \"$1\"}] | unique)" \
		'del(.hostname, .domainname, .linux.timeOffsets, .linux.sysctl)'
	arguments sleep 1000
	[ "$1" = network ] || use_host_sysfs
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	only_these_differ "$(pid_of "$ID")" mnt "$(kernel_name "$1")"
}

# A sysfs shows the network namespace of who mounts it: without a new one it is bound.
use_host_sysfs()
{
	edit '.mounts |= map(if .destination == "/sys"
		then {destination, type: "bind", source: "/sys", options: ["rbind", "ro"]} else . end)'
}

joined_namespace()	# TYPE
{
	namespace_helper "$1"
	local child kernel
	child=$(child_of "$HELPER")
	child=${child% }
	kernel=$(kernel_name "$1")
	make_bundle 'del(.hostname, .domainname, .linux.timeOffsets, .linux.sysctl)' \
		".linux.namespaces = [{type: \"mount\"}, {type: \"$1\", path: \"/proc/$child/ns/$kernel\"}]"
	arguments sleep 1000
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	equal "$(namespace_of "$(pid_of "$ID")" "$kernel")" "$(namespace_of "$child" "$kernel")"
	only_these_differ "$(pid_of "$ID")" mnt "$kernel"
	run elsewhen exec "$ID" readlink "/proc/self/ns/$kernel"
	[ "$1" = pid ] || equal "$output" "$(namespace_of "$child" "$kernel")"
	elsewhen delete --force "$ID"
	kill -0 "$child"
}

@test "new: pid" { new_namespace pid; }
@test "new: network" { new_namespace network; }
@test "new: ipc" { new_namespace ipc; }
@test "new: uts" { new_namespace uts; }
@test "new: cgroup" { new_namespace cgroup; }
@test "new: time" { new_namespace time; }
@test "new: mount alone, all others inherited" { new_namespace mount; }

@test "by path: pid" { joined_namespace pid; }
@test "by path: network" { joined_namespace network; }
@test "by path: ipc" { joined_namespace ipc; }
@test "by path: uts" { joined_namespace uts; }
@test "by path: cgroup" { joined_namespace cgroup; }
@test "by path: time" { joined_namespace time; }

@test "new: user, with its mappings, owning the container's other namespaces" {
	make_bundle '.linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
		| .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]'
	chown -R 100000:200000 "$ROOTFS"
	shell 'cat /proc/self/uid_map /proc/self/gid_map; id -u; touch /made; ls -ln /made'
	run run_container
	succeeded
	equal "$(xargs <<<"${lines[0]}")" '0 100000 65536'
	equal "$(xargs <<<"${lines[1]}")" '0 200000 65536'
	equal "${lines[2]}" 0
	matches "${lines[3]}" ' 0 +0 '
	equal "$(stat -c %u:%g "$ROOTFS/made")" 100000:200000
	assert_no_leftovers
}

@test "by path: user" {
	helper unshare --user --map-root-user --fork --kill-child sh -c 'exec sleep 1000'
	wait_for other_namespace "$HELPER" user
	local child
	child=$(child_of "$HELPER")
	child=${child% }
	wait_for grep -q . "/proc/$child/uid_map"
	make_bundle ".linux.namespaces += [{type: \"user\", path: \"/proc/$child/ns/user\"}]"
	arguments sleep 1000
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	equal "$(namespace_of "$(pid_of "$ID")" user)" "$(namespace_of "$child" user)"
}

@test "user: without mappings is refused" {
	make_bundle '.linux.namespaces += [{type: "user"}] | del(.linux.uidMappings, .linux.gidMappings)'
	run run_container
	failed linux.uidMappings
	assert_no_leftovers
}

@test "pid: the container's process is number 1 and sees no other" {
	make_bundle
	shell 'echo $$; ls -d /proc/[0-9]* | wc -l'
	run run_container
	succeeded
	equal "${lines[0]}" 1
	[ "${lines[1]}" -le 4 ]
}

@test "pid of the host: the pid that state tells is the process's own" {
	make_bundle 'del(.linux.namespaces[] | select(.type == "pid"))'
	shell 'echo $$ >/pid; sleep 1000'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for test -s "$ROOTFS/pid"
	equal "$(cat "$ROOTFS/pid")" "$(pid_of "$ID")"
}

@test "two containers share a network namespace by path" {
	running_container
	local first
	first=$(pid_of "$ID")
	edit --arg path "/proc/$first/ns/net" --arg cgroup "$CGROUP/second" '.linux.cgroupsPath = $cgroup
		| .linux.namespaces |= map(if .type == "network" then .path = $path else . end)'
	arguments readlink /proc/self/ns/net
	run elsewhen run --bundle "$BUNDLE" "$ID-second"
	succeeded
	equal "$output" "$(namespace_of "$first" net)"
}

@test "by path: a path of another type is refused, and named" {
	make_bundle '.linux.namespaces |= map(if .type == "network" then .path = "/proc/self/ns/ipc" else . end)'
	run run_container
	failed linux.namespaces /proc/self/ns/ipc
	assert_no_leftovers
}

@test "by path: a path that is not there, and one that is no namespace" {
	make_bundle '.linux.namespaces |= map(if .type == "ipc" then .path = "/no/such/ns" else . end)'
	run run_container
	failed linux.namespaces /no/such/ns
	edit '.linux.namespaces |= map(if .type == "ipc" then .path = "/etc/passwd" else . end)'
	run run_container
	failed linux.namespaces /etc/passwd
	assert_no_leftovers
}

@test "cgroup: the container's own cgroup is the root of what it sees" {
	make_bundle
	arguments cat /proc/self/cgroup
	run run_container
	succeeded
	lacks "$output" "${CGROUP#/}"
	contains "$output" ':/'
}

@test "the state file names the namespaces that were asked for, and no others" {
	running_container
	local state=$ROOT/$ID/state.json type pid
	pid=$(pid_of "$ID")
	equal "$(jq -r '.namespaces | keys | sort | join(" ")' "$state")" \
		"$(jq -r '[.linux.namespaces[].type] | sort | join(" ")' "$BUNDLE/config.json")"
	for type in time pid uts; do
		equal "$(jq -r ".namespaces.$type" "$state")" "$(namespace_of "$pid" "$type")"
	done
	elsewhen delete --force "$ID"
}

# second_in_the_pid_namespace [FILTER...]: a bundle whose container joins the PID namespace of $ID.
second_in_the_pid_namespace()
{
	local pid

	pid=$(pid_of "$ID")
	FIRST=$ID ID=$ID-second BUNDLE=$WORK/second
	ROOTFS=$BUNDLE/rootfs
	make_bundle "(.linux.namespaces[] | select(.type == \"pid\")).path = \"/proc/$pid/ns/pid\"" "$@"
}

@test "by path: pid; a new procfs shows the processes of that namespace, and all else is the container's own" {
	running_container
	second_in_the_pid_namespace
	shell 'ps -o pid,args; cat /proc/1/comm; readlink /proc/self/root; mount | grep -c " /proc "'
	run run_container
	succeeded
	contains "$output" '1 sh -c trap'
	matches "$output" $'\nsh\n/\n'
	lacks "$output" bats
	elsewhen delete --force "$FIRST"
}

@test "by path: pid; a limit of one process more than there are is enough" {
	running_container
	second_in_the_pid_namespace '.process.user = {uid: 4242, gid: 4242}
		| .process.rlimits = [{type: "RLIMIT_NPROC", soft: 1, hard: 1}]'
	shell 'while read -r line; do case $line in *processes*) echo $line;; esac; done </proc/self/limits'
	run run_container
	succeeded
	equal "$output" 'Max processes 1 1 processes'
	elsewhen delete --force "$FIRST"
}

@test "by path: pid; createContainer hooks run in the other namespaces, with the host's paths" {
	running_container
	second_in_the_pid_namespace
	edit --arg work "$WORK" '.hooks = {createContainer: [{path: "/bin/sh", args: ["sh", "-c",
		"cat >\($work)/state; for ns in mnt uts pid; do readlink /proc/self/ns/$ns; done >\($work)/namespaces"],
		env: ["PATH=/usr/bin:/bin"]}]}'
	shell 'for ns in mnt uts pid; do readlink /proc/self/ns/$ns; done'
	run run_container
	succeeded
	equal "$(head -n 2 "$WORK/namespaces")" "$(echo "$output" | head -n 2)"
	equal "$(tail -n 1 "$WORK/namespaces")" "$(readlink /proc/self/ns/pid)"
	equal "$(jq -r .status "$WORK/state")" creating
	elsewhen delete --force "$FIRST"
}

@test "by path: pid; a scheduler that no fork keeps is set all the same" {
	running_container
	second_in_the_pid_namespace '.process.scheduler = {policy: "SCHED_BATCH", nice: 5,
		flags: ["SCHED_FLAG_RESET_ON_FORK"]}'
	arguments sleep 100
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	contains "$(chrt -p "$(pid_of "$ID")")" 'SCHED_BATCH|SCHED_RESET_ON_FORK'
	elsewhen delete --force "$ID"
	elsewhen delete --force "$FIRST"
}

@test "by path: pid; with a terminal, which is the controlling one" {
	running_container
	second_in_the_pid_namespace '.process.terminal = true'
	arguments sh -c 'tty; echo to-the-terminal >/dev/tty'
	run script -qec "env '$TAG' '$ELSEWHEN' --root '$ROOT' run --bundle '$BUNDLE' '$ID'" /dev/null
	succeeded
	contains "$output" /dev/pts/0
	contains "$output" to-the-terminal
	elsewhen delete --force "$FIRST"
}
