# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# ./dev kernel: arm64 kernels from Debian's source and kernel/, for the node and the conformance kit.
# Others call kernel_need NAME, and then boot build/kernel/NAME/Image.
#
# There is one source and one folder of objects. A kernel is the baseline and some patches; from one kernel to
# the next only the files that differ are written, so only what depends on them is compiled again.

readonly kernel_names='baseline patched mutants'
readonly kernel_package=linux-source-6.1
readonly kernel_objects=1700	# about as many steps as make prints for a kernel from nothing

kernel_directory=$top/build/kernel
kernel_source=$kernel_directory/source
kernel_tree_stamp=$kernel_directory/tree.stamp

kernel_say()
{
	printf 'dev: kernel: %s\n' "$*" >&2
}

# kernel_step TEXT COMMAND...: runs it, silent but for its errors, and says how long it took.
kernel_step()
{
	local text=$1 begin=$SECONDS

	shift
	"$@" || { kernel_say "$text: failed"; return 1; }
	kernel_say "$text: $((SECONDS - begin)) s"
}

kernel_patches()	# NAME: one file a line
{
	case $1 in
	baseline) ;;
	patched) printf '%s\n' "$top"/kernel/arm64/*.patch ;;
	mutants) printf '%s\n' "$top"/kernel/arm64/*.patch "$top"/kernel/mutants/*.patch ;;
	esac
}

# The same words for each build: no name of this machine and no time in an image.
kernel_make()	# ARGUMENT...
{
	make -C "$kernel_source" O="$kernel_directory/objects" -j "$(nproc)" ARCH=arm64 \
		CROSS_COMPILE=aarch64-linux-gnu- CROSS_COMPILE_COMPAT=arm-linux-gnueabihf- \
		KBUILD_BUILD_TIMESTAMP=@0 KBUILD_BUILD_VERSION=1 KBUILD_BUILD_USER=elsewhen \
		KBUILD_BUILD_HOST=elsewhen "$@"
}

# --- what a kernel is made from

kernel_tree_inputs()
{
	dpkg-query -W -f '${Version}\n' $kernel_package
	cat "$top/kernel/baseline.sh"
}

# What the patches do, without what they say.
kernel_inputs()	# PATCH...
{
	cat "$kernel_tree_stamp" "$top/kernel/config"
	aarch64-linux-gnu-gcc --version
	arm-linux-gnueabihf-gcc --version
	[ $# -eq 0 ] || awk 'FNR == 1 { on = 0 } /^diff --git/ { on = 1 } /^-- $/ { on = 0 } on' "$@"
}

# kernel_stamped STAMP COMMAND...: what the command prints is what it printed for the stamp.
kernel_stamped()
{
	local stamp=$1

	shift
	[ "$(cat "$stamp" 2>/dev/null)" = "$("$@" | sha256sum)" ]
}

kernel_fresh()	# NAME PATCH...
{
	local stamp=$kernel_directory/$1/stamp

	shift
	kernel_stamped "$kernel_tree_stamp" kernel_tree_inputs && kernel_stamped "$stamp" kernel_inputs "$@"
}

# --- the source

kernel_unpack()
{
	rm -rf "$kernel_directory"/{source,objects,base,scratch}
	rm -f "$kernel_tree_stamp" "$kernel_directory/base.list"
	mkdir -p "$kernel_source" "$kernel_directory/objects" "$kernel_directory/base"
	tar -x --strip-components=1 -C "$kernel_source" -f /usr/src/$kernel_package.tar.xz
}

kernel_tree()
{
	! kernel_stamped "$kernel_tree_stamp" kernel_tree_inputs || return 0
	kernel_step "$kernel_package $(dpkg-query -W -f '${Version}' $kernel_package) unpacked" kernel_unpack &&
		kernel_step 'the time namespace taken out of arm64' "$top/kernel/baseline.sh" "$kernel_source" &&
		kernel_tree_inputs | sha256sum >"$kernel_tree_stamp"
}

# Keeps the baseline's copy of each file that a patch is about to touch for the first time.
kernel_keep()	# PATCH...
{
	local file list=$kernel_directory/base.list

	touch "$list"
	while read -r file; do
		grep -q -x -F "$file" "$list" && continue
		[ ! -e "$kernel_source/$file" ] ||
			(cd "$kernel_source" && cp --parents "$file" "$kernel_directory/base")
		echo "$file" >>"$list"
	done < <(sed -n 's,^diff --git a/\([^ ]*\) .*,\1,p' "$@" /dev/null | sort -u)
}

# kernel_apply PATCH...: the source becomes the baseline and these patches.
kernel_apply()
{
	local scratch=$kernel_directory/scratch patch file

	kernel_keep "$@"
	rm -rf "$scratch"
	cp -r "$kernel_directory/base" "$scratch"
	for patch; do
		patch --quiet --directory="$scratch" --strip=1 --no-backup-if-mismatch <"$patch" || {
			kernel_say "${patch##*/} does not apply"
			return 1
		}
	done
	while read -r file; do
		if [ ! -e "$scratch/$file" ]; then
			rm -f "$kernel_source/$file"
		elif ! cmp -s "$scratch/$file" "$kernel_source/$file"; then
			mkdir -p "$(dirname "$kernel_source/$file")"
			cp "$scratch/$file" "$kernel_source/$file"
		fi
	done <"$kernel_directory/base.list"
	rm -rf "$scratch"
}

