# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Takes the pages in docs/ at their word: their settings are written, their commands run, the output compared.

docs_page()	# NAME
{
	echo "$BATS_TEST_DIRNAME/../../docs/$1.md"
}

# docs_block PAGE LANGUAGE [N]: the N-th block of that language
docs_block()
{
	awk -v language="$2" -v wanted="${3:-1}" '
		$0 == "```" { inside = 0 }
		inside
		$0 == "```" language { inside = ++count == wanted }' "$(docs_page "$1")"
}

# Where the pages say that elsewhen is.
docs_install()
{
	mount -t tmpfs tmpfs /usr/local/bin
	install -m 0755 "$ELSEWHEN" /usr/local/bin/elsewhen
}

# Fails with the command that did not print what the page shows; "..." stands for anything.
docs_check_output()	# COMMAND EXPECTED
{
	local output pattern

	output=$(bash -c "$1" 2>"$BATS_TEST_TMPDIR/stderr" </dev/null) || {
		printf 'failed: %s\n%s\n' "$1" "$output"
		cat "$BATS_TEST_TMPDIR/stderr"
		return 1
	}
	pattern=${2//\\/\\\\}
	pattern=${pattern//\*/\\*}
	pattern=${pattern//\?/\\?}
	pattern=${pattern//\[/\\[}
	pattern=${pattern//.../*}
	# shellcheck disable=SC2053 # a pattern
	[[ $output == $pattern ]] || {
		printf 'command: %s\ngot:      %s\npage has: %s\n' "$1" "$output" "$2"
		return 1
	}
}

# Every command of the page's console blocks, in order; at least as many as the caller knows of.
docs_run()	# PAGE LEAST
{
	local line command='' expected='' ran=0

	while read -r -u 9 line; do
		if [[ $line == '# '* ]]; then
			[ -z "$command" ] || docs_check_output "$command" "$expected" || return 1
			command=${line#'# '}
			expected=''
			ran=$((ran + 1))
		else
			expected+=${expected:+$'\n'}$line
		fi
	done 9< <(awk '$0 == "```" { inside = 0 } inside; $0 == "```console" { inside = 1 }' "$(docs_page "$1")")
	docs_check_output "$command" "$expected" || return 1
	[ "$ran" -ge "$2" ]
}
