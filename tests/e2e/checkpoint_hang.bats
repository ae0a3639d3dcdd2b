#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A CRIU that hangs, dies, or is too old for the machine it is on.
# shellcheck disable=SC2030,SC2031,SC2034 # each test is a subshell of its own; what is read may be for one of two clocks

load common
load checkpoint

# older_criu: the program $CRIU, of a version that relies on hardware breakpoints; what it has in $CRIU_FAULT goes to
# $WORK/faults.
older_criu()
{
	[ -n "${CRIU_OLDER-}" ] || skip 'there is no older CRIU (./dev fetches one)'
	CRIU=$WORK/criu
	cat >"$CRIU" <<-END
		#!/bin/sh
		echo "fault=\$CRIU_FAULT" >>"$WORK/faults"
		exec env LD_LIBRARY_PATH= "$CRIU_OLDER" "\$@"
	END
	chmod 0755 "$CRIU"
}

# dead_breakpoints: $DEAD, to be preloaded: hardware breakpoints can be set and do not fire.
dead_breakpoints()
{
	[ "$(uname -m)" = x86_64 ] || skip 'debug registers of x86_64'
	command -v "${CC:-cc}" >/dev/null || skip 'there is no compiler'
	DEAD=$WORK/no_breakpoints.so
	no_breakpoints_source | "${CC:-cc}" -shared -fPIC -x c -o "$DEAD" -
}

# ptrace(2) as it is on a machine whose hardware breakpoints can be set and never fire: the kernel is told of an address
# and not that it is to be watched.
no_breakpoints_source()
{
	cat <<-'END'
	#define _GNU_SOURCE
	#include <stdarg.h>
	#include <stddef.h>
	#include <sys/ptrace.h>
	#include <sys/syscall.h>
	#include <sys/user.h>
	#include <unistd.h>

	long ptrace(enum __ptrace_request request, ...)
	{
		void *address, *data;
		va_list rest;
		long peeked, result;
		int pid;

		va_start(rest, request);
		pid = va_arg(rest, int);
		address = va_arg(rest, void *);
		data = va_arg(rest, void *);
		va_end(rest);
		if (request == PTRACE_POKEUSER && (size_t)address == offsetof(struct user, u_debugreg[7]))
			return 0;
		if (request < PTRACE_PEEKTEXT || request > PTRACE_PEEKUSER)
			return syscall(SYS_ptrace, request, pid, address, data);
		/* The C library returns what the system call stores. */
		result = syscall(SYS_ptrace, request, pid, address, &peeked);
		return result < 0 ? result : peeked;
	}
	END
}

# older_criu on such a machine.
older_criu_without_breakpoints()
{
	older_criu
	dead_breakpoints
	sed "s,--library-path,--preload $DEAD &," "$CRIU_OLDER" >"$WORK/criu-dead"
	grep -q -F "$DEAD" "$WORK/criu-dead"
	chmod 0755 "$WORK/criu-dead"
	sed -i "s,\"$CRIU_OLDER\",\"$WORK/criu-dead\"," "$CRIU"
}

# A /run that is this test's alone. The file's tests are in a mount namespace of their own.
own_run()
{
	mount -t tmpfs -o mode=0755 none /run
	OWN_RUN=yes
}

teardown()
{
	[ -z "${OWN_RUN-}" ] || umount /run
	common_checkpoint_teardown
}

boot()
{
	cat /proc/sys/kernel/random/boot_id
}

# It runs, nobody traces or stops it, and nothing of CRIU is left.
# Its network lets packets pass.
is_unharmed()
{
	local pid threads

	equal "$(status_of "$ID")" running || return 1
	while read -r pid; do
		threads=$(cat "/proc/$pid/task/"*/status 2>/dev/null) || continue
		equal "$(grep '^TracerPid:' <<<"$threads" | sort -u)" "$(printf 'TracerPid:\t0')" || return 1
		lacks "$threads" "$(printf 'State:\tT')" || return 1
		lacks "$threads" "$(printf 'State:\tt')" || return 1
	done < <(elsewhen ps --format json "$ID" | jq '.[]')
	ticks_on || return 1
	lacks "$(nsenter --net="/proc/$(pid_of "$ID")/ns/net" iptables -S)" CRIU || return 1
	lacks "$(nsenter --net="/proc/$(pid_of "$ID")/ns/net" nft list ruleset)" CRIU || return 1
	[ -z "$(pgrep -f 'criu swrk' | xargs -r -I{} grep -l -z -F "$TAG" /proc/{}/environ 2>/dev/null)" ]
}

