/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conformance kit: one static program that proves what a kernel promises of time namespaces.
 * A check is a function that runs in a process of its own; it returns when the promise was kept.
 */
#ifndef KIT_H
#define KIT_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What must be there for a check to mean something; else it is skipped, with the reason. */
enum kit_need {
	KIT_TIMENS = 1,        /* time namespaces, and the right to make one */
	KIT_VDSO = 2,          /* a vDSO in this process */
	KIT_INITIAL = 4,       /* the kit was started in the machine's own time namespace */
	KIT_RETURN = 8,        /* the right to join the namespace that the kit was started in */
	KIT_CAPABILITIES = 16, /* root's rights in the machine's user namespace */
};

/* What a check reads clocks by: one that asks by system calls alone can not see a vDSO that lies. */
enum kit_by { KIT_BY_SYSCALL, KIT_BY_VDSO };

struct kit_check {
	const char *name;    /* for --only, and in every table */
	const char *promise; /* a sentence about a right kernel */
	enum kit_by by;
	unsigned int needs; /* of enum kit_need */
	void (*run)(int argument);
	int argument;
};

/* Each file's checks; a row without a name ends them. */
extern const struct kit_check kit_initial_checks[], kit_member_checks[], kit_join_checks[];
extern const struct kit_check kit_page_checks[], kit_mapping_checks[], kit_thread_checks[];
extern const struct kit_check kit_exec_checks[], kit_offsets_checks[], kit_frozen_checks[];
extern const struct kit_check kit_rights_checks[], kit_timer_checks[], kit_told_checks[];

/* From any process or thread of a check. The first two end the process. */
_Noreturn void kit_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void kit_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));
void kit_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define KIT_SKIPPED 77 /* exit status of a check that called kit_skip */

#define EXPECT(condition)                                                                        \
	do {                                                                                     \
		if (!(condition))                                                                \
			kit_fail("%s:%d: not so: %s (errno %d)", __FILE__, __LINE__, #condition, \
				errno);                                                          \
	} while (0)

/* Two numbers; a failure shows both. */
#define EXPECT_EQUAL(left, right)                                                                \
	do {                                                                                     \
		long long left_ = (left), right_ = (right);                                      \
		if (left_ != right_)                                                             \
			kit_fail("%s:%d: %s is %lld, not %s, which is %lld", __FILE__, __LINE__, \
				#left, left_, #right, right_);                                   \
	} while (0)
#define EXPECT_ORDER(low, high)                                                                    \
	do {                                                                                       \
		long long low_ = (low), high_ = (high);                                            \
		if (low_ > high_)                                                                  \
			kit_fail("%s:%d: %s is %lld, above %s, which is %lld", __FILE__, __LINE__, \
				#low, low_, #high, high_);                                         \
	} while (0)

/* Runs a part of the check in a child, and ends as it did unless it returned. */
void kit_child(void (*body)(void *), void *argument);

/* Waits for a child, and ends as it did unless that was well. */
void kit_wait(pid_t pid);

/* Memory that a check and its children share; zero at first. */
void *kit_shared(void);

/* True from this version of Linux on. */
bool kit_kernel_is(int major, int minor);

/* Executes the kit anew, to run a body by its name (`exec_bodies` in exec.c). Returns on failure. */
void kit_exec(const char *body, const char *argument);
void kit_run_body(const char *body, const char *argument);

/* As many pages as [vvar] has to have; 0 when any number will do. */
extern unsigned int kit_vvar_pages;

#define KIT_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KIT_SECOND INT64_C(1000000000)

#endif
