#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `clocks --save` and `--clock-from`: a new container goes on with the clocks of an old one.
# shellcheck disable=SC2034 # a count of rounds, set for nothing else

load common

setup()
{
	common_setup
	[ -e /proc/self/ns/time ] || skip 'this kernel has no time namespaces (CONFIG_TIME_NS)'
	PROBE=$TOOLS/clock_probe
	make_bundle
	shell 'trap "exit 0" TERM; while :; do sleep 0.05; done'
}

# nanoseconds FILTER FILE: of {secs, nanosecs}, which jq's own numbers could not hold.
nanoseconds()
{
	local secs nanosecs

	read -r secs nanosecs <<<"$(jq -r "$1 | \"\(.secs) \(.nanosecs)\"" "$2")"
	echo $((secs * 1000000000 + nanosecs))
}

saved_container()	# the snapshot $WORK/clocks of a container that is gone
{
	quietly elsewhen run --detach --bundle "$BUNDLE" --boottime +497d --monotonic =5d "$ID"
	elsewhen clocks --save "$WORK/clocks" "$ID"
	elsewhen delete --force "$ID"
}

# go_on [OPTION...]: a container from the snapshot; the host's clocks before and after it was made.
go_on()
{
	"$PROBE" --host >"$WORK/before"
	quietly elsewhen run --detach --bundle "$BUNDLE" --clock-from "$WORK/clocks" "$@" "$ID"
	"$PROBE" --host >"$WORK/after"
}

host_clock()	# CLOCK FILE
{
	sed -n "s/^$1\.ns //p" "$2"
}

# began_at CLOCK LOWEST HIGHEST: there was a moment between before and after at which the clock read
# something from LOWEST to HIGHEST.
began_at()
{
	local offset first last

	offset=$(offset_inside "$1")
	first=$(($(host_clock "$1" "$WORK/before") + offset))
	last=$(($(host_clock "$1" "$WORK/after") + offset))
	((first <= $3 && $2 <= last)) || {
		printf '%s began from %s to %s, not from %s to %s\n' "$1" "$first" "$last" "$2" "$3"
		return 1
	}
}

# began_exactly CLOCK NANOSECONDS
began_exactly()
{
	began_at "$1" "$2" "$2"
}

# never_behind: each clock, read inside, is not before its saved reading.
never_behind()
{
	elsewhen exec "$ID" clock_probe >"$WORK/inside"
	(($(host_clock monotonic "$WORK/inside") >= $(nanoseconds .monotonic "$WORK/clocks")))
	(($(host_clock boottime "$WORK/inside") >= $(nanoseconds .boottime "$WORK/clocks")))
}

# saved_ago SECONDS: as if the snapshot had been taken that long before.
saved_ago()
{
	jq --argjson ago "$1" '.realtime.secs -= $ago' "$WORK/clocks" >"$WORK/clocks.new"
	mv "$WORK/clocks.new" "$WORK/clocks"
}

@test "what is saved: both clocks inside, the wall clock, the boot, the offsets" {
	quietly elsewhen run --detach --bundle "$BUNDLE" --boottime +497d "$ID"
	"$PROBE" --host >"$WORK/before"
	elsewhen clocks --save "$WORK/clocks" "$ID"
	"$PROBE" --host >"$WORK/after"
	local clock saved
	for clock in monotonic boottime realtime; do
		saved=$(nanoseconds ".$clock" "$WORK/clocks")
		[ "$clock" != boottime ] || saved=$((saved - 497 * 86400 * 1000000000))
		((saved >= $(host_clock $clock "$WORK/before") && saved <= $(host_clock $clock "$WORK/after")))
	done
	equal "$(jq -r .bootId "$WORK/clocks")" "$(cat /proc/sys/kernel/random/boot_id)"
	equal "$(jq -c .timeOffsets.boottime "$WORK/clocks")" '{"secs":42940800,"nanosecs":0}'
	equal "$(jq -r .id "$WORK/clocks")" "$ID"
	equal "$(stat -c %a "$WORK/clocks")" 600
}

@test "continue: both clocks begin at what was saved, to the nanosecond" {
	saved_container
	go_on
	began_exactly monotonic "$(nanoseconds .monotonic "$WORK/clocks")"
	began_exactly boottime "$(nanoseconds .boottime "$WORK/clocks")"
	never_behind
}

@test "suspend: the boottime counts the time since, the monotonic clock does not" {
	saved_container
	saved_ago 3600
	go_on --policy suspend
	began_exactly monotonic "$(nanoseconds .monotonic "$WORK/clocks")"
	began_at boottime $(($(nanoseconds .boottime "$WORK/clocks") + $(host_clock realtime "$WORK/before") - \
		$(nanoseconds .realtime "$WORK/clocks"))) \
		$(($(nanoseconds .boottime "$WORK/clocks") + $(host_clock realtime "$WORK/after") - \
		$(nanoseconds .realtime "$WORK/clocks")))
	never_behind
}

