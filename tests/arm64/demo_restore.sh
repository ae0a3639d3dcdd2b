#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: demo_restore.sh dump|restore
# The two halves of ./dev demo restore, each in a boot of its own of the node. Between them only /results stays: the
# images, and what clocks read; the bundle is made anew.
set -euo pipefail

# As tests/arm64/test.sh has it.
printf '%s\n' 6.13 "$(uname -r)" | sort -C -V || PATH=/usr/lib/criu-bookworm:$PATH

elsewhen=/elsewhen/build/arm64/elsewhen
tools=/elsewhen/build/arm64/tests/tools
bundle=/var/tmp/counter

bundle_make()
{
	mkdir -p "$bundle/rootfs"/{bin,dev,proc,sys,tmp,etc}
	cp "$(command -v busybox)" "$bundle/rootfs/bin/busybox"
	ln -s busybox "$bundle/rootfs/bin/sh"
	cp "$tools/clock_probe" "$bundle/rootfs/bin/"
	"$elsewhen" spec --bundle "$bundle"
	jq '.process.terminal = false
		| .process.args = ["sh", "-c", "while :; do i=$((i + 1)); echo counter $i; busybox sleep 1; done"]
		| .linux.namespaces |= (map(select(.type != "time")) + [{type: "time"}])
		| .linux.timeOffsets = {monotonic: {secs: 21427200}, boottime: {secs: 42940800}}' \
		"$bundle/config.json" >"$bundle/config.new"
	mv "$bundle/config.new" "$bundle/config.json"
}

# counted FILE LEAST: waits until the counter has said so much.
counted()
{
	local try

	for ((try = 0; try < 300; try++)); do
		[ "$(sed -n 's/^counter //p' "$1" 2>/dev/null | tail -n 1)" -ge "$2" ] 2>/dev/null && return 0
		sleep 0.2
	done
	echo "the counter does not count" >&2
	return 1
}

# look NAME COUNTER: clocks of the container and of the node, and the counter.
look()
{
	"$elsewhen" exec counter clock_probe --rounds 50 >"/results/$1"
	tail -n 1 "$2" >>"/results/$1"
	"$tools/clock_probe" --host >"/results/node-$1"
}

bundle_make
case $1 in
dump)
	"$elsewhen" run --detach --bundle "$bundle" counter </dev/null > >(exec cat >/results/counter-before) 2>&1
	counted /results/counter-before 5
	look before /results/counter-before
	"$elsewhen" checkpoint --verbose --image-path /results/images counter >/results/said
	;;
restore)
	"$elsewhen" --log /results/log restore --detach --bundle "$bundle" --image-path /results/images counter \
		</dev/null > >(exec cat >/results/counter-after) 2>&1
	counted /results/counter-after 6
	look after /results/counter-after
	sed -n 's/.*msg="\(counter: clocks restored.*\)"$/\1/p' /results/log >>/results/said
	;;
esac
"$elsewhen" delete --force counter
