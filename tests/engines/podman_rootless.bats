#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the files that are loaded set variables
# podman of a user without rights, unchanged, with elsewhen as its runtime.

load engine
load podman

readonly boxer=4321

setup_file()
{
	engine_require podman jq newuidmap fuse-overlayfs slirp4netns setpriv
	podman_configure
	as_boxer mkdir -p /run/box/home/.config/containers
	[ -e /run/rootfs.tar ] || engine_rootfs_tar /run/rootfs.tar
	podman_import as_boxer podman
}

# The user's own session, as login would make it.
as_boxer()	# COMMAND...
(
	cd /run/box/home || exit
	exec setpriv --reuid "$boxer" --regid "$boxer" "${boxer_groups---clear-groups}" --inh-caps=-all env -i HOME=/run/box/home USER=boxer \
		XDG_RUNTIME_DIR="/run/user/$boxer" PATH="$PATH" "$@"
)

boxer_podman()
{
	as_boxer podman "$@"
}

boxer_run()	# ARGUMENT...
{
	boxer_podman run --rm --pull never --network none "$@"
}

engine_cleanup()
{
	boxer_podman pod rm --all --force --time 0 >/dev/null 2>&1 || true
	boxer_podman rm --all --force --time 0 --volumes >/dev/null 2>&1 || true
	nothing_in containers "$(engine_containers "/run/user/$boxer/elsewhen")"
}

@test "rootless: run, its root is the user" {
	equal "$(boxer_run busybox id -u)" 0
	equal "$(boxer_run busybox awk '$1 == 0 { print $2 }' /proc/self/uid_map)" "$boxer"
	run boxer_run busybox sh -c 'exit 7'
	equal "$status" 7
	run -127 boxer_run busybox nosuch
	contains "$output" 'executable file not found'
}

@test "rootless: run --detach, logs, exec, top, stop" {
	boxer_podman run --detach --pull never --network none --name a busybox \
		sh -c 'trap "exit 9" TERM; echo started; while :; do sleep 0.1; done'
	wait_for grep -q started <(boxer_podman logs a)
	equal "$(boxer_podman exec a echo inside)" inside
	run boxer_podman exec --tty a tty
	contains "$output" /dev/pts/
	equal "$(boxer_podman exec --user 1000 a id -u)" 1000
	contains "$(boxer_podman top a args)" trap
	boxer_podman stop --time 10 a
	equal "$(boxer_podman inspect --format '{{.State.ExitCode}}' a)" 9
}

@test "rootless: --tty, --init, --read-only, --user, --cap-drop, seccomp" {
	contains "$(boxer_run --tty busybox tty)" /dev/pts/0
	contains "$(boxer_run --init busybox cat /proc/1/cmdline | tr '\0' ' ')" init
	run boxer_run --read-only busybox touch /x
	contains "$output" 'Read-only file system'
	equal "$(boxer_run --user 1000 busybox id -u)" 1000
	equal "$(boxer_run --cap-drop all busybox grep CapEff /proc/self/status)" $'CapEff:\t0000000000000000'
	equal "$(boxer_run busybox grep Seccomp: /proc/self/status)" $'Seccomp:\t2'
}

@test "rootless: --group-add keep-groups, for a file that a group of the user may read" {
	echo ours >/run/box/home/ours
	chown 0:5555 /run/box/home/ours
	chmod 0640 /run/box/home/ours
	run boxer_run --volume /run/box/home/ours:/ours busybox cat /ours
	[ "$status" != 0 ]
	boxer_groups=--groups=5555
	equal "$(boxer_run --group-add keep-groups --volume /run/box/home/ours:/ours busybox cat /ours)" ours
	boxer_podman run --detach --pull never --network none --name a --group-add keep-groups \
		--volume /run/box/home/ours:/ours busybox sleep 1000
	equal "$(boxer_podman exec a cat /ours)" ours
}

@test "rootless: volumes, and --userns keep-id" {
	boxer_podman volume create data
	boxer_run --volume data:/data busybox sh -c 'echo kept >/data/file'
	equal "$(boxer_run --volume data:/data busybox cat /data/file)" kept
	boxer_podman volume rm data
	as_boxer mkdir -p /run/box/home/bound
	boxer_run --userns keep-id --volume /run/box/home/bound:/bound busybox touch /bound/file
	equal "$(stat -c %u /run/box/home/bound/file)" "$boxer"
}

@test "rootless: a network by slirp4netns" {
	equal "$(boxer_podman run --rm --pull never --network slirp4netns busybox \
		sh -c 'ip -4 -o address show tap0 | grep -c 10.0.2.100')" 1
}

@test "rootless: a pod" {
	boxer_podman pod create --name p --network none
	boxer_podman run --detach --pull never --pod p --name one busybox sleep 1000
	equal "$(boxer_podman exec one readlink /proc/self/ns/net)" \
		"$(boxer_podman run --rm --pull never --pod p busybox readlink /proc/self/ns/net)"
}

@test "rootless: kube play" {
	cat >/run/pod.yaml <<-END
		apiVersion: v1
		kind: Pod
		metadata:
		  name: played
		spec:
		  containers:
		  - name: one
		    image: $podman_image
		    command: [sleep, "1000"]
	END
	boxer_podman kube play --network none /run/pod.yaml
	equal "$(boxer_podman exec played-one id -u)" 0
	boxer_podman kube down /run/pod.yaml
}

@test "rootless: images by fuse-overlayfs" {
	local podman=(as_boxer podman --storage-driver overlay --storage-opt overlay.mount_program=/usr/bin/fuse-overlayfs
		--root /run/box/home/overlay --runroot "/run/user/$boxer/overlay" --tmpdir "/run/user/$boxer/overlay/tmp")
	podman_import "${podman[@]}"
	contains "$("${podman[@]}" run --rm --pull never --network none busybox sh -c 'touch /x && grep " / " /proc/mounts')" fuse
}

@test "rootless: clocks" {
	run boxer_run --annotation elsewhen.dev/boottime==0 busybox cat /proc/uptime
	succeeded
	within "$(seconds_of "$output")" 0 5
}
