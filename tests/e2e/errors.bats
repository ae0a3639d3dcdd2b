#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What is refused before anything is made: one sentence that says where and why, and nothing left.

load common

# refused SENTENCE_PART...: by create, run and validate alike.
refused()
{
	run elsewhen create --bundle "$BUNDLE" "$ID"
	failed "$@" || return 1
	assert_no_leftovers || return 1
	run elsewhen run --bundle "$BUNDLE" "$ID"
	failed "$@" || return 1
	assert_no_leftovers
}

refused_by_validate_too()
{
	refused "$@" || return 1
	run elsewhen validate "$BUNDLE"
	failed "$@"
}

# A bundle with a new time namespace and these offsets, as JSON.
make_time_bundle()	# TIME_OFFSETS
{
	make_bundle '.linux.namespaces |= (map(select(.type != "time")) + [{type: "time"}])' \
		".linux.timeOffsets = $1"
}

# --- memory

@test "out of memory is one sentence and exit status 1, not a core dump" {
	[ -z "${ASAN_OPTIONS-}" ] || skip 'a sanitizer needs far more memory than this test gives'
	make_bundle
	jq -n '{annotations: ([range(20000) | {("a\(.)"): ("x" * 1000)}] | add)}' >"$WORK/annotations"
	edit --slurpfile more "$WORK/annotations" '. * $more[0]'
	# The file fits in and what is made of it does not.
	run prlimit --as=30000000 env "$TAG" "$ELSEWHEN" --root "$ROOT" create --bundle "$BUNDLE" "$ID" 3>&-
	equal "$status" 1
	equal "$output" 'elsewhen: out of memory'
	elsewhen delete --force "$ID"
}

# --- time

@test "time: an unknown clock" {
	make_time_bundle '{foo: {secs: 1}}'
	refused_by_validate_too linux.timeOffsets.foo monotonic boottime
}

@test "time: realtime and tai: Linux has no such namespace, libfaketime is named" {
	local clock
	for clock in realtime tai; do
		make_time_bundle "{$clock: {secs: 1}}"
		refused_by_validate_too "linux.timeOffsets.$clock" libfaketime
		rm -r "$BUNDLE"
	done
}

@test "time: nanosecs above 999999999" {
	make_time_bundle '{monotonic: {secs: 1, nanosecs: 1000000000}}'
	refused_by_validate_too 'linux.timeOffsets.monotonic.nanosecs: 1000000000 is above 999999999'
}

@test "time: secs beyond what the kernel accepts now: the range is told" {
	make_time_bundle '{boottime: {secs: 4611686018}}'
	refused_by_validate_too linux.timeOffsets.boottime.secs 4611686018
	matches "$output" '-[0-9]+'
	edit '.linux.timeOffsets = {monotonic: {secs: -4000000000}}'
	refused_by_validate_too linux.timeOffsets.monotonic.secs -4000000000
	edit '.linux.timeOffsets = {monotonic: {secs: 9223372036854775807}}'
	refused_by_validate_too linux.timeOffsets.monotonic.secs
}

@test "time: offsets up to the very bounds are accepted" {
	local uptime
	uptime=$(cut -d . -f 1 /proc/uptime)
	make_time_bundle "{boottime: {secs: -$((uptime - 1))}}"
	arguments cut -d . -f 1 /proc/uptime
	run run_container
	succeeded
	[ "$output" -le 30 ]
	edit --argjson secs $((4611686018 - uptime - 300)) '.linux.timeOffsets = {boottime: {secs: $secs}}'
	run run_container
	succeeded
	[ "$output" -ge 4611685000 ]
}

@test "time: wrong types, fractions, exponents, overflow" {
	make_time_bundle '{}'
	local value
	for value in '"5"' 5.5 5.0 5e3 true '[5]' '{}' 9223372036854775808 -9223372036854775809; do
		cp "$BUNDLE/config.json" "$BUNDLE/saved"
		sed -i "s/\"timeOffsets\": {}/\"timeOffsets\": {\"monotonic\": {\"secs\": $value}}/" "$BUNDLE/config.json"
		refused_by_validate_too linux.timeOffsets.monotonic.secs || { echo "value: $value"; return 1; }
		mv "$BUNDLE/saved" "$BUNDLE/config.json"
	done
	for value in -1 4294967296 1.5 '"0"'; do
		cp "$BUNDLE/config.json" "$BUNDLE/saved"
		sed -i "s/\"timeOffsets\": {}/\"timeOffsets\": {\"boottime\": {\"nanosecs\": $value}}/" "$BUNDLE/config.json"
		refused_by_validate_too linux.timeOffsets.boottime.nanosecs || { echo "value: $value"; return 1; }
		mv "$BUNDLE/saved" "$BUNDLE/config.json"
	done
}

