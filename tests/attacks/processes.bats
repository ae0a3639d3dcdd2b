#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2317 # each test is a subshell that sets the variables that it reads
# A hostile process in a container: what it gets of the runtime's executable, descriptors, terminal and rights.

load attacks

# --- the runtime's executable

# writing_container: its first process waits for an executable that is not its own, to overwrite it.
writing_container()
{
	make_bundle '(.process.capabilities | .bounding, .effective, .permitted) += ["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE"]'
	attack_program exe_writer
	printf '#!/proc/self/exe\n' >"$ROOTFS/bin/trap"
	chmod 0755 "$ROOTFS/bin/trap"
	arguments sh -c 'exe_writer /ready /over >/writer.log 2>&1'
}

writer_says()
{
	touch "$ROOTFS/over"
	wait_for test -s "$ROOTFS/writer.log"
	cat "$ROOTFS/writer.log"
}

# On a copy: if it succeeds, only that is lost.
@test "CVE-2019-5736: a container overwrites the executable of the runtime that execs in it" {
	local class='CVE-2019-5736: the executable is overwritten' sum i

	install -m 0755 "$ELSEWHEN" "$WORK/elsewhen"
	ELSEWHEN=$WORK/elsewhen
	sum=$(sha256sum <"$WORK/elsewhen")
	writing_container
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for test -e "$ROOTFS/ready"
	for ((i = 0; i < 30; i++)); do
		elsewhen exec "$ID" true
		elsewhen exec "$ID" trap >/dev/null 2>&1 || true
		elsewhen exec "$ID" /proc/self/exe --version >/dev/null 2>&1 || true
	done
	lacks "$(writer_says)" overwritten
	equal "$(sha256sum <"$WORK/elsewhen")" "$sum"
	held "$class"
	# A program of the host that enters without a copy of itself.
	elsewhen delete --force "$ID"
	rm -f "$ROOTFS"/{ready,over,writer.log}
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for test -e "$ROOTFS/ready"
	install -m 0755 "$(command -v busybox)" "$WORK/sleep"
	echo >>"$WORK/sleep"
	# A copy too: it is itself in there for a moment.
	install -m 0755 "$(command -v nsenter)" "$WORK/nsenter"
	"$WORK/nsenter" --target "$(pid_of "$ID")" --pid "$WORK/sleep" 0.5
	equal "$(wait_for test -s "$ROOTFS/writer.log" && cat "$ROOTFS/writer.log")" overwritten
	works "$class" 'a program entered by nsenter(1)'
}

# --- descriptors

@test "CVE-2024-21626: process.cwd by a descriptor, of ours or one that the caller left open" {
	local class='CVE-2024-21626: cwd by a descriptor' fd

	make_bundle
	make_marker
	shell "cat ./marker ../marker ../../marker ../../..$MARKER"
	for ((fd = 0; fd < 24; fd++)); do
		edit --arg cwd "/proc/self/fd/$fd" '.process.cwd = $cwd'
		run_quietly 9<"$WORK"
		lacks "$output" "$MARKER_TEXT"
	done
	held "$class"
	edit '.process.cwd = "/proc/self/fd/9"'
	cwd_on_peer() { run_on_peer "$1" 9<"$WORK"; [[ $output == *"$MARKER_TEXT"* ]]; }
	show_on_peers "$class" cwd_on_peer 'these two are mended'
	cwd_in_chroot()
	{
		unshare --mount --propagation private sh -c 'mount -t proc proc "$1/proc" &&
			exec chroot "$1" sh -c "cd /proc/self/fd/9 && cat marker"' - "$ROOTFS" 9<"$WORK"
	}
	contains "$(cwd_in_chroot)" "$MARKER_TEXT"
	works "$class" 'chroot(1) with a descriptor left open'
}

@test "inherited descriptors: what the caller left open is not the container's" {
	local class='inherited descriptors'

	make_bundle
	make_marker
	shell 'cat /proc/self/fd/9/marker; ls /proc/self/fd'
	run_quietly 9<"$WORK"
	lacks "$output" "$MARKER_TEXT"
	# It ran, and saw what it has itself.
	matches "$output" $'(^|\n)0\n1\n2\n'
	shell 'sleep 1000'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	run elsewhen exec "$ID" sh -c 'cat /proc/self/fd/9/marker /proc/1/fd/9/marker' 9<"$WORK"
	lacks "$output" "$MARKER_TEXT"
	held "$class"
	elsewhen delete --force "$ID"
	shell 'cat /proc/self/fd/9/marker'
	run_quietly --preserve-fds 7 3</dev/null 4</dev/null 5</dev/null 6</dev/null 7</dev/null 8</dev/null 9<"$WORK" || true
	output=$(env "$TAG" "$ELSEWHEN" --root "$ROOT" run --preserve-fds 7 --bundle "$BUNDLE" "$ID" \
		3</dev/null 4</dev/null 5</dev/null 6</dev/null 7</dev/null 8</dev/null 9<"$WORK" 2>&1)
	contains "$output" "$MARKER_TEXT"
	works "$class" '--preserve-fds 7'
}

# --- rights

field()	# NAME: of /proc/self/status in $output
{
	sed -n "s/^$1:[[:space:]]*//p" <<<"$output"
}