@test "a CRIU that waits for a breakpoint that never fires is ended, and the container goes on" {
	older_criu_without_breakpoints
	own_run
	# What this machine has is told otherwise.
	echo "$(boot) yes" >/run/elsewhen.breakpoints
	ticking_container
	run checkpoint --criu "$CRIU" --criu-timeout 2
	failed 'CRIU made no progress for 2 s and was ended' ' to trap' 'hardware breakpoints' "$IMAGES/dump.log"
	is_unharmed
	[ ! -e "$IMAGES/clock.json" ]
	# And can be dumped.
	checkpoint
	elsewhen delete "$ID"
	restore
	ticks_on
}

@test "an older CRIU is told to do without breakpoints where they do not fire" {
	older_criu_without_breakpoints
	own_run
	echo "$(boot) no" >/run/elsewhen.breakpoints
	ticking_container
	checkpoint --criu "$CRIU" --criu-timeout 5
	elsewhen delete "$ID"
	restore --criu "$CRIU" --criu-timeout 5
	ticks_on
	# The version is asked for first, each time.
	equal "$(cat "$WORK/faults")" $'fault=\nfault=130\nfault=\nfault=130'
}

@test "elsewhen asks the machine itself, and remembers it for this boot" {
	dead_breakpoints
	older_criu
	! ldd "$ELSEWHEN" | grep -q -E 'asan|not a dynamic' || skip 'nothing can be preloaded into this program'
	own_run
	ticking_container
	run env LD_PRELOAD="$DEAD" "$TAG" "$ELSEWHEN" --root "$ROOT" checkpoint --image-path "$IMAGES" --leave-running \
		--criu "$CRIU" "$ID"
	succeeded
	equal "$(tail -n 1 "$WORK/faults")" fault=130
	equal "$(cat /run/elsewhen.breakpoints)" "$(boot) no"
	equal "$(stat -c %a:%u /run/elsewhen.breakpoints)" 644:0
	# What was remembered counts for this machine, whose breakpoints may work.
	checkpoint --leave-running --criu "$CRIU"
	equal "$(tail -n 1 "$WORK/faults")" fault=130
	# An operator knows better.
	CRIU_FAULT=131 checkpoint --leave-running --criu "$CRIU"
	equal "$(tail -n 1 "$WORK/faults")" fault=131
	ticks_on
}

@test "what is remembered is not heard when somebody else may have written it" {
	local made works

	older_criu
	own_run
	ticking_container
	checkpoint --leave-running --criu "$CRIU"
	works=$(tail -n 1 "$WORK/faults")
	matches "$(cat /run/elsewhen.breakpoints)" "^$(boot) (yes|no)$"
	[ "$works" = fault= ] || skip 'the breakpoints of this machine do not fire'
	for made in 'echo "$(boot) no" >$F; chown 1000 $F' 'echo "$(boot) no" >$F; chmod 0666 $F' 'mkfifo $F' \
		'echo "$(boot) no" >/run/other; ln -s other $F' 'echo 12345678-1234 no >$F' 'echo "$(boot) nonsense" >$F' \
		'mkdir $F' ': >$F' 'head -c 100000 /dev/zero >$F'; do
		echo "$made"
		rm -rf /run/elsewhen.breakpoints
		F=/run/elsewhen.breakpoints eval "$made"
		checkpoint --leave-running --criu "$CRIU" || return 1
		equal "$(tail -n 1 "$WORK/faults")" "$works" || return 1
	done
	# Nor is it needed: where it cannot be written, the machine is asked each time.
	rm -rf /run/elsewhen.breakpoints
	mount -o remount,ro /run
	checkpoint --leave-running --criu "$CRIU"
	equal "$(tail -n 1 "$WORK/faults")" "$works"
}

@test "a CRIU that asks for itself is not told" {
	[ "$(criu --version | sed -n 's/^Version: //p' | sed 's/^4\.[01].*/old/')" != old ] || skip 'this CRIU is an older one'
	own_run
	echo "$(boot) no" >/run/elsewhen.breakpoints
	ticking_container
	CRIU_OLDER=$(command -v criu)
	older_criu
	checkpoint --leave-running --criu "$CRIU"
	equal "$(sort -u "$WORK/faults")" fault=
}

@test "an older CRIU: dump and restore, a killed one, and what its log says" {
	older_criu
	ticking_container
	checkpoint --criu "$CRIU"
	elsewhen delete "$ID"
	restore --criu "$CRIU"
	ticks_on
}

# As in checkpoint.bats.
harmed()	# HARM:NOTIFICATION COMMAND...
{
	local harm=$1

	shift
	CRIU_BETWEEN=$harm CRIU_BETWEEN_LOG=$WORK/notifications "$@" --criu "$BATS_TEST_DIRNAME/criu_between.py"
}

