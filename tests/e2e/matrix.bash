# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables of common.bash, and of bats
# The cells of matrix.bats: which namespaces a container asks for, and what its processes then see.
#
#   PROBE     tests/tools/clock_probe, the only file in the containers' rootfs
#   TARGETS   by type, the links of the namespaces that are given by path, and whose they are
#   OFFSETS   "monotonic" and "boottime": the nanoseconds by which the container's clocks are shifted
#   RUN       the pid of an `elsewhen run` in the foreground

readonly NAMESPACES='cgroup ipc mnt net pid time user uts'
readonly CLOCKS='monotonic boottime monotonic_raw monotonic_coarse realtime tai realtime_coarse'

# A fraction below zero, which the kernel has as -2 s and half a second; and 497 days of 10 ms ticks.
readonly NEW_OFFSETS='{
	"monotonic": {"secs": -2, "nanosecs": 500000000},
	"boottime": {"secs": 42949672, "nanosecs": 960000001}
}'
readonly NEW_MONOTONIC=-1500000000 NEW_BOOTTIME=42949672960000001
readonly PATH_MONOTONIC=3000000 PATH_BOOTTIME=7000000 # seconds

# Whose the containers are that are not root's, and what becomes that user.
readonly USER_ID=12345
readonly TO_USER=(setpriv --reuid 12345 --regid 12345 --clear-groups --inh-caps=-all --reset-env)

matrix_setup()
{
	common_setup
	PROBE=${CLOCK_PROBE:-${TOOLS:?is the directory of clock_probe}/clock_probe}
	declare -gA TARGETS=() OFFSETS=([monotonic]=0 [boottime]=0)
	NAMESPACE_LIST='{"type": "mount"}'
	TIME_OFFSETS=null
	RUN=
	ROOTLESS=
	[ -e /proc/self/ns/time ] || skip 'this kernel has no time namespaces (CONFIG_TIME_NS)'
}

# --- what a container asks for

asks_for()	# TYPE [PATH]
{
	NAMESPACE_LIST+=", {\"type\": \"$1\"${2:+, \"path\": \"$2\"}}"
}

# unshare's child is the first member of a namespace, and exists once its offsets are written.
child_of()	# PID
{
	tr -d ' ' <"/proc/$1/task/$1/children"
}

has_child()	# PID
{
	[ -n "$(child_of "$1")" ]
}

# target_by COMMAND...: an unshare whose child is the member of namespaces that are given by path.
target_by()
{
	helper "$@" --fork --kill-child sleep 1000
	wait_for has_child "$HELPER"
	TARGET_PID=$(child_of "$HELPER")
}

target()	# TYPE: that namespace of $TARGET_PID
{
	TARGETS[$1]=$(namespace_of "$TARGET_PID" "$1")
	TARGETS[$1.pid]=$TARGET_PID
	differ "${TARGETS[$1]}" "$(namespace_of self "$1")"
	asks_for "$1" "/proc/$TARGET_PID/ns/$1"
}

ask_time()	# offsets | path | zero
{
	case $1 in
	offsets)
		asks_for time
		TIME_OFFSETS=$NEW_OFFSETS
		OFFSETS=([monotonic]=$NEW_MONOTONIC [boottime]=$NEW_BOOTTIME)
		;;
	path)
		target_by unshare --time --monotonic $PATH_MONOTONIC --boottime $PATH_BOOTTIME
		target time
		OFFSETS=([monotonic]=${PATH_MONOTONIC}000000000 [boottime]=${PATH_BOOTTIME}000000000)
		;;
	zero) asks_for time ;;
	esac
}

ask_pid()	# new | path | host
{
	case $1 in
	new) asks_for pid ;;
	path)
		target_by unshare --pid
		target pid
		;;
	esac
}

# A procfs is mounted only by who owns the PID namespace: in a user namespace, by who made both.
needs_host_proc()	# PID USER
{
	[ "$2" = new ] && [ "$1" != new ]
}

