# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# ./dev sources: rewrites every sources.mk from the tree, so that nobody edits a list by hand.

sources_write_list()	# VARIABLE FILE...
{
	local variable=$1

	shift
	printf '%s =' "$variable"
	[ $# -eq 0 ] || printf ' \\\n\t%s' "$@"
	printf '\n'
}

sources_head()
{
	printf '# SPDX-License-Identifier: Apache-2.0\n# %s; rewritten by ./dev sources.\n' "$1"
}

sources_find()	# DIRECTORY [FIND EXPRESSION]: sorted paths, the same on every machine
{
	find "$1" -maxdepth 1 -type f "${@:2}" -printf '%p\n' | LC_ALL=C sort
}

sources_programs()	# DIRECTORY PREFIX: programs are named by their one source file
{
	sources_find "$1" -name "$2*.c" | sed 's/\.c$//'
}

sources_rank()	# RANK
{
	local files

	mapfile -t files < <(sources_find "libcontainer/$1" -name '*.[ch]')
	{
		sources_head "Files of libcontainer/$1"
		sources_write_list "$1_sources" "${files[@]}"
	} >"libcontainer/$1/sources.mk"
}

sources_commands()
{
	local files

	mapfile -t files < <(sources_find src -name '*.[ch]' ! -name main.c)
	{
		sources_head 'The command line, but for main.c'
		sources_write_list command_sources "${files[@]}"
	} >src/sources.mk
}

sources_tests()
{
	local unit fuzz tools attacks bench headers kit faults

	mapfile -t unit < <(sources_programs tests/unit test_)
	mapfile -t fuzz < <(sources_programs tests/fuzz fuzz_)
	mapfile -t tools < <(sources_programs tests/tools '')
	mapfile -t attacks < <(sources_programs tests/attacks '')
	mapfile -t headers < <(find tests -name '*.h' ! -path 'tests/kernel/*' ! -path 'tests/faults/*' | LC_ALL=C sort)
	mapfile -t bench < <(sources_programs tests/bench '')
	mapfile -t kit < <(sources_find tests/kernel -name '*.[ch]')
	mapfile -t faults < <(sources_find tests/faults -name '*.[ch]')
	{
		sources_head 'Programs of the tests; each but the kit and faults has one source file of the same name'
		sources_write_list unit_tests "${unit[@]}"
		sources_write_list fuzz_targets "${fuzz[@]}"
		sources_write_list test_tools "${tools[@]}"
		sources_write_list attack_programs "${attacks[@]}"
		sources_write_list bench_programs "${bench[@]}"
		sources_write_list test_headers "${headers[@]}"
		sources_write_list kernel_kit_sources "${kit[@]}"
		sources_write_list faults_sources "${faults[@]}"
		sources_fuzz_links "${fuzz[@]}"
		sources_tool_links "${tools[@]}" "${attacks[@]}"
	} >tests/sources.mk
}

sources_fuzz_links()	# TARGET...: what is special about them is the fuzzing engine
{
	local target

	for target; do
		printf '%s_LDADD = $(fuzz_libs)\n' "${target//\//_}"
	done
}

sources_tool_links()	# TOOL...: they run in containers whose root filesystem holds nothing else
{
	local tool

	for tool; do
		printf '%s_CFLAGS = $(tool_cflags)\n' "${tool//\//_}"
		printf '%s_LDADD =\n' "${tool//\//_}"
		printf '%s_LDFLAGS = -all-static\n' "${tool//\//_}"
	done
}

dev_sources()
{
	local rank

	cd "$top" || return 1
	for rank in base linux oci container; do
		mkdir -p "libcontainer/$rank"
		sources_rank "$rank"
	done
	sources_commands
	sources_tests
}
