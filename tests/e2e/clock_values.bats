#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Values that people write: --monotonic and --boottime, the annotations, and what may not meet.
# shellcheck disable=SC2034,SC2154 # set for common.bash and matrix.bash, and by bats

load common
load matrix

setup_file()
{
	export BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-60}
}

setup()
{
	matrix_setup
}

# value_bundle FILTER...: one with no time namespace in it, whose init says what its clocks read.
value_bundle()
{
	asks_for pid
	matrix_bundle new host
	local filter
	for filter; do
		edit "$filter"
	done
}

# The cell of the matrix, but for how the clock was asked for.
measure_with()	# [OPTION...]
{
	host_readings "$WORK/before"
	elsewhen run --detach --bundle "$BUNDLE" "$@" "$ID" >"$WORK/init" 2>"$WORK/errors" </dev/null ||
		{ cat "$WORK/errors"; return 1; }
	wait_for probe_is_complete "$WORK/init"
	host_readings "$WORK/after"
	equal "$(cat "$WORK/errors")" ''
}

# It has a time namespace of its own although config.json lists none, and exec is in it.
check_values()
{
	check_clocks "$WORK/init"
	differ "$(namespace_of "$(pid_of "$ID")" time)" "$(namespace_of self time)"
	exec_probe
	elsewhen delete --force "$ID"
}

# started_at CLOCK NANOSECONDS: the clock read this at a moment between `before` and `after`.
started_at()
{
	local -A before after
	local offset

	readings before "$WORK/before"
	readings after "$WORK/after"
	offset=$(offset_inside "$1")
	between "start of $1" "$((${before[$1.ns]} + offset))" "$2" "$((${after[$1.ns]} + offset))"
}

@test "--monotonic +36h --boottime +497d12h" {
	value_bundle
	OFFSETS=([monotonic]=$((36 * 3600))000000000 [boottime]=$((497 * 86400 + 43200))000000000)
	measure_with --monotonic +36h --boottime +497d12h
	check_values
}

@test "fractions and small units: -1.5s, +250ms" {
	value_bundle
	OFFSETS=([monotonic]=-1500000000 [boottime]=250000000)
	measure_with --monotonic=-1.5s --boottime +250ms
	check_values
}

@test "a nanosecond is a nanosecond: +1d1ns" {
	value_bundle
	OFFSETS=([monotonic]=86400000000001 [boottime]=0)
	measure_with --monotonic +1d1ns
	check_values
}

@test "the annotations elsewhen.dev/monotonic and elsewhen.dev/boottime" {
	value_bundle '.annotations += {"elsewhen.dev/monotonic": "+2d", "elsewhen.dev/boottime": "+3d"}'
	OFFSETS=([monotonic]=172800000000000 [boottime]=259200000000000)
	measure_with
	check_values
}

@test "crun's annotation run.oci.timens_offset" {
	value_bundle '.annotations += {"run.oci.timens_offset": "monotonic 86400 0\n7 172800 5"}'
	OFFSETS=([monotonic]=86400000000000 [boottime]=172800000000005)
	measure_with
	check_values
}

@test "a start: --boottime =0 reads zero when it is written, to the nanosecond" {
	value_bundle
	measure_with --boottime =0 --monotonic =248d
	started_at boottime 0
	started_at monotonic $((248 * 86400))000000000
	OFFSETS=([monotonic]=$(offset_inside monotonic) [boottime]=$(offset_inside boottime))
	check_values
}

@test "a start as an annotation, with a user namespace" {
	asks_for pid
	asks_for user
	matrix_bundle new new
	edit '.annotations += {"elsewhen.dev/boottime": "=1d"}'
	measure_with
	started_at boottime 86400000000000
	OFFSETS=([monotonic]=0 [boottime]=$(offset_inside boottime))
	check_values
}

@test "an ordinary user's container" {
	become_rootless
	asks_for pid
	asks_for user
	matrix_bundle new new
	OFFSETS=([monotonic]=0 [boottime]=3600000000000)
	measure_with --boottime +1h
	check_clocks "$WORK/init"
	exec_probe
	elsewhen delete --force "$ID"
}

