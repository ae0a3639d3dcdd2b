#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# checkpoint and restore: processes by CRIU, and clocks that go on.
# shellcheck disable=SC2030,SC2031,SC2034 # each test is a subshell of its own; what is read may be for one of two clocks

load common
load checkpoint

timer_log_is_right()	# FILE SECONDS: what the dump and the restore took
{
	cat "$1"
	grep -q -x 'done' "$1" || return 1
	# No clock was ever behind, and boottime never behind monotonic.
	[ "$(awk '$1 == "clock" && $4 != 0 || $1 == "order" && $2 != 0' "$1")" = '' ] || return 1
	# No timer was early, but for absolute timerfds, which CRIU sets to whole seconds; nor much too late.
	[ "$(awk -v took="$2" '$1 == "timer" { early = $2 == "timerfd-absolute" ? -1e9 : 0
		if ($4 < early || $4 > (took + 5) * 1e9) print }' "$1")" = '' ] || return 1
	equal "$(grep -c '^timer' "$1")" 20
}

@test "every kind of timer, dumped while pending: no clock steps back, none fires early" {
	local begin

	make_bundle
	arguments timer_log 4
	run_detached
	wait_for grep -q '^armed' "$WORK/output"
	begin=$SECONDS
	checkpoint
	equal "$(status_of "$ID")" stopped
	elsewhen delete "$ID"
	sleep 1
	restore
	begin=$((SECONDS - begin))
	equal "$(status_of "$ID")" running
	wait_for has_status "$ID" stopped || wait_for has_status "$ID" stopped
	timer_log_is_right "$WORK/output" "$begin"
}

@test "twice in a row, and exec, pause, kill and delete as ever" {
	ticking_container
	checkpoint
	elsewhen delete "$ID"
	restore
	ticks_on
	IMAGES=$WORK/images2
	checkpoint
	elsewhen delete "$ID"
	restore
	ticks_on
	equal "$(elsewhen exec "$ID" echo hello)" hello
	elsewhen pause "$ID"
	equal "$(status_of "$ID")" paused
	elsewhen resume "$ID"
	elsewhen kill "$ID" TERM
	wait_for has_status "$ID" stopped
	elsewhen delete "$ID"
}

@test "mounts, namespaces, cgroup and attributes are as they were" {
	mkdir "$WORK/data"
	echo from outside >"$WORK/data/file"
	ticking_container '.root.readonly = true | .linux.maskedPaths += ["/proc/kcore", "/sys/fs"]
		| .hostname = "somewhere" | .process.noNewPrivileges = true
		| .mounts += [{destination: "/data", type: "bind", source: "'"$WORK"'/data", options: ["bind", "ro"]}]
		| .linux.resources.pids.limit = 100'
	mounts_of "$(pid_of "$ID")" >"$WORK/before"
	grep -E '^(Cap|NoNew|Seccomp|Groups|Uid)' "/proc/$(pid_of "$ID")/status" >"$WORK/status-before"
	checkpoint
	elsewhen delete "$ID"
	restore
	diff "$WORK/before" <(mounts_of "$(pid_of "$ID")")
	diff "$WORK/status-before" <(grep -E '^(Cap|NoNew|Seccomp|Groups|Uid)' "/proc/$(pid_of "$ID")/status")
	equal "$(elsewhen exec "$ID" cat /data/file)" 'from outside'
	equal "$(elsewhen exec "$ID" hostname)" somewhere
	grep -q -F "$CGROUP/$ID" "/proc/$(pid_of "$ID")/cgroup"
	lacks "$(elsewhen exec "$ID" cat /proc/self/cgroup)" "$CGROUP"
}

