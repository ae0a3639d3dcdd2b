/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/netlink.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#ifndef WITHOUT_LIBMNL
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#else
#include <sys/ioctl.h>
#endif

#include "base/text.h"

/* Longer than the kernel takes names; an empty one would name no interface, or every one. */
static int netlink_check_name(const char *interface, struct error *err)
{
	size_t length = strlen(interface);

	if (length == 0 || length >= IFNAMSIZ)
		return error_set(err, EINVAL,
			"network interface \"%s\": a name has 1 to %d characters", interface,
			IFNAMSIZ - 1);
	return 0;
}

#ifndef WITHOUT_LIBMNL

int netlink_open(struct netlink *netlink)
{
	int yes = 1;

	netlink->sequence = 0;
	netlink->reason[0] = '\0';
	netlink->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!netlink->socket)
		return -errno;
	/* Refusals in words, and without the refused request before them; kernels before 4.12 have
	 * no words. */
	mnl_socket_setsockopt(netlink->socket, NETLINK_CAP_ACK, &yes, sizeof(yes));
	mnl_socket_setsockopt(netlink->socket, NETLINK_EXT_ACK, &yes, sizeof(yes));
	if (mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int saved = errno;

		netlink_close(netlink);
		return -saved;
	}
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	int saved = errno;

	if (netlink->socket)
		mnl_socket_close(netlink->socket);
	netlink->socket = NULL;
	errno = saved;
}

struct nlmsghdr *netlink_request(struct netlink *netlink, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(netlink->buffer);

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | flags;
	request->nlmsg_seq = ++netlink->sequence;
	return request;
}

static void netlink_read_reason(struct netlink *netlink, const struct nlmsghdr *message)
{
	const struct nlattr *attribute;

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS) || !(message->nlmsg_flags & NLM_F_CAPPED))
		return;
	mnl_attr_for_each(attribute, message, sizeof(struct nlmsgerr))
	{
		if (mnl_attr_get_type(attribute) == NLMSGERR_ATTR_MSG &&
			mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) == 0)
			snprintf(netlink->reason, sizeof(netlink->reason), " (%s)",
				mnl_attr_get_str(attribute));
	}
}

/* Both NLMSG_ERROR, which is the acknowledgement too, and NLMSG_DONE begin with an errno. */
static int netlink_read_end(const struct nlmsghdr *message, void *context)
{
	const int *error = mnl_nlmsg_get_payload(message);

	(void)context;
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*error)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	if (*error == 0)
		return MNL_CB_STOP;
	errno = -*error;
	return MNL_CB_ERROR;
}

/* MNL_CB_OK: there is more to come. */
static int netlink_read_answer(struct netlink *netlink, size_t length,
	int (*read)(const struct nlmsghdr *, void *), void *context)
{
	mnl_cb_t control[] = {
		[NLMSG_ERROR] = netlink_read_end,
		[NLMSG_DONE] = netlink_read_end,
	};
	const struct nlmsghdr *first = (const struct nlmsghdr *)netlink->buffer;
	int result = mnl_cb_run2(netlink->buffer, length, netlink->sequence,
		mnl_socket_get_portid(netlink->socket), read, context, control,
		ARRAY_LENGTH(control));

	if (result < 0 && mnl_nlmsg_ok(first, (int)length) && first->nlmsg_type == NLMSG_ERROR)
		netlink_read_reason(netlink, first);
	return result;
}

int netlink_talk(
	struct netlink *netlink, int (*read)(const struct nlmsghdr *, void *), void *context)
{
	const struct nlmsghdr *request = (const struct nlmsghdr *)netlink->buffer;
	int result = MNL_CB_OK;

	netlink->reason[0] = '\0';
	if (mnl_socket_sendto(netlink->socket, request, request->nlmsg_len) < 0)
		return -errno;
	while (result == MNL_CB_OK) {
		ssize_t length =
			mnl_socket_recvfrom(netlink->socket, netlink->buffer, NETLINK_BUFFER_SIZE);

		if (length >= 0)
			result = netlink_read_answer(netlink, (size_t)length, read, context);
		else if (errno != EINTR)
			return -errno;
	}
	return result < 0 ? -errno : 0;
}

int netlink_set_up(const char *interface, struct error *err)
{
	cleanup_netlink struct netlink netlink;
	struct nlmsghdr *request;
	struct ifinfomsg *link;
	int result = netlink_open(&netlink);

	if (result < 0)
		return error_errno(err, -result, "open a socket of rtnetlink");
	if (netlink_check_name(interface, err) < 0)
		return -1;
	request = netlink_request(&netlink, RTM_NEWLINK, NLM_F_ACK);
	link = mnl_nlmsg_put_extra_header(request, sizeof(*link));
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	mnl_attr_put_strz(request, IFLA_IFNAME, interface);
	result = netlink_talk(&netlink, NULL, NULL);
	if (result < 0)
		return error_errno(err, -result, "network interface \"%s\": cannot be set up%s",
			interface, netlink.reason);
	return 0;
}

#else /* A static build: Debian has no libmnl.a, and to set `lo` up an ioctl does. */

int netlink_set_up(const char *interface, struct error *err)
{
	cleanup_close int fd = -1;
	struct ifreq request = { 0 };

	if (netlink_check_name(interface, err) < 0)
		return -1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 && errno == EAFNOSUPPORT)
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	memcpy(request.ifr_name, interface, strlen(interface));
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return error_errno(err, errno, "network interface \"%s\"", interface);
	request.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return error_errno(
			err, errno, "network interface \"%s\": cannot be set up", interface);
	return 0;
}

#endif
