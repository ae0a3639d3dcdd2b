/* SPDX-License-Identifier: Apache-2.0 */
/* Where sentences go: stderr for people, `--log FILE` for engines (they read the JSON form's
 * "msg"). */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/error.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFORMATION, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/*
 * `path` NULL leaves only stderr; else lines are appended to the file in `format` (its fd is
 * CLOEXEC). Errors go to stderr as text as well; warnings do not then, for an engine makes our
 * stderr the container's. Debug lines need `debug`.
 */
int log_open(const char *path, enum log_format format, bool debug, struct error *err);

void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Good news, on stderr only when there is no file. */
void log_information(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2), cold));
void log_error(const struct error *err);

/* Closes the file, for a process that is about to enter a container. stderr stays. */
void log_close(void);

#endif
