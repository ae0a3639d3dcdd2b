#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the files that are loaded set variables
# docs/podman.md and docs/containerd.md: what they say to write and to run does what they say.

load engine
load podman
load containerd
load docs

setup_file()
{
	engine_require podman containerd ctr jq
	docs_install
}

engine_cleanup()
{
	podman pod rm --all --force --time 0 >/dev/null 2>&1 || true
	podman rm --all --force --time 0 --volumes >/dev/null 2>&1 || true
	[ ! -e /run/containerd.pid ] || containerd_end
	rm -f /run/containerd.pid
	nothing_in containers "$(engine_containers /run/elsewhen)"
}

@test "docs/podman.md" {
	podman_configure
	docs_block podman toml >/etc/containers/containers.conf
	# No systemd in the box to keep logs and events.
	mkdir -p /etc/containers/containers.conf.d
	printf '[engine]\nevents_logger = "file"\n[containers]\nlog_driver = "k8s-file"\n' \
		>/etc/containers/containers.conf.d/box.conf
	podman_import podman
	mkdir -p /run/docs
	cd /run/docs
	docs_block podman yaml >pod.yaml
	docs_run podman 14
}

@test "docs/containerd.md" {
	containerd_configure
	{
		docs_block containerd toml
		# The box has no outside network, and perhaps no CAP_SYS_RESOURCE.
		sed -n '/cri"\]$/,/conf_dir/p' /etc/containerd/config.toml
	} >/run/config.toml
	mv /run/config.toml /etc/containerd/config.toml
	containerd_start
	docs_run containerd 3
}

@test "docs/containerd.md: a pod with those annotations" {
	local sandbox config container

	containerd_configure
	{
		docs_block containerd toml
		sed -n '/cri"\]$/,/conf_dir/p' /etc/containerd/config.toml
	} >/run/config.toml
	mv /run/config.toml /etc/containerd/config.toml
	containerd_start
	config=$(jq -n -c --argjson annotations "$(docs_block containerd json)" '{metadata: {name: "docs", uid: "uid",
		namespace: "default", attempt: 0}, log_directory: "/run/logs", annotations: $annotations,
		linux: {cgroup_parent: "/pod-test", security_context: {namespace_options: {pid: 1}}}}')
	sandbox=$(cri RunPodSandbox "{\"config\": $config, \"runtime_handler\": \"elsewhen\"}" | jq -r .pod_sandbox_id)
	container=$(cri CreateContainer "{\"pod_sandbox_id\": \"$sandbox\", \"sandbox_config\": $config, \"config\": {
		\"metadata\": {\"name\": \"one\"}, \"image\": {\"image\": \"$containerd_image\"},
		\"command\": [\"sleep\", \"1000\"]}}" | jq -r .container_id)
	cri StartContainer "{\"container_id\": \"$container\"}"
	contains "$(cri ExecSync "{\"container_id\": \"$container\", \"cmd\": [\"uptime\"], \"timeout\": 10}")" 'up 0 min'
	cri StopPodSandbox "{\"pod_sandbox_id\": \"$sandbox\"}"
	cri RemovePodSandbox "{\"pod_sandbox_id\": \"$sandbox\"}"
}
