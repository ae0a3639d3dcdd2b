# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # what tests/lib/kernel.sh sets
# ./dev kernel bisect: builds and boots the baseline and each step of the series, and holds each to what it should
# have changed. kernel/bisect_init.c is the guest's only program, for AArch64 and AArch32.

kernel_bisect_directory=$kernel_directory/bisect

kernel_bisect_initramfs()
{
	local root=$kernel_bisect_directory/root

	mkdir -p "$root"
	aarch64-linux-gnu-gcc -O2 -Wall -Wextra -Werror -static -o "$root/init" "$top/kernel/bisect_init.c" &&
		arm-linux-gnueabihf-gcc -O2 -Wall -Wextra -Werror -static -o "$root/other" \
			"$top/kernel/bisect_init.c" || return 1
	(cd "$root" && printf 'init\nother\n' | cpio --quiet -o -H newc -R 0:0) >"$kernel_bisect_directory/initramfs"
}

kernel_bisect_boot()	# IMAGE >FACTS
{
	timeout --kill-after=5 120 qemu-system-aarch64 -M virt -cpu cortex-a72 -accel tcg,thread=multi -smp 2 -m 512 \
		-nodefaults -nographic -serial stdio -monitor none -no-reboot -kernel "$1" \
		-initrd "$kernel_bisect_directory/initramfs" \
		-append 'console=ttyAMA0 quiet panic=-1' </dev/null 2>&1 | tr -d '\r' |
		tee "$kernel_bisect_directory/console" | sed -n 's/^step: //p'
}

kernel_bisect_expected()	# STEP
{
	local abi copy=readable

	[ "$1" -eq 0 ] || copy=EFAULT
	for abi in aarch64 aarch32; do
		echo "$abi root pages=2 first=readable second=SIGBUS copy=$copy disorder=0"
		if [ "$1" -lt 6 ]; then
			echo "$abi unshare=EINVAL"
		else
			echo "$abi namespace pages=2 first=readable second=readable copy=EFAULT disorder=0"
			echo "$abi days=2"
		fi
	done
	echo end
}

kernel_bisect_step()	# STEP PATCH...
{
	local step=$1 has_time_ns=no facts=$kernel_bisect_directory/facts

	shift
	[ "$step" -lt 6 ] || has_time_ns=yes
	kernel_build "bisect/$step" $has_time_ns "$@" || return 1
	kernel_bisect_boot "$kernel_bisect_directory/$step/Image" >"$facts"
	if ! diff -u <(kernel_bisect_expected "$step") "$facts" >"$facts.diff"; then
		kernel_say "step $step booted to something else than it should:"
		cat "$facts.diff" >&2
		tail -n 20 "$kernel_bisect_directory/console" >&2
		return 1
	fi
	sed "s/^/step $step: /" "$facts"
}

kernel_bisect()
{
	local patches step

	need kernel kernel_boot || return 1
	mkdir -p "$kernel_bisect_directory"
	kernel_bisect_initramfs || return 1
	mapfile -t patches < <(kernel_patches patched)
	for ((step = 0; step <= ${#patches[@]}; step++)); do
		kernel_locked kernel_bisect_step "$step" "${patches[@]:0:step}" || return 1
	done
	kernel_say "each of the ${#patches[@]} steps builds, boots and does what it should"
}
