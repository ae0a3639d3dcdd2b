#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# box.sh COMMAND...: runs a command in a box of its own, for engines with their daemons: new mount, PID,
# network, IPC, UTS and cgroup namespaces, empty directories in the place of all that engines keep state in,
# a child of every cgroup hierarchy. When the command ends all that it started ends, and nothing is left.
set -euo pipefail

readonly box=${box_name:-elsewhen-box-$$}

# --- outside

box_hierarchies()
{
	awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/self/mounts | sort -u
}

# A new v1 cpuset is empty and takes no process.
box_copy_cpuset()	# PARENT CHILD
{
	local file

	for file in cpuset.cpus cpuset.mems; do
		[ ! -e "$2/$file" ] || [ -n "$(cat "$2/$file")" ] || cat "$1/$file" >"$2/$file"
	done
}

# Where a hierarchy's box is made: below the caller; in version 2, where no controller reaches below a directory with
# processes in it, at the top.
box_parent()	# HIERARCHY
{
	[ "$1" != /sys/fs/cgroup ] || [ ! -w "$1/cgroup.subtree_control" ] || { echo "$1"; return; }
	echo "$1$(box_own_path "$1")"
}

# What is enabled for the box is taken back at its end; the kernel keeps what others have come to use.
box_enable_controllers()	# + | -
{
	local controller

	for controller in $box_added_controllers; do
		echo "$1$controller" >/sys/fs/cgroup/cgroup.subtree_control || true
	done 2>/dev/null
}

# The caller itself goes into a child of each hierarchy, so that its cgroup namespace begins there: nobody else may
# be in it, or version 2 enables no controller in the box.
box_enter_cgroups()
{
	local hierarchy own

	for hierarchy in $(box_hierarchies); do
		own=$(box_parent "$hierarchy")
		mkdir "$own/$box" 2>/dev/null || continue
		[ -e "$own/cgroup.controllers" ] || box_copy_cpuset "$own" "$own/$box"
		echo 0 >"$own/$box/cgroup.procs"
	done
}

# Where the caller is in a hierarchy: memory's, say, may not be at the top.
box_own_path()	# HIERARCHY
{
	local name=${1##*/} path

	if [ -e "$1/cgroup.controllers" ]; then
		path=$(sed -n 's/^0:://p' /proc/self/cgroup)
	else
		path=$(awk -F : -v name="$name" '{ n = split($2, names, ",")
			for (i = 1; i <= n; i++) if (names[i] == name || names[i] == "name=" name || $2 == name) print $3 }' \
			/proc/self/cgroup | head -n 1)
	fi
	[ -d "$1$path" ] || path=
	echo "${path%/}"
}

# shellcheck disable=SC2317 # a trap calls it
# The last of the box's processes may still be on their way out.
box_remove_cgroups()
{
	local hierarchy directory try

	for hierarchy in $(box_hierarchies); do
		directory=$(box_parent "$hierarchy")/$box
		for ((try = 0; try < 50; try++)); do
			[ -d "$directory" ] || break
			find "$directory" -depth -type d -exec rmdir {} + 2>/dev/null && break
			sleep 0.1
		done
		[ ! -d "$directory" ] || echo "box: $directory is left" >&2
	done
	box_enable_controllers -
}

# --- inside

# What an engine may write to, and what belongs to the machine.
readonly box_empty='/run /var/lib/containers /var/lib/containerd /var/lib/docker /var/lib/cni /var/lib/kubelet
	/etc/containers /etc/containerd /etc/docker /etc/cni /opt/cni /var/tmp /var/log'

box_mounts()
{
	local directory

	for directory in $box_empty; do
		mkdir -p "$directory"
		mount -t tmpfs -o mode=0755 box "$directory"
	done
	chmod 1777 /var/tmp
	mkdir -p /run/lock /run/user
	mount -t proc proc /proc
	umount -R -l /sys
	mount -t sysfs sysfs /sys
	box_mount_cgroups
	box_mount_accounts
	box_mount_devices
}

# Seen from the new cgroup namespace, each hierarchy begins at the box.
box_mount_cgroups()
{
	local hierarchy type options

	if [ "$box_unified" = yes ]; then
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		mkdir /sys/fs/cgroup/box
		echo 0 >/sys/fs/cgroup/box/cgroup.procs
		sed 's/\([a-z]\)\([a-z]*\)/+\1\2/g' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
		return
	fi
	mount -t tmpfs -o mode=0755 box /sys/fs/cgroup
	while read -r hierarchy type options; do
		mkdir "/sys/fs/cgroup/$hierarchy"
		mount -t "$type" ${options:+-o "$options"} cgroup "/sys/fs/cgroup/$hierarchy"
	done <<<"$box_controllers"
}

# A user of the box's own, for what is to run without root.
box_mount_accounts()
{
	local file

	mkdir -p /run/box/home
	for file in passwd group subuid subgid; do
		cp "/etc/$file" "/run/box/$file"
	done
	echo 'boxer:x:4321:4321:boxer:/run/box/home:/bin/bash' >>/run/box/passwd
	echo 'boxer:x:4321:' >>/run/box/group
	echo 'boxer:1000000:65536' | tee -a /run/box/subuid >>/run/box/subgid
	chown 4321:4321 /run/box/home
	for file in passwd group subuid subgid; do
		mount --bind "/run/box/$file" "/etc/$file"
	done
	install -d -m 0700 -o 4321 -g 4321 /run/user/4321
}

# What every user may open on a machine with udev.
box_mount_devices()
{
	local device

	for device in fuse net/tun; do
		[ -c "/dev/$device" ] || continue
		mknod -m 0666 "/run/box/${device##*/}" c "$(stat -c '0x%t' "/dev/$device")" "$(stat -c '0x%T' "/dev/$device")"
		mount --bind "/run/box/${device##*/}" "/dev/$device"
	done
}

box_inside()
{
	box_mounts
	hostname box
	ip link set lo up
	# PID 1 of the box stays, so that orphans have somebody to wait for them.
	"$@" &
	wait $! || return $?
}

# "cpu cgroup rw,cpu" a line
box_list_controllers()
{
	awk '$3 == "cgroup" || $3 == "cgroup2" {
		name = $2
		sub(".*/", "", name)
		options = ""
		n = split($4, all, ",")
		for (i = 1; i <= n; i++)
			if (all[i] !~ /^(rw|ro|nosuid|nodev|noexec|relatime|noatime|release_agent=.*|nsdelegate|memory_recursiveprot|seclabel)$/)
				options = options (options ? "," : "") all[i]
		print name, $3, options
	}' /proc/self/mounts | sort -u
}

case ${1-} in
--enter)
	box_enter_cgroups
	exec unshare --cgroup "$0" --inside "${@:2}"
	;;
--inside)
	box_inside "${@:2}"
	exit
	;;
esac
[ "$(id -u)" = 0 ] || { echo 'box: needs root' >&2; exit 1; }
box_unified=no
[ ! -e /sys/fs/cgroup/cgroup.controllers ] || box_unified=yes
box_controllers=$(box_list_controllers)
export box_unified box_controllers box_name=$box
box_added_controllers=
[ "$box_unified" = no ] || box_added_controllers=$(comm -23 <(tr ' ' '\n' </sys/fs/cgroup/cgroup.controllers | sort) \
	<(tr ' ' '\n' </sys/fs/cgroup/cgroup.subtree_control | sort))
trap box_remove_cgroups EXIT
# Not before the box has ended.
trap : TERM INT
status=0
box_enable_controllers +
unshare --mount --propagation private --pid --fork --kill-child --net --ipc --uts "$0" --enter "$@" || status=$?
exit "$status"
