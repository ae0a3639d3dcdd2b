/* SPDX-License-Identifier: Apache-2.0 */
/* Names of capabilities, and becoming a user with exactly the capabilities that were asked for. */
#include "in_child.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/capability.h>

#include "base/io.h"
#include "base/text.h"
#include "linux/caps.h"

#define BIT(cap) (UINT64_C(1) << (cap))
#define ALL_BITS UINT64_MAX

static void names_go_both_ways(void **state)
{
	struct error err;
	int last = caps_last(&err);

	(void)state;
	assert_true(last >= CAP_AUDIT_READ);
	for (int cap = 0; cap <= last && caps_name(cap); cap++)
		assert_int_equal(caps_from_name(caps_name(cap)), cap);
	assert_string_equal(caps_name(CAP_SYS_TIME), "CAP_SYS_TIME");
	assert_int_equal(caps_from_name("CAP_CHOWN"), 0);
	assert_null(caps_name(-1));
	assert_null(caps_name(64));
}

static void other_names_are_refused(void **state)
{
	const char *const cases[] = { "", "CAP_", "SYS_ADMIN", "cap_sys_admin", "CAP_sys_admin",
		"CAP_NOPE", "CAP_SYS_ADMIN ", "21", "CAP_21",
		"CAP_AN_ENDLESS_NAME_THAT_NO_KERNEL_WILL_EVER_HAVE_IN_ITS_TABLE" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		assert_int_equal(caps_from_name(cases[i]), -1);
}

static void check_set(const char *status, const char *name, uint64_t expected)
{
	const char *line = strstr(status, name);

	CHECK(line != NULL);
	if (strtoull(line + strlen(name), NULL, 16) == expected)
		return;
	dprintf(STDERR_FILENO, "expected %" PRIx64 " in %.26s\n", expected, line);
	_exit(1);
}

static void check_sets(const struct caps_sets *expected)
{
	char status[4096];

	CHECK(io_read_small(AT_FDCWD, "/proc/self/status", status, sizeof(status)) > 0);
	check_set(status, "CapInh:\t", expected->inheritable);
	check_set(status, "CapPrm:\t", expected->permitted);
	check_set(status, "CapEff:\t", expected->effective);
	check_set(status, "CapBnd:\t", expected->bounding);
	check_set(status, "CapAmb:\t", expected->ambient);
}

/* All capabilities, in a user namespace of its own where the caller is uid 0. */
static void enter_user_namespace(void)
{
	char map[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWUSER) < 0)
		SKIP_IN_CHILD("no user namespace can be made here");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	CHECK(io_write_control(AT_FDCWD, "/proc/self/uid_map", map) == 0);
	CHECK(io_write_control(AT_FDCWD, "/proc/self/setgroups", "deny") == 0);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	CHECK(io_write_control(AT_FDCWD, "/proc/self/gid_map", map) == 0);
}

static const struct caps_sets small_sets = {
	.bounding = BIT(CAP_CHOWN) | BIT(CAP_KILL) | BIT(CAP_NET_BIND_SERVICE),
	.permitted = BIT(CAP_CHOWN) | BIT(CAP_KILL),
	.effective = BIT(CAP_KILL),
	.inheritable = BIT(CAP_CHOWN),
	.ambient = BIT(CAP_CHOWN),
};

static void become_in_namespace(const void *argument)
{
	struct caps_identity identity = { .keep_groups = true, .sets = small_sets };
	struct error err;

	(void)argument;
	enter_user_namespace();
	CHECK(caps_have(CAP_SETPCAP, &err) == 1);
	CHECK(caps_become(&identity, &err) == 0);
	check_sets(&small_sets);
	CHECK(caps_have(CAP_SETPCAP, &err) == 0);
	CHECK(caps_have(CAP_KILL, &err) == 1);
	CHECK(caps_have(-1, &err) == 0 && caps_have(64, &err) == 0);
}

static void become_for_a_while(const void *argument)
{
	struct caps_identity identity = {
		.keep_groups = true,
		.sets = small_sets,
		.until_settled = BIT(CAP_SYS_ADMIN),
	};
	struct error err;

	(void)argument;
	enter_user_namespace();
	CHECK(caps_become(&identity, &err) == 0);
	CHECK(caps_have(CAP_SYS_ADMIN, &err) == 1 && caps_have(CAP_SETPCAP, &err) == 0);
	CHECK(caps_settle(&identity, &err) == 0);
	check_sets(&small_sets);
}

static void what_is_kept_for_a_while_is_given_back(void **state)
{
	(void)state;
	in_child(become_for_a_while, NULL);
}

