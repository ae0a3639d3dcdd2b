# SPDX-License-Identifier: Apache-2.0
# ELSEWHEN_TRY_FLAGS(VARIABLE, FLAGS): adds to VARIABLE those flags that the compiler accepts.
AC_DEFUN([ELSEWHEN_TRY_FLAGS], [
	elsewhen_saved_cflags=$CFLAGS
	for flag in m4_normalize([$2]); do
		AC_MSG_CHECKING([whether $CC accepts $flag])
		CFLAGS="$elsewhen_saved_cflags -Werror $flag"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
			[AC_MSG_RESULT([yes]); $1="$$1 $flag"],
			[AC_MSG_RESULT([no])])
	done
	CFLAGS=$elsewhen_saved_cflags
])

# ELSEWHEN_TRY_LINK_FLAGS(VARIABLE, FLAGS): the same for the linker.
AC_DEFUN([ELSEWHEN_TRY_LINK_FLAGS], [
	elsewhen_saved_ldflags=$LDFLAGS
	for flag in m4_normalize([$2]); do
		AC_MSG_CHECKING([whether the linker accepts $flag])
		LDFLAGS="$elsewhen_saved_ldflags $flag"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
			[AC_MSG_RESULT([yes]); $1="$$1 $flag"],
			[AC_MSG_RESULT([no])])
	done
	LDFLAGS=$elsewhen_saved_ldflags
])

# ELSEWHEN_STATIC_YAJL: yajl's own build names its archive libyajl_s.a, which its .pc does not know.
AC_DEFUN([ELSEWHEN_STATIC_YAJL], [
	elsewhen_saved_libs=$LIBS
	elsewhen_saved_ldflags=$LDFLAGS
	LDFLAGS="$LDFLAGS -static"
	LIBS="$elsewhen_saved_libs $YAJL_LIBS"
	AC_MSG_CHECKING([for a static yajl])
	AC_LINK_IFELSE([AC_LANG_CALL([], [yajl_alloc])], [AC_MSG_RESULT([libyajl.a])], [
		YAJL_LIBS=$(AS_ECHO(["$YAJL_LIBS"]) | $SED 's/-lyajl/-lyajl_s/')
		LIBS="$elsewhen_saved_libs $YAJL_LIBS"
		AC_LINK_IFELSE([AC_LANG_CALL([], [yajl_alloc])], [AC_MSG_RESULT([libyajl_s.a])],
			[AC_MSG_ERROR([none found; --enable-static-exe needs libyajl.a or libyajl_s.a])])
	])
	LIBS=$elsewhen_saved_libs
	LDFLAGS=$elsewhen_saved_ldflags
])

# ELSEWHEN_PREFER_ARCHIVE(VARIABLE, LIBRARY, FUNCTION, ARCHIVE...): has VARIABLE_LIBS take the first archive that can be
# linked into a program that is dynamic otherwise. Each start of elsewhen loads its libraries twice, since it executes
# itself again from a read-only mount: an archive needs no loading.
AC_DEFUN([ELSEWHEN_PREFER_ARCHIVE], [
	elsewhen_saved_libs=$LIBS
	elsewhen_archive=
	AC_MSG_CHECKING([for an archive of lib$2])
	for archive in $4; do
		AS_IF([test "x$elsewhen_archive" = x], [
			elsewhen_try=$(AS_ECHO(["$$1_LIBS"]) | $SED "s/-l$2/-l:lib$archive.a/")
			LIBS="$elsewhen_saved_libs $elsewhen_try"
			AC_LINK_IFELSE([AC_LANG_CALL([], [$3])], [elsewhen_archive=$archive; $1_LIBS=$elsewhen_try])
		])
	done
	AC_MSG_RESULT([${elsewhen_archive:-no}])
	LIBS=$elsewhen_saved_libs
])
