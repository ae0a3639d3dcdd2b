#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the files that are loaded set variables
# A Kubernetes node whose pods live at other times: what is in examples/kubernetes, and what docs/kubernetes.md says.
# The pods of examples/kubernetes are there from before the first test until the last but two.

load engine
load kubernetes
load docs

readonly day=86400000000000

setup_file()
{
	local begin=$SECONDS

	kubernetes_begin
	boottime_now >"$BATS_FILE_TMPDIR/before"
	kubectl apply -f "$(examples)/runtimeclass.yaml" -f "$(examples)"
	kubectl wait --for=condition=Ready pod --all --timeout=120s
	kubectl wait --for=condition=Available deployment/replicas --timeout=120s
	kubectl get pod control --output jsonpath='{.metadata.uid}' >"$kubernetes_directory/control"
	echo "# the pods are ready $((SECONDS - begin)) s after the first process of the node was started" >&3
}

teardown_file()
{
	kubernetes_end
}

engine_cleanup()
{
	:
}

examples()
{
	echo "$BATS_TEST_DIRNAME/../../examples/kubernetes"
}

in_pod()	# POD CONTAINER COMMAND...
{
	kubectl exec "$1" --container "$2" -- "${@:3}"
}

value()	# KEY <LINES
{
	sed -n "s/^$1 //p"
}

probe()	# POD CONTAINER KEY: what a program in the container sees
{
	in_pod "$1" "$2" clock_probe | value "$3"
}

restarts()	# POD CONTAINER
{
	kubectl get pod "$1" --output json |
		jq --arg name "$2" '.status.containerStatuses[] | select(.name == $name).restartCount'
}

was_restarted()	# POD CONTAINER
{
	[ "$(restarts "$1" "$2")" = 1 ]
}

event_says()	# POD REGULAR_EXPRESSION
{
	kubectl get events --field-selector "involvedObject.name=$1" | grep -q "$2"
}