static void exactly_the_sets_are_there(void **state)
{
	(void)state;
	in_child(become_in_namespace, NULL);
}

static void become_twice(const void *argument)
{
	struct caps_identity identity = { .keep_groups = true, .sets = small_sets };
	struct caps_sets more = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS };
	struct caps_sets left = small_sets;
	struct error err;

	(void)argument;
	enter_user_namespace();
	CHECK(caps_become(&identity, &err) == 0);
	identity.sets = more;
	CHECK(caps_become(&identity, &err) == 0);
	left.effective = left.inheritable = left.ambient = left.permitted;
	check_sets(&left);
	/* Nothing can be dropped any more, and it is said. */
	identity.sets = (struct caps_sets){ 0 };
	CHECK(caps_become(&identity, &err) == -1);
	CHECK(err.code == EPERM);
	CHECK_TEXT(err, "drop CAP_CHOWN without CAP_SETPCAP");
}

static void what_the_caller_lacks_is_left_out(void **state)
{
	(void)state;
	in_child(become_twice, NULL);
}

static void become_contradictory(const void *argument)
{
	struct caps_identity identity = { .keep_groups = true, .sets = small_sets };
	struct error err;

	(void)argument;
	enter_user_namespace();
	identity.sets.effective = BIT(CAP_NET_BIND_SERVICE);
	CHECK(caps_become(&identity, &err) == -1);
	CHECK_TEXT(err, "effective has capabilities that permitted lacks");
}

static void effective_beyond_permitted_is_an_error(void **state)
{
	(void)state;
	in_child(become_contradictory, NULL);
}

static void become_unmapped(const void *argument)
{
	struct caps_identity identity = { .keep_groups = true, .uid = 12345, .sets = small_sets };
	gid_t group = 12345;
	struct error err;

	(void)argument;
	enter_user_namespace();
	CHECK(caps_become(&identity, &err) == -1);
	CHECK_TEXT(err, "process.user.uid: become 12345 (it has no mapping");
	identity.gid = 12345;
	CHECK(caps_become(&identity, &err) == -1);
	CHECK_TEXT(err, "process.user.gid: become 12345 (it has no mapping");
	identity.keep_groups = false;
	identity.groups = &group;
	identity.groups_length = 1;
	CHECK(caps_become(&identity, &err) == -1);
	CHECK_TEXT(err, "process.user.additionalGids: set 1 groups");
}

static void unmapped_ids_are_errors(void **state)
{
	(void)state;
	in_child(become_unmapped, NULL);
}

static void become_user(const void *argument)
{
	const gid_t groups[] = { 4711, 4712 };
	struct caps_identity identity = {
		.uid = IN_CHILD_UID,
		.gid = IN_CHILD_UID,
		.groups = groups,
		.groups_length = ARRAY_LENGTH(groups),
		.sets = small_sets,
	};
	uid_t uids[3];
	gid_t gids[3], now[8];
	struct error err;

	(void)argument;
	if (geteuid() != 0 || caps_have(CAP_SETGID, &err) != 1 || caps_have(CAP_SETPCAP, &err) != 1)
		SKIP_IN_CHILD("becoming another user needs root");
	CHECK(caps_become(&identity, &err) == 0);
	CHECK(getresuid(&uids[0], &uids[1], &uids[2]) == 0);
	CHECK(getresgid(&gids[0], &gids[1], &gids[2]) == 0);
	for (size_t i = 0; i < 3; i++)
		CHECK(uids[i] == IN_CHILD_UID && gids[i] == IN_CHILD_UID);
	CHECK(getgroups(8, now) == 2 && now[0] == 4711 && now[1] == 4712);
	check_sets(&small_sets);
	/* The right groups need no right to set them. */
	identity.sets.bounding = ALL_BITS;
	CHECK(caps_become(&identity, &err) == 0);
	identity.groups_length = 1;
	CHECK(caps_become(&identity, &err) == -1 && err.code == EPERM);
}

static void another_user_keeps_the_capabilities(void **state)
{
	(void)state;
	in_child(become_user, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(other_names_are_refused),
		cmocka_unit_test(exactly_the_sets_are_there),
		cmocka_unit_test(what_is_kept_for_a_while_is_given_back),
		cmocka_unit_test(what_the_caller_lacks_is_left_out),
		cmocka_unit_test(effective_beyond_permitted_is_an_error),
		cmocka_unit_test(unmapped_ids_are_errors),
		cmocka_unit_test(another_user_keeps_the_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
