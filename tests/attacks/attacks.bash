# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034 # bats sets $output and $lines, tests read $status
# What the attacks have in common. Each is made twice: on elsewhen, where it must fail, and on something that it
# is known to work on, a peer of an older version or the same with the defence taken away: an attack that never
# works proves nothing.
#
#   ATTACKS         the directory with the static attack programs
#   PEERS           the directory with other runtimes, crun and runc; may be empty
#   ATTACKS_PEERS   none: leave them out, where time is short
#   ATTACKS_REPORT  a file: what was shown, for the table at the end of the suite
#
# If an attack succeeds it must find nothing of the machine's: what it would read or write is in $WORK.

load ../e2e/common

: "${ATTACKS:=${TOOLS-}/../attacks}"

setup()
{
	# What counts is what an attack could reach.
	! touch /usr/bin/.elsewhen-attack 2>/dev/null || {
		rm -f /usr/bin/.elsewhen-attack
		skip 'runs in confinement only: tests/attacks/confine.sh bats ...'
	}
	common_setup
}

# held CLASS: the attack was made on elsewhen, and failed.
held()
{
	report "$1" elsewhen held
}

# works CLASS WHERE: the same attack worked on something else, so it is one.
works()
{
	report "$1" "$2" works
}

# unshown CLASS WHY: nothing is here that it works on.
unshown()
{
	report "$1" "$2" unshown
}

report()
{
	echo "# $1 | $2 | $3" >&3
	[ -z "${ATTACKS_REPORT-}" ] || printf '%s|%s|%s\n' "$1" "$2" "$3" >>"$ATTACKS_REPORT"
}

peers()	# prints the other runtimes that there are, as RUNTIME-SUITE
{
	local path

	[ "${ATTACKS_PEERS-}" != none ] || return 0
	for path in "${PEERS-}"/*-*; do
		[ ! -x "$path" ] || basename "$path"
	done
}

# on_peer PEER ARGUMENT...: like elsewhen, with the peer's own --root. It may hang, being attacked.
on_peer()
{
	local peer=$1

	shift
	timeout --kill-after=1 20 env "$TAG" "$PEERS/$peer" --root "$WORK/$peer" "$@" 3>&-
}

# The same bundle, less what older ones do not know: $PEER_BUNDLE.
peer_bundle()
{
	PEER_BUNDLE=$WORK/peer.bundle
	mkdir -p "$PEER_BUNDLE"
	jq --arg rootfs "$ROOTFS" '.ociVersion = "1.0.2" | .root.path = $rootfs | del(.linux.timeOffsets)
		| .linux.namespaces |= map(select(.type != "time"))' "$BUNDLE/config.json" >"$PEER_BUNDLE/config.json"
}

# run_on_peer PEER [OPTION...]: the bundle's container on the peer; what it printed is in $output.
run_on_peer()
{
	local peer=$1

	shift
	status=0
	peer_bundle
	on_peer "$peer" run --bundle "$PEER_BUNDLE" "$@" "$ID" >"$WORK/peer.output" 2>&1 </dev/null || status=$?
	on_peer "$peer" delete --force "$ID" >/dev/null 2>&1 || true
	output=$(tr -d '\0' <"$WORK/peer.output")
}

# show_on_peers CLASS FUNCTION: FUNCTION PEER attacks it, and succeeds where the attack does.
show_on_peers()
{
	local class=$1 attack=$2 peer shown=

	for peer in $(peers); do
		if "$attack" "$peer"; then
			works "$class" "$peer"
			shown=yes
		fi
	done
	# A peer leaves the directories above its own.
	remove_cgroups
	if [ "${ATTACKS_PEERS-}" = none ]; then
		unshown "$class" 'other runtimes: ./dev test attacks'
		return 0
	fi
	[ -n "$shown" ] || unshown "$class" "${3-no runtime at hand has the fault}"
}

run_quietly()	# [OPTION...]: elsewhen; its status and what it printed, also where a process stays behind
{
	status=0
	timeout --kill-after=1 20 env "$TAG" "$ELSEWHEN" --root "$ROOT" run --bundle "$BUNDLE" "$@" "$ID" \
		>"$WORK/output" 2>&1 </dev/null 3>&- || status=$?
	output=$(tr -d '\0' <"$WORK/output")
}

attack_program()	# NAME...: into the root filesystem
{
	local name

	for name; do
		cp "$ATTACKS/$name" "$ROOTFS/bin/$name"
	done
}

# --- the hunter

MARKER_TEXT='of the host'

make_marker()
{
	MARKER=$WORK/marker
	echo "$MARKER_TEXT" >"$MARKER"
}

identity_of()	# PATH: as hunter takes it
{
	stat -L -c %d:%i "$1"
}

# What the hunter is told of the host, one word a line.
hunter_options()
{
	printf '%s\n' --marker "$MARKER" --exe "$(identity_of "$ELSEWHEN")" --secret HOST_SECRET=hunted
	local type
	for type in mnt pid net ipc uts cgroup; do
		printf '%s\n' --host-namespace "$(readlink "/proc/self/ns/$type")"
	done
}

# hunting_container KINDS [FILTER...]: a container as its attacker would have it (root, CAP_SYS_PTRACE, no user
# namespace), whose first process hunts until end_hunt.
hunting_container()
{
	local kinds=$1 options

	shift
	make_marker
	make_bundle '(.process.capabilities | .bounding, .effective, .permitted) += ["CAP_SYS_PTRACE"]' "$@"
	attack_program hunter
	mapfile -t options < <(hunter_options)
	arguments sh -c '"$@" >/hunt.log 2>&1' sh hunter --seconds "${HUNT_SECONDS:-300}" --ready /ready --until /over \
		--forbid "$kinds" "${options[@]}"
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for test -e "$ROOTFS/ready"
}

# end_hunt: what the hunter has written is in $output then.
end_hunt()
{
	touch "$ROOTFS/over"
	wait_for grep -q -x over "$ROOTFS/hunt.log"
	output=$(cat "$ROOTFS/hunt.log")
	echo "$output"
}

hunt_count()	# looks | processes | ours
{
	sed -n "s/^looks=.*/ &/; s/.* $1=\([0-9]*\).*/\1/p" <<<"$output"
}

# hunted PROCESSES LOOKS [OURS]: it was a hunt, in which so many came by at least, and were seen while they were the
# runtime's own. HUNT_LOOKS, HUNT_OURS: how many are enough where the machine is emulated.
hunted()
{
	local ours=${3-0}

	[ "$ours" = 0 ] || ours=${HUNT_OURS:-$ours}
	[ "$(hunt_count processes)" -ge "$1" ] || { echo "only $(hunt_count processes) processes came by"; return 1; }
	[ "$(hunt_count looks)" -ge "${HUNT_LOOKS:-$2}" ] || { echo "only $(hunt_count looks) looks were taken"; return 1; }
	[ "$(hunt_count ours)" -ge "$ours" ] || { echo 'the runtime itself was not seen'; return 1; }
}

found_nothing_forbidden()
{
	lacks "$output" FORBIDDEN
}
