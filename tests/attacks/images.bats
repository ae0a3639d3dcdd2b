#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2317 # each test is a subshell that sets the variables that it reads
# Hostile images: what the root filesystem holds leads the runtime to write or mount somewhere else.

load attacks

# A directory of the host that nothing may come into, with a file that nobody may touch.
make_victim()
{
	VICTIM=$WORK/victim
	mkdir -p "$VICTIM"
	echo "$MARKER_TEXT" >"$VICTIM/file"
	touch "$VICTIM/ptmx"
	chmod 0640 "$VICTIM/file"
	VICTIM_WAS=$(victim_is)
}

victim_is()
{
	find "$VICTIM" -printf '%P %y %m %u %g %l\n' | LC_ALL=C sort
	cat "$VICTIM/file"
}

victim_is_whole()
{
	equal "$(victim_is)" "$VICTIM_WAS"
}

victim_was_touched()
{
	[ "$(victim_is)" != "$VICTIM_WAS" ]
}

restore_victim()
{
	rm -rf "$VICTIM"
	make_victim
}

# --- /dev

dev_is_a_symlink()
{
	make_bundle '.mounts |= map(select(.destination | startswith("/dev") | not))'
	make_victim
	rm -rf "${ROOTFS:?}/dev"
	ln -s "$VICTIM" "$ROOTFS/dev"
	arguments true
}

dev_symlink_on_peer()
{
	restore_victim
	run_on_peer "$1"
	victim_was_touched
}

# runc removed "ptmx" and made symlinks where the image's /dev led to, crun alike.
@test "CVE-2026-41579, CVE-2026-47766: an image whose /dev is a symlink to a directory of the host" {
	local class='CVE-2026-41579, 47766: /dev is a symlink'

	dev_is_a_symlink
	run_quietly
	victim_is_whole
	# Also with a directory of that name in the image, which is then where the link leads to.
	mkdir -p "$ROOTFS$VICTIM"
	run_quietly
	victim_is_whole
	succeeded
	[ -c "$ROOTFS$VICTIM/null" ]
	held "$class"
	rm -rf "${ROOTFS:?}${VICTIM%/*}"
	mkdir -p "$ROOTFS/tmp"
	show_on_peers "$class" dev_symlink_on_peer
}

# --- /dev/console and /dev/null without a fresh /dev

run_with_terminal()	# COMMAND...
{
	timeout --kill-after=1 20 script -q -e -c "$(printf '%q ' "$@")" /dev/null >"$WORK/output" 2>&1 </dev/null 3>&- ||
		true
}

console_on_peer()
{
	restore_console /etc/victim
	peer_bundle
	run_with_terminal env "$TAG" "$PEERS/$1" --root "$WORK/$1" run --bundle "$PEER_BUNDLE" "$ID"
	on_peer "$1" delete --force "$ID" >/dev/null 2>&1 || true
	grep -q 'victim is a terminal' "$WORK/output" || [ -e "$WORK/victim-of-host" ]
}

restore_console()
{
	rm -f "$ROOTFS/dev/console" "$ROOTFS/etc/victim" "$WORK/victim-of-host"
	echo image >"$ROOTFS/etc/victim"
	ln -s "$1" "$ROOTFS/dev/console"
}

# The terminal is mounted on /dev/console: through a link there it would be on whatever the attacker likes, and after
# that the masks' or /proc's files would be.
@test "CVE-2025-52565, CVE-2026-88264: /dev/console is a symlink, and /dev is the image's own" {
	local class='CVE-2025-52565, 2026-88264: /dev/console' target

	make_bundle '.mounts |= map(select(.destination != "/dev")) | .process.terminal = true'
	mkdir -p "$ROOTFS/dev/pts"
	shell 'test -c /etc/victim && echo "victim is a terminal" && exit; cat /etc/victim; ls -l /dev/console'
	for target in /etc/victim "$WORK/victim-of-host" /proc/sys/kernel/hostname /proc/1/environ; do
		restore_console "$target"
		run_with_terminal env "$TAG" "$ELSEWHEN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
		lacks "$(cat "$WORK/output")" 'victim is a terminal'
		[ ! -e "$WORK/victim-of-host" ]
		equal "$(cat "$ROOTFS/etc/victim")" image
	done
	held "$class"
	show_on_peers "$class" console_on_peer
}

