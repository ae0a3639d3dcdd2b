#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What comes from config.json, an image or a process drives no terminal and forges no line of a log: control
# characters and what turns the direction of writing are escaped on standard error, in --log, and in what is printed.

load common

# A title for the terminal, a screen that is cleared, a forged line; CSI as one character, a right-to-left override.
readonly EVIL=$'\e]0;pwned\a\e[2J\nelsewhen: forged\r\u009b31m\u202egpj.exe'
readonly NAME='naïve 日本語 ελληνικά'

no_raw_control()	# FILE
{
	! LC_ALL=C grep -q -a -P '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]' "$1" || {
		cat -v "$1"
		return 1
	}
}

refusals()	# prints filters, each of which makes a config.json that is refused and named
{
	cat <<-'END'
		.process.cwd = "/" + $evil
		.process.args = [$evil]
		.process.args = ["/bin/" + $evil]
		.mounts += [{destination: ("/" + $evil), type: "none", source: "/nowhere", options: ["bind"]}]
		.mounts += [{destination: "/mnt", type: $evil, source: "none"}]
		.linux.sysctl = {("net." + $evil): "1"}
		.process.capabilities.bounding += [$evil]
		.linux.namespaces += [{type: $evil}]
		.process.rlimits = [{type: $evil, hard: 1, soft: 1}]
		.root.path = $evil
		.annotations = {"elsewhen.dev/boottime": $evil}
		.ociVersion = $evil
		.hostname = $evil + ("x" * 80)
		.linux.seccomp = {defaultAction: $evil}
	END
}

@test "errors: standard error and --log, as text and as JSON" {
	local filter format count=0

	make_bundle
	cp "$BUNDLE/config.json" "$WORK/good.json"
	while read -r filter; do
		jq --arg evil "$EVIL$NAME" "$filter" "$WORK/good.json" >"$BUNDLE/config.json"
		for format in text json; do
			rm -f "$WORK/log"
			elsewhen --log "$WORK/log" --log-format "$format" create --bundle "$BUNDLE" "$ID" \
				>"$WORK/output" 2>&1 </dev/null && { elsewhen delete --force "$ID"; continue; }
			no_raw_control "$WORK/output"
			no_raw_control "$WORK/log"
			equal "$(wc -l <"$WORK/output")" 1 || { cat "$WORK/output"; return 1; }
			[ "$format" = text ] || jq -e . "$WORK/log" >/dev/null
			run ! grep -q '^elsewhen: forged' "$WORK/output"
			count=$((count + 1))
		done
	done < <(refusals)
	# Enough of them were refused for this to have tested something.
	[ "$count" -ge 16 ] || { echo "$count were refused"; return 1; }
	contains "$(cat "$WORK/output")" forged
}

@test "errors: text of other languages stays as it is, what is no UTF-8 does not" {
	run elsewhen state "$NAME"
	failed "$NAME"
	run elsewhen --log $'/nowhere/\xff\xfe' list
	failed '/nowhere/\xff\xfe'
	make_bundle
	arguments "/bin/$NAME"
	run run_container
	failed "/bin/$NAME"
}

@test "the JSON log says what was said" {
	make_bundle
	edit --arg cwd "/etc/passwd/$EVIL$NAME" '.process.cwd = $cwd'
	run elsewhen --log "$WORK/log" --log-format json run --bundle "$BUNDLE" "$ID"
	contains "$(jq -r 'select(.level == "error").msg' "$WORK/log")" "/etc/passwd/$EVIL$NAME"
}

@test "state, list, ps and clocks: what the image, its processes and annotations are called" {
	local command

	make_bundle
	edit --arg evil "$EVIL" --arg name "$NAME" '.annotations = {"evil\u202e": $evil, "name": $name}'
	mkdir -p "$ROOTFS/evil"
	edit --arg program "/evil/"$'\e[2J\u009b\u202e' '.process.args = [$program]'
	printf '#!/bin/sh\nwhile :; do /bin/sleep 0.1; done\n' >"$ROOTFS/evil/"$'\e[2J\u009b\u202e'
	chmod 0755 "$ROOTFS/evil/"*
	mv "$BUNDLE" "$WORK/b"$'\e[2J\n\u202e'
	BUNDLE=$WORK/b$'\e[2J\n\u202e'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	for command in "state $ID" list "list --format json" "ps $ID" "ps --format json $ID" "clocks $ID" \
		"clocks --format json $ID" clocks; do
		# shellcheck disable=SC2086 # a list of words
		elsewhen $command >"$WORK/output"
		no_raw_control "$WORK/output" || { echo "$command"; return 1; }
		if [[ $command == *json* || $command == state* ]]; then
			jq -e . "$WORK/output" >/dev/null
		fi
	done
	equal "$(elsewhen state "$ID" | jq -r '.annotations["evil\u202e"]')" "$EVIL"
	equal "$(elsewhen state "$ID" | jq -r .annotations.name)" "$NAME"
	equal "$(elsewhen state "$ID" | jq -r .bundle)" "$(realpath "$BUNDLE")"
	contains "$(elsewhen ps "$ID")" '\x1b[2J\u009b\u202e'
	# The columns are where they would be without it.
	elsewhen list >"$WORK/output"
	equal "$(wc -l <"$WORK/output")" 2
	equal "$(awk 'NR == 1 { print index($0, "BUNDLE") }' "$WORK/output")" \
		"$(awk 'NR == 2 { print index($0, "/tmp") }' "$WORK/output")"
}
