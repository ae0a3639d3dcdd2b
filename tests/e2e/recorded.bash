# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The config.json files that real engines wrote (tests/data/engines), changed in what was only there.

# A rootfs, and something to bind in the place of what the engine had.
recorded_setup()
{
	make_rootfs "$ROOTFS"
	mkdir -p "$ROOTFS/m" "$ROOTFS/var/tmp" "$WORK/directory"
	echo file >"$WORK/file"
}

recorded_config()	# FILE
{
	jq --arg work "$WORK" --arg tag "$TAG" --arg cgroup "$CGROUP/$ID" '
		del(.annotations["run.oci.timens_offset"]?) | .root.path = "rootfs" | .hooks = {} | .linux.cgroupsPath = $cgroup
		| .process.args = ["sh", "-c", "cat /proc/1/comm; echo ran"]
		| .process.env += [$tag] | .process.terminal = false
		| .process.rlimits = [.process.rlimits[]? | select(.hard <= 1024)]
		| .linux.namespaces |= map({type})
		| if (.process.oomScoreAdj // 0) < 0 then .process.oomScoreAdj = 0 else . end
		| .mounts |= map(if .type != "bind" then .
			elif .destination == "/m" or .destination == "/dev/shm" then .source = $work + "/directory"
			else .source = $work + "/file" end)' "$1" >"$BUNDLE/config.json"
}

# The id that root of the container has out here owns the rootfs, as engines see to it.
recorded_owner()
{
	chown -R "$(jq '.linux.uidMappings[0].hostID // 0' "$BUNDLE/config.json")" "$ROOTFS"
}
