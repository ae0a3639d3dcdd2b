# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# The conformance kit of tests/kernel: on this machine's kernel, and on kernels of arm64 machines that
# have nothing but it. See also kit_teeth.sh and kit_cost.sh.

# shellcheck source=tests/lib/tap.sh
. "$lib/tap.sh"
# shellcheck source=tests/lib/arm64.sh
. "$lib/arm64.sh"
# shellcheck source=tests/lib/kit_teeth.sh
. "$lib/kit_teeth.sh"
# shellcheck source=tests/lib/kit_cost.sh
. "$lib/kit_cost.sh"

readonly kit_directory=$top/build/kit
readonly kit_programs='/kit /kit.armhf'
readonly kit_flags='-std=c11 -D_GNU_SOURCE -D_TIME_BITS=64 -D_FILE_OFFSET_BITS=64 -O2 -Wall -Wextra -Werror
	-static -pthread'

kit_compile()	# COMPILER FILE
{
	# shellcheck disable=SC2086 # a list of words
	"$1" $kit_flags -I"$top/include" -iquote "$top/libcontainer" "$top"/tests/kernel/*.c \
		"$top"/libcontainer/linux/{timens,vdso}.c -o "$2"
}

# kit_need: build/kit/initramfs, with the kit for 64-bit and 32-bit programs and nothing else.
kit_need()
{
	local root=$kit_directory/root

	need qemu kit
	if [ ! -s "$kit_directory/initramfs" ] || [ -n "$(find "$top"/tests/kernel \
		"$top"/libcontainer/linux/{timens,vdso}.[ch] "$top"/include/elsewhen/timens.h "$lib/kit.sh" \
		-newer "$kit_directory/initramfs" 2>/dev/null)" ]; then
		mkdir -p "$root"
		kit_compile aarch64-linux-gnu-gcc "$root/kit" &&
			kit_compile arm-linux-gnueabihf-gcc "$root/kit.armhf" &&
			qemu_initramfs "$kit_directory/initramfs" "$root"
	fi
}

# kit_boot KERNEL SECONDS CONSOLE PARAMETERS PROGRAMS [ARGUMENT...]: the kit is the machine's only process.
kit_boot()
{
	local kernel=$1 seconds=$2 console=$3 parameters=$4 programs=$5

	shift 5
	qemu_boot "$seconds" "$console" "$top/build/kernel/$kernel/Image" \
		"rdinit=/kit $parameters -- --guest=${programs// /,} $*" -initrd "$kit_directory/initramfs"
}

# What one program wrote to the console. A check that took the whole machine down has failed by name.
kit_tap()	# CONSOLE PROGRAM
{
	tr -d '\r' <"$1" | awk -v program="$2" '
		/^elsewhen-kit: begin / { on = $3 == program; next }
		/^elsewhen-kit: end / { if (on) name = ""; on = 0; next }
		!on { next }
		/^running / { name = $2; next }
		/^took / { name = ""; next }
		{ print }
		END { if (name != "") print "not ok 0 - " name ": the machine stopped in it" }'
}

kit_status()	# CONSOLE PROGRAM
{
	local status

	status=$(tr -d '\r' <"$1" | sed -n "s,^elsewhen-kit: end $2 \([0-9]*\)\$,\1,p")
	echo "${status:-$qemu_no_answer}"
}

kit_collect()	# SUITE CONSOLE
{
	local program

	for program in $kit_programs; do
		kit_tap "$2" "$program" >"$2.${program#/}"
		tap_collect "$1" "${program#/}" "$(kit_status "$2" "$program")" "$2.${program#/}"
	done
	kit_gather_skips "$tap_directory/$1.results"
}

# Many checks skipped for one reason are told of in one line.
kit_gather_skips()	# RESULTS
{
	awk '
		/^skip / {
			program = $2
			reason = $0
			sub(/^skip [^:]*: [^:]*: /, "", reason)
			if (!count[program, reason]++)
				order[++reasons] = program SUBSEP reason
			next
		}
		{ print }
		END {
			for (i = 1; i <= reasons; i++) {
				split(order[i], part, SUBSEP)
				print "skip " part[1] " " count[order[i]] " checks: " part[2]
			}
		}' "$1" >"$1.gathered" && mv "$1.gathered" "$1"
}

# How many pages [vvar] has on the kernel that has no time namespaces; empty when that is not built.
kit_baseline_pages()
{
	local pages=$kit_directory/vvar-pages console=$kit_directory/vvar-pages.console

	[ -e "$top/build/kernel/baseline/Image" ] || return 0
	if [ ! "$pages" -nt "$top/build/kernel/baseline/Image" ]; then
		kit_boot baseline 120 "$console" '' /kit --only page-size || return 1
		tr -d '\r' <"$console" | sed -n 's/^# \[vvar\] has \([0-9]*\) pages$/\1/p' >"$pages"
	fi
	cat "$pages"
}

# Where nothing stands in the way of a check, none may be left out.
kit_none_skipped()	# SUITE
{
	! grep '^skip ' "$tap_directory/$1.results"
}

suite_kit_host()
{
	tap_built kit-host plain tests/kernel/kit || return 0
	tap_program kit-host '' 300 "$top/build/plain/tests/kernel/kit"
}

# suite_kit_kernel NAME: its results are those of the suite kit-NAME.
suite_kit_kernel()
{
	local suite=kit-$1 console=$tap_directory/kit-$1.console pages=()

	if ! { node_kernel_need "$1" && kit_need; } >"$console.need" 2>&1; then
		{ echo "fail build/kernel/$1"; tail -n 20 "$console.need" | sed 's/^/note # /'; } \
			>>"$tap_directory/$suite.results"
		return
	fi
	# Stock kernels of other versions have as many pages as they like.
	case $1 in patched | baseline) mapfile -t pages < <(kit_baseline_pages) ;; esac
	kit_boot "$1" 400 "$console" '' "$kit_programs" --progress ${pages[0]:+--vvar-pages "${pages[0]}"} \
		2>"$console.stderr" || true
	kit_collect "$suite" "$console"
	[ "$1" = baseline ] || tap_check "$suite" 'no check was skipped' kit_none_skipped "$suite"
}

# The lines of kernel/README.md between two marks, and the same replaced from standard input.
kit_readme_part()	# NAME
{
	sed -n "/^<!-- $1: begin -->\$/,/^<!-- $1: end -->\$/p" "$top/kernel/README.md" | sed '1d;$d'
}

kit_readme_replace()	# NAME
{
	local part=$kit_directory/$1.part

	cat >"$part"
	sed -i -e "/^<!-- $1: begin -->\$/r $part" -e "/^<!-- $1: begin -->\$/,/^<!-- $1: end -->\$/{
		/^<!-- $1: /!d
	}" "$top/kernel/README.md"
}

kit_readme_equals()	# NAME FILE
{
	diff <(kit_readme_part "$1") "$2"
}

# ./dev kernel tables: what the kernels do, measured anew, into kernel/README.md.
kit_tables()
{
	kit_teeth_need && kit_cost_need || return 1
	tap_begin
	tap_suite teeth suite_teeth
	tap_suite cost suite_cost
	kit_readme_replace teeth <"$kit_directory/teeth.md"
	kit_readme_replace cost <"$kit_directory/cost.md"
}

kit_usage()
{
	cat <<-'END'
		usage: ./dev kit [host | KERNEL | teeth | cost | tables]...

		Proves what kernels promise of time namespaces, by the checks of tests/kernel:
		  host     on this machine's kernel (the default)
		  KERNEL   in an arm64 machine, emulated: patched, baseline, debian-6.1, debian-6.12 or debian-7
		  teeth    on a kernel with one fault after the other, each of which a check must find
		  cost     count the instructions that a reading takes, on baseline and patched
		  tables   teeth and cost, and write their tables into kernel/README.md
	END
}

dev_kit()
{
	local what

	[ $# -gt 0 ] || set -- host
	for what; do
		case $what in
		host | teeth | cost | tables | patched | baseline | debian-*) ;;
		help | --help | -h)
			kit_usage
			return
			;;
		*)
			kit_usage >&2
			return 2
			;;
		esac
	done
	need build
	tap_begin
	for what; do
		case $what in
		host) tap_suite kit-host suite_kit_host ;;
		teeth) tap_suite teeth suite_teeth ;;
		cost) tap_suite cost suite_cost ;;
		patched | baseline | debian-*) tap_suite "kit-$what" suite_kit_kernel "$what" ;;
		tables) kit_tables ;;
		esac
	done
	tap_end
}
