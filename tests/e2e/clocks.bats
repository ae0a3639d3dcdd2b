#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `clocks`: what a container's clocks read, beside the host's; and what state, list and ps tell of them.
# shellcheck disable=SC2034,SC2153,SC2154 # set for common.bash, and by bats

load common

readonly USER_ID=12345

# A fraction below zero, which the kernel has as -2 s and half a second; and 497 days of 10 ms ticks.
readonly OFFSETS='{monotonic: {secs: -2, nanosecs: 500000000},
	boottime: {secs: 42949672, nanosecs: 960000001}}'
readonly MONOTONIC=-1s500ms BOOTTIME=+497d2h27m52s960ms1ns
readonly MONOTONIC_NS=-1500000000 BOOTTIME_NS=42949672960000001

setup()
{
	common_setup
	[ -e /proc/self/ns/time ] || skip 'this kernel has no time namespaces (CONFIG_TIME_NS)'
	PROBE=$TOOLS/clock_probe
}

# --- containers

readonly WITHOUT_TIME='del(.linux.timeOffsets) | .linux.namespaces |= map(select(.type != "time"))'
readonly WITH_TIME="$WITHOUT_TIME | .linux.namespaces += [{type: \"time\"}]"

# shifted_container [FILTER...]: one that sleeps, with OFFSETS.
shifted_container()
{
	running_container "$WITH_TIME | .linux.timeOffsets = $OFFSETS" "$@"
}

host_container()
{
	running_container "$WITHOUT_TIME"
}

without_pid_namespace='.linux.namespaces |= map(select(.type != "pid"))'

# another ID [FILTER]: the same bundle as a container more.
another()
{
	edit --arg cgroup "$CGROUP/$1" ".linux.cgroupsPath = \$cgroup | ${2-.}"
	quietly elsewhen run --detach --bundle "$BUNDLE" "$1"
}

# A process in a time namespace of its own, in $TARGET; 3 and 7 million seconds ahead.
target()
{
	helper unshare --time --monotonic 3000000 --boottime 7000000 --fork --kill-child sleep 1000
	wait_for has_child "$HELPER"
	TARGET=$(tr -d ' ' <"/proc/$HELPER/task/$HELPER/children")
}

has_child()	# PID
{
	[ -n "$(tr -d ' ' <"/proc/$1/task/$1/children")" ]
}

by_path()	# PATH: the filter that asks for that time namespace
{
	echo "$WITHOUT_TIME | .linux.namespaces += [{type: \"time\", path: \"$1\"}]"
}

# --- what `clocks` says

# tell FILTER: of the document of the container $ID, raw, on one line.
tell()
{
	elsewhen clocks --format json "$ID" | jq -r "$1" | xargs
}

# jq of Debian 12 has no exact integers of this size, but the shell has.
readonly IN_NANOSECONDS='def ns: "\(.secs)000000000+\(.nanosecs)";'

# clock NAME MEMBER: in nanoseconds.
clock()
{
	local sum
	sum=$(jq -r --arg name "$1" "$IN_NANOSECONDS"' .clocks[] | select(.name == $name) | '"$2 | ns" \
		<"$WORK/clocks")
	echo $((sum))
}

between()	# WHAT LOW VALUE HIGH
{
	(($2 <= $3 && $3 <= $4)) || {
		printf '%s is not in order: %s <= %s <= %s\n' "$@"
		return 1
	}
}

all_clocks='realtime realtime_coarse tai monotonic monotonic_coarse monotonic_raw boottime'

