# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top, $lib and $tap_directory are set before
# The tests in the node: the same programs and files as on the host, on another kernel and architecture.

# shellcheck source=tests/lib/arm64.sh
. "$lib/arm64.sh"

# What `./dev test` runs in the node: what depends most on the kernel, and little enough of it. An emulated
# processor does about a tenth of what one of the host's does.
readonly node_test_quick='e2e:exec e2e:namespaces e2e:mounts e2e:unprivileged'
readonly node_machines=2
# A machine that takes longer has hung.
readonly node_test_limit=5400

# Longest first, so that all machines end at the same time.
node_test_jobs()	# all | quick | checkpoints | attacks
{
	local file name

	if [ "$1" = attacks ]; then
		node_attack_jobs
		return
	fi
	if [ "$1" = checkpoints ]; then
		printf 'e2e:%s\n' checkpoint checkpoint_memory
		return
	fi
	if [ "$1" = quick ]; then
		# shellcheck disable=SC2086 # a list of words
		printf '%s\n' $node_test_quick
	else
		printf 'e2e:%s\n' matrix errors lifecycle
		for file in "$top"/tests/e2e/*.bats; do
			name=$(basename "$file" .bats)
			case $name in matrix | errors | lifecycle | faults) ;; *) echo "e2e:$name" ;; esac
		done
		node_attack_jobs
	fi
	for file in "$top"/tests/unit/test_*.c; do
		echo "unit:$(basename "$file" .c)"
	done
}

node_attack_jobs()
{
	local file

	echo faults:sample
	for file in "$top"/tests/attacks/*.bats; do
		echo "attacks:$(basename "$file" .bats)"
	done
}

# The machines have one processor each and share the jobs: two in one machine would wait for each other, since
# what one translates anew the other may be running. Addresses that are the same in every process and at every
# boot spare the emulator from translating each program anew, and the kernel from keeping its own page tables
# apart (it does where its address is a secret), which in an emulator costs more than anything else.
readonly node_test_parameters='norandmaps nokaslr mitigations=off'

node_test_boot()	# KERNEL SECONDS RESULTS JOB...
{
	local kernel=$1 seconds=$2 results=$3 machine processes=()

	shift 3
	mkdir -p "$results/taken"
	printf 'exec tests/arm64/test.sh %s\n' "$seconds ${*@Q}" >"$results/command"
	: >"$results/stdout"
	node_initramfs "$kernel" "$results/initramfs" || return 1
	for ((machine = 1; machine <= node_machines; machine++)); do
		QEMU_CPUS=1 NODE_CONSOLE=$results/console.$machine node_boot "$kernel" "$node_test_limit" "$results" \
			"$node_test_parameters" 2>"$results/machine.$machine" &
		processes+=("$!")
	done
	wait "${processes[@]}" || true
}

# What a job that was stopped has not told is a failure, by the count of its tests.
node_test_collect()	# SUITE RESULTS JOB...
{
	local suite=$1 results=$2 job status output

	shift 2
	for job; do
		if [ ! -e "$results/taken/$job" ]; then
			tap_skip "$suite" "${job#*:}" 'the time for it was up (NODE_SECONDS); without a limit ./dev test arm64 runs it'
			continue
		fi
		status=$(cat "$results/$job.status" 2>/dev/null || echo 'none: it never ended')
		output=$tap_directory/$suite.${job#*:}.tap
		cat "$results/$job.tap" >"$output" 2>/dev/null || : >"$output"
		[ "$status" = 0 ] || cat "$results/$job.stderr" >>"$output" 2>/dev/null || true
		tap_collect "$suite" "${job#*:}" "$status" "$output"
	done
}

# suite_node KERNEL SECONDS all|quick: its results are those of the suite node-KERNEL.
suite_node()
{
	node_test_suite "node-$1" "$@"
	node_test_left_out "node-$1" "$3"
}

# Attacks and faults alone.
suite_node_attacks()	# KERNEL
{
	node_test_suite node-attacks "$1" "$node_test_limit" attacks
}

# What only a kernel for x86_64 can: it knows which pages were written to.
suite_x86_node()	# KERNEL
{
	local NODE_ARCHITECTURE=amd64

	node_test_suite x86-node "$1" "$node_test_limit" checkpoints
}

# After so many seconds nothing further is begun.
node_test_suite()	# SUITE KERNEL SECONDS all|quick|checkpoints
{
	local suite=$1 results=$tap_directory/$1 jobs machine

	shift
	if [ "$(id -u)" != 0 ]; then
		tap_skip "$suite" 'all of it' 'the root file system of the node needs root to be made; use sudo'
		return
	fi
	mkdir -p "$results"
	if ! node_need "$1" >"$results/need" 2>&1; then
		{ echo "fail what a machine with the kernel $1 needs"; tail -n 20 "$results/need" | sed 's/^/note # /'; } \
			>>"$tap_directory/$suite.results"
		return
	fi
	mapfile -t jobs < <(node_test_jobs "$3")
	node_test_boot "$1" "$2" "$results" "${jobs[@]}"
	node_test_collect "$suite" "$results" "${jobs[@]}"
	for ((machine = 1; machine <= node_machines; machine++)); do
		tap_check "$suite" "machine $machine ended by itself" node_machine_ended "$results/machine.$machine"
	done
}

# The machine as it is with systemd as process 1, whose scopes the containers' cgroups can be.
suite_node_systemd()	# KERNEL
{
	if [ "$(id -u)" != 0 ]; then
		tap_skip node-systemd 'all of it' 'the root file system of the node needs root to be made; use sudo'
		return
	fi
	tap_check node-systemd 'systemd is process 1 and reached its target' \
		"$top/dev" arm64 --kernel "$1" --init systemd --timeout 300 tests/arm64/check_systemd.sh
	tap_program node-systemd systemd 1300 "$top/dev" arm64 --kernel "$1" --init systemd --timeout 1200 \
		tests/arm64/systemd.sh e2e/systemd e2e/systemd_user
	# Debian's kernel has all of v1's controllers.
	tap_program node-systemd systemd-v1 1300 "$top/dev" arm64 --kernel debian-6.1 --init systemd-v1 --timeout 1200 \
		tests/arm64/systemd.sh e2e/systemd e2e/systemd_v1
	tap_program node-systemd systemd-engines 1300 "$top/dev" arm64 --kernel "$1" --init systemd --root engines \
		--timeout 1200 tests/arm64/systemd.sh arm64/engines
}

# A checkpoint, a real reboot, a restore.
suite_node_reboot()
{
	if [ "$(id -u)" != 0 ]; then
		tap_skip node-reboot 'all of it' 'the root file system of the node needs root to be made; use sudo'
		return
	fi
	tap_check node-reboot 'a counter goes on after a reboot, and no clock of its steps back: ./dev demo restore' \
		"$top/dev" demo restore
}

node_machine_ended()	# FILE with what was said of it
{
	cat "$1"
	[ ! -s "$1" ]
}

node_test_left_out()	# SUITE all|quick
{
	local file name

	tap_skip "$1" faults.bats 'it runs the runtime under ptrace, once for each of its system calls, which takes an emulated machine too long'
	[ "$2" = quick ] || return 0
	for file in "$top"/tests/e2e/*.bats; do
		name=$(basename "$file" .bats)
		case " $node_test_quick e2e:faults " in
		*" e2e:$name "*) ;;
		*) tap_skip "$1" "$name.bats" 'an emulated machine is slow: ./dev test arm64 runs it there' ;;
		esac
	done
}
