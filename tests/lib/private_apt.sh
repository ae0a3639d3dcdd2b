# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top is set by dev
# Debian's packages by name, suite and architecture, with an apt of our own below build/: the machine's sources,
# lists and installed packages stay as they are, and nothing is installed.

# Several parts of ./dev read this file.
! declare -F private_apt_mirror >/dev/null || return 0

readonly private_apt_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror that the machine itself takes its Debian from.
private_apt_mirror()
{
	local mirror

	# shellcheck disable=SC2016 # apt's own variables
	mirror=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
		awk '$1 == "Debian" && $2 !~ /-/ && $3 == "main" { print $4; exit }')
	if [ -z "$mirror" ]; then
		echo 'dev: no mirror of Debian is among the sources of apt on this machine (or apt-get update never ran)' >&2
		return 1
	fi
	echo "$mirror"
}

# private_apt_configure ARCHITECTURE SUITE...: prints the configuration file, to be given to apt as $APT_CONFIG.
private_apt_configure()
{
	local architecture=$1 suites directory mirror suite

	shift
	suites=$*
	directory=$top/build/apt/$architecture/${suites// /+}
	mkdir -p "$directory/lists/partial" "$directory/cache/archives/partial"
	mirror=$(private_apt_mirror) || return 1
	for suite; do
		echo "deb [arch=$architecture signed-by=$private_apt_keyring] $mirror $suite main"
	done >"$directory/sources.list"
	: >"$directory/status"
	cat >"$directory/apt.conf" <<-END
		APT::Architecture "$architecture";
		APT::Architectures { "$architecture"; };
		APT::Sandbox::User "";
		Acquire::Languages "none";
		Dir::State "$directory";
		Dir::State::status "$directory/status";
		Dir::Cache "$directory/cache";
		Dir::Etc::SourceList "$directory/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::Etc::PreferencesParts "/dev/null";
	END
	echo "$directory/apt.conf"
}

# Source packages too, from the next update on.
private_apt_add_sources()	# CONFIGURATION
{
	local list=${1%/*}/sources.list

	sed -n 's/^deb \[arch=[^ ]* /deb-src [/p' "$list" >"$list.source" && cat "$list.source" >>"$list" && rm "$list.source"
	# Lists that are there already are without them.
	rm -f "$1.updated"
}

# private_apt_update CONFIGURATION: lists older than an hour are fetched again.
private_apt_update()
{
	[ -z "$(find "$1.updated" -mmin -60 2>/dev/null)" ] || return 0
	APT_CONFIG=$1 apt-get -qq update >&2 && touch "$1.updated"
}

# private_apt_closure CONFIGURATION PACKAGE...: all that is needed where nothing is installed, one a line.
private_apt_closure()
{
	APT_CONFIG=$1 apt-get -qq --simulate install --no-install-recommends "${@:2}" | awk '$1 == "Inst" { print $2 }'
}

# private_apt_unpack CONFIGURATION DIRECTORY "PACKAGE..." [TAR OPTION...]: the files of packages.
private_apt_unpack()
{
	local configuration=$1 directory=$2 packages=$3 archives archive

	shift 3
	archives=$(mktemp -d "${configuration%/*}/download.XXXXXX") && mkdir -p "$directory" || return 1
	# shellcheck disable=SC2086 # a list of words
	(cd "$archives" && APT_CONFIG=$configuration apt-get -qq download $packages >&2) || return 1
	for archive in "$archives"/*.deb; do
		dpkg-deb --fsys-tarfile "$archive" |
			tar -x -f - -C "$directory" --no-same-owner "$@" || return 1
	done
	rm -rf "$archives"
}

# private_apt_source CONFIGURATION PACKAGE DIRECTORY: the package's source, with Debian's patches.
private_apt_source()
{
	local work

	work=$(mktemp -d "${1%/*}/source.XXXXXX") || return 1
	(cd "$work" && APT_CONFIG=$1 apt-get -qq source --download-only "$2" >&2) &&
		rm -rf "$3" && mkdir -p "$(dirname "$3")" &&
		dpkg-source --no-check --extract "$work"/*.dsc "$3" >"$work/log" 2>&1 &&
		rm -rf "$work" && return 0
	cat "$work/log" >&2
	rm -rf "$work"
	return 1
}
