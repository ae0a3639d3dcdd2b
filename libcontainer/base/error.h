/* SPDX-License-Identifier: Apache-2.0 */
/* One error, one sentence: it says what failed, on what, where in config.json, and why. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/*
 * Fixed size and no pointers, so that a child sends its own error over the sync socket as it is.
 * Every function that takes one returns 0 on success or -1 with the error set; the text has no
 * trailing newline and already contains strerror(code) where an errno was the cause.
 */
struct error {
	int code; /* an errno value; 0 means no error; becomes exit status 1 unless a caller says
		     otherwise */
	char text[1020];
};

/* Sets the sentence; never appends strerror. `code` is recorded as the class of the failure. -1. */
int error_set(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4), cold));

/* Sets "<sentence>: <strerror(code)>", for a system call that failed. -1. */
int error_errno(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4), cold));

/* The same for a file that could not be read: EINVAL is that it is no regular one (io_read_file). -1. */
int error_file(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4), cold));

/* Puts "<sentence>: " before what is already there, keeping the code. -1. */
int error_prefix(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3), cold));

#endif
