#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The command line: options, help, sentences, and what is printed when there is no container. Needs
# no root, makes no container.
# shellcheck disable=SC2034,SC2154 # set for common.bash, and by bats

load common

commands='create start run exec state list ps clocks kill pause resume update checkpoint restore delete spec validate features check-kernel'
manual=$BATS_TEST_DIRNAME/../../man/elsewhen.8

setup()
{
	: "${ELSEWHEN:?names the program under test}"
	WORK=$(mktemp -d /tmp/ew.XXXXXX)
	ROOT=$WORK/run
	TAG=ELSEWHEN_TEST=$$
	cd "$WORK" || return 1
}

teardown()
{
	cd / || return 1
	rm -rf "$WORK"
}

# sentence EXPECTED: after `run`; exit status 1, and that sentence alone.
sentence()
{
	equal "$status" 1 || return 1
	equal "$output" "elsewhen: $1"
}

# What a command takes as operands, beside the id, to get as far as the id.
operands_after_id()
{
	case $1 in
	exec) echo true ;;
	kill) echo TERM ;;
	esac
}

# on_id COMMAND ID: lets each command meet that id.
on_id()
{
	local options=()

	case $1 in
	create | run)
		mkdir -p bundle/rootfs
		[ -e bundle/config.json ] || elsewhen spec --bundle bundle
		options=(--bundle bundle)
		;;
	esac
	# shellcheck disable=SC2046 # none, or one word
	run elsewhen "$1" ${options[@]+"${options[@]}"} -- "$2" $(operands_after_id "$1")
}

# options_of [COMMAND]: the long names that its help text lists.
options_of()
{
	elsewhen ${1+"$1"} --help | sed -n -E 's/^  (-[a-zA-Z],|   ) --([a-z-]+).*/\2/p'
}

# options_in_manual SECTION: the long names in the items of that subsection.
options_in_manual()
{
	sed -n -E "/^\.Ss $1( |\$)/,/^\.S[hs] /s/^\.It .*Fl -([a-z-]+).*/\1/p" "$manual"
}

@test "without a command: an error that names the help" {
	run elsewhen
	sentence "no command was given; see 'elsewhen --help'"
	run env "$ELSEWHEN"
	sentence "no command was given; see 'elsewhen --help'"
}

@test "an unknown command is named" {
	run elsewhen strat
	sentence "unknown command 'strat'; see 'elsewhen --help'"
	run elsewhen help strat
	sentence "unknown command 'strat'; see 'elsewhen --help'"
}

@test "an unknown option is named, with its command" {
	run elsewhen --nope list
	sentence "unknown option '--nope'; see 'elsewhen --help'"
	run elsewhen list --nope=1
	sentence "list: unknown option '--nope'; see 'elsewhen list --help'"
	run elsewhen kill -x id
	sentence "kill: unknown option '-x'; see 'elsewhen kill --help'"
	for command in $commands; do
		run elsewhen "$command" --no-such-option
		sentence "$command: unknown option '--no-such-option'; see 'elsewhen $command --help'"
	done
}

@test "--help prints every command and exits 0" {
	run --separate-stderr elsewhen --help
	succeeded
	equal "$stderr" ''
	matches "$output" '^Usage: elsewhen '
	for command in $commands help; do
		matches "$output" $'\n'"  $command +[a-z]" || return 1
	done
	local global=$output
	run elsewhen -h
	equal "$output" "$global"
	run elsewhen help
	equal "$output" "$global"
}

@test "COMMAND --help prints usage, options and an example, and exits 0" {
	for command in $commands; do
		run --separate-stderr elsewhen "$command" --help
		succeeded || return 1
		equal "$stderr" '' || return 1
		matches "$output" "^Usage: elsewhen \[global options\] $command \[options\]" || return 1
		contains "$output" $'\nOptions:\n' || return 1
		contains "$output" $'\nExample:\n' || return 1
		local full=$output
		run elsewhen help "$command"
		equal "$output" "$full" || return 1
		run elsewhen "$command" -h
		equal "$output" "$full" || return 1
	done
}

@test "no help text is wider than 80 columns" {
	run elsewhen --help
	for command in $commands; do
		output+=$'\n'$(elsewhen "$command" --help)
	done
	run awk 'length($0) > 80 || /[ \t]$/' <<<"$output"
	equal "$output" ''
}

@test "--version names the program, the version and the specification" {
	run elsewhen --version
	succeeded
	matches "${lines[0]}" '^elsewhen version [0-9]+\.[0-9]+'
	contains "$output" $'\nspec: 1.3.0\n'
	matches "${lines[-1]}" '^\+SECCOMP .*\+TIMENS'
	local long=$output
	run elsewhen -v
	equal "$output" "$long"
}

