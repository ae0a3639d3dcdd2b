/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A seccomp filter that the runtime compiles while init is at work on its filesystem: compiling is
 * the longest single step of a start (milliseconds in libseccomp), and nobody needs it before the
 * end.
 *
 * The program is in memory that both processes share. What orders them is the dialogue: the runtime
 * compiles before it answers SYNC_READY, and init reads after that answer.
 */
#ifndef CONTAINER_FILTER_H
#define CONTAINER_FILTER_H

#include <stdbool.h>

#include "base/error.h"
#include "linux/seccomp.h"
#include "oci/config.h"

struct filter;

/* Before init is made. NULL in *filter when config.json has no seccomp. */
int filter_new(const struct oci_seccomp *seccomp, struct filter **filter, struct error *err);

/* Whether a rule will ask for an agent (SCMP_ACT_NOTIFY), known without compiling. */
bool filter_notifies(const struct oci_seccomp *seccomp);

/*
 * A socket connected to linux.seccomp.listenerPath, to be inherited by who installs the filter. The
 * fd, -1 on failure, or -2 when no rule asks for an agent.
 */
#define FILTER_NO_AGENT (-2)
int filter_connect_agent(const struct oci_seccomp *seccomp, struct error *err);

/* By the runtime, from `root`'s cache if it can. `arena` is the config's. A NULL filter: nothing to
 * do. */
int filter_compile(struct filter *filter, const char *root, const struct oci_seccomp *seccomp,
	struct arena *arena, struct error *err);

/* Compiles it and throws it away. */
int filter_try(const struct oci_seccomp *seccomp, struct arena *arena, struct error *err);

/* By init, after SYNC_CREATED or SYNC_START; NULL for a NULL filter. */
const struct seccomp_program *filter_program(const struct filter *filter);

void filter_free(struct filter **filter);

#endif
