/* SPDX-License-Identifier: Apache-2.0 */
/* What the options of checkpoint and restore have in common. */
#ifndef SRC_CRIU_OPTIONS_H
#define SRC_CRIU_OPTIONS_H

#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define CRIU_OPTIONS_POLICIES "continue, suspend, wallclock or config"

#define CRIU_OPTIONS_TIMEOUT 60 /* seconds, of --criu-timeout */

/* --empty-ns NAME, again and again: CLONE_NEW* of all of them. */
int criu_options_empty(const struct strv *names, uint32_t *flags, struct error *err);

#endif
