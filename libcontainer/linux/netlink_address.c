/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/netlink_address.h"

#ifndef WITHOUT_LIBMNL

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

/* What may be asked for; the other flags tell how the address fares. */
#define NETLINK_ADDRESS_FLAGS                                                        \
	(IFA_F_NODAD | IFA_F_OPTIMISTIC | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | \
		IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)

/* A dump that somebody's change broke into is begun again, this often. */
#define NETLINK_ADDRESS_TRIES 16

struct netlink_address_search {
	unsigned int index;
	struct text *messages;
};

/*
 * The kernel tells IPv4 addresses in the order in which they were given, the others newest first.
 */
static void netlink_address_keep_in_order(struct text *messages, const struct nlmsghdr *message)
{
	const struct ifaddrmsg *address = mnl_nlmsg_get_payload(message);
	size_t length = MNL_ALIGN(message->nlmsg_len);

	text_add_bytes(messages, message, length);
	if (address->ifa_family == AF_INET)
		return;
	memmove(messages->data + length, messages->data, messages->length - length);
	memcpy(messages->data, message, length);
}

static int netlink_address_keep(const struct nlmsghdr *message, void *context)
{
	const struct netlink_address_search *search = context;
	const struct ifaddrmsg *address = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_type == RTM_NEWADDR && address->ifa_index == search->index &&
		address->ifa_scope == RT_SCOPE_UNIVERSE && (address->ifa_flags & IFA_F_PERMANENT))
		netlink_address_keep_in_order(search->messages, message);
	return MNL_CB_OK;
}

static int netlink_addresses_dump(unsigned int index, struct text *messages)
{
	struct netlink_address_search search = { index, messages };
	cleanup_netlink struct netlink netlink;
	struct nlmsghdr *request;
	int result = netlink_open(&netlink);

	if (result < 0)
		return result;
	request = netlink_request(&netlink, RTM_GETADDR, NLM_F_DUMP);
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifaddrmsg));
	return netlink_talk(&netlink, netlink_address_keep, &search);
}

int netlink_addresses_save(unsigned int index, struct netlink_addresses *addresses)
{
	int result = -EINTR;

	for (int i = 0; i < NETLINK_ADDRESS_TRIES && result == -EINTR; i++) {
		addresses->messages.length = 0;
		result = netlink_addresses_dump(index, &addresses->messages);
	}
	return result;
}

void netlink_addresses_free(struct netlink_addresses *addresses)
{
	text_free(&addresses->messages);
}

/* "eth0" is the kernel's own choice, which it makes again; "eth0:1" is somebody's. */
static bool netlink_address_relabel(const char *label, const char *old_name, const char *new_name,
	char relabelled[2 * IFNAMSIZ])
{
	size_t length = strlen(old_name);
	bool of_name = strncmp(label, old_name, length) == 0;

	if (of_name && label[length] == '\0')
		return false;
	if (of_name && label[length] == ':')
		snprintf(relabelled, 2 * IFNAMSIZ, "%s%s", new_name, label + length);
	else
		snprintf(relabelled, 2 * IFNAMSIZ, "%s", label);
	return strlen(relabelled) < IFNAMSIZ;
}

static bool netlink_address_put(struct nlmsghdr *request, const struct nlattr *attribute,
	const char *old_name, const char *new_name)
{
	uint16_t type = mnl_attr_get_type(attribute);
	char label[2 * IFNAMSIZ];

	switch (type) {
	case IFA_FLAGS:
		if (mnl_attr_validate(attribute, MNL_TYPE_U32) < 0)
			return false;
		return mnl_attr_put_u32_check(request, NETLINK_BUFFER_SIZE, type,
			mnl_attr_get_u32(attribute) & NETLINK_ADDRESS_FLAGS);
	case IFA_LABEL:
		if (mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) < 0)
			return false;
		if (!netlink_address_relabel(
			    mnl_attr_get_str(attribute), old_name, new_name, label))
			return true;
		return mnl_attr_put_strz_check(request, NETLINK_BUFFER_SIZE, type, label);
	case IFA_TARGET_NETNSID:
		return true;
	default:
		return mnl_attr_put_check(request, NETLINK_BUFFER_SIZE, type,
			mnl_attr_get_payload_len(attribute), mnl_attr_get_payload(attribute));
	}
}

static int netlink_address_add(struct netlink *netlink, const struct nlmsghdr *saved,
	const char *old_name, const struct netlink_link *link)
{
	const struct ifaddrmsg *was = mnl_nlmsg_get_payload(saved);
	struct nlmsghdr *request =
		netlink_request(netlink, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
	struct ifaddrmsg *address = mnl_nlmsg_put_extra_header(request, sizeof(*address));
	const struct nlattr *attribute;

	*address = *was;
	address->ifa_flags &= NETLINK_ADDRESS_FLAGS & 0xff;
	address->ifa_index = link->index;
	mnl_attr_for_each(attribute, saved, sizeof(*was))
	{
		if (!netlink_address_put(request, attribute, old_name, link->name))
			return -EMSGSIZE;
	}
	return netlink_talk(netlink, NULL, NULL);
}

int netlink_addresses_restore(struct netlink *netlink, const struct netlink_addresses *addresses,
	const char *old_name, const struct netlink_link *link)
{
	const struct nlmsghdr *saved = (const struct nlmsghdr *)addresses->messages.data;
	int left = (int)addresses->messages.length;

	for (; saved && mnl_nlmsg_ok(saved, left); saved = mnl_nlmsg_next(saved, &left)) {
		int result = netlink_address_add(netlink, saved, old_name, link);

		if (result < 0)
			return result;
	}
	return 0;
}

#endif