# What is told, against readings of the host before and after that another program took.
check_clocks()	# MONOTONIC_NS BOOTTIME_NS
{
	local name offset
	local -A before after

	read_host before
	elsewhen clocks --format json "$ID" >"$WORK/clocks"
	read_host after
	equal "$(jq -r '[.clocks[].name] | join(" ")' <"$WORK/clocks")" "$all_clocks"
	equal "$(jq -c '[.clocks[] | .agree, .matches] | unique' <"$WORK/clocks")" '[true]'
	for name in $all_clocks; do
		case $name in
		monotonic*) offset=$1 ;;
		boottime) offset=$2 ;;
		*) offset=0 ;;
		esac
		check_clock "$name" "$offset" "${before[$name]}" "${after[$name]}"
	done
	check_proc "$2" "${before[boottime]}" "${after[boottime]}"
}

read_host()	# ARRAY
{
	local -n into=$1
	local key value

	into=()
	while read -r key value; do
		into["${key%.ns}"]=$value
	done < <("$PROBE" --host)
}

check_clock()	# NAME OFFSET BEFORE AFTER
{
	local name=$1 vdso host difference uncertainty

	equal "$name $(clock "$name" .offset)" "$name $2"
	vdso=$(clock "$name" .vdso)
	host=$(clock "$name" .host)
	difference=$(clock "$name" .difference)
	uncertainty=$(jq --arg name "$name" '.clocks[] | select(.name == $name) | .uncertaintyNanosecs' \
		<"$WORK/clocks")
	between "$name" "$3" $((vdso - $2)) "$4"
	between "$name, host" "$3" "$host" "$4"
	between "$name, by system call" "$(clock "$name" .syscall.before)" "$vdso" \
		"$(clock "$name" .syscall.after)"
	equal "$difference" $((vdso - host))
	between "$name, difference" $((difference - uncertainty)) "$2" $((difference + uncertainty))
	between "$name, uncertainty" 0 "$uncertainty" 100000000
}

# /proc/uptime is cut off to hundredths of a second; btime is whole seconds, and may be one off.
check_proc()	# BOOTTIME_NS BEFORE AFTER
{
	local inside host
	inside=$(($(jq -r "$IN_NANOSECONDS .uptime.inside | ns" <"$WORK/clocks")))
	host=$(($(jq -r "$IN_NANOSECONDS .uptime.host | ns" <"$WORK/clocks")))

	between uptime $(($2 + $1 - 10000000)) "$inside" $(($3 + $1))
	between 'uptime of the host' $(($2 - 10000000)) "$host" "$3"
	inside=$(jq .btime.inside <"$WORK/clocks")
	host=$(jq .btime.host <"$WORK/clocks")
	equal "$host" "$(sed -n 's/^btime //p' /proc/stat)"
	between btime $((host - $1 / 1000000000 - 1)) "$inside" $((host - $1 / 1000000000 + 1))
}

# --- one container

@test "every clock, by vDSO and by system call, is the host's and the offset, to the nanosecond" {
	shifted_container
	check_clocks $MONOTONIC_NS $BOOTTIME_NS
	equal "$(tell '.id, .status, .pid, .clock')" "$ID running $(pid_of "$ID") private"
	equal "$(tell .timeNamespace)" "$(namespace_of "$(pid_of "$ID")" time)"
	equal "$(tell .hostTimeNamespace)" "$(namespace_of self time)"
	equal "$(tell '.pinned, .sharedWith, .frozen')" 'false 0 true'
	equal "$(tell '.offsets | map_values([.secs, .nanosecs]) | tojson')" \
		'{monotonic:[-2,500000000],boottime:[42949672,960000001]}'
}

@test "a container on the host's clock: the same, and nothing is joined" {
	host_container
	check_clocks 0 0
	equal "$(tell '.clock, .timeNamespace, .pinned')" "host $(namespace_of self time) false"
	env "$TAG" "$UNDER_STRACE" strace -f -o "$WORK/strace" -e trace=setns "$ELSEWHEN" --root "$ROOT" clocks "$ID" 3>&-
	lacks "$(cat "$WORK/strace")" setns
}