# matrix_bundle PID USER: config.json from what `elsewhen spec` writes, with nothing in it that the
# cell does not need, so that a namespace that was not asked for has no reason to be there.
matrix_bundle()
{
	local proc='{"destination": "/proc", "type": "proc", "source": "proc"}'

	if needs_host_proc "$1" "$2"; then
		proc='{"destination": "/proc", "type": "none", "source": "/proc", "options": ["rbind"]}'
	fi
	mkdir -p "$ROOTFS"/{bin,dev,proc}
	cp "$PROBE" "$ROOTFS/bin/clock_probe"
	[ -z "$ROOTLESS" ] || chown -R $USER_ID:$USER_ID "$BUNDLE"
	(cd "$BUNDLE" && elsewhen spec ${ROOTLESS:+"$ROOTLESS"})
	edit --arg tag "$TAG" --arg cgroup "$CGROUP/$ID" --arg user "$2" --arg rootless "$ROOTLESS" \
		--argjson namespaces "[$NAMESPACE_LIST]" --argjson offsets "$TIME_OFFSETS" \
		--argjson proc "$proc" '
		.process.args = ["/bin/clock_probe", "--wait"]
		| .process.terminal = false
		| .process.env += [$tag]
		| .mounts = [$proc, {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"}]
		| .linux.namespaces = $namespaces
		| del(.hostname, .domainname, .linux.sysctl, .linux.timeOffsets)
		| del(.linux.maskedPaths, .linux.readonlyPaths)
		| if $offsets then .linux.timeOffsets = $offsets else . end
		| if $rootless == "" then .linux.cgroupsPath = $cgroup else del(.linux.resources) end
		| if $rootless != "" then .
		  elif $user == "new" then
			.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
			| .linux.gidMappings = .linux.uidMappings
		  else del(.linux.uidMappings, .linux.gidMappings) end'
}

# --- what its processes see

# readings ARRAY FILE: the probe's "key value" lines.
readings()
{
	local -n into=$1
	local key value

	into=()
	while read -r key value; do
		into["$key"]=$value
	done <"$2"
}

host_readings()	# FILE
{
	"$PROBE" --host >"$1"
}

probe_is_complete()	# FILE
{
	grep -q '^realtime_coarse\.ns ' "$1"
}

offset_of()	# CLOCK
{
	case $1 in
	monotonic | monotonic_raw | monotonic_coarse) echo "${OFFSETS[monotonic]}" ;;
	boottime) echo "${OFFSETS[boottime]}" ;;
	*) echo 0 ;;
	esac
}

# between WHAT LOW VALUE HIGH: exactly, since the three were read one after the other.
between()
{
	(($2 <= $3 && $3 <= $4)) || {
		printf '%s is not in order: %s <= %s <= %s\n' "$@"
		return 1
	}
}

# check_clocks FILE: what the probe saw there, between the host's readings before and after it.
check_clocks()
{
	local -A before after seen
	local clock offset

	readings before "$WORK/before"
	readings after "$WORK/after"
	readings seen "$1"
	for clock in $CLOCKS; do
		offset=$(offset_of "$clock")
		equal "$clock ${seen[$clock.rounds]} ${seen[$clock.out_of_order]}" "$clock 2000 0"
		between "$clock" "${before[$clock.ns]}" "$((${seen[$clock.ns]} - offset))" "${after[$clock.ns]}"
	done
	offset=${OFFSETS[boottime]}
	between uptime "$(((${before[boottime.ns]} + offset) / 10000000))" "${seen[uptime_cs]}" \
		"$(((${after[boottime.ns]} + offset) / 10000000))"
}

asked_for()	# KERNEL_NAME
{
	[ "$1" != mnt ] || set -- mount
	[[ $NAMESPACE_LIST == *"\"$1\""* ]]
}

# Exactly the namespaces asked for are not the host's, and those by path are the ones given.
check_links()	# FILE
{
	local -A seen
	local type

	readings seen "$1"
	for type in $NAMESPACES; do
		if [ -n "${TARGETS[$type]-}" ]; then
			equal "${seen[ns.$type]}" "${TARGETS[$type]}"
		elif asked_for "$type"; then
			differ "${seen[ns.$type]}" "$(namespace_of self "$type")"
		else
			equal "${seen[ns.$type]}" "$(namespace_of self "$type")"
		fi
	done
	equal "time_for_children ${seen[ns.time_for_children]}" "time_for_children ${seen[ns.time]}"
	equal "pid_for_children ${seen[ns.pid_for_children]}" "pid_for_children ${seen[ns.pid]}"
}

# The same links, seen from outside: the process that `state` names is the one that was measured.
check_init_from_outside()
{
	local -A seen
	local type pid

	readings seen "$WORK/init"
	pid=$(pid_of "$ID")
	for type in $NAMESPACES time_for_children pid_for_children; do
		equal "$type $(namespace_of "$pid" "$type")" "$type ${seen[ns.$type]}"
	done
}

links_of()	# FILE
{
	grep '^ns\.' "$1" | LC_ALL=C sort
}

check_exec()
{
	check_clocks "$WORK/exec"
	equal "$(links_of "$WORK/exec")" "$(links_of "$WORK/init")"
}

exec_probe()
{
	host_readings "$WORK/before"
	elsewhen exec "$ID" /bin/clock_probe >"$WORK/exec"
	host_readings "$WORK/after"
	check_exec
}

