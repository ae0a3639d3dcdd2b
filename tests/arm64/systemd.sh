#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the node, with systemd as process 1: the tests that need one.

export ELSEWHEN=/elsewhen/build/arm64/elsewhen BATS_TEST_TIMEOUT=600 TRACE_TESTS=no
exec unshare --mount --propagation private bats --tap --print-output-on-failure tests/e2e/systemd.bats
