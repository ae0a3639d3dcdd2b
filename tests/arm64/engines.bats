#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Engines that leave cgroups to systemd, in the node with systemd as process 1: each container is in the scope that
# its engine has named, with the engine's limits, and the unit is gone after it.

load ../e2e/common

setup_file()
{
	local rootfs=/var/tmp/engines/rootfs

	mkdir -p "$rootfs"/{bin,dev,etc,proc,sys,tmp} /etc/containers /usr/local/bin
	cp "$(command -v busybox)" "$rootfs/bin/busybox"
	for applet in sh sleep cat uptime; do
		ln -s busybox "$rootfs/bin/$applet"
	done
	install -m 0755 "$ELSEWHEN" /usr/local/bin/elsewhen
	echo '{"default": [{"type": "insecureAcceptAnything"}]}' >/etc/containers/policy.json
	cat >/etc/containers/containers.conf <<-END
		[engine]
		runtime = "elsewhen"
		cgroup_manager = "systemd"
		events_logger = "file"
		[engine.runtimes]
		elsewhen = ["/usr/local/bin/elsewhen"]
		[containers]
		log_driver = "k8s-file"
	END
	printf '[storage]\ndriver = "vfs"\nrunroot = "/run/containers/storage"\ngraphroot = "/var/tmp/containers"\n' \
		>/etc/containers/storage.conf
	tar -C "$rootfs" -cf - . | podman import --quiet --change 'CMD ["sh"]' - localhost/busybox:latest 3>&-
}

setup()
{
	[ -d /run/systemd/system ] || skip 'systemd is not process 1'
}

teardown()
{
	podman rm --all --force --time 0 >/dev/null 2>&1
	[ -z "${CONTAINERD-}" ] || kill "$CONTAINERD"
}

unit_property()	# UNIT NAME
{
	systemctl show --property="$2" --value "$1"
}

cgroup_of()	# PID
{
	sed -n 's/^0:://p' "/proc/$1/cgroup"
}

@test "podman with cgroup_manager = systemd: the scope, its limits, update, stop" {
	local id pid unit

	id=$(podman run --detach --network none --memory 64m --pids-limit 50 --annotation elsewhen.dev/boottime==0 \
		--name a busybox sleep 1000 3>&-)
	pid=$(podman inspect --format '{{.State.Pid}}' a)
	unit=libpod-$id.scope
	equal "$(cgroup_of "$pid")" "/machine.slice/$unit"
	equal "$(unit_property "$unit" MemoryMax)" 67108864
	equal "$(unit_property "$unit" TasksMax)" 50
	equal "$(cat "/sys/fs/cgroup/machine.slice/$unit/memory.max")" 67108864
	quietly_podman update --memory 32m a
	equal "$(unit_property "$unit" MemoryMax)" 33554432
	contains "$(podman exec a cat /proc/self/cgroup)" 0::/
	podman stop --time 0 a >/dev/null
	equal "$(unit_property "$unit" LoadState)" not-found
	podman rm a >/dev/null
	[ ! -e "/sys/fs/cgroup/machine.slice/$unit" ]
}

@test "podman with cgroup_manager = systemd: pause, and a container that is removed while it runs" {
	local id unit

	id=$(podman run --detach --network none --name a busybox sleep 1000 3>&-)
	unit=libpod-$id.scope
	podman pause a >/dev/null
	equal "$(podman inspect --format '{{.State.Status}}' a)" paused
	podman unpause a >/dev/null
	podman rm --force --time 0 a >/dev/null
	equal "$(unit_property "$unit" LoadState)" not-found
}

quietly_podman()
{
	podman "$@" >/dev/null 3>&-
}

@test "containerd with --runc-systemd-cgroup: the scope that it names" {
	local pid

	mkdir -p /run/containerd /var/tmp/containerd
	containerd --root /var/tmp/containerd --state /run/containerd >/run/containerd.log 2>&1 3>&- &
	CONTAINERD=$!
	wait_for ctr version
	ctr run --detach --rootfs --snapshotter native --runc-binary /usr/local/bin/elsewhen --runc-systemd-cgroup \
		--cgroup system.slice:ctr:b /var/tmp/engines/rootfs b /bin/sleep 1000 3>&-
	pid=$(ctr tasks list | awk '$1 == "b" { print $2 }')
	equal "$(cgroup_of "$pid")" /system.slice/ctr-b.scope
	equal "$(unit_property ctr-b.scope Delegate)" yes
	ctr tasks kill --signal KILL b
	wait_for ctr tasks delete b
	ctr containers delete b
	equal "$(unit_property ctr-b.scope LoadState)" not-found
}
