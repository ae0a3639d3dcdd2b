/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a process that can neither go on nor return: it says why in one sentence and exits with
 * 1. Never by a core dump, which would hold what the process holds.
 */
#ifndef BASE_FATAL_H
#define BASE_FATAL_H

#include "base/error.h"

/*
 * Who hears the sentence. A process starts with log_error(); a child says it to its parent, since
 * standard error may be the container's by then. `tell` must not allocate.
 */
void fatal_tell(void (*tell)(void *context, const struct error *err), void *context);

/* Of the ways to write it this is the one that every analyser knows. */
void fatal_out_of_memory(void) __attribute__((noreturn));

/* A mistake in this program, never in its input; `what` names it. */
void fatal_mistake(const char *what) __attribute__((noreturn));

#endif