@test "time: offsets without a time namespace" {
	make_time_bundle '{monotonic: {secs: 1}}'
	edit 'del(.linux.namespaces[] | select(.type == "time"))'
	refused_by_validate_too linux.timeOffsets linux.namespaces '"time"'
}

@test "time: offsets with a time namespace by path" {
	make_time_bundle '{monotonic: {secs: 1}}'
	edit '.linux.namespaces |= map(if .type == "time" then .path = "/proc/self/ns/time" else . end)'
	refused_by_validate_too linux.timeOffsets
}

@test "time: a path of another type of namespace" {
	make_time_bundle null
	edit 'del(.linux.timeOffsets)
		| .linux.namespaces |= map(if .type == "time" then .path = "/proc/self/ns/uts" else . end)'
	refused linux.namespaces /proc/self/ns/uts time
}

@test "time: the namespace listed twice" {
	make_time_bundle '{monotonic: {secs: 1}}'
	edit '.linux.namespaces += [{type: "time"}]'
	refused_by_validate_too linux.namespaces time
}

@test "time: without CAP_SYS_TIME the sentence names it" {
	make_time_bundle '{monotonic: {secs: 1}}'
	run setpriv --bounding-set -sys_time --inh-caps -sys_time env "$TAG" \
		"$ELSEWHEN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	failed CAP_SYS_TIME
	assert_no_leftovers
}

# --- namespaces

@test "a namespace type twice, and an unknown one" {
	make_bundle '.linux.namespaces += [{type: "ipc"}]'
	refused_by_validate_too linux.namespaces ipc
	edit '.linux.namespaces |= (unique_by(.type) + [{type: "weather"}])'
	refused_by_validate_too linux.namespaces weather
}

# --- the whole config: types

@test "wrong types are named with their path, what was expected and what was found" {
	make_bundle
	cp "$BUNDLE/config.json" "$BUNDLE/saved"
	local filter path
	while IFS='|' read -r filter path; do
		cp "$BUNDLE/saved" "$BUNDLE/config.json"
		edit "$filter"
		refused_by_validate_too "$path" || { echo "filter: $filter"; return 1; }
	done <<-'END'
		.process.user.uid = "0"|process.user.uid
		.process.user.uid = -1|process.user.uid
		.process.user.uid = 4294967296|process.user.uid
		.process.args = "sh"|process.args
		.process.args = ["sh", 5]|process.args[1]
		.process.args = []|process.args
		.process.env = {"A": "1"}|process.env
		.process.cwd = "relative"|process.cwd
		.process.terminal = "yes"|process.terminal
		.process.noNewPrivileges = 1|process.noNewPrivileges
		.process.rlimits = [{"type": "RLIMIT_WEATHER", "soft": 1, "hard": 1}]|process.rlimits[0].type
		.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 2, "hard": 1}]|process.rlimits[0]
		.process.oomScoreAdj = 1001|process.oomScoreAdj
		.process = []|process
		.root = "rootfs"|root
		del(.root.path)|root.path
		del(.ociVersion)|ociVersion
		.ociVersion = "2.0.0"|ociVersion
		.ociVersion = 1|ociVersion
		.mounts = {}|mounts
		.mounts[0].options = "ro"|mounts[0].options
		del(.mounts[1].destination)|mounts[1].destination
		.hostname = 5|hostname
		.hooks = []|hooks
		.hooks = {"prestart": [{"path": "relative"}]}|hooks.prestart[0].path
		.hooks = {"poststop": [{"path": "/bin/true", "timeout": 0}]}|hooks.poststop[0].timeout
		.annotations = {"a": 5}|annotations
		.linux = "yes"|linux
		.linux.namespaces = [{}]|linux.namespaces[0].type
		.linux.resources.memory.limit = "1g"|linux.resources.memory.limit
		.linux.resources.memory.limit = 1.5|linux.resources.memory.limit
		.linux.cgroupsPath = "/a/../../b"|linux.cgroupsPath
		.linux.maskedPaths = ["relative"]|linux.maskedPaths[0]
		.linux.sysctl = {"kernel.panic": "1"}|linux.sysctl
		.linux.rootfsPropagation = "sideways"|linux.rootfsPropagation
		.linux.devices = [{"path": "/dev/x", "type": "z"}]|linux.devices[0].type
		.linux.seccomp = {"defaultAction": "SCMP_ACT_MAYBE"}|linux.seccomp.defaultAction
		.linux.intelRdt = {"closID": "x"}|linux.intelRdt
	END
}

@test "unknown properties are ignored, wherever they are" {
	make_bundle '.unknown = {deep: [1, {a: null}]} | .process.unknown = 5 | .linux.unknown = []
		| .mounts[0].unknown = "x"'
	arguments echo ran
	run run_container
	succeeded
	equal "$output" ran
}

