# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034 # tests read some; bats sets $output and $lines
# What every end-to-end test has: a directory, a runtime root, a bundle and an id of its own, and the
# proof afterwards that nothing of it is left.
#
#   WORK     the test's directory, short and empty        ROOT    --root of elsewhen, in it
#   BUNDLE   the bundle that make_bundle makes            ROOTFS  its root filesystem
#   ID       a container id nobody else uses              CGROUP  linux.cgroupsPath of its containers
#   SETTINGS the operator's settings, --config, if it is set
#   ELSEWHEN the program under test                       TOOLS  the directory with tests/tools, built static

bats_require_minimum_version 1.5.0

# For env, before strace: LeakSanitizer does not work under ptrace.
UNDER_STRACE=ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0

setup()
{
	common_setup
}

teardown()
{
	common_teardown
}

common_setup()
{
	# Before every command bats looks at the stack, to tell the place of a failure. In an emulated machine that
	# takes as long as all the rest.
	[ "${TRACE_TESTS-yes}" = yes ] || set +T
	: "${ELSEWHEN:?names the program under test}"
	[ "$(id -u)" = 0 ] || skip 'needs root'
	WORK=$(mktemp -d /tmp/ew.XXXXXX)
	chmod 0755 "$WORK"
	ROOT=$WORK/run
	BUNDLE=$WORK/b
	ROOTFS=$BUNDLE/rootfs
	ID=t$$
	CGROUP=/elsewhen-test-$$
	TAG=ELSEWHEN_TEST=$$-$(basename "$WORK")
	HELPERS=()
}

