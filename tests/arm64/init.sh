#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Process 1 of the node when systemd is not: mounts what a machine has mounted, cgroup v2 alone, and runs the
# command.

# The initramfs has left /proc and /dev here.
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts -o nosuid,noexec,gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o nosuid,nodev tmpfs /dev/shm
mount -t mqueue -o nosuid,nodev,noexec mqueue /dev/mqueue
mount -t cgroup2 -o nosuid,nodev,noexec,nsdelegate cgroup2 /sys/fs/cgroup
mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs /run
mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs /tmp
mount --make-rshared /
for link in 'fd /proc/self/fd' 'stdin /proc/self/fd/0' 'stdout /proc/self/fd/1' 'stderr /proc/self/fd/2'; do
	ln -sfn "${link#* }" "/dev/${link% *}"
done
hostname node
ip link set lo up

export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
# This shell is the one that waits for orphans.
/elsewhen/tests/arm64/command.sh &
wait $!
sync
busybox poweroff -f
