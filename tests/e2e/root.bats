#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # each test is a subshell that sets the variables that it reads
# elsewhen(8), --root: found by directories that nobody but root and the caller can change; and what else is
# believed only after it was asked what it is: cgroups, namespaces.

load common

readonly OTHER=4321

# Each command on a container, and the sentence that all must say.
refused()	# SENTENCE_PART...
{
	local command

	make_bundle
	arguments true
	for command in "create --bundle $BUNDLE $ID" "run --bundle $BUNDLE $ID" "start $ID" "state $ID" "kill $ID" \
		"delete $ID" "delete --force $ID" "list" "exec $ID true" "ps $ID" "pause $ID" "resume $ID" "clocks $ID" \
		"update --pids-limit 9 $ID"; do
		# Not by `run`, for a container that is made all the same would hold its output.
		status=0
		# shellcheck disable=SC2086 # a list of words
		elsewhen $command >"$WORK/output" 2>&1 </dev/null || status=$?
		mapfile -t lines <"$WORK/output"
		output=$(cat "$WORK/output")
		failed "$@" || { echo "$command"; return 1; }
	done
	[ ! -e "$ROOT/$ID" ]
}

@test "--root: a directory of another user is refused, by every command" {
	mkdir -p "$ROOT"
	chown "$OTHER" "$ROOT"
	refused "'$ROOT' belongs to user $OTHER"
	chown 0 "$ROOT"
	run_container
}

@test "--root: below a directory of another user" {
	mkdir -p "$WORK/theirs/deep/run"
	chown "$OTHER" "$WORK/theirs"
	ROOT=$WORK/theirs/deep/run
	refused "'$WORK/theirs' belongs to user $OTHER"
	# Also what would have to be made first.
	ROOT=$WORK/theirs/new
	run elsewhen create --bundle "$BUNDLE" "$ID"
	failed "'$WORK/theirs' belongs to user $OTHER"
	[ ! -e "$ROOT" ]
	ROOT=$WORK/run
}

@test "--root: a directory that others may write to, or a group" {
	mkdir -p "$ROOT"
	chmod 0777 "$ROOT"
	refused "others than root and the caller may write to '$ROOT'"
	chmod 1777 "$ROOT"
	run elsewhen list
	failed "others than root and the caller may write to '$ROOT'"
	chmod 0775 "$ROOT"
	chgrp "$OTHER" "$ROOT"
	run elsewhen list
	failed "others than root and the caller may write to '$ROOT'"
	chgrp 0 "$ROOT"
	run_container
}

@test "--root: below a directory that others may write to, unless it is sticky" {
	mkdir -p "$WORK/open/run"
	chmod 0777 "$WORK/open"
	ROOT=$WORK/open/run
	refused "may write to '$WORK/open'"
	chmod 1777 "$WORK/open"
	run_container
	ROOT=$WORK/run
}

@test "--root: a symlink of another user in a sticky directory, one of root's, and where they lead" {
	mkdir -p "$WORK/open" "$WORK/mine" "$WORK/theirs/run"
	chmod 1777 "$WORK/open"
	chown "$OTHER" "$WORK/theirs"
	ln -s "$WORK/mine" "$WORK/open/link"
	ROOT=$WORK/open/link/run
	make_bundle
	arguments true
	run_container
	chown -h "$OTHER" "$WORK/open/link"
	run elsewhen list
	failed "'$WORK/open/link' belongs to user $OTHER"
	ln -s ../theirs "$WORK/mine/link"
	ROOT=$WORK/mine/link/run
	run elsewhen list
	failed "theirs' belongs to user $OTHER"
	ln -s loop "$WORK/mine/loop"
	ROOT=$WORK/mine/loop
	run elsewhen list
	failed 'Too many levels of symbolic links'
	ROOT=$WORK/run
}

# as_other COMMAND...: an ordinary user, with a copy of the program that it may look at.
as_other()
{
	[ -e "$WORK/elsewhen" ] || install -m 0755 "$ELSEWHEN" "$WORK/elsewhen"
	setpriv --reuid "$OTHER" --regid "$OTHER" --clear-groups "$@"
}

@test "--root: an ordinary user's own, and not another's" {
	mkdir -p "$WORK/mine"
	chown "$OTHER" "$WORK/mine"
	chmod 0755 "$WORK/mine"
	run as_other "$WORK/elsewhen" --root "$WORK/mine" list
	succeeded
	chown $((OTHER + 1)) "$WORK/mine"
	run as_other "$WORK/elsewhen" --root "$WORK/mine" list
	failed "'$WORK/mine' belongs to user $((OTHER + 1))"
}

# As in rootless podman: / and /run are root's, whom the user namespace does not know.
in_user_namespace()	# ROOT COMMAND...
{
	as_other unshare --user --map-root-user --mount "$WORK/elsewhen" --root "$@"
}

@test "--root: in a user namespace the host's root is nobody known, and is accepted above our own alone" {
	mkdir -p "$WORK/mine/run" "$WORK/mine/unknown/run" "$WORK/mine/own"
	chown "$OTHER" "$WORK/mine" "$WORK/mine/run" "$WORK/mine/own"
	run in_user_namespace "$WORK/mine/run" list
	succeeded
	# A symlink of ours leads there and back, as rootless docker's /run/user does.
	ln -s "$WORK/mine/unknown/mine" "$WORK/mine/link"
	mkdir -p "$WORK/mine/unknown/mine/run"
	chown -h "$OTHER" "$WORK/mine/link" "$WORK/mine/unknown/mine" "$WORK/mine/unknown/mine/run"
	run in_user_namespace "$WORK/mine/link/run" list
	failed "'$WORK/mine/unknown' belongs to user"
	ln -sfn "$WORK/theirs/mine" "$WORK/mine/link"
	mkdir -p "$WORK/theirs/mine/run"
	chown -h "$OTHER" "$WORK/mine/link" "$WORK/theirs/mine" "$WORK/theirs/mine/run"
	run in_user_namespace "$WORK/mine/link/run" list
	succeeded
	run in_user_namespace "$WORK/mine/unknown/run" list
	failed "'$WORK/mine/unknown' belongs to user"
	run in_user_namespace "$WORK" list
	failed "'$WORK' belongs to user"
}

@test "a directory with a cgroup's files in the place of a cgroup is none" {
	local directory=$WORK/cgroup

	mkdir -p "$directory"
	touch "$directory"/cgroup.{procs,controllers,freeze,events,kill}
	running_container
	jq --arg directory "$directory" 'walk(if type == "array" and (.[0] | type == "string" and startswith("/sys/fs/cgroup"))
		then [$directory] else . end)' "$ROOT/$ID/state.json" >"$WORK/state.json"
	run ! cmp -s "$ROOT/$ID/state.json" "$WORK/state.json"
	cp "$ROOT/$ID/state.json" "$WORK/state.kept"
	cat "$WORK/state.json" >"$ROOT/$ID/state.json"
	run elsewhen pause "$ID"
	failed freezer
	run elsewhen exec "$ID" true
	failed "$directory is not in a cgroup hierarchy"
	cat "$WORK/state.kept" >"$ROOT/$ID/state.json"
	equal "$(cat "$directory/cgroup.freeze" "$directory/cgroup.procs" "$directory/cgroup.kill")" ''
}