# Whatever the test left running is ended here; what the runtime itself left is an error.
common_teardown()
{
	local directory status=0

	[ -n "${WORK-}" ] || return 0
	for directory in "$ROOT"/*/; do
		[ ! -d "$directory" ] || elsewhen delete --force "$(basename "$directory")" || status=1
	done
	end_helpers
	[ "$status" != 0 ] || assert_no_leftovers || status=1
	end_tagged
	remove_cgroups
	remove_work
	return "$status"
}

# Every run is tagged in its environment, so that its processes can be found afterwards. Descriptor 3
# is bats' own: a container that held it would keep bats waiting.
elsewhen()
{
	env "$TAG" "$ELSEWHEN" --root "$ROOT" ${SETTINGS:+--config "$SETTINGS"} "$@" 3>&-
}

# settings JSON: for all that follows in the test.
settings()
{
	SETTINGS=$WORK/settings.json
	echo "$1" >"$SETTINGS"
}

# For what leaves processes behind (create, run --detach): they must not hold the test's output.
quietly()
{
	"$@" >"$WORK/output" 2>&1 </dev/null || {
		local status=$?
		cat "$WORK/output"
		return "$status"
	}
}

# --- bundles

# The applets of busybox as symlinks, made once for all tests of a file.
rootfs_template()
{
	local template=$BATS_FILE_TMPDIR/rootfs

	if [ ! -d "$template" ]; then
		mkdir -p "$template"/{bin,dev,etc,proc,root,sys,tmp,usr/bin,var}
		cp "$(command -v busybox)" "$template/bin/busybox"
		# One process for all: on an emulated machine four hundred take minutes.
		(cd "$template/bin" && busybox --list | python3 -c '
import os, sys
for applet in sys.stdin.read().split():
    if applet != "busybox":
        os.symlink("busybox", applet)')
		echo 'root:x:0:0:root:/root:/bin/sh' >"$template/etc/passwd"
		echo 'root:x:0:' >"$template/etc/group"
		chmod 1777 "$template/tmp"
	fi
	echo "$template"
}

make_rootfs()	# DIRECTORY
{
	mkdir -p "$(dirname "$1")"
	cp -a "$(rootfs_template)" "$1"
	[ -z "${TOOLS-}" ] || find "$TOOLS" -maxdepth 1 -type f -perm -0100 -exec cp -t "$1/bin" {} +
}

# make_bundle [FILTER...]: what `elsewhen spec` writes, without a terminal, and then each jq filter.
make_bundle()
{
	local filter program='.process.terminal = false | .process.env += [$tag]
		| .linux.cgroupsPath = $cgroup | .root.readonly = false'

	make_rootfs "$ROOTFS"
	(cd "$BUNDLE" && elsewhen spec)
	# One run of jq, since the start of it is what takes its time.
	for filter; do
		program+=" | ($filter)"
	done
	edit --arg tag "$TAG" --arg cgroup "$CGROUP/$ID" "$program"
}

# edit [JQ OPTION...] FILTER: changes $BUNDLE/config.json.
edit()
{
	jq "$@" <"$BUNDLE/config.json" >"$BUNDLE/config.new"
	mv "$BUNDLE/config.new" "$BUNDLE/config.json"
}

# arguments ARGUMENT...: what the container runs.
arguments()
{
	edit '.process.args = $ARGS.positional' --args -- "$@"
}

shell()	# SCRIPT: for the container's shell
{
	arguments sh -c "$1"
}

# A container's life in one line each.
run_container()	# [OPTION...]
{
	elsewhen run --bundle "$BUNDLE" "$@" "$ID"
}

create_container()	# [OPTION...]
{
	quietly elsewhen create --bundle "$BUNDLE" "$@" "$ID"
}

# A container that sleeps until somebody ends it.
running_container()	# [FILTER...]
{
	make_bundle "$@"
	shell 'trap "exit 0" TERM; while :; do sleep 0.05; done'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
}

# Asked again and again where something is waited for, so by less than jq.
state_value()	# ID NAME
{
	local state

	state=$(elsewhen state "$1") || return
	[[ $state =~ \"$2\":\ *\"?([a-z0-9]*) ]] && echo "${BASH_REMATCH[1]}"
}

status_of()	# ID
{
	state_value "$1" status
}

pid_of()	# ID
{
	state_value "$1" pid
}

# --- helpers in the background

# helper COMMAND...: a process that runs beside the test and is ended with it; its pid is in $HELPER.
helper()
{
	"$@" >"$WORK/helper" 2>&1 </dev/null 3>&- &
	HELPER=$!
	HELPERS+=("$HELPER")
}

# The program itself in the background: $HELPER is its own pid, so that it can be sent signals.
helper_elsewhen()
{
	helper env "$TAG" "$ELSEWHEN" --root "$ROOT" "$@"
}

end_helpers()
{
	local pid

	for pid in "${HELPERS[@]-}"; do
		[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
	done
	for pid in "${HELPERS[@]-}"; do
		[ -z "$pid" ] || wait "$pid" 2>/dev/null || true
	done
	HELPERS=()
}

# wait_for COMMAND...: up to ten seconds, until it succeeds.
wait_for()
{
	local try

	for ((try = 0; try < 200; try++)); do
		if "$@" >/dev/null 2>&1; then
			return 0
		fi
		sleep 0.05
	done
	echo "waited ten seconds for: $*"
	return 1
}

has_status()	# ID STATUS
{
	[ "$(status_of "$1")" = "$2" ]
}

# namespace_of PID TYPE: "time:[4026531834]"
namespace_of()
{
	readlink "/proc/$1/ns/$2"
}

# offset_inside CLOCK: the nanoseconds that the kernel adds in the container $ID, by init's own file.
offset_inside()
{
	local clock seconds nanoseconds

	while read -r clock seconds nanoseconds; do
		[ "$clock" != "$1" ] || echo $((seconds * 1000000000 + nanoseconds))
	done <"/proc/$(pid_of "$ID")/timens_offsets"
}

# --- assertions that show what they saw

equal()	# ACTUAL EXPECTED
{
	[ "$1" = "$2" ] || {
		printf 'got:      %s\nexpected: %s\n' "$1" "$2"
		return 1
	}
}

differ()	# ONE OTHER
{
	{ [ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ]; } || {
		printf 'should be two different values: "%s" and "%s"\n' "$1" "$2"
		return 1
	}
}

contains()	# TEXT PART
{
	[[ $1 == *"$2"* ]] || {
		printf 'got:          %s\nwithout this: %s\n' "$1" "$2"
		return 1
	}
}

lacks()	# TEXT PART
{
	[[ $1 != *"$2"* ]] || {
		printf 'got:       %s\nwith this: %s\n' "$1" "$2"
		return 1
	}
}

matches()	# TEXT REGULAR_EXPRESSION
{
	[[ $1 =~ $2 ]] || {
		printf 'got:         %s\nnot matched: %s\n' "$1" "$2"
		return 1
	}
}

# In this order, and none is below the one before it.
ascending()	# NUMBER...
{
	local last=$1 number

	for number; do
		[ "$number" -ge "$last" ] || {
			echo "not ascending: $*"
			return 1
		}
		last=$number
	done
}

succeeded()	# after `run`
{
	[ "$status" -eq 0 ] || {
		printf 'exit status %s: %s\n' "$status" "$output"
		return 1
	}
}

# failed SENTENCE_PART...: after `run`; one sentence of ours on one line, and each part is in it.
failed()
{
	local part

	[ "$status" -ne 0 ] || {
		printf 'should have failed, printed: %s\n' "$output"
		return 1
	}
	matches "$output" '^elsewhen: ' || return 1
	equal "${#lines[@]}" 1 || { echo "$output"; return 1; }
	for part; do
		contains "$output" "$part" || return 1
	done
}

# create_refused SENTENCE_PART... -- [OPTION...]: and nothing is left.
create_refused()
{
	local parts=()

	while [ "$1" != -- ]; do
		parts+=("$1")
		shift
	done
	shift
	run elsewhen create --bundle "$BUNDLE" "$@" "$ID"
	failed "${parts[@]}"
	assert_no_leftovers
}

# --- nothing is left

tagged_processes()
{
	grep -l -a -s -F -x -z -e "$TAG" /proc/[0-9]*/environ | sed 's,/proc/\([0-9]*\)/.*,\1,'
}