@test "wallclock: both count it" {
	saved_container
	saved_ago 86400
	go_on --policy wallclock
	local clock
	for clock in monotonic boottime; do
		began_at $clock $(($(nanoseconds .$clock "$WORK/clocks") + $(host_clock realtime "$WORK/before") - \
			$(nanoseconds .realtime "$WORK/clocks"))) \
			$(($(nanoseconds .$clock "$WORK/clocks") + $(host_clock realtime "$WORK/after") - \
			$(nanoseconds .realtime "$WORK/clocks")))
	done
	never_behind
}

@test "a wall clock that went back counts as no time" {
	saved_container
	saved_ago -86400
	go_on --policy wallclock
	began_exactly monotonic "$(nanoseconds .monotonic "$WORK/clocks")"
	began_exactly boottime "$(nanoseconds .boottime "$WORK/clocks")"
}

@test "a policy in the snapshot counts, and the option goes before it" {
	saved_container
	saved_ago 3600
	jq '.policy = "wallclock"' "$WORK/clocks" >"$WORK/clocks.new"
	mv "$WORK/clocks.new" "$WORK/clocks"
	go_on
	(($(offset_inside monotonic) + $(host_clock monotonic "$WORK/after") >= \
		$(nanoseconds .monotonic "$WORK/clocks") + 3600000000000))
	elsewhen delete --force "$ID"
	go_on --policy continue
	began_exactly monotonic "$(nanoseconds .monotonic "$WORK/clocks")"
}

@test "on a machine whose own clocks are behind" {
	local earlier

	saved_container
	earlier=$(($(cut -d . -f 1 /proc/uptime) / 2))
	unshare --time --fork --monotonic -"$earlier" --boottime -"$earlier" env "$TAG" "$ELSEWHEN" --root "$ROOT" \
		run --detach --bundle "$BUNDLE" --clock-from "$WORK/clocks" "$ID" >"$WORK/output" 2>&1 </dev/null 3>&-
	never_behind
}

@test "snapshot, container, snapshot: no clock ever steps back" {
	local round last=0 now

	saved_container
	for round in 1 2 3; do
		go_on
		elsewhen clocks --save "$WORK/again" "$ID"
		elsewhen delete --force "$ID"
		now=$(nanoseconds .monotonic "$WORK/again")
		((now > last))
		last=$now
		mv "$WORK/again" "$WORK/clocks"
	done
}

# criu_image: a folder with a clock image, as CRIU writes it (magic, magic, length, protobuf).
criu_image()
{
	mkdir "$WORK/images"
	# monotonic { 1000 s, 5 ns }, boottime { 2000 s, 6 ns }
	printf '\x19\x43\x56\x54\x33\x44\x11\x43\x0e\x00\x00\x00\x0a\x05\x08\xe8\x07\x10\x05\x12\x05\x08\xd0\x0f\x10\x06' \
		>"$WORK/images/timens-9.img"
}

@test "several snapshots: each clock goes on from the latest" {
	saved_container
	jq '.monotonic = {secs: 1000000, nanosecs: 5} | .boottime = {secs: 2000000, nanosecs: 6}' "$WORK/clocks" >"$WORK/one"
	jq '.monotonic = {secs: 1000000, nanosecs: 4} | .boottime = {secs: 3000000, nanosecs: 0}' "$WORK/clocks" >"$WORK/two"
	"$PROBE" --host >"$WORK/before"
	quietly elsewhen run --detach --bundle "$BUNDLE" --clock-from "$WORK/one" --clock-from "$WORK/two" \
		--policy continue "$ID"
	"$PROBE" --host >"$WORK/after"
	began_exactly monotonic 1000000000000005
	began_exactly boottime 3000000000000000
}

@test "the clocks of CRIU's images" {
	criu_image
	"$PROBE" --host >"$WORK/before"
	quietly elsewhen run --detach --bundle "$BUNDLE" --clock-from "$WORK/images" "$ID"
	"$PROBE" --host >"$WORK/after"
	began_exactly monotonic 1000000000005
	began_exactly boottime 2000000000006
}

@test "CRIU's images have no wall-clock time" {
	criu_image
	create_refused --clock-from wall -- --clock-from "$WORK/images" --policy suspend
}

@test "what cannot be: refused with the numbers" {
	saved_container
	jq '.monotonic.secs = 4611686018 | .boottime.secs = 4611686018 | .realtime.secs = 0' "$WORK/clocks" >"$WORK/far"
	create_refused --clock-from 4611686018 -- --clock-from "$WORK/far" --policy wallclock
	jq '.boottime.secs = 4611686019' "$WORK/clocks" >"$WORK/far"
	create_refused --clock-from boottime 4611686018 -- --clock-from "$WORK/far"
}

@test "a snapshot and a value, a policy alone, a policy that is none, a file that is none" {
	saved_container
	create_refused --clock-from --boottime -- --clock-from "$WORK/clocks" --boottime +1h
	create_refused '--policy: needs --clock-from' -- --policy suspend
	create_refused --policy "'never'" -- --clock-from "$WORK/clocks" --policy never
	create_refused --clock-from "$WORK/none" -- --clock-from "$WORK/none"
	echo '{"clocksVersion": 2}' >"$WORK/newer"
	create_refused --clock-from clocksVersion -- --clock-from "$WORK/newer"
	head -c 100 "$WORK/clocks" >"$WORK/half"
	create_refused --clock-from -- --clock-from "$WORK/half"
}
