# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $lib is set by dev
# Boots a machine that qemu emulates, an arm64 one unless NODE_ARCHITECTURE says amd64, waits
# for it, and gives back what it says was its status.
#
# A guest ends with one line on its console, then switches itself off:
#
#     elsewhen-guest: exit STATUS
#
# A guest that ends without that line panicked, hung or was stopped: qemu_no_answer is returned instead.

# Several parts of ./dev read this file.
! declare -F qemu_boot >/dev/null || return 0

# shellcheck source=tests/lib/architecture.sh
. "$lib/architecture.sh"

readonly qemu_no_answer=125

# What a caller may set for one boot:
#   QEMU_CPUS    number of processors (2)            QEMU_ACCEL  (tcg,thread=multi; -icount needs tcg,thread=single)
#   QEMU_MEMORY  in MiB (512)                        QEMU_INPUT  file to read the console's input from (none)

# qemu_boot SECONDS CONSOLE KERNEL PARAMETERS [QEMU ARGUMENT...]: the guest's status, or qemu_no_answer with
# the reason and the end of the console on stderr. CONSOLE is the file that gets the console's output, or -
# for stdout as well as a file nobody sees. PARAMETERS are added to the kernel's command line.
qemu_boot()
{
	local seconds=$1 console=$2 kernel=$3 parameters=$4 ended=0 kept=''

	shift 4
	if [ "$console" = - ]; then
		kept=$(mktemp)
		qemu_machine "$seconds" "$kernel" "$parameters" "$@" | tee "$kept"
		ended=${PIPESTATUS[0]}
		console=$kept
	else
		qemu_machine "$seconds" "$kernel" "$parameters" "$@" >"$console" || ended=$?
	fi
	qemu_verdict "$console" "$ended" "$seconds" || ended=$?
	[ -z "$kept" ] || rm -f "$kept"
	return "$ended"
}

# KVM is not used: not every machine that has it can run arm64 on it. Whoever starts qemu takes it along when he
# dies, however he dies.
qemu_machine()	# SECONDS KERNEL PARAMETERS [QEMU ARGUMENT...]
{
	local seconds=$1 kernel=$2 parameters=$3 signal=on program

	shift 3
	read -r -a program <<<"${architecture_qemu[$(architecture)]}"
	# At a terminal ^C is for the guest.
	[ ! -t 0 ] || [ -z "${QEMU_INPUT-}" ] || signal=off
	setpriv --pdeathsig TERM timeout --foreground --kill-after=5 "$seconds" \
		setpriv --pdeathsig KILL "${program[@]}" -accel "${QEMU_ACCEL:-tcg,thread=multi}" \
		-smp "${QEMU_CPUS:-2}" -m "${QEMU_MEMORY:-512}" \
		-nodefaults -nographic -monitor none -no-reboot \
		-chardev "stdio,id=console,signal=$signal" -serial chardev:console \
		-kernel "$kernel" -append "console=${architecture_console[$(architecture)]} quiet panic=-1 $parameters" \
		"$@" <"${QEMU_INPUT:-/dev/null}"
}

# Prints nothing when the guest has told its status.
qemu_verdict()	# CONSOLE QEMU_STATUS SECONDS
{
	local status

	status=$(tr -d '\r' <"$1" | sed -n 's/^elsewhen-guest: exit \([0-9]\{1,3\}\)$/\1/p' | tail -n 1)
	[ -z "$status" ] || return "$status"
	case $2 in
	124 | 137) echo "qemu: the guest did not end within $3 seconds and was stopped" >&2 ;;
	0) echo 'qemu: the guest ended without telling a status (a panic, or its init died)' >&2 ;;
	*) echo "qemu: it failed with status $2" >&2 ;;
	esac
	tail -n 30 "$1" | tr -d '\r' | sed 's/^/    /' >&2
	return "$qemu_no_answer"
}

# qemu_initramfs FILE PART...: each part is a directory, or an archive (compressed or not) that is taken as it
# is. The kernel unpacks one after the other; each has to begin at a multiple of four bytes.
qemu_initramfs()
{
	local file=$1 part size

	shift
	: >"$file"
	for part; do
		if [ -d "$part" ]; then
			(cd "$part" && find . -print0 | LC_ALL=C sort -z |
				cpio --null --create --format=newc --owner=+0:+0 --quiet) >>"$file" || return 1
		else
			cat "$part" >>"$file" || return 1
		fi
		size=$(stat -c %s "$file")
		truncate -s $(((size + 3) / 4 * 4)) "$file" || return 1
	done
}
