/* SPDX-License-Identifier: Apache-2.0 */
#include "container/recipe.h"

#include <string.h>

#include "base/log.h"

/* " [step]" at the end, and not a path such as "linux.namespaces[0]". */
static bool recipe_step_is_named(const char *text)
{
	const char *bracket = strrchr(text, '[');

	return bracket && bracket > text && bracket[-1] == ' ' && text[strlen(text) - 1] == ']';
}

/* Puts the step behind the sentence, where it does not hide what people look for first. */
static void recipe_name_step(struct error *err, const char *name)
{
	struct error said = *err;

	/* A child's error comes with the child's step already. */
	if (recipe_step_is_named(said.text))
		return;
	error_set(err, said.code, "%s [%s]", said.text, name);
}

int recipe_run(const struct recipe_step *steps, void *context, struct error *err)
{
	const struct recipe_step *step;

	for (step = steps; step->name; step++) {
		log_debug("step: %s", step->name);
		if (step->run(context, err) == 0)
			continue;
		recipe_name_step(err, step->name);
		for (; step >= steps; step--) {
			if (step->undo)
				step->undo(context);
		}
		return -1;
	}
	return 0;
}
