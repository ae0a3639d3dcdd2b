/* SPDX-License-Identifier: Apache-2.0 */
/* Network namespaces of a test's own, with interfaces and addresses in them. */
#ifndef NETLINK_EXPERIMENT_H
#define NETLINK_EXPERIMENT_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#ifndef WITHOUT_LIBMNL
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#endif

#include "in_child.h"

/* Runs an experiment in a process of its own, in a new network namespace that ends with it. */
static inline void experiment_enter(const void *body)
{
	void (*const *experiment)(void) = body;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0 && unshare(CLONE_NEWNET) < 0)
		SKIP_IN_CHILD("no network namespace can be made here");
	(*experiment)();
}

static inline void run_experiment(void (*body)(void))
{
	in_child(experiment_enter, &body);
}

/* The flags of an interface, or -errno. */
static inline int interface_flags(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };
	int result;

	CHECK(fd >= 0);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	result = ioctl(fd, SIOCGIFFLAGS, &request) < 0 ? -errno : (unsigned short)request.ifr_flags;
	close(fd);
	return result;
}

#ifndef WITHOUT_LIBMNL

/* Sends a request of the test's own and returns 0 or -errno: not by the module under test. */
static inline int experiment_talk(char *buffer, size_t size)
{
	struct mnl_socket *socket = mnl_socket_open(NETLINK_ROUTE);
	const struct nlmsghdr *request = (const struct nlmsghdr *)buffer;
	ssize_t length;
	int result;

	CHECK(socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0);
	CHECK(mnl_socket_sendto(socket, request, request->nlmsg_len) > 0);
	length = mnl_socket_recvfrom(socket, buffer, size);
	CHECK(length > 0);
	result = mnl_cb_run(buffer, (size_t)length, 0, mnl_socket_get_portid(socket), NULL, NULL);
	result = result < 0 ? -errno : 0;
	mnl_socket_close(socket);
	return result;
}

/* Makes an interface of a kind that needs no hardware; -errno where the kernel has no such kind. */
static inline int make_interface(const char *kind, const char *name)
{
	char buffer[1024] __attribute__((aligned(8)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct nlattr *info;

	request->nlmsg_type = RTM_NEWLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(request, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(request, IFLA_LINKINFO);
	mnl_attr_put_strz(request, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(request, info);
	return experiment_talk(buffer, sizeof(buffer));
}

static inline void make_interface_or_skip(const char *name)
{
	static const char *const kinds[] = { "veth", "dummy", "ifb", "vcan" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (make_interface(kinds[i], name) == 0)
			return;
	SKIP_IN_CHILD("this kernel makes neither veth, dummy, ifb nor vcan interfaces");
}

struct experiment_address {
	const char *interface, *address, *peer, *label;
	unsigned char prefix, scope;
	uint32_t flags, lifetime; /* seconds; 0: for ever */
};

static inline int add_address(const struct experiment_address *wanted)
{
	bool six = strchr(wanted->address, ':') != NULL;
	int family = six ? AF_INET6 : AF_INET;
	char buffer[1024] __attribute__((aligned(8)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *message;
	unsigned char bytes[16];

	request->nlmsg_type = RTM_NEWADDR;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	message = mnl_nlmsg_put_extra_header(request, sizeof(*message));
	message->ifa_family = (unsigned char)family;
	message->ifa_prefixlen = wanted->prefix;
	message->ifa_scope = wanted->scope;
	message->ifa_index = if_nametoindex(wanted->interface);
	CHECK(inet_pton(family, wanted->address, bytes) == 1);
	mnl_attr_put(request, IFA_LOCAL, six ? 16 : 4, bytes);
	CHECK(inet_pton(family, wanted->peer ? wanted->peer : wanted->address, bytes) == 1);
	mnl_attr_put(request, IFA_ADDRESS, six ? 16 : 4, bytes);
	mnl_attr_put_u32(request, IFA_FLAGS, wanted->flags);
	if (wanted->label)
		mnl_attr_put_strz(request, IFA_LABEL, wanted->label);
	if (wanted->lifetime) {
		struct ifa_cacheinfo lives = { wanted->lifetime, wanted->lifetime, 0, 0 };

		mnl_attr_put(request, IFA_CACHEINFO, sizeof(lives), &lives);
	}
	return experiment_talk(buffer, sizeof(buffer));
}

/* "10.0.0.1/24 fd00::1/64": what is in this namespace under this label, as getifaddrs(3) has it. */
static inline void addresses_of(const char *label, char *text, size_t size)
{
	struct ifaddrs *all, *next;

	CHECK(getifaddrs(&all) == 0);
	text[0] = '\0';
	for (next = all; next; next = next->ifa_next) {
		int family = next->ifa_addr ? next->ifa_addr->sa_family : AF_UNSPEC;
		bool six = family == AF_INET6;
		size_t offset = six ? offsetof(struct sockaddr_in6, sin6_addr)
				    : offsetof(struct sockaddr_in, sin_addr);
		const unsigned char *mask;
		char name[INET6_ADDRSTRLEN];
		int prefix = 0;

		if ((family != AF_INET && !six) || strcmp(next->ifa_name, label) != 0)
			continue;
		mask = (const unsigned char *)next->ifa_netmask + offset;
		for (int i = 0; i < (six ? 16 : 4); i++)
			prefix += __builtin_popcount(mask[i]);
		inet_ntop(family, (const char *)next->ifa_addr + offset, name, sizeof(name));
		/* What the kernel made itself is not what is looked for. */
		if (six && strncmp(name, "fe80:", 5) == 0)
			continue;
		snprintf(text + strlen(text), size - strlen(text), "%s%s/%d", text[0] ? " " : "",
			name, prefix);
	}
	freeifaddrs(all);
}

#define CHECK_ADDRESSES(label, expected)                                                   \
	do {                                                                               \
		char found_[512];                                                          \
                                                                                           \
		addresses_of(label, found_, sizeof(found_));                               \
		if (strcmp(found_, expected) != 0) {                                       \
			dprintf(STDERR_FILENO, "%s:%d: %s has '%s', not '%s'\n", __FILE__, \
				__LINE__, label, found_, expected);                        \
			_exit(1);                                                          \
		}                                                                          \
	} while (0)

static inline int open_own_network(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	return fd;
}

/* A second namespace; the caller stays in its own. */
static inline int open_new_network(void)
{
	int here = open_own_network(), there;

	CHECK(unshare(CLONE_NEWNET) == 0);
	there = open_own_network();
	CHECK(setns(here, CLONE_NEWNET) == 0);
	close(here);
	return there;
}

#endif

#endif
