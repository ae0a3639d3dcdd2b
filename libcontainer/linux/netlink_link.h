/* SPDX-License-Identifier: Apache-2.0 */
/* Network interfaces in the network namespace of a netlink socket: found, moved, renamed. */
#ifndef LINUX_NETLINK_LINK_H
#define LINUX_NETLINK_LINK_H

#include <net/if.h>
#include <stdbool.h>

#include "linux/netlink.h"

struct netlink_link {
	unsigned int index;
	bool up;
	char name[IFNAMSIZ];
};

/* -ENODEV: there is none. Another name that the interface has (IFLA_ALT_IFNAME) does, too. */
int netlink_link_by_name(struct netlink *netlink, const char *name, struct netlink_link *link);
int netlink_link_by_index(struct netlink *netlink, unsigned int index, struct netlink_link *link);

/*
 * Moves it into the namespace of `netns_fd`, under `name`. It is down there, without addresses, and
 * its index may be another.
 */
int netlink_link_move(struct netlink *netlink, unsigned int index, int netns_fd, const char *name);

/* In a name with "%d" in it the kernel puts the first number that is free. */
int netlink_link_rename(struct netlink *netlink, unsigned int index, const char *name);

int netlink_link_set_up(struct netlink *netlink, unsigned int index);

#endif
