/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to rtnetlink(7): one RTM_NEWLINK each, answered by one acknowledgement. */
#include "linux/netlink.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#ifndef WITHOUT_LIBMNL
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#else
#include <sys/ioctl.h>
#include <sys/socket.h>
#endif

#include "base/cleanup.h"

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

/* One request and its answer; every one here fits in far less. */
#define NETLINK_BUFFER_SIZE 8192

static void cleanup_mnl_socket(struct mnl_socket **socket)
{
	int saved = errno;

	if (*socket)
		mnl_socket_close(*socket);
	errno = saved;
}

static struct nlmsghdr *netlink_start_link(char *buffer, unsigned int index, unsigned int flags)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link;

	request->nlmsg_type = RTM_NEWLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	request->nlmsg_seq = 1;
	link = mnl_nlmsg_put_extra_header(request, sizeof(*link));
	link->ifi_family = AF_UNSPEC;
	link->ifi_index = (int)index;
	link->ifi_flags = flags;
	link->ifi_change = flags;
	return request;
}

/* Sends the request in `buffer` and waits for the kernel's word on it. 0 or -errno. */
static int netlink_talk(char buffer[NETLINK_BUFFER_SIZE])
{
	__attribute__((cleanup(cleanup_mnl_socket))) struct mnl_socket *socket =
		mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	const struct nlmsghdr *request = (struct nlmsghdr *)buffer;
	unsigned int sequence = request->nlmsg_seq;
	int result;

	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t length = mnl_socket_recvfrom(socket, buffer, NETLINK_BUFFER_SIZE);

		if (length < 0 && errno == EINTR)
			result = MNL_CB_OK;
		else if (length < 0)
			return -errno;
		else
			result = mnl_cb_run(buffer, (size_t)length, sequence,
				mnl_socket_get_portid(socket), NULL, NULL);
	} while (result == MNL_CB_OK);
	return result < 0 ? -errno : 0;
}

int netlink_set_up(const char *interface, struct error *err)
{
	char buffer[NETLINK_BUFFER_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *request;
	int result;

	if (netlink_check_name(interface, err) < 0)
		return -1;
	request = netlink_start_link(buffer, 0, IFF_UP);
	mnl_attr_put_strz(request, IFLA_IFNAME, interface);
	result = netlink_talk(buffer);
	if (result < 0)
		return error_errno(
			err, -result, "network interface \"%s\": cannot be set up", interface);
	return 0;
}

int netlink_move(const char *interface, int netns_fd, const char *name, struct error *err)
{
	char buffer[NETLINK_BUFFER_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *request;
	unsigned int index;
	int result;

	if (netlink_check_name(interface, err) < 0 || (name && netlink_check_name(name, err) < 0))
		return -1;
	/* By number, since IFLA_IFNAME is the name that it gets. */
	index = if_nametoindex(interface);
	if (index == 0)
		return error_errno(err, errno, "network interface \"%s\"", interface);
	request = netlink_start_link(buffer, index, 0);
	mnl_attr_put_u32(request, IFLA_NET_NS_FD, (uint32_t)netns_fd);
	if (name)
		mnl_attr_put_strz(request, IFLA_IFNAME, name);
	result = netlink_talk(buffer);
	if (result < 0)
		return error_errno(err, -result,
			"network interface \"%s\": cannot be moved into the container as \"%s\"",
			interface, name ? name : interface);
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

int netlink_move(const char *interface, int netns_fd, const char *name, struct error *err)
{
	(void)netns_fd;
	if (netlink_check_name(interface, err) < 0 || (name && netlink_check_name(name, err) < 0))
		return -1;
	return error_set(err, ENOSYS,
		"network interface \"%s\": this elsewhen is built without libmnl and moves no "
		"interfaces",
		interface);
}

#endif
