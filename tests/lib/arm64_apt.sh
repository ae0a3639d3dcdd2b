# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $lib is set by dev
# Debian's arm64 packages by name and suite; see private_apt.sh.

# Several parts of ./dev read this file.
! declare -F arm64_mirror >/dev/null || return 0

# shellcheck source=tests/lib/private_apt.sh
. "$lib/private_apt.sh"

arm64_mirror()
{
	private_apt_mirror
}

arm64_apt_configure()	# SUITE...
{
	private_apt_configure arm64 "$@"
}

arm64_apt_update()	# CONFIGURATION
{
	private_apt_update "$1"
}

arm64_apt_unpack()	# CONFIGURATION DIRECTORY PACKAGE [TAR OPTION...]
{
	private_apt_unpack "$@"
}
