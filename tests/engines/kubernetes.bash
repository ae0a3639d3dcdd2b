# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # the files that are loaded and the tests use the rest
# A Kubernetes node in the box, and all that it needs to be one: etcd, the servers, containerd, a kubelet.

readonly kubernetes_directory=/run/kubernetes
readonly kubernetes_certificates=$kubernetes_directory/certificates
readonly kubernetes_logs=$kubernetes_directory/logs
readonly kubernetes_address=10.76.0.1
readonly kubernetes_server=https://$kubernetes_address:6443
readonly kubernetes_node=box
# By the names that "busybox:1.35" and the sandbox have for containerd.
readonly kubernetes_image=docker.io/library/busybox:1.35
readonly kubernetes_pause=localhost/pause:1
readonly kubernetes_root=/run/containerd/runc/k8s.io
export KUBECONFIG=$kubernetes_directory/admin.conf

# --- the box

# The only addresses are the box's own.
kubernetes_network()
{
	ip link add node0 type bridge
	ip address add "$kubernetes_address/24" dev node0
	ip link set node0 up
}

# A kubelet sets these for the whole machine: it gets files of the box's own to write to.
kubernetes_shield_machine()
{
	local name file

	for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops \
		kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
		[ -e "/proc/sys/$name" ] || continue
		file=$kubernetes_directory/sys.${name//\//.}
		cat "/proc/sys/$name" >"$file"
		mount --bind "$file" "/proc/sys/$name"
	done
}

# --- who is who

kubernetes_openssl()
{
	openssl "$@" 2>"$kubernetes_directory/openssl.log" || {
		cat "$kubernetes_directory/openssl.log"
		return 1
	}
}

kubernetes_authority()
{
	mkdir -p "$kubernetes_certificates"
	kubernetes_openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=box-authority \
		-keyout "$kubernetes_certificates/ca.key" -out "$kubernetes_certificates/ca.crt"
	# What service accounts' tokens are signed with.
	kubernetes_openssl genrsa -out "$kubernetes_certificates/accounts.key" 2048
}

kubernetes_certificate()	# NAME SUBJECT [ALTERNATIVE NAMES]
{
	local base=$kubernetes_certificates/$1

	kubernetes_openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" \
		-keyout "$base.key" -out "$base.csr"
	kubernetes_openssl x509 -req -days 2 -in "$base.csr" -out "$base.crt" -CAcreateserial \
		-CA "$kubernetes_certificates/ca.crt" -CAkey "$kubernetes_certificates/ca.key" \
		-extfile <(echo "${3:+subjectAltName=$3}")
}

# How a client finds the server and proves who it is: NAME.conf.
kubernetes_client()	# NAME SUBJECT
{
	kubernetes_certificate "$1" "$2"
	cat >"$kubernetes_directory/$1.conf" <<-END
		apiVersion: v1
		kind: Config
		clusters:
		- name: box
		  cluster: {server: "$kubernetes_server", certificate-authority: $kubernetes_certificates/ca.crt}
		users:
		- name: $1
		  user:
		    client-certificate: $kubernetes_certificates/$1.crt
		    client-key: $kubernetes_certificates/$1.key
		contexts:
		- name: box
		  context: {cluster: box, user: $1}
		current-context: box
	END
}

kubernetes_identities()
{
	kubernetes_authority
	kubernetes_certificate server /CN=server "IP:$kubernetes_address,IP:10.96.0.1,DNS:kubernetes"
	kubernetes_client admin /O=system:masters/CN=admin
	kubernetes_client scheduler /CN=system:kube-scheduler
	kubernetes_client controller-manager /CN=system:kube-controller-manager
	kubernetes_client kubelet "/O=system:nodes/CN=system:node:$kubernetes_node"
}

# --- its processes

kubernetes_start()	# NAME COMMAND...
{
	engine_start "$kubernetes_logs/$1.log" "${@:2}"
	echo "$DAEMON" >"$kubernetes_directory/$1.pid"
}

kubernetes_start_etcd()
{
	kubernetes_start etcd etcd --data-dir "$kubernetes_directory/etcd" --unsafe-no-fsync \
		--listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
		--listen-peer-urls http://127.0.0.1:2380
}

kubernetes_start_server()
{
	local pki=$kubernetes_certificates

	kubernetes_start apiserver kube-apiserver --etcd-servers http://127.0.0.1:2379 \
		--bind-address "$kubernetes_address" --advertise-address "$kubernetes_address" \
		--service-cluster-ip-range 10.96.0.0/16 --authorization-mode Node,RBAC --client-ca-file "$pki/ca.crt" \
		--tls-cert-file "$pki/server.crt" --tls-private-key-file "$pki/server.key" \
		--kubelet-preferred-address-types InternalIP \
		--kubelet-client-certificate "$pki/admin.crt" --kubelet-client-key "$pki/admin.key" \
		--service-account-issuer "$kubernetes_server" --service-account-key-file "$pki/accounts.key" \
		--service-account-signing-key-file "$pki/accounts.key" --cert-dir "$kubernetes_directory/server"
}

kubernetes_start_controllers()
{
	kubernetes_start scheduler kube-scheduler --kubeconfig "$kubernetes_directory/scheduler.conf" \
		--leader-elect=false --cert-dir "$kubernetes_directory/scheduler"
	kubernetes_start controller-manager kube-controller-manager --leader-elect=false --use-service-account-credentials \
		--kubeconfig "$kubernetes_directory/controller-manager.conf" \
		--root-ca-file "$kubernetes_certificates/ca.crt" --cert-dir "$kubernetes_directory/controller-manager" \
		--service-account-private-key-file "$kubernetes_certificates/accounts.key"
}

# The page's settings, and what the box needs: images that are there, no outside network, no CAP_SYS_RESOURCE perhaps.
kubernetes_start_containerd()
{
	mkdir -p /etc/containerd /etc/cni/net.d
	{
		docs_block kubernetes toml
		cat <<-END
			[plugins."io.containerd.grpc.v1.cri"]
			  sandbox_image = "$kubernetes_pause"
			  restrict_oom_score_adj = true
			  [plugins."io.containerd.grpc.v1.cri".cni]
			    bin_dir = "/usr/lib/cni"
			    conf_dir = "/etc/cni/net.d"
		END
	} >/etc/containerd/config.toml
	cat >/etc/cni/net.d/10-box.conflist <<-END
		{"cniVersion": "0.4.0", "name": "box", "plugins": [{"type": "bridge", "bridge": "box0",
		"isGateway": true, "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.77.0.0/16"}]]}}]}
	END
	kubernetes_start containerd containerd --config /etc/containerd/config.toml
}

