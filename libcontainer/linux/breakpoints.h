/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether this machine's hardware breakpoints fire. On some virtual machines (AMD SEV, Xen, nested ones) they can be
 * set and never do: a tracer that waits for one waits without end.
 */
#ifndef LINUX_BREAKPOINTS_H
#define LINUX_BREAKPOINTS_H

#include <stdbool.h>
#include <stddef.h>

#define BREAKPOINTS_DIRECTORY "/run"
#define BREAKPOINTS_FILE "elsewhen.breakpoints" /* "BOOT-ID yes" or "BOOT-ID no" */

enum breakpoints {
	BREAKPOINTS_FIRE,
	BREAKPOINTS_DO_NOT, /* they cannot be set, or do not fire */
	BREAKPOINTS_UNKNOWN /* tracing is forbidden, or this architecture is not asked */
};

/* Sets one in a child and lets it run into it: a millisecond. */
enum breakpoints breakpoints_ask(void);

/* What the file says of this boot; asks, and writes it down, when it says nothing that can be trusted. */
enum breakpoints breakpoints_recall(void);

/*
 * Of the file's content, in the boot `boot_id`: BREAKPOINTS_UNKNOWN for another boot's, and for whatever was not
 * written by breakpoints_recall.
 */
enum breakpoints breakpoints_parse(const char *text, const char *boot_id);

#endif
