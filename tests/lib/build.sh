# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top and $lib are set by dev
# Builds out of tree, in build/FLAVOUR. Flavours differ in what is given to configure.

build_jobs=$(nproc)

# clang links its sanitizers into the program: no preload order, nothing to find inside a container.
build_configure_arguments()	# FLAVOUR: one argument a line
{
	case $1 in
	plain) printf '%s\n' CC=gcc 'CFLAGS=-O2 -g' ;;
	static) printf '%s\n' CC=gcc 'CFLAGS=-O2 -g' --enable-static-exe ;;
	asan) printf '%s\n' CC=clang 'CFLAGS=-O1 -g' --with-sanitizers=address,undefined ;;
	fuzz) printf '%s\n' CC=clang 'CFLAGS=-O1 -g' \
		--with-sanitizers=address,undefined,fuzzer-no-link ;;
	arm64) build_cross_arguments ;;
	arm64-static) build_cross_arguments --enable-static-exe ;;
	*)
		echo "dev: there is no flavour '$1'" >&2
		return 2
		;;
	esac
}

# Debian has pkg-config for another architecture by another name of the same program: what it needs to
# know is where that architecture's .pc files are.
build_cross_arguments()	# [ARGUMENT...]
{
	printf '%s\n' --host=aarch64-linux-gnu CC=aarch64-linux-gnu-gcc 'CFLAGS=-O2 -g' \
		PKG_CONFIG=pkg-config PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig "$@"
}

# make itself sees to a change of a sources.mk.
build_autogen()
{
	[ "$top/configure" -nt "$top/configure.ac" ] &&
		[ "$top/configure" -nt "$top/m4/elsewhen.m4" ] &&
		[ "$top/Makefile.in" -nt "$top/Makefile.am" ] && return 0
	"$top/autogen.sh" >"$top/build/autogen.log" 2>&1 && return 0
	tail -n 20 "$top/build/autogen.log" >&2
	return 1
}

# What configure's answer depends on: the place, since a clone may move, and what may be installed later than
# the first build (cmocka, for the unit tests).
build_surroundings()
{
	echo "$top"
	pkg-config --modversion cmocka 2>/dev/null || echo 'no cmocka'
	pkg-config --modversion libsystemd 2>/dev/null || echo 'no libsystemd'
}

build_configured()	# DIRECTORY
{
	[ -f "$1/config.status" ] && [ "$(cat "$1/configured-for" 2>/dev/null)" = "$(build_surroundings)" ]
}

build_configure()	# FLAVOUR
{
	local directory=$top/build/$1 arguments

	build_configured "$directory" && return 0
	rm -rf "$directory"
	mkdir -p "$directory"
	mapfile -t arguments < <(build_configure_arguments "$1")
	if ! (cd "$directory" && "$top/configure" --quiet --enable-werror "${arguments[@]}") \
		>"$directory/configure.log" 2>&1; then
		tail -n 20 "$directory/configure.log" >&2
		return 1
	fi
	build_surroundings >"$directory/configured-for"
}

# build_flavour FLAVOUR [MAKE TARGET...]: quiet unless it fails.
build_flavour()
{
	local flavour=$1 log=$top/build/$1/make.log

	shift
	mkdir -p "$top/build"
	build_autogen && build_configure "$flavour" || return 1
	# `all` on its own first: targets named together would race for the same objects.
	make -C "$top/build/$flavour" -j "$build_jobs" all >"$log" 2>&1 &&
		{ [ $# -eq 0 ] || make -C "$top/build/$flavour" -j "$build_jobs" "$@" >>"$log" 2>&1; } &&
		return 0
	echo "dev: build/$flavour failed:" >&2
	grep -E -A 6 '(error:|undefined reference|\*\*\*)' "$log" | head -n 40 >&2
	return 1
}

build_flavours()
{
	local flavour

	for flavour; do
		build_configure_arguments "$flavour" >/dev/null
		case $flavour in
		asan | fuzz) need fuzz ;;
		arm64*) need arm64-build ;;
		esac
		echo "dev: building build/$flavour" >&2
		build_flavour "$flavour"
		echo "dev: build/$flavour/elsewhen is there" >&2
	done
}
