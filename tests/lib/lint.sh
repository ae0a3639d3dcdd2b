# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# Static analysis and style: each tool is one check, silent when it has nothing to say.

# shellcheck source=tests/lib/tap.sh
. "$lib/tap.sh"

lint_c_files()
{
	(cd "$top" && find libcontainer src include tests kernel -name '*.[ch]' | LC_ALL=C sort)
}

lint_c_sources()
{
	(cd "$top" && find libcontainer src -name '*.c' | LC_ALL=C sort)
}

lint_format()
{
	(cd "$top" && lint_c_files | xargs clang-format --dry-run -Werror)
}

lint_tidy()
{
	# shellcheck disable=SC2016 # the inner shell's arguments
	(cd "$top" && lint_c_sources | xargs -P "$build_jobs" -n 6 sh -c 'clang-tidy --quiet "$@" -- \
		-std=c11 -D_GNU_SOURCE -DSYSCONFDIR=\"/etc\" -Iinclude -iquote libcontainer -I. -include build/plain/config.h' tidy \
		2>&1) | grep -v -E '^[0-9]+ warnings? (generated|treated)'
	return "${PIPESTATUS[0]}"
}

lint_cppcheck()
{
	(cd "$top" && cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr -j "$build_jobs" \
		--enable=warning,portability,performance --suppressions-list=tests/lib/cppcheck.txt \
		-D_GNU_SOURCE -D__linux__ '-DSYSCONFDIR="/etc"' -Iinclude -Ilibcontainer libcontainer src)
}

lint_shell()
{
	(cd "$top" && shellcheck --external-sources dev autogen.sh .ci/run kernel/baseline.sh tests/check_layers.sh \
		tests/lib/*.sh tests/arm64/*.sh tests/engines/*.sh tests/engines/*.bash tests/e2e/*.bash tests/attacks/*.sh tests/attacks/*.bash &&
		shellcheck --external-sources tests/e2e/*.bats tests/engines/*.bats tests/attacks/*.bats)
}

lint_manual()
{
	local page findings

	for page in "$top"/man/*.8; do
		# What other pages this machine has says nothing about ours.
		findings=$(mandoc -T lint -W style "$page" | grep -v 'mandoc\.db\|referenced manual not found') || true
		[ -z "$findings" ] || { echo "$findings"; return 1; }
	done
}

# docs/security.md and docs/differences.md name the test of each row by its file and the beginning of its name; the first
# leaves out no attack.
lint_security()
{
	local file name title found=0 missing=0

	while IFS=: read -r file name; do
		found=$((found + 1))
		grep -q -F "@test \"${name# }" "$top/$file" && continue
		echo "docs name a test that is not there: $file:$name"
		missing=1
	done < <(cat "$top"/docs/{security,differences}.md | grep -o '`tests/[^`]*\.bats: [^`]*`' | tr -d '`')
	while IFS= read -r title; do
		file=${title%%:*}
		title=${title#*@test \"}
		lint_security_has "tests/attacks/${file##*/}" "$title" && continue
		echo "docs/security.md names no such attack: ${file##*/}: $title"
		missing=1
	done < <(grep -H '^@test ' "$top"/tests/attacks/*.bats)
	[ "$found" -gt 20 ] && [ "$missing" = 0 ]
}

lint_security_has()	# FILE TITLE
{
	local name

	while IFS= read -r name; do
		[[ $2 != "$name"* ]] || return 0
	done < <(grep -o "\`$1: [^\`]*\`" "$top/docs/security.md" | tr -d '`' | sed "s,^$1: ,,")
	return 1
}

lint_whitespace()
{
	! (cd "$top" && grep -r -n -I -E '[[:space:]]+$' --include='*.[chm]*' --include='*.sh' --include='*.ba*' \
		dev configure.ac Makefile.am libcontainer src include tests/lib tests/e2e tests/attacks tests/arm64 tests/engines tests/unit man docs)
}

suite_lint()
{
	tap_built lint plain || return 0
	tap_check lint 'clang-format: every C file' lint_format
	tap_check lint 'white space at no end of line' lint_whitespace
	tap_check lint 'shellcheck: every script and bats file' lint_shell
	tap_check lint 'docs/security.md: a test for each class, and each attack' lint_security
	tap_check lint 'mandoc: the manual page' lint_manual
	tap_check lint 'cppcheck: libcontainer and src' lint_cppcheck
	tap_check lint 'clang-tidy: libcontainer and src' lint_tidy
}

dev_lint()
{
	need build lint
	tap_begin
	tap_suite layers tap_program layers '' 60 "$top/tests/check_layers.sh"
	tap_suite lint suite_lint
	tap_end
}