stdio_on_peer()
{
	chown 0:0 "$WORK/volume/secret"
	run_on_peer "$1"
	[ "$(stat -c %u "$WORK/volume/secret")" != 0 ] || [[ $output == *"$MARKER_TEXT"* ]]
}

# Standard input from the host's /dev/null is opened again as the container's.
@test "CVE-2026-88265: /dev/null is a symlink to a file of a volume, which standard input must not become" {
	local class='CVE-2026-88265: /dev/null for stdio'

	make_bundle '.mounts |= map(select(.destination | startswith("/dev") | not))
		| .process.user = {uid: 1234, gid: 1234}'
	mkdir -p "$WORK/volume"
	echo "$MARKER_TEXT" >"$WORK/volume/secret"
	chmod 0600 "$WORK/volume/secret"
	edit --arg source "$WORK/volume" '.mounts += [{destination: "/volume", type: "bind", source: $source,
		options: ["rbind"]}]'
	ln -sf /volume/secret "$ROOTFS/dev/null"
	shell 'cat; ls -ln /volume/secret'
	run_quietly
	lacks "$output" "$MARKER_TEXT"
	equal "$(stat -c '%u %g %a' "$WORK/volume/secret")" '0 0 600'
	held "$class"
	show_on_peers "$class" stdio_on_peer
}

# --- masks made of the image's /dev/null

masked()	# prints the file that is to be masked; it is readable on this machine
{
	echo /proc/version
}

mask_on_peer()
{
	local i

	for ((i = 0; i < 5; i++)); do
		rm -f "$ROOTFS/dev/null"
		ln -s /proc/cmdline "$ROOTFS/dev/null"
		run_on_peer "$1"
		[[ $output != *unmasked* ]] || return 0
	done
	return 1
}

# The image's /dev/null is what covers a masked file: as a symlink it uncovers any other.
@test "CVE-2025-31133, CVE-2025-62161: a mask is no mask when /dev/null of the image is a symlink" {
	local class='CVE-2025-31133, 62161: /dev/null of masks'

	make_bundle '.mounts |= map(select(.destination | startswith("/dev") | not))' \
		'.linux.maskedPaths = ["/proc/version"]'
	ln -sf /proc/cmdline "$ROOTFS/dev/null"
	shell '[ -z "$(head -c 1 /proc/version)" ] && [ ! -s /proc/version ] && echo masked || echo unmasked'
	run_quietly
	lacks "$output" unmasked
	held "$class"
	show_on_peers "$class" mask_on_peer 'it took a race, see CVE-2025-31133 below'
	echo "$MARKER_TEXT" >"$WORK/masked"
	rm -f "$ROOTFS/dev/null"
	ln -s /proc/cmdline "$ROOTFS/dev/null"
	unshare --mount --propagation private sh -c 'mount --bind "$1/dev/null" "$2" && test -n "$(cat "$2")"' - \
		"$ROOTFS" "$WORK/masked"
	works "$class" 'mount --bind'
}

swapped_null()	# FUNCTION COUNT: while a sibling swaps dev/null of a shared directory; 0 when the mask failed once
{
	local i hit=1

	helper "$ATTACKS/swapper" "$WORK/shared/null" "$WORK/shared/link"
	for ((i = 0; i < $2; i++)); do
		"$1"
		if [[ $output == *unmasked* ]]; then
			hit=0
			break
		fi
	done
	end_helpers
	return "$hit"
}

swapped_null_on_peer()
{
	local peer=$1

	run_one() { run_on_peer "$peer"; }
	swapped_null run_one 60
}

# With the race that the advisory speaks of: /dev is a volume that somebody else writes to.
@test "CVE-2025-31133: a sibling swaps /dev/null of a shared /dev while masks are made" {
	local class='CVE-2025-31133: /dev/null is swapped'

	make_bundle '.mounts |= map(select(.destination | startswith("/dev") | not))' \
		'.linux.maskedPaths = ["/proc/version", "/proc/stat", "/proc/vmstat", "/proc/meminfo"]'
	mkdir -p "$WORK/shared"
	mknod -m 0666 "$WORK/shared/null" c 1 3
	ln -s /proc/cmdline "$WORK/shared/link"
	edit --arg source "$WORK/shared" '.mounts = [.mounts[0]] + [{destination: "/dev", type: "bind", source: $source,
		options: ["rbind"]}] + .mounts[1:]'
	shell 'for file in /proc/version /proc/stat /proc/vmstat /proc/meminfo; do
		[ -z "$(head -c 1 $file)" ] || echo "unmasked: $file"; done'
	run ! swapped_null run_quietly "${ATTACKS_RACES:-20}"
	held "$class"
	show_on_peers "$class" swapped_null_on_peer 'not within 60 starts'
}

