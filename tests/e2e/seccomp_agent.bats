#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# SCMP_ACT_NOTIFY: the listener goes to the agent at linux.seccomp.listenerPath, with the container's
# process state (config-linux.md, "The Container Process State").

load common

bundle_with_agent()
{
	make_bundle '.process.noNewPrivileges = true
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerMetadata: "for the agent",
		syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_NOTIFY"}]}'
	edit --arg path "$WORK/agent" '.linux.seccomp.listenerPath = $path'
	arguments sh -c 'mkdir /made; sleep 100'
	helper python3 "$BATS_TEST_DIRNAME/agent_receive.py" "$WORK/agent"
	wait_for test -S "$WORK/agent"
}

# What the agent was told, without the line about the descriptor.
told()
{
	sed 's/^anon_inode:seccomp notify//' "$WORK/helper" | jq -r "$1"
}

@test "the agent gets the listener, the pid, the metadata and the state" {
	bundle_with_agent
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for grep -q ociVersion "$WORK/helper"
	contains "$(cat "$WORK/helper")" 'seccomp notify'
	equal "$(told .pid)" "$(pid_of "$ID")"
	equal "$(told .metadata)" 'for the agent'
	equal "$(told '.fds | join(" ")')" seccompFd
	equal "$(told .state.id)" "$ID"
	[ ! -e "$ROOTFS/made" ]
	elsewhen delete --force "$ID"
}

@test "a created container has its listener when it is started" {
	bundle_with_agent
	create_container
	[ ! -s "$WORK/helper" ]
	quietly elsewhen start "$ID"
	wait_for grep -q ociVersion "$WORK/helper"
	equal "$(told .pid)" "$(pid_of "$ID")"
	elsewhen delete --force "$ID"
}

@test "no agent there is one sentence, and leaves nothing" {
	make_bundle '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		syscalls: [{names: ["mkdir"], action: "SCMP_ACT_NOTIFY"}]}'
	edit --arg path "$WORK/no-agent" '.linux.seccomp.listenerPath = $path'
	run elsewhen run --bundle "$BUNDLE" "$ID"
	failed linux.seccomp.listenerPath "$WORK/no-agent" 'No such file'
	assert_no_leftovers
}

# The connection to the agent is the host's: the program in the container, and what comes before it there, has none.
@test "exec: the agent gets a listener of its own, and the process has no connection to it" {
	bundle_with_agent
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for grep -q ociVersion "$WORK/helper"
	rm "$WORK/agent" "$WORK/helper"
	helper python3 "$BATS_TEST_DIRNAME/agent_receive.py" "$WORK/agent"
	wait_for test -S "$WORK/agent"
	run elsewhen exec "$ID" sh -c 'mkdir /other; ls -l /proc/self/fd'
	contains "$output" "can't create directory '/other': Function not implemented"
	lacks "$output" socket
	wait_for grep -q ociVersion "$WORK/helper"
	contains "$(cat "$WORK/helper")" 'seccomp notify'
	equal "$(told .pid)" "$(pid_of "$ID")"
	[ ! -e "$ROOTFS/other" ]
	elsewhen delete --force "$ID"
}
