#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The demo of ./dev demo, in the node, with the programs that the host has built for it.
set -euo pipefail

top=/elsewhen
# shellcheck source=tests/lib/demo.sh
. "$top/tests/lib/demo.sh"
# shellcheck source=tests/arm64/programs.sh
. /elsewhen/tests/arm64/programs.sh

echo "$(uname -s) $(uname -r) on $(uname -m)"
demo_show "$programs"
