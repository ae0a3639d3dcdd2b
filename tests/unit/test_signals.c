/* SPDX-License-Identifier: Apache-2.0 */
/* Names and numbers of signals, in every spelling that people use. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "linux/signals.h"

static void names_and_numbers_are_read(void **state)
{
	const struct {
		const char *text;
		int number;
	} cases[] = {
		{ "9", SIGKILL },
		{ "1", 1 },
		{ "64", 64 },
		{ "KILL", SIGKILL },
		{ "SIGKILL", SIGKILL },
		{ "sigkill", SIGKILL },
		{ "Term", SIGTERM },
		{ "CLD", SIGCHLD },
		{ "SIGPOLL", SIGIO },
		{ "IOT", SIGABRT },
		{ "RTMIN", SIGRTMIN },
		{ "RTMIN+3", SIGRTMIN + 3 },
		{ "sigrtmin+0", SIGRTMIN },
		{ "SIGRTMAX-1", SIGRTMAX - 1 },
		{ "RTMAX", SIGRTMAX },
		{ "RTMIN+30", SIGRTMAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		assert_int_equal(signals_from_name(cases[i].text), cases[i].number);
}

static void anything_else_is_refused(void **state)
{
	const char *const cases[] = { "", "0", "-1", "65", "9 ", " 9", "+9", "9x", "SIG",
		"SIGSIGKILL", "KILLL", "KIL", "RTMIN+", "RTMIN-1", "RTMAX+1", "RTMIN+31",
		"RTMAX-31", "RTMIN+-1", "SIG9", "99999999999999999999", "UNUSED" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		assert_int_equal(signals_from_name(cases[i]), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_numbers_are_read),
		cmocka_unit_test(anything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
