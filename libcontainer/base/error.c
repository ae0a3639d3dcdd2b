/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cuts an over-long sentence visibly, so that nobody takes the head of it for the whole. */
static void error_mark_cut(struct error *err, int wanted)
{
	if (wanted >= (int)sizeof(err->text))
		memcpy(err->text + sizeof(err->text) - 4, "...", 4);
}

int error_set(struct error *err, int code, const char *format, ...)
{
	va_list args;

	err->code = code;
	va_start(args, format);
	error_mark_cut(err, vsnprintf(err->text, sizeof(err->text), format, args));
	va_end(args);
	return -1;
}

int error_errno(struct error *err, int code, const char *format, ...)
{
	char head[sizeof(err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(head, sizeof(head), format, args);
	va_end(args);
	return error_set(err, code, "%s: %s", head, strerror(code));
}

int error_file(struct error *err, int code, const char *format, ...)
{
	char head[sizeof(err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(head, sizeof(head), format, args);
	va_end(args);
	return error_set(err, code, "%s: %s", head,
		code == EINVAL ? "it is not a regular file" : strerror(code));
}

int error_prefix(struct error *err, const char *format, ...)
{
	char head[sizeof(err->text)], tail[sizeof(err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(head, sizeof(head), format, args);
	va_end(args);
	memcpy(tail, err->text, sizeof(tail));
	return error_set(err, err->code, "%s: %s", head, tail);
}
