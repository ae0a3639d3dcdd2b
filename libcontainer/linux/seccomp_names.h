/* SPDX-License-Identifier: Apache-2.0 */
/* The words of linux.seccomp, as numbers of libseccomp and of seccomp(2). */
#ifndef LINUX_SECCOMP_NAMES_H
#define LINUX_SECCOMP_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Each returns 0, or -1 with an error about `where` ("linux.seccomp.defaultAction") that names the
 * unknown word. */
int seccomp_action_from_name(const char *name, uint32_t errno_ret, const char *where,
	uint32_t *action, struct error *err);
int seccomp_operator_from_name(
	const char *name, const char *where, int *comparison, struct error *err);
int seccomp_architecture_from_name(
	const char *name, const char *where, uint32_t *token, struct error *err);
int seccomp_flag_from_name(
	const char *name, const char *where, unsigned int *flag, struct error *err);

/* Flags that meet each other in seccomp(2), for those who install. */
#ifndef SECCOMP_FILTER_FLAG_TSYNC_ESRCH
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH (1UL << 4)
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

#endif
