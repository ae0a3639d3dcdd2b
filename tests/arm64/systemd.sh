#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the node, with systemd as process 1: tests that need one. usage: systemd.sh FILE, below tests/, without .bats

export ELSEWHEN=/elsewhen/build/arm64/elsewhen BATS_TEST_TIMEOUT=600 TRACE_TESTS=no
exec unshare --mount --propagation private bats --tap --print-output-on-failure "tests/$1.bats"
