# SPDX-License-Identifier: Apache-2.0
# Reads TAP as bats, cmocka and our own checks write it; writes one kind of line for each test:
#   pass NAME | fail NAME | skip NAME: REASON, and "note ..." lines below a failure.
# Variables: program (a prefix for names, may be empty), status (what the program exited with).

function said(kind, name) { print kind " " (program == "" ? "" : program ": ") name; ran++ }

# cmocka numbers a skipped test "not ok 1 # SKIP name" and prints the reason on a line before it.
function skipped(line, name, reason) {
	name = reason = line
	sub(/^(not )?ok [0-9]* *(- )?/, "", name)
	sub(/^.*# *[Ss][Kk][Ii][Pp] */, "", reason)
	sub(/ *# *[Ss][Kk][Ii][Pp].*$/, "", name)
	if (name == "") {
		name = reason
		reason = free == "" ? "no reason given" : free
		sub(/^skipped: /, "", reason)
	}
	said("skip", name ": " reason)
}

/^TAP version / { next }
/^1\.\.[0-9]+/ { planned = substr($0, 4) + 0; has_plan = 1; next }
/^(not )?ok .*# *[Ss][Kk][Ii][Pp]/ { skipped($0); free = ""; failing = 0; next }
/^ok / { sub(/^ok [0-9]* *(- )?/, ""); said("pass", $0); free = ""; failing = 0; next }
/^not ok / { sub(/^not ok [0-9]* *(- )?/, ""); said("fail", $0); free = ""; failing = 1; failures++; next }
/^#/ { if (failing) print "note " $0; next }
{ free = $0; notes[++kept % 15] = $0 }

END {
	if (has_plan && ran != planned)
		said("fail", "ran " ran + 0 " of " planned " planned tests, exit status " status)
	else if (!has_plan && ran == 0)
		said("fail", "told of no test at all, exit status " status)
	else if (status != 0 && failures == 0)
		said("fail", "exit status " status " though no test failed")
	else
		exit
	for (i = kept - 14; i <= kept; i++)
		if (i > 0)
			print "note # " notes[i % 15]
}
