# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top is set by dev
# The newest CRIU that Debian has, and an older one, for what elsewhen does for those. Each is unpacked below build/
# with the libraries it was built for, and run by their own loader: the machine's sources, lists and installed packages
# stay as they are. Where neither can be had, the distribution's own, when it works with this kernel.

# Several parts of ./dev read this file.
! declare -F criu_need >/dev/null || return 0

# shellcheck source=tests/lib/private_apt.sh
. "$lib/private_apt.sh"

readonly criu_suite=sid
readonly criu_directory=$top/build/criu
readonly criu_older_suite=trixie
readonly criu_older_directory=$top/build/criu-older

# criu_unpack ARCHITECTURE SUITE DIRECTORY: CRIU and all that it is linked with.
criu_unpack()
{
	local configuration packages

	configuration=$(private_apt_configure "$1" "$2") && private_apt_update "$configuration" || return 1
	packages=$(private_apt_closure "$configuration" criu)
	rm -rf "$3"
	private_apt_unpack "$configuration" "$3" "$packages" \
		--exclude ./usr/share --exclude '*/gconv' --exclude '*/python3*' || return 1
	[ -e "$3/usr/sbin/criu" ]
}

# criu_write_wrapper UNPACKED DIRECTORY: UNPACKED/criu runs what was unpacked, once it is in that directory.
criu_write_wrapper()
{
	local root=$1 loader libraries

	loader=$(cd "$root" && find . -name 'ld-linux-*.so.*' ! -path '*/lib64/*' -printf '%P\n' | head -n 1)
	libraries=$(cd "$root" && find . \( -name 'libc.so.6' -o -name 'libprotobuf-c.so.1' \) -printf "$2/%h\n" |
		sed 's,/\./,/,' | sort -u | paste -s -d :)
	cat >"$root/criu.new" <<-END
		#!/bin/sh
		exec "$2/$loader" --library-path "$libraries" "$2/usr/sbin/criu" "\$@"
	END
	chmod 0755 "$root/criu.new"
	mv "$root/criu.new" "$root/criu"
}

# Whether this program can dump and restore under this kernel: from 6.13 on the vDSO's data lies in two parts,
# which CRIU knows since 4.1.
criu_is_new_enough()	# PROGRAM
{
	local version kernel

	version=$("$1" --version 2>/dev/null | sed -n 's/^Version: //p')
	kernel=$(uname -r)
	[ -n "$version" ] || return 1
	printf '%s\n' 6.13 "$kernel" | sort -C -V || return 0
	printf '%s\n' 4.1 "$version" | sort -C -V
}

# criu_fetch SUITE DIRECTORY: that suite's, unless it is there already.
criu_fetch()
{
	# What is there may be of the suite that was the newest in its time.
	if [ ! -x "$2/criu" ] || [ "$(cat "$2/suite" 2>/dev/null)" != "$1" ]; then
		echo "dev: fetching CRIU from Debian $1" >&2
		criu_unpack "$(dpkg --print-architecture)" "$1" "$2" && criu_write_wrapper "$2" "$2" &&
			echo "$1" >"$2/suite" || return 1
	fi
	criu_is_new_enough "$2/criu"
}

# criu_need: a directory with a `criu` that works here comes first in $PATH; $CRIU_OLDER is an older one, or empty.
criu_need()
{
	local own

	need criu
	CRIU_OLDER=
	! criu_fetch "$criu_older_suite" "$criu_older_directory" || CRIU_OLDER=$criu_older_directory/criu
	export CRIU_OLDER
	if criu_fetch "$criu_suite" "$criu_directory"; then
		PATH=$criu_directory:$PATH
		return 0
	fi
	own=$(PATH=$PATH:/usr/sbin:/sbin command -v criu) || own=$CRIU_OLDER
	[ -n "$own" ] && criu_is_new_enough "$own" || return 1
	PATH=$(dirname "$own"):$PATH
}