@test "the time namespace and no other is joined, by a process that is not the runtime itself" {
	shifted_container
	env "$TAG" "$UNDER_STRACE" strace -f -o "$WORK/strace" -e trace=setns "$ELSEWHEN" --root "$ROOT" clocks "$ID" 3>&-
	equal "$(grep -c 'setns(.*, CLONE_NEWTIME)' "$WORK/strace")" 1
	equal "$(grep -c 'setns(' "$WORK/strace")" 1
	differ "$(sed -n 's/^\([0-9]*\) .*setns.*/\1/p' "$WORK/strace")" \
		"$(sed -n '$s/^\([0-9]*\) *+++ exited.*/\1/p' "$WORK/strace")"
}

@test "an offset of less than zero is read back as it was written" {
	shifted_container '.linux.timeOffsets = {boottime: {secs: -60, nanosecs: 1}}'
	check_clocks 0 -59999999999
	contains "$(elsewhen clocks "$ID")" '-59s999ms999us999ns'
}

@test "in the host's PID namespace" {
	shifted_container "$without_pid_namespace"
	check_clocks $MONOTONIC_NS $BOOTTIME_NS
}

@test "in a user namespace" {
	shifted_container '.linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
		| .linux.gidMappings = .linux.uidMappings'
	check_clocks $MONOTONIC_NS $BOOTTIME_NS
}

# An ordinary user's elsewhen: the tree may be in a directory that such a user can not enter.
become_rootless()
{
	mkdir "$WORK/bin" "$WORK/runtime"
	cp "$ELSEWHEN" "$WORK/bin/elsewhen"
	chmod -R a+rX "$WORK/bin"
	ROOT=$WORK/runtime/elsewhen
	chown -R $USER_ID:$USER_ID "$WORK"
	elsewhen()
	{
		as_user env "$TAG" XDG_RUNTIME_DIR="$WORK/runtime" "$WORK/bin/elsewhen" "$@" 3>&-
	}
	as_user unshare --user --map-root-user true ||
		skip 'ordinary users may not make user namespaces here'
}

as_user()
{
	setpriv --reuid $USER_ID --regid $USER_ID --clear-groups --inh-caps=-all --reset-env "$@"
}

rootless_bundle()	# [FILTER...]
{
	make_rootfs "$ROOTFS"
	chown -R $USER_ID:$USER_ID "$BUNDLE"
	(cd "$BUNDLE" && elsewhen spec --rootless)
	edit --arg tag "$TAG" '.process.terminal = false | .process.env += [$tag]'
	edit "$WITH_TIME | .linux.timeOffsets = $OFFSETS"
	local filter
	for filter; do
		edit "$filter"
	done
	shell 'trap "exit 0" TERM; while :; do sleep 0.05; done'
}

@test "of an ordinary user" {
	become_rootless
	rootless_bundle
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	check_clocks $MONOTONIC_NS $BOOTTIME_NS
	equal "$(elsewhen state "$ID" | jq -r '.annotations["elsewhen.dev/state.boottime"]')" $BOOTTIME
}

@test "of an ordinary user, in the host's PID namespace" {
	become_rootless
	rootless_bundle "$without_pid_namespace" '.mounts |= map(if .destination == "/proc"
		then {destination, type: "bind", source: "/proc", options: ["rbind"]} else . end)' \
		'del(.linux.maskedPaths, .linux.readonlyPaths)'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	check_clocks $MONOTONIC_NS $BOOTTIME_NS
}

@test "of an ordinary user, before it starts and after" {
	become_rootless
	rootless_bundle
	quietly elsewhen create --bundle "$BUNDLE" "$ID"
	equal "$(elsewhen state "$ID" | jq -r '.annotations["elsewhen.dev/state.boottime"]')" $BOOTTIME
	equal "$(tell .status)" created
	check_clocks $MONOTONIC_NS $BOOTTIME_NS
	quietly elsewhen start "$ID"
	check_clocks $MONOTONIC_NS $BOOTTIME_NS
}

