/* SPDX-License-Identifier: Apache-2.0 */
/* Names of users, from the /etc/passwd of the rootfs or of the host. */
#ifndef CONTAINER_PASSWD_H
#define CONTAINER_PASSWD_H

#include <sys/types.h>

/*
 * The home directory of `uid` in the /etc/passwd below `rootfd`, or "/" when there is none. A
 * passwd file of an image is hostile input: it is opened inside the root and read up to a limit.
 * malloc'd.
 */
char *passwd_home(int rootfd, uid_t uid);

/* The host's name of `uid`, or its number. malloc'd. */
char *passwd_name(uid_t uid);

#endif
