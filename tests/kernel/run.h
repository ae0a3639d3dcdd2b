/* SPDX-License-Identifier: Apache-2.0 */
/* One check in a process of its own, with a limit of time, so that what hangs has a name. */
#ifndef KIT_RUN_H
#define KIT_RUN_H

#include "kit.h"

enum run_result { RUN_KEPT, RUN_BROKEN, RUN_SKIPPED };

/* Its messages, a line each, are in `text`, which holds at most `size` bytes. */
enum run_result run_check(
	const struct kit_check *check, int seconds, char *text, unsigned int size);

/* Why the check can not be run here, or NULL. */
const char *run_missing(const struct kit_check *check);

#endif