@test "nested: 'here' is the clock of whoever runs elsewhen" {
	value_bundle
	OFFSETS=([monotonic]=0 [boottime]=$(((7000000 + 3600) * 1000000000)))
	host_readings "$WORK/before"
	unshare --time --fork --boottime 7000000 env "$TAG" "$ELSEWHEN" --root "$ROOT" \
		run --detach --bundle "$BUNDLE" --boottime +1h "$ID" >"$WORK/init" 2>"$WORK/errors" </dev/null 3>&-
	wait_for probe_is_complete "$WORK/init"
	host_readings "$WORK/after"
	check_clocks "$WORK/init"
	elsewhen delete --force "$ID"
}

@test "nested: a start is the same wherever it is asked for" {
	value_bundle
	host_readings "$WORK/before"
	unshare --time --fork --boottime 7000000 env "$TAG" "$ELSEWHEN" --root "$ROOT" \
		run --detach --bundle "$BUNDLE" --boottime =5s "$ID" >"$WORK/init" 2>"$WORK/errors" </dev/null 3>&-
	wait_for probe_is_complete "$WORK/init"
	host_readings "$WORK/after"
	started_at boottime 5000000000
	elsewhen delete --force "$ID"
}

@test "the specification's offsets and a value for the same clock: both are named" {
	asks_for pid
	asks_for time
	TIME_OFFSETS='{"boottime": {"secs": 5}}'
	matrix_bundle new host
	create_refused linux.timeOffsets.boottime --boottime -- --boottime +1h
	edit '.annotations += {"elsewhen.dev/boottime": "+1h"}'
	create_refused linux.timeOffsets.boottime annotations.elsewhen.dev/boottime --
}

@test "the specification's offset for one clock and a value for the other" {
	asks_for pid
	asks_for time
	TIME_OFFSETS='{"boottime": {"secs": 86400}}'
	matrix_bundle new host
	OFFSETS=([monotonic]=3600000000000 [boottime]=86400000000000)
	measure_with --monotonic +1h
	check_clocks "$WORK/init"
	elsewhen delete --force "$ID"
}

@test "an option and an annotation for the same clock: both are named" {
	value_bundle '.annotations += {"elsewhen.dev/monotonic": "+1h"}'
	create_refused --monotonic annotations.elsewhen.dev/monotonic -- --monotonic +1h
}

@test "what is no value: the sentence says where, what, and how it would be right" {
	value_bundle
	create_refused "--boottime: '5 days' is no value of a clock" '+36h' -- --boottime '5 days'
	create_refused "--monotonic: '+1x'" -- --monotonic +1x
	create_refused "--boottime: '+1.5ns'" -- --boottime +1.5ns
	edit '.annotations += {"elsewhen.dev/boottime": "tomorrow"}'
	create_refused "annotations.elsewhen.dev/boottime: 'tomorrow'" --
	edit '.annotations = {"run.oci.timens_offset": "0 86400 86400"}'
	create_refused "annotations.run.oci.timens_offset: '0 86400 86400'" --
}

@test "what no kernel's clock can read: refused with the numbers" {
	value_bundle
	create_refused --boottime 4611686018 -- --boottime +4611686018s
	create_refused --boottime 4611686018 -- --boottime =4611686019s
	create_refused --monotonic 'outside of 0' -- --monotonic=-100000d
}

@test "a value and a time namespace by path: its offsets are frozen" {
	ask_time path
	asks_for pid
	matrix_bundle new host
	create_refused "--boottime: the offsets of the existing time namespace" frozen -- --boottime +1h
}

@test "clock host: undoes the time namespace that an engine puts into every config" {
	asks_for pid
	asks_for time
	matrix_bundle new host
	edit '.annotations += {"elsewhen.dev/clock": "host"}'
	measure_with
	check_clocks "$WORK/init"
	equal "$(namespace_of "$(pid_of "$ID")" time)" "$(namespace_of self time)"
	elsewhen delete --force "$ID"
}

