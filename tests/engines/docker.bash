# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # engine.bash sets $engine_runtime, the tests use the rest
# dockerd with elsewhen as its runtime.

readonly docker_log=/run/dockerd.log
export DOCKER_HOST=unix:///run/docker.sock

docker_begin()
{
	engine_require dockerd docker containerd containerd-shim-runc-v2 jq
	engine_start "$docker_log" dockerd --add-runtime "elsewhen=$engine_runtime" --default-runtime elsewhen \
		--data-root /var/lib/docker --exec-root /run/docker --pidfile /run/docker.pid --host "$DOCKER_HOST" \
		--storage-driver vfs --iptables=false --ip6tables=false --bip 10.66.0.1/16
	echo "$DAEMON" >/run/dockerd.pid
	wait_for docker version
	engine_rootfs_tar /run/rootfs.tar
	docker import --change 'ENV PATH=/bin' --change 'CMD ["sh"]' /run/rootfs.tar busybox:latest >/dev/null
}

docker_end()
{
	engine_stop "$(cat /run/dockerd.pid)" "$docker_log"
}

docker_run()	# ARGUMENT...
{
	docker run --rm --pull never --network none "$@"
}

docker_sleeper()	# NAME [OPTION...]: a container that ends on TERM
{
	local name=$1

	shift
	docker run --detach --pull never --network none --name "$name" "$@" busybox \
		sh -c 'trap "exit 9" TERM; echo started; while :; do sleep 0.1; done'
	wait_for docker_started "$name"
}

docker_started()	# NAME
{
	docker logs "$1" | grep -q started
}

docker_status()	# NAME
{
	docker inspect --format '{{.State.Status}}' "$1"
}

docker_exit_code()	# NAME
{
	docker inspect --format '{{.State.ExitCode}}' "$1"
}
