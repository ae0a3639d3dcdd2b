#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the node, with systemd as process 1: tests that need one. usage: systemd.sh FILE..., below tests/, without .bats

# shellcheck source=tests/arm64/programs.sh
. /elsewhen/tests/arm64/programs.sh
export ELSEWHEN=$programs/elsewhen TOOLS=$programs/tests/tools
export BATS_TEST_TIMEOUT=600 TRACE_TESTS=no
cd tests || exit
exec unshare --mount --propagation private bats --tap --print-output-on-failure "${@/%/.bats}"
