# SPDX-License-Identifier: Apache-2.0
# The results of matrix.bats (TAP), as the table that the README shows: a row a mix of namespaces, a
# column a way to start.

function row_of(name,	parts, time, pid, user)
{
	split(name, parts, ", ")
	if (parts[1] == "rootless") {
		time = parts[2]
		pid = parts[3]
		user = time ~ /^user/ ? "by path, rootless" : "rootless"
	} else {
		time = parts[1]
		pid = parts[2]
		user = parts[3] == "user namespace" ? "new" : "none"
	}
	sub(/^(user and )?time /, "", time)
	sub(/^pid (of )?/, "", pid)
	return sprintf("| %-21s | %-8s | %-17s |", time, pid, user)
}

/^(not )?ok / {
	result = $1 == "ok" ? "ok" : "FAILED"
	if (/ # skip/)
		result = "skipped"
	sub(/^(not )?ok [0-9]+ /, "")
	sub(/ # .*/, "")
	colon = match($0, /: [a-z ]+$/)
	if (!colon)
		next
	row = row_of(substr($0, 1, colon - 1))
	if (!(row in seen)) {
		seen[row] = 1
		rows[++count] = row
	}
	results[row, substr($0, colon + 2)] = result
}

END {
	print "| time namespace        | PID      | user namespace    | run | create, start | exec |"
	print "|-----------------------|----------|-------------------|-----|---------------|------|"
	for (i = 1; i <= count; i++)
		printf "%s %-3s | %-13s | %-4s |\n", rows[i], results[rows[i], "run"],
			results[rows[i], "create and start"], results[rows[i], "run and exec"]
}