exec_process_file()
{
	jq '.process | .args = ["/bin/clock_probe"]' <"$BUNDLE/config.json" >"$WORK/process.json"
	chmod 0644 "$WORK/process.json"
	host_readings "$WORK/before"
	elsewhen exec --process "$WORK/process.json" "$ID" >"$WORK/exec"
	host_readings "$WORK/after"
	check_exec
}

exec_detached()
{
	host_readings "$WORK/before"
	elsewhen exec --detach "$ID" /bin/clock_probe >"$WORK/exec" 2>"$WORK/errors" </dev/null
	wait_for probe_is_complete "$WORK/exec"
	host_readings "$WORK/after"
	check_exec
}

# --- a cell

# The container's output is the probe's; only the sentences of elsewhen go elsewhere.
start_by()	# run | create | exec
{
	case $1 in
	run)
		elsewhen run --bundle "$BUNDLE" "$ID" >"$WORK/init" 2>"$WORK/errors" </dev/null &
		RUN=$!
		HELPERS+=("$RUN")
		;;
	create)
		elsewhen create --bundle "$BUNDLE" "$ID" >"$WORK/init" 2>"$WORK/errors" </dev/null &&
			elsewhen start "$ID"
		;;
	exec)
		elsewhen run --detach --bundle "$BUNDLE" "$ID" >"$WORK/init" 2>"$WORK/errors" </dev/null
		;;
	esac
}

started()
{
	probe_is_complete "$WORK/init" || [ -s "$WORK/errors" ]
}

start_measured()	# run | create | exec
{
	host_readings "$WORK/before"
	start_by "$1" || {
		cat "$WORK/errors"
		return 1
	}
	wait_for started
	host_readings "$WORK/after"
	equal "$(cat "$WORK/errors")" ''
	wait_for has_status "$ID" running
}

# The namespaces that were lent to the container, and their processes, are as they were.
check_targets()
{
	local type

	for type in time pid user; do
		[ -n "${TARGETS[$type]-}" ] || continue
		equal "$(namespace_of "${TARGETS[$type.pid]}" "$type")" "${TARGETS[$type]}"
	done
}

end_cell()
{
	local status=0

	elsewhen kill "$ID" KILL
	if [ -n "$RUN" ]; then
		wait "$RUN" || status=$?
		equal "$status" 137
	else
		wait_for has_status "$ID" stopped
		elsewhen delete "$ID"
	fi
	check_targets
}

measure()	# run | create | exec
{
	start_measured "$1"
	check_clocks "$WORK/init"
	check_links "$WORK/init"
	check_init_from_outside
	exec_probe
	if [ "$1" = exec ]; then
		exec_process_file
		exec_detached
	fi
	end_cell
}

# cell TIME PID USER MODE
cell()
{
	ask_time "$1"
	ask_pid "$2"
	[ "$3" = host ] || asks_for user
	matrix_bundle "$2" "$3"
	measure "$4"
}

# --- without root

as_user()
{
	"${TO_USER[@]}" env "$TAG" XDG_RUNTIME_DIR="$WORK/runtime" "$@" 3>&-
}

# The tree may be in a directory that an ordinary user can not enter.
become_rootless()
{
	mkdir "$WORK/bin" "$WORK/runtime"
	cp "$ELSEWHEN" "$PROBE" "$WORK/bin"
	PROBE=$WORK/bin/$(basename "$PROBE")
	ROOT=$WORK/runtime/elsewhen
	ROOTLESS=--rootless
	chmod -R a+rX "$WORK/bin"
	chown -R $USER_ID:$USER_ID "$WORK"
	as_user unshare --user --map-root-user true ||
		skip 'ordinary users may not make user namespaces here'
	elsewhen()
	{
		as_user "$WORK/bin/$(basename "$ELSEWHEN")" "$@"
	}
}

# rootless_cell TIME PID MODE: with the one id mapping that needs nobody's help.
rootless_cell()
{
	become_rootless
	ask_time "$1"
	ask_pid "$2"
	asks_for user
	matrix_bundle "$2" new
	measure "$3"
}

# A time namespace by path is the user's own only together with the user namespace that owns it.
rootless_path_cell()	# MODE
{
	become_rootless
	target_by "${TO_USER[@]}" unshare --user --map-root-user \
		--time --monotonic $PATH_MONOTONIC --boottime $PATH_BOOTTIME
	target user
	target time
	OFFSETS=([monotonic]=${PATH_MONOTONIC}000000000 [boottime]=${PATH_BOOTTIME}000000000)
	asks_for pid
	matrix_bundle new new
	edit 'del(.linux.uidMappings, .linux.gidMappings)'
	measure "$1"
}