@test "another bundle, another id, another cgroup: what was outside comes from there" {
	mkdir "$WORK/data" "$WORK/other"
	echo one >"$WORK/data/file"
	echo two >"$WORK/other/file"
	ticking_container '.mounts += [{destination: "/data", type: "bind", source: "'"$WORK"'/data", options: ["bind"]}]'
	checkpoint --leave-running
	ticks_on
	SECOND=${ID}b
	edit '.mounts[-1].source = "'"$WORK"'/other" | .linux.cgroupsPath = "'"$CGROUP/$SECOND"'"'
	restore_as "$SECOND"
	equal "$(elsewhen exec "$ID" cat /data/file)" one
	equal "$(elsewhen exec "$SECOND" cat /data/file)" two
	grep -q -F "$CGROUP/$SECOND" "/proc/$(pid_of "$SECOND")/cgroup"
}

@test "a container that had no time namespace has one afterwards, which all commands know" {
	ticking_container '.linux.namespaces |= map(select(.type != "time"))'
	equal "$(namespace_of "$(pid_of "$ID")" time)" "$(namespace_of self time)"
	checkpoint
	elsewhen delete "$ID"
	restore
	differ "$(namespace_of "$(pid_of "$ID")" time)" "$(namespace_of self time)"
	equal "$(elsewhen exec "$ID" readlink /proc/self/ns/time)" "$(namespace_of "$(pid_of "$ID")" time)"
	equal "$(jq -r .clock "$ROOT/$ID/state.json")" private
	equal "$(jq -r .namespaces.time "$ROOT/$ID/state.json")" "$(namespace_of "$(pid_of "$ID")" time)"
	run elsewhen clocks "$ID"
	succeeded
	lacks "$output" WRONG
}

@test "the policies: what an hour in between is to the clocks" {
	local policy monotonic boottime

	ticking_container '.linux.namespaces += [{type: "time"}] | .linux.namespaces |= unique_by(.type)
		| .linux.timeOffsets = {monotonic: {secs: 100000}, boottime: {secs: 200000}}'
	checkpoint
	elsewhen delete "$ID"
	age_checkpoint 3600
	for policy in continue 0 0 suspend 0 3600 wallclock 3600 3600; do
		case $policy in
		[a-z]*)
			restore --clock-policy $policy
			elsewhen exec "$ID" clock_probe >"$WORK/probe"
			monotonic=$(sed -n 's/^monotonic.ns \(.*\)[0-9]\{9\}$/\1/p' "$WORK/probe")
			boottime=$(sed -n 's/^boottime.ns \(.*\)[0-9]\{9\}$/\1/p' "$WORK/probe")
			elsewhen delete --force "$ID"
			grep -q "clocks restored ($policy)" "$LOG" || return 1
			next=monotonic
			;;
		*)
			echo "$next + $policy"
			between $(($(saved "$next") + policy)) "${!next}" $(($(saved "$next") + policy + 60)) || return 1
			next=boottime
			;;
		esac
	done
}

@test "the policy config: the clocks of the new config.json, with a warning when they step back" {
	ticking_container '.linux.namespaces += [{type: "time"}] | .linux.namespaces |= unique_by(.type)
		| .linux.timeOffsets = {boottime: {secs: 200000}}'
	checkpoint
	elsewhen delete "$ID"
	edit '.linux.timeOffsets.boottime.secs = 300000'
	restore --clock-policy config
	between $(($(cut -d . -f 1 /proc/uptime) + 299990)) "$(uptime_of "$ID")" $(($(cut -d . -f 1 /proc/uptime) + 300010))
	elsewhen delete --force "$ID"
	edit '.linux.timeOffsets.boottime.secs = 0'
	restore --clock-policy config
	contains "$(cat "$LOG")" 'step back: boottime reads'
}