@test "a dump that stands still at any notification is ended; the container goes on" {
	local name lock

	ticking_container
	harmed none checkpoint --leave-running
	LC_ALL=C sort -u "$WORK/notifications" | grep -x -E "${HARM_AT:-.*}" >"$WORK/names"
	grep -q -x post-dump "$WORK/names"
	while read -r name; do
		echo "at $name"
		rm -rf "$IMAGES"
		for lock in iptables nftables; do
			run harmed "hang:$name" checkpoint --leave-running --criu-timeout 1 --network-lock "$lock"
			failed 'made no progress for 1 s and was ended' 'the step it was at' || return 1
			lacks "$output" "'RPC'" || return 1
			is_unharmed || return 1
		done
	done <"$WORK/names"
}

@test "a restore that stands still at any notification is ended; nothing is left" {
	local name

	ticking_container
	checkpoint
	elsewhen delete "$ID"
	harmed none restore
	elsewhen delete --force "$ID"
	LC_ALL=C sort -u "$WORK/notifications" | grep -x -E "${HARM_AT:-.*}" >"$WORK/names"
	grep -q -x post-restore "$WORK/names"
	while read -r name; do
		echo "at $name"
		run harmed "hang:$name" restore --criu-timeout 1
		failed 'made no progress for 1 s and was ended' || return 1
		assert_no_leftovers || return 1
	done <"$WORK/names"
}

@test "a CRIU that was killed is said to be; an old log explains nothing" {
	ticking_container
	mkdir "$IMAGES"
	echo '(00.000001) Error (criu/old.c:1): of another day' >"$IMAGES/dump.log"
	run harmed criu:pre-dump checkpoint
	failed 'was killed by signal 9 (Killed)'
	lacks "$output" 'another day'
	lacks "$output" NOFILE
	is_unharmed
	echo '(00.000001) Error (criu/old.c:1): of another day' >"$IMAGES/dump.log"
	printf '#!/bin/sh\nkill -SEGV $$\n' >"$WORK/crashes"
	chmod 0755 "$WORK/crashes"
	run checkpoint --criu "$WORK/crashes"
	failed 'was killed by signal 11'
	lacks "$output" 'another day'
}

@test "a stale temporary file of CRIU's cache is removed, a fresh one is not" {
	own_run
	: >/run/criu.kdat.tmp
	ticking_container
	checkpoint --leave-running
	[ -e /run/criu.kdat.tmp ]
	[ ! -e /run/criu.kdat ]
	touch -d '2 minutes ago' /run/criu.kdat.tmp
	checkpoint --leave-running
	[ ! -e /run/criu.kdat.tmp ]
	[ -s /run/criu.kdat ]
	ticks_on
}

@test "--criu-timeout: 0 is no limit, and what is no number is refused" {
	ticking_container
	run checkpoint --criu-timeout soon
	failed --criu-timeout
	checkpoint --leave-running --criu-timeout 0
	checkpoint --criu-timeout 5
	elsewhen delete "$ID"
	restore --criu-timeout 0
	ticks_on
}

# criu_processes: those of this test, but for such as have ended.
criu_processes()
{
	local process

	for process in $(pgrep -f 'criu swrk'); do
		tr '\0' '\n' 2>/dev/null <"/proc/$process/environ" | grep -q -x -F "$TAG" && echo "$process"
	done
	true
}

# killed_checkpoint SECONDS: the runtime is killed after that time.
killed_checkpoint()
{
	local pid

	rm -rf "$IMAGES"
	env "$TAG" "$ELSEWHEN" --root "$ROOT" checkpoint --image-path "$IMAGES" --leave-running "$ID" \
		</dev/null >"$WORK/killed" 2>&1 3>&- 8>&- &
	pid=$!
	sleep "$1"
	kill -KILL "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
}

@test "a runtime that is killed during a dump: CRIU is gone when delete --force returns" {
	local round left

	for ((round = 0; round < ${KILLS:-25}; round++)); do
		ticking_container
		killed_checkpoint "0.$(printf '%03d' $((round * 15 % 375)))"
		elsewhen delete --force "$ID" || return 1
		left=$(criu_processes)
		[ -z "$left" ] || {
			echo "round $round: $left"
			return 1
		}
		rm -rf "$BUNDLE" "$WORK/output"
		exec 8> >(exec cat >>"$WORK/output" 3>&-)
	done
}

@test "a runtime that is killed during a dump: the container goes on" {
	local round

	ticking_container
	for ((round = 0; round < 15; round++)); do
		killed_checkpoint "0.$(printf '%03d' $((round * 25)))"
		# Whoever comes next waits for CRIU.
		elsewhen update --pids-limit 100 "$ID" || return 1
		equal "$(criu_processes)" '' || return 1
		is_unharmed || return 1
	done
}
