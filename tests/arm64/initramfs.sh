#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: Apache-2.0
# The first program of the node: loads the drivers that the kernel has as modules, mounts the root and the
# host's directories, and goes there.

b=/bin/busybox

fail()
{
	echo "node: $*"
	$b poweroff -f
}

share()	# TAG DIRECTORY OPTIONS
{
	$b mount -t 9p -o "trans=virtio,version=9p2000.L,msize=262144,$3" "$1" "/node/$2"
}

$b mkdir -p /proc /dev /node
$b mount -t proc proc /proc
$b mount -t devtmpfs dev /dev 2>/dev/null
while read -r module; do
	$b insmod "/modules/$module" || fail "the kernel does not take its module $module"
done </modules/order

$b mount -t ext4 /dev/vda /node || fail 'no root file system on /dev/vda'
share tree elsewhen ro,cache=loose || fail 'no tree over 9p'
share results results cache=none || fail 'no directory for results over 9p'
[ ! -s /modules/order ] || share modules usr/lib/modules ro,cache=loose || fail 'no modules over 9p'

init=/elsewhen/tests/arm64/init.sh
if $b grep -q -F systemd.unit=node.service /proc/cmdline; then
	$b cp /node/elsewhen/tests/arm64/node.service /node/etc/systemd/system/
	init=/lib/systemd/systemd
fi
# Nothing stays mounted below the root: a procfs that nobody sees would still be one for the kernel, which
# lets a user namespace have its own only where one can be seen whole.
$b mount --move /proc /node/proc
$b mount --move /dev /node/dev
exec $b switch_root /node $init