@test "seen from a container: differences are from the clock of who asks" {
	shifted_container
	run unshare --time --boottime 1000 --monotonic 500 --fork --kill-child \
		env "$TAG" "$ELSEWHEN" --root "$ROOT" clocks --format json "$ID" 3>&-
	succeeded
	equal "$(jq -c '.offsets | map_values([.secs, .nanosecs])' <<<"$output")" \
		'{"monotonic":[-502,500000000],"boottime":[42948672,960000001]}'
	equal "$(jq -c '[.clocks[] | .agree, .matches] | unique' <<<"$output")" '[true]'
	equal "$(jq -r .clock <<<"$output")" private
}

@test "by path: whose it is, and whether something is mounted on it" {
	target
	running_container "$(by_path "/proc/$TARGET/ns/time")"
	check_clocks 3000000000000000 7000000000000000
	equal "$(tell '.clock, .clockOrigin, .pinned')" "path /proc/$TARGET/ns/time false"
	equal "$(tell .timeNamespace)" "$(namespace_of "$TARGET" time)"
	: >"$WORK/pin"
	mount --bind "/proc/$TARGET/ns/time" "$WORK/pin"
	another "$ID-pin" "$(by_path "$WORK/pin")"
	equal "$(elsewhen clocks -f json "$ID-pin" | jq -c '[.clock, .clockOrigin, .pinned]')" \
		"[\"path\",\"$WORK/pin\",true]"
	contains "$(elsewhen clocks "$ID-pin")" ', pinned, '
	umount "$WORK/pin"
	equal "$(elsewhen clocks -f json "$ID-pin" | jq .pinned)" false
}

@test "shared: how many other containers of --root are in the same time namespace" {
	shifted_container
	another "$ID-b" "$(by_path "/proc/$(pid_of "$ID")/ns/time")"
	another "$ID-c" "$(by_path "/proc/$(pid_of "$ID")/ns/time")"
	another "$ID-alone" "$WITH_TIME"
	equal "$(tell .sharedWith)" 2
	contains "$(elsewhen clocks "$ID")" 'shared with 2 other containers'
	equal "$(elsewhen clocks -f json "$ID-alone" | jq .sharedWith)" 0
	elsewhen delete --force "$ID-c"
	equal "$(tell .sharedWith)" 1
	contains "$(elsewhen clocks "$ID")" 'shared with 1 other container,'
	elsewhen kill "$ID-b" KILL
	wait_for has_status "$ID-b" stopped
	equal "$(tell .sharedWith)" 0
	contains "$(elsewhen clocks "$ID")" 'shared with no other container'
}

@test "a created one and a paused one are read, a stopped one is refused" {
	make_bundle "$WITH_TIME | .linux.timeOffsets = $OFFSETS"
	shell 'trap "exit 0" TERM; while :; do sleep 0.05; done'
	create_container
	check_clocks $MONOTONIC_NS $BOOTTIME_NS
	equal "$(tell .status)" created
	quietly elsewhen start "$ID"
	elsewhen pause "$ID"
	check_clocks $MONOTONIC_NS $BOOTTIME_NS
	equal "$(tell .status)" paused
	elsewhen resume "$ID"
	elsewhen kill "$ID" KILL
	wait_for has_status "$ID" stopped
	run elsewhen clocks "$ID"
	failed "container '$ID' is stopped"
	run elsewhen clocks "$ID-none"
	failed "container '$ID-none' does not exist"
}

