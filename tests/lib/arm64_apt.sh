# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top is set by dev
# Debian's arm64 packages by name and suite, with an apt of our own below build/: the machine's sources, lists
# and installed packages stay as they are, and nothing is installed.

# Several parts of ./dev read this file.
! declare -F arm64_mirror >/dev/null || return 0

readonly arm64_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror that the machine itself takes its Debian from.
arm64_mirror()
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

# arm64_apt_configure SUITE...: prints the configuration file, to be given to apt as $APT_CONFIG.
arm64_apt_configure()
{
	local suites=$* directory mirror suite

	directory=$top/build/apt/${suites// /+}
	mkdir -p "$directory/lists/partial" "$directory/cache/archives/partial"
	mirror=$(arm64_mirror) || return 1
	for suite; do
		echo "deb [arch=arm64 signed-by=$arm64_keyring] $mirror $suite main"
	done >"$directory/sources.list"
	: >"$directory/status"
	cat >"$directory/apt.conf" <<-END
		APT::Architecture "arm64";
		APT::Architectures { "arm64"; };
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

# arm64_apt_update CONFIGURATION: lists older than an hour are fetched again.
arm64_apt_update()
{
	[ -z "$(find "$1.updated" -mmin -60 2>/dev/null)" ] || return 0
	APT_CONFIG=$1 apt-get -qq update >&2 && touch "$1.updated"
}

# arm64_apt_unpack CONFIGURATION DIRECTORY PACKAGE [TAR OPTION...]: the files of a package.
arm64_apt_unpack()
{
	local configuration=$1 directory=$2 package=$3 archives

	shift 3
	archives=$(mktemp -d "${configuration%/*}/download.XXXXXX") &&
		mkdir -p "$directory" &&
		(cd "$archives" && APT_CONFIG=$configuration apt-get -qq download "$package" >&2) &&
		dpkg-deb --fsys-tarfile "$archives"/*.deb |
		tar -x -f - -C "$directory" --no-same-owner "$@" &&
		rm -rf "$archives"
}