test_cgroups()
{
	find /sys/fs/cgroup -maxdepth 3 -type d -name "${CGROUP#/}" 2>/dev/null
}

test_mounts()
{
	grep -F -e "$WORK" /proc/self/mountinfo
}

nothing_in()	# WHAT FINDINGS
{
	[ -z "$2" ] || {
		printf 'left behind, %s:\n%s\n' "$1" "$2"
		return 1
	}
}

# Processes that were killed a moment ago may still be on their way out.
assert_no_leftovers()
{
	local try

	for ((try = 0; try < 40; try++)); do
		[ -n "$(tagged_processes)" ] || break
		sleep 0.05
	done
	nothing_in processes "$(tagged_processes | while read -r pid; do
		echo "$pid $(tr '\0' ' ' <"/proc/$pid/cmdline")"
	done)" || return 1
	nothing_in cgroups "$(test_cgroups)" || return 1
	nothing_in mounts "$(test_mounts)" || return 1
	# Compiled seccomp filters are kept for the next container, as elsewhen(8) says under FILES.
	nothing_in 'files in the root' \
		"$(find "$ROOT" -mindepth 1 -not -path "$ROOT/.filters*" 2>/dev/null)" || return 1
}

# Only after a failure do these find anything.
end_tagged()
{
	local pid

	tagged_processes | while read -r pid; do
		kill -KILL "$pid" 2>/dev/null || true
	done
}

remove_cgroups()
{
	local directory try

	for directory in $(test_cgroups); do
		for ((try = 0; try < 20; try++)); do
			find "$directory" -depth -type d -exec rmdir {} + 2>/dev/null && break
			sleep 0.05
		done
	done
}

remove_work()
{
	local mountpoint

	test_mounts | awk '{ print $5 }' | LC_ALL=C sort -r | while read -r mountpoint; do
		umount -l "$mountpoint" || true
	done
	rm -rf --one-file-system "$WORK"
}
