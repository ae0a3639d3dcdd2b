# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the tests under engines have in common. They run in a box (box.sh), one file in one box: an engine's
# directories are its own there, and all its processes end with it.

load ../e2e/common

readonly engine_runtime=/run/box/elsewhen

# Instead of those of common.bash: here the engine makes and removes the containers.
setup()
{
	:
}

teardown()
{
	engine_cleanup
}

engine_require()	# PROGRAM...
{
	local program

	: "${ELSEWHEN:?names the program under test}"
	[ -d /run/box ] || {
		echo 'these tests run in a box: tests/engines/box.sh bats FILE'
		return 1
	}
	# Where every user can execute it, too.
	install -m 0755 "$ELSEWHEN" "$engine_runtime"
	for program; do
		command -v "$program" >/dev/null || {
			echo "$program is not installed"
			return 1
		}
	done
}

# The image of all tests: busybox with its applets, static, and the clock probe.
engine_rootfs()	# DIRECTORY
{
	local applet

	mkdir -p "$1"/{bin,dev,etc,proc,root,sys,tmp,var}
	cp "$(command -v busybox)" "$1/bin/busybox"
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || echo "$1/bin/$applet"
	done | xargs -n 1 ln -s busybox
	printf 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/:/bin/sh\n' >"$1/etc/passwd"
	printf 'root:x:0:\nuser:x:1000:\n' >"$1/etc/group"
	chmod 1777 "$1/tmp"
	[ -z "${TOOLS-}" ] || cp "$TOOLS/clock_probe" "$1/bin/"
}

engine_rootfs_tar()	# FILE
{
	local directory

	directory=$(mktemp -d /run/rootfs.XXXXXX)
	chmod 0755 "$directory"
	engine_rootfs "$directory"
	tar -C "$directory" --owner=0 --group=0 --numeric-owner -cf "$1" .
	rm -rf "$directory"
}

# An OCI image as a tar archive (image-layout.md), for what reads nothing else.
engine_image()	# FILE NAME
{
	local directory layer size config

	directory=$(mktemp -d /run/image.XXXXXX)
	mkdir -p "$directory/blobs/sha256"
	engine_rootfs_tar "$directory/layer"
	layer=$(engine_blob "$directory" "$directory/layer")
	size=$(stat -c %s "$directory/blobs/sha256/$layer")
	jq -n -c --arg layer "sha256:$layer" --arg architecture "$(dpkg --print-architecture)" '{
		architecture: $architecture, os: "linux", config: {Env: ["PATH=/bin"], Cmd: ["sleep", "1000000"]},
		rootfs: {type: "layers", diff_ids: [$layer]}, history: [{created_by: "elsewhen tests"}]}' \
		>"$directory/config"
	config=$(engine_blob "$directory" "$directory/config")
	jq -n -c --arg config "sha256:$config" --argjson config_size \
		"$(stat -c %s "$directory/blobs/sha256/$config")" --arg layer "sha256:$layer" --argjson size "$size" '{
		schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
		config: {mediaType: "application/vnd.oci.image.config.v1+json", digest: $config, size: $config_size},
		layers: [{mediaType: "application/vnd.oci.image.layer.v1.tar", digest: $layer, size: $size}]}' \
		>"$directory/manifest"
	engine_image_index "$directory" "$2"
	tar -C "$directory" -cf "$1" oci-layout index.json blobs
	rm -rf "$directory"
}

engine_image_index()	# DIRECTORY NAME
{
	local manifest size

	size=$(stat -c %s "$1/manifest")
	manifest=$(engine_blob "$1" "$1/manifest")
	echo '{"imageLayoutVersion":"1.0.0"}' >"$1/oci-layout"
	jq -n -c --arg manifest "sha256:$manifest" --argjson size "$size" --arg name "$2" '{schemaVersion: 2,
		manifests: [{mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $manifest, size: $size,
		annotations: {"io.containerd.image.name": $name, "org.opencontainers.image.ref.name": $name}}]}' \
		>"$1/index.json"
}

engine_blob()	# DIRECTORY FILE: moves it to its digest, which is printed
{
	local digest

	digest=$(sha256sum <"$2")
	mv "$2" "$1/blobs/sha256/${digest%% *}"
	echo "${digest%% *}"
}

engine_start()	# LOG COMMAND...: a daemon, whose pid is in $DAEMON
{
	local log=$1

	shift
	"$@" >"$log" 2>&1 </dev/null 3>&- &
	# shellcheck disable=SC2034 # the caller's
	DAEMON=$!
}

# Ends the daemon and shows the end of its log when the tests of the file were not good.
engine_stop()	# PID LOG
{
	local try

	kill "$1" 2>/dev/null || true
	for ((try = 0; try < 100; try++)); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	tail -n 20 "$2"
	return 1
}

# Containers of any engine that elsewhen has a directory for.
engine_containers()	# ROOT...
{
	find "$@" -mindepth 1 -maxdepth 1 -type d ! -name .filters 2>/dev/null
}

# uptime_of TEXT: whole seconds of the first word
seconds_of()
{
	printf '%d' "${1%%[. ]*}"
}

within()	# NUMBER FROM TO
{
	{ [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; } || {
		echo "got: $1, expected: $2 to $3"
		return 1
	}
}

host_uptime()
{
	seconds_of "$(cat /proc/uptime)"
}
