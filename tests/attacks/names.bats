#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2317 # each test is a subshell that sets the variables that it reads
# Names that are paths: container ids, cgroup paths; and what is too long or too much.

load attacks

@test "ids with ..: no id leads out of --root" {
	local class='ids with ..' id command

	make_bundle
	arguments true
	mkdir -p "$WORK/outside" "$ROOT/sub"
	cp "$BUNDLE/config.json" "$WORK/outside/state.json"
	for id in .. . ../outside sub/../../outside /etc "$WORK/outside" ./x x/ x/.. '' .hidden/../x $'a\nb' $'a\e[2J' 'a b' a/b \
		"$(printf 'x%.0s' {1..2000})"; do
		for command in "create --bundle $BUNDLE" "run --bundle $BUNDLE" state 'delete --force' start 'kill' exec ps pause; do
			status=0
			# shellcheck disable=SC2086 # a list of words
			elsewhen $command -- "$id" >"$WORK/output" 2>&1 </dev/null || status=$?
			[ "$status" != 0 ] || { echo "$command '$id'"; return 1; }
		done
	done
	rmdir "$ROOT/sub"
	equal "$(ls -A "$WORK/outside")" state.json
	equal "$(find "$ROOT" -mindepth 1 -not -path "$ROOT/.filters*")" ''
	held "$class"
	# What a runtime would do that joins the two by a slash.
	[ -e "$ROOT/../outside/state.json" ]
	works "$class" 'joining --root and the id'
}

@test "cgroup paths with ..: linux.cgroupsPath and exec --cgroup lead out of nothing" {
	local class='cgroup paths with ..' path before

	make_bundle
	arguments true
	cgroups() { find /sys/fs/cgroup -maxdepth 3 -type d -name '*attack*' | LC_ALL=C sort; }
	before=$(cgroups)
	for path in "$CGROUP/../../../attack$$" "/../attack$$" "../../attack$$" "$CGROUP/./../../attack$$" ..; do
		edit --arg path "$path" '.linux.cgroupsPath = $path'
		run_quietly
		# Refused, or taken as if / were the parent of /.
		nothing_in 'directories beside the hierarchies' "$(find /sys/fs -maxdepth 1 -name "attack$$")"
		find /sys/fs/cgroup -depth -type d -name "attack$$" -exec rmdir {} + 2>/dev/null || true
	done
	equal "$(cgroups)" "$before"
	edit --arg path "$CGROUP/$ID" '.linux.cgroupsPath = $path'
	shell 'sleep 1000'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	for path in .. ../.. /.. x/../.. ../"$ID"/..; do
		run elsewhen exec --cgroup "$path" "$ID" cat /proc/self/cgroup
		failed --cgroup
	done
	held "$class"
	# mkdir(2) takes it.
	mkdir "/sys/fs/cgroup/pids$CGROUP/../attack$$" 2>/dev/null || mkdir "/sys/fs/cgroup/attack$$"
	find /sys/fs/cgroup -maxdepth 2 -depth -type d -name "attack$$" -exec rmdir {} +
	works "$class" 'mkdir(2)'
}

# runc passed the maps and paths in netlink attributes, whose length has 16 bits: what came behind was read as more.
@test "CVE-2021-43784: maps and paths that are longer than 64 KiB" {
	local class='CVE-2021-43784: lengths above 64 KiB' long

	make_bundle '.linux.namespaces += [{type: "user"}]'
	arguments readlink /proc/self/ns/user
	edit '.linux.uidMappings = [range(5000) | {containerID: ., hostID: (100000 + .), size: 1}]
		| .linux.gidMappings = .linux.uidMappings'
	run_quietly
	# The kernel takes 340 lines: it is refused, and not run in another user namespace than its own.
	[ "$status" != 0 ]
	lacks "$output" "$(readlink /proc/self/ns/user)"
	assert_no_leftovers
	long=$(printf '/proc/self/ns/%.0s' {1..5000})
	edit --arg path "${long}net" 'del(.linux.uidMappings, .linux.gidMappings)
		| .linux.namespaces |= map(select(.type != "user"))
		| (.linux.namespaces[] | select(.type == "network")).path = $path'
	run_quietly
	[ "$status" != 0 ]
	contains "$output" 'linux.namespaces'
	assert_no_leftovers
	held "$class"
	unshown "$class" 'runc before 1.0.3, which is in no Debian at hand'
}

# Without a cgroup namespace /sys/fs/cgroup is the host's: it must be as read-only as was asked for.
@test "CVE-2023-25809: in a user namespace without a cgroup namespace the host's cgroups cannot be written" {
	local class='CVE-2023-25809: cgroups without a cgroup namespace'

	make_bundle '.linux.namespaces |= (map(select(.type != "cgroup")) + [{type: "user"}])
		| .linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}]
		| .linux.gidMappings = .linux.uidMappings'
	shell 'find /sys/fs/cgroup -type d | while read -r directory; do
			mkdir "$directory/attack" 2>/dev/null && rmdir "$directory/attack" && echo "wrote to $directory"
		done; true'
	run_quietly
	succeeded
	lacks "$output" wrote
	held "$class"
	edit '(.mounts[] | select(.type == "cgroup")).options = ["nosuid", "noexec", "nodev", "rw"]'
	shell 'find /sys/fs/cgroup -type d | while read -r directory; do
			mkdir "$directory/attack" 2>/dev/null && rmdir "$directory/attack" && echo "wrote to $directory"
		done; true'
	run_quietly
	contains "$output" wrote
	works "$class" 'the same without "ro"'
}