@test "which policy: the option, the annotation, what the checkpoint was made with" {
	ticking_container
	checkpoint --clock-policy suspend
	elsewhen delete "$ID"
	restore
	contains "$(tail -n 1 "$LOG")" 'clocks restored (suspend)'
	elsewhen delete --force "$ID"
	edit '.annotations["elsewhen.dev/restore-clock"] = "wallclock"'
	restore
	contains "$(tail -n 1 "$LOG")" 'clocks restored (wallclock)'
	elsewhen delete --force "$ID"
	restore --clock-policy continue
	contains "$(tail -n 1 "$LOG")" 'clocks restored (continue)'
	elsewhen delete --force "$ID"
	edit '.annotations["elsewhen.dev/restore-clock"] = "sometimes"'
	run restore
	failed 'annotations.elsewhen.dev/restore-clock' sometimes
	# And long before anybody restores it.
	run elsewhen create --bundle "$BUNDLE" "$ID"
	failed 'annotations.elsewhen.dev/restore-clock' sometimes
}

@test "another node: from a year ahead, and to one whose uptime is less" {
	local uptime behind

	make_bundle
	shell 'trap "exit 0" TERM; i=0; while :; do i=$((i + 1)); echo $i; sleep 0.05; done'
	unshare --time --monotonic 31536000 --boottime 31536000 --fork \
		env "$TAG" "$ELSEWHEN" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" </dev/null >&8 2>&8 3>&- 8>&-
	wait_for grep -q -x 3 "$WORK/output"
	[ "$(uptime_of "$ID")" -gt 31536000 ]
	unshare --time --monotonic 31536000 --boottime 31536000 --fork \
		env "$TAG" "$ELSEWHEN" --root "$ROOT" checkpoint --image-path "$IMAGES" "$ID"
	elsewhen delete "$ID"
	[ "$(saved boottime)" -gt 31536000 ]
	uptime=$(cut -d . -f 1 /proc/uptime)
	behind=$((uptime - 5))
	restore
	[ "$(uptime_of "$ID")" -ge "$(saved boottime)" ]
	ticks_on
	elsewhen delete --force "$ID"
	unshare --time --monotonic -$behind --boottime -$behind --fork \
		env "$TAG" "$ELSEWHEN" --root "$ROOT" restore --detach --bundle "$BUNDLE" \
		--image-path "$IMAGES" "$ID" </dev/null >&8 2>&8 3>&- 8>&-
	between "$(saved boottime)" "$(uptime_of "$ID")" $(($(saved boottime) + 60))
	ticks_on
}

@test "without clock.json the clocks come from CRIU's own image" {
	ticking_container
	checkpoint
	elsewhen delete "$ID"
	mv "$IMAGES/clock.json" "$WORK/clock.json"
	restore
	contains "$(tail -n 1 "$LOG")" 'clocks restored (continue)'
	ticks_on
	elsewhen delete --force "$ID"
	run restore --clock-policy wallclock
	failed wallclock
	[ ! -e "$ROOT/$ID" ]
}

@test "a pod: its containers have one clock afterwards, and one that is behind is waited for or refused" {
	SECOND=${ID}b
	settings "{\"podClocks\": [\"$ID\", \"$SECOND\"]}"
	ticking_container '.annotations = {"elsewhen.dev/clock": "pod", "io.kubernetes.cri.sandbox-id": "'"$ID"'",
		"elsewhen.dev/boottime": "+2d", "elsewhen.dev/monotonic": "+1d"}'
	edit '.linux.cgroupsPath = "'"$CGROUP/$SECOND"'"'
	cp "$BUNDLE/config.json" "$WORK/second.json"
	run_detached "$SECOND"
	checkpoint
	elsewhen checkpoint --image-path "$WORK/images2" "$SECOND"
	elsewhen delete "$SECOND"
	elsewhen delete "$ID"
	# The last to be checkpointed is restored first, as the sandbox; the other joins it.
	edit '.annotations["io.kubernetes.cri.sandbox-id"] = "'"$SECOND"'"'
	IMAGES=$WORK/images2 restore_as "$SECOND"
	edit '.linux.cgroupsPath = "'"$CGROUP/$ID"'"'
	restore
	equal "$(namespace_of "$(pid_of "$ID")" time)" "$(namespace_of "$(pid_of "$SECOND")" time)"
	[ "$(uptime_of "$ID")" -ge "$(saved boottime)" ]
	# One that was saved three seconds later than now waits for the clock to come as far.
	elsewhen delete --force "$ID"
	jq '.boottime.secs = $now + 3' --argjson now "$(uptime_of "$SECOND")" "$IMAGES/clock.json" >"$WORK/ahead"
	mv "$WORK/ahead" "$IMAGES/clock.json"
	restore
	contains "$(cat "$LOG")" 'waiting for it'
	[ "$(uptime_of "$ID")" -ge "$(saved boottime)" ]
	# And one that was ahead: by an hour.
	elsewhen delete --force "$ID"
	jq '.boottime.secs += 3600' "$IMAGES/clock.json" >"$WORK/ahead"
	mv "$WORK/ahead" "$IMAGES/clock.json"
	run restore
	failed 'would step back: boottime reads' 's behind what it was saved at'
	[ ! -e "$ROOT/$ID" ]
	elsewhen delete --force "$SECOND"
}

