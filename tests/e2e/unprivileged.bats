#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Containers of an ordinary user: a user namespace with the one mapping that needs nobody's help.

load common

readonly USER_ID=12345

setup()
{
	common_setup
	# The tree may be in a directory that an ordinary user can not enter.
	mkdir "$WORK/bin" "$WORK/runtime"
	cp "$ELSEWHEN" "$WORK/bin/elsewhen"
	chmod -R a+rX "$WORK/bin"
	ROOT=$WORK/runtime/elsewhen
	chown -R $USER_ID:$USER_ID "$WORK"
	as_user "$WORK/bin/elsewhen" --version >/dev/null
	as_user unshare --user --map-root-user true || skip 'ordinary users may not make user namespaces here'
}

as_user()
{
	setpriv --reuid $USER_ID --regid $USER_ID --clear-groups --inh-caps=-all --reset-env \
		env "$TAG" XDG_RUNTIME_DIR="$WORK/runtime" "$@" 3>&-
}

# --root is left to its default: $XDG_RUNTIME_DIR/elsewhen.
elsewhen()
{
	as_user "$WORK/bin/elsewhen" "$@"
}

make_user_bundle()	# [FILTER...]
{
	make_rootfs "$ROOTFS"
	chown -R $USER_ID:$USER_ID "$BUNDLE"
	(cd "$BUNDLE" && elsewhen spec --rootless)
	edit --arg tag "$TAG" '.process.terminal = false | .process.env += [$tag] | .root.readonly = false'
	local filter
	for filter; do
		edit "$filter"
	done
}

@test "what spec --rootless writes runs as it is" {
	make_user_bundle
	shell 'id -u; cat /proc/self/uid_map; echo made >/made'
	run run_container
	succeeded
	equal "${lines[0]}" 0
	equal "$(xargs <<<"${lines[1]}")" "0 $USER_ID 1"
	equal "$(stat -c %u "$ROOTFS/made")" $USER_ID
	assert_no_leftovers
}

@test "with a clock of its own" {
	make_user_bundle '.linux.namespaces |= (. + [{type: "time"}] | unique_by(.type))' \
		'.linux.timeOffsets = {monotonic: {secs: 1000000, nanosecs: 500000000}, boottime: {secs: 5000000}}'
	arguments sh -c 'cut -d . -f 1 /proc/uptime; cat /proc/self/timens_offsets'
	run run_container
	succeeded
	[ "${lines[0]}" -ge 5000000 ]
	equal "$(xargs <<<"${lines[1]}")" 'monotonic 1000000 500000000'
	equal "$(xargs <<<"${lines[2]}")" 'boottime 5000000 0'
	assert_no_leftovers
}

@test "create, start, exec in its clock, kill, delete" {
	make_user_bundle '.linux.namespaces |= (. + [{type: "time"}] | unique_by(.type))' \
		'.linux.timeOffsets = {boottime: {secs: 5000000}}'
	shell 'trap "exit 0" TERM; while :; do sleep 0.05; done'
	create_container
	equal "$(status_of "$ID")" created
	quietly elsewhen start "$ID"
	equal "$(status_of "$ID")" running
	run elsewhen exec "$ID" sh -c 'cut -d . -f 1 /proc/uptime; id -u'
	succeeded
	[ "${lines[0]}" -ge 5000000 ]
	equal "${lines[1]}" 0
	elsewhen kill "$ID" KILL
	wait_for has_status "$ID" stopped
	elsewhen delete "$ID"
	assert_no_leftovers
}

@test "the root directory is the user's own, and closed to others" {
	make_user_bundle
	arguments sleep 1000
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	equal "$(stat -c '%u %a' "$ROOT")" "$USER_ID 700"
	contains "$(elsewhen list --quiet)" "$ID"
	elsewhen delete --force "$ID"
	assert_no_leftovers
}

@test "as another id than root inside" {
	make_user_bundle ".linux.uidMappings = [{containerID: 1000, hostID: $USER_ID, size: 1}]" \
		".linux.gidMappings = [{containerID: 1000, hostID: $USER_ID, size: 1}]" \
		'.process.user = {uid: 1000, gid: 1000}'
	arguments sh -c 'id -u; id -g'
	run run_container
	succeeded
	equal "$output" $'1000\n1000'
}

@test "masked paths, read-only paths and devices are there as for root" {
	make_user_bundle
	shell 'head -c 1 /proc/kcore 2>/dev/null; (echo x >/proc/sys/kernel/domainname) 2>/dev/null || echo refused; echo y >/dev/null; stat -c %t:%T /dev/null'
	run run_container
	succeeded
	equal "$output" $'refused\n1:3'
}

@test "without a user namespace the sentence says what is missing" {
	make_user_bundle 'del(.linux.namespaces[] | select(.type == "user"), .linux.uidMappings, .linux.gidMappings)'
	run run_container
	failed
	assert_no_leftovers
}

@test "additional groups, which an ordinary user can not have, are refused" {
	make_user_bundle '.process.user.additionalGids = [5]'
	arguments true
	run run_container
	failed additionalGids
	assert_no_leftovers
}

@test "a mapping of many ids without newuidmap's permission is refused with its words" {
	make_user_bundle '.linux.uidMappings[0].size = 1000'
	run run_container
	failed
	assert_no_leftovers
}

@test "a container of another user is neither seen nor touched" {
	make_user_bundle
	arguments sleep 1000
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	run setpriv --reuid 54321 --regid 54321 --clear-groups env "$TAG" "$WORK/bin/elsewhen" --root "$ROOT" kill "$ID" KILL
	failed
	equal "$(status_of "$ID")" running
}