# The kernel's offsets are these, elsewhen tells the same, and processes that are sent into the container see it:
# by /proc/uptime, by system call and by vDSO.
lives_at_offsets()	# POD CONTAINER MONOTONIC BOOTTIME
{
	local id pid told before inside

	id=$(container_of "$1" "$2")
	pid=$(pid_in_node "$id")
	equal "$(offset_of "$pid" monotonic) $(offset_of "$pid" boottime)" "$3 $4" || return 1
	told=$(in_node clocks --format json "$id" 2>&1)
	equal "$(jq -c '[.frozen, (.clocks | all(.agree and .matches))]' <<<"$told")" '[true,true]' || return 1
	equal "$(($(jq -r '.offsets.boottime | "\(.secs) * 1000000000 + \(.nanosecs)"' <<<"$told")))" "$4" || return 1
	differ "$(namespace_of "$pid" time)" "$(namespace_of $$ time)" || return 1
	before=$(boottime_now)
	inside=$(in_pod "$1" "$2" sed 's/ .*//; s/\.//' /proc/uptime)
	ascending $(((before + $4) / 10000000)) $((10#$inside)) $((($(boottime_now) + $4) / 10000000)) || return 1
	before=$(boottime_now)
	inside=$(in_pod "$1" "$2" clock_probe)
	ascending $((before + $4)) "$(value boottime.ns <<<"$inside")" $(($(boottime_now) + $4)) || return 1
	equal "$(value ns.time <<<"$inside")" "$(namespace_of "$pid" time)" || return 1
	equal "$(grep '\.out_of_order' <<<"$inside" | grep -v ' 0$')" ''
}

# The clocks read this when they were made: not before the pod was asked for, and not after now.
started_at()	# POD CONTAINER NANOSECONDS
{
	local pid

	pid=$(pid_in_node "$(container_of "$1" "$2")")
	ascending "$(cat "$BATS_FILE_TMPDIR/before")" $(($3 - $(offset_of "$pid" boottime))) "$(boottime_now)" || return 1
	# One is read after the other, and the boottime is never behind.
	ascending "$(offset_of "$pid" monotonic)" "$(offset_of "$pid" boottime)" || return 1
	lives_at_offsets "$1" "$2" "$(offset_of "$pid" monotonic)" "$(offset_of "$pid" boottime)"
}

@test "Kubernetes: a pod two days after the node" {
	lives_at_offsets two-days main $((2 * day)) $((2 * day))
}

@test "Kubernetes: a pod whose uptime starts at 0" {
	started_at uptime-zero main 0
}

@test "Kubernetes: two containers, one clock" {
	local one other sandbox

	one=$(container_of one-clock one)
	other=$(container_of one-clock other)
	sandbox=$(sandbox_of one-clock)
	started_at one-clock one $((497 * day))
	started_at one-clock other $((497 * day))
	equal "$(namespace_of "$(pid_in_node "$one")" time)" "$(namespace_of "$(pid_in_node "$other")" time)"
	equal "$(in_node clocks --format json "$one" | jq -c '[.clock, .clockOrigin, .pinned, .sharedWith]')" \
		"$(jq -n -c --arg sandbox "$sandbox" '["pod", $sandbox, true, 2]')"
}

@test "Kubernetes: a container that crashed is started again in its pod's clock" {
	local clock monotonic boottime first

	first=$(container_of one-clock one)
	clock=$(namespace_of "$(pid_in_node "$first")" time)
	monotonic=$(offset_of "$(pid_in_node "$first")" monotonic)
	boottime=$(offset_of "$(pid_in_node "$first")" boottime)
	in_pod one-clock one kill -TERM 1
	kubernetes_wait 60 was_restarted one-clock one
	kubectl wait --for=condition=Ready pod/one-clock --timeout=60s
	differ "$(container_of one-clock one)" "$first"
	equal "$(namespace_of "$(pid_in_node "$(container_of one-clock one)")" time)" "$clock"
	equal "$(probe one-clock one ns.time)" "$clock"
	lives_at_offsets one-clock one "$monotonic" "$boottime"
}

@test "Kubernetes: without a clock of the pod, it begins anew with a container that is started again" {
	local killed

	killed=$(boottime_now)
	kill -KILL "$(pid_in_node "$(container_of uptime-zero main)")"
	kubernetes_wait 60 was_restarted uptime-zero main
	kubectl wait --for=condition=Ready pod/uptime-zero --timeout=60s
	started_at uptime-zero main 0
	ascending "$killed" $((-$(offset_of "$(pid_in_node "$(container_of uptime-zero main)")" boottime)))
}

@test "Kubernetes: an init container has its pod's clock" {
	local measured

	started_at init-container main 0
	equal "$(in_pod init-container main cat /shared/time)" "$(probe init-container main ns.time)"
	measured=$(in_pod init-container main sed 's/ .*//; s/\.//' /shared/uptime)
	ascending 0 "$((10#$measured))" "$(probe init-container main uptime_cs)"
}

# A probe in any other clock would be further behind or ahead than the container is old.
@test "Kubernetes: a liveness probe runs in the container's clock" {
	local pid

	kubernetes_wait 30 in_pod liveness main test -s /tmp/probed
	equal "$(restarts liveness main)" 0
	started_at liveness main $((2 * day))
	pid=$(pid_in_node "$(container_of liveness main)")
	# shellcheck disable=SC2046 # a list of numbers
	ascending $((2 * day / 10000000)) $(in_pod liveness main sed 's/\.//' /tmp/probed) \
		$((($(boottime_now) + $(offset_of "$pid" boottime)) / 10000000))
}

@test "Kubernetes: three replicas, a clock each" {
	local pod pods clocks=''

	pods=$(kubectl get pods --selector app=replicas --output jsonpath='{.items[*].metadata.name}')
	equal "$(wc -w <<<"$pods")" 3
	for pod in $pods; do
		started_at "$pod" main 0
		clocks+=$(probe "$pod" main ns.time)$'\n'
	done
	equal "$(sort -u <<<"${clocks%$'\n'}" | wc -l)" 3
}

# pod_like EXAMPLE NAME FILTER: another pod, changed by a jq filter.
pod_like()
{
	kubectl create --dry-run=client --output json -f "$(examples)/$1.yaml" |
		jq --arg name "$2" ".metadata.name = \$name | $3" | kubectl apply -f -
	kubectl wait --for=condition=Ready "pod/$2" --timeout=60s
}

one_clock_with()	# NAME FILTER
{
	pod_like one-clock "$1" "$2"
	started_at "$1" one $((497 * day)) || return 1
	started_at "$1" other $((497 * day)) || return 1
	equal "$(probe "$1" one ns.time)" "$(probe "$1" other ns.time)"
}

@test "Kubernetes: one clock with hostNetwork" {
	one_clock_with host-network '.spec.hostNetwork = true'
	equal "$(probe host-network one ns.net)" "$(namespace_of $$ net)"
	kubectl delete pod host-network --wait=false
}

@test "Kubernetes: one clock with shareProcessNamespace" {
	one_clock_with shared-processes '.spec.shareProcessNamespace = true'
	equal "$(probe shared-processes one ns.pid)" "$(probe shared-processes other ns.pid)"
	differ "$(probe shared-processes one ns.pid)" "$(namespace_of $$ pid)"
	kubectl delete pod shared-processes --wait=false
}

@test "Kubernetes: one clock with hostPID" {
	one_clock_with host-processes '.spec.hostPID = true'
	equal "$(probe host-processes one ns.pid)" "$(namespace_of $$ pid)"
	kubectl delete pod host-processes --wait=false
}

# What a cluster with strict rules for pods admits.
@test "Kubernetes: another time with limits, without privileges" {
	local id

	pod_like two-days restricted '.spec.containers[0] += {resources: {limits: {memory: "64Mi", cpu: "500m"}},
		securityContext: {runAsUser: 1000, runAsNonRoot: true, readOnlyRootFilesystem: true,
		allowPrivilegeEscalation: false, capabilities: {drop: ["ALL"]}, seccompProfile: {type: "RuntimeDefault"}}}'
	lives_at_offsets restricted main $((2 * day)) $((2 * day))
	equal "$(in_pod restricted main id -u)" 1000
	equal "$(in_pod restricted main grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status)" \
		$'CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2'
	run in_pod restricted main touch /tmp/file
	contains "$output" 'Read-only file system'
	id=$(container_of restricted main)
	equal "$(cat "$(find /sys/fs/cgroup -path '*/kubepods/*' -name "$id" -exec find {} -maxdepth 1 \
		'(' -name memory.limit_in_bytes -o -name memory.max ')' ';')")" $((64 * 1024 * 1024))
	kubectl delete pod restricted --wait=false
}

@test "Kubernetes: a terminal, and what a container printed" {
	local before printed

	before=$(boottime_now)
	pod_like two-days talker '.spec.containers[0].command = ["sh", "-c", "cat /proc/uptime; sleep 1000000"]'
	printed=$(kubectl logs talker)
	printed=${printed%% *}
	ascending $(((before + 2 * day) / 10000000)) "${printed/./}" $((($(boottime_now) + 2 * day) / 10000000))
	equal "$(script --quiet --return --command 'kubectl exec --stdin --tty talker -- tty' /dev/null | tr -d '\r')" /dev/pts/0
	kubectl delete pod talker --wait=false
}

@test "Kubernetes: a pod of the node's other runtime has the node's clocks" {
	local before

	equal "$(probe control main ns.time)" "$(namespace_of $$ time)"
	before=$(boottime_now)
	ascending "$before" "$(probe control main boottime.ns)" "$(boottime_now)"
}

@test "Kubernetes: a pod whose annotation is wrong says so in its events" {
	sed -e 's/two-days/wrong/; s/+2d/soon/' "$(examples)/two-days.yaml" | kubectl apply -f -
	kubernetes_wait 60 event_says wrong "annotations.elsewhen.dev/.*'soon' is no value of a clock"
	kubectl delete pod wrong --wait=false
}

@test "Kubernetes: what is deleted leaves nothing" {
	kubectl delete -f "$(examples)" --wait=false
	# Those of the tests above, too. A kubelet tells the server every ten seconds which pods have ended.
	kubernetes_wait 180 kubernetes_no_pods
	kubernetes_wait 60 kubernetes_nothing_left || nothing_in 'on the node' "$(kubernetes_left)"
}

@test "docs/kubernetes.md" {
	cd "$(examples)/../.."
	docs_run kubernetes 9
	kubernetes_wait 60 kubernetes_nothing_left || nothing_in 'on the node' "$(kubernetes_left)"
}
