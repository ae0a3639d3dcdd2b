/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newuidmap(1) and newgidmap(1): the setuid programs that write mappings of /etc/subuid and subgid.
 */
#ifndef LINUX_USERNS_HELPER_H
#define LINUX_USERNS_HELPER_H

#include "linux/userns.h"

/* Runs `program` for `pid`; what it prints when it fails is in the error. */
int userns_run_helper(const char *program, pid_t pid, const struct userns_mapping *mappings,
	size_t length, struct error *err);

#endif
