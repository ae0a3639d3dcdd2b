#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2317 # each test is a subshell that sets the variables that it reads
# What a container with CAP_SYS_PTRACE and the host's root user sees of the runtime while a process is made in it:
# nothing of the host (CVE-2016-9962, and what CVE-2024-21626 leaked).

load attacks

# All that is of the host. That the runtime's read-only executable can be read there is no secret; that the memory
# of whatever is in the container can be written is what CAP_SYS_PTRACE says.
KINDS=root,cwd,fd,namespace,pidfd,exe-write,map-write,environ

execs()	# COUNT [OPTION...]
{
	local count=$1 i

	shift
	for ((i = 0; i < count; i++)); do
		HOST_SECRET=hunted elsewhen exec "$@" "$ID" true >"$WORK/exec.log" 2>&1 </dev/null || {
			cat "$WORK/exec.log"
			return 1
		}
	done
}

execs_with_terminal()	# COUNT
{
	local i

	for ((i = 0; i < $1; i++)); do
		HOST_SECRET=hunted script -q -e -c "'$ELSEWHEN' --root '$ROOT' exec --tty '$ID' true" /dev/null \
			>"$WORK/exec.log" 2>&1 </dev/null || {
			cat "$WORK/exec.log"
			return 1
		}
	done
}

@test "exec: a hunter with CAP_SYS_PTRACE finds nothing of the host in 200 execs" {
	hunting_container "$KINDS"
	execs "${HUNT_EXECS:-200}"
	end_hunt
	hunted $((${HUNT_EXECS:-200} / 4)) 20000 10
	found_nothing_forbidden
	held 'exec, hunted from inside'
}

@test "exec --tty: the same" {
	hunting_container "$KINDS"
	execs_with_terminal "${HUNT_EXECS:-200}"
	end_hunt
	hunted $((${HUNT_EXECS:-200} / 4)) 20000 10
	found_nothing_forbidden
	held 'exec --tty, hunted from inside'
}

# Whoever writes into the memory of such a process has what it has.
@test "exec: what a hunter can write into has no capability that the container has not" {
	hunting_container power
	execs $((${HUNT_EXECS:-200} / 4))
	end_hunt
	hunted $((${HUNT_EXECS:-200} / 16)) 1000 10
	found_nothing_forbidden
	held 'exec, capabilities hunted from inside'
}

# The new container's first process is born among the sandbox's: a pod with a shared PID namespace.
@test "create: a hunter in the sandbox whose PID namespace is shared finds nothing of the host" {
	local pid i

	hunting_container "$KINDS" '.linux.namespaces |= map(select(.type != "time"))'
	# Its root is the member's own, which is none of the host's: the same bundle's.
	pid=$(pid_of "$ID")
	edit --arg path "/proc/$pid/ns/pid" \
		'(.linux.namespaces[] | select(.type == "pid")).path = $path | .process.args = ["true"]'
	edit --arg cgroup "$CGROUP/member" '.linux.cgroupsPath = $cgroup'
	for ((i = 0; i < ${HUNT_CREATES:-100}; i++)); do
		HOST_SECRET=hunted quietly elsewhen run --bundle "$BUNDLE" "member$$"
	done
	end_hunt
	hunted $((${HUNT_CREATES:-100} / 4)) 10000 10
	found_nothing_forbidden
	held 'create in a shared PID namespace, hunted from inside'
}

# CRIU and what stands beside it work while nothing of the container runs; the hunter goes on where it was.
@test "restore: a hunter that was checkpointed finds nothing of the host where it wakes up" {
	command -v criu >/dev/null || skip 'there is no CRIU'
	hunting_container "$KINDS" 'del(.process.rlimits)'
	mkdir "$WORK/images"
	elsewhen checkpoint --image-path "$WORK/images" "$ID" || skip 'CRIU can not dump here'
	elsewhen delete "$ID"
	HOST_SECRET=hunted quietly elsewhen restore --detach --bundle "$BUNDLE" --image-path "$WORK/images" "$ID"
	# It is the last that was stopped and the first that runs.
	sleep 0.5
	end_hunt
	hunted 0 1000
	found_nothing_forbidden
	held 'restore, hunted from inside'
}

@test "the hunter finds the host where it is: in a program that is entered by nsenter(1)" {
	local kind

	hunting_container power
	HOST_SECRET=hunted nsenter --target "$(pid_of "$ID")" --pid sleep 0.5
	end_hunt
	for kind in root environ; do
		contains "$output" "found $kind"
	done
	for kind in 'exec, hunted from inside' 'exec --tty, hunted from inside' 'exec, capabilities hunted from inside' \
		'create in a shared PID namespace, hunted from inside' 'restore, hunted from inside'; do
		works "$kind" 'a program entered by nsenter(1)'
	done
}

exec_on_peer()
{
	local i

	peer_bundle
	rm -f "$ROOTFS"/{ready,over,hunt.log}
	on_peer "$1" run --detach --bundle "$PEER_BUNDLE" "$ID" >"$WORK/peer.output" 2>&1 </dev/null || return 1
	wait_for test -e "$ROOTFS/ready"
	for ((i = 0; i < 40; i++)); do
		HOST_SECRET=hunted on_peer "$1" exec "$ID" true >/dev/null 2>&1 </dev/null || true
	done
	touch "$ROOTFS/over"
	wait_for grep -q -x over "$ROOTFS/hunt.log" || true
	on_peer "$1" delete --force "$ID" >/dev/null 2>&1 || true
	grep -q FORBIDDEN "$ROOTFS/hunt.log"
}

@test "CVE-2016-9962: what other runtimes show to the same hunter" {
	local class='CVE-2016-9962: exec shows what is the host'"'"'s'

	hunting_container "$KINDS"
	execs 40
	end_hunt
	found_nothing_forbidden
	held "$class"
	elsewhen delete --force "$ID"
	show_on_peers "$class" exec_on_peer
}