kubernetes_import_images()
{
	wait_for ctr version
	engine_image "$kubernetes_directory/busybox.tar" "$kubernetes_image"
	engine_image "$kubernetes_directory/pause.tar" "$kubernetes_pause"
	ctr --namespace k8s.io images import "$kubernetes_directory/busybox.tar"
	ctr --namespace k8s.io images import "$kubernetes_directory/pause.tar"
}

# Nothing is evicted: how full the machine's disk is, is none of the node's business.
kubernetes_start_kubelet()
{
	cat >"$kubernetes_directory/kubelet.yaml" <<-END
		apiVersion: kubelet.config.k8s.io/v1beta1
		kind: KubeletConfiguration
		authentication:
		  x509: {clientCAFile: $kubernetes_certificates/ca.crt}
		cgroupDriver: cgroupfs
		failSwapOn: false
		makeIPTablesUtilChains: false
		resolvConf: ""
		clusterDNS: [10.96.0.10]
		evictionHard: {memory.available: 0%, nodefs.available: 0%, nodefs.inodesFree: 0%, imagefs.available: 0%}
		imageGCHighThresholdPercent: 100
	END
	kubernetes_start kubelet kubelet --config "$kubernetes_directory/kubelet.yaml" \
		--kubeconfig "$kubernetes_directory/kubelet.conf" --cert-dir "$kubernetes_directory/kubelet" \
		--container-runtime remote --container-runtime-endpoint unix:///run/containerd/containerd.sock \
		--hostname-override "$kubernetes_node" --node-ip "$kubernetes_address" \
		--volume-plugin-dir "$kubernetes_directory/volume-plugins"
}

# --- the node

# kubernetes_wait SECONDS COMMAND...: until it succeeds.
kubernetes_wait()
{
	local limit=$1 begin=$SECONDS

	shift
	until "$@" >/dev/null 2>&1; do
		[ $((SECONDS - begin)) -lt "$limit" ] || {
			echo "waited $limit seconds for: $*"
			return 1
		}
		sleep 0.2
	done
}

