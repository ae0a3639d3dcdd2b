# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# libFuzzer: short runs for ./dev test, long ones for ./dev fuzz. Findings are kept in build/findings.

fuzz_targets()
{
	local source

	for source in "$top"/tests/fuzz/fuzz_*.c; do
		[ ! -f "$source" ] || basename "$source" .c
	done
}

# fuzz_run TARGET SECONDS: seeds come from the tree, what is learnt goes to build/corpus.
fuzz_run()
{
	local target=$1 corpus=$top/build/corpus/$1 findings=$top/build/findings seeds=()

	mkdir -p "$corpus" "$findings"
	[ ! -d "$top/tests/fuzz/corpus/$target" ] || seeds=("$top/tests/fuzz/corpus/$target")
	ASAN_OPTIONS=detect_leaks=1 "$top/build/fuzz/tests/fuzz/$target" -max_total_time="$2" -timeout=10 \
		-rss_limit_mb=2048 -artifact_prefix="$findings/$target-" -print_final_stats=1 \
		"$corpus" "${seeds[@]}"
}

dev_fuzz()
{
	local target=${1-} seconds=${2:-60}

	need build fuzz
	build_flavour fuzz fuzz-programs
	if [ -z "$target" ] || [ "$target" = all ]; then
		for target in $(fuzz_targets); do
			echo "dev: $target for $seconds s" >&2
			fuzz_run "$target" "$seconds"
		done
		return
	fi
	target=fuzz_${target#fuzz_}
	if [ ! -x "$top/build/fuzz/tests/fuzz/$target" ]; then
		echo "dev: there is no target '$target'; there are: $(fuzz_targets | xargs)" >&2
		return 2
	fi
	fuzz_run "$target" "$seconds"
}
