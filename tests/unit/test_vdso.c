/* SPDX-License-Identifier: Apache-2.0 */
/* linux/vdso against what libc finds, and linux/timens_check against what is no kernel's fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "linux/timens_check.h"
#include "linux/vdso.h"

/* An emulator of user space, and some kernels, have none. */
static void skip_without_vdso(void)
{
	if (getauxval(AT_SYSINFO_EHDR))
		return;
	print_message("this kernel gives programs no vDSO\n");
	skip();
}

static void function_is_in_the_vdso(void **state)
{
	vdso_clock_gettime function;
	struct vdso_area area;

	(void)state;
	skip_without_vdso();
	function = vdso_find_clock_gettime();
	assert_non_null(function);
	assert_true(vdso_find_area("[vdso]", &area));
	assert_in_range((uintptr_t)function, area.start, area.end - 1);
	assert_null(vdso_find("clock_gettim"));
	assert_null(vdso_find(""));
}

static void function_reads_what_libc_reads(void **state)
{
	vdso_clock_gettime function;
	struct timespec before, after;
	int64_t between;

	(void)state;
	skip_without_vdso();
	function = vdso_find_clock_gettime();
	assert_int_equal(clock_gettime(CLOCK_REALTIME, &before), 0);
	between = vdso_read_clock(function, CLOCK_REALTIME);
	assert_int_equal(clock_gettime(CLOCK_REALTIME, &after), 0);
	assert_true(before.tv_sec * INT64_C(1000000000) + before.tv_nsec <= between);
	assert_true(between <= after.tv_sec * INT64_C(1000000000) + after.tv_nsec);
	assert_true(vdso_read_clock(function, -1000000) < 0);
	assert_true(vdso_read_clock_by_syscall(-1000000) < 0);
}

static void areas_by_their_whole_name(void **state)
{
	struct vdso_area area;
	int here = 0;

	(void)state;
	assert_true(vdso_find_area("[stack]", &area));
	assert_in_range((uintptr_t)&here, area.start, area.end - 1);
	assert_false(vdso_find_area("[stac", &area));
	assert_false(vdso_find_area("[stack]x", &area));
}

static int kept(struct error *err)
{
	(void)err;
	return 0;
}

static int broken(struct error *err)
{
	return error_set(err, 5, "it is %s", "broken");
}

static int not_checked(struct error *err)
{
	error_set(err, 5, "no means");
	return 1;
}

static int killed(struct error *err)
{
	(void)err;
	abort();
}

static int silent(struct error *err)
{
	(void)err;
	_exit(0);
}

static void answers_of_a_check(void **state)
{
	static const struct {
		timens_check_body body;
		enum timens_check_result result;
		const char *text;
	} cases[] = {
		{ kept, TIMENS_CHECK_KEPT, "" },
		{ broken, TIMENS_CHECK_BROKEN, "it is broken" },
		{ not_checked, TIMENS_CHECK_NOT_CHECKED, "no means" },
		{ killed, TIMENS_CHECK_BROKEN, "it was ended by signal 6 (Aborted)" },
		{ silent, TIMENS_CHECK_BROKEN, "it ended without an answer" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct timens_check check = { "name", "promise", cases[i].body };
		struct error err = { 0 };

		assert_int_equal(timens_check_run(&check, &err), cases[i].result);
		assert_string_equal(err.text, cases[i].text);
	}
}

static void checks_have_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < timens_checks_count; i++) {
		assert_non_null(timens_checks[i].promise);
		assert_int_equal(strspn(timens_checks[i].name, "abcdefghijklmnopqrstuvwxyz-"),
			strlen(timens_checks[i].name));
	}
	assert_true(timens_check_kernel_is(2, 6));
	assert_false(timens_check_kernel_is(1000, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(function_is_in_the_vdso),
		cmocka_unit_test(function_reads_what_libc_reads),
		cmocka_unit_test(areas_by_their_whole_name),
		cmocka_unit_test(answers_of_a_check),
		cmocka_unit_test(checks_have_names),
	};

	return cmocka_run_group_tests_name("vdso", tests, NULL, NULL);
}