@test "a pod's clock is made from the latest of the saved ones that the first restore is told of" {
	SECOND=${ID}b
	settings "{\"podClocks\": [\"$ID\", \"$SECOND\"]}"
	ticking_container '.annotations = {"elsewhen.dev/clock": "pod", "io.kubernetes.cri.sandbox-id": "'"$ID"'"}'
	edit '.linux.cgroupsPath = "'"$CGROUP/$SECOND"'"'
	run_detached "$SECOND"
	checkpoint
	elsewhen checkpoint --image-path "$WORK/images2" "$SECOND"
	elsewhen delete "$SECOND"
	elsewhen delete "$ID"
	# As if the second dump had been a day later.
	jq '.monotonic.secs += 86400 | .boottime.secs += 86400' "$WORK/images2/clock.json" >"$WORK/ahead"
	mv "$WORK/ahead" "$WORK/images2/clock.json"
	edit '.linux.cgroupsPath = "'"$CGROUP/$ID"'"'
	run restore --clock-from "$WORK/none"
	failed --clock-from "$WORK/none"
	[ ! -e "$ROOT/$ID" ]
	run restore --clock-from "$WORK/images2" --clock-policy config
	failed "--clock-from: with the policy 'config' nothing is taken"
	[ ! -e "$ROOT/$ID" ]
	restore --clock-from "$WORK/images2"
	matches "$(cat "$LOG")" 'boottime [0-9.]+ = [0-9.]+ saved \+ 864[0-9]{2}\.'
	edit '.linux.cgroupsPath = "'"$CGROUP/$SECOND"'"'
	IMAGES=$WORK/images2 restore_as "$SECOND"
	equal "$(grep -c 'waiting for it' "$LOG")" 0
	equal "$(namespace_of "$(pid_of "$ID")" time)" "$(namespace_of "$(pid_of "$SECOND")" time)"
	[ "$(uptime_of "$ID")" -ge "$(jq .boottime.secs "$WORK/images2/clock.json")" ]
}

# terminal_on NAME WORD: who listens on $WORK/NAME.sock, types WORD into the terminal that comes, and writes what it shows
# to $WORK/NAME.
terminal_on()
{
	python3 "$BATS_TEST_DIRNAME/console_receive.py" "$WORK/$1.sock" "$2" >"$WORK/$1" 2>&1 </dev/null 3>&- 8>&- &
	HELPERS+=("$!")
	wait_for test -S "$WORK/$1.sock"
}

@test "a terminal goes to the console socket, and still works" {
	make_bundle '.process.terminal = true'
	shell 'while read -r line; do echo "got $line, $(tty)"; done'
	terminal_on before one
	quietly elsewhen run --detach --bundle "$BUNDLE" --console-socket "$WORK/before.sock" "$ID"
	wait_for grep -q 'got one, /dev/pts/0' "$WORK/before"
	checkpoint
	elsewhen delete "$ID"
	end_helpers
	terminal_on after two
	quietly elsewhen restore --detach --bundle "$BUNDLE" --image-path "$IMAGES" \
		--console-socket "$WORK/after.sock" "$ID"
	contains "$(cat "$WORK/after")" 'received 1 descriptor'
	wait_for grep -q 'got two, /dev/pts/0' "$WORK/after"
	equal "$(status_of "$ID")" running
}

