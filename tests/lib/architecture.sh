# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # the tables are for those that read this file
# What differs between the machines that qemu emulates. NODE_ARCHITECTURE, Debian's name, chooses: arm64 (the
# default) or amd64, whose kernels track which pages are written to, as none for arm64 does.

# Several parts of ./dev read this file.
! declare -F architecture >/dev/null || return 0

# Never -cpu max for arm64: pointer authentication makes emulation seven times slower.
declare -rA architecture_qemu=(
	[arm64]='qemu-system-aarch64 -M virt -cpu cortex-a72'
	[amd64]='qemu-system-x86_64 -M q35 -cpu Nehalem'
)
declare -rA architecture_console=([arm64]=ttyAMA0 [amd64]=ttyS0)
# How virtio's devices are attached, and the module for it.
declare -rA architecture_bus=([arm64]=device [amd64]=pci)
declare -rA architecture_bus_module=([arm64]=virtio_mmio [amd64]=virtio_pci)
# The flavour of the build whose programs run there, and what is to be installed for it.
declare -rA architecture_flavour=([arm64]=arm64 [amd64]=plain)
declare -rA architecture_needs=([arm64]='qemu arm64-build' [amd64]=qemu-amd64)

architecture()
{
	echo "${NODE_ARCHITECTURE:-arm64}"
}

# What tells the files of another architecture apart below build/: nothing for arm64.
architecture_suffix()
{
	[ "$(architecture)" = arm64 ] || echo "-$(architecture)"
}
