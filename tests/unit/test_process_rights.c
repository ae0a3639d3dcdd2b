/* SPDX-License-Identifier: Apache-2.0 */
/* linux/process_rights: what /proc/PID/status says, and that nothing of it may be missing. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux/process_rights.h"

static const char status[] =
	"Name:\tsh\nUid:\t1\t2\t3\t4294967294\nGid:\t5\t6\t7\t8\nNSpid:\t7\t1\n"
	"CapInh:\t0000000000000001\nCapPrm:\t00000000000000ff\n"
	"CapEff:\t000000000000000f\nCapBnd:\t000001ffffffffff\n"
	"CapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n"
	"Seccomp_filters:\t1\n";

static void test_all_are_read(void **state)
{
	struct process_rights rights;

	(void)state;
	assert_int_equal(process_rights_parse(status, &rights), 0);
	assert_true(rights.caps.inheritable == 1);
	assert_true(rights.caps.permitted == 0xff);
	assert_true(rights.caps.effective == 0xf);
	assert_true(rights.caps.bounding == UINT64_C(0x1ffffffffff));
	assert_true(rights.caps.ambient == 0);
	assert_true(rights.no_new_privileges);
	assert_true(rights.filtered);
	assert_true(rights.uids.real == 1 && rights.uids.effective == 2 && rights.uids.saved == 3 &&
		    rights.uids.filesystem == 4294967294);
	assert_true(rights.gids.real == 5 && rights.gids.effective == 6 && rights.gids.saved == 7 &&
		    rights.gids.filesystem == 8);
}

/* A kernel that does not say it must not look like one that says no. */
static void test_one_that_is_missing_is_an_error(void **state)
{
	static const char *const names[] = { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb",
		"NoNewPrivs", "Seccomp:", "Uid", "Gid" };
	struct process_rights rights;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char without[sizeof(status)];

		memcpy(without, status, sizeof(status));
		*strstr(without, names[i]) = 'x';
		assert_int_equal(process_rights_parse(without, &rights), -EBADMSG);
	}
	assert_int_equal(process_rights_parse("", &rights), -EBADMSG);
	assert_int_equal(process_rights_parse("CapInh:\tzebra\n", &rights), -EBADMSG);
}

static void test_of_a_thread_of_our_own(void **state)
{
	int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct process_rights rights;
	char thread[32];

	(void)state;
	snprintf(thread, sizeof(thread), "%d", (int)getpid());
	assert_true(self >= 0);
	assert_int_equal(process_rights_read(self, thread, &rights), 0);
	assert_int_equal(process_rights_read(self, "0", &rights), -ENOENT);
	close(self);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_are_read),
		cmocka_unit_test(test_one_that_is_missing_is_an_error),
		cmocka_unit_test(test_of_a_thread_of_our_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
