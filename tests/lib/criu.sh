# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top is set by dev
# A CRIU that works with the kernel of this machine. The distribution's own, when it does; else that of a
# newer Debian, unpacked below build/criu with the libraries it was built for, and run by their own loader: the
# machine's sources, lists and installed packages stay as they are.

readonly criu_suite=trixie
readonly criu_directory=$top/build/criu

# The mirror that the machine itself takes its Debian from.
criu_mirror()
{
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
		awk '$1 == "Debian" && $2 !~ /-/ && $3 == "main" { print $4; exit }'
}

criu_apt()	# COMMAND...: apt-get with sources, lists and a package state of its own
{
	APT_CONFIG=$criu_directory/apt.conf apt-get -qq "$@"
}

criu_apt_configure()
{
	local mirror

	mirror=$(criu_mirror)
	if [ -z "$mirror" ]; then
		echo 'dev: no mirror of Debian is among the sources of apt on this machine (or apt-get update never ran)' >&2
		return 1
	fi
	mkdir -p "$criu_directory"/{lists/partial,cache/archives/partial}
	: >"$criu_directory/status"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $criu_suite main" \
		>"$criu_directory/sources.list"
	cat >"$criu_directory/apt.conf" <<-END
		APT::Sandbox::User "";
		Acquire::Languages "none";
		Dir::State "$criu_directory";
		Dir::State::status "$criu_directory/status";
		Dir::Cache "$criu_directory/cache";
		Dir::Etc::SourceList "$criu_directory/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::Etc::PreferencesParts "/dev/null";
	END
	criu_apt update >&2
}

# CRIU and all that it is linked with, from the simulation of an installation into nothing.
criu_unpack()
{
	local packages archive root=$criu_directory/root

	packages=$(criu_apt --simulate install --no-install-recommends criu | awk '$1 == "Inst" { print $2 }')
	rm -rf "$root" && mkdir -p "$root" || return 1
	# shellcheck disable=SC2086 # a list of words
	(cd "$criu_directory/cache/archives" && criu_apt download $packages >&2) || return 1
	for archive in "$criu_directory"/cache/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$archive" | tar -x -f - -C "$root" --no-same-owner \
			--exclude ./usr/share || return 1
	done
	rm -f "$criu_directory"/cache/archives/*.deb
}

criu_write_wrapper()
{
	local root=$criu_directory/root loader libraries

	loader=$(find "$root"/usr/lib* -name 'ld-linux-*.so.*' | head -n 1)
	libraries=$(dirname "$(find "$root/usr/lib" -name 'libc.so.6' | head -n 1)")
	cat >"$criu_directory/criu.new" <<-END
		#!/bin/sh
		exec "$loader" --library-path "$libraries" "$root/usr/sbin/criu" "\$@"
	END
	chmod 0755 "$criu_directory/criu.new"
	mv "$criu_directory/criu.new" "$criu_directory/criu"
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

# criu_need: a directory with a `criu` that works here comes first in $PATH.
criu_need()
{
	local own

	own=$(PATH=$PATH:/usr/sbin:/sbin command -v criu) || own=''
	if [ -n "$own" ] && criu_is_new_enough "$own"; then
		PATH=$(dirname "$own"):$PATH
		return 0
	fi
	if [ ! -x "$criu_directory/criu" ]; then
		echo "dev: fetching CRIU from Debian $criu_suite: what this machine has is none, or too old for its kernel" >&2
		criu_apt_configure && criu_unpack && criu_write_wrapper || return 1
	fi
	criu_is_new_enough "$criu_directory/criu" || return 1
	PATH=$criu_directory:$PATH
}
