# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# ./dev bench: how long a container takes, beside other runtimes and beside the bare system calls.

readonly bench_workloads='run lifecycle exec burst'
declare -A bench_runs=([run]=200 [lifecycle]=100 [exec]=200 [burst]=10)
declare -A bench_titles=(
	[run]='run of /bin/true'
	[lifecycle]='create, start, delete'
	[exec]='exec of /bin/true'
	[burst]='100 containers at once'
)

bench_log()
{
	echo "dev: $*" >&2
}

# --- bundles: the same container for everybody, as far as they know what is in it

bench_rootfs()	# DIRECTORY
{
	mkdir -p "$1"/{bin,dev,proc,sys,tmp}
	cp "$(command -v busybox)" "$1/bin/busybox"
	ln -s busybox "$1/bin/true"
	ln -s busybox "$1/bin/sleep"
}

# All namespaces, limits, and the seccomp profile that docker gives every container.
bench_config()	# RUNTIME TIME PROGRAM...
{
	local runtime=$1 time=$2 profile=null file

	shift 2
	for file in "$top"/tests/data/engines/docker-*/*.json; do
		if jq -e .linux.seccomp.syscalls "$file" >/dev/null 2>&1; then
			profile=$(jq -c .linux.seccomp "$file")
			break
		fi
	done
	jq --argjson seccomp "$profile" --arg runtime "$runtime" --arg time "$time" --arg rootfs "$bench_work/rootfs" '
		.ociVersion = "1.0.2" | .root.path = $rootfs | .process.terminal = false
		| .process.args = $ARGS.positional | .linux.cgroupsPath = "/elsewhen-bench/" + $runtime
		| .linux.resources.memory = {limit: 268435456} | .linux.resources.pids = {limit: 100}
		| .linux.resources.cpu = {shares: 512}
		| (if $seccomp then .linux.seccomp = $seccomp else . end)
		| .linux.namespaces |= map(select(.type != "time"))
		| if $time != "time" then del(.linux.timeOffsets) else
			.linux.namespaces += [{type: "time"}]
			| .linux.timeOffsets = {monotonic: {secs: 86400, nanosecs: 0}, boottime: {secs: 86400, nanosecs: 0}}
		end' "$bench_work/config.json" --args -- "$@"
}

bench_bundles()	# RUNTIME time|no-time
{
	local kind

	for kind in true sleep burst; do
		mkdir -p "$bench_work/$1/$kind"
	done
	bench_config "$1" "$2" /bin/true >"$bench_work/$1/true/config.json"
	bench_config "$1" "$2" /bin/sleep 100000 >"$bench_work/$1/sleep/config.json"
	# A burst needs cgroups that differ: left out, each runtime names them by the id.
	jq 'del(.linux.cgroupsPath)' "$bench_work/$1/true/config.json" >"$bench_work/$1/burst/config.json"
}

# --- runtimes

bench_program()	# RUNTIME
{
	case $1 in
	elsewhen) echo "$top/build/plain/elsewhen" ;;
	static) echo "$top/build/static/elsewhen" ;;
	floor) echo "$top/build/plain/tests/bench/floor" ;;
	*) command -v "$1" ;;
	esac
}

bench_is_hybrid()
{
	grep -q ' cgroup ' /proc/self/mounts && grep -q ' cgroup2 ' /proc/self/mounts
}

# crun refuses a machine with cgroup v1 and v2: it is shown, in a mount namespace of its own, v1 alone.
bench_view()	# RUNTIME COMMAND...
{
	local runtime=$1

	shift
	if [ "$runtime" = crun ] && bench_is_hybrid; then
		unshare --mount --propagation private bash -c '
			view=$(mktemp -d) && mount -t tmpfs tmpfs "$view" || exit
			# The whole list first: every mount made here would be in it.
			for point in $(awk "\$3 == \"cgroup\" { print \$2 }" /proc/self/mounts); do
				mkdir "$view/${point##*/}" && mount --bind "$point" "$view/${point##*/}" || exit
			done
			umount -R /sys/fs/cgroup && mount --move "$view" /sys/fs/cgroup && rmdir "$view" && exec "$@"
		' view "$@"
	else
		"$@"
	fi
}

# The command of a workload, for hyperfine; {} is a number where containers run at once.
bench_command()	# RUNTIME WORKLOAD
{
	local program root=$bench_work/$1/root bundle=$bench_work/$1/true id=elsewhen-bench-$$-$1

	program=$(bench_program "$1")
	if [ "$1" = floor ]; then
		case $2 in
		run) echo "$program $bench_work/rootfs /bin/true" ;;
		burst) echo "$top/tests/bench/burst.sh 100 $program $bench_work/rootfs /bin/true" ;;
		esac
		return
	fi
	program+=" --root $root"
	case $2 in
	run) echo "$program run --bundle $bundle $id" ;;
	lifecycle) echo "sh -c '$program create --bundle $bundle $id && $program start $id && $program delete --force $id'" ;;
	exec) echo "$program exec $id /bin/true" ;;
	burst) echo "$top/tests/bench/burst.sh 100 $program run --bundle $bench_work/$1/burst $id-{}" ;;
	esac
}

bench_sleeper()	# RUNTIME run|delete: the container that exec needs
{
	local program id=elsewhen-bench-$$-$1

	program=$(bench_program "$1")
	case $2 in
	run) bench_view "$1" "$program" --root "$bench_work/$1/root" run --detach --bundle "$bench_work/$1/sleep" "$id" ;;
	delete) bench_view "$1" "$program" --root "$bench_work/$1/root" delete --force "$id" ;;
	esac </dev/null >/dev/null 2>&1
}

