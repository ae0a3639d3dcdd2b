#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# update: limits of a running container, read back from its cgroup, by whichever version has the controller.

load common

# The container's directory that has a file, of all the hierarchies there are.
limit_file()	# FILE...: the first that exists
{
	local file found

	for file; do
		found=$(find /sys/fs/cgroup -maxdepth 5 -path "*$CGROUP/$ID/$file" -print -quit)
		[ -z "$found" ] || { echo "$found"; return; }
	done
	return 1
}

# limit V1_FILE V2_FILE: what is in it
limit()
{
	cat "$(limit_file "$@")"
}

has_limit()
{
	limit_file "$@" >/dev/null || skip "no hierarchy here has $1 or ${2-}"
}

@test "update: limits from options, and only those" {
	running_container '.linux.resources.pids.limit = 50'
	has_limit memory.limit_in_bytes memory.max
	elsewhen update --memory 64m --cpu-shares 512 "$ID"
	equal "$(limit memory.limit_in_bytes memory.max)" 67108864
	[ "$(limit cpu.shares cpu.weight)" = 512 ] || equal "$(limit cpu.shares cpu.weight)" 20
	equal "$(limit pids.max)" 50
	elsewhen update --pids-limit=60 "$ID"
	equal "$(limit pids.max)" 60
	equal "$(limit memory.limit_in_bytes memory.max)" 67108864
	elsewhen update --pids-limit -1 "$ID"
	equal "$(limit pids.max)" max
}

@test "update: memory and swap together, up and down, in whatever order the kernel wants" {
	local limit

	running_container
	has_limit memory.memsw.limit_in_bytes memory.swap.max
	for limit in 64 256 32; do
		elsewhen update --memory "${limit}m" --memory-swap "$((limit * 2))m" "$ID"
		equal "$(limit memory.limit_in_bytes memory.max)" $((limit << 20))
		if [[ $(limit_file memory.memsw.limit_in_bytes memory.swap.max) == *memsw* ]]; then
			equal "$(limit memory.memsw.limit_in_bytes)" $((limit << 21))
		else
			equal "$(limit memory.swap.max)" $((limit << 20))
		fi
	done
	# The one beside it is known to the kernel.
	elsewhen update --memory-swap 40m "$ID"
	equal "$(limit memory.limit_in_bytes memory.max)" $((32 << 20))
	run elsewhen update --memory-swap 16m "$ID"
	failed "container '$ID'" linux.resources.memory.swap
	elsewhen update --memory -1 "$ID"
	[ "$(limit memory.limit_in_bytes memory.max)" != $((32 << 20)) ]
}

@test "update: quota and period, one of them, none" {
	running_container
	has_limit cpu.cfs_quota_us cpu.max
	quota_and_period()
	{
		if limit_file cpu.max >/dev/null; then
			limit cpu.max
		else
			echo "$(limit cpu.cfs_quota_us) $(limit cpu.cfs_period_us)"
		fi
	}
	elsewhen update --cpu-quota 50000 --cpu-period 100000 "$ID"
	equal "$(quota_and_period)" '50000 100000'
	elsewhen update --cpu-quota 20000 "$ID"
	equal "$(quota_and_period)" '20000 100000'
	elsewhen update --cpu-period 50000 "$ID"
	equal "$(quota_and_period)" '20000 50000'
	elsewhen update --cpu-quota -1 "$ID"
	matches "$(quota_and_period)" '^(-1|max) 50000$'
}

@test "update: CPUs by cpuset" {
	running_container
	has_limit cpuset.cpus
	elsewhen update --cpuset-cpus 0 --cpuset-mems 0 "$ID"
	equal "$(limit cpuset.cpus)" 0
	equal "$(limit cpuset.mems)" 0
	run elsewhen update --cpuset-cpus 1023 "$ID"
	failed 'linux.resources.cpu.cpus' 'only what the parent cgroup has'
	equal "$(limit cpuset.cpus)" 0
	run elsewhen update --cpuset-cpus 0- "$ID"
	failed 'linux.resources.cpu.cpus'
}

@test "update --resources: a file, standard input, all ways to spell it, options on top" {
	running_container
	has_limit pids.max
	echo '{"pids": {"limit": 41}, "memory": {}, "cpu": null, "blockIO": {"weight": 0}}' >"$WORK/r.json"
	elsewhen update --resources "$WORK/r.json" "$ID"
	equal "$(limit pids.max)" 41
	elsewhen update --resources - "$ID" <<<'{"pids": {"limit": 42}}'
	equal "$(limit pids.max)" 42
	elsewhen update --resources=- "$ID" <<<'{"pids": {"limit": 43}}'
	equal "$(limit pids.max)" 43
	elsewhen update -r "$WORK/r.json" "$ID"
	equal "$(limit pids.max)" 41
	elsewhen update --resources="$WORK/r.json" --pids-limit 44 "$ID"
	equal "$(limit pids.max)" 44
	elsewhen update "$ID"
	equal "$(limit pids.max)" 44
}