# --- the build

# Every line of the fragment must have come true; the time namespace is there, or not, as expected.
kernel_configured()	# HAS_TIME_NS
{
	local config=$kernel_directory/objects/.config missing expected=CONFIG_TIME_NS=y

	[ "$1" = yes ] && expected=
	missing=$(grep '^CONFIG_' "$top/kernel/config" | grep -v -x -F -f "$config" || true)
	[ "$missing" = "$expected" ] || {
		printf '%s\n' "kernel/config asks for this, and the kernel has it not:" "$missing" >&2
		return 1
	}
}

kernel_configure()	# HAS_TIME_NS
{
	kernel_make KCONFIG_ALLCONFIG="$top/kernel/config" allnoconfig \
		>"$kernel_directory/config.log" 2>&1 || { tail -n 20 "$kernel_directory/config.log" >&2; return 1; }
	kernel_configured "$1"
}

# Says every 20 seconds how far it is. What was compiled for another kernel is not compiled again, so it may end early.
kernel_progress()	# LABEL <MAKE_OUTPUT
{
	local label=$1 line count=0 next=$((SECONDS + 20))

	while IFS= read -r line; do
		printf '%s\n' "$line" >&3
		[[ $line == '  '[A-Z]* ]] || continue
		count=$((count + 1))
		[ "$SECONDS" -ge $next ] || continue
		next=$((SECONDS + 20))
		kernel_say "$label: $count of at most $kernel_objects steps, $((count * 100 / kernel_objects)) %"
	done
}

kernel_compile()	# NAME
{
	local log=$kernel_directory/make.log

	kernel_make LOCALVERSION="-${1//\//-}" Image 2>&1 | kernel_progress "$1" 3>"$log"
	[ "${PIPESTATUS[0]}" -eq 0 ] && return 0
	grep -E -B 2 -A 8 '(error:|undefined reference|\*\*\*)' "$log" | head -n 40 >&2
	return 1
}

# The list of faults and the faults are the same.
kernel_mutants_listed()
{
	diff -u <(sed -n 's/^+\tM([A-Z0-9_]*, "\(.*\)").*/\1/p' "$top"/kernel/mutants/*.patch) \
		<(awk '!/^#/ { print $1 }' "$top/kernel/mutants/list") || {
		kernel_say 'kernel/mutants/list does not name what the patches do'
		return 1
	}
}

# kernel_build NAME HAS_TIME_NS PATCH...: build/kernel/NAME/Image, if it is not there yet.
kernel_build()
{
	local name=$1 has_time_ns=$2 directory=$kernel_directory/$1

	shift 2
	kernel_tree || return 1
	! kernel_fresh "$name" "$@" || return 0
	rm -f "$directory/stamp"
	mkdir -p "$directory"
	kernel_step "$name: the baseline and $# patches" kernel_apply "$@" &&
		kernel_step "$name: configured" kernel_configure "$has_time_ns" &&
		kernel_step "$name: compiled" kernel_compile "$name" || return 1
	cp "$kernel_directory/objects/arch/arm64/boot/Image" "$directory/Image"
	cp "$kernel_directory/objects/.config" "$directory/config"
	kernel_inputs "$@" | sha256sum >"$directory/stamp"
}

# Two at once would write the same objects.
kernel_locked()	# COMMAND...
{
	mkdir -p "$kernel_directory"
	(flock 9 && "$@") 9>"$kernel_directory/lock"
}

# kernel_need NAME: silent unless there is something to build.
kernel_need()
{
	local has_time_ns=yes patches

	case " $kernel_names " in
	*" $1 "*) ;;
	*)
		kernel_say "there is no kernel '$1'; there are: $kernel_names"
		return 2
		;;
	esac
	need kernel || return 1
	[ "$1" != baseline ] || has_time_ns=no
	[ "$1" != mutants ] || kernel_mutants_listed || return 1
	mapfile -t patches < <(kernel_patches "$1")
	! kernel_fresh "$1" "${patches[@]}" || return 0
	kernel_locked kernel_build "$1" $has_time_ns "${patches[@]}"
}

dev_kernel()
{
	local name begin=$SECONDS

	[ $# -gt 0 ] || set -- all
	if [ "$1" = bisect ]; then
		# shellcheck source=tests/lib/kernel_bisect.sh
		. "$lib/kernel_bisect.sh"
		kernel_bisect
		return
	fi
	if [ "$1" = tables ]; then
		# shellcheck source=tests/lib/kit.sh
		. "$lib/kit.sh"
		kit_tables
		return
	fi
	# shellcheck disable=SC2086 # a list of words
	[ "$1" != all ] || set -- $kernel_names
	for name; do
		kernel_need "$name" || return 1
		kernel_say "build/kernel/$name/Image is there ($(stat -c %s "$kernel_directory/$name/Image") bytes)"
	done
	kernel_say "all that: $((SECONDS - begin)) s"
}
