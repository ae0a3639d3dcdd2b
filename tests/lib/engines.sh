# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# ./dev test engines: podman, containerd and docker as the distribution has them, with elsewhen as their runtime.

# shellcheck source=tests/lib/private_apt.sh
. "$lib/private_apt.sh"

readonly engines_policy=/usr/sbin/policy-rc.d
readonly engines_containerd2=$top/build/containerd2

# Their packages start daemons when they are installed, where nobody forbids it.
engines_need()	# PURPOSE...
{
	local made='' status=0

	if [ "$(id -u)" = 0 ] && [ ! -e "$engines_policy" ]; then
		printf '#!/bin/sh\nexit 101\n' >"$engines_policy"
		chmod 0755 "$engines_policy"
		made=yes
	fi
	need "$@" || status=$?
	[ -z "$made" ] || rm -f "$engines_policy"
	return "$status"
}

# A newer containerd than the distribution's, which by CRI checkpoints and has user namespaces: unpacked, and first in
# $PATH where it is wanted.
engines_containerd2_need()
{
	local configuration

	[ ! -x "$engines_containerd2/usr/bin/containerd" ] || return 0
	configuration=$(private_apt_configure "$(dpkg --print-architecture)" sid) && private_apt_update "$configuration" &&
		private_apt_unpack "$configuration" "$engines_containerd2" containerd
}

# engines_run NAME [DIRECTORY]: that file in a box of its own, with the programs of DIRECTORY before others.
engines_run()
{
	PATH=${2:+$2:}$PATH ELSEWHEN=$top/build/plain/elsewhen TOOLS=$top/build/plain/tests/tools \
		tap_program engines "$1${2:+-containerd2}" 900 "$top/tests/engines/box.sh" \
		bats --tap --print-output-on-failure "$top/tests/engines/$1.bats"
}

# One file after the other: an engine with its daemons is enough at a time.
suite_engines()
{
	local file name

	if [ "$(id -u)" != 0 ]; then
		tap_skip engines engines 'engines need root; use sudo'
		return
	fi
	tap_built engines plain test-programs || return 0
	engines_need engines || {
		echo 'fail the engines can not be installed' >>"$tap_directory/engines.results"
		return 0
	}
	criu_need || true # without it podman_checkpoint.bats says what it skips
	engines_containerd2_need || true # as for CRIU
	for file in "$top"/tests/engines/*.bats; do
		name=$(basename "$file" .bats)
		case $name in
		kubernetes) ;; # a suite of its own: ./dev test k8s
		cri_checkpoint) engines_run "$name" "$engines_containerd2/usr/bin" ;;
		cri)
			engines_run "$name"
			engines_run "$name" "$engines_containerd2/usr/bin"
			;;
		*) engines_run "$name" ;;
		esac
	done
}