@test "the table is for people: aligned, in days, hours, minutes and seconds" {
	shifted_container
	run elsewhen clocks "$ID"
	succeeded
	equal "${lines[0]}" "container  $ID, running, pid $(pid_of "$ID")"
	equal "${lines[1]}" 'clock      private, made for this container'
	equal "${lines[2]}" "namespace  $(namespace_of "$(pid_of "$ID")" time), not pinned, shared with no other container, frozen"
	matches "${lines[3]}" '^uptime     (497|498|499|5[0-9][0-9])d [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{2}, on the host [0-9]+d [0-9:]{8}\.[0-9]{2}$'
	matches "${lines[4]}" '^boot time  [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} UTC, on the host [0-9-]{10} [0-9:]{8}$'
	matches "${lines[5]}" '^CLOCK +INSIDE +BY SYSTEM CALL +HOST +DIFFERENCE +OFFSET +CHECK$'
	matches "${lines[6]}" '^realtime +[0-9-]{10} [0-9:]{8}\.[0-9]{9}  .* none +ok$'
	matches "${lines[9]}" '^monotonic +[0-9]+d [0-9:]{8}\.[0-9]{9} +-[0-9]+ns \+[0-9]+ns .* -0d 00:00:0[12](\.[0-9]+)? ±[0-9]+[num]s +-1s500ms +ok$'
	matches "${lines[12]}" '^boottime .* \+497d 02:27:5[23](\.[0-9]+)? ±[0-9]+[num]s +'"\\$BOOTTIME"' +ok$'
	equal "${#lines[@]}" 13
	local column=${lines[5]%%OFFSET*} line
	for line in "${lines[@]:6}"; do
		matches "${line:$((${#column} - 1)):2}" '^ [+n-]' || return 1
	done
}

@test "without an ID: a row for each container" {
	shifted_container
	another "$ID-host" "$WITHOUT_TIME"
	another "$ID-stop" "$WITH_TIME | .linux.timeOffsets = {boottime: {secs: 3600}}"
	elsewhen kill "$ID-stop" KILL
	wait_for has_status "$ID-stop" stopped
	run elsewhen clocks
	succeeded
	matches "${lines[0]}" '^ID +STATUS +CLOCK +MONOTONIC +BOOTTIME +UPTIME$'
	matches "${lines[1]}" "^$ID +running +private +$MONOTONIC +\\$BOOTTIME +(497|498|499|5[0-9][0-9])d [0-9]{2}:[0-9]{2}:[0-9]{2}$"
	matches "${lines[2]}" "^$ID-host +running +host +\+0 +\+0 +[0-9]+d [0-9:]{8}$"
	matches "${lines[3]}" "^$ID-stop +stopped +private +\+0 +\+1h +-$"
	equal "${#lines[@]}" 4
	run elsewhen clocks --format json
	succeeded
	equal "$(jq -c 'map([.id, .clock, .offsets.boottime.secs, (.uptime | type)])' <<<"$output")" \
		"[[\"$ID\",\"private\",42949672,\"object\"],[\"$ID-host\",\"host\",0,\"object\"],[\"$ID-stop\",\"private\",3600,\"null\"]]"
}

@test "without an ID and without a container: the heading, and an empty array" {
	run elsewhen clocks
	succeeded
	matches "$output" '^ID +STATUS +CLOCK +MONOTONIC +BOOTTIME +UPTIME$'
	equal "$(elsewhen clocks --format json | jq -c .)" '[]'
}

# --- again and again

has_lines()	# NUMBER PATTERN FILE
{
	[ "$(grep -c -e "$2" "$3")" -ge "$1" ]
}

@test "--watch: again every second, until the container ends, which is no failure" {
	shifted_container
	helper_elsewhen clocks --watch "$ID"
	wait_for has_lines 3 '^boottime ' "$WORK/helper"
	elsewhen kill "$ID" KILL
	local status=0
	wait "$HELPER" || status=$?
	equal "$status" 0
	lacks "$(cat "$WORK/helper")" $'\033'
	lacks "$(cat "$WORK/helper")" elsewhen:
	# Each time a second later, or more where the machine was busy.
	[ "$(sed -n 's/^uptime .* on the host //p' "$WORK/helper" | cut -d . -f 1 | uniq | wc -l)" -ge 3 ]
}

