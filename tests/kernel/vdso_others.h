/* SPDX-License-Identifier: Apache-2.0 */
/* What holds of the vDSO's functions in every time namespace alike. */
#ifndef KIT_VDSO_OTHERS_H
#define KIT_VDSO_OTHERS_H

/*
 * Which of `clocks` the vDSO reads by itself: bit i for clocks[i]. The caller can ask the kernel for no
 * clock from then on.
 */
unsigned int vdso_clocks_without_calls(void);

/* gettimeofday, time and clock_getres of the vDSO, those that there are, against system calls. */
void vdso_expect_others(void);

#endif
