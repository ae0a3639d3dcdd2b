#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2317 # each test is a subshell that sets the variables that it reads
# Attacks on what the runtime writes to /proc, and on what it hides there: by mounts that config.json or an engine's
# volumes put over it, and by a sibling who shares the root filesystem and swaps /proc while the container is made.

load attacks

# A tree that looks like procfs where the runtime writes: labels and sysctls would land in it.
make_fake_proc()	# DIRECTORY
{
	local attr

	FAKE=$1
	for attr in self/attr thread-self/attr 1/attr self/task/1/attr; do
		mkdir -p "$FAKE/$attr/apparmor"
		echo fake | tee "$FAKE/$attr/exec" "$FAKE/$attr/current" "$FAKE/$attr/apparmor/exec" >/dev/null
	done
	mkdir -p "$FAKE/sys/net/ipv4" "$FAKE/sys/kernel" "$FAKE/self/fd"
	echo fake | tee "$FAKE/sys/net/ipv4/ip_forward" "$FAKE/sys/kernel/domainname" "$FAKE/self/uid_map" \
		"$FAKE/self/setgroups" "$FAKE/self/oom_score_adj" "$FAKE/self/loginuid" >/dev/null
	exec {FAKE_FD}<"$FAKE"
	FAKE_WAS=$(fake_is)
}

# By a descriptor, for its name may be swapped.
fake_is()
{
	(cd "/proc/$$/fd/$FAKE_FD" && find . -type f -exec sha256sum {} + | LC_ALL=C sort)
}

# The label and the sysctl that are asked for: written into the fake, the process has neither.
ask_for_writes()
{
	edit '.process.oomScoreAdj = 100 | .linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.domainname": "written"}
		| .linux.readonlyPaths = [] | .linux.maskedPaths = []'
}

mount_fake()	# DESTINATION [SOURCE]
{
	jq --arg destination "$1" --arg source "${2-$FAKE}" '.mounts += [{destination: $destination, type: "bind",
		source: $source, options: ["rbind", "rw"]}]' "$WORK/good.json" >"$BUNDLE/config.json"
}

fake_on_peer()
{
	echo fake >"$FAKE/sys/net/ipv4/ip_forward"
	echo fake >"$FAKE/sys/kernel/domainname"
	run_on_peer "$1"
	[ "$(fake_is)" != "$FAKE_WAS" ]
}

# An image's VOLUME /proc, or one below it, is such a mount. The label of AppArmor (2019-16884; 62596, youki) and the
# sysctls (52881) went into it.
@test "CVE-2019-16884, CVE-2025-52881, CVE-2025-62596: a volume is mounted over /proc, or on a part of it" {
	local class='CVE-2019-16884, 2025-52881, 62596: a volume over /proc' destination

	make_bundle
	make_fake_proc "$WORK/fake"
	ask_for_writes
	ln -s proc "$ROOTFS/link"
	ln -s ../proc/self "$ROOTFS/etc/self"
	cp "$BUNDLE/config.json" "$WORK/good.json"
	arguments true
	for destination in /proc /link /proc/. //proc /etc/../proc; do
		mount_fake "$destination"
		run_quietly
		equal "$(fake_is)" "$FAKE_WAS" || { echo "$destination"; return 1; }
		[ "$status" != 0 ] || { echo "$destination was mounted over"; return 1; }
	done
	for destination in /proc/sys /proc/sys/net /proc/self /proc/thread-self /proc/1 /etc/self /etc/self/attr /link/sys \
		/proc/../proc/sys /proc/self/attr /proc/thread-self/attr; do
		mount_fake "$destination" "$FAKE/self"
		run_quietly
		equal "$(fake_is)" "$FAKE_WAS" || { echo "$destination"; return 1; }
		[ "$status" != 0 ] || { echo "$destination was mounted over"; return 1; }
	done
	held "$class"
	for destination in /proc /proc/sys; do
		mount_fake "$destination" "$FAKE${destination#/proc}"
		cp "$BUNDLE/config.json" "$WORK/attack.json"
	done
	show_on_peers "$class" fake_on_peer
	unshare --mount --propagation private sh -c 'mount --bind "$2" "$1/proc" &&
		chroot "$1" sh -c "echo 1 >/proc/sys/net/ipv4/ip_forward; echo changeprofile >/proc/self/attr/exec"' - "$ROOTFS" "$FAKE"
	differ "$(fake_is)" "$FAKE_WAS"
	works "$class" 'a shell that trusts /proc'
}

# --- a sibling swaps the root filesystem's proc

SUCCESS='(writable|readable)'

swapping_bundle()
{
	make_bundle
	make_fake_proc "$ROOTFS/fake"
	edit '.linux.maskedPaths += ["/proc/version"] | .linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	# From within the procfs, for its name may be swapped then, too. The domain name is the container's own: nobody
	# else's is written to if this succeeds.
	shell 'cd /proc && [ -e uptime ] || exit 0
		(echo attacked >sys/kernel/domainname) 2>/dev/null && echo "/proc/sys is writable"
		for file in version timer_list; do
			[ -z "$(head -c 1 $file 2>/dev/null)" ] || echo "/proc/$file is readable"
		done
		true'
}

# swapped FUNCTION COUNT OTHER: the container is started while proc and OTHER change places; prints what succeeded.
swapped()
{
	local i successes=0 ran=0

	helper "$ATTACKS/swapper" "$ROOTFS/proc" "$ROOTFS/$3" 50
	for ((i = 0; i < $2; i++)); do
		"$1"
		[ "$status" != 0 ] || ran=$((ran + 1))
		if [[ $output =~ $SUCCESS ]] || [ "$(fake_is)" != "$FAKE_WAS" ]; then
			[ "$successes" != 0 ] || echo "first: $output"
			successes=$((successes + 1))
		fi
	done
	end_helpers 2>/dev/null
	echo "$successes of $2 starts, $ran of which ran"
}

swap_on_peer()
{
	local peer=$1 result

	run_one() { run_on_peer "$peer"; }
	result=$(swapped run_one 60 empty)
	[[ $result == first:* ]]
}

@test "a sibling swaps proc of a shared root filesystem for an empty directory: nothing is left unmasked or writable" {
	local class='proc of a shared root filesystem is swapped' result

	swapping_bundle
	mkdir -p "$ROOTFS/empty"
	result=$(swapped run_quietly "${ATTACKS_STARTS:-60}" empty)
	echo "$result"
	matches "$result" $'(^|\n)0 of '
	held "$class"
	show_on_peers "$class" swap_on_peer 'not within 60 starts'
}

@test "a sibling swaps proc of a shared root filesystem for one that looks like it: no sysctl or label goes there" {
	local class='proc is swapped for a fake' result

	swapping_bundle
	result=$(swapped run_quietly "${ATTACKS_STARTS:-60}" fake)
	echo "$result"
	matches "$result" $'(^|\n)0 of '
	held "$class"
	unshown "$class" 'see the volume over /proc'
}
