/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/netlink_link.h"

#ifndef WITHOUT_LIBMNL

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

static struct nlmsghdr *netlink_link_request(
	struct netlink *netlink, uint16_t type, unsigned int index, unsigned int flags)
{
	struct nlmsghdr *request = netlink_request(netlink, type, NLM_F_ACK);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(request, sizeof(*link));

	link->ifi_index = (int)index;
	link->ifi_flags = flags;
	link->ifi_change = flags;
	return request;
}

static int netlink_link_read(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *found = mnl_nlmsg_get_payload(message);
	struct netlink_link *link = context;
	const struct nlattr *attribute;

	link->index = (unsigned int)found->ifi_index;
	link->up = (found->ifi_flags & IFF_UP) != 0;
	mnl_attr_for_each(attribute, message, sizeof(*found))
	{
		if (mnl_attr_get_type(attribute) == IFLA_IFNAME &&
			mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) == 0)
			snprintf(link->name, sizeof(link->name), "%s", mnl_attr_get_str(attribute));
	}
	return MNL_CB_OK;
}

int netlink_link_by_name(struct netlink *netlink, const char *name, struct netlink_link *link)
{
	struct nlmsghdr *request = netlink_link_request(netlink, RTM_GETLINK, 0, 0);

	*link = (struct netlink_link){ 0 };
	mnl_attr_put_strz(request, IFLA_IFNAME, name);
	return netlink_talk(netlink, netlink_link_read, link);
}

int netlink_link_by_index(struct netlink *netlink, unsigned int index, struct netlink_link *link)
{
	netlink_link_request(netlink, RTM_GETLINK, index, 0);
	*link = (struct netlink_link){ 0 };
	return netlink_talk(netlink, netlink_link_read, link);
}

int netlink_link_move(struct netlink *netlink, unsigned int index, int netns_fd, const char *name)
{
	struct nlmsghdr *request = netlink_link_request(netlink, RTM_NEWLINK, index, 0);

	mnl_attr_put_u32(request, IFLA_NET_NS_FD, (uint32_t)netns_fd);
	mnl_attr_put_strz(request, IFLA_IFNAME, name);
	return netlink_talk(netlink, NULL, NULL);
}

int netlink_link_rename(struct netlink *netlink, unsigned int index, const char *name)
{
	struct nlmsghdr *request = netlink_link_request(netlink, RTM_NEWLINK, index, 0);

	mnl_attr_put_strz(request, IFLA_IFNAME, name);
	return netlink_talk(netlink, NULL, NULL);
}

int netlink_link_set_up(struct netlink *netlink, unsigned int index)
{
	netlink_link_request(netlink, RTM_NEWLINK, index, IFF_UP);
	return netlink_talk(netlink, NULL, NULL);
}

#endif
