# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # engine.bash sets $engine_runtime
# podman with elsewhen as its runtime.

readonly podman_image=localhost/busybox:latest

# What docs/podman.md tells people to write, and what the box needs because it has no network and no systemd.
podman_configure()
{
	mkdir -p /etc/containers
	echo '{"default": [{"type": "insecureAcceptAnything"}]}' >/etc/containers/policy.json
	cat >/etc/containers/containers.conf <<-END
		[engine]
		runtime = "elsewhen"
		runtime_supports_json = ["elsewhen"]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		[engine.runtimes]
		elsewhen = ["$engine_runtime"]
		[containers]
		log_driver = "k8s-file"
	END
	cat >/etc/containers/storage.conf <<-END
		[storage]
		driver = "${1:-vfs}"
		runroot = "/run/containers/storage"
		graphroot = "/var/lib/containers/storage"
	END
}

podman_import()	# COMMAND...: podman, by whatever user
{
	[ -e /run/rootfs.tar ] || engine_rootfs_tar /run/rootfs.tar
	"$@" import --quiet --change 'CMD ["sh"]' --change 'ENV PATH=/bin' /run/rootfs.tar "$podman_image"
}

# Nothing asks a registry: what is not there is an error at once.
podman_run()	# ARGUMENT...
{
	podman run --rm --pull never --network none "$@"
}

podman_sleeper()	# NAME [OPTION...]: a container that ends on TERM
{
	local name=$1

	shift
	podman run --detach --pull never --network none --name "$name" "$@" busybox \
		sh -c 'trap "exit 9" TERM; echo started; while :; do sleep 0.1; done'
}

podman_status()	# NAME
{
	podman inspect --format '{{.State.Status}}' "$1"
}