# What a runtime prints when it fails, which hyperfine does not tell.
bench_try()	# RUNTIME WORKLOAD
{
	bench_view "$1" sh -c "$(bench_command "$1" "$2")" 2>&1 </dev/null
}

# The same container for all, but for the time namespace where a runtime can not make one.
bench_prepare()	# RUNTIME
{
	bench_bundles "$1" time
	if ! bench_try "$1" run >/dev/null; then
		bench_bundles "$1" no-time
		! bench_try "$1" run >/dev/null ||
			bench_log "$1 can not give a container its own clock, and is given one without"
	fi
}

# --- measuring

# bench_measure RUNTIME WORKLOAD: appends one JSON object, or says why there is none.
bench_measure()
{
	local runtime=$1 workload=$2 command times=$bench_work/times.json peak

	command=$(bench_command "$runtime" "$workload")
	[ -n "$command" ] || return 0
	bench_log "$workload: $runtime"
	if [ "$workload" = exec ] && ! bench_sleeper "$runtime" run; then
		bench_log "$runtime can not run a container here; left out of $workload"
		return 0
	fi
	rm -f "$times"
	if bench_view "$runtime" hyperfine --shell=none --style none --warmup 3 \
		--runs "${bench_runs[$workload]}" --export-json "$times" "$command" >/dev/null 2>&1; then
		peak=$(bench_peak "$runtime" "$command")
		jq --arg runtime "$runtime" --arg workload "$workload" --argjson peak "${peak:-0}" \
			'.results[0] | {workload: $workload, runtime: $runtime, runs: (.times | length),
			min_ms: (.min * 1000), median_ms: (.median * 1000), peak_rss_kib: $peak}' \
			"$times" >>"$bench_work/results"
	else
		bench_log "$runtime fails at $workload and is left out: $(bench_try "$runtime" "$workload" | tail -n 1)"
	fi
	[ "$workload" != exec ] || bench_sleeper "$runtime" delete || true
}

bench_peak()	# RUNTIME COMMAND
{
	bench_view "$1" sh -c "exec '$top/build/plain/tests/bench/peak' $2" 2>/dev/null | tail -n 1
}

# --- telling

bench_table()
{
	jq -r -s --argjson titles "$(bench_titles_json)" '
		def fixed($digits): (. * pow(10; $digits) | round | tostring)
			| ("0" * ([$digits + 1 - length, 0] | max)) + . | .[:-$digits] + "." + .[-$digits:];
		def left($width): . + " " * ([$width - length, 0] | max);
		def right($width): " " * ([$width - length, 0] | max) + .;
		def ratio($base): if $base then (.min_ms / $base | fixed(2)) + "x" else "-" end;
		group_by(.workload)[] | . as $rows
		| ($rows | map(select(.runtime == "floor"))[0].min_ms) as $floor
		| ($rows | map(select(.runtime == "elsewhen"))[0].min_ms) as $own
		| ($rows | map(.min_ms) | max) as $longest
		| $titles[$rows[0].workload], "  " + ("runtime" | left(10)) + ("min ms" | right(9))
			+ ("median ms" | right(11)) + ("to floor" | right(10)) + ("to elsewhen" | right(13))
			+ ("peak KiB" | right(10)),
		($rows | sort_by(.min_ms)[] | "  " + (.runtime | left(10)) + (.min_ms | fixed(2) | right(9))
			+ (.median_ms | fixed(2) | right(11)) + (ratio($floor) | right(10))
			+ (ratio($own) | right(13)) + (.peak_rss_kib | tostring | right(10))
			+ "  " + "#" * ([(.min_ms / $longest * 40 | round), 1] | max)), ""' "$bench_work/results"
}

bench_titles_json()
{
	local workload

	for workload in $bench_workloads; do
		jq -n --arg key "$workload" --arg value "${bench_titles[$workload]}" '{($key): $value}'
	done | jq -s add
}

bench_end()
{
	local directory

	# Some runtimes leave the parent of a cgroup they made.
	find /sys/fs/cgroup -maxdepth 3 -depth -type d -path '*/elsewhen-bench*' -exec rmdir {} + 2>/dev/null || true
	for directory in "$bench_work"/elsewhen/root/*/; do
		[ ! -d "$directory" ] ||
			"$top/build/plain/elsewhen" --root "$bench_work/elsewhen/root" delete --force "$(basename "$directory")"
	done
	rm -rf --one-file-system "$bench_work"
}

dev_bench()
{
	local format=text workload runtime

	case "$*" in
	'') ;;
	'--format json' | '--format=json') format=json ;;
	*)
		echo 'usage: ./dev bench [--format json]' >&2
		return 2
		;;
	esac
	need build bench
	if [ "$(id -u)" != 0 ]; then
		bench_log 'containers with cgroups need root: sudo ./dev bench'
		return 1
	fi
	build_flavour plain test-programs bench-programs
	build_flavour static
	bench_work=$(mktemp -d /tmp/elsewhen-bench.XXXXXX)
	trap bench_end EXIT
	bench_rootfs "$bench_work/rootfs"
	"$top/build/plain/elsewhen" spec --bundle "$bench_work"
	for runtime in elsewhen static crun runc; do
		bench_prepare "$runtime"
	done
	! bench_is_hybrid || bench_log 'this machine has cgroup v1 and v2 at once: crun is shown v1 alone, it would refuse else'
	for workload in $bench_workloads; do
		for runtime in floor elsewhen static crun runc; do
			bench_measure "$runtime" "$workload"
		done
	done
	if [ "$format" = json ]; then
		jq -s . "$bench_work/results"
	else
		bench_table
	fi
}
