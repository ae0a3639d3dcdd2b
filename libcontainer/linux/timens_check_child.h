/* SPDX-License-Identifier: Apache-2.0 */
/* For the bodies of checks alone: see timens_check.h. */
#ifndef LINUX_TIMENS_CHECK_CHILD_H
#define LINUX_TIMENS_CHECK_CHILD_H

#include <elsewhen/timens.h>

#include "linux/timens_check.h"

#define TIMENS_CHECK_NO_LIMIT (-1) /* the check's own limit is there */

/* Runs a part of a check in a child of its process; returns what that returned. */
int timens_check_in_child(timens_check_body body, int limit, struct error *err);

/*
 * A new time namespace for the caller's children, in a user namespace where that can be: 0, or 1 with why
 * there can be none, or -1 when the kernel says what it should not.
 */
int timens_check_unshare(struct error *err);

#endif
