# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# ./dev x86: the node of ./dev arm64 as an x86_64 machine, whose kernel tracks which pages are written to.

# shellcheck source=tests/lib/arm64.sh
. "$lib/arm64.sh"

dev_x86()
{
	# shellcheck disable=SC2034 # read by architecture
	NODE_ARCHITECTURE=amd64
	dev_arm64 "$@"
}
