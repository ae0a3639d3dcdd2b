#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# config.md "Mounts", config-linux.md devices, masked and read-only paths, propagation; hostile trees.

load common

# A bind mount of $WORK/source on /m with these options, as JSON strings.
bind_mount()	# OPTION...
{
	mkdir -p "$WORK/source"
	echo data >"$WORK/source/file"
	edit --arg source "$WORK/source" '.mounts += [{destination: "/m", type: "bind", source: $source,
		options: $ARGS.positional}]' --args -- "$@"
}

in_container()
{
	shell "$1"
	run run_container
}

mount_options()	# MOUNTPOINT: as the container's mountinfo, printed to $output, shows them
{
	awk -v point="$1" '$5 == point { print $6 }' <<<"$output" | tail -n 1
}

@test "bind: read and write" {
	make_bundle
	bind_mount bind
	in_container 'cat /m/file; echo more >/m/new'
	succeeded
	equal "$output" data
	equal "$(cat "$WORK/source/new")" more
}

@test "bind: ro, nosuid, nodev, noexec" {
	make_bundle
	bind_mount bind ro nosuid nodev noexec
	in_container 'echo x >/m/new; cat /proc/self/mountinfo'
	contains "$output" 'Read-only file system'
	matches "$(mount_options /m)" '^ro,nosuid,nodev,noexec'
	[ ! -e "$WORK/source/new" ]
}

@test "bind: a file onto a file, made when it is missing" {
	make_bundle
	mkdir -p "$WORK/source"
	echo resolved >"$WORK/source/one"
	edit --arg source "$WORK/source/one" \
		'.mounts += [{destination: "/etc/made/here.conf", type: "bind", source: $source, options: ["bind"]}]'
	in_container 'cat /etc/made/here.conf'
	succeeded
	equal "$output" resolved
}

@test "bind: a directory onto a file is refused" {
	make_bundle
	edit --arg source "$WORK" '.mounts += [{destination: "/etc/passwd", type: "bind", source: $source, options: ["bind"]}]'
	run run_container
	failed /etc/passwd
	assert_no_leftovers
}

@test "bind: a source that is missing is named with its place" {
	make_bundle
	edit '.mounts += [{destination: "/m", type: "bind", source: "/no/such/source", options: ["bind"]}]'
	run run_container
	failed "mounts[$(($(jq '.mounts | length' "$BUNDLE/config.json") - 1))]" /no/such/source 'No such file or directory'
	assert_no_leftovers
}

@test "rbind: mounts below come along; ro is for the top, rro for all" {
	make_bundle
	mkdir -p "$WORK/source/below"
	mount -t tmpfs tmpfs "$WORK/source/below"
	bind_mount rbind ro
	in_container '(echo x >/m/top) 2>/dev/null || echo top refused; echo y >/m/below/new && echo below written'
	equal "$output" $'top refused\nbelow written'
	edit '.mounts[-1].options = ["rbind", "rro"]'
	in_container '(echo x >/m/top) 2>/dev/null || echo top refused; (echo y >/m/below/new2) 2>/dev/null || echo below refused'
	equal "$output" $'top refused\nbelow refused'
	umount "$WORK/source/below"
}

@test "tmpfs: size and mode" {
	make_bundle '.mounts += [{destination: "/t", type: "tmpfs", source: "tmpfs",
		options: ["nosuid", "size=1m", "mode=0710"]}]'
	in_container 'stat -c %a /t; df -k /t | tail -n 1; dd if=/dev/zero of=/t/big bs=1k count=2000 2>&1'
	equal "${lines[0]}" 710
	matches "${lines[1]}" ' 1024 '
	contains "$output" 'No space left'
}

