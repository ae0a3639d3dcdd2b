/* SPDX-License-Identifier: Apache-2.0 */
/* netlink_address: which addresses go with an interface, and what of them stays the same. */
#include "linux/netlink_address.h"

#include "netlink_experiment.h"

#ifndef WITHOUT_LIBMNL

static void experiment_round_trip(void)
{
	static const struct experiment_address given[] = {
		{ "first0", "10.1.0.1", NULL, NULL, 24, RT_SCOPE_UNIVERSE, 0, 0 },
		{ "first0", "10.1.0.2", NULL, "first0:two", 24, RT_SCOPE_UNIVERSE, 0, 0 },
		{ "first0", "10.1.0.3", "10.1.0.4", "own", 32, RT_SCOPE_UNIVERSE, 0, 0 },
		{ "first0", "10.2.0.1", NULL, NULL, 24, RT_SCOPE_LINK, 0, 0 },
		{ "first0", "10.3.0.1", NULL, NULL, 24, RT_SCOPE_UNIVERSE, 0, 1000 },
		{ "second0", "10.4.0.1", NULL, NULL, 24, RT_SCOPE_UNIVERSE, 0, 0 },
	};
	struct netlink_addresses addresses = { 0 };
	cleanup_netlink struct netlink container;
	struct netlink_link link = { 0 };
	int here = open_own_network(), there = open_new_network();

	make_interface_or_skip("first0");
	make_interface_or_skip("second0");
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		CHECK(add_address(&given[i]) == 0);
	CHECK(netlink_addresses_save(if_nametoindex("first0"), &addresses) == 0);
	CHECK(setns(there, CLONE_NEWNET) == 0);
	make_interface_or_skip("eth9");
	CHECK(netlink_open(&container) == 0);
	CHECK(setns(here, CLONE_NEWNET) == 0);
	CHECK(netlink_link_by_name(&container, "eth9", &link) == 0);
	CHECK(netlink_addresses_restore(&container, &addresses, "first0", &link) == 0);
	CHECK(setns(there, CLONE_NEWNET) == 0);
	CHECK_ADDRESSES("eth9", "10.1.0.1/24");
	CHECK_ADDRESSES("eth9:two", "10.1.0.2/24");
	CHECK_ADDRESSES("own", "10.1.0.3/32");
	/* And again is no harm. */
	CHECK(netlink_addresses_restore(&container, &addresses, "first0", &link) == 0);
	CHECK_ADDRESSES("eth9", "10.1.0.1/24");
	netlink_addresses_free(&addresses);
}

static void test_round_trip(void **state)
{
	(void)state;
	run_experiment(experiment_round_trip);
}

/* The flags with which the kernel itself tells of an address. */
struct seen_flags {
	const char *address;
	uint32_t flags;
	bool found;
};

static int see_flags(const struct nlmsghdr *message, void *context)
{
	const struct ifaddrmsg *address = mnl_nlmsg_get_payload(message);
	unsigned char wanted[16] = { 0 }, found[16] = { 1 };
	struct seen_flags *seen = context;
	const struct nlattr *attribute;
	uint32_t flags = address->ifa_flags;

	if (inet_pton(address->ifa_family, seen->address, wanted) != 1)
		return MNL_CB_OK;
	mnl_attr_for_each(attribute, message, sizeof(*address))
	{
		if (mnl_attr_get_type(attribute) == IFA_FLAGS)
			flags = mnl_attr_get_u32(attribute);
		if (mnl_attr_get_type(attribute) == IFA_ADDRESS)
			memcpy(found, mnl_attr_get_payload(attribute),
				mnl_attr_get_payload_len(attribute));
	}
	if (memcmp(wanted, found, address->ifa_family == AF_INET6 ? 16 : 4) == 0) {
		seen->flags = flags;
		seen->found = true;
	}
	return MNL_CB_OK;
}

static uint32_t flags_of(struct netlink *netlink, const char *address)
{
	struct nlmsghdr *request = netlink_request(netlink, RTM_GETADDR, NLM_F_DUMP);
	struct seen_flags seen = { .address = address };

	mnl_nlmsg_put_extra_header(request, sizeof(struct ifaddrmsg));
	CHECK(netlink_talk(netlink, see_flags, &seen) == 0);
	CHECK(seen.found);
	return seen.flags;
}

