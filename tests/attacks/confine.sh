#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# confine.sh COMMAND...: in a mount namespace of its own, in which the machine's filesystems are read-only but for
# /tmp. An attack that succeeds, as it does on purpose where the defence is missing, must not reach the machine's own
# programs: a process of theirs may be in an attacker's sight for a moment.
#
# CGROUP_VIEW: v1 or v2 for a machine that has nothing but that, as far as can be seen from in there.
set -euo pipefail

if [ "${CONFINED-}" != "$$" ]; then
	# The same process after unshare has executed us again.
	CONFINED=$$ exec unshare --mount --propagation private "$0" "$@"
fi
mount --bind /tmp /tmp
# What is below /proc, /sys and /dev is the kernel's.
for point in $(findmnt -rn -o TARGET | grep -v -E '^/(tmp|dev|proc|sys|run)(/|$)'); do
	mount -o remount,bind,ro "$point"
done
# Where programs keep what lasts until the next boot, mount(8) among them: an empty one.
mount -t tmpfs -o mode=0755 tmpfs /run
case ${CGROUP_VIEW-} in
v1) ! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified ;;
v2) mount -t cgroup2 cgroup2 /sys/fs/cgroup ;;
esac
exec "$@"
