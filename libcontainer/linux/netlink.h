/* SPDX-License-Identifier: Apache-2.0 */
/* A socket of rtnetlink(7), through libmnl, and the one thing that every container asks of it. */
#ifndef LINUX_NETLINK_H
#define LINUX_NETLINK_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

/* Sets IFF_UP on an interface of the caller's network namespace ("lo"). */
int netlink_set_up(const char *interface, struct error *err);

/*
 * The rest, and netlink_link.h and netlink_address.h, is not in a build without libmnl. All return
 * 0 or -errno.
 */

struct mnl_socket;
struct nlmsghdr;

#define NETLINK_BUFFER_SIZE 16384

struct netlink {
	struct mnl_socket *socket;
	unsigned int sequence;
	char reason[128]; /* the last refusal in the kernel's own words, " (...)", or empty */
	char buffer[NETLINK_BUFFER_SIZE] __attribute__((aligned(8))); /* request, then answer */
};

/* In the caller's network namespace, where it stays when the caller goes to another. */
int netlink_open(struct netlink *netlink);
void netlink_close(struct netlink *netlink);
#define cleanup_netlink CLEANUP(netlink_close)

/* Begins a request in the buffer; the caller adds to it. */
struct nlmsghdr *netlink_request(struct netlink *netlink, uint16_t type, uint16_t flags);

/*
 * Sends the request and hands each message that answers it to `read` (which returns MNL_CB_OK),
 * until the acknowledgement or the end of a dump. -EINTR: the dump is not consistent, and the
 * socket is to be closed.
 */
int netlink_talk(
	struct netlink *netlink, int (*read)(const struct nlmsghdr *, void *), void *context);

#endif
