/* SPDX-License-Identifier: Apache-2.0 */
/* What `features` says of this kernel's time namespaces, without trying anything. */
#ifndef CONTAINER_CHECK_KERNEL_H
#define CONTAINER_CHECK_KERNEL_H

#include <stdbool.h>

/*
 * Annotations as key, value, key, value, NULL:
 *   offsets      a container's clocks can be shifted
 *   vdso         a shifted clock is read without a system call
 *   exec-enters  execve after unshare enters the namespace
 *   io-uring     absolute timeouts of io_uring are by the shifted clock
 */
#define CHECK_KERNEL_ANNOTATIONS 4
void check_kernel_annotations(
	bool time_namespace, const char *pairs[CHECK_KERNEL_ANNOTATIONS * 2 + 1]);

#endif
