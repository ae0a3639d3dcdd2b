#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checks what the tree promises: ranks, listed files, sizes. TAP on stdout; needs no build.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

readonly file_limit=800 file_discussed=500 function_limit=100
number=0
failures=0

# report NAME FINDINGS: the findings are what is wrong, a line each; none is a pass.
report()
{
	number=$((number + 1))
	if [ -z "$2" ]; then
		echo "ok $number - $1"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $number - $1"
	printf '#   %s\n' "${2//$'\n'/$'\n'#   }"
}

c_files()
{
	find libcontainer src include -name '*.[ch]' | LC_ALL=C sort
}

# A higher number may include a lower one, never the reverse.
rank_of()
{
	case $1 in
	src/*) echo 5 ;;
	libcontainer/container/* | container/* | *elsewhen/container.h) echo 4 ;;
	libcontainer/oci/* | oci/*) echo 3 ;;
	libcontainer/linux/* | linux/* | *elsewhen/timens*.h) echo 2 ;;
	libcontainer/base/* | base/*) echo 1 ;;
	*) echo 0 ;;
	esac
}

# Lines "file included", of what is ours.
own_includes()
{
	c_files | xargs grep -o -E '^#include ("[^"]*"|<elsewhen/[^>]*>)' | sed 's/:#include ["<]/ /; s/[">]$//'
}

check_ranks()
{
	local file included

	own_includes | while read -r file included; do
		[ "$(rank_of "$included")" -le "$(rank_of "$file")" ] ||
			echo "$file includes $included, which is above it"
	done
}

# "oci/json.h", never "json.h": else the rank would not show on the line.
check_ranks_named()
{
	local file included

	own_includes | grep '^libcontainer/' | while read -r file included; do
		[ "$(rank_of "$included")" -gt 0 ] || echo "$file includes $included without its rank"
	done
}

# src reaches libcontainer through its public header; the rest of container/ is not its business.
check_public_door()
{
	grep -n '#include "container/' src/*.[ch] 2>/dev/null
}

check_timens_alone()
{
	grep -n '#include "' libcontainer/linux/timens.c libcontainer/linux/timens_value.c \
		include/elsewhen/timens.h include/elsewhen/timens_value.h
}

check_yajl()
{
	c_files | grep -v -e '/json_reader\.c$' -e '/json_writer\.c$' | xargs grep -n '#include <yajl'
}

# A core dump would hold what the process holds: base/fatal.h is how a process of ours ends.
check_aborts()
{
	c_files | xargs grep -n -E '\b(abort|assert) ?\('
}

check_listed()
{
	local file

	{
		find libcontainer src -name '*.[ch]' ! -path src/main.c
		find tests -name '*.[ch]'
	} | LC_ALL=C sort | while read -r file; do
		cat libcontainer/*/sources.mk src/sources.mk tests/sources.mk |
			grep -q -E "^	(${file}|${file%.c})( \\\\)?\$" ||
			echo "$file is in no sources.mk; ./dev sources rewrites them"
	done
}

check_gone()
{
	local file

	sed -n 's/^\t\([^ ]*\).*$/\1/p' libcontainer/*/sources.mk src/sources.mk tests/sources.mk |
		while read -r file; do
			[ -e "$file" ] || [ -e "$file.c" ] || echo "$file is listed and not there"
		done
}

check_licence()
{
	{ c_files; find tests -name '*.[ch]'; } | while read -r file; do
		head -n 1 "$file" | grep -q -x -e '/\* SPDX-License-Identifier: Apache-2.0 \*/' || echo "$file"
	done
}

check_file_sizes()	# LIMIT
{
	c_files | xargs wc -l | awk -v limit="$1" '$2 != "total" && $1 > limit { print $2 ": " $1 " lines" }'
}

# In the tree's brace style only a function's own braces stand alone in the first column.
check_functions()
{
	c_files | xargs awk -v limit="$function_limit" '
		/^{/ { start = FNR }
		/^}/ { if (start && FNR - start - 1 > limit) print FILENAME ":" start ": " FNR - start - 1 " lines"; start = 0 }'
}

report 'a file includes its own rank or a lower one' "$(check_ranks)"
report 'an include in libcontainer names the rank' "$(check_ranks_named)"
report 'src includes of container/ only <elsewhen/container.h>' "$(check_public_door)"
report 'linux/timens.c and linux/timens_value.c need libc alone' "$(check_timens_alone)"
report 'only the JSON reader and writer know yajl' "$(check_yajl)"
report 'nothing aborts' "$(check_aborts)"
report 'every source file is in a sources.mk' "$(check_listed)"
report 'every listed file is there' "$(check_gone)"
report 'every source file begins with its licence' "$(check_licence)"
report "no file has more than $file_limit lines" "$(check_file_sizes $file_limit)"
report "no function has more than $function_limit lines" "$(check_functions)"
check_file_sizes $file_discussed | sed 's/^/# worth a discussion: /'
echo "1..$number"
[ "$failures" -eq 0 ]