@test "the options in the help text are the ones in the manual page, no more and no less" {
	equal "$(options_of | sort)" "$({ options_in_manual 'Global options'; } | sort)"
	for command in $commands; do
		echo "$command"
		equal "$(options_of "$command" | sort)" \
			"$({ options_in_manual "$command"; echo help; } | sort)" || return 1
	done
}

@test "the commands in the help text are the ones in the manual page, no more and no less" {
	equal "$(elsewhen --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' | sort)" \
		"$(sed -n '/^\.Sh COMMANDS/,/^\.Sh CLOCKS/s/^\.Ss \([a-z-]*\).*/\1/p' "$manual" | sort)"
}

@test "--opt=value and --opt value are the same" {
	for options in '--format=json' '--format json' '-f json' '-fjson' '-format json'; do
		# shellcheck disable=SC2086 # words on purpose
		run elsewhen list $options
		succeeded || return 1
		equal "$(jq -c . <<<"$output")" '[]' || return 1
	done
}

@test "values are checked" {
	run elsewhen list --format
	sentence 'list: --format: the value (table|json) is missing: flag needs an argument'
	run elsewhen list --format=
	sentence 'list: --format: the value is empty'
	run elsewhen list --format xml
	sentence "list: --format: 'xml' is not one of table|json"
	run elsewhen list --quiet=maybe
	sentence "list: --quiet: 'maybe' is not true or false"
	run elsewhen run --preserve-fds -1 x
	sentence "run: --preserve-fds: '-1' is not a number from 0 to 1048576"
	run env "$ELSEWHEN" --root '' list
	sentence '--root: the value is empty'
	run elsewhen --log-format yaml list
	sentence "--log-format: 'yaml' is not one of text|json"
	run elsewhen --rootless maybe list
	sentence "--rootless: 'maybe' is not one of auto|true|false"
}

@test "flags take =true and =false" {
	run elsewhen list --quiet=true
	succeeded
	equal "$output" ''
	run elsewhen list --quiet --quiet=false
	succeeded
	matches "$output" '^ID +PID +STATUS +CLOCK +BUNDLE +CREATED +OWNER$'
}

@test "operands are counted" {
	run elsewhen start
	sentence "start: too few operands: it takes ID, and 0 were given; see 'elsewhen start --help'"
	run elsewhen kill a b c
	sentence "kill: too many operands: it takes ID [SIGNAL], and 3 were given; see 'elsewhen kill --help'"
	run elsewhen list a
	sentence "list: takes no operand, but 'a' was given"
	for command in create run start state ps clocks pause resume update delete; do
		run elsewhen "$command" a b
		contains "$output" "elsewhen: $command: too many operands" || return 1
		equal "$status" 1 || return 1
	done
}

@test "every manager of cgroups is taken where nothing is made" {
	for option in --systemd-cgroup --cgroup-manager=systemd --systemd-cgroup=false --cgroup-manager=cgroupfs --cgroup-manager=disabled; do
		run elsewhen "$option" list
		succeeded || return 1
	done
}

@test "list without any container: a header, an empty array, nothing" {
	run elsewhen list
	succeeded
	equal "$output" 'ID  PID  STATUS  CLOCK  BUNDLE  CREATED  OWNER'
	run elsewhen list --format json
	succeeded
	equal "$(jq -c . <<<"$output")" '[]'
	run elsewhen list -q
	succeeded
	equal "$output" ''
	[ ! -e "$ROOT" ] || equal "$(find "$ROOT" -mindepth 1)" ''
}

@test "a missing container: one sentence with its id, from every command that needs one" {
	for command in start exec state ps clocks kill pause resume update delete; do
		on_id "$command" nobody
		equal "$status" 1 || return 1
		failed nobody || return 1
	done
	[ ! -e "$ROOT/nobody" ]
}

@test "delete --force of a missing container is quiet, again and again" {
	for _ in first second; do
		run elsewhen delete --force nobody
		succeeded || return 1
		equal "$output" '' || return 1
	done
}

@test "ids that lead out of the root are refused by every command, also by delete --force" {
	mkdir -p "$ROOT" victim
	for id in . .. a/b /tmp ../victim .hidden 'a b' $'a\nb' 'ä' ''; do
		for command in create run start exec state ps clocks kill pause resume update delete; do
			on_id "$command" "$id"
			equal "$status" 1 || { echo "$command '$id'"; return 1; }
			matches "$output" '^elsewhen: ' || return 1
		done
		run elsewhen delete --force -- "$id"
		equal "$status" 1 || { echo "delete --force '$id'"; return 1; }
	done
	[ -d victim ]
	[ -d "$ROOT" ]
	equal "$(find "$ROOT" -mindepth 1)" ''
}

