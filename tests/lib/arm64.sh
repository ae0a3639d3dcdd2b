# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# ./dev arm64: the node, an arm64 machine with a Debian root on a kernel of choice, and a command in it; ./dev x86:
# the same of amd64.

# Several parts of ./dev read this file.
! declare -F node_boot >/dev/null || return 0

# shellcheck source=tests/lib/qemu.sh
. "$lib/qemu.sh"
# shellcheck source=tests/lib/arm64_kernels.sh
. "$lib/arm64_kernels.sh"
# shellcheck source=tests/lib/arm64_root.sh
. "$lib/arm64_root.sh"

readonly node_v1_parameters='systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'
readonly node_modules='virtio_blk virtio_rng 9pnet_virtio 9p crc32c ext4'

node_usage()
{
	cat <<-'END'
		usage: ./dev arm64|x86 [--kernel NAME] [--init NAME] [--root engines] [--timeout SECONDS] COMMAND [ARGUMENT...]

		Boots an arm64 machine, or an x86_64 one, and runs a command in it, which sees this tree in /elsewhen:
		  demo     the demo of ./dev demo, in the machine
		  shell    a shell on its console
		  build    the programs for it, the root file system and the kernel, without booting
		  ...      any other command, such as: ./dev arm64 build/arm64/elsewhen features

		  --kernel NAME      patched (the default: our series), baseline (without it), or of Debian:
		                     debian-6.1, debian-6.12, debian-7; for x86_64 there are these alone
		  --init systemd     boot with systemd as process 1; a script that runs the command is it otherwise
		  --init systemd-v1  the same with cgroup v1, as systemd had it up to 257, v2 beside it without controllers;
		                     systemd-v1-alone has no v2
		  --root engines     a root file system that has podman and containerd, too
		  --timeout SECONDS  the machine is stopped after that long, which is a failure (600)
	END
}

# The own kernels are built, the stock ones are fetched.
node_kernel_need()	# NAME
{
	case $(architecture):$1 in
	*:debian-*) stock_kernel_need "$1" ;;
	amd64:*)
		echo "dev: for an amd64 machine there are the kernels of Debian; '$1' is none" >&2
		return 2
		;;
	*)
		if ! declare -F kernel_need >/dev/null; then
			# shellcheck source=/dev/null
			. "$lib/kernel.sh"
		fi
		kernel_need "$1"
		;;
	esac
}

# What a machine needs, whatever runs in it. An amd64 machine's programs are those of the host.
node_need()	# KERNEL
{
	if [ "$(architecture)" = amd64 ] && [ "$(uname -m)" != x86_64 ]; then
		echo "dev: an amd64 machine needs an amd64 host, which builds the programs for it; this one is $(uname -m)" >&2
		return 1
	fi
	# shellcheck disable=SC2086 # a list of words
	need build ${architecture_needs[$(architecture)]}
	node_kernel_need "$1" && arm64_root_need && build_flavour "${architecture_flavour[$(architecture)]}" test-programs
}

# The modules to load, in order, plain: busybox unpacks none.
node_modules_copy()	# KERNEL DIRECTORY
{
	local base path name

	base=$(stock_kernel_directory "$1")
	mkdir -p "$2"
	: >"$2/order"
	[ -d "$base/modules" ] || return 0
	# shellcheck disable=SC2086 # a list of words
	modprobe --dirname "$base" --set-version "$(cat "$base/version")" --show-depends --all \
		"${architecture_bus_module[$(architecture)]}" $node_modules |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r path; do
		name=${path##*/}
		case $path in
		*.xz) xz -d -c "$path" >"$2/${name%.xz}" ;;
		*.zst) zstd -q -d -c "$path" >"$2/${name%.zst}" ;;
		*) cp "$path" "$2/" ;;
		esac
		echo "${name%.ko*}.ko" >>"$2/order"
	done
}

node_initramfs()	# KERNEL FILE
{
	local directory

	directory=$(mktemp -d) || return 1
	mkdir "$directory/bin"
	cp "$(arm64_root_busybox)" "$directory/bin/busybox"
	cp "$top/tests/arm64/initramfs.sh" "$directory/init"
	node_modules_copy "$1" "$directory/modules" && qemu_initramfs "$2" "$directory" || return 1
	rm -rf "$directory"
}