@test "a terminal of a restore in the foreground is ours: what is typed, its size, the exit status" {
	make_bundle '.process.terminal = true'
	shell 'while read -r line; do case $line in size) stty size ;; end) exit 9 ;;
		*) echo "got $line" ;; esac; done'
	terminal_on before one
	quietly elsewhen run --detach --bundle "$BUNDLE" --console-socket "$WORK/before.sock" "$ID"
	wait_for grep -q 'got one' "$WORK/before"
	checkpoint
	elsewhen delete "$ID"
	end_helpers
	status=0
	python3 "$BATS_TEST_DIRNAME/console_drive.py" 31x97 'two:got two' 'size:31 97' 'end:' -- \
		env "$TAG" "$ELSEWHEN" --root "$ROOT" restore --bundle "$BUNDLE" --image-path "$IMAGES" "$ID" \
		>"$WORK/after" 2>&1 3>&- 8>&- || status=$?
	cat "$WORK/after"
	equal "$status" 9
	[ ! -e "$ROOT/$ID" ]
}

@test "a paused container is dumped as it is, and goes on after a restore" {
	ticking_container
	elsewhen pause "$ID"
	checkpoint
	elsewhen delete --force "$ID"
	restore
	ticks_on
}

@test "figures of a checkpoint" {
	ticking_container
	run checkpoint --verbose --leave-running
	succeeded
	matches "${lines[0]}" '^frozen: +[0-9]+\.[0-9]{3} ms$'
	matches "${lines[1]}" '^pages: +[1-9][0-9]* written, [1-9][0-9]* scanned, 0 in the parent$'
	matches "${lines[2]}" '^bytes: +[1-9][0-9]*$'
	matches "${lines[3]}" '^clocks: +monotonic [0-9]+\.[0-9]{9}, boottime [0-9]+\.[0-9]{9}$'
	ticks_on
}

@test "what engines try: --help, an option without its value, one dash" {
	run elsewhen checkpoint --help
	succeeded
	run elsewhen restore --lsm-mount-context
	failed 'flag needs an argument'
	ticking_container
	checkpoint
	elsewhen delete "$ID"
	restore -no-subreaper --no-pivot --pid-file "$WORK/pid"
	equal "$(cat "$WORK/pid")" "$(pid_of "$ID")"
}

@test "no CRIU, or one that is none: said before anything is touched" {
	ticking_container
	run elsewhen checkpoint --criu no-such-criu --image-path "$IMAGES" "$ID"
	failed "there is no CRIU: 'no-such-criu'"
	[ ! -e "$IMAGES" ]
	run elsewhen checkpoint --criu /bin/false --image-path "$IMAGES" "$ID"
	failed 'CRIU ended without an answer'
	[ ! -e "$IMAGES" ]
	ticks_on
	run elsewhen restore --criu no-such-criu --bundle "$BUNDLE" --image-path "$IMAGES" other
	failed "there is no CRIU"
	[ ! -e "$ROOT/other" ]
}

@test "processes of exec are named, and CRIU's own words come with its log" {
	ticking_container
	helper_elsewhen exec "$ID" sleep 100
	wait_for eval "[ \$(elsewhen ps --format json $ID | jq length) -ge 2 ]"
	sleep 0.3
	run checkpoint
	failed 'is no descendant of its init'
	ticks_on
}

@test "CRIU's own words come with the name of its log" {
	ticking_container
	checkpoint
	elsewhen delete "$ID"
	rm "$IMAGES"/pages-1.img
	run restore
	failed 'CRIU: ' "its log is '$IMAGES/restore.log'"
	[ ! -e "$ROOT/$ID" ]
}

