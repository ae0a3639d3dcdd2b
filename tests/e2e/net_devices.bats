#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# config-linux.md "Network Devices": the runtime's network namespace is a helper's here, never the host's.

load common

setup()
{
	common_setup
	network_helper
	NETWORK=$HELPER
	in_network ip link add veth9 type veth || skip 'this kernel makes no veth interfaces'
	in_network ip address add 10.98.0.1/24 dev veth9
	in_network ip link set veth9 mtu 1400 up
}

# A process in a new network namespace; its pid is in $HELPER.
network_helper()
{
	helper unshare --net sleep 1000
	wait_for other_network "$HELPER"
}

other_network()	# PID
{
	[ "$(namespace_of "$1" net)" != "$(namespace_of self net)" ]
}

# busybox has an ip of its own, the one that is in the containers.
in_network_of()	# PID COMMAND...
{
	local pid=$1 program=$2

	shift
	if [ "$program" = ip ]; then
		set -- busybox "$@"
	fi
	nsenter --net="/proc/$pid/ns/net" "$@"
}

in_network()	# COMMAND...
{
	in_network_of "$NETWORK" "$@"
}

elsewhen()
{
	in_network env "$TAG" "$ELSEWHEN" --root "$ROOT" "$@" 3>&-
}

use_network_of()	# PID
{
	edit --arg path "/proc/$1/ns/net" \
		'.linux.namespaces |= map(if .type == "network" then .path = $path else . end)'
}

# As setup left it.
assert_untouched()
{
	run in_network ip -o address show dev veth9
	succeeded
	contains "$output" 10.98.0.1/24
	run in_network ip -o link show dev veth9
	matches "$output" '[<,]UP[,>].* mtu 1400 '
}

gone_from_runtime()
{
	run in_network ip link show dev veth9
	[ "$status" -ne 0 ]
}

@test "a device is moved, has its new name, its address and its MTU, and is up" {
	make_bundle '.linux.netDevices = {veth9: {name: "eth9"}}'
	shell 'ip -o link show dev eth9; ip -o -4 address show dev eth9; ip -o link | grep -c veth9'
	local hardware
	hardware=$(in_network ip -o link show dev veth9 | grep -o 'ether [0-9a-f:]*')
	run run_container
	equal "${#lines[@]}" 3
	matches "${lines[0]}" 'eth9(@[^ ]*)?: <(.*,)?UP[,>].* mtu 1400 '
	contains "${lines[0]}" "$hardware"
	contains "${lines[1]}" 10.98.0.1/24
	equal "${lines[2]}" 0
	gone_from_runtime
}

@test "without a name it keeps its own" {
	make_bundle '.linux.netDevices = {veth9: {}}'
	arguments ip -o -4 address show dev veth9
	run run_container
	succeeded
	contains "$output" 10.98.0.1/24
	gone_from_runtime
}

@test "a name with %d gets a number that is free" {
	network_helper
	in_network_of "$HELPER" ip link add num0 type veth
	make_bundle '.linux.netDevices = {veth9: {name: "num%d"}}'
	use_network_of "$HELPER"
	arguments ip -o -4 address show dev num1
	run run_container
	succeeded
	contains "$output" 10.98.0.1/24
}

@test "IPv6 addresses go with it" {
	in_network ip -6 address add fd98::1/64 dev veth9 || skip 'no IPv6 here'
	make_bundle '.linux.netDevices = {veth9: {name: "eth9"}}'
	arguments ip -o -6 address show dev eth9
	run run_container
	succeeded
	contains "$output" fd98::1/64
}

@test "the sysctls of a device find it under its new name" {
	make_bundle '.linux.netDevices = {veth9: {name: "eth9"}}' \
		'.linux.sysctl = {"net.ipv4.conf.eth9.forwarding": "1"}'
	arguments cat /proc/sys/net/ipv4/conf/eth9/forwarding
	run run_container
	succeeded
	equal "$output" 1
}

@test "a createRuntime hook finds it in the container" {
	make_bundle '.linux.netDevices = {veth9: {name: "eth9"}}'
	edit --arg out "$WORK/hook" '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c",
		"nsenter --net=/proc/$(jq .pid)/ns/net busybox ip -o -4 address show dev eth9 >\($out)"],
		env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]}]'
	arguments true
	run run_container
	succeeded
	contains "$(cat "$WORK/hook")" 10.98.0.1/24
}

@test "into a network namespace by path, where it stays" {
	network_helper
	make_bundle '.linux.netDevices = {veth9: {name: "eth9"}}'
	use_network_of "$HELPER"
	arguments ip -o -4 address show dev eth9
	run run_container
	succeeded
	contains "$output" 10.98.0.1/24
	run in_network_of "$HELPER" ip -o -4 address show dev eth9
	succeeded
	contains "$output" 10.98.0.1/24
	gone_from_runtime
}

@test "into a container with a user namespace" {
	make_bundle '.linux.netDevices = {veth9: {name: "eth9"}}
		| .linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
		| .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]'
	chown -R 100000:200000 "$ROOTFS"
	arguments ip -o -4 address show dev eth9
	run run_container
	succeeded
	contains "$output" 10.98.0.1/24
}

@test "a name that the container has is refused, and the device stays as it was" {
	network_helper
	in_network_of "$HELPER" ip link add eth9 type veth
	make_bundle '.linux.netDevices = {veth9: {name: "eth9"}}'
	use_network_of "$HELPER"
	run run_container
	failed linux.netDevices.veth9.name "'eth9'"
	assert_untouched
	edit '.linux.netDevices = {veth9: {name: "lo"}}'
	run run_container
	failed linux.netDevices.veth9.name "'lo'"
	assert_untouched
	assert_no_leftovers
}

@test "a device that is not there is named, and the others stay as they were" {
	make_bundle '.linux.netDevices = {veth9: {name: "eth9"}, nosuch0: {}}'
	run run_container
	failed 'linux.netDevices.nosuch0: there is no such device'
	assert_untouched
	assert_no_leftovers
}

@test "what the kernel does not move is named, and the others are given back" {
	make_bundle '.linux.netDevices = {veth9: {name: "eth9"}, lo: {name: "lo%d"}}'
	run run_container
	failed 'linux.netDevices.lo: cannot be moved'
	assert_untouched
	assert_no_leftovers
}

@test "into the runtime's own network namespace nothing can be moved" {
	make_bundle '.linux.netDevices = {veth9: {name: "eth9"}}'
	use_network_of "$NETWORK"
	run run_container
	failed 'linux.netDevices: ' "runtime's own"
	assert_untouched
	assert_no_leftovers
}