# --- the whole config: JSON

# text TEXT: as config.json, byte for byte, through printf's escapes.
text()
{
	make_rootfs "$ROOTFS"
	# shellcheck disable=SC2059 # the argument is the format on purpose
	printf "$1" >"$BUNDLE/config.json"
}

@test "JSON: no document at all, or another one" {
	local document
	for document in '' ' \n' null '[]' '5' '"text"' '{' '{"ociVersion"' '{"ociVersion": "1.0.0",}' \
		'{"ociVersion": "1.0.0"} x' '{"ociVersion": "1.0.0"}{}' "{'ociVersion': 1}" \
		'/* comment */ {}' '{} // comment' '{"a": 01}' '{"a": NaN}' '{"a": tru}'; do
		text "$document"
		refused_by_validate_too config.json || { echo "document: $document"; return 1; }
		rm -r "$BUNDLE"
	done
}

@test "JSON: duplicate keys, of known and of unknown properties" {
	text '{"ociVersion": "1.0.0", "root": {"path": "a"}, "root": {"path": "b"}}'
	refused_by_validate_too root
	text '{"ociVersion": "1.0.0", "root": {"path": "a", "path": "b"}}'
	refused_by_validate_too root.path
	text '{"ociVersion": "1.0.0", "annotations": {"k": "1", "k": "2"}}'
	refused_by_validate_too annotations
	text '{"ociVersion": "1.0.0", "unknown": {"x": 1, "x": 2}}'
	refused_by_validate_too unknown
	text '{"ociVersion": "1.0.0", "root": {"path": "a", "p\\u0061th": "b"}}'
	refused_by_validate_too root.path
}

@test "JSON: NUL and bad UTF-8 in strings, NUL and newline in keys" {
	text '{"ociVersion": "1.0.0", "hostname": "a\\u0000b"}'
	refused_by_validate_too hostname
	text '{"ociVersion": "1.0.0", "hostname": "a\xff\xfeb"}'
	refused_by_validate_too UTF-8
	text '{"ociVersion": "1.0.0", "hostname": "\\ud800"}'
	run elsewhen validate "$BUNDLE"
	[ "$status" -ne 0 ]
	text '{"ociVersion": "1.0.0", "annotations": {"a\\u0000b": "c"}}'
	refused_by_validate_too annotations
	text '{"ociVersion": "1.0.0", "linux": {"timeOffsets": {"monotonic\\n": {"secs": 1}}}}'
	refused_by_validate_too linux.timeOffsets
}

@test "JSON: a depth of 128 and no more" {
	text ''
	python3 -c 'print("{\"x\":" + "[" * 129 + "]" * 129 + "}")' >"$BUNDLE/config.json"
	refused_by_validate_too 128
}

@test "JSON: five million brackets, a string of 50 MB: refused or read, in seconds and without harm" {
	text ''
	python3 -c 'print("[" * 5000000, end="")' >"$BUNDLE/config.json"
	run timeout 20 env "$TAG" "$ELSEWHEN" --root "$ROOT" validate "$BUNDLE"
	failed config.json
	make_bundle_text_of_50_megabytes
	run timeout 60 env "$TAG" "$ELSEWHEN" --root "$ROOT" validate "$BUNDLE"
	[ "$status" -le 1 ]
	assert_no_leftovers
}

make_bundle_text_of_50_megabytes()
{
	(cd "$BUNDLE" && rm config.json && elsewhen spec)
	python3 - "$BUNDLE/config.json" <<-'END'
		import json, sys
		config = json.load(open(sys.argv[1]))
		config["annotations"] = {"big": "x" * 50_000_000}
		json.dump(config, open(sys.argv[1], "w"))
	END
}

@test "JSON: 200000 entries of env in linear time" {
	make_bundle
	python3 - "$BUNDLE/config.json" <<-'END'
		import json, sys
		config = json.load(open(sys.argv[1]))
		config["process"]["env"] = [f"V{i}=x" for i in range(200000)]
		json.dump(config, open(sys.argv[1], "w"))
	END
	timeout 20 env "$TAG" "$ELSEWHEN" --root "$ROOT" validate "$BUNDLE"
}

# --- ids

@test "ids: nothing that could be a path or an option" {
	make_bundle
	local id
	for id in . .. .hidden a/b '' '*' 'a b' $'a\nb' '~' 'ü' "$(printf 'x%.0s' {1..300})"; do
		run elsewhen create --bundle "$BUNDLE" -- "$id"
		[ "$status" -ne 0 ] || { echo "create took: $id"; return 1; }
		run elsewhen delete --force -- "$id"
		[ "$status" -ne 0 ] || { echo "delete took: $id"; return 1; }
		run elsewhen state -- "$id"
		[ "$status" -ne 0 ] || { echo "state took: $id"; return 1; }
	done
	[ -d "$WORK" ] && [ -d "$BUNDLE" ]
	assert_no_leftovers
}

