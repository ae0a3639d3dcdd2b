/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fatal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

static struct {
	void (*tell)(void *context, const struct error *err);
	void *context;
	bool entered;
} fatal_target;

void fatal_tell(void (*tell)(void *context, const struct error *err), void *context)
{
	fatal_target.tell = tell;
	fatal_target.context = context;
}

static _Noreturn void fatal_say(const struct error *err)
{
	/* The log file's line needs memory itself; standard error has had the sentence by then. */
	if (!fatal_target.entered) {
		fatal_target.entered = true;
		if (fatal_target.tell)
			fatal_target.tell(fatal_target.context, err);
		else
			log_error(err);
	}
	_exit(EXIT_FAILURE);
}

void fatal_out_of_memory(void)
{
	struct error err = { 0 };

	error_set(&err, ENOMEM, "out of memory");
	fatal_say(&err);
}

void fatal_mistake(const char *what)
{
	struct error err = { 0 };

	error_set(&err, ENOTRECOVERABLE, "a mistake in elsewhen itself: %s", what);
	fatal_say(&err);
}