@test "--watch: until it is interrupted; JSON documents follow each other" {
	shifted_container
	# What a shell starts in the background ignores it.
	helper env --default-signal=INT "$TAG" "$ELSEWHEN" --root "$ROOT" clocks --watch --format json "$ID"
	wait_for has_lines 2 '"frozen"' "$WORK/helper"
	kill -INT "$HELPER"
	local status=0
	wait "$HELPER" || status=$?
	equal "$status" 130
	equal "$(jq -s 'map(.id) | unique | length' <"$WORK/helper")" 1
}

@test "--watch on a terminal draws in the place of what stands there" {
	shifted_container
	helper env "$TAG" script --quiet --return --command \
		"$ELSEWHEN --root $ROOT clocks --watch $ID" /dev/null
	wait_for has_lines 2 $'\033\\[H\033\\[J' "$WORK/helper"
	elsewhen kill "$ID" KILL
	wait "$HELPER"
}

@test "--watch of a container that does not run is an error at once" {
	run elsewhen clocks --watch "$ID"
	failed "container '$ID' does not exist"
}

# --- elsewhere

annotation()	# NAME
{
	elsewhen state "$ID" | jq -r --arg name "elsewhen.dev/state.$1" '.annotations[$name] // "none"'
}

@test "state: annotations beside the config's own; none of them for the host's clock" {
	shifted_container '.annotations = {"mine": "kept", "elsewhen.dev/state.clock": "forged"}'
	equal "$(annotation clock)" private
	equal "$(annotation time-namespace)" "$(namespace_of "$(pid_of "$ID")" time)"
	equal "$(annotation monotonic)" $MONOTONIC
	equal "$(annotation boottime)" $BOOTTIME
	equal "$(elsewhen state "$ID" | jq -r .annotations.mine)" kept
	elsewhen kill "$ID" KILL
	wait_for has_status "$ID" stopped
	equal "$(annotation clock) $(annotation boottime)" "private $BOOTTIME"
	elsewhen delete "$ID"
	edit 'del(.annotations)'
	another "$ID" "$WITHOUT_TIME"
	equal "$(elsewhen state "$ID" | jq '.annotations')" null
}

@test "list: a column for the clock" {
	shifted_container
	another "$ID-a" "$WITHOUT_TIME"
	another "$ID-b" "$WITH_TIME | .linux.timeOffsets = {monotonic: {secs: 172800}, boottime: {secs: 172800}}"
	another "$ID-c" "$(by_path "/proc/$(pid_of "$ID-b")/ns/time")"
	run elsewhen list
	succeeded
	matches "${lines[0]}" '^ID +PID +STATUS +CLOCK +BUNDLE'
	matches "${lines[1]}" "^$ID +[0-9]+ +running +-1s500ms/~\\+497d2h +$BUNDLE"
	matches "${lines[2]}" "^$ID-a +[0-9]+ +running +host +$BUNDLE"
	matches "${lines[3]}" "^$ID-b +[0-9]+ +running +\\+2d +$BUNDLE"
	matches "${lines[4]}" "^$ID-c +[0-9]+ +running +path \\+2d +$BUNDLE"
	equal "$(elsewhen list -f json | jq -r '.[0].annotations["elsewhen.dev/state.boottime"]')" $BOOTTIME
}

@test "ps: by which clock each process lives, also one that was executed later" {
	shifted_container
	elsewhen exec --detach "$ID" sleep 1000 >/dev/null 2>&1 </dev/null
	run elsewhen ps "$ID"
	succeeded
	matches "${lines[0]}" '^PID +CLOCK +CMD$'
	[ "${#lines[@]}" -ge 3 ]
	local line
	for line in "${lines[@]:1}"; do
		matches "$line" "^[0-9]+ +\\$BOOTTIME +[a-z]+$" || return 1
	done
	contains "$output" sleep
	elsewhen ps --format json "$ID" | jq -e 'type == "array" and all(type == "number")'
}