@test "tmpfs: tmpcopyup brings what was there" {
	make_bundle '.mounts += [{destination: "/t", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"]}]'
	mkdir -p "$ROOTFS/t/directory"
	echo inner >"$ROOTFS/t/directory/file"
	ln -s directory/file "$ROOTFS/t/link"
	chmod 0750 "$ROOTFS/t/directory"
	in_container 'cat /t/link; stat -c %a /t/directory; echo changed >/t/directory/file'
	succeeded
	equal "$output" $'inner\n750'
	equal "$(cat "$ROOTFS/t/directory/file")" inner
}

@test "an option that a filesystem refuses is named by mount and option" {
	make_bundle '.mounts += [{destination: "/t", type: "tmpfs", source: "tmpfs", options: ["no_such_option=5"]}]'
	run run_container
	failed 'mounts[' no_such_option
	assert_no_leftovers
}

@test "an unknown filesystem type is named" {
	make_bundle '.mounts += [{destination: "/t", type: "nosuchfs", source: "none"}]'
	run run_container
	failed 'mounts[' nosuchfs
	assert_no_leftovers
}

@test "mounts are made in the order of the list" {
	make_bundle '.mounts += [{destination: "/t", type: "tmpfs", source: "tmpfs"},
		{destination: "/t/inner", type: "tmpfs", source: "tmpfs", options: ["size=64k"]}]'
	in_container 'awk "\$5 ~ /^.t/ { print \$5 }" /proc/self/mountinfo'
	succeeded
	equal "$output" $'/t\n/t/inner'
}

@test "propagation: a slave gets what is mounted later on the host, and gives nothing back" {
	make_bundle
	mkdir -p "$WORK/shared/sub" "$WORK/shared/back"
	mount -t tmpfs tmpfs "$WORK/shared"
	mount --make-shared "$WORK/shared"
	mkdir "$WORK/shared/sub" "$WORK/shared/back"
	edit --arg source "$WORK/shared" '.mounts += [{destination: "/m", type: "bind", source: $source,
		options: ["rbind", "rslave"]}]
		| .process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
	shell 'mount -t tmpfs inner /m/back; touch /ready; until [ -e /m/sub/file ]; do sleep 0.05; done; touch /seen; sleep 1000'
	quietly elsewhen run --detach --bundle "$BUNDLE" "$ID"
	wait_for test -e "$ROOTFS/ready"
	mount -t tmpfs tmpfs "$WORK/shared/sub"
	touch "$WORK/shared/sub/file"
	wait_for test -e "$ROOTFS/seen"
	equal "$(grep -c " $WORK/shared/back " /proc/self/mountinfo)" 0
	elsewhen delete --force "$ID"
	umount "$WORK/shared/sub"
	umount "$WORK/shared"
}

@test "the host's mount table is the same after a container as before" {
	make_bundle
	cut -d ' ' -f 3- /proc/self/mountinfo >"$WORK/before"
	in_container true
	succeeded
	cut -d ' ' -f 3- /proc/self/mountinfo | diff "$WORK/before" -
}

@test "root.readonly" {
	make_bundle '.root.readonly = true'
	in_container 'echo x >/new; cat /proc/self/mountinfo'
	contains "$output" 'Read-only file system'
	matches "$(mount_options /)" '^ro'
	[ ! -e "$ROOTFS/new" ]
}

@test "nothing of the host's tree is left in the container" {
	make_bundle
	in_container 'cat /proc/self/mountinfo'
	succeeded
	lacks "$output" "$WORK/b/rootfs/"
	equal "$(awk '$5 == "/"' <<<"$output" | wc -l)" 1
}

@test "default devices and links work" {
	make_bundle
	in_container 'for d in null zero full random urandom tty; do stat -c "%n %t:%T %a" /dev/$d; done
		for l in fd stdin stdout stderr ptmx; do readlink /dev/$l; done
		echo x >/dev/null && head -c 3 /dev/zero | wc -c'
	succeeded
	equal "$output" '/dev/null 1:3 666
/dev/zero 1:5 666
/dev/full 1:7 666
/dev/random 1:8 666
/dev/urandom 1:9 666
/dev/tty 5:0 666
/proc/self/fd
/proc/self/fd/0
/proc/self/fd/1
/proc/self/fd/2
pts/ptmx
3'
}

