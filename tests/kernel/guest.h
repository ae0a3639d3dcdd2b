/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KIT_GUEST_H
#define KIT_GUEST_H

/*
 * As the first process of a machine that has nothing else: runs each of `programs` (paths with commas
 * between them) with these arguments, tells the status on the console and switches the machine off.
 */
_Noreturn void guest_run(char *programs, char *const *arguments);

#endif
