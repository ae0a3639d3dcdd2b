# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# The node's root: Debian for arm64, or amd64, in an ext4 image, made without running any of its code.

# Several parts of ./dev read this file.
! declare -F arm64_root_need >/dev/null || return 0

# shellcheck source=tests/lib/private_apt.sh
. "$lib/private_apt.sh"
# shellcheck source=tests/lib/criu.sh
. "$lib/criu.sh"
# shellcheck source=tests/lib/architecture.sh
. "$lib/architecture.sh"

# Packages are unpacked, not installed: what is essential has to be named too. The suite is one newer than
# that of the kernels, because of its jq: the one before takes a third of an emulated second to start.
readonly arm64_root_suite=trixie arm64_root_packages='
	base-files base-passwd bash bsdutils coreutils dash debianutils diffutils findutils grep gzip hostname kmod libc-bin
	login mawk mount ncurses-base passwd sed sysvinit-utils tar util-linux
	bats busybox-static iproute2 iptables jq procps python3 strace uidmap xz-utils
	libcap2 libcmocka0 libmnl0 libseccomp2 libyajl2
	criu dbus libsystemd0 systemd systemd-sysv'
# Beyond those, for machines that are asked for them: NODE_ROOT=engines.
readonly arm64_root_engines='podman conmon netavark golang-github-containers-common containerd'
declare -rA arm64_root_sizes=([root]=640M [root-amd64]=640M [root-engines]=1400M
	[root-engines-amd64]=1400M)

arm64_root_name()
{
	echo "root${NODE_ROOT:+-$NODE_ROOT}$(architecture_suffix)"
}

# The initramfs runs the root's busybox.
arm64_root_busybox()
{
	echo "$top/build/node/busybox$(architecture_suffix)"
}

arm64_root_image()
{
	echo "$top/build/node/$(arm64_root_name).ext4"
}

# What the image depends on: a change of the list or of these files makes a new one.
arm64_root_key()
{
	cat "$lib/arm64_root.sh" "$lib/criu.sh" | sha256sum
}

# Beside the root's own: kernels as old as this suite's have the CRIU of this suite.
readonly arm64_root_old_suite=bookworm arm64_root_old_criu=/usr/lib/criu-bookworm

# What maintainer scripts would have done, as far as the tests need it.
arm64_root_finish()	# DIRECTORY
{
	local root=$1 name end

	cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
	cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
	echo 'messagebus:x:100:107::/nonexistent:/usr/sbin/nologin' >>"$root/etc/passwd"
	echo 'messagebus:x:107:' >>"$root/etc/group"
	: >"$root/etc/subuid"
	: >"$root/etc/subgid"
	: >"$root/etc/machine-id"
	echo node >"$root/etc/hostname"
	echo '127.0.0.1 localhost node' >"$root/etc/hosts"
	ln -sf mawk "$root/usr/bin/awk"
	# CRIU holds the network still with these. nf_tables is what all kernels of the node have.
	for name in iptables ip6tables; do
		for end in '' -restore -save; do
			ln -sf xtables-nft-multi "$root/usr/sbin/$name$end"
		done
	done
	mkdir -p "$root/elsewhen" "$root/results" "$root/lib/modules"
	chmod 1777 "$root/tmp"
	rm -rf "$root"/usr/share/{doc,man,locale,info,lintian} "$root"/var/{lib/apt/lists,cache}/*
}

arm64_root_make()	# DIRECTORY PACKAGES IMAGE
{
	mmdebstrap --quiet --variant=extract --architectures="$(architecture)" --include="$2" \
		--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --keyring="$private_apt_keyring" \
		"$arm64_root_suite" "$1" "$(private_apt_mirror)" &&
		arm64_root_finish "$1" &&
		criu_unpack "$(architecture)" "$arm64_root_old_suite" "$1$arm64_root_old_criu" &&
		criu_write_wrapper "$1$arm64_root_old_criu" "$arm64_root_old_criu" &&
		cp "$1/usr/bin/busybox" "$(arm64_root_busybox)" &&
		mke2fs -q -F -t ext4 -O ^has_journal -L node -d "$1" "$3" "${arm64_root_sizes[$(arm64_root_name)]}"
}

# arm64_root_need: makes the image unless it is there. Half a minute on two cores.
arm64_root_need()
{
	local directory image names=$arm64_root_packages begin=$SECONDS

	directory=$top/build/node/$(arm64_root_name)
	[ "${NODE_ROOT-}" != engines ] || names+=" $arm64_root_engines"
	image=$(arm64_root_image)
	[ "$(cat "$image.key" 2>/dev/null)" != "$(arm64_root_key)" ] || return 0
	need arm64-root arm64-debian
	if [ "$(id -u)" != 0 ]; then
		echo 'dev: the root file system of the node needs root to be made: use sudo' >&2
		return 1
	fi
	echo "dev: making ${image#"$top/"}, Debian $arm64_root_suite for $(architecture)" >&2
	rm -rf "$directory" "$image" "$image.key"
	mkdir -p "$top/build/node"
	names=$(xargs <<<"$names" | tr ' ' ,)
	if ! arm64_root_make "$directory" "$names" "$image" >"$directory.log" 2>&1 </dev/null; then
		tail -n 20 "$directory.log" >&2
		return 1
	fi
	rm -rf "$directory"
	arm64_root_key >"$image.key"
	echo "dev: ${image#"$top/"} is there ($((SECONDS - begin)) s)" >&2
}
