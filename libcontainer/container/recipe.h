/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe: named steps, run from top to bottom, undone from where it stopped upwards. */
#ifndef CONTAINER_RECIPE_H
#define CONTAINER_RECIPE_H

#include "base/error.h"

struct recipe_step {
	const char *name; /* a verb and an object: "make the cgroup" */
	int (*run)(void *context, struct error *err);
	/* NULL: leaves nothing behind. Idempotent, and right also when `run` failed half way. */
	void (*undo)(void *context);
};

/*
 * Runs the steps up to one with a NULL name. A failing step adds its name to the sentence, and it
 * and all before it are undone, backwards. 0 or -1.
 */
int recipe_run(const struct recipe_step *steps, void *context, struct error *err);

#endif