@test "CVE-2022-29162: exec --cap gives nothing that is inheritable" {
	local class='CVE-2022-29162: inheritable capabilities' caps

	running_container
	output=$(elsewhen exec --cap CAP_NET_ADMIN "$ID" cat /proc/self/status)
	equal "$(field CapInh)" 0000000000000000
	[ "$((0x$(field CapEff) >> 12 & 1))" = 1 ]
	output=$(elsewhen exec --cap CAP_NET_ADMIN --user 1000:1000 "$ID" cat /proc/self/status)
	equal "$(field CapInh)" 0000000000000000
	elsewhen delete --force "$ID"
	caps='["CAP_CHOWN", "CAP_NET_ADMIN"]'
	edit "(.process.capabilities | .bounding, .effective, .permitted) = $caps | del(.process.capabilities.inheritable)"
	arguments cat /proc/self/status
	run_quietly
	equal "$(field CapInh)" 0000000000000000
	held "$class"
	output=$(setpriv --inh-caps +net_admin cat /proc/self/status)
	differ "$(field CapInh)" 0000000000000000
	works "$class" 'setpriv --inh-caps'
}

# crun took "1" for user 0 and group 0.
@test "CVE-2026-30892: exec --user 1 is user 1" {
	local class='CVE-2026-30892: exec --user 1' user

	running_container
	for user in 1 01 1: 1:0 1:2 +1 ' 1' 1x 1:x -1 4294967295 18446744073709551617; do
		run elsewhen exec --user "$user" "$ID" id -u
		[ "$status" != 0 ] || equal "$output" 1
	done
	run elsewhen exec --user 1 "$ID" sh -c 'id -u; id -g'
	equal "$output" $'1\n0'
	held "$class"
	unshown "$class" 'crun 1.19 to 1.26, which no Debian has'
}

# --- ptrace

# Root in a container has no CAP_SYS_PTRACE by default, and is no match for what is not dumpable.
@test "ptrace during exec: without CAP_SYS_PTRACE nothing of the runtime can be looked at or written" {
	local class='ptrace during exec' i

	make_marker
	make_bundle
	attack_program hunter
	mapfile -t options < <(hunter_options)
	arguments sh -c '"$@" >/hunt.log 2>&1' sh hunter --seconds 60 --ready /ready --until /over \
		--forbid root,cwd,fd,namespace,pidfd,exe,exe-write,map-write,environ,maps,mem,power "${options[@]}"
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for test -e "$ROOTFS/ready"
	for ((i = 0; i < 50; i++)); do
		HOST_SECRET=hunted elsewhen exec "$ID" true
	done
	end_hunt
	hunted 10 5000
	found_nothing_forbidden
	held "$class"
	# A process of the same user that never said it is not dumpable.
	rm -f "$ROOTFS"/{ready,over,hunt.log}
	elsewhen delete --force "$ID"
	edit '(.process.capabilities | .bounding, .effective, .permitted) += ["CAP_SYS_PTRACE"]'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for test -e "$ROOTFS/ready"
	HOST_SECRET=hunted nsenter --target "$(pid_of "$ID")" --pid sleep 0.3
	end_hunt
	contains "$output" 'found root'
	contains "$output" 'found environ'
	works "$class" 'a program entered by nsenter(1), with CAP_SYS_PTRACE'
}

# --- the caller's terminal and sockets

@test "TIOCSTI: a container types nothing into the terminal of its caller" {
	local class='TIOCSTI'

	make_bundle
	attack_program input_pusher
	arguments input_pusher $'touch /pushed\n'
	cat >"$WORK/start" <<-END
		#!/bin/sh
		exec env "$TAG" "$ELSEWHEN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	END
	chmod 0755 "$WORK/start"
	output=$(SHELL=/bin/bash script -q -c "$WORK/start; read -t 0.3 -r typed; echo \"typed=<\$typed>\"" /dev/null 2>&1 </dev/null)
	contains "$output" 'refused: '
	contains "$output" 'typed=<>'
	held "$class"
	output=$(SHELL=/bin/bash script -q -c "$ATTACKS/input_pusher \$'attack\n'; read -t 0.3 -r typed; echo \"typed=<\$typed>\"" \
		/dev/null 2>&1 </dev/null)
	if [[ $output == *'typed=<attack>'* ]]; then
		works "$class" 'the same program without a container'
	else
		unshown "$class" 'this kernel allows it to nobody (dev.tty.legacy_tiocsti)'
	fi
}

@test "abstract sockets: those of the host are out of reach, and the runtime makes none" {
	local class='abstract sockets'

	make_bundle
	attack_program abstract_connect
	arguments abstract_connect "elsewhen-attack-$$"
	helper python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind("\0" + sys.argv[1]); s.listen(64); open(sys.argv[2], "w"); time.sleep(60)' \
		"elsewhen-attack-$$" "$WORK/listening"
	wait_for test -e "$WORK/listening"
	run_quietly
	contains "$output" refused
	create_container
	equal "$(grep -E "@.*(elsewhen|$ID)" /proc/net/unix | grep -v -F "elsewhen-attack-$$")" ''
	elsewhen delete --force "$ID"
	held "$class"
	edit '.linux.namespaces |= map(select(.type != "network")) | del(.linux.sysctl)
		| .mounts |= map(select(.type != "sysfs"))'
	run_quietly
	contains "$output" connected
	works "$class" 'a container in the network namespace of the host'
}
