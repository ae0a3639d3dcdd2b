/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of a network interface, kept while it goes to another network namespace. */
#ifndef LINUX_NETLINK_ADDRESS_H
#define LINUX_NETLINK_ADDRESS_H

#include "base/text.h"
#include "linux/netlink_link.h"

/* The kernel's own RTM_NEWADDR messages, oldest address first. */
struct netlink_addresses {
	struct text messages;
};

/*
 * Keeps the addresses that somebody gave to the interface (IFA_F_PERMANENT) for everywhere
 * (RT_SCOPE_UNIVERSE), of every family; others the kernel makes anew, or they are for one network
 * only. The interface is in the caller's network namespace.
 */
int netlink_addresses_save(unsigned int index, struct netlink_addresses *addresses);

/* Gives them to `link`. IPv4 labels made of the interface's name, `old_name`, follow its name. */
int netlink_addresses_restore(struct netlink *netlink, const struct netlink_addresses *addresses,
	const char *old_name, const struct netlink_link *link);

void netlink_addresses_free(struct netlink_addresses *addresses);

#endif
