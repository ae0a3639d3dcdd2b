# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top, $lib and $kit_directory are set before
# What it costs to read a clock: instructions, counted by qemu, the same on every machine.

kit_cost_need()
{
	node_kernel_need baseline && node_kernel_need patched && kit_need
}

# With -icount a nanosecond of the machine is an instruction of its one processor.
cost_boot()	# KERNEL
{
	QEMU_CPUS=1 QEMU_ACCEL=tcg,thread=single qemu_boot 120 "$kit_directory/cost.$1" \
		"$top/build/kernel/$1/Image" 'rdinit=/kit -- --guest=/kit --cost' \
		-initrd "$kit_directory/initramfs" -icount shift=0,sleep=off
}

# Lines "CLOCK N...": the vDSO's function on baseline, on patched, in a namespace and with a carry; a system
# call on baseline, on patched and in a namespace.
cost_lines()
{
	cat "$kit_directory"/cost.{baseline,patched} | tr -d '\r' | awk '
		/^elsewhen-kit: begin/ { kernel++ }
		$1 != "cost" { next }
		!($2 in seen) { seen[$2] = 1; clocks[++count] = $2 }
		{ cost[$2, $3, kernel] = $4 }
		END {
			for (i = 1; i <= count; i++) {
				clock = clocks[i]
				print clock, cost[clock, "vdso", 1], cost[clock, "vdso", 2],
					cost[clock, "vdso-inside", 2], cost[clock, "vdso-carry", 2],
					cost[clock, "syscall", 1], cost[clock, "syscall", 2],
					cost[clock, "syscall-inside", 2]
			}
		}'
}

cost_table()
{
	cat <<-'END'
		Beyond a call of a function that only returns. A carry is a reading where the nanoseconds of the clock and of the offset
		add up to a second.

		| clock | vDSO: baseline | patched | in a namespace | with a carry | system call: baseline | patched | in a namespace |
		|---|---|---|---|---|---|---|---|
	END
	cost_lines | awk 'NF == 8 { gsub(/ /, " | "); print "| " $0 " |" }'
}

# Rows of a table as words: CLOCK and seven numbers. The coarse clocks have a path of their own.
cost_rows()	# all|high <TABLE
{
	sed -n 's/^| \([A-Z_]*\) | \([0-9].*\) |$/\1 \2/p' | tr -d '|' |
		{ if [ "$1" = high ]; then grep -v COARSE; else cat; fi; }
}

# cost_holds WHICH CONDITION: of every row, whose numbers are b p i c (vDSO) and B P I (system call).
cost_holds()
{
	cost_rows "$1" <"$kit_directory/cost.md" | awk '
		{ b = $2; p = $3; i = $4; c = $5; B = $6; P = $7; I = $8; rows++ }
		!('"$2"') { print "not so: " $0; wrong = 1 }
		END { exit wrong || !rows }'
}

# The code of the vDSO is small and ours to watch: two instructions are a change. A system call goes through
# the entry code and whatever the compiler and a point release of the source make of it: a tenth.
cost_is_readme()
{
	join <(kit_readme_part cost | cost_rows all | sort) <(cost_rows all <"$kit_directory/cost.md" | sort) | awk '
		function far(a, b, by) { return a - b > by || b - a > by }
		{
			rows++
			for (n = 2; n <= 8; n++)
				if (far($n, $(n + 7), n <= 5 ? 2 : $n / 10)) {
					print $1 ", column " n ": kernel/README.md says " $n ", the run " $(n + 7)
					wrong = 1
				}
		}
		END { if (rows != 7) print rows + 0 " of 7 clocks are in both"; exit wrong || rows != 7 }'
}

suite_cost()
{
	if ! { kit_cost_need && cost_boot baseline && cost_boot patched; } 2>"$tap_directory/cost.need" >&2; then
		{ echo 'fail the kernels to measure'; tail -n 20 "$tap_directory/cost.need" | sed 's/^/note # /'; } \
			>>"$tap_directory/cost.results"
		return
	fi
	cost_table >"$kit_directory/cost.md"
	tap_check cost 'outside of time namespaces the series costs the high-resolution clocks nothing' \
		cost_holds high 'b == p'
	tap_check cost 'outside of time namespaces it costs the coarse clocks two instructions at most' \
		cost_holds all 'p - b <= 2'
	tap_check cost 'inside, a reading takes at most 20 instructions more' cost_holds all 'i - p <= 20'
	tap_check cost 'and 6 beside these where nanoseconds carry' cost_holds all 'c - i <= 6'
	tap_check cost 'a system call takes 5 to 12 times as many as a shifted reading' \
		cost_holds all 'I >= 5 * i && I <= 12 * i'
	tap_check cost 'and as an unshifted one of a high-resolution clock' \
		cost_holds high 'P >= 5 * p && P <= 12 * p'
	tap_check cost 'kernel/README.md shows these figures' cost_is_readme
}
