#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Files that are named from outside: what is not of the right kind, a FIFO or a device, is refused by name, neither
# waited for nor replaced.

load common

# at_once SENTENCE_PART... -- ARGUMENT...: elsewhen fails with that sentence, and does not wait.
at_once()
{
	local parts=() status=0

	while [ "$1" != -- ]; do
		parts+=("$1")
		shift
	done
	shift
	timeout --kill-after=1 5 env "$TAG" "$ELSEWHEN" --root "$ROOT" "$@" >"$WORK/output" 2>&1 </dev/null 3>&- || status=$?
	differ "$status" 124 || { echo "it waited: $*"; return 1; }
	mapfile -t lines <"$WORK/output"
	output=$(cat "$WORK/output")
	failed "${parts[@]}"
}

# Each kind of file that is none.
# Prints their paths.
kinds()
{
	rm -f "$WORK/fifo" "$WORK/null"
	mkfifo "$WORK/fifo"
	mknod "$WORK/null" c 1 3
	echo "$WORK/fifo $WORK/null"
}

@test "config.json: a FIFO or a device is refused at once" {
	local file

	make_bundle
	mv "$BUNDLE/config.json" "$WORK/config.json"
	for file in $(kinds); do
		ln -sfn "$file" "$BUNDLE/config.json"
		at_once config.json 'not a regular file' -- create --bundle "$BUNDLE" "$ID"
		at_once config.json 'not a regular file' -- validate "$BUNDLE"
	done
	rm "$BUNDLE/config.json"
	mkdir "$BUNDLE/config.json"
	at_once config.json 'Is a directory' -- create --bundle "$BUNDLE" "$ID"
}

@test "--config, --process, --resources, --clock-from" {
	local file

	make_bundle '.annotations = {"elsewhen.dev/boottime": "+1d"}'
	for file in $(kinds); do
		at_once --config "$file" 'not a regular file' -- --config "$file" create --bundle "$BUNDLE" "$ID"
		at_once "$file" 'neither a file nor a directory' -- create --bundle "$BUNDLE" --clock-from "$file" "$ID"
		mkdir -p "$WORK/images"
		ln -sfn "$file" "$WORK/images/clock.json"
		at_once clock.json -- create --bundle "$BUNDLE" --clock-from "$WORK/images" "$ID"
	done
	rm -rf "$BUNDLE"
	running_container
	for file in $(kinds); do
		at_once --process "$file" 'not a regular file' -- exec --process "$file" "$ID"
		at_once --resources "$file" 'not a regular file' -- update --resources "$file" "$ID"
	done
}

@test "--pid-file: is no FIFO, no device, and neither is what stands beside it" {
	local file

	make_bundle
	for file in $(kinds); do
		at_once --pid-file "'$file'" 'not a regular file' -- create --bundle "$BUNDLE" --pid-file "$file" "$ID"
		ln -sfn "$file" "$WORK/link"
		at_once --pid-file "'$WORK/link'" 'not a regular file' -- \
			create --bundle "$BUNDLE" --pid-file "$WORK/link" "$ID"
		ln -f "$file" "$WORK/pid.new"
		create_container --pid-file "$WORK/pid"
		equal "$(cat "$WORK/pid")" "$(pid_of "$ID")"
		elsewhen delete --force "$ID"
	done
	[ -p "$WORK/fifo" ] && [ -c "$WORK/null" ]
}

@test "exec --pid-file" {
	local file

	running_container
	for file in $(kinds); do
		at_once --pid-file "'$file'" 'not a regular file' -- exec --pid-file "$file" "$ID" true
	done
	[ -p "$WORK/fifo" ] && [ -c "$WORK/null" ]
}

@test "--console-socket and a seccomp listener: are sockets" {
	local file

	make_bundle '.process.terminal = true'
	touch "$WORK/file"
	for file in $(kinds) "$WORK/file"; do
		at_once --console-socket "'$file' is not a socket" -- \
			create --bundle "$BUNDLE" --console-socket "$file" "$ID"
	done
	edit --arg path "$WORK/file" '.process.terminal = false | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		listenerPath: $path, syscalls: [{names: ["getcwd"], action: "SCMP_ACT_NOTIFY"}]}'
	at_once listenerPath "'$WORK/file' is not a socket" -- create --bundle "$BUNDLE" "$ID"
}

@test "--log: a FIFO that nobody reads is not waited for" {
	mkfifo "$WORK/fifo"
	at_once --log "$WORK/fifo" -- --log "$WORK/fifo" list
}

# A reader that has stopped reading keeps nobody.
@test "--log: a FIFO that is full is not waited for" {
	mkfifo "$WORK/fifo"
	exec 8<>"$WORK/fifo"
	dd if=/dev/zero of="$WORK/fifo" bs=65536 count=1 2>/dev/null
	at_once 'does not exist' -- --log "$WORK/fifo" state nobody 8>&-
	exec 8>&-
}

@test "clocks --save: replaces no FIFO and no device" {
	local file

	running_container
	for file in $(kinds); do
		at_once --save "'$file'" 'not a regular file' -- clocks --save "$file" "$ID"
	done
	[ -p "$WORK/fifo" ] && [ -c "$WORK/null" ]
}

@test "a namespace by path: a FIFO or a device is none" {
	local file

	make_bundle
	for file in $(kinds); do
		edit --arg path "$file" '(.linux.namespaces[] | select(.type == "ipc")).path = $path'
		at_once "'$file' is not a namespace" -- create --bundle "$BUNDLE" "$ID"
	done
}