@test "ids are at most 255 characters long" {
	run elsewhen state "$(printf 'a%.0s' {1..255})"
	equal "$status" 1
	lacks "$output" 255
	run elsewhen state "$(printf 'a%.0s' {1..256})"
	equal "$status" 1
	contains "$output" 255
}

@test "kill: an unknown signal is named before anything is looked for" {
	run elsewhen kill nobody SIGNONE
	sentence "kill: unknown signal 'SIGNONE'; give a number or a name of signal(7)"
	for signal in 9 KILL SIGKILL sigkill RTMIN+3; do
		run elsewhen kill nobody "$signal"
		equal "$status" 1 || return 1
		contains "$output" nobody || return 1
	done
}

@test "exec: what does not fit together is refused" {
	run elsewhen exec nobody
	sentence 'exec: give a command after the ID, or --process FILE'
	run elsewhen exec --process p.json nobody ls
	sentence 'exec: a command can not be given beside --process, which has its own'
	run elsewhen exec --process p.json --env A=B nobody
	sentence 'exec: --env can not be given beside --process, which has its own'
	run elsewhen exec --env A nobody ls
	sentence "exec: --env: 'A' is not NAME=VALUE"
	run elsewhen exec -g 1,x nobody ls
	sentence "exec: --additional-gids: 'x' is not a number from 0 to 4294967294"
}

@test "exec: options behind the id belong to the command" {
	run elsewhen exec nobody ls --help --no-such-option
	equal "$status" 1
	failed nobody
	lacks "$output" no-such-option
}

@test "--preserve-fds: a closed descriptor is an error, so is one of our own" {
	elsewhen spec
	run bash -c '"$0" --root "$1" --log log run --preserve-fds 2 nobody 3</dev/null 4<&-' \
		"$ELSEWHEN" "$ROOT"
	sentence '--preserve-fds 2: the caller left file descriptor 4 closed'
}

@test "run DIR without --bundle takes DIR for a bundle" {
	run elsewhen run no/such
	sentence "bundle 'no/such': No such file or directory"
	run elsewhen create ./nowhere
	sentence "bundle './nowhere': No such file or directory"
	mkdir empty
	run elsewhen run ./empty
	failed config.json
	[ ! -e "$ROOT" ] || equal "$(find "$ROOT" -mindepth 1)" ''
}

@test "spec writes a valid config.json and never overwrites one" {
	mkdir -p bundle/rootfs
	run elsewhen spec --bundle bundle
	succeeded
	equal "$output" ''
	matches "$(jq -r .ociVersion bundle/config.json)" '^1\.'
	matches "$(jq -r '.process.args | length' bundle/config.json)" '^[1-9]'
	equal "$(tail -c 1 bundle/config.json | od -An -c | tr -d ' ')" '\n'
	cp bundle/config.json before
	run elsewhen spec -b bundle
	sentence "spec: 'bundle/config.json' exists and is not overwritten"
	cmp before bundle/config.json
	ln -s nowhere link.json
	mkdir dangling && ln -s ../elsewhere dangling/config.json
	run elsewhen spec -b dangling
	sentence "spec: 'dangling/config.json' exists and is not overwritten"
	[ ! -e elsewhere ]
}

@test "spec --rootless asks for a user namespace" {
	run elsewhen spec --rootless
	succeeded
	equal "$(jq '[.linux.namespaces[] | select(.type == "user")] | length' config.json)" 1
	matches "$(jq -r '.linux.uidMappings[0].hostID' config.json)" '^[0-9]+$'
}

@test "spec says where it could not write" {
	run elsewhen spec --bundle nowhere
	sentence "spec: open the bundle 'nowhere': No such file or directory"
	: >file
	run elsewhen spec --bundle file
	sentence "spec: open the bundle 'file': Not a directory"
}

@test "validate: what spec writes is valid, and what is wrong has a path" {
	mkdir -p bundle/rootfs
	elsewhen spec --bundle bundle
	run elsewhen validate bundle
	succeeded
	equal "$output" 'bundle/config.json: valid'
	run elsewhen validate bundle/
	equal "$output" 'bundle/config.json: valid'
	cd bundle
	run elsewhen validate
	succeeded
	equal "$output" './config.json: valid'
	jq '.linux.namespaces += [{"type": "time"}] | .linux.namespaces |= unique_by(.type)
		| .linux.timeOffsets.monotonic = {"secs": 1, "nanosecs": 1000000000}' \
		config.json >config.new
	mv config.new config.json
	run elsewhen validate
	equal "$status" 1
	failed linux.timeOffsets.monotonic.nanosecs 999999999
	[ ! -e "$ROOT" ] || equal "$(find "$ROOT" -mindepth 1)" ''
}

@test "validate: no bundle, one sentence" {
	run elsewhen validate nowhere
	equal "$status" 1
	failed nowhere
}

