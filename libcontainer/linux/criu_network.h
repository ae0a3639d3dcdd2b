/* SPDX-License-Identifier: Apache-2.0 */
/* During a dump CRIU lets no packet into or out of the container's network namespace, by rules of netfilter. */
#ifndef LINUX_CRIU_NETWORK_H
#define LINUX_CRIU_NETWORK_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * After a CRIU that was killed: takes its rules out of the network namespace of the process `pid`, if there are any
 * and if it is not the caller's own. `by_iptables`: CRIU was told to make no others. An error when some are left, or when
 * that cannot be told.
 */
int criu_network_unlock(pid_t pid, bool by_iptables, struct error *err);

#endif
