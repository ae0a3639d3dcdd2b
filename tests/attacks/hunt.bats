#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
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
	hunted $((${HUNT_EXECS:-200} / 4)) 20000
	found_nothing_forbidden
	held 'exec, hunted from inside'
}

@test "exec --tty: the same" {
	hunting_container "$KINDS"
	execs_with_terminal "${HUNT_EXECS:-200}"
	end_hunt
	hunted $((${HUNT_EXECS:-200} / 4)) 20000
	found_nothing_forbidden
	held 'exec --tty, hunted from inside'
}

# Whoever writes into the memory of such a process has what it has.
@test "exec: what a hunter can write into has no capability that the container has not" {
	hunting_container power
	execs $((${HUNT_EXECS:-200} / 4))
	end_hunt
	hunted $((${HUNT_EXECS:-200} / 16)) 1000
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
	hunted $((${HUNT_CREATES:-100} / 4)) 10000
	found_nothing_forbidden
	held 'create in a shared PID namespace, hunted from inside'
}