@test "update: an engine's whole linux.resources, devices and all" {
	running_container '.linux.resources.devices = [{"allow": false, "access": "rwm"},
		{"allow": true, "type": "c", "major": 1, "minor": 11, "access": "w"}]' \
		'.linux.devices += [{"path": "/dev/kmsg", "type": "c", "major": 1, "minor": 11, "fileMode": 438}]'
	has_limit pids.max
	[ ! -e "$(limit_file devices.list)" ] || limit devices.list >"$WORK/devices"
	jq '.linux.resources | .pids.limit = 33' "$BUNDLE/config.json" >"$WORK/r.json"
	elsewhen update --resources "$WORK/r.json" "$ID"
	equal "$(limit pids.max)" 33
	[ ! -e "$WORK/devices" ] || equal "$(limit devices.list)" "$(cat "$WORK/devices")"
	elsewhen exec "$ID" sh -c ': >/dev/null && : >/dev/kmsg || exit 1'
	# Other devices are another list.
	elsewhen update --resources - "$ID" <<<'{"devices": [{"allow": false}]}'
	run elsewhen exec "$ID" sh -c ': >/dev/kmsg'
	[ "$status" != 0 ]
	elsewhen exec "$ID" sh -c ': >/dev/null'
}

@test "update: cgroups below the container's are no obstacle to its other limits" {
	running_container '.linux.resources.devices = [{"allow": false, "access": "rwm"}]'
	has_limit pids.max
	[ ! -e "$(limit_file devices.list)" ] || mkdir "$(dirname "$(limit_file devices.list)")/below"
	jq '.linux.resources | .pids.limit = 34' "$BUNDLE/config.json" |
		elsewhen update --resources - "$ID"
	equal "$(limit pids.max)" 34
}

@test "update: all is checked before anything is changed" {
	running_container '.linux.resources.pids.limit = 50'
	run elsewhen update --pids-limit 60 --cpu-period 5 "$ID"
	failed 'linux.resources.cpu.period: 5 is outside of 1000 to 1000000'
	run elsewhen update --resources - --pids-limit 60 "$ID" <<<'{"unified": {"../x": "1"}}'
	failed 'linux.resources.unified'
	run elsewhen update --resources - --pids-limit 60 "$ID" <<<'{"hugepageLimits": [{"pageSize": "7GB", "limit": 0}]}'
	failed 'linux.resources.hugepageLimits[0]'
	run elsewhen update --pids-limit 60 --memory 10m --memory-swap 5m "$ID"
	failed 'linux.resources.memory.swap' 'is memory and swap together'
	for option in --cpu-shares=-1 --blkio-weight=-1 --blkio-weight=70000 --cpu-burst=-1; do
		run elsewhen update --pids-limit 60 "$option" "$ID"
		failed linux.resources. || return 1
	done
	limit_file pids.max >/dev/null || return 0
	equal "$(limit pids.max)" 50
}

@test "update: what can not be read is one sentence" {
	running_container
	run elsewhen update --resources "$WORK/none.json" "$ID"
	failed --resources "$WORK/none.json" 'No such file'
	run elsewhen update --resources - "$ID" <<<'{"pids": {"limit": "many"}}'
	failed "--resources: '-': pids.limit: expected a number, found a string"
	run elsewhen update --resources - "$ID" <<<'{"pids": '
	failed "--resources: '-': "
	run elsewhen update --resources - "$ID" </dev/null
	failed "--resources: '-': "
	run elsewhen update --memory lots "$ID"
	failed "update: --memory: 'lots' is not a number of bytes"
	run elsewhen update --cpu-quota 1.5 "$ID"
	failed "update: --cpu-quota: '1.5' is not a number"
}

@test "update: kernel memory is ignored, and said to be" {
	running_container
	run elsewhen update --kernel-memory 50m --kernel-memory-tcp 50m "$ID"
	succeeded
	contains "$output" '--kernel-memory is ignored'
	contains "$output" '--kernel-memory-tcp is ignored'
}

@test "update: a created and a paused container have limits, too; a stopped one has none" {
	make_bundle
	arguments sleep 1000
	create_container
	has_limit pids.max
	elsewhen update --pids-limit 21 "$ID"
	equal "$(limit pids.max)" 21
	elsewhen start "$ID"
	elsewhen pause "$ID"
	elsewhen update --pids-limit 22 "$ID"
	equal "$(limit pids.max)" 22
	has_status "$ID" paused
	elsewhen resume "$ID"
	elsewhen kill "$ID" KILL
	wait_for has_status "$ID" stopped
	run elsewhen update --pids-limit 23 "$ID"
	failed "container not running: '$ID' is stopped"
}

@test "update: a container without cgroups is told of" {
	make_bundle
	arguments sleep 1000
	quietly elsewhen --cgroup-manager=disabled run --detach --bundle "$BUNDLE" "$ID"
	run elsewhen update --pids-limit 23 "$ID"
	failed "container '$ID' has no cgroup"
}
