# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2119,SC2120 # what is read may be for one of two clocks; arguments are for some tests
# What the files about checkpoint and restore share.

# For each test: a CRIU that hangs is to fail the one test it hangs in, with its log, and not the file. An emulated
# machine needs ten times as long.
export BATS_TEST_TIMEOUT=180
[ "${TRACE_TESTS-yes}" = yes ] || BATS_TEST_TIMEOUT=900

setup()
{
	common_setup
	command -v criu >/dev/null || skip 'there is no CRIU'
	criu check >/dev/null 2>&1 || skip 'CRIU does not work with this kernel'
	[ -e /proc/self/ns/time ] || skip 'this kernel has no time namespaces (CONFIG_TIME_NS)'
	IMAGES=$WORK/images
	LOG=$WORK/log
	# What containers write, through a pipe, as engines have it: CRIU restores a regular file only when it is
	# as long as it was.
	exec 8> >(exec cat >>"$WORK/output" 3>&-)
}

teardown()
{
	common_checkpoint_teardown
}

common_checkpoint_teardown()
{
	local status=0

	if [ -n "${WORK-}" ] && [ -n "${SECOND-}" ]; then
		elsewhen delete --force "$SECOND" || status=1
	fi
	[ -z "${HIDDEN-}" ] || umount /sys/fs/cgroup
	exec 8>&-
	# What CRIU had to say is of use only when something is wrong.
	[ -n "${BATS_TEST_COMPLETED-}" ] || tail -n 5 "$IMAGES"/*.log 2>/dev/null || true
	common_teardown || status=1
	return "$status"
}

checkpoint()	# [OPTION...]
{
	elsewhen checkpoint --image-path "$IMAGES" "$@" "$ID"
}

# piped COMMAND [ARGUMENT...]: of elsewhen; what the container prints goes through the pipe. An error is printed.
piped()
{
	env "$TAG" "$ELSEWHEN" --root "$ROOT" ${SETTINGS:+--config "$SETTINGS"} --log "$LOG" "$@" </dev/null >&8 2>&8 3>&- 8>&- || {
		local status=$?
		sed -n '$s/.* level=error msg="\(.*\)"$/elsewhen: \1/p' "$LOG" | sed 's/\\"/"/g'
		return "$status"
	}
}

run_detached()	# [ID]
{
	piped run --detach --bundle "$BUNDLE" "${1-$ID}"
}

restore()	# [OPTION...]
{
	restore_as "$ID" "$@"
}

restore_as()	# ID [OPTION...]
{
	piped restore --detach --bundle "$BUNDLE" --image-path "$IMAGES" "${@:2}" "$1"
}

# A container that says its uptime again and again.
ticking_container()	# [FILTER...]
{
	make_bundle "$@"
	shell 'trap "exit 0" TERM; i=0; while :; do i=$((i + 1)); echo $i; sleep 0.05; done'
	run_detached
	wait_for grep -q -x 3 "$WORK/output"
}

ticks_on()
{
	local count

	count=$(wc -l <"$WORK/output")
	wait_for eval "[ \$(wc -l <'$WORK/output') -gt $count ]"
}

# uptime_of ID: as a process that exec brings in sees it.
uptime_of()
{
	elsewhen exec "$1" cut -d . -f 1 /proc/uptime
}

# mounts_of PID: where, with which options, of which type.
mounts_of()
{
	sed 's/^[0-9]* [0-9]* [^ ]* [^ ]* \([^ ]*\) \([^ ]*\) .*- \([^ ]*\) .*/\1 \2 \3/' "/proc/$1/mountinfo" |
		LC_ALL=C sort
}

# between LOW NUMBER HIGH
between()
{
	{ [ "$1" -le "$2" ] && [ "$2" -le "$3" ]; } || {
		echo "$2 is not within $1 to $3"
		return 1
	}
}

saved()	# CLOCK: whole seconds
{
	jq ".$1.secs" "$IMAGES/clock.json"
}

# How far in the past the checkpoint was made, as far as its clock file knows.
age_checkpoint()	# SECONDS
{
	jq ".realtime.secs -= $1" "$IMAGES/clock.json" >"$WORK/aged"
	mv "$WORK/aged" "$IMAGES/clock.json"
}