@test "ps: the host's clock is named so" {
	host_container
	run elsewhen ps "$ID"
	succeeded
	matches "${lines[1]}" '^[0-9]+ +host +[a-z]+$'
}

# --- saved

# saved MEMBER FILE: in nanoseconds.
saved()
{
	local sum
	sum=$(jq -r "$IN_NANOSECONDS .$1 | ns" <"$2")
	echo $((sum))
}

# Every clock was read between two moments; and all at the same one, or within a tenth of a second,
# which is what reading the host's takes on a busy machine.
check_saved()	# FILE MONOTONIC_NS BOOTTIME_NS, with the arrays before and after
{
	local realtime monotonic boottime tenth=100000000
	realtime=$(saved realtime "$1")
	monotonic=$(($(saved monotonic "$1") - $2))
	boottime=$(($(saved boottime "$1") - $3))

	between 'saved realtime' "${before[realtime]}" "$realtime" "${after[realtime]}"
	between 'saved monotonic' "${before[monotonic]}" $monotonic "${after[monotonic]}"
	between 'saved boottime' "${before[boottime]}" $boottime "${after[boottime]}"
	between 'realtime beside monotonic' -$tenth \
		$((realtime - monotonic - (before[realtime] - before[monotonic]))) $tenth
	between 'boottime beside monotonic' -$tenth \
		$((boottime - monotonic - (before[boottime] - before[monotonic]))) $tenth
}

save()	# FILE
{
	read_host before
	elsewhen clocks --save "$1" "$ID"
	read_host after
}

@test "--save: the clocks at one instant, where and how they were made, for the owner alone" {
	local -A before after
	shifted_container '.annotations = {"elsewhen.dev/restore-clock": "wallclock"}'
	save "$WORK/saved.json"
	check_saved "$WORK/saved.json" $MONOTONIC_NS $BOOTTIME_NS
	equal "$(jq -c '[.clocksVersion, .id, .policy]' <"$WORK/saved.json")" "[1,\"$ID\",\"wallclock\"]"
	equal "$(jq -r .bootId <"$WORK/saved.json")" "$(cat /proc/sys/kernel/random/boot_id)"
	equal "$(jq -c '.timeOffsets | map_values([.secs, .nanosecs])' <"$WORK/saved.json")" \
		'{"monotonic":[-2,500000000],"boottime":[42949672,960000001]}'
	equal "$(stat -c %a "$WORK/saved.json")" 600
	equal "$(find "$WORK" -maxdepth 1 -name '.*')" ''
}

@test "--save replaces a file as a whole; without the annotation there is no policy" {
	local -A before after
	host_container
	echo old >"$WORK/saved.json"
	chmod 0666 "$WORK/saved.json"
	save "$WORK/saved.json"
	check_saved "$WORK/saved.json" 0 0
	equal "$(jq .policy <"$WORK/saved.json")" null
	equal "$(stat -c %a "$WORK/saved.json")" 600
	(cd "$WORK" && elsewhen clocks --save here.json "$ID" && jq -e .bootId <here.json)
}

@test "--save is durable: it is written to the disk before it has its name" {
	host_container
	env "$TAG" "$UNDER_STRACE" strace -o "$WORK/strace" -e trace=fsync,renameat "$ELSEWHEN" --root "$ROOT" \
		clocks --save "$WORK/saved.json" "$ID" 3>&-
	equal "$(sed -n 's/^\([a-z]*\)(.*/\1/p' "$WORK/strace" | xargs)" 'fsync renameat fsync'
}

@test "--save - is standard output; a paused container can be saved, a stopped one not" {
	local -A before after
	shifted_container
	elsewhen pause "$ID"
	read_host before
	elsewhen clocks --save - "$ID" >"$WORK/saved.json"
	read_host after
	check_saved "$WORK/saved.json" $MONOTONIC_NS $BOOTTIME_NS
	elsewhen resume "$ID"
	elsewhen kill "$ID" KILL
	wait_for has_status "$ID" stopped
	run elsewhen clocks --save "$WORK/stopped.json" "$ID"
	failed "container '$ID' is stopped"
	[ ! -e "$WORK/stopped.json" ]
}

