/* SPDX-License-Identifier: Apache-2.0 */
/* Walks a cgroup and those below it, however deep a container has nested them. */
#ifndef LINUX_CGROUP_WALK_H
#define LINUX_CGROUP_WALK_H

struct cgroup_visitor {
	/* Called with each cgroup's directory before what is below it; may be NULL. */
	int (*enter)(int directory, void *context);
	/* Called after what is below it, not for the top; may be NULL. */
	int (*leave)(int parent, const char *name, void *context);
	void *context;
};

/*
 * Uses two fds and no recursion at any depth. Goes on after a failure (-errno, also of a visitor's
 * function) and returns the first; a cgroup that vanishes meanwhile is none.
 */
int cgroup_walk(int top, const struct cgroup_visitor *visitor);

#endif
