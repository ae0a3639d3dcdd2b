# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top, $lib and $kit_directory are set before
# The kit's teeth: a kernel with one fault after the other, each of which a named check must find.

# Of the checks of the vDSO so many may fail on one faulty kernel before the rest is left out, since each may
# hang for so many seconds.
readonly teeth_enough=6 teeth_seconds=10

kit_teeth_need()
{
	node_kernel_need baseline && node_kernel_need mutants && kit_need
}

teeth_faults()
{
	sed -n 's/^\([a-z][a-z0-9-]*\) .*/\1/p' "$top/kernel/mutants/list"
}

teeth_boot()	# FAULT PAGES
{
	kit_boot mutants 900 "$kit_directory/teeth/$1" "timens_mutant=$1" "$kit_programs" --progress \
		--seconds $teeth_seconds --enough $teeth_enough --vvar-pages "$2" \
		2>"$kit_directory/teeth/$1.stderr" || true
}

# Two machines at a time: most of the kit has one thread.
teeth_boot_all()
{
	local fault pages

	pages=$(kit_baseline_pages) && [ -n "$pages" ] || return 1
	rm -rf "$kit_directory/teeth"
	mkdir -p "$kit_directory/teeth"
	for fault in $(teeth_faults); do
		while [ "$(jobs -rp | wc -l)" -ge 2 ]; do
			wait -n || true
		done
		teeth_boot "$fault" "$pages" &
	done
	wait
}

# Lines "vdso|syscall NAME [(64-bit)|(32-bit)]": what failed, in the order of the kit, and in which program
# when it was in one of them alone.
teeth_failed()	# FAULT
{
	local program

	for program in $kit_programs; do
		kit_tap "$kit_directory/teeth/$1" "$program" |
			sed -n "s,^not ok [0-9]* - \([a-z0-9-]*\):.*,$program \1,p"
	done | awk -v list="$kit_directory/checks" '
		{ failed[$1, $2] = 1 }
		END {
			while ((getline line <list) > 0) {
				split(line, check, " ")
				wide = ("/kit", check[1]) in failed
				narrow = ("/kit.armhf", check[1]) in failed
				if (wide || narrow)
					print check[2], check[1] (wide && narrow ? "" : wide ? " (64-bit)" : " (32-bit)")
			}
		}'
}

# The first of them, as a cell of a table.
teeth_cell()	# KIND LINES
{
	printf '%s\n' "$2" | awk -v kind="$1" -v most=$teeth_enough '
		$1 == kind && ++count <= most { cell = cell (cell == "" ? "" : ", ") "`" $2 "`" ($3 == "" ? "" : " " $3) }
		END { print (count == 0 ? "-" : cell) (count > most ? ", " count - most " more" : "") }'
}

teeth_row()	# FAULT PATCH SENTENCE
{
	local failed

	failed=$(teeth_failed "$1")
	printf '| `%s` | %s | %s | %s | %s |\n' "$1" "$2" "$3" "$(teeth_cell vdso "$failed")" \
		"$(teeth_cell syscall "$failed")"
}

teeth_table()
{
	local fault patch sentence

	cat <<-END
		Of the checks that read clocks by the vDSO $teeth_enough may fail in a program before the rest is left out; of those
		by system calls alone $teeth_enough are named. Each fails in 64-bit and in 32-bit programs, unless it says in which.

	END
	echo '| fault | patch | what it does | checks of the vDSO that fail | checks by system calls that fail |'
	echo '|---|---|---|---|---|'
	while read -r fault patch sentence; do
		teeth_row "$fault" "$patch" "$sentence"
	done < <(sed -n 's/^\([a-z][a-z0-9-]*\)  *\([0-9-]*\)  *\(.*\)/\1 \2 \3/p' "$top/kernel/mutants/list")
}

teeth_is_caught()	# FAULT
{
	[ -n "$(teeth_failed "$1")" ] && return 0
	echo "every check passed on a kernel with the fault '$1':"
	cat "$kit_directory/teeth/$1.stderr"
	return 1
}

# The clocks of system calls are right when the vDSO's are wrong: who asks by them alone sees nothing.
teeth_system_calls_see_nothing()
{
	local seen

	seen=$(awk -F ' *[|] *' '$3 ~ /^[1-5]$/ && $6 != "-"' "$kit_directory/teeth.md")
	[ -z "$seen" ] || { echo "$seen"; return 1; }
}

suite_teeth()
{
	local fault

	if ! { tap_built teeth plain tests/kernel/kit && kit_teeth_need && teeth_boot_all; } \
		2>"$tap_directory/teeth.need" >&2; then
		{ echo 'fail the kernels to try'; tail -n 20 "$tap_directory/teeth.need" | sed 's/^/note # /'; } \
			>>"$tap_directory/teeth.results"
		return
	fi
	"$top/build/plain/tests/kernel/kit" --list >"$kit_directory/checks"
	for fault in $(teeth_faults); do
		tap_check teeth "$fault is caught" teeth_is_caught "$fault"
	done
	teeth_table >"$kit_directory/teeth.md"
	tap_check teeth 'system calls alone show no fault of patches 1 to 5' teeth_system_calls_see_nothing
	tap_check teeth 'kernel/README.md shows the faults as they came out' \
		kit_readme_equals teeth "$kit_directory/teeth.md"
}
