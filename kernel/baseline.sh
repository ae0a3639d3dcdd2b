#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# baseline.sh TREE: takes the arm64 part of the time namespace out of the linux-6.1 source in TREE, and checks
# that it is gone. What goes is named by identifiers, never by its text, and each deletion has to happen: a
# source in which something has moved stops the script instead of giving a baseline that is none.
set -euo pipefail

tree=${1:?usage: baseline.sh TREE}
arm64=arch/arm64
vdso=$arm64/kernel/vdso.c

# edit FILE TIMES WHAT AWK_PROGRAM [NAME=VALUE...]: the program prints the file anew and counts in `done`.
edit()
{
	local file=$tree/$1 times=$2 what=$3 program=$4

	shift 4
	local variables=("${@/#/-v}")
	[ -f "$file" ] || { echo "baseline.sh: there is no $file" >&2; return 1; }
	awk "${variables[@]}" "$program"'
		END {
			if (done != times) {
				printf "found %d times, expected %d\n", done, times >"/dev/stderr"
				exit 1
			}
		}' times="$times" "$file" >"$file.new" || {
		echo "baseline.sh: $file: $what" >&2
		rm -f "$file.new"
		return 1
	}
	cat "$file.new" >"$file"
	rm "$file.new"
}

drop_lines()	# FILE TIMES PATTERN
{
	# shellcheck disable=SC2016 # awk's
	edit "$1" "$2" "lines that match $3" '
		$0 ~ pattern { done++; skip_blank = blank; next }
		skip_blank && /^$/ { skip_blank = 0; next }
		{ skip_blank = 0; blank = /^$/; print }' "pattern=$3"
}

# A block under CONFIG_TIME_NS, with the blank line after it; what its #else says stays.
drop_conditional()	# FILE TIMES
{
	# shellcheck disable=SC2016 # awk's
	edit "$1" "$2" 'blocks under #ifdef CONFIG_TIME_NS' '
		/^#ifdef CONFIG_TIME_NS$/ { done++; depth = 1; drop = 1; next }
		depth && /^#if/ { depth++ }
		depth == 1 && /^#else/ { drop = 0; next }
		depth && /^#endif/ && !--depth { drop = 0; skip_blank = 1; next }
		drop { next }
		skip_blank && /^$/ { skip_blank = 0; next }
		{ skip_blank = 0; print }'
}

# A function or an enum at the file's top level that NAME opens, with the comment before it.
drop_definition()	# FILE NAME
{
	# shellcheck disable=SC2016 # awk's
	edit "$1" 1 "the definition of $2" '
		function flush() { printf "%s", held; held = "" }
		gone { if (/^}/) { gone = 0; skip_blank = 1 } next }
		skip_blank && /^$/ { skip_blank = 0; next }
		{ skip_blank = 0 }
		/^\/\*/ { flush(); comment = 1 }
		comment { held = held $0 "\n"; if (/\*\//) comment = 0; next }
		# the head of a definition ends with its brace: a line of its own, or the end of an enum line
		/^[a-z]/ && $0 ~ ("[ *]" name "[( ]") && !/;$/ { held = ""; done++; gone = 1; next }
		{ flush(); print }' "name=$2"
}

replace()	# FILE TIMES PATTERN TEXT
{
	# shellcheck disable=SC2016 # awk's
	edit "$1" "$2" "$3, to be replaced" '{ done += gsub(pattern, text); print }' "pattern=$3" "text=$4"
}

# FILE PATTERN TEXT: puts our text before the one line that matches.
insert_before()
{
	# shellcheck disable=SC2016 # awk's
	edit "$1" 1 "$2, to put something before it" '$0 ~ pattern { done++; print text } { print }' \
		"pattern=$2" "text=$3"
}

take_out()
{
	drop_lines $arm64/Kconfig 1 '^\tselect GENERIC_VDSO_TIME_NS$'

	# The vDSO's address of the namespace's page, and who asks for it.
	drop_conditional $arm64/kernel/vdso/vdso.lds.S 1
	drop_conditional $arm64/kernel/vdso32/vdso.lds.S 1
	drop_conditional $arm64/include/asm/vdso/gettimeofday.h 1
	drop_conditional $arm64/include/asm/vdso/compat_gettimeofday.h 1

	# The kernel's side. The fault callback has a block of its own, so it goes first.
	drop_definition $vdso vvar_fault
	drop_conditional $vdso 1
	drop_definition $vdso find_timens_vvar_page
	drop_definition $vdso vvar_pages
	drop_lines $vdso 1 'BUILD_BUG_ON.VVAR_NR_PAGES'
	replace $vdso 3 VVAR_NR_PAGES __VVAR_PAGES
	replace $vdso 1 '[|]VM_PFNMAP' ''
	drop_lines $vdso 2 '[.]fault.*vvar_fault'
	drop_lines $vdso 1 'include .linux/time_namespace[.]h.'
}

# Without a callback a special mapping takes its pages from a list that NULL ends: the data page, then nothing.
put_back()
{
	insert_before $vdso '^static int __init __vdso_init' \
		'static struct page *vvar_pagelist[2] __ro_after_init;\n'
	insert_before $vdso '->pages = vdso_pagelist;$' \
		'\tvvar_pagelist[0] = pfn_to_page(sym_to_pfn(vdso_data));\n\tvdso_info[abi].dm->pages = vvar_pagelist;'
}

is_gone()
{
	! (cd "$tree" && grep -r -n -i -E '_time_ns|time_namespace|(^|[^u])timens|vvar_fault' $arm64) || {
		echo 'baseline.sh: that is left of the time namespace' >&2
		return 1
	}
	grep -q '^#define __VVAR_PAGES[[:space:]]*2$' "$tree/$arm64/include/asm/vdso.h" || {
		echo 'baseline.sh: the VVAR area has not the two pages that it should keep' >&2
		return 1
	}
}

is_linux_6_1()
{
	[ "$(awk '/^(VERSION|PATCHLEVEL) =/ { printf "%s.", $3 }' "$tree/Makefile")" = 6.1. ] || {
		echo "baseline.sh: $tree is no linux-6.1" >&2
		return 1
	}
}

is_linux_6_1
take_out
put_back
is_gone
