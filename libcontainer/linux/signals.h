/* SPDX-License-Identifier: Apache-2.0 */
/* Signals as people and engines write them. */
#ifndef LINUX_SIGNALS_H
#define LINUX_SIGNALS_H

/* "9", "KILL", "SIGKILL", "sigkill", "RTMIN+3", "SIGRTMAX-1": the number, or -1. */
int signals_from_name(const char *text);

/*
 * For a process that waits to become another: SIGHUP, SIGINT, SIGQUIT and SIGTERM end it, with exit status
 * 128 + N, also as the first process of a PID namespace, which the kernel spares their default action.
 */
void signals_end_this_process(void);

/* For a process that is about to become a program of somebody else's: nothing is ignored or
 * blocked, whatever our own caller had done. */
void signals_reset(void);

#endif