# --- /proc and /sys

proc_link_on_peer()
{
	restore_victim
	rm -rf "$ROOTFS/proc"
	ln -s "$LINK" "$ROOTFS/proc"
	run_on_peer "$1"
	[[ $output == *'proc is elsewhere'* ]] || victim_was_touched
}

# The container's procfs is mounted where the link leads to, and what was to be masked is not.
@test "CVE-2019-19921, CVE-2023-27561, CVE-2023-28642: an image whose /proc is a symlink" {
	local class='CVE-2019-19921, 2023-27561, 28642: /proc is a symlink' name

	make_bundle
	make_victim
	mkdir -p "$ROOTFS/elsewhere"
	shell '[ ! -e /elsewhere/version ] || echo "proc is elsewhere"'
	for name in proc sys; do
		for LINK in /elsewhere elsewhere ../../victim "$VICTIM"; do
			rm -rf "${ROOTFS:?}/$name"
			ln -s "$LINK" "$ROOTFS/$name"
			run_quietly
			lacks "$output" 'proc is elsewhere'
			[ "$status" != 0 ]
			victim_is_whole
			assert_no_leftovers
		done
		rm "$ROOTFS/$name"
		mkdir "$ROOTFS/$name"
	done
	held "$class"
	LINK=/elsewhere
	show_on_peers "$class" proc_link_on_peer
	# mount(8) knows no root: the same image shows it where the link leads to.
	unshare --mount --propagation private sh -c "mount -t proc proc '$ROOTFS/proc' && cat '$ROOTFS/elsewhere/version'" \
		>/dev/null 2>&1 || true
	rm -rf "$ROOTFS/proc"
	ln -s "$VICTIM" "$ROOTFS/proc"
	unshare --mount --propagation private sh -c "mount -t proc proc '$ROOTFS/proc' && test -e '$VICTIM/version'"
	works "$class" 'mount(8)'
}

# --- the symlink exchange

exchange()	# FUNCTION COUNT: starts while a volume's directory and a symlink change places; 0 when the victim was touched
{
	local i hit=1

	helper "$ATTACKS/swapper" "$WORK/volume/dir" "$WORK/volume/link"
	for ((i = 0; i < $2; i++)); do
		# Other names each time, for only what is missing is made.
		sed -i "s,/volume/dir/[0-9]*-,/volume/dir/$i-," "$BUNDLE/config.json"
		"$1"
		if victim_was_touched; then
			hit=0
			break
		fi
	done
	end_helpers
	return "$hit"
}

# What looks first and makes then, by the same name: any of the runtimes before these two.
make_carelessly()
{
	local made=$WORK/volume/dir

	if [ "$(realpath "$made")" = "$made" ]; then
		mkdir -p "$made/careless.$RANDOM" 2>/dev/null || true
	fi
}

# The mount point below the volume is looked up, and made, while the volume's owner exchanges a directory for a
# symlink to the host.
@test "CVE-2021-30465, CVE-2024-45310: a symlink exchange while mount points are made" {
	local class='CVE-2021-30465, 2024-45310: symlink exchange'

	make_bundle
	make_victim
	mkdir -p "$WORK/volume/dir" "$WORK/source"
	ln -s "$VICTIM" "$WORK/volume/link"
	edit --arg volume "$WORK/volume" --arg source "$WORK/source" '.mounts += [
		{destination: "/volume", type: "bind", source: $volume, options: ["rbind"]}]
		+ [range(8) | {destination: "/volume/dir/0-\(.)/deep", type: "bind", source: $source, options: ["rbind"]}]'
	arguments true
	run ! exchange run_quietly "${ATTACKS_RACES:-20}"
	victim_is_whole
	held "$class"
	if exchange make_carelessly 300; then
		works "$class" 'realpath(1), then mkdir(1)'
	else
		unshown "$class" 'not within 300 tries'
	fi
}
