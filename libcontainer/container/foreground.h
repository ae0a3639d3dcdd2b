/* SPDX-License-Identifier: Apache-2.0 */
/* `run` and `exec` without --detach: between a person's terminal, or a script, and the process. */
#ifndef CONTAINER_FOREGROUND_H
#define CONTAINER_FOREGROUND_H

#include "base/error.h"
#include "container/enter.h"

/*
 * Before the process is started: from here on signals wait for foreground_wait, so that none that
 * is meant for the process ends us instead. The old mask is restored there.
 */
void foreground_hold_signals(void);

/*
 * Waits for enter->init and reaps it; meanwhile relays the terminal whose master is `console` (-1:
 * none) and sends on the signals that somebody means for the process. *exit_status: 128 + N after
 * signal N.
 */
int foreground_wait(struct enter *enter, int console, int *exit_status, struct error *err);

#endif
