#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the node: systemd runs it, talks on its bus, and has the one cgroup tree.
set -eux

[ "$(cat /proc/1/comm)" = systemd ]
busctl --system status >/dev/null
systemctl show --property=Version --value
systemctl list-units --failed --no-legend
[ -z "$(systemctl list-units --failed --no-legend)" ]
[ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]
build/arm64/elsewhen --version
