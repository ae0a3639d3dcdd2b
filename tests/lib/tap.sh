# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# Runs what speaks TAP, keeps the score over all suites.

tap_directory=
tap_seconds=0

tap_begin()
{
	tap_directory=$top/build/test
	rm -rf "$tap_directory"
	mkdir -p "$tap_directory"
	: >"$tap_directory/results"
	tap_seconds=$SECONDS
}

# tap_collect SUITE PROGRAM STATUS FILE: adds the TAP in FILE to the suite's results.
tap_collect()
{
	awk -v program="$2" -v status="$3" -f "$lib/tap.awk" "$4" >>"$tap_directory/$1.results"
}

# tap_program SUITE PROGRAM SECONDS COMMAND...: a program that may take that long, and writes TAP.
tap_program()
{
	local suite=$1 program=$2 limit=$3 status=0
	local output=$tap_directory/$suite.${program:-all}.tap

	shift 3
	timeout --kill-after=10 "$limit" "$@" >"$output" 2>"$output.stderr" </dev/null || status=$?
	[ "$status" != 124 ] || echo "stopped after $limit seconds" >>"$output"
	[ "$status" = 0 ] || cat "$output.stderr" >>"$output"
	tap_collect "$suite" "$program" "$status" "$output"
}

# tap_check SUITE NAME COMMAND...: one test; it passes when the command does and shows its output else.
tap_check()
{
	local suite=$1 name=$2 output=$tap_directory/$1.check

	shift 2
	if "$@" >"$output" 2>&1 </dev/null; then
		echo "pass $name" >>"$tap_directory/$suite.results"
	else
		{ echo "fail $name"; tail -n 40 "$output" | sed 's/^/note # /'; } \
			>>"$tap_directory/$suite.results"
	fi
}

# tap_built SUITE FLAVOUR [MAKE TARGET...]: what the suite runs; only a failure is told of.
tap_built()
{
	local suite=$1 output=$tap_directory/$1.build

	shift
	build_flavour "$@" >"$output" 2>&1 && return 0
	{ echo "fail build/$1"; sed 's/^/note # /' "$output"; } >>"$tap_directory/$suite.results"
	return 1
}

tap_skip()	# SUITE NAME REASON
{
	echo "skip $2: $3" >>"$tap_directory/$1.results"
}

tap_count()	# KIND FILE
{
	grep -c "^$1 " "$2" || true
}

tap_score()	# FILE
{
	printf '%d passed, %d failed, %d skipped' \
		"$(tap_count pass "$1")" "$(tap_count fail "$1")" "$(tap_count skip "$1")"
}

# tap_suite SUITE FUNCTION [ARGUMENT...]: runs a suite, prints its line and what failed in it.
tap_suite()
{
	local suite=$1 begin=$SECONDS results=$tap_directory/$1.results

	shift
	: >"$results"
	[ ! -t 1 ] || printf '%-12s ...\r' "$suite"
	"$@"
	[ -s "$results" ] || echo 'fail it ran no test' >>"$results"
	printf '%-12s %-40s %4d s\n' "$suite" "$(tap_score "$results")" $((SECONDS - begin))
	{ grep -e '^fail ' -e '^note ' "$results" || true; } |
		sed -e 's/^fail /  FAILED  /' -e 's/^note # \{0,1\}/            /'
	sed "s/^\(pass\|fail\|skip\) /&[$suite] /" "$results" >>"$tap_directory/results"
}

# The reasons of the skips, then the closing line; fails when a test did.
tap_end()
{
	local results=$tap_directory/results

	if grep -q '^skip ' "$results"; then
		echo 'skipped:'
		sed -n 's/^skip /  /p' "$results"
	fi
	if grep -q '^fail ' "$results"; then
		echo 'failed:'
		sed -n 's/^fail /  /p' "$results"
	fi
	echo "all of it took $((SECONDS - tap_seconds)) s; details are in build/test"
	tap_score "$results"
	echo
	! grep -q '^fail ' "$results"
}