@test "ids: all that the field uses" {
	make_bundle
	arguments true
	local id
	for id in a A9 under_score with-dash with.dot +plus a+b -- 0123456789abcdef; do
		[ "$id" != -- ] || continue
		elsewhen run --bundle "$BUNDLE" "$id"
	done
	assert_no_leftovers
}

# --- state

@test "state: a damaged state file harms neither list nor delete --force of others" {
	running_container
	local name
	for name in empty garbage directory; do
		mkdir -p "$ROOT/$name"
	done
	: >"$ROOT/empty/state.json"
	echo '{"pid": -1, "cgroup' >"$ROOT/garbage/state.json"
	mkdir "$ROOT/directory/state.json"
	contains "$(elsewhen list --quiet 2>"$WORK/warnings")" "$ID"
	contains "$(cat "$WORK/warnings")" garbage
	elsewhen delete --force "$ID"
	rm -r "$ROOT/empty" "$ROOT/garbage" "$ROOT/directory"
	assert_no_leftovers
}

@test "state: delete --force keeps what it cannot read the state of" {
	local content

	running_container
	cp "$ROOT/$ID/state.json" "$WORK/state.json"
	for content in '' '{"pid": -1, "cgroup' '[]' 'nothing'; do
		echo -n "$content" >"$ROOT/$ID/state.json"
		run elsewhen delete --force "$ID"
		failed "delete container '$ID'" state.json
		[ -d "$ROOT/$ID" ]
		[ -n "$(tagged_processes)" ]
	done
	rm "$ROOT/$ID/state.json"
	mkdir "$ROOT/$ID/state.json"
	run elsewhen delete --force "$ID"
	failed "delete container '$ID'" state.json
	rmdir "$ROOT/$ID/state.json"
	cp "$WORK/state.json" "$ROOT/$ID/state.json"
	equal "$(status_of "$ID")" running
	elsewhen delete --force "$ID"
	assert_no_leftovers
}

@test "state: what create accepts, every later command reads: a config.json of 50 MB" {
	[ -z "${ASAN_OPTIONS-}" ] || skip 'a sanitizer takes a minute for this'
	make_bundle ".hooks.poststop = [{path: \"/bin/sh\", args: [\"sh\", \"-c\", \"wc -c >$WORK/poststop\"]}]"
	shell 'trap "exit 0" TERM; while :; do sleep 0.05; done'
	python3 - "$BUNDLE/config.json" <<-'END'
		import json, sys
		config = json.load(open(sys.argv[1]))
		# Written with two spaces of indentation and a line each, as state.json was, they are half as long again.
		config['annotations'] = {'%07d' % i: '' for i in range(4000000)}
		json.dump(config, open(sys.argv[1], 'w'), separators=(',', ':'))
	END
	[ "$(stat -c %s "$BUNDLE/config.json")" -gt 50000000 ]
	create_container
	[ "$(stat -c %s "$ROOT/$ID/state.json")" -lt 100000 ]
	equal "$(elsewhen state "$ID" | grep -c '^    "[0-9]*": ""')" 4000000
	elsewhen start "$ID"
	elsewhen delete --force "$ID"
	[ "$(cat "$WORK/poststop")" -gt 40000000 ]
	assert_no_leftovers
}

@test "state: another runtime's containers in the same root are left alone, and not spoken of" {
	running_container
	mkdir -p "$ROOT/other"
	echo '{"id": "other", "init_process_pid": 1, "cgroup_paths": {"": "/sys/fs/cgroup/other"}}' >"$ROOT/other/state.json"
	equal "$(elsewhen list --quiet 2>&1)" "$ID"
	run elsewhen delete --force other
	failed other 'another runtime'
	[ -e "$ROOT/other/state.json" ]
	rm -r "$ROOT/other"
}

@test "the log file gets the sentence, as JSON that engines read" {
	make_time_bundle '{tai: {secs: 1}}'
	run elsewhen --log "$WORK/log" --log-format json create --bundle "$BUNDLE" "$ID"
	[ "$status" -eq 1 ]
	jq -e 'select(.level == "error") | .msg | contains("libfaketime")' "$WORK/log"
}

@test "where no systemd answers, its driver says so before anything is made" {
	make_bundle 'del(.linux.cgroupsPath)'
	mount -t tmpfs tmpfs /run
	run elsewhen --systemd-cgroup run --bundle "$BUNDLE" "$ID"
	umount /run
	failed '--systemd-cgroup: no systemd answers on the system bus'
}
