/* SPDX-License-Identifier: Apache-2.0 */
/* Between the process that runs checks and those that are checks. */
#ifndef KIT_REPORT_H
#define KIT_REPORT_H

/* Where a check writes its messages: a fixed number, which stays open over execve. */
#define REPORT_FD 9

/*
 * To be called before the check. From then on a failure is none when somebody set the machine's clock
 * meanwhile: no reading of CLOCK_REALTIME need be between two others then.
 */
void report_begin(void);

/* Notes which signal ended `who`, from a status of waitpid(2). */
void report_describe_signal(const char *who, int status);

#endif