# No driver has this number: who may open the node hears that, and not that it is not permitted.
@test "linux.devices: type, numbers, mode and owner" {
	make_bundle '.linux.devices = [{path: "/dev/mine", type: "c", major: 240, minor: 77, fileMode: 416, uid: 0, gid: 34},
		{path: "/dev/denied", type: "c", major: 10, minor: 229, fileMode: 438},
		{path: "/dev/pipe", type: "p", fileMode: 384}]
		| .linux.resources.devices = [{allow: false, access: "rwm"},
		{allow: true, type: "c", major: 240, minor: 77, access: "r"}]'
	in_container 'stat -c "%F %t:%T %a %u:%g" /dev/mine; stat -c "%F %a" /dev/pipe; cat /dev/mine 2>&1
		echo x 2>&1 >/dev/mine; true'
	equal "${lines[0]}" 'character special file f0:4d 640 0:34'
	equal "${lines[1]}" 'fifo 600'
	contains "${lines[2]}" 'No such device or address'
	contains "${lines[3]}" 'Operation not permitted'
}

@test "maskedPaths: files read empty, directories are empty, missing ones do not matter" {
	make_bundle '.linux.maskedPaths = ["/proc/kcore", "/masked/file", "/masked/directory", "/no/such/path"]'
	mkdir -p "$ROOTFS/masked/directory"
	echo secret | tee "$ROOTFS/masked/file" >"$ROOTFS/masked/directory/file"
	in_container 'cat /masked/file; ls /masked/directory; head -c 1 /proc/kcore 2>/dev/null; touch /masked/directory/new 2>&1 | grep -o Read-only; echo end'
	succeeded
	equal "$output" $'Read-only\nend'
}

@test "readonlyPaths" {
	make_bundle '.linux.readonlyPaths = ["/proc/sys", "/kept", "/no/such/path"]'
	mkdir -p "$ROOTFS/kept"
	in_container 'touch /kept/x 2>&1; echo 1 >/proc/sys/kernel/domainname'
	matches "${lines[0]}" 'Read-only file system'
	matches "${lines[1]}" 'Read-only file system'
}

@test "cgroup: the container sees its own limits in /sys/fs/cgroup, read-only" {
	make_bundle '.linux.resources.pids = {limit: 77}' '.linux.resources.memory = {limit: 104857600}'
	in_container 'cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max
		cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max
		find /sys/fs/cgroup -maxdepth 2 -name cgroup.procs -writable'
	equal "${lines[0]}" 77
	equal "${lines[1]}" 104857600
}

# --- a root filesystem made to lead the runtime astray

outside()
{
	mkdir -p "$WORK/outside"
	echo untouched >"$WORK/outside/file"
	find "$WORK/outside" -printf '%P %m %s\n' | LC_ALL=C sort >"$WORK/outside.before"
}

outside_is_untouched()
{
	find "$WORK/outside" -printf '%P %m %s\n' | LC_ALL=C sort | diff "$WORK/outside.before" - &&
		equal "$(cat "$WORK/outside/file")" untouched
}

@test "hostile: a destination behind an absolute symlink stays inside" {
	make_bundle '.mounts += [{destination: "/evil/made", type: "tmpfs", source: "tmpfs"}]'
	outside
	ln -s "$WORK/outside" "$ROOTFS/evil"
	in_container 'grep -c made /proc/self/mountinfo'
	outside_is_untouched
	equal "$output" 1
}

@test "hostile: a destination behind a climbing symlink stays inside" {
	make_bundle '.mounts += [{destination: "/a/b/evil/made", type: "tmpfs", source: "tmpfs"}]'
	outside
	mkdir -p "$ROOTFS/a/b"
	ln -s ../../../../../../../../../../../.."$WORK/outside" "$ROOTFS/a/b/evil"
	in_container 'grep -c made /proc/self/mountinfo'
	outside_is_untouched
	equal "$output" 1
}

