/* SPDX-License-Identifier: Apache-2.0 */
/* AppArmor profiles and SELinux labels for the next execve, through /proc/self/attr. */
#ifndef LINUX_LSM_H
#define LINUX_LSM_H

#include "base/error.h"

/* 1, 0, or -errno where the kernel does not say. */
int lsm_apparmor_enabled(void);
int lsm_selinux_enabled(void);

/* With the LSM off: an error for a profile or label other than NULL, "" or "unconfined". */
int lsm_set_apparmor(int procfd, const char *profile, struct error *err);
int lsm_set_selinux(int procfd, const char *label, struct error *err);

#endif
