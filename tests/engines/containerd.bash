# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # engine.bash sets $engine_runtime, the tests use the rest
# containerd with elsewhen as its runtime.

readonly containerd_image=localhost/busybox:latest
readonly containerd_log=/run/containerd.log
readonly elsewhen_roots='/run/containerd/runc/k8s.io /run/containerd/runc/default'
export CRI_SOCKET=/run/containerd/containerd.sock

# What docs/containerd.md tells people to write, and what the box needs: no outside network, no
# CAP_SYS_RESOURCE perhaps.
containerd_configure()
{
	mkdir -p /etc/containerd /etc/cni/net.d
	cat >/etc/containerd/config.toml <<-END
		version = 2
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "$containerd_image"
		  restrict_oom_score_adj = true
		  [plugins."io.containerd.grpc.v1.cri".cni]
		    bin_dir = "/usr/lib/cni"
		    conf_dir = "/etc/cni/net.d"
		  [plugins."io.containerd.grpc.v1.cri".containerd]
		    default_runtime_name = "elsewhen"
		    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.elsewhen]
		      runtime_type = "io.containerd.runc.v2"
		      pod_annotations = ["elsewhen.dev/*"]
		      container_annotations = ["elsewhen.dev/*"]
		      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.elsewhen.options]
		        BinaryName = "$engine_runtime"
	END
	cat >/etc/cni/net.d/10-box.conflist <<-END
		{"cniVersion": "0.4.0", "name": "box", "plugins": [{"type": "bridge", "bridge": "box0",
		"isGateway": true, "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.77.0.0/16"}]]}}]}
	END
}

containerd_begin()
{
	engine_require containerd ctr containerd-shim-runc-v2 /usr/bin/python3 jq
	containerd_configure
	containerd_start
}

containerd_start()
{
	engine_start "$containerd_log" containerd --config /etc/containerd/config.toml
	echo "$DAEMON" >/run/containerd.pid
	wait_for ctr version
	[ -e /run/image.tar ] || engine_image /run/image.tar "$containerd_image"
	ctr --namespace k8s.io images import /run/image.tar >/dev/null
	ctr images import /run/image.tar >/dev/null
}

containerd_end()
{
	engine_stop "$(cat /run/containerd.pid)" "$containerd_log"
}

cri()	# METHOD [JSON]
{
	# The distribution's own, which has python3-grpcio.
	/usr/bin/python3 "$BATS_TEST_DIRNAME/cri.py" "$@"
}

# All of them, and then nothing of theirs is left.
cri_remove_pods()
{
	local id

	for id in $(cri ListPodSandbox | jq -r '.items[].id'); do
		cri StopPodSandbox "{\"pod_sandbox_id\": \"$id\"}" >/dev/null || true
		cri RemovePodSandbox "{\"pod_sandbox_id\": \"$id\"}" >/dev/null || true
	done
	# shellcheck disable=SC2086 # a list of words
	nothing_in containers "$(engine_containers $elsewhen_roots)" || return 1
	nothing_in cgroups "$(find /sys/fs/cgroup -type d -path '*/pod-test/*')"
}