# refused_with FILTER WORD...: the checkpoint is not restored with that config.json, and nothing is left.
refused_with()
{
	cp "$BUNDLE/config.json" "$WORK/kept.json"
	edit "$1"
	run restore
	failed "${@:2}" || return 1
	assert_no_leftovers || return 1
	[ ! -e "$ROOT/$ID" ] || return 1
	cp "$WORK/kept.json" "$BUNDLE/config.json"
}

@test "processes that may more than config.json gives do not run" {
	ticking_container '.process.noNewPrivileges = false
		| .linux.namespaces |= map(select(.type != "ipc")) | .process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
	checkpoint
	elsewhen delete "$ID"
	count=$(grep -c '^[0-9]' "$WORK/output")
	refused_with '.process.capabilities |= map_values(. - ["CAP_SYS_ADMIN"])' CAP_SYS_ADMIN 'does not give'
	refused_with 'del(.process.capabilities)' 'does not give'
	refused_with '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["swapon"],
		action: "SCMP_ACT_ERRNO"}]}' linux.seccomp
	refused_with '.linux.namespaces += [{type: "ipc"}]' 'in the ipc namespace of the host'
	# None of them has run, not for a moment.
	equal "$(grep -c '^[0-9]' "$WORK/output")" "$count"
	restore
	ticks_on
	elsewhen delete --force "$ID"
	# Whoever may not change it has the id that config.json says.
	other='.process.noNewPrivileges = true | .process.capabilities |= map_values(. - ["CAP_SETUID", "CAP_SETGID"])'
	refused_with "$other"' | .process.user.uid = 1000' process.user.uid 'real 0, effective 0'
	refused_with "$other"' | .process.user.gid = 1000' process.user.gid
	# This can be given afterwards, whatever CRIU thinks of it.
	edit '.process.noNewPrivileges = true'
	restore
	matches "$(cat "/proc/$(pid_of "$ID")/status")" '.*NoNewPrivs:\s1.*'
}

@test "a process that has ended and that nobody has waited for is restored as such" {
	make_bundle
	arguments sh -c '(exit 3) & exec tail -f /dev/null'
	run_detached
	wait_for eval "elsewhen exec '$ID' grep -q '^State:.Z' /proc/2/status"
	checkpoint
	elsewhen delete "$ID"
	restore
	equal "$(status_of "$ID")" running
	elsewhen exec "$ID" grep -q '^State:.Z' /proc/2/status
}

@test "a user namespace: the same id maps, or none of it" {
	ticking_container '.linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
		| .linux.gidMappings = .linux.uidMappings
		| .linux.namespaces += [{type: "time"}] | .linux.namespaces |= unique_by(.type)
		| .linux.timeOffsets = {boottime: {secs: 200000}}'
	checkpoint
	elsewhen delete "$ID"
	restore
	ticks_on
	equal "$(stat -c %u "/proc/$(pid_of "$ID")")" 100000
	equal "$(stat -c %a "$IMAGES")" 700
	matches "$(cat "/proc/$(pid_of "$ID")/uid_map")" '^ +0 +100000 +65536$'
	[ "$(uptime_of "$ID")" -ge "$(saved boottime)" ]
	elsewhen delete --force "$ID"
	refused_with '.linux.uidMappings[0].hostID = 200000' uid_map
}