static void experiment_ipv6(void)
{
	static const struct experiment_address given[] = {
		{ "first0", "fd00::1", NULL, NULL, 64, RT_SCOPE_UNIVERSE, 0, 0 },
		{ "first0", "fd00::2", NULL, NULL, 64, RT_SCOPE_UNIVERSE,
			IFA_F_NODAD | IFA_F_NOPREFIXROUTE, 0 },
		{ "first0", "fd00::3", NULL, NULL, 64, RT_SCOPE_UNIVERSE, 0, 1000 },
		{ "first0", "10.1.0.1", NULL, NULL, 24, RT_SCOPE_UNIVERSE, IFA_F_NOPREFIXROUTE, 0 },
	};
	struct netlink_addresses addresses = { 0 };
	cleanup_netlink struct netlink container;
	struct netlink_link link = { 0 };
	int there = open_new_network();

	make_interface_or_skip("first0");
	if (add_address(&given[0]) < 0)
		SKIP_IN_CHILD("this kernel has no IPv6 for the interface");
	for (size_t i = 1; i < sizeof(given) / sizeof(given[0]); i++)
		CHECK(add_address(&given[i]) == 0);
	CHECK(netlink_addresses_save(if_nametoindex("first0"), &addresses) == 0);
	CHECK(setns(there, CLONE_NEWNET) == 0);
	make_interface_or_skip("first0");
	CHECK(netlink_open(&container) == 0);
	CHECK(netlink_link_by_name(&container, "first0", &link) == 0);
	CHECK(netlink_addresses_restore(&container, &addresses, "first0", &link) == 0);
	CHECK(netlink_link_set_up(&container, link.index) == 0);
	CHECK_ADDRESSES("first0", "10.1.0.1/24 fd00::2/64 fd00::1/64");
	CHECK((flags_of(&container, "fd00::2") & (IFA_F_NODAD | IFA_F_NOPREFIXROUTE)) ==
		(IFA_F_NODAD | IFA_F_NOPREFIXROUTE));
	CHECK((flags_of(&container, "fd00::1") & (IFA_F_NODAD | IFA_F_PERMANENT)) ==
		IFA_F_PERMANENT);
	CHECK(flags_of(&container, "10.1.0.1") == (IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE));
	netlink_addresses_free(&addresses);
}

static void test_ipv6(void **state)
{
	(void)state;
	run_experiment(experiment_ipv6);
}

static void experiment_refused(void)
{
	struct experiment_address given = { "first0", "10.1.0.1", NULL, NULL, 24, 0, 0, 0 };
	struct netlink_addresses addresses = { 0 };
	struct netlink_link nobody = { .index = 4711, .name = "eth0" };
	cleanup_netlink struct netlink netlink;

	make_interface_or_skip("first0");
	CHECK(netlink_open(&netlink) == 0);
	CHECK(netlink_addresses_save(if_nametoindex("first0"), &addresses) == 0);
	CHECK(addresses.messages.length == 0);
	CHECK(netlink_addresses_restore(&netlink, &addresses, "first0", &nobody) == 0);
	CHECK(add_address(&given) == 0);
	CHECK(netlink_addresses_save(if_nametoindex("first0"), &addresses) == 0);
	CHECK(addresses.messages.length > 0);
	CHECK(netlink_addresses_restore(&netlink, &addresses, "first0", &nobody) == -ENODEV);
	netlink_addresses_free(&addresses);
}

static void test_refused(void **state)
{
	(void)state;
	run_experiment(experiment_refused);
}

/* More than fits into one answer of the kernel. */
static void experiment_many(void)
{
	struct netlink_addresses addresses = { 0 };
	cleanup_netlink struct netlink netlink;
	struct netlink_link link = { 0 };
	enum { COUNT = 600 };
	struct ifaddrs *all;
	int there = open_new_network(), found = 0;

	make_interface_or_skip("first0");
	for (int i = 0; i < COUNT; i++) {
		char text[INET_ADDRSTRLEN];
		struct experiment_address given = { .interface = "first0", .address = text };

		snprintf(text, sizeof(text), "10.9.%d.%d", i / 250, i % 250 + 1);
		given.prefix = 32;
		CHECK(add_address(&given) == 0);
	}
	CHECK(netlink_addresses_save(if_nametoindex("first0"), &addresses) == 0);
	CHECK(addresses.messages.length > 2 * NETLINK_BUFFER_SIZE);
	CHECK(setns(there, CLONE_NEWNET) == 0);
	make_interface_or_skip("eth0");
	CHECK(netlink_open(&netlink) == 0);
	CHECK(netlink_link_by_name(&netlink, "eth0", &link) == 0);
	CHECK(netlink_addresses_restore(&netlink, &addresses, "first0", &link) == 0);
	CHECK(getifaddrs(&all) == 0);
	for (const struct ifaddrs *next = all; next; next = next->ifa_next)
		found += next->ifa_addr && next->ifa_addr->sa_family == AF_INET;
	freeifaddrs(all);
	CHECK(found == COUNT);
	netlink_addresses_free(&addresses);
}

static void test_many(void **state)
{
	(void)state;
	run_experiment(experiment_many);
}

#else

static void test_not_built(void **state)
{
	(void)state;
	print_message("skipped: built without libmnl\n");
	skip();
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
#ifndef WITHOUT_LIBMNL
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many),
#else
		cmocka_unit_test(test_not_built),
#endif
	};

	return cmocka_run_group_tests_name("netlink_address", tests, NULL, NULL);
}