@test "clock host and a value: refused" {
	value_bundle '.annotations += {"elsewhen.dev/clock": "host", "elsewhen.dev/boottime": "+1d"}'
	create_refused annotations.elsewhen.dev/boottime annotations.elsewhen.dev/clock --
}

@test "clock private: a namespace of its own also without a value" {
	value_bundle '.annotations += {"elsewhen.dev/clock": "private"}'
	measure_with
	check_values
}

@test "clock: any other word is refused" {
	value_bundle '.annotations += {"elsewhen.dev/clock": "mine"}'
	create_refused "annotations.elsewhen.dev/clock: 'mine' is none of private, pod, host" --
}

@test "an annotation of ours that is misspelt is warned of" {
	value_bundle '.annotations += {"elsewhen.dev/bootime": "+1d"}'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	contains "$(cat "$WORK/output")" 'annotations.elsewhen.dev/bootime: elsewhen knows no such annotation'
	elsewhen delete --force "$ID"
}

@test "the host's PID namespace and a boottime that goes back: warned of" {
	matrix_bundle new host
	quietly elsewhen run --detach --bundle "$BUNDLE" --boottime=-1s "$ID"
	contains "$(cat "$WORK/output")" '--boottime: the boottime goes back'
	elsewhen delete --force "$ID"
	quietly elsewhen run --detach --bundle "$BUNDLE" --boottime =0 "$ID"
	contains "$(cat "$WORK/output")" '--boottime: the boottime goes back'
	elsewhen delete --force "$ID"
}

# --- what the operator honours

@test "the settings file: annotations that it does not honour are refused, options are not" {
	value_bundle '.annotations += {"elsewhen.dev/boottime": "+1d"}'
	echo '{"honouredAnnotations": ["elsewhen.dev/clock"]}' >"$WORK/settings.json"
	run elsewhen --config "$WORK/settings.json" create --bundle "$BUNDLE" "$ID"
	failed annotations.elsewhen.dev/boottime 'is not honoured on this machine' "$WORK/settings.json"
	echo '{"honouredAnnotations": ["elsewhen.dev/"]}' >"$WORK/settings.json"
	elsewhen --config "$WORK/settings.json" run --detach --bundle "$BUNDLE" "$ID" >/dev/null </dev/null
	equal "$(offset_inside boottime)" 86400000000000
	elsewhen delete --force "$ID"
	edit 'del(.annotations)'
	echo '{"honouredAnnotations": []}' >"$WORK/settings.json"
	elsewhen --config "$WORK/settings.json" run --detach --bundle "$BUNDLE" --boottime +1h "$ID" >/dev/null </dev/null
	equal "$(offset_inside boottime)" 3600000000000
	elsewhen delete --force "$ID"
}

@test "the settings file: one that is named must be there and must be right" {
	value_bundle '.annotations += {"elsewhen.dev/boottime": "+1d"}'
	run elsewhen --config "$WORK/none.json" create --bundle "$BUNDLE" "$ID"
	failed "--config: read '$WORK/none.json'"
	echo '{"honoredAnnotations": []}' >"$WORK/settings.json"
	run elsewhen --config "$WORK/settings.json" create --bundle "$BUNDLE" "$ID"
	failed "$WORK/settings.json" honoredAnnotations
	echo '{"honouredAnnotations": "all"}' >"$WORK/settings.json"
	run elsewhen --config "$WORK/settings.json" create --bundle "$BUNDLE" "$ID"
	failed "$WORK/settings.json" honouredAnnotations
}

@test "--honoured-annotations: a list of prefixes" {
	value_bundle '.annotations += {"elsewhen.dev/boottime": "+1d", "run.oci.timens_offset": "monotonic 5 0"}'
	run elsewhen --honoured-annotations elsewhen.dev/ create --bundle "$BUNDLE" "$ID"
	failed annotations.run.oci.timens_offset --honoured-annotations
	elsewhen --honoured-annotations elsewhen.dev/,run.oci. run --detach --bundle "$BUNDLE" "$ID" >/dev/null </dev/null
	equal "$(offset_inside monotonic)" 5000000000
	elsewhen delete --force "$ID"
}
