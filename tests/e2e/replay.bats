#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The command lines that engines gave to a runtime (tests/data/engines/*/calls.log), one after the
# other, with the configs and process files that went with them. Paths of that machine become ours.

load common
load recorded
recorded=$BATS_TEST_DIRNAME/../data/engines

replay_setup()	# ENGINE
{
	engine=$recorded/$1
	creates=0
	execs=0
	LOG=$WORK/log.json
	recorded_setup
}

# The file of that number, or the last one: an engine that made more containers made equal ones.
replay_file()	# PREFIX NUMBER SUFFIX
{
	local number=$2 found

	for ((; number > 0; number--)); do
		found=$(compgen -G "$engine/$1$number$3" || true)
		[ -z "$found" ] || { echo "$found"; return; }
	done
	return 1
}

# A container that the engine killed or entered has slept until then; others ended by themselves.
replay_program()	# ID
{
	if grep -q -E "'(kill|exec|pause)'.*$1" "$engine/calls.log"; then
		echo '["sleep", "1000"]'
	else
		echo '["true"]'
	fi
}

replay_bundle()	# ID
{
	creates=$((creates + 1))
	recorded_config "$(replay_file '' "$creates" '*.json')"
	edit --arg cgroup "$CGROUP/$1" --argjson program "$(replay_program "$1")" \
		'.process.args = $program | .linux.cgroupsPath = $cgroup'
	recorded_owner
}

replay_process()
{
	execs=$((execs + 1))
	jq --arg tag "$TAG" '.args = ["sleep", "1000"] | .terminal = false | .env += [$tag] | .cwd = "/"
		| .rlimits = [] | if (.oomScoreAdj // 0) < 0 then .oomScoreAdj = 0 else . end' \
		"$(replay_file exec-process- "$execs" .json)" >"$WORK/process.json"
}

# Our words for those of the call; $command and $id say what it is about.
replay_translate()	# WORD...
{
	local option

	words=()
	command='' id=''
	while [ $# -gt 0 ]; do
		option=$1
		words+=("$1")
		shift
		case $option in
		--root) words+=("$ROOT") && shift ;;
		--log) words+=("$LOG") && shift ;;
		--bundle) words+=("$BUNDLE") && shift ;;
		--process) words+=("$WORK/process.json") && shift ;;
		--pid-file) words+=("$WORK/pid") && shift ;;
		--console-socket) words+=("$WORK/console") && shift ;;
		--log-format | --format) words+=("$1") && shift ;;
		--resources) words+=("$1") && shift ;;
		--resources=/*) words[-1]=--resources=$WORK/resources.json ;;
		-*) ;;
		*) if [ -z "$command" ]; then command=$option; else id=${id:-$option}; fi ;;
		esac
	done
}

replay_before()
{
	case $command in
	create) replay_bundle "$id" ;;
	exec)
		replay_process
		rm -f "$WORK/console"
		[[ " ${words[*]} " != *--console-socket* ]] || {
			jq '.terminal = true' "$WORK/process.json" >"$WORK/process.new"
			mv "$WORK/process.new" "$WORK/process.json"
			helper python3 "$BATS_TEST_DIRNAME/console_receive.py" "$WORK/console"
			wait_for test -S "$WORK/console"
		}
		;;
	delete) [[ " ${words[*]} " == *" --force "* ]] || wait_for has_status "$id" stopped ;;
	esac
}

# What an engine does with the answer.
replay_after()
{
	case $command in
	create | exec) [ -d "/proc/$(cat "$WORK/pid")" ] || [ "$(replay_program "$id")" = '["true"]' ] ;;
	ps) jq -e 'type == "array" and length > 0 and all(type == "number")' "$WORK/output" >/dev/null ;;
	features) jq -e .ociVersionMax "$WORK/output" >/dev/null ;;
	--version | '') grep -q '^elsewhen version' "$WORK/output" && grep -q '^spec: ' "$WORK/output" ;;
	esac
}

# A kill may come too late; then the words that shims look for are in the log.
replay_failed()
{
	[ "$command" = kill ] && grep -q 'container not running' "$WORK/output" || return 1
	[ ! -e "$LOG" ] || tail -n 1 "$LOG" | jq -e '.level == "error" and
		(.msg | contains("container not running"))' >/dev/null
}

replay_call()	# WORD...
{
	local root=()

	replay_translate "$@"
	[[ " $* " == *' --root '* ]] || root=(--root "$ROOT")
	replay_before || return 1
	env "$TAG" "$ELSEWHEN" ${root[@]+"${root[@]}"} "${words[@]}" >"$WORK/output" 2>&1 3>&- \
		<"$WORK/resources.json" || replay_failed || return 1
	replay_after
}

replay()	# ENGINE
{
	local line calls=0 call

	replay_setup "$1"
	echo '{"memory": {"limit": 134217728, "swap": 134217728}, "cpu": {"shares": 512, "quota": 0}}' >"$WORK/resources.json"
	while read -r -u 9 line; do
		# Each line is words in a shell's quotes.
		eval "call=($line)"
		replay_call "${call[@]:1}" || {
			printf 'call: %s\n' "$line"
			cat "$WORK/output"
			return 1
		}
		calls=$((calls + 1))
	done 9<"$engine/calls.log"
	[ "$calls" -gt 20 ]
	# The last calls of a recording may be those of its engine's next container.
	for line in "$ROOT"/*/; do
		[ ! -d "$line" ] || elsewhen delete --force "$(basename "$line")"
	done
	end_helpers
	# The parent that an engine makes for the containers of a pod.
	equal "$(test_cgroups | xargs -r -I{} find {} -mindepth 1 -type d)" ''
	remove_cgroups
	assert_no_leftovers
}

@test "podman 4.3" { replay podman-4.3.1; }
@test "podman 5.8" { replay podman-5.8.6; }
@test "docker 20.10" { replay docker-20.10; }
@test "containerd 1.6, by CRI" { replay cri-containerd1.6; }
@test "containerd 2.1, by CRI" { replay cri-containerd2.1; }
@test "kubelet 1.20 with containerd 1.6" { replay kubelet1.20-containerd1.6; }
