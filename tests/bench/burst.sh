#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# burst.sh COUNT COMMAND...: that many at once; {} in the command is the number of each.
count=$1
shift
pids=
number=0
while [ "$number" -lt "$count" ]; do
	number=$((number + 1))
	(
		for argument; do
			shift
			case $argument in *'{}'*) argument=${argument%%'{}'*}$number${argument#*'{}'} ;; esac
			set -- "$@" "$argument"
		done
		exec "$@"
	) &
	pids="$pids $!"
done
status=0
for pid in $pids; do
	wait "$pid" || status=1
done
exit "$status"
