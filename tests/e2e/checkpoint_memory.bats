#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# checkpoint and restore where the memory goes its own way: through a page server, fetched when it is used, or in parts
# while the container runs.
# shellcheck disable=SC2030,SC2031 # each test is a subshell of its own

load common
load checkpoint

# A container that knows what is in all of its memory, and changes a part of it all the time.
memory_container()
{
	make_bundle
	arguments memory_log 8
	run_detached
	wait_for grep -q -x 'tick 3' "$WORK/output"
}

last_tick()
{
	sed -n 's/^tick //p' "$WORK/output" | tail -n 1
}

# All memory is as it was written, no write was lost or came twice, and no clock has been behind: said by the process.
memory_is_right()
{
	local said tick

	said=$(grep -c '^memory' "$WORK/output") || true
	elsewhen kill "$ID" USR1
	wait_for eval "[ \$(grep -c '^memory' '$WORK/output') -gt $said ]" || return 1
	matches "$(grep '^memory' "$WORK/output" | tail -n 1)" '^memory right [0-9]+$' || return 1
	equal "$(grep '^back' "$WORK/output")" '' || return 1
	tick=$(last_tick)
	equal "$(sed -n 's/^tick //p' "$WORK/output" | head -n "$tick" | cksum)" "$(seq "$tick" | cksum)"
}

