# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What each command of ./dev needs from the distribution, and how it gets it.

declare -A packages=(
	[build]='gcc make libc6-dev autoconf automake libtool pkg-config
		libyajl-dev libseccomp-dev libcap-dev libmnl-dev libsystemd-dev'
	[unit]='libcmocka-dev clang libclang-rt-dev llvm'
	[e2e]='bats jq busybox-static util-linux python3 procps uidmap strace'
	[lint]='clang clang-tidy clang-format cppcheck shellcheck mandoc'
	[engines]='podman containerd docker.io netavark aardvark-dns conmon catatonit tini iptables uidmap slirp4netns
		fuse-overlayfs containernetworking-plugins golang-github-containers-common iproute2 bsdutils wget
		python3 python3-grpcio bats jq busybox-static'
	[k8s]='containerd runc containernetworking-plugins iptables iproute2 openssl bats jq busybox-static'
	[k8s-build]='golang-go dpkg-dev xz-utils patch debian-archive-keyring'
	[fuzz]='clang libclang-rt-dev llvm'
	[demo]='busybox-static jq'
	[kit]='gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf libc6-dev-arm64-cross libc6-dev-armhf-cross'
	[bench]='hyperfine crun runc busybox-static jq python3'
	[kernel]='linux-source-6.1 gcc make libc6-dev flex bison bc patch xz-utils
		gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf'
	[kernel_boot]='qemu-system-arm cpio libc6-dev-arm64-cross libc6-dev-armhf-cross'
	[criu]='iproute2 iptables debian-archive-keyring'
	[qemu]='qemu-system-arm cpio util-linux'
	[qemu-amd64]='qemu-system-x86 seabios cpio util-linux'
	[arm64-build]='gcc-aarch64-linux-gnu libc6-dev-arm64-cross libyajl-dev:arm64 libseccomp-dev:arm64 libcap-dev:arm64
		libmnl-dev:arm64 libsystemd-dev:arm64 libcmocka-dev:arm64'
	[arm64-debian]='debian-archive-keyring kmod xz-utils zstd'
	[arm64-root]='mmdebstrap e2fsprogs'
)

declare -A packages_why=(
	[build]='to build'
	[unit]='to run the unit tests, also under sanitizers'
	[e2e]='to run containers in tests'
	[lint]='to check the style'
	[engines]='for the engines above the runtime'
	[k8s]='for a Kubernetes node'
	[k8s-build]='to build Kubernetes'
	[fuzz]='to fuzz'
	[demo]='for a root file system to run'
	[kit]='to build the conformance kit for arm64 machines'
	[bench]='to measure'
	[kernel]='to build arm64 kernels'
	[kernel_boot]='to boot them'
	[criu]='for checkpoints'
	[qemu]='to emulate an arm64 machine'
	[qemu-amd64]='to emulate an amd64 machine'
	[arm64-build]='to build for arm64'
	[arm64-debian]='to fetch kernels of Debian'
	[arm64-root]='to make a root file system for the node'
)

# A name without an architecture means the machine's own, though the same package of another may be there.
package_installed()
{
	local architecture=${1#*:}

	[[ $1 == *:* ]] || architecture="($(dpkg --print-architecture)|all)"
	dpkg-query -W -f '${Architecture} ${db:Status-Status}\n' "${1%:*}" 2>/dev/null |
		grep -q -x -E "$architecture installed"
}

package_install()	# WHY PACKAGE...
{
	local why=$1

	shift
	echo "dev: installing $why: $*" >&2
	if [ "$(id -u)" != 0 ]; then
		echo "dev: that needs root once: sudo apt-get install $*" >&2
		return 1
	fi
	export DEBIAN_FRONTEND=noninteractive
	[[ $* != *:arm64* ]] || dpkg --add-architecture arm64
	apt-get -qq update >&2 || echo 'dev: apt-get update failed; trying with the lists there are' >&2
	apt-get -qq -o DPkg::Lock::Timeout=300 install --no-install-recommends --yes "$@" >&2
}

# need PURPOSE...: installs what is missing for these purposes, in one go.
need()
{
	local purpose package missing=() whys=''

	if ! command -v dpkg-query >/dev/null; then
		echo 'dev: this is no Debian; what is missing is yours to install' >&2
		return 0
	fi
	for purpose; do
		local before=${#missing[@]}
		for package in ${packages[$purpose]}; do
			package_installed "$package" || missing+=("$package")
		done
		[ "${#missing[@]}" -eq "$before" ] || whys+="${whys:+, }${packages_why[$purpose]}"
	done
	[ ${#missing[@]} -eq 0 ] || package_install "$whys" "${missing[@]}"
}
