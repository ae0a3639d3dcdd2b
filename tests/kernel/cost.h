/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KIT_COST_H
#define KIT_COST_H

/*
 * Prints "cost CLOCK WAY INSTRUCTIONS" for every clock: by the vDSO and by a system call, outside of time
 * namespaces and inside; "vdso-carry" is inside, where the offset's nanoseconds carry. An exit status.
 */
int cost_run(void);

#endif
