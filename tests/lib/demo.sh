# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# ./dev demo: a busybox container at another time, and the clocks of both sides.

# Counters of milliseconds in 32 bits overflow after 49.7, 24.9 and (hundredths) 497 days.
readonly demo_monotonic_days=248 demo_boottime_days=497

demo_rootfs()	# DIRECTORY
{
	mkdir -p "$1"/{bin,dev,proc,sys,tmp,etc}
	cp "$(command -v busybox)" "$1/bin/busybox"
	ln -s busybox "$1/bin/sh"
	ln -s busybox "$1/bin/uptime"
	cp "$demo_build/tests/tools/clock_probe" "$1/bin/"
}

demo_bundle()	# DIRECTORY
{
	demo_rootfs "$1/rootfs"
	"$elsewhen" spec --bundle "$1"
	jq --argjson monotonic $((demo_monotonic_days * 86400)) \
		--argjson boottime $((demo_boottime_days * 86400)) \
		'.process.terminal = false | .process.args = ["sh", "-c", "clock_probe --rounds 200; uptime"]
		| .linux.namespaces |= (map(select(.type != "time")) + [{type: "time"}])
		| .linux.timeOffsets = {monotonic: {secs: $monotonic, nanosecs: 0},
			boottime: {secs: $boottime, nanosecs: 0}}' \
		"$1/config.json" >"$1/config.new"
	mv "$1/config.new" "$1/config.json"
}

# demo_table HOST_FILE <CONTAINER: the same clocks side by side.
demo_table()
{
	awk -v host_file="$1" '
		function span(seconds, sign, whole, days) {
			sign = seconds < 0 ? "-" : ""
			if (seconds < 0)
				seconds = -seconds
			days = int(seconds / 86400)
			whole = int(seconds) % 86400
			return sprintf("%s%s%02d:%02d:%02d", sign, days ? days " d " : "", int(whole / 3600),
				int(whole / 60) % 60, whole % 60)
		}
		function line(name, inside, outside) {
			difference = inside - outside
			if (difference < 0.05 && difference > -0.05)
				difference = 0
			printf "%-24s %18s %18s %+15.1f s\n", name, span(inside), span(outside), difference
		}
		BEGIN {
			while ((getline entry < host_file) > 0)
				if (split(entry, part, " ") == 2)
					host[part[1]] = part[2]
			printf "%-24s %18s %18s %17s\n", "clock", "in the container", "on the host", "difference"
		}
		$1 ~ /\.ns$/ {
			name = $1
			sub(/\.ns$/, "", name)
			line("CLOCK_" toupper(name), $2 / 1e9, host[$1] / 1e9)
		}
		$1 == "uptime_cs" { line("/proc/uptime", $2 / 100, host[$1] / 100) }
		$1 ~ /out_of_order$/ { disorder += $2 }
		$1 ~ /rounds$/ { rounds += $2 }
		/load average/ { uptime = $0 }
		END {
			print ""
			print "uptime, asked in the container: " uptime
			print "readings by vDSO and by system call, one after the other: " rounds ", out of order: " disorder + 0
		}'
}

demo_end()
{
	"$elsewhen" --root "$demo_work/run" delete --force demo || true
	rm -rf --one-file-system "$demo_work"
}

# demo_show BUILD: with the programs of that build, as root.
demo_show()
{
	demo_build=$1
	elsewhen=$demo_build/elsewhen
	if [ ! -e /proc/self/ns/time ]; then
		echo 'dev: this kernel has no time namespaces (CONFIG_TIME_NS), so there is nothing to show' >&2
		return 1
	fi
	demo_work=$(mktemp -d /tmp/elsewhen-demo.XXXXXX)
	trap demo_end EXIT
	demo_bundle "$demo_work/bundle"
	echo 'config.json of the container says:'
	jq '{linux: {namespaces: [.linux.namespaces[] | select(.type == "time")], timeOffsets: .linux.timeOffsets}}' \
		"$demo_work/bundle/config.json"
	echo
	echo '# elsewhen run --bundle bundle demo'
	"$elsewhen" --root "$demo_work/run" run --bundle "$demo_work/bundle" demo >"$demo_work/inside"
	"$demo_build/tests/tools/clock_probe" --host >"$demo_work/outside"
	demo_table "$demo_work/outside" <"$demo_work/inside"
}

dev_demo()
{
	if [ "${1-}" = restore ]; then
		# shellcheck source=tests/lib/demo_restore.sh
		. "$lib/demo_restore.sh"
		demo_restore
		return
	fi
	need build demo
	build_flavour plain test-programs
	if [ "$(id -u)" != 0 ]; then
		echo 'dev: the demo runs a container as root: sudo ./dev demo' >&2
		return 1
	fi
	demo_show "$top/build/plain"
}
