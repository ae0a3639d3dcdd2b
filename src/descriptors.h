/* SPDX-License-Identifier: Apache-2.0 */
/* The file descriptors that elsewhen was started with. */
#ifndef SRC_DESCRIPTORS_H
#define SRC_DESCRIPTORS_H

#include "base/error.h"

/* Opens /dev/null where standard input, output or error is closed: no later open may become one. */
int descriptors_open_standard(struct error *err);

/* Whether 3 .. 3+count-1 came from the caller, so that nothing of our own is passed on. */
int descriptors_check_preserved(int count, struct error *err);

#endif
