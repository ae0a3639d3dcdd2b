/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kernel promises of time namespaces, tried on the one that runs. Every check is a process of
 * its own that makes its own namespaces, with a limit of time: a vDSO that is wrong may hang.
 */
#ifndef LINUX_TIMENS_CHECK_H
#define LINUX_TIMENS_CHECK_H

#include <stddef.h>

#include "base/error.h"

enum timens_check_result { TIMENS_CHECK_KEPT, TIMENS_CHECK_BROKEN, TIMENS_CHECK_NOT_CHECKED };

/* What the children that check are made of: 0, or -1 with what is broken; 1 with why it is not checked. */
typedef int (*timens_check_body)(struct error *err);

struct timens_check {
	const char *name, *promise;
	timens_check_body body;
};
extern const struct timens_check timens_checks[];
extern const size_t timens_checks_count;

/* What is broken, or why it was not checked, is in `err`. */
enum timens_check_result timens_check_run(const struct timens_check *check, struct error *err);

/* True from this version of Linux on. */
int timens_check_kernel_is(int major, int minor);

#endif
