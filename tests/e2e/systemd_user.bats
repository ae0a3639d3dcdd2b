#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034 # set for common.bash
# --systemd-cgroup of an ordinary user, who has a systemd of the user's own: the scope is that one's.

load common

# One that /etc/passwd knows, which systemd asks.
readonly USER_ID=1

setup()
{
	common_setup
	[ -d /run/systemd/system ] || skip 'systemd is not process 1'
	mkdir "$WORK/bin" "$WORK/runtime"
	cp "$ELSEWHEN" "$WORK/bin/elsewhen"
	ROOT=$WORK/runtime/elsewhen
	write_bus "$WORK/runtime/systemd/user"
	chown -R $USER_ID:$USER_ID "$WORK"
	UNIT=elsewhen-$ID.scope
	start_manager
	wait_for user_systemctl is-active basic.target
	user_systemctl start dbus.socket
}

teardown()
{
	common_teardown || return 1
	[ -d /run/systemd/system ] || return 0
	systemctl stop "elsewhen-test-$$"
}

# As the distribution's package dbus-user-session has them.
write_bus()	# DIRECTORY
{
	mkdir -p "$1"
	printf '[Socket]\nListenStream=%%t/bus\n' >"$1/dbus.socket"
	printf '[Service]\nExecStart=/usr/bin/dbus-daemon --session --address=systemd: --nofork --nopidfile\n' \
		>"$1/dbus.service"
}

# A service of the system's that runs as the user, as user@.service does.
start_manager()
{
	systemd-run --quiet --collect --unit="elsewhen-test-$$" --uid=$USER_ID --property=Delegate=yes \
		--setenv=XDG_RUNTIME_DIR="$WORK/runtime" \
		--setenv=DBUS_SESSION_BUS_ADDRESS="unix:path=$WORK/runtime/bus" /usr/lib/systemd/systemd --user 3>&-
}

as_user()
{
	setpriv --reuid $USER_ID --regid $USER_ID --clear-groups --inh-caps=-all --reset-env \
		env "$TAG" XDG_RUNTIME_DIR="$WORK/runtime" DBUS_SESSION_BUS_ADDRESS="unix:path=$WORK/runtime/bus" "$@" 3>&-
}

# From a scope of the user's own, as podman's: to and from a cgroup that is not the user's nobody may move.
elsewhen()
{
	as_user systemd-run --user --scope --quiet "$WORK/bin/elsewhen" --systemd-cgroup "$@"
}

user_systemctl()
{
	as_user systemctl --user "$@"
}

user_bundle()
{
	make_rootfs "$ROOTFS"
	chown -R $USER_ID:$USER_ID "$BUNDLE"
	(cd "$BUNDLE" && as_user "$WORK/bin/elsewhen" spec --rootless)
	edit --arg tag "$TAG" '.process.terminal = false | .process.env += [$tag] | .root.readonly = false
		| .linux.resources.pids.limit = 50 | .linux.namespaces |= (. + [{type: "time"}] | unique_by(.type))'
	arguments sleep 1000
}

@test "systemd of a user: the scope is below the user's manager, with its limits, and ends" {
	local pid cgroup

	user_bundle
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	pid=$(pid_of "$ID")
	cgroup=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
	equal "$cgroup" "/system.slice/elsewhen-test-$$.service/user.slice/$UNIT"
	equal "$(user_systemctl show --property=TasksMax --value "$UNIT")" 50
	equal "$(cat "/sys/fs/cgroup$cgroup/pids.max")" 50
	quietly elsewhen exec "$ID" true
	quietly elsewhen delete --force "$ID"
	equal "$(user_systemctl show --property=LoadState --value "$UNIT")" not-found
	[ ! -e "/sys/fs/cgroup$cgroup" ]
}

@test "systemd of a user: who is not below the user's manager is told so" {
	user_bundle
	run as_user "$WORK/bin/elsewhen" --systemd-cgroup run --bundle "$BUNDLE" "$ID"
	failed 'systemd-run --user --scope' 'Permission denied'
	equal "$(user_systemctl show --property=LoadState --value "$UNIT")" not-found
}
