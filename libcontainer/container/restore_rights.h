/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What restored processes may, held against config.json: an archive from anywhere may hold a process with any
 * capability, in any namespace.
 */
#ifndef CONTAINER_RESTORE_RIGHTS_H
#define CONTAINER_RESTORE_RIGHTS_H

#include "container/creation.h"

/*
 * While they all stand still. Every thread of init and of what descends from it has no capability that
 * config.json does not give, has no_new_privs and a seccomp filter where config.json asks for them
 * (which filter is not looked at), and every process is in the namespaces that config.json asks for, with
 * its id maps. When one is not, all of them are killed.
 */
int restore_rights_check(const struct creation *creation, struct error *err);

#endif