# A pod is refused before its account and the account's token are there.
kubernetes_takes_pods()
{
	kubectl get serviceaccount default --output jsonpath='{.secrets[0].name}' | grep -q .
}

kubernetes_begin()
{
	: "${KUBERNETES:?names the directory with the programs}"
	PATH=$KUBERNETES:$PATH
	engine_require containerd ctr runc jq openssl ip etcd kubectl kube-apiserver kubelet
	docs_install
	mkdir -p "$kubernetes_logs"
	kubernetes_shield_machine
	kubernetes_network
	kubernetes_identities
	kubernetes_start_etcd
	kubernetes_start_server
	kubernetes_start_containerd
	kubernetes_import_images
	kubernetes_wait 120 kubectl get --raw /readyz
	kubernetes_start_controllers
	kubernetes_start_kubelet
	kubernetes_wait 60 kubernetes_takes_pods
}

# The last words of whoever has ended before, for those who look why a test failed. The box ends the rest.
kubernetes_end()
{
	local pid name

	for name in kubelet controller-manager scheduler apiserver etcd containerd; do
		pid=$(cat "$kubernetes_directory/$name.pid" 2>/dev/null) || continue
		kill -0 "$pid" 2>/dev/null || {
			echo "$name has ended:"
			tail -n 20 "$kubernetes_logs/$name.log"
		}
		disown "$pid" 2>/dev/null || true
		kill -KILL "$pid" 2>/dev/null || true
	done
}

# --- pods and their containers

# container_of POD NAME: its id for containerd and elsewhen
container_of()
{
	kubectl get pod "$1" --output json | jq -r --arg name "$2" '.status |
		[.initContainerStatuses, .containerStatuses][] | select(. != null)[] | select(.name == $name).containerID |
		sub("^containerd://"; "")'
}

sandbox_of()	# POD
{
	ctr --namespace k8s.io containers list --quiet "labels.\"io.kubernetes.pod.name\"==$1,labels.\"io.cri-containerd.kind\"==sandbox"
}

in_node()	# COMMAND...: elsewhen, as an administrator of the node calls it
{
	"$engine_runtime" --root "$kubernetes_root" "$@"
}

pid_in_node()	# ID
{
	in_node state "$1" | jq .pid
}

# offset_of PID CLOCK: in nanoseconds, as the kernel has it
offset_of()
{
	local seconds nanoseconds

	read -r _ seconds nanoseconds < <(grep "^$2 " "/proc/$1/timens_offsets")
	echo $((seconds * 1000000000 + nanoseconds))
}

boottime_now()
{
	"$TOOLS/clock_probe" --host | sed -n 's/^boottime.ns //p'
}

# --- nothing is left

kubernetes_no_pods()
{
	[ -z "$(kubectl get pods --output name)" ]
}

kubernetes_mounts()
{
	grep -E ' nsfs nsfs |k8s\.io|/var/lib/kubelet/pods' /proc/self/mountinfo | grep -v -F ' net:['
}

# runc makes its pod's directory in the unified hierarchy too, beside those of version 1, and leaves it: a kubelet of
# this age does not look there.
kubernetes_pod_cgroups()
{
	find /sys/fs/cgroup -type d -name 'pod*-*' |
		grep -v "/unified/.*/pod$(cat "$kubernetes_directory/control" 2>/dev/null)$"
}

# Besides those of the node itself: shims, whatever is in a container, whatever lives at another time.
kubernetes_pod_processes()
{
	local directory command

	for directory in /proc/[0-9]*; do
		command=$(tr '\0' ' ' <"$directory/cmdline")
		if [[ $command == *containerd-shim* ]] || grep -q kubepods "$directory/cgroup" ||
			[[ $(readlink "$directory/ns/time") != "$(readlink /proc/self/ns/time)" && -e $directory/ns/time ]]; then
			echo "${directory##*/} $command"
		fi
	done 2>/dev/null
}

kubernetes_left()
{
	engine_containers "$kubernetes_root"
	kubernetes_mounts
	kubernetes_pod_cgroups
	kubernetes_pod_processes
}

# What a pod had is removed after the pod itself, by a kubelet that looks every few seconds.
kubernetes_nothing_left()
{
	[ -z "$(kubernetes_left)" ]
}
