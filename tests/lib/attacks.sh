# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# ./dev test attacks: attacks of published classes, on elsewhen and on what they are known to work on.

# Several parts of ./dev read this file.
! declare -F attacks_peers >/dev/null || return 0

# shellcheck source=tests/lib/private_apt.sh
. "$lib/private_apt.sh"

readonly attacks_directory=$top/build/peers
# An older Debian's runtimes, for they have what was mended since; and a newer one's.
readonly attacks_suites='bookworm sid'

# attacks_write_peer RUNTIME SUITE UNPACKED: $attacks_directory/RUNTIME-SUITE runs it, with the libraries it was built for.
attacks_write_peer()
{
	local name=$1 root=$3 program loader libraries

	program=$(find "$root/usr/bin" "$root/usr/sbin" -name "$name" -type f 2>/dev/null | head -n 1)
	loader=$(find "$root" -name 'ld-linux-*.so.*' ! -path '*/lib64/*' | head -n 1)
	libraries=$(find "$root" -name '*.so.*' -printf '%h\n' | sort -u | paste -s -d :)
	{ [ -n "$program" ] && [ -n "$loader" ]; } || return 1
	# By itself where this machine's libraries do. runc is nothing without, for it executes itself again, and would
	# execute the loader.
	local run="\"$loader\" --library-path \"$libraries\" \"$program\""
	if "$program" --version >/dev/null 2>&1; then
		run="\"$program\""
	elif [ "$name" = runc ]; then
		return 0
	fi
	# crun refuses a machine that has cgroup v1 beside v2: it is shown v1 alone, in a mount namespace of its own.
	cat >"$attacks_directory/$name-$2" <<-END
		#!/bin/bash
		run=($run "\$@")
		if [ $name != crun ] || ! { grep -q ' cgroup ' /proc/self/mounts && grep -q ' cgroup2 ' /proc/self/mounts; }; then
			exec "\${run[@]}"
		fi
		exec unshare --mount --propagation private bash -c '
			view=\$(mktemp -d) && mount -t tmpfs tmpfs "\$view" || exit
			for point in \$(awk "\\\$3 == \"cgroup\" { print \\\$2 }" /proc/self/mounts); do
				mkdir "\$view/\${point##*/}" && mount --bind "\$point" "\$view/\${point##*/}" || exit
			done
			umount -R /sys/fs/cgroup && mount --move "\$view" /sys/fs/cgroup && rmdir "\$view" && exec "\$@"
		' view "\${run[@]}"
	END
	chmod 0755 "$attacks_directory/$name-$2"
}

attacks_fetch()	# SUITE
{
	local configuration name

	configuration=$(private_apt_configure "$(dpkg --print-architecture)" "$1") &&
		private_apt_update "$configuration" || return 1
	for name in crun runc; do
		# shellcheck disable=SC2046 # a list of words
		private_apt_unpack "$configuration" "$attacks_directory/.$name-$1" \
			"$(private_apt_closure "$configuration" "$name" | paste -s -d ' ')" \
			--exclude ./usr/share --exclude '*/gconv' --exclude '*/python3*' &&
			attacks_write_peer "$name" "$1" "$attacks_directory/.$name-$1" || return 1
	done
}

# attacks_peers: what can be had; the tests say what they were not shown against.
attacks_peers()
{
	local suite

	mkdir -p "$attacks_directory"
	for suite in $attacks_suites; do
		[ -x "$attacks_directory/crun-$suite" ] ||
			attacks_fetch "$suite" >"$attacks_directory/$suite.log" 2>&1 || true
	done
}

# Which attack was shown against what: "works" is where it is known to succeed, "held" is elsewhen.
attacks_table()	# REPORT
{
	[ -s "$1" ] || return 0
	awk -F '|' '
		!($1 in seen) { seen[$1] = 1; order[++n] = $1 }
		$3 == "held" { held[$1] = "held" }
		$3 == "works" { works[$1] = works[$1] (works[$1] ? ", " : "") $2 }
		$3 == "unshown" { works[$1] = works[$1] (works[$1] ? ", " : "") "(" $2 ")" }
		END {
			printf "  %-56s %-10s %s\n", "attack", "elsewhen", "works on"
			for (i = 1; i <= n; i++)
				printf "  %-56s %-10s %s\n", order[i], held[order[i]] ? held[order[i]] : "FAILED",
					works[order[i]] ? works[order[i]] : "-"
		}' "$1"
}
