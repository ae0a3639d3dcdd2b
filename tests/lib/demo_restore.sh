# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# ./dev demo restore: a counter in the node, checkpointed; the node is switched off and booted again; the counter
# restored, and the clocks of before and after in one table.

# shellcheck source=tests/lib/arm64.sh
. "$lib/arm64.sh"

# On Debian's kernel, which needs none to be built, and with Debian 12's CRIU.
readonly demo_restore_kernel=debian-6.1 demo_restore_seconds=300

demo_restore_boot()	# dump|restore
{
	printf 'exec tests/arm64/demo_restore.sh %s\n' "$1" >"$node_results/command"
	: >"$node_results/stdout"
	: >"$node_results/stderr"
	node_boot "$demo_restore_kernel" "$demo_restore_seconds" "$node_results" && return 0
	cat "$node_results/stdout" "$node_results/stderr"
	return 1
}

# demo_restore_table DIRECTORY: with before, after, node-before and node-after, of clock_probe, and lines of the counter.
# Fails when a clock of the container's has stepped back.
demo_restore_table()
{
	awk -v directory="$1" '
		function span(seconds, days, whole) {
			days = int(seconds / 86400)
			whole = int(seconds) % 86400
			return sprintf("%s%02d:%02d:%02d", days ? days " d " : "", int(whole / 3600), int(whole / 60) % 60, whole % 60)
		}
		function load(file, values, entry, part) {
			while ((getline entry < (directory "/" file)) > 0)
				if (split(entry, part, " ") == 2)
					values[part[1]] = part[2]
		}
		function line(name, before, after, must) {
			printf "%-34s %18s %18s %+12.1f s\n", name, span(before), span(after), after - before
			if (must && after < before)
				back = back " " name
		}
		BEGIN {
			load("before", before)
			load("after", after)
			load("node-before", node_before)
			load("node-after", node_after)
			printf "%-34s %18s %18s %14s\n", "", "before", "after the reboot", "difference"
			split("monotonic boottime", clocks, " ")
			for (i = 1; i <= 2; i++)
				line("CLOCK_" toupper(clocks[i]) " of the counter", before[clocks[i] ".ns"] / 1e9,
					after[clocks[i] ".ns"] / 1e9, 1)
			for (i = 1; i <= 2; i++)
				line("CLOCK_" toupper(clocks[i]) " of the node", node_before[clocks[i] ".ns"] / 1e9,
					node_after[clocks[i] ".ns"] / 1e9, 0)
			printf "%-34s %18d %18d\n", "the counter says", before["counter"], after["counter"]
			if (after["counter"] <= before["counter"])
				back = back " the counter"
			if (back) {
				print "stepped back:" back
				exit 1
			}
		}'
}

demo_restore()
{
	need demo
	node_need "$demo_restore_kernel"
	node_results_begin
	echo 'dev: booting the node; a counter runs in it and is checkpointed' >&2
	demo_restore_boot dump || return 1
	echo 'dev: the node is off; booting it again, and restoring the counter' >&2
	demo_restore_boot restore || return 1
	cat "$node_results/said"
	echo
	demo_restore_table "$node_results"
}
