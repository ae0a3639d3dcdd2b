# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# ./dev test: the suites, in the order in which they find a mistake soonest.

# shellcheck source=tests/lib/tap.sh
. "$lib/tap.sh"
# shellcheck source=tests/lib/lint.sh
. "$lib/lint.sh"
# shellcheck source=tests/lib/fuzz.sh
. "$lib/fuzz.sh"
# shellcheck source=tests/lib/engines.sh
. "$lib/engines.sh"
# shellcheck source=tests/lib/attacks.sh
. "$lib/attacks.sh"
# shellcheck source=tests/lib/criu.sh
. "$lib/criu.sh"
# shellcheck source=tests/lib/kubernetes.sh
. "$lib/kubernetes.sh"
# shellcheck source=tests/lib/arm64_test.sh
. "$lib/arm64_test.sh"
# shellcheck source=/dev/null
. "$lib/kit.sh"

readonly test_suites='build layers lint unit e2e attacks-quick faults-sample fuzz kit node'
readonly test_more_suites='matrix faults attacks engines k8s arm64 arm64-all arm64-attacks x86-node'
readonly test_fuzz_seconds=3

# An error in ours must fail a test, wherever the process that made it has gone since.
test_sanitizer_options()
{
	export ASAN_OPTIONS="log_path=$tap_directory/sanitizer:detect_leaks=1:exitcode=99"
	export UBSAN_OPTIONS="log_path=$tap_directory/sanitizer:print_stacktrace=1"
	export LSAN_OPTIONS='print_suppressions=0'
}

# Who is killed by a test while it is looked for leaks has the leak check say that, and nothing else.
test_sanitizer_reports()
{
	local reports

	reports=$(cat "$tap_directory"/sanitizer.* 2>/dev/null | grep -v -E '^==[0-9]+==Unable to get registers from thread [0-9]+\.$') || true
	echo "$reports"
	[ -z "$reports" ]
}

suite_build()
{
	tap_check build 'gcc -Werror: build/plain' build_flavour plain test-programs
	tap_check build 'clang -Werror, with sanitizers: build/asan' build_flavour asan test-programs
	tap_check build 'fuzz targets: build/fuzz' build_flavour fuzz fuzz-programs
	tap_check build 'a static program: build/static' build_flavour static
}

suite_layers()
{
	tap_program layers '' 60 "$top/tests/check_layers.sh"
}

