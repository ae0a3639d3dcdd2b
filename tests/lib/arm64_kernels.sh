# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# Debian's stock kernels, fetched by name: build/kernel/NAME/{Image,version,modules/VERSION/...}; those for another
# architecture than arm64 have its name behind theirs.

# Several parts of ./dev read this file.
! declare -F stock_kernel_need >/dev/null || return 0

# shellcheck source=tests/lib/private_apt.sh
. "$lib/private_apt.sh"
# shellcheck source=tests/lib/architecture.sh
. "$lib/architecture.sh"

readonly stock_kernels='debian-6.1 debian-6.12 debian-7'

# Where the newest kernel of a series is to be looked for.
stock_kernel_suites()	# NAME
{
	case $1 in
	debian-6.1) echo bookworm ;;
	debian-6.12) echo bookworm-backports ;;
	debian-7) echo trixie-backports sid ;;
	*)
		echo "dev: there is no stock kernel '$1'; there are: $stock_kernels" >&2
		return 2
		;;
	esac
}

# Most modules drive hardware that a machine of qemu's has not: of the drivers, those of block devices,
# character devices, networks (in software) and virtio are kept.
readonly stock_kernel_left_out=('./usr/share' '*/dtb' '*/kernel/sound' '*/kernel/drivers/[!bcnv]*'
	'*/kernel/drivers/net/*/*')

# Newer kernels have their Image and their modules in packages apart. Only what is there is asked for.
stock_kernel_unpack()	# CONFIGURATION VERSION DIRECTORY
{
	local configuration=$1 version=$2 directory=$3 part

	for part in image binary modules base; do
		APT_CONFIG=$configuration apt-cache show "linux-$part-$version" >/dev/null 2>&1 || continue
		private_apt_unpack "$configuration" "$directory" "linux-$part-$version" \
			"${stock_kernel_left_out[@]/#/--exclude=}" || return 1
	done
}

# An arm64 image has to be a raw one: qemu of bookworm boots no compressed one there.
stock_kernel_boots()	# IMAGE
{
	[ "$(architecture)" != arm64 ] || [ "$(od -A n -t x1 -j 56 -N 4 "$1" | tr -d ' \n')" = 41524d64 ]
}

# Puts what was unpacked in its place.
stock_kernel_arrange()	# UNPACKED VERSION DIRECTORY
{
	local unpacked=$1 version=$2 directory=$3 image

	image=$(find "$unpacked" -name "vmlinuz*" -type f | head -n 1)
	if [ -z "$image" ] || ! stock_kernel_boots "$image"; then
		echo "dev: the packages of $version have no image that qemu boots" >&2
		return 1
	fi
	mv "$image" "$directory/Image"
	mkdir "$directory/modules"
	find "$unpacked" -path "*/lib/modules/$version" -type d -prune -exec mv -t "$directory/modules" {} +
	mkdir "$directory/lib" && ln -s ../modules "$directory/lib/modules"
	# The warnings are about modules that were left out.
	depmod --basedir "$directory" "$version" 2>/dev/null
	echo "$version" >"$directory/version"
}

stock_kernel_directory()	# NAME
{
	echo "$top/build/kernel/$1$(architecture_suffix)"
}

# stock_kernel_need NAME: fetches it unless it is there already.
stock_kernel_need()
{
	local name=$1 directory suites series version configuration begin=$SECONDS

	directory=$(stock_kernel_directory "$name")
	[ ! -s "$directory/version" ] || return 0
	suites=$(stock_kernel_suites "$name") || return
	need arm64-debian
	# shellcheck disable=SC2086 # a list of words
	configuration=$(private_apt_configure "$(architecture)" $suites) && private_apt_update "$configuration" || return 1
	series=${name#debian-}
	version=$(APT_CONFIG=$configuration apt-cache pkgnames "linux-image-$series." |
		sed -n "s/^linux-image-\($series\.[0-9.]*\(-[0-9]*\)\?\(+deb[0-9]*\)\?-$(architecture)\)\$/\1/p" | sort -V | tail -n 1)
	if [ -z "$version" ]; then
		echo "dev: Debian has no kernel $series for $(architecture) in $suites now" >&2
		return 1
	fi
	echo "dev: fetching Debian's kernel $version" >&2
	rm -rf "$directory"
	mkdir -p "$directory/unpacked"
	stock_kernel_unpack "$configuration" "$version" "$directory/unpacked" &&
		stock_kernel_arrange "$directory/unpacked" "$version" "$directory" || return 1
	rm -rf "$directory/unpacked"
	echo "dev: ${directory#"$top/"} is there ($((SECONDS - begin)) s)" >&2
}
