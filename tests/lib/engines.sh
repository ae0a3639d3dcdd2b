# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# ./dev test engines: podman, containerd and docker as the distribution has them, with elsewhen as their runtime.

readonly engines_policy=/usr/sbin/policy-rc.d

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

# One file after the other, each in a box of its own: an engine with its daemons is enough at a time.
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
	for file in "$top"/tests/engines/*.bats; do
		name=$(basename "$file" .bats)
		# A suite of its own: ./dev test k8s
		[ "$name" != kubernetes ] || continue
		ELSEWHEN=$top/build/plain/elsewhen TOOLS=$top/build/plain/tests/tools \
			tap_program engines "$name" 900 "$top/tests/engines/box.sh" \
			bats --tap --print-output-on-failure "$file"
	done
}