test_unit_flavour()	# SUITE FLAVOUR
{
	local program name found=

	for program in "$top/build/$2"/tests/unit/test_*; do
		{ [ -x "$program" ] && [ -f "$program" ]; } || continue
		found=yes
		name=${program##*/}
		# Their temporary files and cores stay out of the tree.
		CMOCKA_MESSAGE_OUTPUT=TAP ELSEWHEN_TEST_DATA=$top/tests/data \
			ELSEWHEN=$top/build/$2/elsewhen \
			tap_program "$1" "$name" 120 "$program"
	done
	[ -n "$found" ] || tap_check "$1" "unit tests are built in build/$2" false
}

suite_unit()
{
	! tap_built unit plain test-programs || test_unit_flavour unit plain
}

suite_unit_asan()
(
	tap_built unit-asan asan test-programs || return 0
	test_sanitizer_options
	test_unit_flavour unit-asan asan
	tap_check unit-asan 'no report by ASan, LSan or UBSan' test_sanitizer_reports
)

test_e2e_flavour()	# SUITE FLAVOUR SECONDS BATS_FILE...
{
	local suite=$1 flavour=$2 limit=$3 file

	shift 3
	if [ "$(id -u)" != 0 ]; then
		for file; do
			tap_skip "$suite" "${file##*/}" 'tests end to end need root; use sudo'
		done
		return
	fi
	for file; do
		while [ "$(jobs -rp | wc -l)" -ge "$build_jobs" ]; do
			wait -n || true
		done
		test_e2e_file "$suite" "$flavour" "$limit" "$file" &
	done
	wait
	for file; do
		cat "$tap_directory/$suite.$(basename "$file" .bats).results" >>"$tap_directory/$suite.results"
	done
}

# Each file has a mount namespace of its own: what one mounts, no other sees.
test_e2e_file()	# SUITE FLAVOUR SECONDS BATS_FILE
{
	local suite=$1 name

	name=$(basename "$4" .bats)
	: >"$tap_directory/$suite.$name.results"
	ELSEWHEN=$top/build/$2/elsewhen TOOLS=$top/build/plain/tests/tools \
		CLOCK_PROBE=$top/build/plain/tests/tools/clock_probe \
		tap_program "$suite.$name" "$name" "$3" \
		unshare --mount --propagation private bats --tap --print-output-on-failure "$4"
}

suite_e2e()
{
	tap_built e2e plain test-programs || return 0
	criu_need || true # without it checkpoint.bats says what it skips
	test_e2e_flavour e2e plain 600 "$top"/tests/e2e/*.bats
	tap_check e2e 'the README shows the matrix as it came out' test_matrix_is_in_readme e2e
}

suite_e2e_asan()
(
	local files

	tap_built e2e-asan asan && tap_built e2e-asan plain test-programs || return 0
	criu_need || true
	test_sanitizer_options
	# On the plain build it is two hundred.
	export RANDOM_PODS=30
	mapfile -t files < <(find "$top/tests/e2e" -name '*.bats' ! -name faults.bats | LC_ALL=C sort)
	test_e2e_flavour e2e-asan asan 900 "${files[@]}"
	tap_skip e2e-asan faults.bats 'it traces the runtime, and LeakSanitizer does not work under ptrace'
	tap_check e2e-asan 'no report by ASan, LSan or UBSan' test_sanitizer_reports
)

test_matrix_table()	# SUITE
{
	awk -f "$lib/matrix.awk" "$tap_directory/$1.matrix.matrix.tap"
}

test_matrix_is_in_readme()	# SUITE
{
	# Without root the cells were skipped, and there is nothing to compare.
	[ -e "$tap_directory/$1.matrix.matrix.tap" ] || return 0
	diff <(sed -n '/^| time namespace/,/^$/p' "$top/README.md" | sed '/^$/d') <(test_matrix_table "$1")
}

suite_matrix()
{
	tap_built matrix plain test-programs || return 0
	test_e2e_flavour matrix plain 300 "$top/tests/e2e/matrix.bats"
	tap_check matrix 'the README shows the matrix as it came out' test_matrix_is_in_readme matrix
	test_matrix_table matrix
}

test_faults()	# SUITE SECONDS
(
	tap_built "$1" plain test-programs || return 0
	if [ "$(id -u)" != 0 ]; then
		tap_skip "$1" 'faults' 'tests of faults need root; use sudo'
		return
	fi
	criu_need || export FAULTS_WITHOUT_CRIU=1
	FAULTS_PROGRESS=3 ELSEWHEN=$top/build/plain/elsewhen FAULTS=$top/build/plain/tests/faults/faults \
		tap_program "$1" '' "$2" python3 "$top/tests/faults/drive.py" 3>&2
)

# Every fault at every system call, which takes an hour or two; ./dev test takes a sample.
suite_faults()
{
	FAULTS_STEP=1 test_faults faults 14400
}

suite_faults_sample()
{
	test_faults faults-sample 600
	sed -n 's/^# \(FAULTS_SEED=.*\)/the faults of this run: \1/p' "$tap_directory/faults-sample.all.tap"
}

# Attacks that succeed on purpose, on what has not the defence, reach nothing of the machine's: confine.sh.
test_attack_files()	# SUITE SECONDS [VIEW of cgroups]
{
	local file name view=${3-}

	if [ "$(id -u)" != 0 ]; then
		tap_skip "$1" 'attacks' 'they need root; use sudo'
		return
	fi
	criu_need || true
	# Only /tmp can be written to in there.
	ATTACKS_REPORT=$(mktemp /tmp/ew-attacks.XXXXXX)
	export ATTACKS_REPORT
	for file in "$top"/tests/attacks/*.bats; do
		name=$(basename "$file" .bats)
		CGROUP_VIEW=$view ELSEWHEN=$top/build/plain/elsewhen TOOLS=$top/build/plain/tests/tools \
			ATTACKS=$top/build/plain/tests/attacks PEERS=$attacks_directory \
			tap_program "$1" "${view:+$view }$name" "$2" \
			"$top/tests/attacks/confine.sh" bats --tap --print-output-on-failure "$file"
	done
	cat "$ATTACKS_REPORT" >>"$tap_directory/$1.report"
	rm "$ATTACKS_REPORT"
}

suite_attacks()
(
	tap_built attacks plain test-programs || return 0
	attacks_peers
	ATTACKS_STARTS=${ATTACKS_STARTS:-5000} ATTACKS_RACES=${ATTACKS_RACES:-100} test_attack_files attacks 1800
	# What else is the same on all of them is tried a few times.
	export ATTACKS_STARTS=30 ATTACKS_RACES=5 ATTACKS_PEERS=none HUNT_EXECS=80 HUNT_CREATES=20 HUNT_OURS=3
	test_attack_files attacks 300 v1
	test_attack_files attacks 300 v2
)

# The same attacks a few times, and on no other runtimes.
suite_attacks_quick()
(
	tap_built attacks-quick plain test-programs || return 0
	ATTACKS_STARTS=30 ATTACKS_RACES=5 ATTACKS_PEERS=none HUNT_EXECS=80 HUNT_CREATES=20 HUNT_OURS=3 \
		test_attack_files attacks-quick 120
)

suite_fuzz()
{
	local target

	tap_built fuzz fuzz fuzz-programs || return 0
	for target in $(fuzz_targets); do
		tap_check fuzz "$target for $test_fuzz_seconds s" fuzz_run "$target" "$test_fuzz_seconds"
	done
}

test_run()	# SUITE
{
	case $1 in
	build | layers | matrix | faults | engines | k8s | fuzz) tap_suite "$1" "suite_$1" ;;
	attacks | attacks-quick)
		tap_suite "$1" "suite_${1//-/_}"
		attacks_table "$tap_directory/$1.report"
		;;
	faults-sample) tap_suite faults-sample suite_faults_sample ;;
	kit)
		tap_suite kit-host suite_kit_host
		tap_suite kit-debian-6.1 suite_kit_kernel debian-6.1
		;;
	node) tap_suite node-debian-6.1 suite_node debian-6.1 "$node_test_limit" quick ;;
	arm64) test_arm64 ;;
	arm64-all) test_arm64_all ;;
	arm64-attacks) tap_suite node-attacks suite_node_attacks debian-6.1 ;;
	x86-node) tap_suite x86-node suite_x86_node debian-6.1 ;;
	lint) tap_suite lint suite_lint ;;
	unit | e2e)
		tap_suite "$1" "suite_$1"
		tap_suite "$1-asan" "suite_${1}_asan"
		;;
	esac
}

# The series' kernel and Debian's. NODE_SECONDS limits how long either of them is given new work.
test_arm64()
{
	local seconds=${NODE_SECONDS:-$node_test_limit}

	tap_suite kit-patched suite_kit_kernel patched
	tap_suite cost suite_cost
	tap_suite node-patched suite_node patched "$seconds" all
	tap_suite node-debian-6.1 suite_node debian-6.1 "$seconds" all
	tap_suite node-systemd suite_node_systemd patched
	tap_suite node-reboot suite_node_reboot
}

# Every kernel there is must pass the kit, every fault must fail it.
test_arm64_all()
{
	local kernel

	tap_suite kit-host suite_kit_host
	for kernel in patched baseline $stock_kernels; do
		tap_suite "kit-$kernel" suite_kit_kernel "$kernel"
	done
	tap_suite teeth suite_teeth
}

dev_test()
{
	local suite known=" $test_suites $test_more_suites "

	[ "${1-}" != all ] || shift
	# shellcheck disable=SC2086 # a list of words
	[ $# -gt 0 ] || set -- $test_suites
	for suite; do
		if [[ $known != *" $suite "* ]]; then
			echo "dev: there is no suite '$suite'; there are: $test_suites $test_more_suites" >&2
			return 2
		fi
	done
	need build unit e2e lint fuzz
	tap_begin
	for suite; do
		test_run "$suite"
	done
	tap_end
}
