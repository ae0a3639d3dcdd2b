#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs tests in the node. Several machines can share the jobs: a machine that makes taken/JOB runs that job. What
# it prints is in /results/JOB.tap and JOB.stderr, what it exited with in JOB.status, how long it took in
# JOB.seconds.
# After that many seconds no further job is begun.
# usage: test.sh SECONDS JOB...    a job is unit:PROGRAM, e2e:FILE, attacks:FILE (names without their endings) or faults:sample

budget=$1
shift

# An emulated machine is slow, and its host may be busy.
export BATS_TEST_TIMEOUT=600 TRACE_TESTS=no DISK=/var/tmp RANDOM_PODS=10
export HARM_AT='post-dump|setup-namespaces|post-restore|pre-resume'
# shellcheck source=tests/arm64/programs.sh
. /elsewhen/tests/arm64/programs.sh
export ELSEWHEN=$programs/elsewhen TOOLS=$programs/tests/tools
export CLOCK_PROBE=$TOOLS/clock_probe ELSEWHEN_TEST_DATA=/elsewhen/tests/data CMOCKA_MESSAGE_OUTPUT=TAP

# A few of each: the long runs are the host's.
export ATTACKS=$programs/tests/attacks ATTACKS_PEERS=none ATTACKS_STARTS=10 ATTACKS_RACES=3 HUNT_EXECS=20 HUNT_CREATES=10 HUNT_LOOKS=200 HUNT_OURS=1
export FAULTS=$programs/tests/faults/faults FAULTS_CASES=5

# Debian 12's kernel has Debian 12's CRIU; those that CRIU could not handle have the root's own.
printf '%s\n' 6.13 "$(uname -r)" | sort -C -V || PATH=/usr/lib/criu-bookworm:$PATH

job_run()	# JOB
{
	local name=${1#*:} begin=$SECONDS command

	case $1 in
	unit:*) command=("$programs/tests/unit/$name") ;;
	e2e:*) command=(unshare --mount --propagation private bats --tap --print-output-on-failure
		"/elsewhen/tests/e2e/$name.bats") ;;
	attacks:*) command=(/elsewhen/tests/attacks/confine.sh bats --tap --print-output-on-failure
		"/elsewhen/tests/attacks/$name.bats") ;;
	faults:*) command=(python3 /elsewhen/tests/faults/drive.py) ;;
	esac
	"${command[@]}" >"/results/$1.tap" 2>"/results/$1.stderr" </dev/null
	echo $? >"/results/$1.status"
	echo $((SECONDS - begin)) >"/results/$1.seconds"
}

for job; do
	[ "$SECONDS" -lt "$budget" ] || break
	! mkdir "/results/taken/$job" 2>/dev/null || job_run "$job"
done
