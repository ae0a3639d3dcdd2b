/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one process plan: which processes are made, and who enters which namespace when, decided in
 * one function from what config.json asks for. ARCHITECTURE.md draws it.
 */
#ifndef CONTAINER_PLAN_H
#define CONTAINER_PLAN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "container/clock_request.h"
#include "oci/config.h"

enum plan_source { PLAN_INHERIT, PLAN_NEW, PLAN_PATH };

/*
 * DIRECT: the runtime clones init itself. It points its own pid and time namespace "for children" at
 * what init is to be born into, and back again; init does the rest for itself.
 *
 * STAGED: a stage in between joins, enters the user namespace, makes the time namespace in it, clones
 * init as the runtime's child (CLONE_PARENT) and ends. Needed where rights change on the way: what
 * is made after entering a user namespace belongs to it, and what is joined before needs the rights
 * from outside.
 *
 * A PID namespace by path has other processes in it, and one with CAP_SYS_PTRACE sees through
 * /proc/PID/root, fd and mem all that a new process has. There the stage does all that needs the
 * host (`prepares_outside`), and what it clones into the namespace has nothing left to take.
 */
enum plan_shape { PLAN_DIRECT, PLAN_STAGED };

struct plan {
	enum plan_shape shape;
	bool prepares_outside;
	struct plan_namespace {
		enum plan_source source;
		int fd; /* PLAN_PATH: the open namespace, else -1 */
	} namespaces[OCI_NAMESPACE_COUNT];
};

/* The CLONE_NEW* flag of each namespace type. */
extern const int plan_clone_flags[OCI_NAMESPACE_COUNT];

/*
 * Opens every namespace that is given by path, and proves its type. A pod's time namespace is PLAN_PATH
 * with no fd yet: it may have to be made first. Closed by plan_close.
 */
int plan_make(const struct oci_config *config, const struct clock_request *clock, struct plan *plan,
	struct error *err);

/*
 * The plan of a process that joins a container: every namespace in which `pid` differs from the
 * caller, by path. A namespace that the kernel does not have (ENOENT) is inherited; one that cannot
 * be looked at is an error, since the process would stay in the caller's.
 */
int plan_make_join(pid_t pid, struct plan *plan, struct error *err);

void plan_close(struct plan *plan);

static inline enum plan_source plan_source(const struct plan *plan, enum oci_namespace_type type)
{
	return plan->namespaces[type].source;
}

#endif