# A port of loopback's that nobody has.
free_port()
{
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# listens ADDRESS PORT: without connecting, since those who listen here serve one connection.
listens()
{
	ss --listening --tcp --numeric --no-header | awk '{ print $4 }' | grep -q -x -F "$1:$2"
}

# page_server DIRECTORY: of CRIU, on the port $PORT, which puts the memory that it gets there.
page_server()
{
	mkdir -p "$1"
	PORT=$(free_port)
	helper criu page-server --images-dir "$1" --address 127.0.0.1 --port "$PORT" --log-file page-server.log
	wait_for listens 127.0.0.1 "$PORT"
}

@test "--page-server: the memory goes there, the rest into the images; together they restore" {
	memory_container
	page_server "$WORK/pages"
	checkpoint --page-server "127.0.0.1:$PORT"
	equal "$(status_of "$ID")" stopped
	wait "$HELPER"
	equal "$(compgen -G "$IMAGES/pages-*.img")" ''
	[ "$(cat "$WORK/pages"/pages-*.img | wc -c)" -ge $((8 << 20)) ]
	elsewhen delete "$ID"
	# Without its memory it is not restored.
	run restore
	failed 'CRIU: '
	mv "$WORK/pages"/*.img "$IMAGES"
	restore
	memory_is_right
	[ "$(uptime_of "$ID")" -ge "$(saved boottime)" ]
}

@test "--page-server: what is no address and no port is refused, nothing is made" {
	memory_container
	for where in 127.0.0.1 127.0.0.1:0 127.0.0.1:65536 :5000 localhost:5000 ::1:5000x; do
		run checkpoint --page-server "$where"
		failed --page-server || return 1
		[ ! -e "$IMAGES" ] || return 1
	done
	equal "$(status_of "$ID")" running
	# By the newer protocol, too; but nobody listens there.
	run checkpoint --page-server "[::1]:$(free_port)"
	failed 'CRIU: '
	equal "$(status_of "$ID")" running
	memory_is_right
}

lazy_works()
{
	criu check --feature uffd-noncoop >/dev/null 2>&1 ||
		skip 'this kernel has no userfaultfd that CRIU could use (CONFIG_USERFAULTFD)'
}

# CRIU's server has a pipe of its own length, and without it fails at the second page that it is asked for.
serving_works()
{
	python3 -c 'import fcntl, os; fcntl.fcntl(os.pipe()[0], 1031, 3354624)' 2>"$WORK/no_pipe" ||
		skip 'no pipe can be as long as CRIU wants it (CAP_SYS_RESOURCE, or /proc/sys/fs/pipe-max-size)'
}

# lazy_pages [OPTION...]: CRIU's daemon, which gives a restored process its memory when it touches it.
lazy_pages()
{
	helper criu lazy-pages --images-dir "$IMAGES" --log-file lazy-pages.log -v4 "$@"
	wait_for test -S "$IMAGES/lazy-pages.socket"
}

@test "restore --lazy-pages: the memory comes from the images when it is used" {
	lazy_works
	memory_container
	checkpoint
	elsewhen delete "$ID"
	lazy_pages
	restore --lazy-pages
	memory_is_right
	wait "$HELPER"
	grep -q 'uffd_copy: .*/' "$IMAGES/lazy-pages.log"
	[ "$(uptime_of "$ID")" -ge "$(saved boottime)" ]
}

# Begins one that serves the memory on the port $PORT, and waits until it can be fetched.
lazy_checkpoint()
{
	PORT=$(free_port)
	mkfifo "$WORK/ready"
	helper env "$TAG" bash -c 'exec "$@" 9>"$0"' "$WORK/ready" "$ELSEWHEN" --root "$ROOT" checkpoint --image-path "$IMAGES" \
		--lazy-pages --page-server "127.0.0.1:$PORT" --status-fd 9 "$ID"
	CHECKPOINT=$HELPER
	equal "$(timeout 20 od -A n -t x1 "$WORK/ready")" ' 00'
}

@test "checkpoint --lazy-pages: it serves the memory to whoever restores, and ends" {
	lazy_works
	serving_works
	memory_container
	SECOND=${ID}b
	lazy_checkpoint
	wait_for listens 127.0.0.1 "$PORT"
	run listens 0.0.0.0 "$PORT"
	[ "$status" != 0 ]
	[ -s "$IMAGES/clock.json" ]
	cp -r "$IMAGES" "$WORK/images2"
	equal "$(status_of "$ID")" running
	IMAGES=$WORK/images2
	lazy_pages --page-server --address 127.0.0.1 --port "$PORT"
	edit '.linux.cgroupsPath = "'"$CGROUP/$SECOND"'"'
	restore_as "$SECOND" --lazy-pages
	[ "$(uptime_of "$SECOND")" -ge "$(saved boottime)" ]
	wait "$HELPER"
	wait "$CHECKPOINT"
	equal "$(status_of "$ID")" stopped
	ID=$SECOND memory_is_right
}

@test "checkpoint --lazy-pages, given up while it serves: the container goes on, nobody listens" {
	local tick

	lazy_works
	serving_works
	memory_container
	for signal in TERM KILL; do
		lazy_checkpoint
		tick=$(last_tick)
		kill "-$signal" "$CHECKPOINT"
		wait "$CHECKPOINT" || true
		wait_for eval '! listens 127.0.0.1 "$PORT"'
		wait_for eval "[ \$(last_tick) -gt $tick ]"
		memory_is_right
		rm "$WORK/ready"
	done
}

tracking_works()
{
	criu check --feature mem_dirty_track >/dev/null 2>&1 ||
		skip 'this kernel does not know which pages were written to (CONFIG_MEM_SOFT_DIRTY)'
}

# How much memory is in the images of a directory.
bytes_in()	# DIRECTORY
{
	cat "$1"/pages-*.img | wc -c
}

ticked_on()
{
	local tick

	tick=$(last_tick)
	wait_for eval "[ \$(last_tick) -gt $((tick + 2)) ]"
}

@test "checkpoint --lazy-pages where no pipe can be as long as CRIU wants it: said before anything is touched" {
	lazy_works
	memory_container
	run setpriv --bounding-set -sys_resource --inh-caps -sys_resource env "$TAG" "$ELSEWHEN" --root "$ROOT" checkpoint \
		--image-path "$IMAGES" --lazy-pages --page-server "127.0.0.1:$(free_port)" "$ID"
	failed --lazy-pages 'a pipe of' CAP_SYS_RESOURCE
	[ ! -e "$IMAGES" ]
	equal "$(status_of "$ID")" running
	memory_is_right
}

@test "--parent-path: what a restore would not follow is refused, and the container runs on" {
	local parent

	memory_container
	mkdir -p "$WORK/empty" "$WORK/deep/er"
	: >"$WORK/deep/er/inventory.img"
	for parent in ../missing ../empty ../deep/er "$WORK/empty" empty ..; do
		run checkpoint --parent-path "$parent"
		failed --parent-path "$parent" || return 1
		[ ! -e "$IMAGES" ] || return 1
	done
	equal "$(status_of "$ID")" running
	memory_is_right
}

@test "checkpoint --pre-dump twice, and the rest: only what was written to since is dumped again" {
	tracking_works
	memory_container
	elsewhen checkpoint --pre-dump --image-path "$WORK/first" "$ID"
	ticked_on
	elsewhen checkpoint --pre-dump --image-path "$WORK/second" --parent-path ../first "$ID"
	ticked_on
	equal "$(status_of "$ID")" running
	[ ! -e "$WORK/second/clock.json" ]
	checkpoint --parent-path ../second
	equal "$(status_of "$ID")" stopped
	[ "$(bytes_in "$WORK/first")" -ge $((8 << 20)) ]
	[ "$(bytes_in "$WORK/second")" -lt $((4 << 20)) ]
	[ "$(bytes_in "$IMAGES")" -lt $((4 << 20)) ]
	elsewhen delete "$ID"
	restore
	memory_is_right
	[ "$(uptime_of "$ID")" -ge "$(saved boottime)" ]
}

@test "checkpoint --auto-dedup: what a later image has is taken out of the earlier one" {
	local before

	tracking_works
	memory_container
	elsewhen checkpoint --pre-dump --image-path "$WORK/first" "$ID"
	before=$(du -s --block-size=1 "$WORK/first" | cut -f 1)
	ticked_on
	checkpoint --parent-path ../first --auto-dedup
	[ "$(du -s --block-size=1 "$WORK/first" | cut -f 1)" -lt "$before" ]
	elsewhen delete "$ID"
	restore
	memory_is_right
}

@test "checkpoint --pre-dump where pages are not tracked: said before anything is touched" {
	! criu check --feature mem_dirty_track >/dev/null 2>&1 || skip 'this kernel tracks them'
	ticking_container
	run elsewhen checkpoint --pre-dump --image-path "$WORK/pre" "$ID"
	failed '--pre-dump' 'soft-dirty'
	[ ! -e "$WORK/pre" ]
	ticks_on
}
