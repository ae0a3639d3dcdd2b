/* SPDX-License-Identifier: Apache-2.0 */
/* netlink: interfaces set up, moved, renamed, in network namespaces of the test's own. */
#include "linux/netlink.h"

#include "linux/netlink_link.h"
#include "netlink_experiment.h"

static void experiment_lo_up(void)
{
	struct error err = { 0 };

	CHECK((interface_flags("lo") & IFF_UP) == 0);
	CHECK(netlink_set_up("lo", &err) == 0);
	CHECK((interface_flags("lo") & IFF_UP) != 0);
	/* And once more: what is up stays up. */
	CHECK(netlink_set_up("lo", &err) == 0);
	CHECK((interface_flags("lo") & (IFF_UP | IFF_LOOPBACK)) == (IFF_UP | IFF_LOOPBACK));
	CHECK(err.code == 0);
}

static void test_lo_up(void **state)
{
	(void)state;
	run_experiment(experiment_lo_up);
}

static void experiment_missing(void)
{
	struct error err = { 0 };

	CHECK(netlink_set_up("nosuch0", &err) == -1);
	CHECK(err.code == ENODEV);
	CHECK_TEXT(err, "nosuch0");
	CHECK(netlink_set_up("", &err) == -1 && err.code == EINVAL);
	CHECK(netlink_set_up("sixteen_letters_", &err) == -1 && err.code == EINVAL);
}

static void test_missing_interface(void **state)
{
	(void)state;
	run_experiment(experiment_missing);
}

#ifndef WITHOUT_LIBMNL

static void experiment_find(void)
{
	cleanup_netlink struct netlink netlink;
	struct netlink_link by_name, by_index;
	struct error err = { 0 };

	CHECK(netlink_open(&netlink) == 0);
	make_interface_or_skip("first0");
	CHECK(netlink_link_by_name(&netlink, "first0", &by_name) == 0);
	CHECK(by_name.index == if_nametoindex("first0") && !by_name.up);
	CHECK(strcmp(by_name.name, "first0") == 0);
	CHECK(netlink_set_up("first0", &err) == 0);
	CHECK(netlink_link_by_index(&netlink, by_name.index, &by_index) == 0);
	CHECK(by_index.index == by_name.index && by_index.up);
	CHECK(strcmp(by_index.name, "first0") == 0);
	CHECK(netlink_link_by_name(&netlink, "nosuch0", &by_name) == -ENODEV);
	CHECK(netlink_link_by_index(&netlink, 4711, &by_name) == -ENODEV);
	/* One socket serves after a refusal too. */
	CHECK(netlink_link_by_name(&netlink, "lo", &by_name) == 0 && by_name.index == 1);
	CHECK(netlink.reason[0] == '\0');
}

static void test_find(void **state)
{
	(void)state;
	run_experiment(experiment_find);
}

static void experiment_rename(void)
{
	cleanup_netlink struct netlink netlink;
	struct netlink_link link;

	CHECK(netlink_open(&netlink) == 0);
	make_interface_or_skip("first0");
	make_interface_or_skip("num0");
	CHECK(netlink_link_by_name(&netlink, "first0", &link) == 0);
	CHECK(netlink_link_rename(&netlink, link.index, "second0") == 0);
	CHECK(if_nametoindex("second0") == link.index && if_nametoindex("first0") == 0);
	CHECK(netlink_link_rename(&netlink, link.index, "num0") == -EEXIST);
	CHECK(netlink_link_rename(&netlink, link.index, "num%d") == 0);
	CHECK(if_nametoindex("num1") == link.index);
	CHECK(netlink_link_set_up(&netlink, link.index) == 0);
	CHECK((interface_flags("num1") & IFF_UP) != 0);
}

static void test_rename(void **state)
{
	(void)state;
	run_experiment(experiment_rename);
}

static void experiment_move(void)
{
	cleanup_netlink struct netlink netlink;
	int there = open_new_network();
	struct netlink_link link;

	CHECK(netlink_open(&netlink) == 0);
	make_interface_or_skip("first0");
	CHECK(netlink_link_by_name(&netlink, "first0", &link) == 0);
	CHECK(netlink_link_set_up(&netlink, link.index) == 0);
	CHECK(netlink_link_move(&netlink, link.index, there, "eth0") == 0);
	CHECK(interface_flags("first0") == -ENODEV);
	CHECK(setns(there, CLONE_NEWNET) == 0);
	/* The socket has stayed where it was opened. */
	CHECK(netlink_link_by_name(&netlink, "eth0", &link) == -ENODEV);
	CHECK(interface_flags("first0") == -ENODEV);
	CHECK(interface_flags("eth0") >= 0 && (interface_flags("eth0") & IFF_UP) == 0);
}

static void test_move(void **state)
{
	(void)state;
	run_experiment(experiment_move);
}

static void experiment_move_refused(void)
{
	cleanup_netlink struct netlink netlink;
	int there = open_new_network();

	CHECK(netlink_open(&netlink) == 0);
	CHECK(netlink_link_move(&netlink, 4711, there, "eth0") == -ENODEV);
	CHECK(netlink_link_move(&netlink, 1, -1, "lo1") < 0);
	/* lo belongs to its namespace for good. */
	CHECK(netlink_link_move(&netlink, 1, there, "lo1") == -EINVAL);
	/* Kernels without a word for it leave the reason empty. */
	CHECK(netlink.reason[0] == '\0' || strncmp(netlink.reason, " (", 2) == 0);
}

static void test_move_refused(void **state)
{
	(void)state;
	run_experiment(experiment_move_refused);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lo_up),
		cmocka_unit_test(test_missing_interface),
#ifndef WITHOUT_LIBMNL
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_rename),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_move_refused),
#endif
	};

	return cmocka_run_group_tests_name("netlink", tests, NULL, NULL);
}
