/* SPDX-License-Identifier: Apache-2.0 */
/* Network interfaces, by rtnetlink(7) through libmnl. */
#ifndef LINUX_NETLINK_H
#define LINUX_NETLINK_H

#include "base/error.h"

/* Sets IFF_UP on an interface of the caller's network namespace ("lo"). */
int netlink_set_up(const char *interface, struct error *err);

/*
 * Moves an interface of the caller's network namespace into that of `netns_fd`, renamed when `name`
 * is not NULL. It is down there; setting it up again is the caller's.
 */
int netlink_move(const char *interface, int netns_fd, const char *name, struct error *err);

#endif