@test "features is the JSON document of the specification" {
	run --separate-stderr elsewhen features
	succeeded
	equal "$stderr" ''
	equal "$(jq -r .ociVersionMin <<<"$output")" 1.0.0
	equal "$(jq -r .ociVersionMax <<<"$output")" 1.3.0
	contains "$(jq -c .linux.namespaces <<<"$output")" '"mount"'
	contains "$(jq -c .hooks <<<"$output")" '"createRuntime"'
	for name in elsewhen.dev/monotonic run.oci.keep_original_groups org.systemd.property.; do
		contains "$(jq -c .potentiallyUnsafeConfigAnnotations <<<"$output")" "\"$name\"" || return 1
	done
}

@test "features: annotations tell of this kernel's time namespaces" {
	local time_namespace=false

	[ ! -e /proc/self/ns/time ] || time_namespace=true
	run --separate-stderr elsewhen features
	succeeded
	equal "$(jq -r '.annotations["dev.elsewhen.timens.offsets"]' <<<"$output")" $time_namespace
	for key in offsets vdso exec-enters io-uring; do
		matches "$(jq -r ".annotations[\"dev.elsewhen.timens.$key\"]" <<<"$output")" '^(true|false)$' ||
			return 1
		contains "$(<"$manual")" "dev.elsewhen.timens.$key" || return 1
	done
}

@test "check-kernel: this kernel breaks no promise, or has no time namespaces" {
	local expected=0

	[ -e /proc/self/ns/time ] || expected=1
	run --separate-stderr elsewhen check-kernel
	equal "$status" $expected
	equal "$stderr" ''
	matches "${lines[0]}" '^CHECK +RESULT +EXPLANATION$'
	[ $expected = 1 ] || ! grep -E '^[a-z-]+ +broken ' <<<"$output"
	run --separate-stderr elsewhen check-kernel --format json
	equal "$status" $expected
	equal "$(jq .kept <<<"$output")" "$([ $expected = 0 ] && echo true || echo false)"
	equal "$(jq -r .release <<<"$output")" "$(uname -r)"
	# No check has a result without a name and a promise, and none that is not kept has no reason.
	equal "$(jq '[.checks[] | select((.name and .promise and
		(.result == "kept" or .reason)) | not)] | length' <<<"$output")" 0
	matches "$(jq '.checks | length' <<<"$output")" '^1[0-9]$'
}

@test "check-kernel: what can not be checked is told with the reason" {
	[ -e /proc/self/ns/time ] || skip 'this kernel has no time namespaces'
	[ "$(id -u)" = 0 ] || skip 'it takes rights from root'
	# No CAP_SYS_ADMIN, and no user namespace that would give it back.
	run unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_user_namespaces &&
		exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$0" check-kernel' "$ELSEWHEN"
	succeeded
	matches "$output" $'\n''frozen +not checked +this process may make no time namespace'
	matches "$output" $'\n''vdso-outside +kept '
}

@test "--log: errors are in the file too, as text or as JSON, also those of the command line" {
	run elsewhen --log text state nobody
	equal "$status" 1
	matches "$(cat text)" 'level=error msg=".*nobody'
	run elsewhen --log json --log-format json state nobody
	equal "$(jq -r '.level' json)" error
	equal "elsewhen: $(jq -r .msg json)" "$output"
	matches "$(jq -r .time json)" '^20[0-9]{2}-.*Z$'
	run elsewhen --log json --log-format=json list --nope
	equal "elsewhen: $(tail -n 1 json | jq -r .msg)" "$output"
	run elsewhen --log json --log-format=json --nope
	equal "elsewhen: $(tail -n 1 json | jq -r .msg)" "$output"
	equal "$(wc -l <json)" 3
	run elsewhen --log nowhere/log list
	sentence "--log: open 'nowhere/log': No such file or directory"
}

@test "--debug logs to the file, or else to standard error" {
	run --separate-stderr elsewhen --debug list
	succeeded
	contains "$stderr" 'elsewhen: debug: list: '
	run --separate-stderr elsewhen --debug --log log list
	succeeded
	equal "$stderr" ''
	contains "$(cat log)" 'level=debug'
}

@test "--root may be relative" {
	run env "$ELSEWHEN" --debug --root some/where list
	succeeded
	contains "$output" "root $PWD/some/where,"
}

@test "a full disk behind standard output is an error" {
	[ -c /dev/full ] || skip 'there is no /dev/full'
	run bash -c '"$0" --help >/dev/full' "$ELSEWHEN"
	sentence 'write to standard output: No space left on device'
}

@test "closed standard descriptors do no harm" {
	elsewhen spec
	run bash -c '"$0" --root "$1" --log log state nobody <&- >&- 2>&-' "$ELSEWHEN" "$ROOT"
	equal "$status" 1
	equal "$(wc -l <log)" 1
	contains "$(cat log)" nobody
}