# Two of everything that a container can be given by path: each in a process that sleeps.
@test "namespaces by path: the restored container is in those that the new config.json names" {
	local one two kind

	helper unshare --net --ipc --uts sleep 1000
	one=$HELPER
	helper unshare --net --ipc --uts sleep 1000
	two=$HELPER
	wait_for eval "[ \"\$(namespace_of $one uts)\" != \"\$(namespace_of $two uts)\" ] &&
		[ \"\$(namespace_of $two uts)\" != \"\$(namespace_of self uts)\" ]"
	ticking_container '.linux.namespaces |= map(if .type == "network" then .path = "/proc/'"$one"'/ns/net"
		elif .type == "ipc" or .type == "uts" then .path = "/proc/'"$one"'/ns/" + .type else . end) | del(.hostname)'
	checkpoint
	elsewhen delete "$ID"
	restore
	for kind in net ipc uts; do
		equal "$(namespace_of "$(pid_of "$ID")" $kind)" "$(namespace_of "$one" $kind)" || return 1
	done
	ticks_on
	elsewhen delete --force "$ID"
	edit '.linux.namespaces |= map(if .path then .path |= sub("/[0-9]+/"; "/'"$two"'/") else . end)'
	restore
	for kind in net ipc uts; do
		equal "$(namespace_of "$(pid_of "$ID")" $kind)" "$(namespace_of "$two" $kind)" || return 1
	done
	ticks_on
	elsewhen delete --force "$ID"
	for kind in user cgroup; do
		refused_with '.linux.namespaces |= map(select(.type != "'$kind'"))
			+ [{type: "'$kind'", path: "/proc/'"$two"'/ns/'"$kind"'"}]' "into the $kind namespace" ||
			return 1
	done
}