# A directory of the host's as the guest sees it, for qemu.
node_share()	# TAG DIRECTORY [OPTION]
{
	printf '%s\n' -fsdev "local,id=$1,path=$2,security_model=none,multidevs=remap${3+,$3}" \
		-device "virtio-9p-${architecture_bus[$(architecture)]},fsdev=$1,mount_tag=$1"
}

# node_boot KERNEL SECONDS RESULTS [PARAMETERS]: runs RESULTS/command; its status is the machine's.
node_boot()
{
	local kernel=$1 seconds=$2 results=$3 parameters=${4-} base bus arguments

	base=$(stock_kernel_directory "$kernel")
	bus=${architecture_bus[$(architecture)]}
	[ -s "$results/initramfs" ] || node_initramfs "$kernel" "$results/initramfs" || return 1
	mapfile -t arguments < <(
		node_share tree "$top" readonly=on
		node_share results "$results"
		[ ! -d "$base/modules" ] || node_share modules "$base/modules" readonly=on
	)
	QEMU_MEMORY=${QEMU_MEMORY:-1024} \
		qemu_boot "$seconds" "${NODE_CONSOLE:-$results/console}" "$base/Image" "$parameters" \
		-initrd "$results/initramfs" -device "virtio-rng-$bus" \
		-drive "file=$(arm64_root_image),format=raw,if=none,id=root,snapshot=on" -device "virtio-blk-$bus,drive=root" \
		"${arguments[@]}"
}

# node_results_begin: a directory that goes when this shell does, and takes a machine that still runs along.
node_results_begin()
{
	node_results=$(mktemp -d /tmp/elsewhen-node.XXXXXX)
	node_process=
	trap node_results_end EXIT
}

node_results_end()
{
	[ -z "$node_process" ] || kill "$node_process" 2>/dev/null || true
	rm -rf "$node_results"
}

node_follow()	# stdout|stderr: until the machine has ended
{
	tail --quiet --bytes=+1 --follow --sleep-interval=0.2 --pid="$node_process" "$node_results/$1"
}

# The command's output as it comes, standard error apart.
node_run()	# KERNEL SECONDS PARAMETERS COMMAND...
{
	local kernel=$1 seconds=$2 parameters=$3 status=0 followers=()

	shift 3
	node_results_begin
	printf 'exec %s\n' "${*@Q}" >"$node_results/command"
	: >"$node_results/stdout"
	: >"$node_results/stderr"
	node_boot "$kernel" "$seconds" "$node_results" "$parameters" &
	node_process=$!
	node_follow stdout &
	followers+=("$!")
	node_follow stderr >&2 &
	followers+=("$!")
	wait "$node_process" || status=$?
	node_process=
	wait "${followers[@]}"
	return "$status"
}

node_shell()	# KERNEL SECONDS PARAMETERS
{
	if [ ! -t 0 ]; then
		echo 'dev: a shell needs a terminal; name the command instead' >&2
		return 2
	fi
	node_results_begin
	echo "exec env TERM=$TERM bash -i" >"$node_results/command"
	: >"$node_results/interactive"
	QEMU_INPUT=/dev/tty NODE_CONSOLE=- node_boot "$1" "$2" "$node_results" "$3"
}

dev_arm64()
{
	local kernel=patched seconds=600 parameters=''

	[ "$(architecture)" = arm64 ] || kernel=debian-6.1
	while [[ ${1-} == --* ]]; do
		case $1 in
		--kernel) kernel=${2-} ;;
		--timeout) seconds=${2-} ;;
		--init)
			parameters='systemd.unit=node.service systemd.show_status=false'
			case ${2-} in
			systemd) ;;
			systemd-v1) parameters+=" $node_v1_parameters" ;;
			systemd-v1-alone) parameters+=" $node_v1_parameters systemd.legacy_systemd_cgroup_controller=1" ;;
			*)
				node_usage >&2
				return 2
				;;
			esac
			;;
		--root)
			[ "${2-}" = engines ] || { node_usage >&2; return 2; }
			NODE_ROOT=$2
			;;
		*)
			node_usage >&2
			return 2
			;;
		esac
		shift 2
	done
	if [ $# -eq 0 ]; then
		node_usage >&2
		return 2
	fi
	node_need "$kernel"
	case $1 in
	build) ;;
	demo) node_run "$kernel" "$seconds" "$parameters" tests/arm64/demo.sh ;;
	shell) node_shell "$kernel" "$seconds" "$parameters" ;;
	*) node_run "$kernel" "$seconds" "$parameters" "$@" ;;
	esac
}
