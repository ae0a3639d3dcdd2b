#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The demo of ./dev demo, in the node, with the programs that the host has built for it.
set -euo pipefail

top=/elsewhen
# shellcheck source=tests/lib/demo.sh
. "$top/tests/lib/demo.sh"

echo "$(uname -s) $(uname -r) on $(uname -m)"
case $(uname -m) in
x86_64) demo_show "$top/build/plain" ;;
*) demo_show "$top/build/arm64" ;;
esac