@test "where cgroup v2 is all there is: frozen, dumped and restored; with and without a cgroup namespace" {
	local filter

	if [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
		[ -e /sys/fs/cgroup/unified/cgroup.procs ] || skip 'cgroup v2 is not mounted'
		mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup
		HIDDEN=yes
	fi
	for filter in . '.linux.namespaces |= map(select(.type != "cgroup"))'; do
		rm -rf "$BUNDLE" "$IMAGES" "$WORK/output"
		exec 8> >(exec cat >>"$WORK/output" 3>&-)
		ticking_container "$filter"
		mounts_of "$(pid_of "$ID")" >"$WORK/before"
		checkpoint
		elsewhen delete "$ID"
		restore
		ticks_on
		grep -q '^/sys/fs/cgroup .* cgroup2$' "$WORK/before"
		diff "$WORK/before" <(mounts_of "$(pid_of "$ID")")
		elsewhen delete --force "$ID"
	done
}

@test "hostile images: links, clocks that are none, and names that lead out" {
	ticking_container
	checkpoint
	elsewhen delete "$ID"
	cp -a "$IMAGES" "$WORK/good"
	ln -s "$WORK/victim" "$IMAGES/restore.log"
	run restore
	failed restore.log 'neither a file nor a directory'
	[ ! -e "$WORK/victim" ]
	rm "$IMAGES/restore.log"
	for target in /etc ../../.. ../..; do
		ln -sfn "$target" "$IMAGES/parent"
		run restore
		failed 'which is not beside it' || return 1
	done
	rm "$IMAGES/parent"
	mkfifo "$IMAGES/clock.json.fifo"
	run restore
	failed clock.json.fifo
	rm "$IMAGES/clock.json.fifo"
	for bad in '{' '{"clocksVersion": 1}' '[]' "$(jq -c '.monotonic.secs = -1' "$WORK/good/clock.json")" \
		"$(jq -c '.boottime.secs = 99999999999' "$WORK/good/clock.json")"; do
		echo "$bad" >"$IMAGES/clock.json"
		run restore
		failed "$IMAGES" || return 1
		[ ! -e "$ROOT/$ID" ] || return 1
	done
	cp "$WORK/good/clock.json" "$IMAGES/clock.json"
	echo '{"no": "array"}' >"$IMAGES/descriptors.json"
	run restore
	failed descriptors.json
}

# --- failures on the way

# Of the last CRIU. HARM_AT, a regular expression, leaves some of them out where a restore takes half a minute.
notifications()
{
	LC_ALL=C sort -u "$WORK/notifications" | grep -x -E "${HARM_AT:-.*}"
}

harmed()	# HARM:NOTIFICATION COMMAND...
{
	local harm=$1

	shift
	CRIU_BETWEEN=$harm CRIU_BETWEEN_LOG=$WORK/notifications "$@" --criu "$BATS_TEST_DIRNAME/criu_between.py"
}

@test "a dump that fails at any notification leaves a container that runs on" {
	local harm name

	ticking_container
	harmed none checkpoint --leave-running
	notifications >"$WORK/names"
	cat "$WORK/names"
	grep -q -x post-dump "$WORK/names"
	for harm in fail criu; do
		while read -r name; do
			echo "$harm at $name"
			rm -rf "$IMAGES"
			run harmed "$harm:$name" checkpoint --leave-running
			# After these CRIU has done its work, and what it is told does not matter.
			[ "$status" != 0 ] || [ "$harm" = fail ] || return 1
			[ "$status" = 0 ] || [ ! -e "$IMAGES/clock.json" ] || return 1
			equal "$(status_of "$ID")" running || return 1
			ticks_on || return 1
		done <"$WORK/names"
	done
}

@test "a restore that fails at any notification leaves nothing" {
	local harm name

	ticking_container
	checkpoint
	elsewhen delete "$ID"
	harmed none restore
	elsewhen delete --force "$ID"
	notifications >"$WORK/names"
	cat "$WORK/names"
	grep -q -x post-restore "$WORK/names"
	grep -q -x setup-namespaces "$WORK/names"
	for harm in fail criu; do
		while read -r name; do
			echo "$harm at $name"
			run harmed "$harm:$name" restore
			if [ "$status" = 0 ]; then
				elsewhen delete --force "$ID" || return 1
			else
				matches "$output" '^elsewhen: ' || return 1
			fi
			assert_no_leftovers || return 1
		done <"$WORK/names"
	done
}

@test "a runtime that is killed at any notification of a restore: delete --force finds all" {
	local name

	ticking_container
	checkpoint
	elsewhen delete "$ID"
	harmed none restore
	elsewhen delete --force "$ID"
	notifications >"$WORK/names"
	while read -r name; do
		echo "at $name"
		run harmed "runtime:$name" restore
		elsewhen delete --force "$ID" || return 1
		assert_no_leftovers || return 1
	done <"$WORK/names"
}

@test "a hook that fails undoes the restore; poststart and poststop hooks run" {
	ticking_container
	checkpoint
	elsewhen delete "$ID"
	edit --arg work "$WORK" '.hooks = {
		createRuntime: [{path: "/bin/sh", args: ["sh", "-c", "cat >\($work)/created; exit 3"]}],
		poststop: [{path: "/bin/sh", args: ["sh", "-c", "cat >\($work)/stopped"]}]}'
	run restore
	failed 'hooks.createRuntime[0]' 'exit status 3'
	[ ! -e "$ROOT/$ID" ]
	[ -s "$WORK/stopped" ]
	edit --arg work "$WORK" '.hooks = {
		createRuntime: [{path: "/bin/sh", args: ["sh", "-c", "cat >\($work)/created"]}],
		poststart: [{path: "/bin/sh", args: ["sh", "-c", "cat >\($work)/started"]}]}'
	restore
	equal "$(jq -r .status "$WORK/created")" creating
	equal "$(jq -r .pid "$WORK/created")" "$(pid_of "$ID")"
	equal "$(jq -r .status "$WORK/started")" running
}

@test "a restore in the foreground has the exit status of the container" {
	make_bundle
	shell 'trap "exit 7" TERM; while :; do sleep 0.05; done'
	run_detached
	checkpoint
	elsewhen delete "$ID"
	env "$TAG" "$ELSEWHEN" --root "$ROOT" restore --bundle "$BUNDLE" --image-path "$IMAGES" "$ID" \
		</dev/null >&8 2>&8 3>&- 8>&- &
	HELPER=$!
	HELPERS+=("$HELPER")
	wait_for has_status "$ID" running
	kill -TERM "$HELPER"
	status=0
	wait "$HELPER" || status=$?
	equal "$status" 7
	[ ! -e "$ROOT/$ID" ]
}
