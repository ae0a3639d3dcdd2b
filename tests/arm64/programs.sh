# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # for those that read this file
# In the node: where the programs are that the host has built for a machine like this one.

case $(uname -m) in
x86_64) programs=/elsewhen/build/plain ;;
*) programs=/elsewhen/build/arm64 ;;
esac