@test "hostile: a destination that is a symlink to a file of the host" {
	make_bundle
	outside
	ln -s "$WORK/outside/file" "$ROOTFS/etc/target"
	bind_mount bind
	edit --arg source "$WORK/source/file" \
		'.mounts[-1] = {destination: "/etc/target", type: "bind", source: $source, options: ["bind"]}'
	in_container 'cat /etc/target'
	outside_is_untouched
	[ "$status" -ne 0 ] || equal "$output" data
	equal "$(cat "$WORK/source/file")" data
}

@test "hostile: /proc as a symlink is refused" {
	make_bundle
	rmdir "$ROOTFS/proc"
	ln -s /tmp "$ROOTFS/proc"
	run run_container
	failed /proc
	assert_no_leftovers
}

@test "hostile: a mount over something in /proc is refused" {
	make_bundle
	bind_mount bind
	edit '.mounts[-1].destination = "/proc/self"'
	run run_container
	failed /proc/self
	edit '.mounts[-1].destination = "/proc/sys/kernel"'
	run run_container
	failed /proc/sys/kernel
	assert_no_leftovers
}

@test "hostile: /dev/null and its links lead to files of the host" {
	make_bundle 'del(.mounts[] | select(.destination | startswith("/dev")))'
	outside
	chmod 0600 "$WORK/outside/file"
	find "$WORK/outside" -printf '%P %m %s\n' | LC_ALL=C sort >"$WORK/outside.before"
	local name
	for name in null zero fd stdout; do
		ln -sf "$WORK/outside/file" "$ROOTFS/dev/$name"
	done
	ln -sf /proc/1/root"$WORK/outside/file" "$ROOTFS/dev/full"
	in_container 'echo overwritten >/dev/null; echo overwritten >/dev/zero; true'
	outside_is_untouched
}

@test "hostile: a masked path that leads outside" {
	make_bundle '.linux.maskedPaths += ["/etc/masked"]' '.linux.readonlyPaths += ["/etc/fixed"]'
	outside
	ln -s "$WORK/outside" "$ROOTFS/etc/masked"
	ln -s "$WORK/outside" "$ROOTFS/etc/fixed"
	in_container true
	outside_is_untouched
	touch "$WORK/outside/still-writable"
}

@test "hostile: cwd leads to a directory of the host" {
	make_bundle '.process.cwd = "/evil"'
	outside
	ln -s "$WORK/outside" "$ROOTFS/evil"
	in_container 'ls'
	lacks "$output" file
	edit '.process.cwd = "/proc/self/fd/7"'
	run run_container
	[ "$status" -ne 0 ]
	outside_is_untouched
}

@test "hostile: tmpcopyup follows no link out" {
	make_bundle '.mounts += [{destination: "/t", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"]}]'
	outside
	mkdir "$ROOTFS/t"
	ln -s "$WORK/outside" "$ROOTFS/t/link"
	in_container 'test -L /t/link && ! test -e /t/link/file && echo a dangling link'
	equal "$output" 'a dangling link'
	outside_is_untouched
}

@test "id-mapped bind mount: owners are shifted by the mapping, on the mount alone" {
	# Before Linux 6.3 a tmpfs has no id-mapped mounts, and the bundle may be in one.
	local files=${DISK:-$BUNDLE}/files
	make_bundle '.mounts += [{destination: "/shifted", source: "'"$files"'", options: ["bind"],
		uidMappings: [{containerID: 0, hostID: 1000, size: 10}],
		gidMappings: [{containerID: 0, hostID: 2000, size: 10}]}]'
	mkdir "$files"
	touch "$files/root" "$files/other"
	chown 3:4 "$files/other"
	in_container 'stat -c "%n %u:%g" /shifted/root /shifted/other'
	equal "${lines[0]}" '/shifted/root 1000:2000'
	equal "${lines[1]}" '/shifted/other 1003:2004'
	equal "$(stat -c %u:%g "$files/other")" 3:4
	rm -r "$files"
}