@test "--save: by an ordinary user" {
	local -A before after
	become_rootless
	rootless_bundle
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	save "$WORK/saved.json"
	check_saved "$WORK/saved.json" $MONOTONIC_NS $BOOTTIME_NS
	equal "$(stat -c '%u %a' "$WORK/saved.json")" "$USER_ID 600"
}

@test "--save: what can not be is one sentence, a policy that there is not at once" {
	shifted_container
	run elsewhen clocks --save "$WORK/none/saved.json" "$ID"
	failed "--save: open the directory of '$WORK/none/saved.json': No such file"
	run elsewhen clocks --save "$WORK/" "$ID"
	failed "--save: '$WORK/' is a directory"
	run elsewhen clocks --save "$WORK" "$ID"
	failed "--save: write '$WORK': Is a directory"
	run elsewhen clocks --save "$WORK/saved.json"
	failed 'clocks: --save: whose? give the ID of a container'
	run elsewhen clocks --save "$WORK/saved.json" --watch "$ID"
	failed 'clocks: --watch can not be given beside --save'
	[ ! -e "$WORK/saved.json" ]
	elsewhen delete --force "$ID"
	edit '.annotations = {"elsewhen.dev/restore-clock": "sometimes"}'
	run run_container
	failed elsewhen.dev/restore-clock sometimes
}

@test "a new container goes on from what was saved" {
	shifted_container
	elsewhen clocks --save "$WORK/saved.json" "$ID"
	elsewhen delete --force "$ID"
	edit "$WITHOUT_TIME"
	quietly elsewhen run --detach --bundle "$BUNDLE" --clock-from "$WORK/saved.json" "$ID"
	elsewhen clocks --format json "$ID" >"$WORK/clocks"
	equal "$(jq -c '[.clocks[] | .agree, .matches] | unique' <"$WORK/clocks")" '[true]'
	local minute=60000000000
	between monotonic "$(saved monotonic "$WORK/saved.json")" "$(clock monotonic .vdso)" \
		$(($(saved monotonic "$WORK/saved.json") + minute))
	between boottime "$(saved boottime "$WORK/saved.json")" "$(clock boottime .vdso)" \
		$(($(saved boottime "$WORK/saved.json") + minute))
}

# --- a pod

@test "a pod's clock: whose it is, that it is pinned, and shared" {
	running_container "$WITHOUT_TIME" '.annotations = {"elsewhen.dev/clock": "pod",
		"elsewhen.dev/boottime": "+2d", "elsewhen.dev/monotonic": "+2d",
		"io.kubernetes.cri.container-type": "sandbox"}' \
		".annotations[\"io.kubernetes.cri.sandbox-id\"] = \"$ID\""
	another "$ID-a" ".annotations[\"io.kubernetes.cri.container-type\"] = \"container\"
		| (.linux.namespaces[] | select(.type == \"network\")).path = \"/proc/$(pid_of "$ID")/ns/net\""
	equal "$(elsewhen clocks -f json "$ID-a" | jq -c '[.clock, .clockOrigin, .pinned, .sharedWith]')" \
		"[\"pod\",\"$ID\",true,1]"
	equal "$(tell '.clock, .clockOrigin, .pinned, .sharedWith')" "pod $ID true 1"
	contains "$(elsewhen clocks "$ID-a")" "clock      pod, made by the sandbox $ID"
	matches "$(elsewhen list | tail -n 1)" "^$ID-a +[0-9]+ +running +pod \\+2d "
	equal "$(elsewhen state "$ID-a" | jq -r '.annotations["elsewhen.dev/state.clock"]')" pod
	check_clocks 172800000000000 172800000000000
	elsewhen delete --force "$ID-a"
	elsewhen delete --force "$ID"
}
